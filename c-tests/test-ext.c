/* nlsock-ext.h: what the library has beyond the original, on the real kernel. */

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/stat.h>
#include "kernel.h"
#include "netns.h"
#include "nlsock-ext.h"
#include "tap.h"

static struct nl_sock *
open_socket(int protocol)
{
    struct nl_sock *sock = NULL;

    if (nl_sock_create(protocol, &sock)) {
        abort();
    }
    return sock;
}

/* Returns how many descriptors are open. */
static int
count_descriptors(void)
{
    int n = 0;
    int fd;

    for (fd = 0; fd < 256; fd++) {
        n += fcntl(fd, F_GETFD) >= 0;
    }
    return n;
}

/* Extended acknowledgements. */

/* A route whose next hop is no address of ours: the kernel explains that. */
static void
put_bad_route(struct ofpbuf *request)
{
    put_route(request, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_ACK, 1);
    ((struct rtmsg *) ofpbuf_at_assert(request, NLMSG_HDRLEN, 1))->rtm_type = RTN_UNICAST;
    nl_msg_put_u32(request, RTA_GATEWAY, 0x01020304);
}

/* A request for the link with an attribute of impossible size, behind one that is right. */
static size_t
put_bad_attribute(struct ofpbuf *request)
{
    size_t offset;

    put_getlink(request, 1);
    nl_msg_put_u32(request, IFLA_EXT_MASK, 0);
    offset = ofpbuf_size(request);
    nl_msg_put_u8(request, IFLA_TARGET_NETNSID, 1);
    return offset;
}

static void
a_refusal_is_explained(void)
{
    struct nlsock_extack extack;
    struct ofpbuf request;
    int error;

    ofpbuf_init(&request, 64);
    put_bad_route(&request);
    error = nl_transact(NETLINK_ROUTE, &request, NULL);
    CHECK(error > 0);
    nlsock_last_extack(&extack, sizeof extack);
    CHECK_INT(extack.error, error);
    CHECK(strstr(extack.message, "exthop"));

    /* The next failure that nobody explains leaves nothing of it. */
    put_route(&request, RTM_DELROUTE, NLM_F_ACK, 77);
    CHECK_INT(nl_transact(NETLINK_ROUTE, &request, NULL), ESRCH);
    nlsock_last_extack(&extack, sizeof extack);
    CHECK_INT(extack.error, ESRCH);
    CHECK_STR(extack.message, "");
    CHECK_INT(extack.offset, 0);

    /* A success changes nothing. */
    put_getlink(&request, 1);
    CHECK_INT(nl_transact(NETLINK_ROUTE, &request, NULL), 0);
    nlsock_last_extack(&extack, sizeof extack);
    CHECK_INT(extack.error, ESRCH);
    ofpbuf_uninit(&request);
}

static void
the_offending_attribute_is_named(void)
{
    struct nlsock_extack extack;
    struct ofpbuf request;
    size_t offset;

    ofpbuf_init(&request, 64);
    offset = put_bad_attribute(&request);
    CHECK(nl_transact(NETLINK_ROUTE, &request, NULL) > 0);
    nlsock_last_extack(&extack, sizeof extack);
    CHECK_INT(extack.offset, offset);
    CHECK_INT(extack.n_path, 1);
    CHECK_INT(extack.path[0], IFLA_TARGET_NETNSID);
    ofpbuf_uninit(&request);
}

