/* SPDX-License-Identifier: Apache-2.0 */
/* Dumps of NETLINK_ROUTE whose header says what to dump.  Open vSwitch since 3.4 relies on the
 * kernel to filter them, which it does if it checks requests strictly; older callers send short
 * headers, which it then refuses. */

#include <linux/fib_rules.h>
#include "batch.h"
#include "netns.h"
#include "replaced.h"

#define TABLE 100

/* Counts the calls that set strict checking, and makes them fail with 'strict_fails'. */
static int strict_calls, strict_fails;

int
setsockopt(int fd, int level, int option, const void *value, socklen_t size)
{
    static int (*function)(int, int, int, const void *, socklen_t);

    if (level == SOL_NETLINK && option == NETLINK_GET_STRICT_CHK) {
        strict_calls++;
        if (strict_fails) {
            errno = strict_fails;
            return -1;
        }
    }
    if (!function) {
        function = (int (*)(int, int, int, const void *, socklen_t)) real("setsockopt");
    }
    return function(fd, level, option, value, size);
}

static void
put_table_route(struct ofpbuf *b, uint16_t type, unsigned char table, uint8_t number)
{
    struct rtmsg route = { .rtm_family = AF_INET, .rtm_dst_len = 32, .rtm_table = table,
                           .rtm_type = RTN_BLACKHOLE, .rtm_scope = RT_SCOPE_UNIVERSE };
    uint8_t address[4] = { 198, 51, 100, number };

    ofpbuf_clear(b);
    nl_msg_put_nlmsghdr(b, 0, type, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE);
    nl_msg_put(b, &route, sizeof route);
    nl_msg_put_unspec(b, RTA_DST, address, sizeof address);
}

/* Adds 2 routes to a table of their own, and 3 to the main table. */
static void
add_table_routes(void)
{
    struct ofpbuf request;
    uint8_t i;

    ofpbuf_init(&request, 0);
    for (i = 0; i < 5; i++) {
        put_table_route(&request, RTM_NEWROUTE, i < 2 ? TABLE : RT_TABLE_MAIN, i);
        CHECK_INT(nl_transact(NETLINK_ROUTE, &request, NULL), 0);
    }
    ofpbuf_uninit(&request);
}

/* Puts a request for the dump of the IPv4 routes of TABLE. */
static void
put_table_dump(struct ofpbuf *b)
{
    struct rtmsg route = { .rtm_family = AF_INET, .rtm_table = TABLE };

    ofpbuf_clear(b);
    nl_msg_put_nlmsghdr(b, 0, RTM_GETROUTE, NLM_F_REQUEST);
    nl_msg_put(b, &route, sizeof route);
}

/* Puts a request with a header that only has the address family, as callers before 3.4 do. */
static void
put_short_dump(struct ofpbuf *b, uint16_t type, uint8_t family)
{
    struct rtgenmsg header = { .rtgen_family = family };

    ofpbuf_clear(b);
    nl_msg_put_nlmsghdr(b, 0, type, NLM_F_REQUEST);
    nl_msg_put(b, &header, sizeof header);
}

struct found {
    int messages;
    int in_table;               /* Routes in TABLE. */
    int error;                  /* The result of nl_dump_done(). */
};

static struct found
dump(const struct ofpbuf *request)
{
    struct found found = { 0, 0, 0 };
    struct ofpbuf reply, buf;
    struct nl_dump dump;

    ofpbuf_init(&buf, NL_DUMP_BUFSIZE);
    nl_dump_start(&dump, NETLINK_ROUTE, request);
    while (nl_dump_next(&dump, &reply, &buf)) {
        const struct rtmsg *route = ofpbuf_at(&reply, NLMSG_HDRLEN, sizeof *route);

        found.messages++;
        found.in_table += route && nl_msg_nlmsghdr(&reply)->nlmsg_type == RTM_NEWROUTE
                          && route->rtm_table == TABLE;
    }
    found.error = nl_dump_done(&dump);
    ofpbuf_uninit(&buf);
    return found;
}

static void
a_whole_header_is_a_filter(void)
{
    struct ofpbuf request;
    struct found found;

    ofpbuf_init(&request, 0);
    put_table_dump(&request);
    found = dump(&request);
    CHECK_INT(found.error, 0);
    CHECK_INT(found.in_table, 2);
    CHECK(OVS3 ? found.messages == 2 : found.messages >= 5);
    ofpbuf_uninit(&request);
}

static void
a_short_header_is_none(void)
{
    struct ofpbuf request;
    struct found found;

    ofpbuf_init(&request, 0);
    put_short_dump(&request, RTM_GETROUTE, AF_INET);
    found = dump(&request);
    CHECK_INT(found.error, 0);
    CHECK(found.messages >= 5);
    CHECK_INT(found.in_table, 2);
    ofpbuf_uninit(&request);
}

