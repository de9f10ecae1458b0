/* netlink-socket.h: sockets, transactions, dumps and names on the real kernel. */

#include <fcntl.h>
#include <poll.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include "kernel.h"
#include "netns.h"
#include "nlsock-ext.h"
#include "poll-loop.h"
#include "tap.h"

#define N_ROUTES 1000

static struct nl_sock *
open_socket(int protocol)
{
    struct nl_sock *sock = NULL;
    int error = nl_sock_create(protocol, &sock);

    CHECK_INT(error, 0);
    if (error) {
        exit(EXIT_FAILURE);
    }
    return sock;
}

static uint16_t
message_type(const struct ofpbuf *msg)
{
    return nl_msg_nlmsghdr(msg)->nlmsg_type;
}

/* Sockets. */

static void
a_socket_has_a_descriptor_and_a_port_id(void)
{
    struct nl_sock *a = open_socket(NETLINK_ROUTE);
    struct nl_sock *b = NULL;
    int value = -1;
    socklen_t size = sizeof value;

    CHECK_INT(nl_sock_clone(a, &b), 0);
    CHECK(nl_sock_pid(a) && nl_sock_pid(b) && nl_sock_pid(a) != nl_sock_pid(b));
    CHECK(nl_sock_fd(a) != nl_sock_fd(b));
    CHECK_INT(getsockopt(nl_sock_fd(b), SOL_SOCKET, SO_PROTOCOL, &value, &size), 0);
    CHECK_INT(value, NETLINK_ROUTE);
    CHECK_INT(getsockopt(nl_sock_fd(b), SOL_SOCKET, SO_TYPE, &value, &size), 0);
    CHECK_INT(value, SOCK_RAW);
    CHECK(fcntl(nl_sock_fd(a), F_GETFD) & FD_CLOEXEC);
    nl_sock_destroy(a);
    nl_sock_destroy(b);
    nl_sock_destroy(NULL);
}

static void
a_protocol_that_is_not_one_is_an_error(void)
{
    struct nl_sock *sock = (struct nl_sock *) 1;
    struct ofpbuf request, *reply = &request;
    struct nl_transaction transaction, *transactions = &transaction;
    struct nl_dump dump;

    CHECK_INT(nl_sock_create(-1, &sock), EPROTONOSUPPORT);
    CHECK(!sock);

    ofpbuf_init(&request, 0);
    put_getlink(&request, 1);
    CHECK_INT(nl_transact(99, &request, &reply), EPROTONOSUPPORT);
    CHECK(!reply);
    CHECK_INT(nl_transact(-1, &request, NULL), EPROTONOSUPPORT);
    transaction.request = &request;
    transaction.reply = ofpbuf_clone(&request);
    nl_transact_multiple(99, &transactions, 1);
    CHECK_INT(transaction.error, EPROTONOSUPPORT);
    CHECK_INT(ofpbuf_size(transaction.reply), 0);
    ofpbuf_delete(transaction.reply);
    nl_dump_start(&dump, 99, &request);
    CHECK_INT(nl_dump_done(&dump), EPROTONOSUPPORT);
    ofpbuf_uninit(&request);
}

