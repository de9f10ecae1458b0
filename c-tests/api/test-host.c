/* SPDX-License-Identifier: Apache-2.0 */
/* In a process with Open vSwitch's services, the library uses them. */

#include <limits.h>
#include <poll.h>
#include "host.h"
#include "kernel.h"
#include "netns.h"
#include "nlsock-ext.h"
#include "tap.h"

struct list vlog_modules = { &vlog_modules, &vlog_modules };

static void
both_modules_are_on_the_hosts_list(void)
{
    const char *names[] = { "netlink_socket", "netlink" };
    int i;

    for (i = 0; i < 2; i++) {
        struct vlog_module *module = find_module(names[i]);

        CHECK(module != NULL);
        if (module) {
            CHECK_INT(module->levels[0], 4);
            CHECK_INT(module->levels[1], 4);
            CHECK_INT(module->levels[2], 4);
            CHECK_INT(module->min_level, 4);
            CHECK(module->honor_rate_limits);
        }
    }
}

static void
the_host_logs(void)
{
    struct vlog_module *module = find_module("netlink_socket");
    struct nl_sock *sock;
    struct ofpbuf request;

    CHECK_INT(nl_sock_create(NETLINK_ROUTE, &sock), 0);
    errno = 0;
    CHECK_INT(nl_sock_join_mcgroup(sock, 1000000), EINVAL);
    CHECK_STR(text, "3 could not join multicast group 1000000 (Invalid argument)");
    CHECK(text_module == module);
    CHECK(errno != EXDEV);

    ofpbuf_init(&request, 64);
    put_getlink(&request, 4711);
    text[0] = '\0';
    CHECK_INT(nl_sock_transact(sock, &request, NULL), ENODEV);
    CHECK_STR(text, "");
    module->min_level = 5;      /* As "vlog/set netlink_socket:dbg" does. */
    CHECK_INT(nl_sock_transact(sock, &request, NULL), ENODEV);
    CHECK(!strncmp(text, "5 nl_sock_transact_multiple__ (Success): nl(len:32, ", 52));
    CHECK(strstr(text, "5 received NAK error=19 (No such device)"));
    text[0] = '\0';
    drop = true;
    CHECK_INT(nl_sock_transact(sock, &request, NULL), ENODEV);
    CHECK_STR(text, "");
    drop = false;
    module->min_level = 4;
    ofpbuf_uninit(&request);
    nl_sock_destroy(sock);
}

static void
rate_limits_are_the_hosts(void)
{
    CHECK(text_limit != NULL);
    CHECK_INT(text_limit->rate, 60);
    CHECK_INT(text_limit->burst, 36000000);
    CHECK_INT(text_limit->tokens, 0);
    CHECK_INT(text_limit->last_fill, LLONG_MIN);
    CHECK_STR(text_limit->mutex.where, "<unlocked>");
    CHECK_INT(pthread_mutex_lock(&text_limit->mutex.lock), 0);
    CHECK_INT(pthread_mutex_lock(&text_limit->mutex.lock), EDEADLK);
    CHECK_INT(pthread_mutex_unlock(&text_limit->mutex.lock), 0);
}

static void
the_host_counts(void)
{
    struct ofpbuf request;

    CHECK_INT(n_counters, 4);
    news("netlink_sent");
    news("netlink_received");
    CHECK_INT(news("netlink_overflow"), 0);
    CHECK_INT(news("netlink_recv_jumbo"), 0);
    ofpbuf_init(&request, 64);
    put_getlink(&request, 1);
    CHECK_INT(nl_transact(NETLINK_ROUTE, &request, NULL), 0);
    CHECK_INT(news("netlink_sent"), 1);
    CHECK_INT(news("netlink_received"), 1);
    CHECK_INT(news("netlink_sent"), 0);
    ofpbuf_uninit(&request);
}

static void
the_host_polls(void)
{
    struct nl_sock *sock;

    CHECK_INT(nl_sock_create(NETLINK_ROUTE, &sock), 0);
    nl_sock_wait(sock, POLLIN | POLLOUT);
    CHECK_INT(waited_fd, nl_sock_fd(sock));
    CHECK_INT(waited_events, POLLIN | POLLOUT);
    CHECK(waited_where && strchr(waited_where, ':'));
    nl_sock_destroy(sock);
}

static void
breach(void)
{
    struct ofpbuf b;

    ofpbuf_init(&b, 0);
    nl_msg_nlmsghdr(&b);
}

static void
the_host_has_the_last_word(void)
{
    char output[1000];
    int status = tap_child(breach, output, sizeof output);

    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 42);
    CHECK(!strncmp(output, "host: src/", 10));
    CHECK(strstr(output, "|nl_msg_nlmsghdr|NLMSG_HDRLEN <= ofpbuf_size(msg)\n"));
}

static void
the_hosts_log_is_set_by_the_host(void)
{
    CHECK_INT(nlsock_log_set_level(NLSOCK_LOG_DBG), EOPNOTSUPP);
    CHECK_INT(nlsock_log_set_handler(NULL, NULL), EOPNOTSUPP);
    CHECK_INT(find_module("netlink")->min_level, 4);
}

int
main(void)
{
    if (!netns_enter()) {
        return EXIT_SUCCESS;
    }
    RUN(both_modules_are_on_the_hosts_list);
    RUN(the_host_logs);
    RUN(rate_limits_are_the_hosts);
    RUN(the_host_counts);
    RUN(the_host_polls);
    RUN(the_host_has_the_last_word);
    RUN(the_hosts_log_is_set_by_the_host);
    return tap_done();
}
