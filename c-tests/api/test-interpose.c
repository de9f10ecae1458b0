/* SPDX-License-Identifier: Apache-2.0 */
/* A process that also has the original's code, as with LD_PRELOAD and a shared libopenvswitch: the
 * library uses the log modules and counters that the original registers, and registers none. */

#include "host.h"
#include "kernel.h"
#include "netns.h"
#include "tap.h"

/* What the original's objects define.  Their module "netlink" is hidden, but is on the list before
 * the library is initialised; all else can be seen, but is registered after that. */

#define MODULE(NAME, NEIGHBOR) { { NEIGHBOR, NEIGHBOR }, NAME, { 4, 4, 4 }, 4, true }

static struct vlog_module hidden_module = MODULE("netlink", &vlog_modules);
struct list vlog_modules = { &hidden_module.list, &hidden_module.list };

extern struct vlog_module VLM_netlink_socket;
struct vlog_module VLM_netlink_socket = MODULE("netlink_socket", &VLM_netlink_socket.list);

static unsigned int originals_sendings;

static unsigned int
tell_sendings(void)
{
    unsigned int n = originals_sendings;

    originals_sendings = 0;
    return n;
}

static unsigned int
tell_none(void)
{
    return 0;
}

#define COUNTER(NAME, TELL)                             \
    extern struct coverage_counter counter_##NAME;      \
    struct coverage_counter counter_##NAME = { .name = #NAME, .count = TELL }
COUNTER(netlink_overflow, tell_none);
COUNTER(netlink_received, tell_none);
COUNTER(netlink_recv_jumbo, tell_none);
COUNTER(netlink_sent, tell_sendings);

__attribute__((constructor)) static void
register_originals(void)
{
    list_insert(&vlog_modules, &VLM_netlink_socket.list);
    coverage_counter_register(&counter_netlink_overflow);
    coverage_counter_register(&counter_netlink_received);
    coverage_counter_register(&counter_netlink_recv_jumbo);
    coverage_counter_register(&counter_netlink_sent);
}

static void
each_module_is_listed_once(void)
{
    CHECK(find_module("netlink") == &hidden_module);
    CHECK(find_module("netlink_socket") == &VLM_netlink_socket);
    CHECK(vlog_modules.next == &hidden_module.list);
    CHECK(hidden_module.list.next == &VLM_netlink_socket.list);
    CHECK(VLM_netlink_socket.list.next == &vlog_modules);
}

static void
set_level(struct vlog_module *module, int level)
{
    module->min_level = level;
    text[0] = '\0';
    text_module = NULL;
}

static void
lines_about_sockets_go_by_the_originals_level(void)
{
    struct nl_sock *sock;
    struct ofpbuf request;

    CHECK_INT(nl_sock_create(NETLINK_ROUTE, &sock), 0);
    ofpbuf_init(&request, 64);
    put_getlink(&request, 4711);

    set_level(&VLM_netlink_socket, 4);
    CHECK_INT(nl_sock_transact(sock, &request, NULL), ENODEV);
    CHECK_STR(text, "");
    CHECK_INT(nl_sock_join_mcgroup(sock, 1000000), EINVAL);
    CHECK_STR(text, "3 could not join multicast group 1000000 (Invalid argument)");
    CHECK(text_module == &VLM_netlink_socket);

    set_level(&VLM_netlink_socket, 2);
    CHECK_INT(nl_sock_join_mcgroup(sock, 1000000), EINVAL);
    CHECK_STR(text, "");

    set_level(&VLM_netlink_socket, 5);
    CHECK_INT(nl_sock_transact(sock, &request, NULL), ENODEV);
    CHECK(strstr(text, "5 received NAK error=19 (No such device)"));
    CHECK(text_module == &VLM_netlink_socket);

    set_level(&VLM_netlink_socket, 4);
    ofpbuf_uninit(&request);
    nl_sock_destroy(sock);
}

static void
lines_about_messages_go_by_the_originals_level(void)
{
    static const struct nl_policy policy[] = { [1] = { .type = NL_A_U32, .optional = false } };
    struct nlattr *attrs[2];
    struct ofpbuf empty;

    ofpbuf_init(&empty, 0);
    set_level(&hidden_module, 4);
    CHECK(!nl_policy_parse(&empty, 0, policy, attrs, 2));
    CHECK_STR(text, "");
    set_level(&hidden_module, 5);
    CHECK(!nl_policy_parse(&empty, 0, policy, attrs, 2));
    CHECK(text[0] == '5');
    CHECK(text_module == &hidden_module);
    set_level(&hidden_module, 4);
    ofpbuf_uninit(&empty);
}

static void
the_originals_counters_count_for_both(void)
{
    struct ofpbuf request;

    CHECK_INT(n_counters, 4);
    news("netlink_sent");
    news("netlink_received");
    ofpbuf_init(&request, 64);
    put_getlink(&request, 1);
    CHECK_INT(nl_transact(NETLINK_ROUTE, &request, NULL), 0);
    originals_sendings = 5;
    CHECK_INT(news("netlink_sent"), 6);
    CHECK_INT(news("netlink_sent"), 0);
    CHECK_INT(news("netlink_received"), 1);
    CHECK_INT(news("netlink_received"), 0);
    CHECK_INT(news("netlink_overflow"), 0);
    ofpbuf_uninit(&request);
}

int
main(void)
{
    if (!netns_enter()) {
        return EXIT_SUCCESS;
    }
    RUN(each_module_is_listed_once);
    RUN(lines_about_sockets_go_by_the_originals_level);
    RUN(lines_about_messages_go_by_the_originals_level);
    RUN(the_originals_counters_count_for_both);
    return tap_done();
}
