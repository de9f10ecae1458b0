/* SPDX-License-Identifier: Apache-2.0 */
/* The datapath of Open vSwitch: requests that the tests put to the real kernel. */

#ifndef DATAPATH_H
#define DATAPATH_H 1

#include <errno.h>
#include <linux/openvswitch.h>
#include "batch.h"

#define OVS_HDRLEN (NLMSG_HDRLEN + GENL_HDRLEN + sizeof(struct ovs_header))

/* Numbers of the families, once looked up. */
static int datapath_family;
static int vport_family;
static int flow_family;
static int packet_family;

/* The datapath's index, once it exists. */
static int dp;

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

/* Makes 'request' one to create the datapath 'name'. */
static inline void
put_new_datapath(struct ofpbuf *request, const char *name)
{
    put_ovs(request, datapath_family, NLM_F_ECHO, OVS_DP_CMD_NEW, 0);
    nl_msg_put_string(request, OVS_DP_ATTR_NAME, name);
    nl_msg_put_u32(request, OVS_DP_ATTR_UPCALL_PID, 0);
    nl_msg_put_u32(request, OVS_DP_ATTR_USER_FEATURES, OVS_DP_F_UNALIGNED);
}

/* Puts 'request' to the kernel, by way of the pool. */
static inline int
ask(const struct ofpbuf *request, struct ofpbuf **replyp)
{
    return nl_transact(NETLINK_GENERIC, request, replyp);
}

/* Looks up the numbers of the families.  Returns false if this kernel has no datapath. */
static inline bool
find_families(void)
{
    if (nl_lookup_genl_family(OVS_DATAPATH_FAMILY, &datapath_family) == ENOENT) {
        return false;
    }
    CHECK_INT(nl_lookup_genl_family(OVS_VPORT_FAMILY, &vport_family), 0);
    CHECK_INT(nl_lookup_genl_family(OVS_FLOW_FAMILY, &flow_family), 0);
    CHECK_INT(nl_lookup_genl_family(OVS_PACKET_FAMILY, &packet_family), 0);
    return true;
}

/* Makes the datapath that a test needs, if no test before did.  Returns false if this kernel has
 * none. */
static inline bool
have_datapath(void)
{
    struct ofpbuf request, *reply = NULL;

    if (dp || !find_families()) {
        return dp;
    }
    ofpbuf_init(&request, 128);
    put_new_datapath(&request, "nls-dp");
    CHECK_INT(ask(&request, &reply), 0);
    dp = reply ? reply_datapath(reply) : -1;
    CHECK(dp > 0);
    ofpbuf_delete(reply);
    ofpbuf_uninit(&request);
    return true;
}

#define NEED_DATAPATH()                                                         \
    do {                                                                        \
        if (!have_datapath()) {                                                 \
            SKIP("this kernel has no openvswitch");                             \
        }                                                                       \
    } while (0)

static inline struct nl_sock *
subscribe(const char *family, const char *group)
{
    struct nl_sock *sock = open_socket(NETLINK_GENERIC);
    unsigned int number;

    CHECK_INT(nl_lookup_genl_mcgroup(family, group, &number), 0);
    CHECK_INT(nl_sock_join_mcgroup(sock, number), 0);
    return sock;
}

#endif /* datapath.h */