static void
sending_fills_in_the_header(void)
{
    struct nl_sock *sock = open_socket(NETLINK_ROUTE);
    struct ofpbuf msg, reply;
    struct nlmsghdr *h;

    ofpbuf_init(&msg, 0);
    ofpbuf_init(&reply, 64);
    put_getlink(&msg, 1);
    h = nl_msg_nlmsghdr(&msg);
    CHECK_INT(nl_sock_send(sock, &msg, true), 0);
    CHECK_INT(h->nlmsg_len, 32);
    CHECK_INT(h->nlmsg_pid, nl_sock_pid(sock));
    CHECK_INT(h->nlmsg_seq, 1);
    CHECK_INT(nl_sock_recv(sock, &reply, true), 0);
    CHECK_INT(message_type(&reply), RTM_NEWLINK);
    CHECK_INT(nl_msg_nlmsghdr(&reply)->nlmsg_seq, 1);
    CHECK(reply.allocated >= ofpbuf_size(&reply));

    CHECK_INT(nl_sock_send_seq(sock, &msg, 0x12345678, false), 0);
    CHECK_INT(h->nlmsg_seq, 0x12345678);
    CHECK_INT(nl_sock_recv(sock, &reply, false), 0);
    CHECK_INT(nl_msg_nlmsghdr(&reply)->nlmsg_seq, 0x12345678);

    CHECK_INT(nl_sock_send(sock, &msg, true), 0);
    CHECK_INT(h->nlmsg_seq, 2);
    nl_sock_destroy(sock);
    ofpbuf_uninit(&msg);
    ofpbuf_uninit(&reply);
}

static void
nothing_to_receive_is_eagain(void)
{
    struct nl_sock *sock = open_socket(NETLINK_ROUTE);
    struct ofpbuf buf;

    ofpbuf_init(&buf, 64);
    ofpbuf_reserve(&buf, 8);
    ofpbuf_put_zeros(&buf, 4);
    CHECK_INT(nl_sock_recv(sock, &buf, false), EAGAIN);
    CHECK_INT(ofpbuf_size(&buf), 0);
    CHECK_INT(ofpbuf_headroom(&buf), 0);
    CHECK_INT(buf.allocated, 64);
    nl_sock_destroy(sock);
    ofpbuf_uninit(&buf);
}

static void
draining_empties_the_queue(void)
{
    struct nl_sock *sock = open_socket(NETLINK_ROUTE);
    struct ofpbuf buf;
    int i;

    ofpbuf_init(&buf, 64);
    put_getlink(&buf, 1);
    for (i = 0; i < 5; i++) {
        CHECK_INT(nl_sock_send(sock, &buf, true), 0);
    }
    CHECK_INT(nl_sock_drain(sock), 0);
    CHECK_INT(nl_sock_recv(sock, &buf, false), EAGAIN);
    nl_sock_destroy(sock);
    ofpbuf_uninit(&buf);
}

static void
a_link_change_arrives_at_a_subscriber(void)
{
    struct nl_sock *sock = open_socket(NETLINK_ROUTE);
    struct ofpbuf buf;

    ofpbuf_init(&buf, 4096);
    CHECK_INT(nl_sock_join_mcgroup(sock, RTNLGRP_LINK), 0);
    CHECK_INT(nl_sock_join_mcgroup(sock, RTNLGRP_LINK), 0);
    CHECK_INT(nl_sock_recv(sock, &buf, false), EAGAIN);
    CHECK(netns_set_lo(false));
    nl_sock_wait(sock, POLLIN);
    poll_block();
    CHECK_INT(nl_sock_recv(sock, &buf, false), 0);
    CHECK_INT(message_type(&buf), RTM_NEWLINK);
    CHECK(netns_set_lo(true));
    CHECK_INT(nl_sock_recv(sock, &buf, true), 0);

    CHECK_INT(nl_sock_drain(sock), 0);
    CHECK_INT(nl_sock_leave_mcgroup(sock, RTNLGRP_LINK), 0);
    CHECK_INT(nl_sock_leave_mcgroup(sock, RTNLGRP_LINK), 0);
    CHECK(netns_set_lo(false) && netns_set_lo(true));
    CHECK_INT(nl_sock_recv(sock, &buf, false), EAGAIN);
    CHECK_INT(nl_sock_join_mcgroup(sock, 1000000), EINVAL);
    CHECK_INT(nl_sock_leave_mcgroup(sock, 1000000), EINVAL);
    nl_sock_destroy(sock);
    ofpbuf_uninit(&buf);
}

