/* SPDX-License-Identifier: Apache-2.0 */
/* Flows of a datapath: they differ in the Ethernet source, which carries their number. */

#ifndef FLOWS_H
#define FLOWS_H 1

#include <arpa/inet.h>
#include "datapath.h"

/* An Ethernet type that means nothing to the kernel. */
#define TEST_ETHERTYPE 0x88b5

struct frame {
    uint8_t destination[6];
    uint8_t source[6];
    ovs_be16 type;
    uint8_t payload[46];
};

static inline void
frame_init(struct frame *frame, unsigned int number)
{
    ovs_be32 n = htonl(number);

    memset(frame, 0, sizeof *frame);
    frame->destination[0] = frame->source[0] = 2;
    memcpy(&frame->source[2], &n, sizeof n);
    frame->type = htons(TEST_ETHERTYPE);
}

static inline void
put_flow_key(struct ofpbuf *request, uint16_t type, uint32_t port, unsigned int number)
{
    struct ovs_key_ethernet ethernet;
    struct frame frame;
    size_t key;

    frame_init(&frame, number);
    memcpy(ethernet.eth_src, frame.source, sizeof ethernet.eth_src);
    memcpy(ethernet.eth_dst, frame.destination, sizeof ethernet.eth_dst);
    key = nl_msg_start_nested(request, type);
    nl_msg_put_u32(request, OVS_KEY_ATTR_IN_PORT, port);
    nl_msg_put_unspec(request, OVS_KEY_ATTR_ETHERNET, &ethernet, sizeof ethernet);
    nl_msg_put_be16(request, OVS_KEY_ATTR_ETHERTYPE, frame.type);
    nl_msg_end_nested(request, key);
}

/* Makes 'request' one with 'cmd' about the flow 'number' from 'port', which drops its packets. */
static inline void
put_flow(struct ofpbuf *request, uint32_t flags, uint8_t cmd, int dp, uint32_t port,
         unsigned int number)
{
    put_ovs(request, flow_family, flags, cmd, dp);
    put_flow_key(request, OVS_FLOW_ATTR_KEY, port, number);
    if (cmd == OVS_FLOW_CMD_NEW) {
        nl_msg_end_nested(request, nl_msg_start_nested(request, OVS_FLOW_ATTR_ACTIONS));
    }
}

/* Returns the flow's number, or -1. */
static inline int
flow_number(const struct ofpbuf *reply)
{
    static const struct nl_policy policy[OVS_FLOW_ATTR_ACTIONS + 1] = {
        [OVS_FLOW_ATTR_KEY] = { .type = NL_A_NESTED },
        [OVS_FLOW_ATTR_ACTIONS] = { .type = NL_A_NESTED, .optional = true },
    };
    struct nlattr *attrs[OVS_FLOW_ATTR_ACTIONS + 1];
    const struct ovs_key_ethernet *ethernet;
    const struct nlattr *nla;
    ovs_be32 n;

    if (!nl_policy_parse(reply, OVS_HDRLEN, policy, attrs, OVS_FLOW_ATTR_ACTIONS + 1)) {
        return -1;
    }
    nla = nl_attr_find_nested(attrs[OVS_FLOW_ATTR_KEY], OVS_KEY_ATTR_ETHERNET);
    if (!nla) {
        return -1;
    }
    ethernet = nl_attr_get_unspec(nla, sizeof *ethernet);
    memcpy(&n, &ethernet->eth_src[2], sizeof n);
    return (int) ntohl(n);
}

/* Fills in how many packets and bytes the flow in 'reply' had.  The kernel has no attribute for
 * 0. */
static inline void
flow_stats(const struct ofpbuf *reply, struct ovs_flow_stats *stats)
{
    const struct nlattr *nla = nl_attr_find(reply, OVS_HDRLEN, OVS_FLOW_ATTR_STATS);

    memset(stats, 0, sizeof *stats);
    if (nla) {
        memcpy(stats, nl_attr_get_unspec(nla, sizeof *stats), sizeof *stats);
    }
}

#endif /* flows.h */