static void
each_transaction_of_a_batch_is_explained(void)
{
    struct nl_transaction transactions[3], *pointers[3];
    struct ofpbuf requests[3];
    struct nlsock_extack extack;
    int i;

    for (i = 0; i < 3; i++) {
        ofpbuf_init(&requests[i], 64);
        transactions[i].request = &requests[i];
        transactions[i].reply = NULL;
        pointers[i] = &transactions[i];
    }
    put_bad_route(&requests[0]);
    put_getlink(&requests[1], 1);
    put_bad_attribute(&requests[2]);
    nl_transact_multiple(NETLINK_ROUTE, pointers, 3);
    CHECK(transactions[0].error > 0 && transactions[2].error > 0);
    CHECK_INT(transactions[1].error, 0);
    CHECK(nlsock_batch_extack(0, &extack, sizeof extack));
    CHECK(strstr(extack.message, "exthop"));
    CHECK_INT(extack.error, transactions[0].error);
    CHECK(!nlsock_batch_extack(1, &extack, sizeof extack));
    CHECK_INT(extack.error, 0);
    CHECK(nlsock_batch_extack(2, &extack, sizeof extack));
    CHECK_INT(extack.path[0], IFLA_TARGET_NETNSID);
    CHECK(!nlsock_batch_extack(3, &extack, sizeof extack));

    nl_transact_multiple(NETLINK_ROUTE, pointers + 1, 1);
    CHECK(!nlsock_batch_extack(0, &extack, sizeof extack));
    for (i = 0; i < 3; i++) {
        ofpbuf_uninit(&requests[i]);
    }
}

static char captured[4096];

static void
capture(void *aux, int level, const char *module, const char *text)
{
    size_t used = strlen(captured);

    (void) aux;
    (void) level;
    (void) module;
    snprintf(captured + used, sizeof captured - used, "%s\n", text);
}

static void
the_explanation_is_on_the_log(void)
{
    struct ofpbuf request;

    ofpbuf_init(&request, 64);
    put_bad_route(&request);
    captured[0] = '\0';
    nlsock_log_set_handler(capture, NULL);
    nlsock_log_set_level(NLSOCK_LOG_DBG);
    CHECK(nl_transact(NETLINK_ROUTE, &request, NULL) > 0);
    nlsock_log_set_level(NLSOCK_LOG_WARN);
    nlsock_log_set_handler(NULL, NULL);
    CHECK(strstr(captured, "received NAK error="));
    CHECK(strstr(captured, "): Nexthop "));
    ofpbuf_uninit(&request);
}

/* Dumps. */

static void
add_routes(unsigned int n)
{
    struct ofpbuf request;
    unsigned int i;

    ofpbuf_init(&request, 64);
    for (i = 0; i < n; i++) {
        put_route(&request, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE | NLM_F_ACK, i);
        CHECK_INT(nl_transact(NETLINK_ROUTE, &request, NULL), 0);
    }
    ofpbuf_uninit(&request);
}

static void
a_dump_tells_how_it_went(void)
{
    struct nlsock_dump_result result;
    struct ofpbuf request, reply, buf;
    struct nl_dump dump;
    unsigned int messages = 0;

    add_routes(300);
    ofpbuf_init(&request, 64);
    ofpbuf_init(&buf, NL_DUMP_BUFSIZE);
    put_getroute(&request);
    nl_dump_start(&dump, NETLINK_ROUTE, &request);
    while (nl_dump_next(&dump, &reply, &buf)) {
        messages++;
    }
    CHECK_INT(nl_dump_done(&dump), 0);
    nlsock_dump_result(&result, sizeof result);
    CHECK(messages >= 300);
    CHECK_INT(result.messages, messages);
    CHECK_INT(result.error, 0);
    CHECK(result.complete);
    CHECK(!result.interrupted);
    ofpbuf_uninit(&request);
    ofpbuf_uninit(&buf);
}

/* Dumps next hops with a header that is wrong, of which the kernel tells at the end only. */
static int
dump_badly(struct nlsock_dump_result *result)
{
    struct ofpbuf request;
    struct nl_dump dump;
    uint8_t *header;
    int error;

    ofpbuf_init(&request, 64);
    nl_msg_put_nlmsghdr(&request, 0, 106 /* RTM_GETNEXTHOP */, NLM_F_REQUEST);
    header = nl_msg_put_uninit(&request, 8);
    memset(header, 0xff, 8);
    nl_dump_start(&dump, NETLINK_ROUTE, &request);
    error = nl_dump_done(&dump);
    nlsock_dump_result(result, sizeof *result);
    ofpbuf_uninit(&request);
    return error;
}

