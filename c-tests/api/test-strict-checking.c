/* SPDX-License-Identifier: Apache-2.0 */
/* nlsock-ext.h: strict checking of requests by the kernel. */

#include "batch.h"
#include "netns.h"
#include "nlsock-ext.h"
#include "replaced.h"

#ifndef SOL_NETLINK
#define SOL_NETLINK 270
#endif
#ifndef NETLINK_GET_STRICT_CHK
#define NETLINK_GET_STRICT_CHK 12
#endif

#define TABLE 100
#define N_IN_TABLE 3
#define N_IN_MAIN 20
/* The routes of a dump that does not ask for strict checking.  In the 3.x interface, the kernel
 * filters dumps of routes all the same. */
#define N_USUALLY (OVS3 ? N_IN_TABLE : N_IN_MAIN + N_IN_TABLE)

/* How often the option was set, and the errno value with which setting it fails. */
static unsigned int n_settings;
static int setting_fails;

int
setsockopt(int fd, int level, int option, const void *value, socklen_t size)
{
    static int (*function)(int, int, int, const void *, socklen_t);

    if (level == SOL_NETLINK && option == NETLINK_GET_STRICT_CHK) {
        n_settings++;
        if (setting_fails) {
            errno = setting_fails;
            return -1;
        }
    }
    if (!function) {
        function = (int (*)(int, int, int, const void *, socklen_t)) real("setsockopt");
    }
    return function(fd, level, option, value, size);
}

static void
add_routes_to_both_tables(void)
{
    struct ofpbuf request;
    unsigned int i;

    ofpbuf_init(&request, 64);
    for (i = 0; i < N_IN_MAIN + N_IN_TABLE; i++) {
        put_route(&request, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_ACK, i);
        if (i >= N_IN_MAIN) {
            ((struct rtmsg *) ofpbuf_at_assert(&request, NLMSG_HDRLEN, 1))->rtm_table = TABLE;
        }
        CHECK_INT(nl_transact(NETLINK_ROUTE, &request, NULL), 0);
    }
    ofpbuf_uninit(&request);
}

static void
put_table_dump(struct ofpbuf *request)
{
    put_getroute(request);
    ((struct rtmsg *) ofpbuf_at_assert(request, NLMSG_HDRLEN, 1))->rtm_table = TABLE;
}

/* A request for a link, with a field that strict checking does not allow. */
static void
put_loose_getlink(struct ofpbuf *request)
{
    put_getlink(request, 1);
    ((struct ifinfomsg *) ofpbuf_at_assert(request, NLMSG_HDRLEN, 1))->ifi_change = UINT32_MAX;
}

/* Dumps the routes of TABLE with 'flags'.  Returns the number of routes of tests that come, or the
 * negative errno value. */
static int
count_routes(unsigned int flags)
{
    struct ofpbuf request, reply, buf;
    struct nl_dump dump;
    int n = 0, error;

    ofpbuf_init(&request, 64);
    ofpbuf_init(&buf, NL_DUMP_BUFSIZE);
    put_table_dump(&request);
    if (flags) {
        nlsock_dump_start(&dump, NETLINK_ROUTE, &request, flags);
    } else {
        nl_dump_start(&dump, NETLINK_ROUTE, &request);
    }
    while (nl_dump_next(&dump, &reply, &buf)) {
        n += route_number(&reply) >= 0;
    }
    error = nl_dump_done(&dump);
    ofpbuf_uninit(&request);
    ofpbuf_uninit(&buf);
    return error ? -error : n;
}

static void
a_dump_is_filtered_if_asked_for(void)
{
    struct ofpbuf request, msg, *all;
    unsigned int n = 0;

    CHECK_INT(count_routes(0), N_USUALLY);
    CHECK_INT(count_routes(NLSOCK_STRICT_CHECKING), N_IN_TABLE);
    CHECK_INT(count_routes(0), N_USUALLY);
    CHECK_INT(count_routes(1u << 20), -EINVAL);

    ofpbuf_init(&request, 64);
    put_table_dump(&request);
    CHECK_INT(nlsock_dump_all_flags(NETLINK_ROUTE, &request, NLSOCK_STRICT_CHECKING, 5, 0, &all),
              0);
    while (nl_msg_next(all, &msg)) {
        n++;
    }
    CHECK_INT(n, N_IN_TABLE);
    ofpbuf_delete(all);
    ofpbuf_uninit(&request);
}

/* Asks for a link. */
static int
ask_loosely(void)
{
    struct ofpbuf request;
    int error;

    ofpbuf_init(&request, 64);
    put_loose_getlink(&request);
    error = nl_transact(NETLINK_ROUTE, &request, NULL);
    ofpbuf_uninit(&request);
    return error;
}

/* Dumps links with a request that the kernel refuses if it checks it strictly. */
static void
a_dump_of_another_kind_is_not_checked(void)
{
    struct ofpbuf request, reply, buf, *all;
    struct nl_dump dump;
    unsigned int n = 0;

    ofpbuf_init(&request, 64);
    ofpbuf_init(&buf, NL_DUMP_BUFSIZE);
    put_loose_getlink(&request);
    nl_dump_start(&dump, NETLINK_ROUTE, &request);
    while (nl_dump_next(&dump, &reply, &buf)) {
        n++;
    }
    CHECK_INT(nl_dump_done(&dump), 0);
    CHECK(n > 0);

    put_loose_getlink(&request);
    nlsock_dump_start(&dump, NETLINK_ROUTE, &request, 0);
    CHECK(nl_dump_next(&dump, &reply, &buf));
    nl_dump_done(&dump);

    put_loose_getlink(&request);
    CHECK_INT(nlsock_dump_all_flags(NETLINK_ROUTE, &request, 0, 5, 0, &all), 0);
    CHECK(ofpbuf_size(all) > 0);
    ofpbuf_delete(all);
    ofpbuf_uninit(&request);
    ofpbuf_uninit(&buf);
}

