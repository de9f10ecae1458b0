/* SPDX-License-Identifier: Apache-2.0 */
/* netlink-socket.h: sockets and names on the real kernel. */

#include <fcntl.h>
#include <poll.h>
#include "batch.h"
#include "netns.h"
#include "nlsock-ext.h"
#include "replaced.h"
#if !OVS3
#include "poll-loop.h"
#endif

/* If nonzero, recv() returns this, and does nothing else. */
static int error_as_size;
/* If nonzero, these functions fail with this error. */
static int socket_error, sendto_error;

ssize_t
recv(int fd, void *buffer, size_t size, int flags)
{
    static ssize_t (*function)(int, void *, size_t, int);

    if (!function) {
        function = (ssize_t (*)(int, void *, size_t, int)) real("recv");
    }
    return error_as_size ? error_as_size : function(fd, buffer, size, flags);
}

int
socket(int domain, int type, int protocol)
{
    static int (*function)(int, int, int);

    if (!function) {
        function = (int (*)(int, int, int)) real("socket");
    }
    if (socket_error) {
        errno = socket_error;
        return -1;
    }
    return function(domain, type, protocol);
}

ssize_t
sendto(int fd, const void *data, size_t size, int flags, const struct sockaddr *to,
       socklen_t to_size)
{
    static ssize_t (*function)(int, const void *, size_t, int, const struct sockaddr *, socklen_t);

    if (!function) {
        function = (ssize_t (*)(int, const void *, size_t, int, const struct sockaddr *,
                                socklen_t)) real("sendto");
    }
    if (sendto_error) {
        errno = sendto_error;
        return -1;
    }
    return function(fd, data, size, flags, to, to_size);
}

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
#if !OVS3
    nl_sock_wait(sock, POLLIN);
    poll_block();
#endif
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

    /* nl_sock_drain() empties the queue although an error is pending. */
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

    /* The socket is connected to the kernel and receives from there only: disconnect it. */
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
    words[0] = UINT32_MAX;
    SEND(32);
    CHECK_INT(nl_sock_recv(receiver, &buf, false), EPROTO);
    /* Some kernels returned an error as a number of bytes. */
    error_as_size = ENOMEM;
    CHECK_INT(nl_sock_recv(receiver, &buf, false), ENOMEM);
    error_as_size = 0;
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
a_lookup_caches_only_answers(void)
{
    static const int errors[] = { EMFILE, ENFILE, ENOMEM, ENOBUFS, EPERM, EACCES, ENOENT };
    unsigned int group;
    int number = 0;
    size_t i;
    int k;

    nlsock_log_set_level(NLSOCK_LOG_OFF);
    for (i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        for (k = 0; k < 2; k++) {
            nlsock_pool_flush();
            *(k ? &sendto_error : &socket_error) = errors[i];
            number = 0;
            CHECK_INT(nl_lookup_genl_family("nlctrl", &number), errors[i]);
            CHECK_INT(number, 0);
            CHECK_INT(nl_lookup_genl_mcgroup("nlctrl", "notify", &group), errors[i]);
            CHECK_INT(group, 0);
            socket_error = sendto_error = 0;
            CHECK_INT(nl_lookup_genl_family("nlctrl", &number), 0);
            CHECK_INT(number, GENL_ID_CTRL);
            CHECK_INT(nl_lookup_genl_mcgroup("nlctrl", "notify", &group), 0);
        }
    }
    nlsock_log_set_level(NLSOCK_LOG_WARN);
}

static int
get_option(const struct nl_sock *sock, int level, int name)
{
    socklen_t size = sizeof(int);
    int value = -1;

    return getsockopt(nl_sock_fd(sock), level, name, &value, &size) ? -1 : value;
}