static void
lost_notifications_are_enobufs_once(void)
{
    struct nl_sock *sock = open_socket(NETLINK_ROUTE);
    struct nlsock_counters before, after;
    struct ofpbuf buf;
    int size = 1;
    int i;

    ofpbuf_init(&buf, 4096);
    CHECK_INT(nl_sock_join_mcgroup(sock, RTNLGRP_LINK), 0);
    CHECK_INT(setsockopt(nl_sock_fd(sock), SOL_SOCKET, SO_RCVBUF, &size, sizeof size), 0);
    for (i = 0; i < 20; i++) {
        CHECK(netns_set_lo(false) && netns_set_lo(true));
    }
    nlsock_counters(&before, sizeof before);
    CHECK_INT(nl_sock_recv(sock, &buf, false), ENOBUFS);
    CHECK_INT(ofpbuf_size(&buf), 0);
    nlsock_counters(&after, sizeof after);
    CHECK_INT(after.overflow - before.overflow, 1);
    CHECK_INT(nl_sock_recv(sock, &buf, false), 0);
    CHECK_INT(message_type(&buf), RTM_NEWLINK);

    /* With the error still to be told, draining drains. */
    CHECK_INT(nl_sock_drain(sock), 0);
    for (i = 0; i < 20; i++) {
        CHECK(netns_set_lo(false) && netns_set_lo(true));
    }
    CHECK_INT(nl_sock_drain(sock), 0);
    CHECK_INT(nl_sock_recv(sock, &buf, false), EAGAIN);
    nl_sock_destroy(sock);
    ofpbuf_uninit(&buf);
}

static void
datagrams_that_are_no_message_are_eproto(void)
{
    struct nl_sock *receiver = open_socket(NETLINK_USERSOCK);
    struct sockaddr_nl address;
    struct ofpbuf buf;
    uint32_t words[8] = { 0 };
    int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK);

    memset(&address, 0, sizeof address);
    address.nl_family = AF_NETLINK;
    address.nl_pid = nl_sock_pid(receiver);
    ofpbuf_init(&buf, 16);

    /* A connected socket takes messages of its peer, the kernel, only: disconnect it. */
    CHECK_INT(connect(nl_sock_fd(receiver), (struct sockaddr *) &(struct sockaddr_nl) {
                      .nl_family = AF_UNSPEC }, sizeof address), 0);
#define SEND(SIZE) sendto(fd, words, SIZE, 0, (struct sockaddr *) &address, sizeof address)
    if (SEND(4) < 0) {
        close(fd);
        nl_sock_destroy(receiver);
        ofpbuf_uninit(&buf);
        SKIP("NETLINK_USERSOCK does not deliver here");
    }
    CHECK_INT(nl_sock_recv(receiver, &buf, false), EPROTO);
    CHECK_INT(ofpbuf_size(&buf), 0);
    words[0] = 15;
    SEND(16);
    CHECK_INT(nl_sock_recv(receiver, &buf, false), EPROTO);
    words[0] = 33;
    SEND(32);
    CHECK_INT(nl_sock_recv(receiver, &buf, false), EPROTO);
    CHECK_INT(ofpbuf_size(&buf), 0);
    /* A kernel that returned an error as a number of bytes left this in place. */
    words[0] = UINT32_MAX;
    SEND(32);
    CHECK_INT(nl_sock_recv(receiver, &buf, false), 32);
    CHECK_INT(buf.allocated, 16);
    words[0] = 32;
    SEND(32);
    CHECK_INT(nl_sock_recv(receiver, &buf, false), 0);
    CHECK_INT(ofpbuf_size(&buf), 32);
    CHECK_INT(buf.allocated, 80);
#undef SEND
    close(fd);
    nl_sock_destroy(receiver);
    ofpbuf_uninit(&buf);
}

/* Transactions. */

