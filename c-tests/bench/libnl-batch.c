/* SPDX-License-Identifier: Apache-2.0 */
/* Batches by libnl, which sends every message by itself: some are sent, and the answers read. */

#include "libnl.h"

/* Requests whose answers fit in a receive buffer of the usual size. */
#define N_AT_ONCE 32

static long n_batch;
static uint16_t batch_flags;
static struct nl_msg **batches[2];
static struct { char bytes[128]; } *replies;
static long n_answers;

static int
take_answer(struct nl_msg *msg, void *data)
{
    struct nlmsghdr *header = nlmsg_hdr(msg);

    (void) data;
    if (header->nlmsg_type == RTM_NEWROUTE) {
        MUST(header->nlmsg_len <= sizeof *replies);
        memcpy(&replies[n_answers % n_batch], header, header->nlmsg_len);
    }
    n_answers++;
    return NL_OK;
}

static struct nl_msg *
make_request(long i, bool odd, uint16_t flags)
{
    struct rtmsg rtm = route_header(odd);
    struct nl_msg *msg = nlmsg_alloc_size(64);
    struct nlmsghdr *header;

    MUST(msg);
    header = nlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, RTM_NEWROUTE, 0,
                       NLM_F_REQUEST | NLM_F_CREATE | NLM_F_REPLACE | flags);
    MUST(header && !nlmsg_append(msg, &rtm, sizeof rtm, NLMSG_ALIGNTO));
    MUST(!nla_put_u32(msg, RTA_DST, route_destination(i)));
    return msg;
}

static struct nl_msg **
make_batch(bool odd, uint16_t flags)
{
    struct nl_msg **batch = calloc((size_t) n_batch, sizeof *batch);
    long i;

    MUST(batch);
    for (i = 0; i < n_batch; i++) {
        batch[i] = make_request(i, odd, flags);
    }
    return batch;
}

static void
set_up_batch(long size, uint16_t flags)
{
    libnl_open(NETLINK_ROUTE, take_answer, NULL);
    n_batch = size;
    batch_flags = flags;
    replies = calloc((size_t) size, sizeof *replies);
    MUST(replies);
    batches[0] = make_batch(false, flags);
    batches[1] = batches[0];
    if (flags & NLM_F_ECHO) {
        /* The first batch replaces other routes, which must exist. */
        struct nl_msg **odd = make_batch(true, NLM_F_ACK);
        long i;

        for (i = 0; i < size; i++) {
            libnl_send(odd[i]);
            MUST(!nl_recvmsgs_default(nl_socket));
        }
        batches[1] = make_batch(true, flags);
    }
    if (!(flags & (NLM_F_ACK | NLM_F_ECHO))) {
        MUST(!nl_socket_set_nonblocking(nl_socket));
    }
}

void
set_up_nl_batch_quiet(long size)
{
    set_up_batch(size, 0);
}

void
set_up_nl_batch_ack(long size)
{
    set_up_batch(size, NLM_F_ACK);
}

void
set_up_nl_batch_echo(long size)
{
    set_up_batch(size, NLM_F_ECHO);
}

static void
take_answers(long n)
{
    long wanted = n_answers + n;

    if (!batch_flags) {
        MUST(nl_recvmsgs_default(nl_socket) == -NLE_AGAIN);
        return;
    }
    while (n_answers < wanted) {
        MUST(!nl_recvmsgs_default(nl_socket));
    }
}

static void
do_batch(struct nl_msg **batch)
{
    long i, j;

    n_answers = 0;
    for (i = 0; i < n_batch; i += j) {
        for (j = 0; j < N_AT_ONCE && i + j < n_batch; j++) {
            libnl_send(batch[i + j]);
        }
        take_answers(j);
    }
}

long
run_nl_batch(long n)
{
    static unsigned int turn;
    long i;

    for (i = 0; i < n; i++) {
        do_batch(batches[turn++ % 2]);
    }
    return n * n_batch;
}

long
run_nl_batch_build(long n)
{
    struct nl_msg **batch = batches[0];
    long i, j;

    for (i = 0; i < n; i++) {
        for (j = 0; j < n_batch; j++) {
            nlmsg_free(batch[j]);
            batch[j] = make_request(j, false, NLM_F_ACK);
        }
        do_batch(batch);
    }
    return n * n_batch;
}