static void
what_strict_checking_would_refuse_is_not_checked(void)
{
    struct ifinfomsg link = { .ifi_family = AF_UNSPEC, .ifi_index = 1, .ifi_change = 0xffffffff };
    struct ofpbuf request;
    struct found found;

    ofpbuf_init(&request, 0);
    nl_msg_put_nlmsghdr(&request, 0, RTM_GETLINK, NLM_F_REQUEST);
    nl_msg_put(&request, &link, sizeof link);
    found = dump(&request);
    CHECK_INT(found.error, 0);
    CHECK(found.messages >= 1);
    CHECK_INT(nl_transact(NETLINK_ROUTE, &request, NULL), 0);
    ofpbuf_uninit(&request);
}

/* Requests whose whole header has fields that the kernel ignores, unless it checks strictly. */
static void
fields_that_were_ignored_still_are(void)
{
    struct rtmsg route = { .rtm_family = AF_INET, .rtm_dst_len = 32 };
    struct rtmsg scope = { .rtm_family = AF_INET, .rtm_scope = RT_SCOPE_LINK };
    struct ifaddrmsg address = { .ifa_family = AF_INET, .ifa_scope = RT_SCOPE_HOST };
    struct ifinfomsg bridge = { .ifi_family = AF_BRIDGE };
    const struct { uint16_t type; const void *header; size_t size; } cases[] = {
        { RTM_GETROUTE, &route, sizeof route }, { RTM_GETROUTE, &scope, sizeof scope },
        { RTM_GETADDR, &address, sizeof address }, { RTM_GETNEIGH, &bridge, sizeof bridge },
    };
    struct ofpbuf request;
    size_t i;

    ofpbuf_init(&request, 0);
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct nlsock_dump_result result;
        struct found found;

        ofpbuf_clear(&request);
        nl_msg_put_nlmsghdr(&request, 0, cases[i].type, NLM_F_REQUEST);
        nl_msg_put(&request, cases[i].header, cases[i].size);
        found = dump(&request);
        nlsock_dump_result(&result, sizeof result);
        CHECK_INT(found.error, 0);
        CHECK_INT(result.error, 0);
        CHECK(found.messages || cases[i].type == RTM_GETNEIGH);
    }
    ofpbuf_uninit(&request);
}

static void
rules_are_dumped(void)
{
    struct fib_rule_hdr rule = { .family = AF_INET };
    struct ofpbuf request;
    struct found whole, brief;

    ofpbuf_init(&request, 0);
    nl_msg_put_nlmsghdr(&request, 0, RTM_GETRULE, NLM_F_REQUEST);
    nl_msg_put(&request, &rule, sizeof rule);
    whole = dump(&request);
    CHECK_INT(whole.error, 0);
    CHECK_INT(whole.messages, 3);
    put_short_dump(&request, RTM_GETRULE, AF_INET);
    brief = dump(&request);
    CHECK_INT(brief.error, 0);
    CHECK_INT(brief.messages, 3);
    ofpbuf_uninit(&request);
}

/* No system call is made for what is so already. */
static void
the_option_is_set_only_if_it_changes(void)
{
    struct ofpbuf request, link;
    int i;

    ofpbuf_init(&request, 0);
    ofpbuf_init(&link, 0);
    put_getlink(&link, 1);
    nlsock_pool_flush();
    strict_calls = 0;
    CHECK_INT(nl_transact(NETLINK_ROUTE, &link, NULL), 0);
    CHECK_INT(strict_calls, 0);
    for (i = 0; i < 3; i++) {
        put_table_dump(&request);
        CHECK_INT(dump(&request).error, 0);
        CHECK_INT(strict_calls, OVS3 ? 1 : 0);
    }
    CHECK_INT(nl_transact(NETLINK_ROUTE, &link, NULL), 0);
    put_short_dump(&request, RTM_GETROUTE, AF_INET);
    CHECK_INT(dump(&request).error, 0);
    CHECK_INT(strict_calls, OVS3 ? 2 : 0);
    ofpbuf_uninit(&request);
    ofpbuf_uninit(&link);
}

/* Sends 'request' for a dump on 'sock', and returns the number of messages, or -1 if the kernel
 * refuses. */
static int
dump_by_hand(struct nl_sock *sock, struct ofpbuf *request)
{
    struct ofpbuf buf, msg;
    int n = 0;
    bool done = false;

    nl_msg_nlmsghdr(request)->nlmsg_flags |= NLM_F_DUMP;
    CHECK_INT(nl_sock_send(sock, request, true), 0);
    ofpbuf_init(&buf, NL_DUMP_BUFSIZE);
    while (!done && !nl_sock_recv(sock, &buf, true)) {
        while (nl_msg_next(&buf, &msg)) {
            const int *error = ofpbuf_at(&msg, NLMSG_HDRLEN, sizeof *error);

            switch (nl_msg_nlmsghdr(&msg)->nlmsg_type) {
            case NLMSG_DONE:
            case NLMSG_ERROR:
                done = true;
                n = error && *error ? -1 : n;
                break;
            default:
                n++;
            }
        }
    }
    ofpbuf_uninit(&buf);
    return n;
}

static int
set_strict(struct nl_sock *sock, int strict)
{
    return setsockopt(nl_sock_fd(sock), SOL_NETLINK, NETLINK_GET_STRICT_CHK, &strict,
                      sizeof strict);
}