static void
a_transaction_brings_the_reply(void)
{
    struct nl_sock *sock = open_socket(NETLINK_ROUTE);
    struct ofpbuf request, *reply = NULL;

    ofpbuf_init(&request, 0);
    put_getlink(&request, 1);
    CHECK_INT(nl_sock_transact(sock, &request, &reply), 0);
    CHECK_INT(message_type(reply), RTM_NEWLINK);
    CHECK_INT(nl_msg_nlmsghdr(reply)->nlmsg_len, ofpbuf_size(reply));
    CHECK_INT(ofpbuf_headroom(reply), 0);
    CHECK(reply->allocated >= 1024);
    CHECK_INT(nl_msg_nlmsghdr(&request)->nlmsg_flags, NLM_F_REQUEST);
    ofpbuf_delete(reply);
    CHECK_INT(nl_sock_transact(sock, &request, NULL), 0);

    put_getlink(&request, 4711);
    reply = &request;
    CHECK_INT(nl_sock_transact(sock, &request, &reply), ENODEV);
    CHECK(!reply);
    CHECK_INT(nl_sock_transact(sock, &request, NULL), ENODEV);
    nl_sock_destroy(sock);
    ofpbuf_uninit(&request);
}

static void
success_without_a_reply_is_an_empty_reply(void)
{
    struct ofpbuf request, *reply = NULL;

    ofpbuf_init(&request, 0);
    put_route(&request, RTM_NEWROUTE, NLM_F_CREATE, 0);
    CHECK_INT(nl_transact(NETLINK_ROUTE, &request, &reply), 0);
    CHECK_INT(ofpbuf_size(reply), 0);
    ofpbuf_delete(reply);
    put_route(&request, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK, 0);
    CHECK_INT(nl_transact(NETLINK_ROUTE, &request, &reply), EEXIST);
    CHECK(!reply);
    put_route(&request, RTM_DELROUTE, NLM_F_ACK, 0);
    CHECK_INT(nl_transact(NETLINK_ROUTE, &request, &reply), 0);
    CHECK_INT(ofpbuf_size(reply), 0);
    ofpbuf_delete(reply);
    put_route(&request, RTM_DELROUTE, 0, 0);
    CHECK_INT(nl_transact(NETLINK_ROUTE, &request, NULL), ESRCH);
    ofpbuf_uninit(&request);
}

static void
a_reply_and_an_acknowledgement_leave_the_socket_empty(void)
{
    struct nl_sock *sock = open_socket(NETLINK_ROUTE);
    struct ofpbuf request, *reply;

    ofpbuf_init(&request, 64);
    put_getlink(&request, 1);
    nl_msg_nlmsghdr(&request)->nlmsg_flags |= NLM_F_ACK;
    CHECK_INT(nl_sock_transact(sock, &request, &reply), 0);
    CHECK_INT(message_type(reply), RTM_NEWLINK);
    ofpbuf_delete(reply);
    CHECK_INT(nl_sock_recv(sock, &request, false), EAGAIN);
    nl_sock_destroy(sock);
    ofpbuf_uninit(&request);
}

struct batch {
    struct nl_transaction transactions[N_ROUTES];
    struct nl_transaction *pointers[N_ROUTES];
    struct ofpbuf requests[N_ROUTES];
    struct ofpbuf replies[N_ROUTES];
};

/* Allocates a batch whose replies are full of something. */
static struct batch *
batch_new(void)
{
    struct batch *batch = malloc(sizeof *batch);
    size_t i;

    for (i = 0; i < N_ROUTES; i++) {
        ofpbuf_init(&batch->requests[i], 64);
        ofpbuf_init(&batch->replies[i], 32);
        ofpbuf_put_zeros(&batch->replies[i], 8);
        batch->transactions[i].request = &batch->requests[i];
        batch->transactions[i].reply = i % 3 ? &batch->replies[i] : NULL;
        batch->transactions[i].error = -1;
        batch->pointers[i] = &batch->transactions[i];
    }
    return batch;
}

