/* SPDX-License-Identifier: Apache-2.0 */
/* Requests to the real kernel. */

#ifndef KERNEL_H
#define KERNEL_H 1

#include <linux/rtnetlink.h>
#include <string.h>
#include "flavour.h"

/* Makes 'request' a request for the link with index 'ifindex'. */
static inline void
put_getlink(struct ofpbuf *request, int ifindex)
{
    struct ifinfomsg ifi;

    memset(&ifi, 0, sizeof ifi);
    ifi.ifi_index = ifindex;
    ofpbuf_clear(request);
    nl_msg_put_nlmsghdr(request, sizeof ifi, RTM_GETLINK, NLM_F_REQUEST);
    nl_msg_put(request, &ifi, sizeof ifi);
}

/* Makes 'request' a request to create (RTM_NEWROUTE) or delete (RTM_DELROUTE) the blackhole route
 * 10.(i / 256).(i % 256).0/24. */
static inline void
put_route(struct ofpbuf *request, uint16_t type, uint16_t flags, unsigned int i)
{
    struct rtmsg rtm;
    uint8_t destination[4];

    memset(&rtm, 0, sizeof rtm);
    rtm.rtm_family = 2;         /* AF_INET. */
    rtm.rtm_dst_len = 24;
    rtm.rtm_table = RT_TABLE_MAIN;
    rtm.rtm_protocol = RTPROT_STATIC;
    rtm.rtm_type = RTN_BLACKHOLE;
    destination[0] = 10;
    destination[1] = (uint8_t) (i / 256);
    destination[2] = (uint8_t) (i % 256);
    destination[3] = 0;
    ofpbuf_clear(request);
    nl_msg_put_nlmsghdr(request, 0, type, (uint32_t) (NLM_F_REQUEST | flags));
    nl_msg_put(request, &rtm, sizeof rtm);
    nl_msg_put_unspec(request, RTA_DST, destination, sizeof destination);
}

/* Makes 'request' a dump of IPv4 routes. */
static inline void
put_getroute(struct ofpbuf *request)
{
    struct rtmsg rtm;

    memset(&rtm, 0, sizeof rtm);
    rtm.rtm_family = 2;
    ofpbuf_clear(request);
    nl_msg_put_nlmsghdr(request, sizeof rtm, RTM_GETROUTE, NLM_F_REQUEST);
    nl_msg_put(request, &rtm, sizeof rtm);
}

/* Returns the number that put_route() gives the route in 'reply', or -1 for another route. */
static inline int
route_number(const struct ofpbuf *reply)
{
    static const struct nl_policy policy[RTA_DST + 1] = {
        [RTA_DST] = { .type = NL_A_UNSPEC, .min_len = 4, .max_len = 4, .optional = true },
    };
    struct nlattr *attrs[RTA_DST + 1];
    const uint8_t *destination;

    if (!nl_policy_parse(reply, NLMSG_HDRLEN + sizeof(struct rtmsg), policy, attrs, RTA_DST + 1)
        || !attrs[RTA_DST]) {
        return -1;
    }
    destination = (const uint8_t *) nl_attr_get(attrs[RTA_DST]);
    return destination[0] == 10 ? destination[1] * 256 + destination[2] : -1;
}

#endif /* kernel.h */