static void
strict_dumps_return_the_error_of_the_end(void)
{
    struct nlsock_dump_result result;
    struct nlsock_extack extack;
    int error = dump_badly(&result);

    if (error == EOPNOTSUPP || !result.error) {
        SKIP("this kernel does not end such a dump with an error");
    }
    CHECK_INT(error, 0);
    CHECK_INT(result.error, EINVAL);
    CHECK(result.complete);
    nlsock_set_strict_dumps(true);
    CHECK_INT(dump_badly(&result), EINVAL);
    nlsock_last_extack(&extack, sizeof extack);
    CHECK_INT(extack.error, EINVAL);
    CHECK_STR(extack.message, result.extack.message);
    nlsock_set_strict_dumps(false);
    CHECK_INT(dump_badly(&result), 0);
}

static void
a_whole_table_comes_in_one_buffer(void)
{
    struct ofpbuf request, msg, *all = NULL;
    unsigned int routes = 0;

    add_routes(300);
    ofpbuf_init(&request, 64);
    put_getroute(&request);
    CHECK_INT(nlsock_dump_all(NETLINK_ROUTE, &request, 5, 10000, &all), 0);
    while (ofpbuf_size(all)) {
        if (!nl_msg_next(all, &msg)) {
            CHECK(!"not a message");
            break;
        }
        CHECK_INT(nl_msg_nlmsghdr(&msg)->nlmsg_type, RTM_NEWROUTE);
        routes += route_number(&msg) >= 0;
    }
    CHECK_INT(routes, 300);
    ofpbuf_delete(all);

    ofpbuf_clear(&request);
    nl_msg_put_nlmsghdr(&request, 0, RTM_MAX + 3, NLM_F_REQUEST);
    all = &request;
    CHECK_INT(nlsock_dump_all(NETLINK_ROUTE, &request, 5, 0, &all), EOPNOTSUPP);
    CHECK(!all);
    CHECK_INT(nlsock_dump_all(99, &request, 0, 0, &all), EPROTONOSUPPORT);
    ofpbuf_uninit(&request);
}

/* Deadlines. */

static void
a_deadline_ends_a_receive_and_the_socket_stays_usable(void)
{
    struct nl_sock *sock = open_socket(NETLINK_ROUTE);
    struct ofpbuf buf;

    ofpbuf_init(&buf, 64);
    nlsock_sock_set_timeout(sock, 20);
    CHECK_INT(nl_sock_recv(sock, &buf, true), ETIMEDOUT);
    CHECK_INT(ofpbuf_size(&buf), 0);
    CHECK_INT(nl_sock_recv(sock, &buf, false), EAGAIN);
    put_getlink(&buf, 1);
    CHECK_INT(nl_sock_transact(sock, &buf, NULL), 0);
    CHECK_INT(nl_sock_send(sock, &buf, true), 0);
    CHECK_INT(nl_sock_recv(sock, &buf, true), 0);
    nlsock_sock_set_timeout(sock, 0);
    nl_sock_destroy(sock);
    ofpbuf_uninit(&buf);
}

/* Where messages come from. */

/* Multicasts a message to group 'group' of NETLINK_USERSOCK. */
static bool
multicast(int fd, unsigned int group)
{
    struct sockaddr_nl address;
    struct nlmsghdr h;

    memset(&address, 0, sizeof address);
    address.nl_family = AF_NETLINK;
    address.nl_groups = 1u << (group - 1);
    memset(&h, 0, sizeof h);
    h.nlmsg_len = sizeof h;
    h.nlmsg_type = 99;
    /* The kernel itself, to which every message goes too, does not listen. */
    return (sendto(fd, &h, sizeof h, 0, (struct sockaddr *) &address, sizeof address) > 0
            || errno == ECONNREFUSED);
}

