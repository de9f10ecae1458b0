/* SPDX-License-Identifier: Apache-2.0 */
/* Prints all links, and then changes of links as they arrive, like Open vSwitch's nlmon.
 *
 *   monitor [COUNT]
 *
 *   cc -o monitor monitor.c $(pkg-config --cflags --libs nlsock-compat)
 *
 * Ends after COUNT changes.  If COUNT is 0 or missing, runs until it is killed. */

#include <config.h>
#include <errno.h>
#include <net/if.h>
#include <linux/rtnetlink.h>
#include "netlink-socket.h"
#include "netlink.h"
#include "poll-loop.h"
#include "util.h"

static const struct nl_policy link_policy[] = {
    [IFLA_IFNAME] = { .type = NL_A_STRING },
    [IFLA_MTU] = { .type = NL_A_U32, .optional = true },
    [IFLA_MASTER] = { .type = NL_A_U32, .optional = true },
};

static void
print_change(const struct ofpbuf *msg)
{
    struct nlattr *attrs[ARRAY_SIZE(link_policy)];
    const struct nlmsghdr *nlh = nl_msg_nlmsghdr(msg);
    const struct ifinfomsg *ifi = ofpbuf_at(msg, NLMSG_HDRLEN, sizeof *ifi);

    if (!ifi || !nl_policy_parse(msg, NLMSG_HDRLEN + sizeof *ifi, link_policy, attrs,
                                 ARRAY_SIZE(link_policy))) {
        ovs_error(0, "received a link message that makes no sense");
        return;
    }
    printf("%s %s: %s, %s", nlh->nlmsg_type == RTM_DELLINK ? "deleted" : "link",
           nl_attr_get_string(attrs[IFLA_IFNAME]),
           ifi->ifi_flags & IFF_UP ? "up" : "down",
           ifi->ifi_flags & IFF_RUNNING ? "running" : "not running");
    if (attrs[IFLA_MTU]) {
        printf(", mtu %"PRIu32, nl_attr_get_u32(attrs[IFLA_MTU]));
    }
    if (attrs[IFLA_MASTER]) {
        printf(", master %"PRIu32, nl_attr_get_u32(attrs[IFLA_MASTER]));
    }
    putchar('\n');
    fflush(stdout);
}

/* Prints all links. */
static void
print_links(void)
{
    uint64_t stub[NL_DUMP_BUFSIZE / 8];
    struct ofpbuf request, reply, buf;
    struct ifinfomsg ifi;
    struct nl_dump dump;
    int error;

    memset(&ifi, 0, sizeof ifi);
    ofpbuf_init(&request, 0);
    nl_msg_put_nlmsghdr(&request, sizeof ifi, RTM_GETLINK, NLM_F_REQUEST);
    nl_msg_put(&request, &ifi, sizeof ifi);
    nl_dump_start(&dump, NETLINK_ROUTE, &request);
    ofpbuf_uninit(&request);
    ofpbuf_use_stub(&buf, stub, sizeof stub);
    while (nl_dump_next(&dump, &reply, &buf)) {
        print_change(&reply);
    }
    ofpbuf_uninit(&buf);
    error = nl_dump_done(&dump);
    if (error) {
        ovs_fatal(error, "could not list links");
    }
}

int
main(int argc, char *argv[])
{
    int count = argc > 1 ? atoi(argv[1]) : 0;
    uint64_t stub[4096 / 8];
    struct nl_sock *sock;
    struct ofpbuf buf;
    int seen = 0;
    int error;

    set_program_name(argv[0]);
    if (argc > 2 || (argc == 2 && argv[1][strspn(argv[1], "0123456789")])) {
        ovs_fatal(0, "usage: %s [COUNT]", argv[0]);
    }
    error = nl_sock_create(NETLINK_ROUTE, &sock);
    if (error) {
        ovs_fatal(error, "could not create a routing socket");
    }
    error = nl_sock_join_mcgroup(sock, RTNLGRP_LINK);
    if (error) {
        ovs_fatal(error, "could not subscribe to link changes");
    }
    print_links();
    puts("watching");
    fflush(stdout);

    ofpbuf_use_stub(&buf, stub, sizeof stub);
    while (!count || seen < count) {
        error = nl_sock_recv(sock, &buf, false);
        if (!error) {
            print_change(&buf);
            seen++;
        } else if (error == ENOBUFS) {
            ovs_error(0, "changes were lost");
        } else if (error == EAGAIN) {
            nl_sock_wait(sock, POLLIN);
            poll_block();
        } else {
            ovs_fatal(error, "could not receive link changes");
        }
    }
    ofpbuf_uninit(&buf);
    nl_sock_destroy(sock);
    return EXIT_SUCCESS;
}
