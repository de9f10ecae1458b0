/* SPDX-License-Identifier: Apache-2.0 */
/* The driver that makes the system calls itself. */

#include "raw.h"
#include "subscriber.h"

static int fd;

int
raw_socket(int protocol)
{
    struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
    int one = 1;
    int sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);

    MUST(sock >= 0 && !connect(sock, (struct sockaddr *) &kernel, sizeof kernel));
    /* Makes refusals as short as possible. */
    MUST(!setsockopt(sock, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof one));
    return sock;
}

/* Notifications. */

int
subscribe(void)
{
    int group = RTNLGRP_IPV4_ROUTE;

    fd = raw_socket(NETLINK_ROUTE);
    enlarge_buffer(fd);
    MUST(!setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group));
    return fd;
}

long
take_all(void)
{
    static struct nlmsghdr buf[RAW_BUFFER / sizeof(struct nlmsghdr)];
    long count = 0;

    for (;;) {
        if (recv(fd, buf, sizeof buf, MSG_DONTWAIT) > 0) {
            MUST(buf->nlmsg_type == RTM_NEWROUTE);
            count++;
        } else if (errno == EAGAIN) {
            return count;
        } else {
            MUST(errno == ENOBUFS);
        }
    }
}

/* A socket with what its user has to know and have: its address, and a large buffer. */
static long
run_socket(long n)
{
    long i;

    for (i = 0; i < n; i++) {
        struct sockaddr_nl own;
        socklen_t length = sizeof own;
        int sock = raw_socket(NETLINK_ROUTE);

        enlarge_buffer(sock);
        MUST(!getsockname(sock, (struct sockaddr *) &own, &length));
        close(sock);
    }
    return n;
}

const struct workload workloads[] = {
    { "refused", set_up_raw_refused, run_raw_refused },
    { "getlink", set_up_raw_getlink, run_raw_getlink },
    { "batch-quiet", set_up_raw_batch_quiet, run_raw_batch },
    { "batch-ack", set_up_raw_batch_ack, run_raw_batch },
    { "batch-echo", set_up_raw_batch_echo, run_raw_batch },
    { "batch-build", set_up_raw_batch_ack, run_raw_batch_build },
    { "dump", set_up_raw_dump, run_raw_dump },
    { "notify", set_up_notify, run_notify },
    { "burst", set_up_notify, run_burst },
    { "stream", set_up_stream, run_stream },
    { "family", set_up_raw_names, run_raw_family },
    { "group", set_up_raw_names, run_raw_group },
    { "socket", NULL, run_socket },
    { "refused-threads", set_up_raw_refused_threads, run_raw_refused_threads },
    { "new-thread", set_up_raw_refused, run_raw_new_thread },
    { "dump-threads", set_up_raw_dump, run_raw_dump_threads },
    { NULL, NULL, NULL },
};