static void
own_sockets_check_like_pooled_ones(void)
{
    struct nl_sock *sock = open_socket(NETLINK_ROUTE);
    struct ofpbuf request;

    ofpbuf_init(&request, 0);
    put_table_dump(&request);
    CHECK(OVS3 ? dump_by_hand(sock, &request) == 2 : dump_by_hand(sock, &request) >= 5);
    put_short_dump(&request, RTM_GETROUTE, AF_INET);
    CHECK(dump_by_hand(sock, &request) >= 5);

    /* Unless the program chooses: by setsockopt() ... */
    CHECK_INT(set_strict(sock, 1), 0);
    put_table_dump(&request);
    CHECK_INT(dump_by_hand(sock, &request), 2);
    put_short_dump(&request, RTM_GETROUTE, AF_INET);
    CHECK_INT(dump_by_hand(sock, &request), -1);

    /* ... or by the function for it. */
    CHECK_INT(nlsock_sock_set_strict_checking(sock, false), 0);
    put_table_dump(&request);
    CHECK(dump_by_hand(sock, &request) >= 5);
    CHECK_INT(nlsock_sock_set_strict_checking(sock, true), 0);
    CHECK_INT(dump_by_hand(sock, &request), 2);
    put_short_dump(&request, RTM_GETROUTE, AF_INET);
    CHECK_INT(dump_by_hand(sock, &request), -1);
    nl_sock_destroy(sock);
    ofpbuf_uninit(&request);
}

#if OVS3
static char last_line[200];
static int last_level;

static void
keep_line(void *aux, int level, const char *module, const char *line)
{
    (void) module;
    (void) aux;
    if (strstr(line, "strict")) {
        last_level = level;
        snprintf(last_line, sizeof last_line, "%s", line);
    }
}

/* An old kernel does not know the option, and does not filter. */
static void
without_the_option_all_is_dumped(void)
{
    struct ofpbuf request;
    struct found found;

    ofpbuf_init(&request, 0);
    nlsock_pool_flush();
    nlsock_log_set_handler(keep_line, NULL);
    nlsock_log_set_level(NLSOCK_LOG_DBG);
    strict_fails = ENOPROTOOPT;
    put_table_dump(&request);
    found = dump(&request);
    CHECK_INT(found.error, 0);
    CHECK(found.messages >= 5);
    CHECK_INT(last_level, NLSOCK_LOG_DBG);
    CHECK_STR(last_line, "netlink: could not enable strict checking (Protocol not available)");
    strict_fails = EPERM;
    found = dump(&request);
    CHECK_INT(found.error, 0);
    CHECK_INT(last_level, NLSOCK_LOG_WARN);
    strict_fails = 0;
    nlsock_log_set_level(NLSOCK_LOG_WARN);
    nlsock_log_set_handler(NULL, NULL);
    ofpbuf_uninit(&request);
}

/* A route to IPv4 addresses by way of an IPv6 address has an attribute of its own type. */
static void
a_next_hop_of_another_family_is_parsed(void)
{
    static const struct nl_policy policy[] = {
        [RTA_DST] = { .type = NL_A_U32, .optional = true },
        [RTA_VIA] = { .type = NL_A_RTA_VIA, .optional = true },
    };
    struct nlattr *attrs[sizeof policy / sizeof policy[0]];
    struct rtmsg route = { .rtm_family = AF_INET, .rtm_dst_len = 32, .rtm_table = TABLE };
    uint8_t destination[4] = { 203, 0, 113, 1 };
    uint8_t via[18] = { 0 };
    struct ofpbuf msg;
    uint16_t family = AF_INET6;

    memcpy(via, &family, sizeof family);
    ofpbuf_init(&msg, 0);
    nl_msg_put_nlmsghdr(&msg, 0, RTM_NEWROUTE, NLM_F_REQUEST);
    nl_msg_put(&msg, &route, sizeof route);
    nl_msg_put_unspec(&msg, RTA_DST, destination, sizeof destination);
    nl_msg_put_unspec(&msg, RTA_VIA, via, sizeof via);
    CHECK(nl_policy_parse(&msg, NLMSG_HDRLEN + sizeof route, policy, attrs,
                          sizeof policy / sizeof policy[0]));
    CHECK(attrs[RTA_VIA] && nl_attr_get_size(attrs[RTA_VIA]) == sizeof via);
    ofpbuf_uninit(&msg);
}
#endif

int
main(void)
{
    if (!netns_enter()) {
        return 0;
    }
    RUN(add_table_routes);
    RUN(a_whole_header_is_a_filter);
    RUN(a_short_header_is_none);
    RUN(what_strict_checking_would_refuse_is_not_checked);
    RUN(fields_that_were_ignored_still_are);
    RUN(rules_are_dumped);
    RUN(the_option_is_set_only_if_it_changes);
    RUN(own_sockets_check_like_pooled_ones);
#if OVS3
    RUN(without_the_option_all_is_dumped);
    RUN(a_next_hop_of_another_family_is_parsed);
#endif
    return tap_done();
}
