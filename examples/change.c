/* SPDX-License-Identifier: Apache-2.0 */
/* Changes links, addresses and routes.
 *
 *   change link NAME up|down
 *   change address add|delete NAME ADDRESS/LENGTH
 *   change route add|delete NAME DESTINATION/LENGTH [GATEWAY]
 *
 *   cc -o change change.c $(pkg-config --cflags --libs nlsock)
 *
 * NAME is that of a link.  Each change is a transaction: one request, to which the kernel answers
 * with an errno value; 0 means success.  To an error, it often adds an explanation, the extended
 * acknowledgement. */

#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "netlink-socket.h"
#include "netlink.h"
#include "nlsock-ext.h"
#include "ofpbuf.h"

static void
fail(const char *what, const char *why)
{
    fprintf(stderr, "change: %s: %s\n", what, why);
    exit(EXIT_FAILURE);
}

/* Sends 'request'.  If the kernel refuses it, prints why and ends the program. */
static void
transact(const struct ofpbuf *request)
{
    int error = nl_transact(NETLINK_ROUTE, request, NULL);
    struct nlsock_extack extack;

    if (error) {
        nlsock_last_extack(&extack, sizeof extack);
        fprintf(stderr, "change: %s%s%s\n", strerror(error), extack.message[0] ? ": " : "",
                extack.message);
        exit(EXIT_FAILURE);
    }
}

/* An address of either family, and the length of its prefix. */
struct prefix { int family; uint8_t bytes[16]; size_t size; uint8_t length; };

static struct prefix
parse_prefix(char *text)
{
    struct prefix p = { .family = strchr(text, ':') ? AF_INET6 : AF_INET };
    char *slash = strchr(text, '/');

    p.size = p.family == AF_INET ? 4 : 16;
    p.length = (uint8_t) (slash ? atoi(slash + 1) : (int) p.size * 8);
    text[strcspn(text, "/")] = '\0';
    if (inet_pton(p.family, text, p.bytes) != 1) {
        fail(text, "not an address");
    }
    return p;
}

int
main(int argc, char *argv[])
{
    bool add = argc > 2 && !strcmp(argv[2], "add");
    bool delete = argc > 2 && !strcmp(argv[2], "delete");
    bool up = argc > 3 && !strcmp(argv[3], "up"), down = argc > 3 && !strcmp(argv[3], "down");
    /* The name of the link follows "add" or "delete", or else "link". */
    const char *name = argc < 4 ? "" : argv[add || delete ? 3 : 2];
    uint32_t flags = NLM_F_REQUEST | NLM_F_ACK | (add ? NLM_F_CREATE | NLM_F_EXCL : 0u);
    unsigned int index = if_nametoindex(name);
    struct ofpbuf request;

    ofpbuf_init(&request, 0);
    if (argc == 4 && !strcmp(argv[1], "link") && (up || down)) {
        /* Only the flags in ifi_change are changed. */
        struct ifinfomsg ifi = { .ifi_index = (int) index, .ifi_flags = up ? IFF_UP : 0,
                                 .ifi_change = IFF_UP };
        nl_msg_put_nlmsghdr(&request, sizeof ifi, RTM_NEWLINK, flags);
        nl_msg_put(&request, &ifi, sizeof ifi);
    } else if (argc == 5 && !strcmp(argv[1], "address") && (add || delete)) {
        struct prefix p = parse_prefix(argv[4]);
        struct ifaddrmsg ifa = { .ifa_family = (uint8_t) p.family, .ifa_prefixlen = p.length,
                                 .ifa_index = index };

        nl_msg_put_nlmsghdr(&request, sizeof ifa, add ? RTM_NEWADDR : RTM_DELADDR, flags);
        nl_msg_put(&request, &ifa, sizeof ifa);
        nl_msg_put_unspec(&request, IFA_LOCAL, p.bytes, p.size);
    } else if ((argc == 5 || argc == 6) && !strcmp(argv[1], "route") && (add || delete)) {
        struct prefix p = parse_prefix(argv[4]);
        struct rtmsg rtm = { .rtm_family = (uint8_t) p.family, .rtm_dst_len = p.length,
                             .rtm_table = RT_TABLE_MAIN, .rtm_type = RTN_UNICAST,
                             .rtm_protocol = add ? RTPROT_STATIC : 0,
                             .rtm_scope = add ? argc == 6 ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK
                                          : RT_SCOPE_NOWHERE };

        nl_msg_put_nlmsghdr(&request, sizeof rtm, add ? RTM_NEWROUTE : RTM_DELROUTE, flags);
        nl_msg_put(&request, &rtm, sizeof rtm);
        nl_msg_put_unspec(&request, RTA_DST, p.bytes, p.size);
        nl_msg_put_u32(&request, RTA_OIF, index);
        if (argc == 6) {
            struct prefix gateway = parse_prefix(argv[5]);

            nl_msg_put_unspec(&request, RTA_GATEWAY, gateway.bytes, gateway.size);
        }
    } else {
        fail("usage", "\n"
             "  change link NAME up|down\n"
             "  change address add|delete NAME ADDRESS/LENGTH\n"
             "  change route add|delete NAME DESTINATION/LENGTH [GATEWAY]");
    }
    if (!index) {
        fail(name, strerror(ENODEV));
    }
    transact(&request);
    ofpbuf_uninit(&request);
    return EXIT_SUCCESS;
}