static void
an_own_socket_keeps_its_options(void)
{
    static const int options[] = {
        NETLINK_PKTINFO, NETLINK_BROADCAST_ERROR, NETLINK_NO_ENOBUFS, NETLINK_LISTEN_ALL_NSID,
        NETLINK_CAP_ACK, NETLINK_EXT_ACK, 12 /* NETLINK_GET_STRICT_CHK */,
    };
    enum { N = sizeof options / sizeof options[0] };
    struct nl_sock *sock = open_socket(NETLINK_ROUTE);
    int before[N], buffer = get_option(sock, SOL_SOCKET, SO_RCVBUF);
    struct ofpbuf request;
    size_t i;

    for (i = 0; i < N; i++) {
        before[i] = get_option(sock, SOL_NETLINK, options[i]);
        /* Not every kernel tells the value of every option. */
        if (before[i] >= 0 || errno != ENOPROTOOPT) {
            CHECK_INT(before[i], OVS3 && options[i] == NETLINK_EXT_ACK);
        }
    }
    ofpbuf_init(&request, 64);
    put_getlink(&request, 1);
    CHECK_INT(nl_sock_transact(sock, &request, NULL), 0);
    CHECK_INT(nl_sock_send(sock, &request, true), 0);
    CHECK_INT(nl_sock_recv(sock, &request, true), 0);
    put_getlink(&request, 12345);
    CHECK_INT(nl_sock_transact(sock, &request, NULL), ENODEV);
    CHECK_INT(nl_sock_drain(sock), 0);
    for (i = 0; i < N; i++) {
        CHECK_INT(get_option(sock, SOL_NETLINK, options[i]), before[i]);
    }
    CHECK_INT(get_option(sock, SOL_SOCKET, SO_RCVBUF), buffer);

    CHECK_INT(nlsock_sock_set_extended_acks(sock, true), 0);
    CHECK_INT(get_option(sock, SOL_NETLINK, NETLINK_EXT_ACK), 1);
    CHECK_INT(nlsock_sock_set_extended_acks(sock, false), 0);
    CHECK_INT(get_option(sock, SOL_NETLINK, NETLINK_EXT_ACK), 0);
    nl_sock_destroy(sock);
    ofpbuf_uninit(&request);
}

/* Sets an attribute of the loopback device, which needs privileges. */
static void
put_setlink(struct ofpbuf *request)
{
    struct ifinfomsg ifi;

    memset(&ifi, 0, sizeof ifi);
    ifi.ifi_index = 1;
    ofpbuf_clear(request);
    nl_msg_put_nlmsghdr(request, sizeof ifi, RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK);
    nl_msg_put(request, &ifi, sizeof ifi);
    nl_msg_put_u32(request, IFLA_MTU, 60000);
}

static void
a_socket_works_although_it_is_older_than_the_privileges(void)
{
    struct nl_sock *sock;
    struct ofpbuf request;

    if (geteuid()) {
        SKIP("not root");
    }
    ofpbuf_init(&request, 64);
    nlsock_pool_flush();
    CHECK_INT(seteuid(65534), 0);
    sock = open_socket(NETLINK_ROUTE);
    put_setlink(&request);
    CHECK_INT(nl_transact(NETLINK_ROUTE, &request, NULL), EPERM);
    CHECK_INT(nl_sock_transact(sock, &request, NULL), EPERM);
    CHECK_INT(seteuid(0), 0);
    CHECK_INT(nl_transact(NETLINK_ROUTE, &request, NULL), 0);
    CHECK_INT(nl_sock_transact(sock, &request, NULL), 0);
    CHECK_INT(nl_sock_send(sock, &request, true), 0);
    CHECK_INT(nl_sock_recv(sock, &request, true), 0);
    CHECK_INT(((struct nlmsgerr *) (nl_msg_nlmsghdr(&request) + 1))->error, 0);
    /* And without them, it does not. */
    CHECK_INT(seteuid(65534), 0);
    put_setlink(&request);
    CHECK_INT(nl_transact(NETLINK_ROUTE, &request, NULL), EPERM);
    CHECK_INT(seteuid(0), 0);
    nl_sock_destroy(sock);
    ofpbuf_uninit(&request);
    nlsock_pool_flush();
}

/* Calls that break the contract abort. */

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
    if (!netns_enter()) {
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
    RUN(families_and_groups_are_found_by_name);
    RUN(a_lookup_caches_its_result);
    RUN(a_lookup_caches_only_answers);
    RUN(an_own_socket_keeps_its_options);
    RUN(a_socket_works_although_it_is_older_than_the_privileges);
    RUN(breaches_abort);
    return tap_done();
}
