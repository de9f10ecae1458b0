/* SPDX-License-Identifier: Apache-2.0 */
/* Prints changes of links as they happen, until SIGTERM or SIGINT ends the program.
 *
 *   cc -o epoll-monitor epoll-monitor.c $(pkg-config --cflags --libs nlsock)
 *
 * epoll waits for two descriptors at once: the netlink socket, and that of signalfd(), from which
 * signals are read like data. */

#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include "netlink-socket.h"
#include "netlink.h"
#include "ofpbuf.h"

static const struct nl_policy policy[] = {
    [IFLA_IFNAME] = { .type = NL_A_STRING },
};
#define N_ATTRS (sizeof policy / sizeof *policy)

/* Ends the program if 'error' is an errno value other than 0. */
static void
check(int error, const char *what)
{
    if (error) {
        fprintf(stderr, "epoll-monitor: %s: %s\n", what, strerror(error));
        exit(EXIT_FAILURE);
    }
}

static void
print_change(const struct ofpbuf *msg)
{
    const struct ifinfomsg *ifi = ofpbuf_at(msg, NLMSG_HDRLEN, sizeof *ifi);
    struct nlattr *attrs[N_ATTRS];

    if (ifi && nl_policy_parse(msg, NLMSG_HDRLEN + sizeof *ifi, policy, attrs, N_ATTRS)) {
        printf("%s: %s\n", nl_attr_get_string(attrs[IFLA_IFNAME]),
               nl_msg_nlmsghdr(msg)->nlmsg_type == RTM_DELLINK ? "deleted"
               : ifi->ifi_flags & IFF_UP ? "up" : "down");
    }
}

/* Receives until there is nothing left. */
static void
receive_changes(struct nl_sock *sock)
{
    struct ofpbuf buf;
    int error;

    ofpbuf_init(&buf, 4096);
    do {
        error = nl_sock_recv(sock, &buf, false);
        if (!error) {
            print_change(&buf);
        } else if (error == ENOBUFS) {
            /* They came faster than we read them.  A program that keeps a table of links would
             * now dump all links again. */
            puts("some changes were lost");
        } else if (error != EAGAIN) {
            check(error, "cannot receive");
        }
    } while (error != EAGAIN);
    ofpbuf_uninit(&buf);
    fflush(stdout);
}

int
main(void)
{
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = { .events = EPOLLIN };
    struct nl_sock *sock;
    sigset_t signals;
    int signal_fd;

    /* Blocked signals do not interrupt the program: it reads them when it is ready. */
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    signal_fd = signalfd(-1, &signals, SFD_CLOEXEC);
    check(epoll < 0 || signal_fd < 0 ? errno : 0, "cannot wait for signals");

    check(nl_sock_create(NETLINK_ROUTE, &sock), "cannot create a socket");
    check(nl_sock_join_mcgroup(sock, RTNLGRP_LINK), "cannot subscribe to changes of links");

    event.data.fd = signal_fd;
    check(epoll_ctl(epoll, EPOLL_CTL_ADD, signal_fd, &event) ? errno : 0, "epoll_ctl");
    event.data.fd = nl_sock_fd(sock);
    check(epoll_ctl(epoll, EPOLL_CTL_ADD, nl_sock_fd(sock), &event) ? errno : 0, "epoll_ctl");

    puts("watching");
    fflush(stdout);
    do {
        if (epoll_wait(epoll, &event, 1, -1) != 1) {
            check(errno == EINTR ? 0 : errno, "epoll_wait");
        } else if (event.data.fd == nl_sock_fd(sock)) {
            receive_changes(sock);
        }
    } while (event.data.fd != signal_fd);
    nl_sock_destroy(sock);
    close(signal_fd);
    close(epoll);
    puts("ended by a signal");
    return EXIT_SUCCESS;
}