static void
batch_delete(struct batch *batch)
{
    size_t i;

    for (i = 0; i < N_ROUTES; i++) {
        ofpbuf_uninit(&batch->requests[i]);
        ofpbuf_uninit(&batch->replies[i]);
    }
    free(batch);
}

static void
set_routes(uint16_t type, uint16_t flags, int expected)
{
    struct batch *batch = batch_new();
    size_t i;

    for (i = 0; i < N_ROUTES; i++) {
        put_route(&batch->requests[i], type, flags, (unsigned int) i);
    }
    nl_transact_multiple(NETLINK_ROUTE, batch->pointers, N_ROUTES);
    for (i = 0; i < N_ROUTES; i++) {
        CHECK_INT(batch->transactions[i].error, expected);
        CHECK_INT(ofpbuf_size(&batch->replies[i]), i % 3 ? 0 : 8);
    }
    batch_delete(batch);
}

static void
a_batch_tells_the_error_of_each(void)
{
    set_routes(RTM_NEWROUTE, NLM_F_CREATE, 0);
    set_routes(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, EEXIST);
    set_routes(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE | NLM_F_ACK, 0);
    set_routes(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK, EEXIST);
    set_routes(RTM_DELROUTE, NLM_F_ACK, 0);
    set_routes(RTM_DELROUTE, 0, ESRCH);
}

static void
replies_of_a_batch_belong_to_their_requests(void)
{
    struct nl_sock *sock = open_socket(NETLINK_ROUTE);
    struct batch *batch = batch_new();
    size_t i;

    /* Replies, refusals, successes with and without an acknowledgement, in turn. */
    for (i = 0; i < N_ROUTES; i++) {
        struct ofpbuf *request = &batch->requests[i];

        switch (i % 5) {
        case 0: put_getlink(request, 1); break;
        case 1: put_getlink(request, 4711); break;
        case 2: put_route(request, RTM_NEWROUTE, NLM_F_CREATE, (unsigned int) i); break;
        case 3: put_route(request, RTM_DELROUTE, NLM_F_ACK, (unsigned int) i - 1); break;
        case 4:
            put_getlink(request, 1);
            nl_msg_nlmsghdr(request)->nlmsg_flags |= NLM_F_ACK;
            break;
        }
    }
    nl_sock_transact_multiple(sock, batch->pointers, N_ROUTES);
    for (i = 0; i < N_ROUTES; i++) {
        struct ofpbuf *reply = batch->transactions[i].reply;
        bool expect_reply = i % 5 == 0 || i % 5 == 4;

        CHECK_INT(batch->transactions[i].error, i % 5 == 1 ? ENODEV : 0);
        CHECK(reply == (i % 3 ? &batch->replies[i] : NULL));
        if (reply && expect_reply) {
            CHECK_INT(message_type(reply), RTM_NEWLINK);
            CHECK_INT(nl_msg_nlmsghdr(reply)->nlmsg_seq,
                      nl_msg_nlmsghdr(&batch->requests[i])->nlmsg_seq);
            CHECK_INT(nl_msg_nlmsghdr(reply)->nlmsg_len, ofpbuf_size(reply));
        } else if (reply) {
            CHECK_INT(ofpbuf_size(reply), 0);
        }
    }
    nl_sock_transact_multiple(sock, batch->pointers, 0);
    CHECK_INT(nl_sock_recv(sock, &batch->replies[0], false), EAGAIN);
    batch_delete(batch);
    nl_sock_destroy(sock);
}

/* Dumps. */

