/* SPDX-License-Identifier: Apache-2.0 */
/* Dumps by bare system calls. */

#include <sched.h>
#include <stdatomic.h>
#include "raw.h"
#include "threads.h"

static int fd;
static long n_routes;

void
set_up_raw_dump(long size)
{
    n_routes = size;
    fd = raw_socket(NETLINK_ROUTE);
}

static void
start(void)
{
    struct dump_request request = dump_request();

    MUST(send(fd, &request, sizeof request, 0) == sizeof request);
}

static void
parse(const struct nlmsghdr *msg)
{
    const struct rtattr *attrs[RTA_GATEWAY + 1] = { NULL };
    const struct rtattr *attr = RTM_RTA(NLMSG_DATA(msg));
    int left = (int) RTM_PAYLOAD(msg);

    for (; RTA_OK(attr, left); attr = RTA_NEXT(attr, left)) {
        if (attr->rta_type <= RTA_GATEWAY) {
            attrs[attr->rta_type] = attr;
        }
    }
    MUST(attrs[RTA_DST] && RTA_PAYLOAD(attrs[RTA_DST]) == 4);
}

/* Parses what is in a datagram and returns how many routes.  At the end of the dump sets 'done'. */
static long
take(const struct nlmsghdr *msg, ssize_t size, atomic_bool *done)
{
    unsigned int left = (unsigned int) size;
    long count = 0;

    for (; NLMSG_OK(msg, left); msg = NLMSG_NEXT(msg, left)) {
        if (msg->nlmsg_type == NLMSG_DONE) {
            *done = true;
        } else {
            MUST(msg->nlmsg_type == RTM_NEWROUTE);
            parse(msg);
            count++;
        }
    }
    return count;
}

long
run_raw_dump(long n)
{
    static struct nlmsghdr buf[RAW_BUFFER / sizeof(struct nlmsghdr)];
    long total = 0;
    long i;

    for (i = 0; i < n; i++) {
        atomic_bool done = false;
        long count = 0;

        start();
        while (!done) {
            ssize_t size = recv(fd, buf, sizeof buf, 0);

            MUST(size > 0);
            count += take(buf, size, &done);
        }
        MUST(count >= n_routes);
        total += count;
    }
    return total;
}

static atomic_bool shared_done;
static atomic_long shared_count;

/* The kernel makes the next part while it gives out one, so there may be none for the moment. */
static void
take_share(long n)
{
    struct nlmsghdr buf[RAW_BUFFER / sizeof(struct nlmsghdr)];
    long count = 0;

    (void) n;
    while (!shared_done) {
        ssize_t size = recv(fd, buf, sizeof buf, MSG_DONTWAIT);

        if (size > 0) {
            count += take(buf, size, &shared_done);
        } else {
            MUST(errno == EAGAIN);
            sched_yield();
        }
    }
    shared_count += count;
}

long
run_raw_dump_threads(long n)
{
    long i;

    shared_count = 0;
    for (i = 0; i < n; i++) {
        shared_done = false;
        start();
        in_threads(2, take_share, 1);
    }
    MUST(shared_count >= n * n_routes);
    return shared_count;
}
