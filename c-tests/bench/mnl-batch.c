/* SPDX-License-Identifier: Apache-2.0 */
/* Batches by libmnl. */

#include "mnl.h"

/* Room for requests: a datagram of more than a page costs the kernel a large allocation. */
#define BATCH_SIZE 3584

static struct raw_batch batch;
static struct { char bytes[128]; } *replies;
static long n_answers;

static int
take_ack(const struct nlmsghdr *msg, void *data)
{
    (void) data;
    MUST(!((const struct nlmsgerr *) mnl_nlmsg_get_payload(msg))->error);
    n_answers++;
    return MNL_CB_OK;
}

static int
take_echo(const struct nlmsghdr *msg, void *data)
{
    (void) data;
    MUST(msg->nlmsg_type == RTM_NEWROUTE && msg->nlmsg_len <= sizeof *replies);
    memcpy(&replies[msg->nlmsg_seq], msg, msg->nlmsg_len);
    n_answers++;
    return MNL_CB_OK;
}

static void
send_batch(struct mnl_nlmsg_batch *b, long n)
{
    static mnl_cb_t control[NLMSG_MIN_TYPE] = { [NLMSG_ERROR] = take_ack };
    size_t size = mnl_nlmsg_batch_size(b);

    MUST(mnl_socket_sendto(mnl_sock, mnl_nlmsg_batch_head(b), size) == (ssize_t) size);
    if (!batch.ack && !batch.echo) {
        MUST(recv(mnl_socket_get_fd(mnl_sock), mnl_buf, sizeof mnl_buf, MSG_DONTWAIT) < 0);
        MUST(errno == EAGAIN);
        return;
    }
    n_answers = 0;
    while (n_answers < n) {
        ssize_t received = mnl_socket_recvfrom(mnl_sock, mnl_buf, sizeof mnl_buf);

        MUST(received > 0);
        MUST(mnl_cb_run2(mnl_buf, (size_t) received, 0, mnl_port, take_echo, NULL, control,
                         MNL_ARRAY_SIZE(control)) >= 0);
    }
}

static void
put_request(struct nlmsghdr *msg, long i)
{
    struct rtmsg rtm = route_header(false);

    mnl_nlmsg_put_header(msg);
    msg->nlmsg_type = RTM_NEWROUTE;
    msg->nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_REPLACE | NLM_F_ACK;
    memcpy(mnl_nlmsg_put_extra_header(msg, sizeof rtm), &rtm, sizeof rtm);
    mnl_attr_put_u32(msg, RTA_DST, route_destination(i));
}

static void
do_batch(const struct route_request *requests)
{
    static char memory[2 * BATCH_SIZE];
    struct mnl_nlmsg_batch *b = mnl_nlmsg_batch_start(memory, BATCH_SIZE);
    long i;
    long n = 0;

    for (i = 0; i < batch.n; i++) {
        struct nlmsghdr *msg = mnl_nlmsg_batch_current(b);

        if (requests) {
            memcpy(msg, &requests[i], sizeof requests[i]);
        } else {
            put_request(msg, i);
        }
        msg->nlmsg_seq = (uint32_t) i;
        n++;
        if (!mnl_nlmsg_batch_next(b)) {
            /* The last one is not in the batch, and becomes the first of the next. */
            send_batch(b, n - 1);
            mnl_nlmsg_batch_reset(b);
            n = 1;
        }
    }
    if (!mnl_nlmsg_batch_is_empty(b)) {
        send_batch(b, n);
    }
    mnl_nlmsg_batch_stop(b);
}

long
run_mnl_batch(long n)
{
    return repeat_batches(&batch, do_batch, n);
}

long
run_mnl_batch_build(long n)
{
    return repeat_batch_build(&batch, do_batch, n);
}

static void
set_up_batch(long size, uint16_t flags)
{
    mnl_open(NETLINK_ROUTE);
    make_raw_batch(&batch, size, flags);
    replies = calloc((size_t) size, sizeof *replies);
    MUST(replies);
    if (batch.echo) {
        /* The first batch replaces other routes, which must exist. */
        batch.echo = false;
        for (long i = 0; i < size; i++) {
            struct route_request r = route_request(i, true, NLM_F_ACK);

            MUST(mnl_transact(&r.header, NULL, NULL) >= 0);
        }
        batch.echo = true;
    }
}

void
set_up_mnl_batch_quiet(long size)
{
    set_up_batch(size, 0);
}

void
set_up_mnl_batch_ack(long size)
{
    set_up_batch(size, NLM_F_ACK);
}

void
set_up_mnl_batch_echo(long size)
{
    set_up_batch(size, NLM_F_ECHO);
}
