/* SPDX-License-Identifier: Apache-2.0 */
/* Multicast groups, and what is lost of their messages. */

#include "one-socket.h"

/* How many notifications are there. */
static int
count(void)
{
    int n = 0;

    while (!nl_sock_recv(sock, &reply, false)) {
        n += nl_msg_nlmsghdr(&reply)->nlmsg_type == RTM_NEWLINK;
    }
    return n;
}

static void
notifications(void)
{
    begin_case("notifications");
    open_socket(NETLINK_ROUTE);
    netns_set_lo(false);
    say("not joined: %d", count());
    say("joins %d", nl_sock_join_mcgroup(sock, RTNLGRP_LINK));
    say("again %d", nl_sock_join_mcgroup(sock, RTNLGRP_LINK));
    netns_set_lo(true);
    netns_set_lo(false);
    say("receives %d", nl_sock_recv(sock, &reply, false));
    say("type %u, seq %u", nl_msg_nlmsghdr(&reply)->nlmsg_type,
        nl_msg_nlmsghdr(&reply)->nlmsg_seq);
    say("more: %d", count());
    netns_set_lo(true);
    say("leaves %d", nl_sock_leave_mcgroup(sock, RTNLGRP_LINK));
    say("again %d", nl_sock_leave_mcgroup(sock, RTNLGRP_LINK));
    netns_set_lo(false);
    say("from before: %d", count());
    netns_set_lo(true);
    close_socket();
}

static void
bad_groups(void)
{
    static const unsigned int groups[] = { 0, 1000000, UINT32_MAX };
    size_t i;

    open_socket(NETLINK_ROUTE);
    for (i = 0; i < N_ELEMENTS(groups); i++) {
        begin_case("group %u", groups[i]);
        say("joins %d", nl_sock_join_mcgroup(sock, groups[i]));
        say("leaves %d", nl_sock_leave_mcgroup(sock, groups[i]));
    }
    close_socket();
}

/* More notifications than the socket has room for. */
static void
overflow(void)
{
    int size = 1, i, received = 0, error;

    open_socket(NETLINK_ROUTE);
    setsockopt(nl_sock_fd(sock), SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    say("joins %d", nl_sock_join_mcgroup(sock, RTNLGRP_LINK));
    for (i = 0; i < 50; i++) {
        netns_set_lo(i & 1);
    }
    say("receives %d", nl_sock_recv(sock, &reply, false));
    show_fields("buffer", &reply);
    while (!(error = nl_sock_recv(sock, &reply, false))) {
        received++;
    }
    forget_log("");
    say("then %d: some %d, all %d", error, received > 0, received > 49);
    for (i = 0; i < 50; i++) {
        netns_set_lo(i & 1);
    }
    say("drains %d", nl_sock_drain(sock));
    error = nl_sock_recv(sock, &reply, false);
    forget_log("");
    say("receives %d", error);
    close_socket();
}

void
subject_groups(void)
{
    enter_network();
    notifications();
    bad_groups();
    begin_case("overflow");
    overflow();
}
