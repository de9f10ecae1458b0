/* SPDX-License-Identifier: Apache-2.0 */
/* Transactions by bare system calls. */

#include "raw.h"
#include "threads.h"

/* Requests that fit in a page with what the kernel puts around them: beyond that, a datagram costs
 * it a large allocation. */
#define N_AT_ONCE 80

static int fd;
static struct link_request request;
static struct raw_batch batch;

/* Copies of the replies, as a caller has them. */
static struct { char bytes[128]; } *replies;

static void
set_up_request(int ifindex)
{
    fd = raw_socket(NETLINK_ROUTE);
    request = link_request(ifindex);
}

void
set_up_raw_refused(long size)
{
    (void) size;
    set_up_request(NO_SUCH_LINK);
}

void
set_up_raw_getlink(long size)
{
    (void) size;
    set_up_request(1);
}

/* One round trip.  Returns the answer, in a buffer of this thread's. */
static const struct nlmsghdr *
transact(int sock, struct link_request *r)
{
    static _Thread_local struct nlmsghdr buf[RAW_BUFFER / sizeof(struct nlmsghdr)];

    r->header.nlmsg_seq++;
    MUST(send(sock, r, sizeof *r, 0) == sizeof *r);
    MUST(recv(sock, buf, sizeof buf, 0) > 0);
    MUST(buf->nlmsg_seq == r->header.nlmsg_seq);
    return buf;
}

static void
refuse(int sock, struct link_request *r, long n)
{
    while (n--) {
        const struct nlmsghdr *answer = transact(sock, r);

        MUST(answer->nlmsg_type == NLMSG_ERROR);
        MUST(((const struct nlmsgerr *) NLMSG_DATA(answer))->error == -ENODEV);
    }
}

long
run_raw_refused(long n)
{
    refuse(fd, &request, n);
    return n;
}

static void
refuse_in_thread(long n)
{
    struct link_request own = link_request(NO_SUCH_LINK);
    int sock = raw_socket(NETLINK_ROUTE);

    refuse(sock, &own, n);
    close(sock);
}

static long n_threads;

void
set_up_raw_refused_threads(long size)
{
    n_threads = size;
}

long
run_raw_refused_threads(long n)
{
    in_threads(n_threads, refuse_in_thread, n);
    return n * n_threads;
}

/* All threads, one after the other, use the same socket, as with a pool. */
static void
refuse_on_shared_socket(long n)
{
    struct link_request own = link_request(NO_SUCH_LINK);

    refuse(fd, &own, n);
}

long
run_raw_new_thread(long n)
{
    long i;

    for (i = 0; i < n; i++) {
        in_threads(1, refuse_on_shared_socket, 1);
    }
    return n;
}

long
run_raw_getlink(long n)
{
    long i;

    for (i = 0; i < n; i++) {
        MUST(transact(fd, &request)->nlmsg_type == RTM_NEWLINK);
    }
    return n;
}

static void
set_up_batch(long size, uint16_t flags)
{
    fd = raw_socket(NETLINK_ROUTE);
    make_raw_batch(&batch, size, flags);
    replies = calloc((size_t) size, sizeof *replies);
    MUST(replies);
    if (batch.echo) {
        /* The first batch replaces other routes, which must exist. */
        struct nlmsghdr buf[64];
        long i;

        for (i = 0; i < size; i++) {
            MUST(send(fd, &batch.requests[1][i], sizeof batch.requests[1][i], 0) > 0);
            recv(fd, buf, sizeof buf, MSG_DONTWAIT);
        }
    }
}

void
set_up_raw_batch_quiet(long size)
{
    set_up_batch(size, 0);
}

void
set_up_raw_batch_ack(long size)
{
    set_up_batch(size, NLM_F_ACK);
}

void
set_up_raw_batch_echo(long size)
{
    set_up_batch(size, NLM_F_ECHO);
}

/* Receives the answers to 'n' requests, the first of which has the number 'first'. */
static void
take_answers(uint32_t first, long n)
{
    static struct nlmsghdr buf[RAW_BUFFER / sizeof(struct nlmsghdr)];
    long i;

    if (!batch.ack && !batch.echo) {
        MUST(recv(fd, buf, sizeof buf, MSG_DONTWAIT) < 0 && errno == EAGAIN);
        return;
    }
    for (i = 0; i < n; i++) {
        ssize_t size = recv(fd, buf, sizeof buf, 0);

        MUST(size > 0 && buf->nlmsg_seq == first + (uint32_t) i);
        if (batch.ack) {
            MUST(buf->nlmsg_type == NLMSG_ERROR);
            MUST(!((const struct nlmsgerr *) NLMSG_DATA(buf))->error);
        } else {
            MUST(buf->nlmsg_type == RTM_NEWROUTE && (size_t) size <= sizeof *replies);
            memcpy(&replies[first + (uint32_t) i], buf, (size_t) size);
        }
    }
}

static void
do_batch(const struct route_request *requests)
{
    static struct route_request buf[N_AT_ONCE];
    long i, j;

    for (i = 0; i < batch.n; i += j) {
        for (j = 0; j < N_AT_ONCE && i + j < batch.n; j++) {
            buf[j] = requests ? requests[i + j] : route_request(i + j, false, NLM_F_ACK);
            buf[j].header.nlmsg_seq = (uint32_t) (i + j);
        }
        MUST(send(fd, buf, (size_t) j * sizeof buf[0], 0) > 0);
        take_answers((uint32_t) i, j);
    }
}

long
run_raw_batch(long n)
{
    return repeat_batches(&batch, do_batch, n);
}

long
run_raw_batch_build(long n)
{
    return repeat_batch_build(&batch, do_batch, n);
}
