/* SPDX-License-Identifier: Apache-2.0 */
/* Prints changes of links as they arrive, also those in other network namespaces, in the style of
 * Open vSwitch 3.x.
 *
 *   namespace-monitor [COUNT]
 *
 *   cc -o namespace-monitor namespace-monitor.c $(pkg-config --cflags --libs nlsock-ovs3-compat)
 *
 * The kernel reports another namespace if it has a number in this one: see "ip netns list-id".
 * Ends after COUNT changes.  If COUNT is 0 or missing, runs until it is killed. */

#include <config.h>
#include <errno.h>
#include <net/if.h>
#include <linux/rtnetlink.h>
#include "netlink.h"
#include "netlink-socket.h"
#include "netnsid.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/ofpbuf.h"
#include "openvswitch/poll-loop.h"
#include "openvswitch/vlog.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(namespace_monitor);

static const struct nl_policy link_policy[] = {
    [IFLA_IFNAME] = { .type = NL_A_STRING },
    [IFLA_MTU] = { .type = NL_A_U32, .optional = true },
};

static void
print_change(const struct ofpbuf *msg, int nsid)
{
    struct nlattr *attrs[ARRAY_SIZE(link_policy)];
    const struct nlmsghdr *nlh = nl_msg_nlmsghdr(msg);
    const struct ifinfomsg *ifi = ofpbuf_at(msg, NLMSG_HDRLEN, sizeof *ifi);
    struct ds line = DS_EMPTY_INITIALIZER;

    if (!ifi || !nl_policy_parse(msg, NLMSG_HDRLEN + sizeof *ifi, link_policy, attrs,
                                 ARRAY_SIZE(link_policy))) {
        VLOG_WARN("received a link message that makes no sense");
        return;
    }
    ds_put_format(&line, "%s %s: %s", nlh->nlmsg_type == RTM_DELLINK ? "deleted" : "link",
                  nl_attr_get_string(attrs[IFLA_IFNAME]),
                  ifi->ifi_flags & IFF_UP ? "up" : "down");
    if (attrs[IFLA_MTU]) {
        ds_put_format(&line, ", mtu %"PRIu32, nl_attr_get_u32(attrs[IFLA_MTU]));
    }
    if (netnsid_is_remote(nsid)) {
        ds_put_format(&line, ", in namespace %d", nsid);
    }
    puts(ds_cstr(&line));
    fflush(stdout);
    ds_destroy(&line);
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
    error = nl_sock_listen_all_nsid(sock, true);
    if (error) {
        VLOG_WARN("only this namespace is watched (%s)", ovs_strerror(error));
    }
    puts("watching");
    fflush(stdout);

    ofpbuf_use_stub(&buf, stub, sizeof stub);
    while (!count || seen < count) {
        int nsid;

        error = nl_sock_recv(sock, &buf, &nsid, false);
        if (!error) {
            print_change(&buf, nsid);
            seen++;
        } else if (error == ENOBUFS) {
            VLOG_WARN("changes were lost");
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
