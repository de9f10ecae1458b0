/* SPDX-License-Identifier: Apache-2.0 */
/* Connection tracking. */

#include <arpa/inet.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include "batch.h"
#include "netns.h"

#define CT_TYPE(MSG) ((NFNL_SUBSYS_CTNETLINK << 8) | (MSG))
#define N_CONNECTIONS N_ROUTES

static void
put_connection_request(struct ofpbuf *request, int message, uint32_t flags)
{
    struct nfgenmsg nfg;

    memset(&nfg, 0, sizeof nfg);
    nfg.nfgen_family = AF_INET;
    ofpbuf_clear(request);
    nl_msg_put_nlmsghdr(request, 0, (uint32_t) CT_TYPE(message), NLM_F_REQUEST | flags);
    nl_msg_put(request, &nfg, sizeof nfg);
}

/* Puts a tuple of UDP between 10.0.0.'from' and 10.0.0.'to'. */
static void
put_tuple(struct ofpbuf *request, uint16_t type, unsigned int from, uint16_t from_port,
          unsigned int to, uint16_t to_port)
{
    size_t tuple = nl_msg_start_nested(request, type);
    size_t part = nl_msg_start_nested(request, CTA_TUPLE_IP);

    nl_msg_put_be32(request, CTA_IP_V4_SRC, htonl(0x0a000000 + from));
    nl_msg_put_be32(request, CTA_IP_V4_DST, htonl(0x0a000000 + to));
    nl_msg_end_nested(request, part);
    part = nl_msg_start_nested(request, CTA_TUPLE_PROTO);
    nl_msg_put_u8(request, CTA_PROTO_NUM, IPPROTO_UDP);
    nl_msg_put_be16(request, CTA_PROTO_SRC_PORT, htons(from_port));
    nl_msg_put_be16(request, CTA_PROTO_DST_PORT, htons(to_port));
    nl_msg_end_nested(request, part);
    nl_msg_end_nested(request, tuple);
}

/* Makes 'request' one to track the connection whose source port is 'port'. */
static void
put_new_connection(struct ofpbuf *request, uint32_t flags, uint16_t port)
{
    put_connection_request(request, IPCTNL_MSG_CT_NEW, flags);
    put_tuple(request, CTA_TUPLE_ORIG, 1, port, 2, 53);
    put_tuple(request, CTA_TUPLE_REPLY, 2, 53, 1, port);
    nl_msg_put_be32(request, CTA_STATUS, htonl(IPS_CONFIRMED));
    nl_msg_put_be32(request, CTA_TIMEOUT, htonl(1000));
}

/* Returns the source port of the connection in 'reply', or 0. */
static uint16_t
connection_port(const struct ofpbuf *reply)
{
    const struct nlattr *nla;

    nla = nl_attr_find(reply, NLMSG_HDRLEN + sizeof(struct nfgenmsg), CTA_TUPLE_ORIG);
    nla = nla ? nl_attr_find_nested(nla, CTA_TUPLE_PROTO) : NULL;
    nla = nla ? nl_attr_find_nested(nla, CTA_PROTO_SRC_PORT) : NULL;
    return nla ? ntohs(nl_attr_get_be16(nla)) : 0;
}

/* Dumps the connections; 'seen' counts their source ports from 1.  Returns the dump's result. */
static int
dump_connections(int seen[N_CONNECTIONS + 1])
{
    struct ofpbuf request, reply, buf;
    struct nl_dump dump;

    memset(seen, 0, (N_CONNECTIONS + 1) * sizeof *seen);
    ofpbuf_init(&request, 64);
    ofpbuf_init(&buf, NL_DUMP_BUFSIZE);
    put_connection_request(&request, IPCTNL_MSG_CT_GET, 0);
    nl_dump_start(&dump, NETLINK_NETFILTER, &request);
    while (nl_dump_next(&dump, &reply, &buf)) {
        uint16_t port = connection_port(&reply);

        CHECK_INT(message_type(&reply), CT_TYPE(IPCTNL_MSG_CT_NEW));
        seen[port <= N_CONNECTIONS ? port : 0]++;
    }
    ofpbuf_uninit(&buf);
    ofpbuf_uninit(&request);
    return nl_dump_done(&dump);
}

static void
connections_are_added_dumped_and_flushed(void)
{
    static int seen[N_CONNECTIONS + 1];
    struct nl_sock *sock;
    struct batch *batch;
    int error, i, round;

    if (nl_sock_create(NETLINK_NETFILTER, &sock)) {
        SKIP("this kernel has no NETLINK_NETFILTER");
    }
    nl_sock_destroy(sock);
    error = dump_connections(seen);
    if (error == EINVAL) {
        SKIP("this kernel has no connection tracking over netlink");
    }
    CHECK_INT(error, 0);

    batch = batch_new();
    for (round = 0; round < 2; round++) {
        for (i = 0; i < N_CONNECTIONS; i++) {
            put_new_connection(&batch->requests[i],
                               NLM_F_CREATE | NLM_F_EXCL | (i % 2 ? NLM_F_ACK : 0),
                               (uint16_t) (i + 1));
        }
        nl_transact_multiple(NETLINK_NETFILTER, batch->pointers, N_CONNECTIONS);
        for (i = 0; i < N_CONNECTIONS; i++) {
            CHECK_INT(batch->transactions[i].error, round ? EEXIST : 0);
        }
    }
    CHECK_INT(dump_connections(seen), 0);
    CHECK_INT(seen[0], 0);
    for (i = 1; i <= N_CONNECTIONS; i++) {
        CHECK_INT(seen[i], 1);
    }

    put_connection_request(&batch->requests[0], IPCTNL_MSG_CT_DELETE, NLM_F_ACK);
    CHECK_INT(nl_transact(NETLINK_NETFILTER, &batch->requests[0], NULL), 0);
    CHECK_INT(dump_connections(seen), 0);
    for (i = 0; i <= N_CONNECTIONS; i++) {
        CHECK_INT(seen[i], 0);
    }
    batch_delete(batch);
}

int
main(void)
{
    if (!netns_enter()) {
        return EXIT_SUCCESS;
    }
    RUN(connections_are_added_dumped_and_flushed);
    return tap_done();
}