static void
a_socket_of_a_strict_dump_is_not_strict_for_others(void)
{
    nlsock_pool_flush();
    CHECK_INT(count_routes(NLSOCK_STRICT_CHECKING), N_IN_TABLE);
    CHECK_INT(ask_loosely(), 0);
    CHECK_INT(count_routes(0), N_USUALLY);
}

static void
the_whole_pool_can_be_strict(void)
{
    int number = 0;

    CHECK_INT(ask_loosely(), 0);
    nlsock_pool_set_strict_checking(true);
    CHECK_INT(ask_loosely(), EINVAL);
    CHECK_INT(count_routes(0), N_IN_TABLE);
    CHECK_INT(nl_lookup_genl_family("nlctrl", &number), 0);
    nlsock_pool_set_strict_checking(false);
    CHECK_INT(ask_loosely(), 0);
    CHECK_INT(count_routes(0), N_USUALLY);
}

static void
the_option_is_set_only_if_it_changes(void)
{
    nlsock_pool_flush();
    n_settings = 0;
    CHECK_INT(ask_loosely(), 0);
    CHECK_INT(ask_loosely(), 0);
    CHECK_INT(n_settings, 0);
    CHECK_INT(count_routes(NLSOCK_STRICT_CHECKING), N_IN_TABLE);
    CHECK_INT(n_settings, 1);
    CHECK_INT(count_routes(NLSOCK_STRICT_CHECKING), N_IN_TABLE);
    CHECK_INT(n_settings, 1);
    CHECK_INT(ask_loosely(), 0);
    CHECK_INT(n_settings, 2);
}

static void
a_kernel_without_it_is_reported(void)
{
    struct nl_sock *sock = open_socket(NETLINK_ROUTE);
    struct ofpbuf request, *all;

    setting_fails = ENOPROTOOPT;
    CHECK_INT(nlsock_sock_set_strict_checking(sock, true), ENOPROTOOPT);
    CHECK_INT(count_routes(NLSOCK_STRICT_CHECKING), -ENOPROTOOPT);
    ofpbuf_init(&request, 64);
    put_table_dump(&request);
    CHECK_INT(nlsock_dump_all_flags(NETLINK_ROUTE, &request, NLSOCK_STRICT_CHECKING, 5, 0, &all),
              ENOPROTOOPT);
    CHECK(!all);
    ofpbuf_uninit(&request);
    /* Nothing else needs the option. */
    CHECK_INT(ask_loosely(), 0);
    CHECK_INT(count_routes(0), N_IN_MAIN + N_IN_TABLE);
    nlsock_pool_set_strict_checking(true);
    CHECK_INT(ask_loosely(), ENOPROTOOPT);
    nlsock_pool_set_strict_checking(false);
    setting_fails = 0;
    nl_sock_destroy(sock);
}

/* Dumps the routes of TABLE on 'sock', message by message.  Returns the number that comes. */
static unsigned int
count_routes_on(struct nl_sock *sock)
{
    struct ofpbuf request, buf, msg;
    unsigned int n = 0;
    bool done = false;

    ofpbuf_init(&request, 64);
    ofpbuf_init(&buf, NL_DUMP_BUFSIZE);
    put_table_dump(&request);
    nl_msg_nlmsghdr(&request)->nlmsg_flags |= NLM_F_DUMP;
    CHECK_INT(nl_sock_send(sock, &request, true), 0);
    while (!done && !nl_sock_recv(sock, &buf, false)) {
        while (nl_msg_next(&buf, &msg)) {
            done = done || message_type(&msg) == NLMSG_DONE;
            n += message_type(&msg) == RTM_NEWROUTE && route_number(&msg) >= 0;
        }
    }
    CHECK(done);
    ofpbuf_uninit(&request);
    ofpbuf_uninit(&buf);
    return n;
}

static void
a_socket_of_the_caller_can_be_strict(void)
{
    struct nl_sock *sock = open_socket(NETLINK_ROUTE);

    CHECK_INT(count_routes_on(sock), N_USUALLY);
    CHECK_INT(nlsock_sock_set_strict_checking(sock, true), 0);
    CHECK_INT(count_routes_on(sock), N_IN_TABLE);
    CHECK_INT(nlsock_sock_set_strict_checking(sock, false), 0);
    CHECK_INT(count_routes_on(sock), N_IN_MAIN + N_IN_TABLE);
    nl_sock_destroy(sock);
}

int
main(void)
{
    if (!netns_enter()) {
        return EXIT_SUCCESS;
    }
    RUN(add_routes_to_both_tables);
    RUN(a_dump_is_filtered_if_asked_for);
    RUN(a_dump_of_another_kind_is_not_checked);
    RUN(a_socket_of_a_strict_dump_is_not_strict_for_others);
    RUN(the_whole_pool_can_be_strict);
    RUN(the_option_is_set_only_if_it_changes);
    RUN(a_kernel_without_it_is_reported);
    RUN(a_socket_of_the_caller_can_be_strict);
    return tap_done();
}
