/* SPDX-License-Identifier: Apache-2.0 */
/* The driver that uses libmnl, as its own examples do. */

#include <fcntl.h>
#include "mnl.h"
#include "subscriber.h"

struct mnl_socket *mnl_sock;
unsigned int mnl_port;
char mnl_buf[RAW_BUFFER];

static uint32_t seq;

void
mnl_open(int protocol)
{
    mnl_sock = mnl_socket_open2(protocol, SOCK_CLOEXEC);
    MUST(mnl_sock && mnl_socket_bind(mnl_sock, 0, MNL_SOCKET_AUTOPID) >= 0);
    mnl_port = mnl_socket_get_portid(mnl_sock);
}

/* Transactions. */

static struct link_request request;

static void
set_up_refused(long size)
{
    (void) size;
    mnl_open(NETLINK_ROUTE);
    request = link_request(NO_SUCH_LINK);
}

static void
set_up_getlink(long size)
{
    (void) size;
    mnl_open(NETLINK_ROUTE);
    request = link_request(1);
}

static int
is_link(const struct nlmsghdr *msg, void *data)
{
    (void) data;
    return msg->nlmsg_type == RTM_NEWLINK ? MNL_CB_STOP : MNL_CB_ERROR;
}

/* Sends a request and has 'callback' look at the answer. */
int
mnl_transact(struct nlmsghdr *msg, mnl_cb_t callback, void *data)
{
    ssize_t size;

    msg->nlmsg_seq = ++seq;
    MUST(mnl_socket_sendto(mnl_sock, msg, msg->nlmsg_len) == (ssize_t) msg->nlmsg_len);
    size = mnl_socket_recvfrom(mnl_sock, mnl_buf, sizeof mnl_buf);
    MUST(size > 0);
    return mnl_cb_run(mnl_buf, (size_t) size, seq, mnl_port, callback, data);
}

static long
run_refused(long n)
{
    long i;

    for (i = 0; i < n; i++) {
        MUST(mnl_transact(&request.header, is_link, NULL) == MNL_CB_ERROR && errno == ENODEV);
    }
    return n;
}

static long
run_getlink(long n)
{
    long i;

    for (i = 0; i < n; i++) {
        MUST(mnl_transact(&request.header, is_link, NULL) == MNL_CB_STOP);
    }
    return n;
}

/* Dumps. */

static long n_routes;

static void
set_up_dump(long size)
{
    n_routes = size;
    mnl_open(NETLINK_ROUTE);
}

static int
take_route_attr(const struct nlattr *attr, void *attrs_)
{
    const struct nlattr **attrs = attrs_;
    int type = mnl_attr_get_type(attr);

    if (mnl_attr_type_valid(attr, RTA_MAX) > 0) {
        if (type == RTA_DST || type == RTA_OIF || type == RTA_GATEWAY) {
            MUST(!mnl_attr_validate(attr, MNL_TYPE_U32));
        }
        attrs[type] = attr;
    }
    return MNL_CB_OK;
}

static int
take_route(const struct nlmsghdr *msg, void *count)
{
    const struct nlattr *attrs[RTA_MAX + 1] = { NULL };

    MUST(mnl_attr_parse(msg, sizeof(struct rtmsg), take_route_attr, attrs) == MNL_CB_OK);
    MUST(attrs[RTA_DST]);
    ++*(long *) count;
    return MNL_CB_OK;
}

static long
run_dump(long n)
{
    long total = 0;
    long i;

    for (i = 0; i < n; i++) {
        struct dump_request r = dump_request();
        long count = 0;
        int result;

        r.header.nlmsg_seq = ++seq;
        MUST(mnl_socket_sendto(mnl_sock, &r, sizeof r) == sizeof r);
        do {
            ssize_t size = mnl_socket_recvfrom(mnl_sock, mnl_buf, sizeof mnl_buf);

            MUST(size > 0);
            result = mnl_cb_run(mnl_buf, (size_t) size, seq, mnl_port, take_route, &count);
        } while (result == MNL_CB_OK);
        MUST(result == MNL_CB_STOP && count >= n_routes);
        total += count;
    }
    return total;
}

/* Notifications. */

int
subscribe(void)
{
    int group = RTNLGRP_IPV4_ROUTE;

    mnl_open(NETLINK_ROUTE);
    enlarge_buffer(mnl_socket_get_fd(mnl_sock));
    MUST(!mnl_socket_setsockopt(mnl_sock, NETLINK_ADD_MEMBERSHIP, &group, sizeof group));
    MUST(!fcntl(mnl_socket_get_fd(mnl_sock), F_SETFL, O_NONBLOCK));
    return mnl_socket_get_fd(mnl_sock);
}

static int
count_route(const struct nlmsghdr *msg, void *count)
{
    MUST(msg->nlmsg_type == RTM_NEWROUTE);
    ++*(long *) count;
    return MNL_CB_OK;
}

long
take_all(void)
{
    long count = 0;

    for (;;) {
        ssize_t size = mnl_socket_recvfrom(mnl_sock, mnl_buf, sizeof mnl_buf);

        if (size > 0) {
            MUST(mnl_cb_run(mnl_buf, (size_t) size, 0, 0, count_route, &count) == MNL_CB_OK);
        } else if (errno == EAGAIN) {
            return count;
        } else {
            MUST(errno == ENOBUFS);
        }
    }
}

static long
run_socket(long n)
{
    long i;

    for (i = 0; i < n; i++) {
        mnl_open(NETLINK_ROUTE);
        mnl_socket_close(mnl_sock);
    }
    return n;
}

const struct workload workloads[] = {
    { "refused", set_up_refused, run_refused },
    { "getlink", set_up_getlink, run_getlink },
    { "batch-quiet", set_up_mnl_batch_quiet, run_mnl_batch },
    { "batch-ack", set_up_mnl_batch_ack, run_mnl_batch },
    { "batch-echo", set_up_mnl_batch_echo, run_mnl_batch },
    { "batch-build", set_up_mnl_batch_ack, run_mnl_batch_build },
    { "dump", set_up_dump, run_dump },
    { "notify", set_up_notify, run_notify },
    { "burst", set_up_notify, run_burst },
    { "stream", set_up_stream, run_stream },
    { "family", set_up_mnl_names, run_mnl_family },
    { "group", set_up_mnl_names, run_mnl_group },
    { "socket", NULL, run_socket },
    { "build", NULL, run_mnl_build },
    { "build-heap", NULL, run_mnl_build_heap },
    { "parse", set_up_mnl_parse, run_mnl_parse },
    { "parse-nested", set_up_mnl_parse_nested, run_mnl_parse_nested },
    { NULL, NULL, NULL },
};
