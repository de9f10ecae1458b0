/* SPDX-License-Identifier: Apache-2.0 */
/* Sets a link up or down, by a transaction.
 *
 *   set-link NAME up|down
 *
 *   cc -o set-link set-link.c $(pkg-config --cflags --libs nlsock-compat) */

#include <config.h>
#include <net/if.h>
#include <linux/rtnetlink.h>
#include "netlink-socket.h"
#include "netlink.h"
#include "util.h"

int
main(int argc, char *argv[])
{
    struct ifinfomsg ifi;
    struct ofpbuf request;
    int error;

    set_program_name(argv[0]);
    if (argc != 3 || (strcmp(argv[2], "up") && strcmp(argv[2], "down"))) {
        ovs_fatal(0, "usage: %s NAME up|down", argv[0]);
    }
    memset(&ifi, 0, sizeof ifi);
    ifi.ifi_flags = strcmp(argv[2], "up") ? 0 : IFF_UP;
    ifi.ifi_change = IFF_UP;
    ofpbuf_init(&request, 0);
    nl_msg_put_nlmsghdr(&request, 0, RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK);
    nl_msg_put(&request, &ifi, sizeof ifi);
    nl_msg_put_string(&request, IFLA_IFNAME, argv[1]);
    error = nl_transact(NETLINK_ROUTE, &request, NULL);
    ofpbuf_uninit(&request);
    if (error) {
        ovs_fatal(error, "could not set %s %s", argv[1], argv[2]);
    }
    return EXIT_SUCCESS;
}