static void
messages_of_other_processes_can_be_told_and_refused(void)
{
    struct nl_sock *sock = open_socket(NETLINK_USERSOCK);
    struct nlsock_counters before, after;
    struct nlsock_source source;
    struct nl_sock *sender;
    struct ofpbuf buf;

    ofpbuf_init(&buf, 64);
    sender = open_socket(NETLINK_USERSOCK);
    CHECK_INT(nl_sock_join_mcgroup(sock, 3), 0);
    if (!multicast(nl_sock_fd(sender), 3)) {
        nl_sock_destroy(sock);
        nl_sock_destroy(sender);
        ofpbuf_uninit(&buf);
        SKIP("this user may not multicast");
    }
    CHECK_INT(nlsock_sock_recv_from(sock, &buf, false, &source, sizeof source), 0);
    CHECK_INT(nl_msg_nlmsghdr(&buf)->nlmsg_type, 99);
    CHECK_INT(source.port_id, nl_sock_pid(sender));
    CHECK_INT(source.group, 3);
    CHECK(!source.has_nsid);

    nlsock_sock_set_kernel_only(sock, true);
    nlsock_counters(&before, sizeof before);
    CHECK(multicast(nl_sock_fd(sender), 3));
    CHECK_INT(nl_sock_recv(sock, &buf, false), EAGAIN);
    nlsock_counters(&after, sizeof after);
    CHECK_INT(after.spoofed - before.spoofed, 1);
    CHECK_INT(after.received, before.received);
    nlsock_sock_set_kernel_only(sock, false);
    CHECK(multicast(nl_sock_fd(sender), 3));
    CHECK_INT(nl_sock_recv(sock, &buf, false), 0);
    nl_sock_destroy(sock);
    nl_sock_destroy(sender);
    ofpbuf_uninit(&buf);
}

static void
the_kernel_is_the_source_of_its_messages(void)
{
    struct nl_sock *sock = open_socket(NETLINK_ROUTE);
    struct nlsock_source source;
    struct ofpbuf buf;

    ofpbuf_init(&buf, 64);
    nlsock_sock_set_kernel_only(sock, true);
    CHECK_INT(nl_sock_join_mcgroup(sock, RTNLGRP_LINK), 0);
    CHECK(netns_set_lo(false));
    CHECK_INT(nlsock_sock_recv_from(sock, &buf, true, &source, sizeof source), 0);
    CHECK_INT(source.port_id, 0);
    CHECK_INT(source.group, RTNLGRP_LINK);
    CHECK(!source.has_nsid);
    CHECK(netns_set_lo(true));
    put_getlink(&buf, 1);
    CHECK_INT(nl_sock_transact(sock, &buf, NULL), 0);
    nl_sock_destroy(sock);
    ofpbuf_uninit(&buf);
}