static void
a_dump_brings_every_message(void)
{
    static int seen[N_ROUTES];
    struct ofpbuf request, reply, buf;
    struct nl_dump dump;
    int total = 0;
    int i;

    set_routes(RTM_NEWROUTE, NLM_F_CREATE, 0);
    memset(&dump, 0xa5, sizeof dump);
    ofpbuf_init(&request, 0);
    put_getroute(&request);
    nl_dump_start(&dump, NETLINK_ROUTE, &request);
    CHECK_INT(nl_msg_nlmsghdr(&request)->nlmsg_flags, NLM_F_REQUEST | NLM_F_DUMP | NLM_F_ACK);
    ofpbuf_uninit(&request);
    ofpbuf_init(&buf, NL_DUMP_BUFSIZE);
    memset(seen, 0, sizeof seen);
    while (nl_dump_next(&dump, &reply, &buf)) {
        int number = route_number(&reply);

        CHECK_INT(nl_msg_nlmsghdr(&reply)->nlmsg_len, ofpbuf_size(&reply));
        if (number >= 0 && number < N_ROUTES) {
            seen[number]++;
            total++;
        }
    }
    CHECK(!ofpbuf_data(&reply) && !ofpbuf_size(&reply));
    CHECK(!nl_dump_next(&dump, &reply, &buf));
    CHECK_INT(nl_dump_done(&dump), 0);
    CHECK_INT(total, N_ROUTES);
    for (i = 0; i < N_ROUTES; i++) {
        CHECK_INT(seen[i], 1);
    }
    ofpbuf_uninit(&buf);
}

static void
a_dump_may_be_left_early(void)
{
    struct ofpbuf request, reply, buf;
    struct nl_dump dump;
    int i;

    ofpbuf_init(&request, 0);
    put_getroute(&request);
    for (i = 0; i < 3; i++) {
        nl_dump_start(&dump, NETLINK_ROUTE, &request);
        ofpbuf_init(&buf, NL_DUMP_BUFSIZE);
        if (i) {
            CHECK(nl_dump_next(&dump, &reply, &buf));
        }
        ofpbuf_uninit(&buf);
        CHECK_INT(nl_dump_done(&dump), 0);
    }
    /* The next transaction on the pool sees nothing of it. */
    put_getlink(&request, 4711);
    CHECK_INT(nl_transact(NETLINK_ROUTE, &request, NULL), ENODEV);
    ofpbuf_uninit(&request);
    set_routes(RTM_DELROUTE, 0, 0);
}

static void
a_refused_dump_tells_why_when_it_is_done(void)
{
    struct ofpbuf request, reply, buf;
    struct nl_dump dump;

    ofpbuf_init(&request, 0);
    ofpbuf_init(&buf, NL_DUMP_BUFSIZE);
    nl_msg_put_nlmsghdr(&request, 0, RTM_MAX + 3, NLM_F_REQUEST);
    nl_dump_start(&dump, NETLINK_ROUTE, &request);
    CHECK(!nl_dump_next(&dump, &reply, &buf));
    CHECK(!ofpbuf_data(&reply) && !ofpbuf_size(&reply));
    CHECK_INT(nl_dump_done(&dump), EOPNOTSUPP);
    nl_dump_start(&dump, NETLINK_ROUTE, &request);
    CHECK_INT(nl_dump_done(&dump), EOPNOTSUPP);
    ofpbuf_uninit(&request);
    ofpbuf_uninit(&buf);
}

/* Names. */

static void
families_and_groups_are_found_by_name(void)
{
    unsigned int group = 77;
    int number = 0;

    CHECK_INT(nl_lookup_genl_family("nlctrl", &number), 0);
    CHECK_INT(number, GENL_ID_CTRL);
    CHECK_INT(nl_lookup_genl_mcgroup("nlctrl", "notify", &group), 0);
    CHECK(group > 0 && group != 77);
    CHECK_INT(nl_lookup_genl_mcgroup("nlctrl", "notif", &group), EPROTO);
    CHECK_INT(group, 0);
    group = 77;
    CHECK_INT(nl_lookup_genl_mcgroup("no_such_family", "notify", &group), ENOENT);
    CHECK_INT(group, 0);
}

