/* SPDX-License-Identifier: Apache-2.0 */
/* The requests about routes and links that all drivers send, and how many routes there are. */

#ifndef ROUTES_H
#define ROUTES_H 1

#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

/* No device has this number. */
#define NO_SUCH_LINK 999999

/* The fixed part of the blackhole route 10.0.0.0 + i / 32.  There are two of them, even and odd.
 * If one replaces itself, nothing changes, and the kernel notifies nobody.  If one replaces the
 * other, it notifies subscribers, and the sender of a request with NLM_F_ECHO. */
static inline struct rtmsg
route_header(bool odd)
{
    struct rtmsg rtm;

    memset(&rtm, 0, sizeof rtm);
    rtm.rtm_family = AF_INET;
    rtm.rtm_dst_len = 32;
    rtm.rtm_table = RT_TABLE_MAIN;
    rtm.rtm_protocol = odd ? RTPROT_BOOT : RTPROT_STATIC;
    rtm.rtm_type = RTN_BLACKHOLE;
    return rtm;
}

static inline uint32_t
route_destination(long i)
{
    return htonl(0x0a000000 + (uint32_t) i);
}

/* The whole request as the kernel gets it. */
struct route_request {
    struct nlmsghdr header;
    struct rtmsg rtm;
    struct rtattr attr;
    uint32_t destination;
};

static inline struct route_request
route_request(long i, bool odd, uint16_t flags)
{
    struct route_request r;

    memset(&r, 0, sizeof r);
    r.header.nlmsg_len = sizeof r;
    r.header.nlmsg_type = RTM_NEWROUTE;
    r.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_REPLACE | flags;
    r.rtm = route_header(odd);
    r.attr.rta_len = sizeof r.attr + sizeof r.destination;
    r.attr.rta_type = RTA_DST;
    r.destination = route_destination(i);
    return r;
}

#endif /* routes.h */