/* Changes a link in a new network namespace, which has a number in the one of 'sock'. */
static void *
change_link_elsewhere(void *ok)
{
    struct ofpbuf request;
    struct nl_sock *sock;
    uint32_t *header;

    /* The socket stays in the namespace before, where the number is given. */
    if (nl_sock_create(NETLINK_ROUTE, &sock) || unshare(CLONE_NEWNET)) {
        return NULL;
    }
    ofpbuf_init(&request, 64);
    nl_msg_put_nlmsghdr(&request, 0, RTM_NEWNSID, NLM_F_REQUEST | NLM_F_ACK);
    header = nl_msg_put_uninit(&request, 4);        /* struct rtgenmsg, padded. */
    *header = 0;
    nl_msg_put_u32(&request, 1 /* NETNSA_NSID */, 42);
    nl_msg_put_u32(&request, 3 /* NETNSA_FD */,
                   (uint32_t) open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
    *(bool *) ok = !nl_sock_transact(sock, &request, NULL) && netns_set_lo(true);
    nl_sock_destroy(sock);
    ofpbuf_uninit(&request);
    return NULL;
}

static void
other_namespaces_can_be_listened_to(void)
{
    struct nl_sock *sock = open_socket(NETLINK_ROUTE);
    struct nlsock_source source;
    bool found = false;
    bool ok = false;
    struct ofpbuf buf;
    pthread_t thread;
    int error = nlsock_sock_listen_all_nsid(sock, true);

    if (error) {
        nl_sock_destroy(sock);
        SKIP("this user may not listen to other namespaces");
    }
    ofpbuf_init(&buf, 4096);
    CHECK_INT(nl_sock_join_mcgroup(sock, RTNLGRP_LINK), 0);
    CHECK_INT(pthread_create(&thread, NULL, change_link_elsewhere, &ok), 0);
    CHECK_INT(pthread_join(thread, NULL), 0);
    if (ok) {
        while (!nlsock_sock_recv_from(sock, &buf, false, &source, sizeof source)) {
            found = found || (source.has_nsid && source.nsid == 42);
        }
        CHECK(found);
    }
    CHECK_INT(nlsock_sock_listen_all_nsid(sock, false), 0);
    nl_sock_destroy(sock);
    ofpbuf_uninit(&buf);
    if (!ok) {
        SKIP("namespaces cannot be numbered here");
    }
}

/* The pool. */

static void
flushing_closes_idle_sockets(void)
{
    struct ofpbuf request;
    int before;

    nlsock_pool_flush();
    before = count_descriptors();
    ofpbuf_init(&request, 64);
    put_getlink(&request, 1);
    CHECK_INT(nl_transact(NETLINK_ROUTE, &request, NULL), 0);
    CHECK_INT(nl_transact(NETLINK_ROUTE, &request, NULL), 0);
    CHECK_INT(count_descriptors(), before + 1);
    nlsock_pool_flush();
    CHECK_INT(count_descriptors(), before);
    ofpbuf_uninit(&request);
}

/* Returns how many routes of ours there are, as the pool sees them. */
static int
visible_routes(void)
{
    struct ofpbuf request, reply, buf;
    struct nl_dump dump;
    int n = 0;

    ofpbuf_init(&request, 64);
    ofpbuf_init(&buf, NL_DUMP_BUFSIZE);
    put_getroute(&request);
    nl_dump_start(&dump, NETLINK_ROUTE, &request);
    while (nl_dump_next(&dump, &reply, &buf)) {
        n += route_number(&reply) >= 0;
    }
    CHECK_INT(nl_dump_done(&dump), 0);
    ofpbuf_uninit(&request);
    ofpbuf_uninit(&buf);
    return n;
}

static void *
look_from_a_new_namespace(void *seen)
{
    if (unshare(CLONE_NEWNET)) {
        *(int *) seen = -1;
        return NULL;
    }
    *(int *) seen = visible_routes();
    return NULL;
}

static int
seen_from_a_new_namespace(void)
{
    pthread_t thread;
    int seen = -2;

    CHECK_INT(pthread_create(&thread, NULL, look_from_a_new_namespace, &seen), 0);
    CHECK_INT(pthread_join(thread, NULL), 0);
    return seen;
}

static void
a_thread_gets_sockets_of_its_own_namespace_if_that_is_wanted(void)
{
    nlsock_pool_flush();
    add_routes(300);
    CHECK_INT(visible_routes(), 300);
    CHECK_INT(seen_from_a_new_namespace(), 300);
    nlsock_pool_set_netns_aware(true);
    CHECK_INT(seen_from_a_new_namespace(), 0);
    CHECK_INT(visible_routes(), 300);
    CHECK_INT(visible_routes(), 300);
    nlsock_pool_set_netns_aware(false);
    nlsock_pool_flush();
}

static void *
look_up_in_a_new_namespace(void *result)
{
    int *number = result;

    if (!unshare(CLONE_NEWNET)) {
        nl_lookup_genl_family("nlctrl", number);
    }
    return NULL;
}

static void
lookups_follow_the_thread(void)
{
    pthread_t thread;
    int number = 0;
    int before;

    CHECK_INT(nl_lookup_genl_family("nlctrl", &number), 0);
    before = count_descriptors();
    number = 0;
    CHECK_INT(pthread_create(&thread, NULL, look_up_in_a_new_namespace, &number), 0);
    CHECK_INT(pthread_join(thread, NULL), 0);
    CHECK_INT(number, GENL_ID_CTRL);
    /* The socket of the old namespace was of no use, and went. */
    CHECK_INT(count_descriptors(), before);
}

static void
look_up_without_proc(void)
{
    unsigned int group = 0;
    int number = 0;

    if (chroot("/sys")) {
        fprintf(stderr, "cannot");
    } else {
        fprintf(stderr, "%d", nl_lookup_genl_family("nlctrl", &number));
        fprintf(stderr, " %d", nl_lookup_genl_mcgroup("nlctrl", "notify", &group));
    }
}

static void
lookups_need_no_proc(void)
{
    char output[100];

    if (geteuid()) {
        SKIP("needs root");
    }
    CHECK_INT(tap_child(look_up_without_proc, output, sizeof output), 0);
    CHECK_STR(output, "0 0");
}

/* Fork. */

static void
use_pool_in_child(void)
{
    struct ofpbuf request, *reply = NULL;
    int n, i;

    n = count_descriptors();
    ofpbuf_init(&request, 64);
    for (i = 0; i < 2000; i++) {
        put_getlink(&request, i % 2 ? 1 : 4711);
        if (nl_transact(NETLINK_ROUTE, &request, &reply) != (i % 2 ? 0 : ENODEV)
            || (i % 2 && nl_msg_nlmsghdr(reply)->nlmsg_type != RTM_NEWLINK)) {
            fprintf(stderr, "wrong answer\n");
        }
        ofpbuf_delete(reply);
    }
    fprintf(stderr, "%d descriptors\n", count_descriptors() - n);
    ofpbuf_uninit(&request);
}

static void
a_child_starts_with_an_empty_pool(void)
{
    char output[1000];
    struct ofpbuf request;

    ofpbuf_init(&request, 64);
    put_getlink(&request, 1);
    CHECK_INT(nl_transact(NETLINK_ROUTE, &request, NULL), 0);
    CHECK_INT(tap_child(use_pool_in_child, output, sizeof output), 0);
    CHECK_STR(output, "1 descriptors\n");
    put_getlink(&request, 4711);
    CHECK_INT(nl_transact(NETLINK_ROUTE, &request, NULL), ENODEV);
    ofpbuf_uninit(&request);
}

static void
transact_at_exit(void)
{
    struct ofpbuf request;

    ofpbuf_init(&request, 64);
    put_getlink(&request, 4711);
    fprintf(stderr, "at exit: %d\n", nl_transact(NETLINK_ROUTE, &request, NULL));
    ofpbuf_uninit(&request);
    nl_sock_destroy(NULL);
}

static void
exit_with_a_last_transaction(void)
{
    struct ofpbuf request;

    atexit(transact_at_exit);
    ofpbuf_init(&request, 64);
    put_getlink(&request, 1);
    nl_transact(NETLINK_ROUTE, &request, NULL);
    ofpbuf_uninit(&request);
    exit(0);
}

static void
the_library_works_until_the_very_end(void)
{
    char expected[40], output[1000];

    CHECK_INT(tap_child(exit_with_a_last_transaction, output, sizeof output), 0);
    snprintf(expected, sizeof expected, "at exit: %d\n", ENODEV);
    CHECK_STR(output, expected);
}

static void
counters_start_again(void)
{
    struct nlsock_counters counters;

    nlsock_counters(&counters, sizeof counters);
    CHECK(counters.sent > 0 && counters.received > 0);
    nlsock_counters_reset();
    nlsock_counters(&counters, sizeof counters);
    CHECK_INT(counters.sent + counters.received + counters.discarded, 0);
}

int
main(void)
{
    if (!netns_enter("test-ext")) {
        return EXIT_SUCCESS;
    }
    RUN(a_refusal_is_explained);
    RUN(the_offending_attribute_is_named);
    RUN(each_transaction_of_a_batch_is_explained);
    RUN(the_explanation_is_on_the_log);
    RUN(a_dump_tells_how_it_went);
    RUN(strict_dumps_return_the_error_of_the_end);
    RUN(a_whole_table_comes_in_one_buffer);
    RUN(a_deadline_ends_a_receive_and_the_socket_stays_usable);
    RUN(messages_of_other_processes_can_be_told_and_refused);
    RUN(the_kernel_is_the_source_of_its_messages);
    RUN(other_namespaces_can_be_listened_to);
    RUN(flushing_closes_idle_sockets);
    RUN(a_thread_gets_sockets_of_its_own_namespace_if_that_is_wanted);
    RUN(lookups_follow_the_thread);
    RUN(lookups_need_no_proc);
    RUN(a_child_starts_with_an_empty_pool);
    RUN(the_library_works_until_the_very_end);
    RUN(counters_start_again);
    return tap_done();
}