static void
a_lookup_caches_its_result(void)
{
    char long_name[300];
    int number = 0;

    CHECK_INT(nl_lookup_genl_family("no_such_family", &number), ENOENT);
    CHECK_INT(number, -ENOENT);
    CHECK_INT(nl_lookup_genl_family("nlctrl", &number), ENOENT);
    number = 1234;
    CHECK_INT(nl_lookup_genl_family("no_such_family", &number), 0);
    CHECK_INT(number, 1234);

    memset(long_name, 'x', sizeof long_name);
    long_name[sizeof long_name - 1] = '\0';
    number = 0;
    CHECK(nl_lookup_genl_family(long_name, &number) > 0);
    CHECK(number < 0);
}

static void
connections_can_be_dumped(void)
{
    struct nfgenmsg *nfg;
    struct ofpbuf request, reply, buf;
    struct nl_dump dump;
    struct nl_sock *sock;
    int error;

    if (nl_sock_create(NETLINK_NETFILTER, &sock)) {
        SKIP("this kernel has no NETLINK_NETFILTER");
    }
    nl_sock_destroy(sock);
    ofpbuf_init(&request, 0);
    ofpbuf_init(&buf, NL_DUMP_BUFSIZE);
    nl_msg_put_nlmsghdr(&request, 0, (NFNL_SUBSYS_CTNETLINK << 8) | IPCTNL_MSG_CT_GET,
                        NLM_F_REQUEST);
    nfg = nl_msg_put_uninit(&request, sizeof *nfg);
    memset(nfg, 0, sizeof *nfg);
    nfg->nfgen_family = AF_INET;
    nl_dump_start(&dump, NETLINK_NETFILTER, &request);
    while (nl_dump_next(&dump, &reply, &buf)) {
        CHECK_INT(message_type(&reply), (NFNL_SUBSYS_CTNETLINK << 8) | IPCTNL_MSG_CT_NEW);
    }
    error = nl_dump_done(&dump);
    ofpbuf_uninit(&request);
    ofpbuf_uninit(&buf);
    if (error == EINVAL) {
        SKIP("this kernel has no connection tracking over netlink");
    }
    CHECK_INT(error, 0);
}

/* Breaches of the contract. */

static void
receive_into_nothing(void)
{
    struct ofpbuf b;

    ofpbuf_init(&b, 15);
    nl_sock_recv(open_socket(NETLINK_ROUTE), &b, false);
}

static void
send_nothing(void)
{
    struct ofpbuf b;

    ofpbuf_init(&b, 15);
    nl_sock_send(open_socket(NETLINK_ROUTE), &b, false);
}

static void
breaches_abort(void)
{
    CHECK_ABORTS(receive_into_nothing, "nl_sock_recv__");
    CHECK_ABORTS(send_nothing, "nl_msg_nlmsghdr");
}

int
main(void)
{
    if (!netns_enter("test-socket")) {
        return EXIT_SUCCESS;
    }
    RUN(a_socket_has_a_descriptor_and_a_port_id);
    RUN(a_protocol_that_is_not_one_is_an_error);
    RUN(sending_fills_in_the_header);
    RUN(nothing_to_receive_is_eagain);
    RUN(draining_empties_the_queue);
    RUN(a_link_change_arrives_at_a_subscriber);
    RUN(lost_notifications_are_enobufs_once);
    RUN(datagrams_that_are_no_message_are_eproto);
    RUN(a_transaction_brings_the_reply);
    RUN(success_without_a_reply_is_an_empty_reply);
    RUN(a_reply_and_an_acknowledgement_leave_the_socket_empty);
    RUN(a_batch_tells_the_error_of_each);
    RUN(replies_of_a_batch_belong_to_their_requests);
    RUN(a_dump_brings_every_message);
    RUN(a_dump_may_be_left_early);
    RUN(a_refused_dump_tells_why_when_it_is_done);
    RUN(families_and_groups_are_found_by_name);
    RUN(a_lookup_caches_its_result);
    RUN(connections_can_be_dumped);
    RUN(breaches_abort);
    return tap_done();
}
