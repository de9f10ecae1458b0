/* Requests to the datapath of Open vSwitch that the tests put to the real kernel. */

#ifndef DATAPATH_H
#define DATAPATH_H 1

#include <arpa/inet.h>
#include <linux/if_link.h>
#include <linux/openvswitch.h>
#include <linux/veth.h>
#include "batch.h"

#define OVS_HDRLEN (NLMSG_HDRLEN + GENL_HDRLEN + sizeof(struct ovs_header))

/* An Ethernet type that means nothing to the kernel. */
#define TEST_ETHERTYPE 0x88b5

/* Numbers of the families, once looked up. */
static int datapath_family;
static int vport_family;
static int flow_family;
static int packet_family;

/* Makes 'request' one to 'family' about the datapath 'dp', to which attributes can be added. */
static inline void
put_ovs(struct ofpbuf *request, int family, uint32_t flags, uint8_t cmd, int dp)
{
    struct ovs_header header = { .dp_ifindex = dp };

    ofpbuf_clear(request);
    nl_msg_put_genlmsghdr(request, 128, family, NLM_F_REQUEST | flags, cmd,
                          family == datapath_family ? OVS_DATAPATH_VERSION : OVS_FLOW_VERSION);
    nl_msg_put(request, &header, sizeof header);
}

/* Returns the index of the datapath that a reply of one of these families is about. */
static inline int
reply_datapath(const struct ofpbuf *reply)
{
    const struct ovs_header *header;

    header = ofpbuf_at(reply, NLMSG_HDRLEN + GENL_HDRLEN, sizeof *header);
    return header ? header->dp_ifindex : -1;
}

static inline uint8_t
reply_command(const struct ofpbuf *reply)
{
    return nl_msg_genlmsghdr(reply)->cmd;
}

/* Datapaths and ports. */

/* Makes 'request' one to create the datapath 'name'. */
static inline void
put_new_datapath(struct ofpbuf *request, const char *name)
{
    put_ovs(request, datapath_family, NLM_F_ECHO, OVS_DP_CMD_NEW, 0);
    nl_msg_put_string(request, OVS_DP_ATTR_NAME, name);
    nl_msg_put_u32(request, OVS_DP_ATTR_UPCALL_PID, 0);
    nl_msg_put_u32(request, OVS_DP_ATTR_USER_FEATURES, OVS_DP_F_UNALIGNED);
}

/* Makes 'request' one to add the port 'name', whose packets without a flow go to the socket
 * 'upcall_pid'. */
static inline void
put_new_port(struct ofpbuf *request, int dp, uint32_t type, const char *name, uint32_t upcall_pid)
{
    put_ovs(request, vport_family, NLM_F_ECHO, OVS_VPORT_CMD_NEW, dp);
    nl_msg_put_u32(request, OVS_VPORT_ATTR_TYPE, type);
    nl_msg_put_string(request, OVS_VPORT_ATTR_NAME, name);
    nl_msg_put_u32(request, OVS_VPORT_ATTR_UPCALL_PID, upcall_pid);
}

/* Makes 'request' one with 'cmd' about the port 'name'. */
static inline void
put_port(struct ofpbuf *request, uint32_t flags, uint8_t cmd, int dp, const char *name)
{
    put_ovs(request, vport_family, flags, cmd, dp);
    nl_msg_put_string(request, OVS_VPORT_ATTR_NAME, name);
}

/* Returns the name in a reply of a port, or "". */
static inline const char *
port_name(const struct ofpbuf *reply)
{
    const struct nlattr *name = nl_attr_find(reply, OVS_HDRLEN, OVS_VPORT_ATTR_NAME);

    return name ? nl_attr_get_string(name) : "";
}

static inline uint32_t
port_number(const struct ofpbuf *reply)
{
    const struct nlattr *number = nl_attr_find(reply, OVS_HDRLEN, OVS_VPORT_ATTR_PORT_NO);

    return number ? nl_attr_get_u32(number) : UINT32_MAX;
}

/* Makes 'request' one to create the device 'name' of 'kind', with a 'peer' if that is nonnull. */
static inline void
put_new_device(struct ofpbuf *request, const char *kind, const char *name, const char *peer)
{
    struct ifinfomsg ifi;
    size_t info, data, end;

    memset(&ifi, 0, sizeof ifi);
    ofpbuf_clear(request);
    nl_msg_put_nlmsghdr(request, 0, RTM_NEWLINK,
                        NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
    nl_msg_put(request, &ifi, sizeof ifi);
    nl_msg_put_string(request, IFLA_IFNAME, name);
    info = nl_msg_start_nested(request, IFLA_LINKINFO);
    nl_msg_put_string(request, IFLA_INFO_KIND, kind);
    if (peer) {
        data = nl_msg_start_nested(request, IFLA_INFO_DATA);
        end = nl_msg_start_nested(request, VETH_INFO_PEER);
        nl_msg_put(request, &ifi, sizeof ifi);
        nl_msg_put_string(request, IFLA_IFNAME, peer);
        nl_msg_end_nested(request, end);
        nl_msg_end_nested(request, data);
    }
    nl_msg_end_nested(request, info);
}

/* Flows: they differ in the Ethernet source, which carries their number. */

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

/* Fills in how many packets and bytes the flow in 'reply' had; the kernel says nothing of none. */
static inline void
flow_stats(const struct ofpbuf *reply, struct ovs_flow_stats *stats)
{
    const struct nlattr *nla = nl_attr_find(reply, OVS_HDRLEN, OVS_FLOW_ATTR_STATS);

    memset(stats, 0, sizeof *stats);
    if (nla) {
        memcpy(stats, nl_attr_get_unspec(nla, sizeof *stats), sizeof *stats);
    }
}

#endif /* datapath.h */
