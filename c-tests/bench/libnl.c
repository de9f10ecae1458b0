/* SPDX-License-Identifier: Apache-2.0 */
/* The driver that uses libnl-3, with its defaults. */

#include "libnl.h"
#include "subscriber.h"

struct nl_sock *nl_socket;

void
libnl_open(int protocol, nl_recvmsg_msg_cb_t callback, void *data)
{
    nl_socket = nl_socket_alloc();
    MUST(nl_socket && !nl_connect(nl_socket, protocol));
    /* Its requests would ask for an acknowledgement beside the reply, and its check of sequence
     * numbers would expect one. */
    nl_socket_disable_auto_ack(nl_socket);
    nl_socket_disable_seq_check(nl_socket);
    MUST(!nl_socket_modify_cb(nl_socket, NL_CB_VALID, NL_CB_CUSTOM, callback, data));
    MUST(!nl_socket_modify_cb(nl_socket, NL_CB_ACK, NL_CB_CUSTOM, callback, data));
}

void
libnl_send(struct nl_msg *msg)
{
    nlmsg_hdr(msg)->nlmsg_seq = NL_AUTO_SEQ;
    MUST(nl_send_auto(nl_socket, msg) > 0);
}

static int
count_message(struct nl_msg *msg, void *count)
{
    (void) msg;
    ++*(long *) count;
    return NL_OK;
}

/* Transactions. */

static struct nl_msg *request;
static long n_replies;

static void
set_up_request(int ifindex)
{
    struct ifinfomsg ifi;

    libnl_open(NETLINK_ROUTE, count_message, &n_replies);
    memset(&ifi, 0, sizeof ifi);
    ifi.ifi_index = ifindex;
    request = nlmsg_alloc_simple(RTM_GETLINK, NLM_F_REQUEST);
    MUST(request && !nlmsg_append(request, &ifi, sizeof ifi, NLMSG_ALIGNTO));
}

static void
set_up_refused(long size)
{
    (void) size;
    set_up_request(NO_SUCH_LINK);
}

static void
set_up_getlink(long size)
{
    (void) size;
    set_up_request(1);
}

static long
run_refused(long n)
{
    long i;

    for (i = 0; i < n; i++) {
        libnl_send(request);
        MUST(nl_recvmsgs_default(nl_socket) == -NLE_NODEV);
    }
    return n;
}

static long
run_getlink(long n)
{
    long i;

    n_replies = 0;
    for (i = 0; i < n; i++) {
        libnl_send(request);
        MUST(!nl_recvmsgs_default(nl_socket));
    }
    MUST(n_replies == n);
    return n;
}

/* Lookups. */

static void
set_up_names(long size)
{
    (void) size;
    nl_socket = nl_socket_alloc();
    MUST(nl_socket && !genl_connect(nl_socket));
}

static long
run_family(long n)
{
    long i;

    for (i = 0; i < n; i++) {
        MUST(genl_ctrl_resolve(nl_socket, "nlctrl") == GENL_ID_CTRL);
    }
    return n;
}

static long
run_group(long n)
{
    long i;

    for (i = 0; i < n; i++) {
        MUST(genl_ctrl_resolve_grp(nl_socket, "nlctrl", "notify") > 0);
    }
    return n;
}

/* Dumps. */

static long n_routes;
static long n_dumped;

static int
take_route(struct nl_msg *msg, void *data)
{
    static struct nla_policy policy[RTA_MAX + 1] = {
        [RTA_DST] = { .type = NLA_U32 },
        [RTA_OIF] = { .type = NLA_U32 },
        [RTA_GATEWAY] = { .type = NLA_U32 },
    };
    struct nlattr *attrs[RTA_MAX + 1];

    (void) data;
    MUST(!nlmsg_parse(nlmsg_hdr(msg), sizeof(struct rtmsg), attrs, RTA_MAX, policy));
    MUST(attrs[RTA_DST]);
    n_dumped++;
    return NL_OK;
}

static void
set_up_dump(long size)
{
    n_routes = size;
    libnl_open(NETLINK_ROUTE, take_route, NULL);
}

static long
run_dump(long n)
{
    struct rtmsg rtm = { .rtm_family = AF_INET };
    long i;

    n_dumped = 0;
    for (i = 0; i < n; i++) {
        MUST(nl_send_simple(nl_socket, RTM_GETROUTE, NLM_F_DUMP, &rtm, sizeof rtm) > 0);
        MUST(!nl_recvmsgs_default(nl_socket));
    }
    MUST(n_dumped >= n * n_routes);
    return n_dumped;
}

/* Notifications. */

static long n_notified;

int
subscribe(void)
{
    libnl_open(NETLINK_ROUTE, count_message, &n_notified);
    enlarge_buffer(nl_socket_get_fd(nl_socket));
    MUST(!nl_socket_add_membership(nl_socket, RTNLGRP_IPV4_ROUTE));
    MUST(!nl_socket_set_nonblocking(nl_socket));
    return nl_socket_get_fd(nl_socket);
}

long
take_all(void)
{
    n_notified = 0;
    for (;;) {
        int error = nl_recvmsgs_default(nl_socket);

        if (error == -NLE_AGAIN) {
            return n_notified;
        }
        /* That is what it calls ENOBUFS. */
        MUST(!error || error == -NLE_NOMEM);
    }
}

static long
run_socket(long n)
{
    long i;

    for (i = 0; i < n; i++) {
        struct nl_sock *sock = nl_socket_alloc();

        MUST(sock && !nl_connect(sock, NETLINK_ROUTE));
        nl_close(sock);
        nl_socket_free(sock);
    }
    return n;
}

const struct workload workloads[] = {
    { "refused", set_up_refused, run_refused },
    { "getlink", set_up_getlink, run_getlink },
    { "batch-quiet", set_up_nl_batch_quiet, run_nl_batch },
    { "batch-ack", set_up_nl_batch_ack, run_nl_batch },
    { "batch-echo", set_up_nl_batch_echo, run_nl_batch },
    { "batch-build", set_up_nl_batch_ack, run_nl_batch_build },
    { "dump", set_up_dump, run_dump },
    { "notify", set_up_notify, run_notify },
    { "burst", set_up_notify, run_burst },
    { "stream", set_up_stream, run_stream },
    { "family", set_up_names, run_family },
    { "group", set_up_names, run_group },
    { "socket", NULL, run_socket },
    { "build-heap", NULL, run_nl_build_heap },
    { "parse", set_up_nl_parse, run_nl_parse },
    { "parse-nested", set_up_nl_parse_nested, run_nl_parse_nested },
    { NULL, NULL, NULL },
};
