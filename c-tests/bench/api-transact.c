/* SPDX-License-Identifier: Apache-2.0 */
/* Transactions, alone and in batches. */

#include "api.h"
#include "threads.h"

/* Of run_refused() and run_getlink(). */
static struct ofpbuf request;

/* Even and odd routes.  If the kernel is to report the change, they replace each other. */
static long n_batch;
static struct nl_transaction **batches[2];

static void
set_up_request(int ifindex)
{
    ofpbuf_init(&request, 0);
    put_getlink(&request, ifindex);
}

void
set_up_refused(long size)
{
    (void) size;
    set_up_request(NO_SUCH_LINK);
}

void
set_up_getlink(long size)
{
    (void) size;
    set_up_request(1);
}

long
run_refused(long n)
{
    long i;

    for (i = 0; i < n; i++) {
        MUST(nl_transact(NETLINK_ROUTE, &request, NULL) == ENODEV);
    }
    return n;
}

long
run_getlink(long n)
{
    struct ofpbuf *reply;
    long i;

    for (i = 0; i < n; i++) {
        MUST(!nl_transact(NETLINK_ROUTE, &request, &reply));
        MUST(nl_msg_nlmsghdr(reply)->nlmsg_type == RTM_NEWLINK);
        ofpbuf_delete(reply);
    }
    return n;
}

static void
refuse(long n)
{
    struct ofpbuf own;
    long i;

    ofpbuf_init(&own, 0);
    put_getlink(&own, NO_SUCH_LINK);
    for (i = 0; i < n; i++) {
        MUST(nl_transact(NETLINK_ROUTE, &own, NULL) == ENODEV);
    }
    ofpbuf_uninit(&own);
}

static long n_threads;

void
set_up_refused_threads(long size)
{
    n_threads = size;
}

long
run_refused_threads(long n)
{
    in_threads(n_threads, refuse, n);
    return n * n_threads;
}

/* The first transaction of a thread, which does nothing else. */
long
run_new_thread(long n)
{
    long i;

    for (i = 0; i < n; i++) {
        in_threads(1, refuse, 1);
    }
    return n;
}

static void
put_route_request(struct ofpbuf *b, long i, bool odd, uint16_t flags)
{
    struct rtmsg rtm = route_header(odd);

    nl_msg_put_nlmsghdr(b, sizeof rtm, RTM_NEWROUTE,
                        NLM_F_REQUEST | NLM_F_CREATE | NLM_F_REPLACE | flags);
    nl_msg_put(b, &rtm, sizeof rtm);
    nl_msg_put_be32(b, RTA_DST, route_destination(i));
}

static struct nl_transaction **
make_batch(bool odd, uint16_t flags)
{
    struct nl_transaction *batch = calloc((size_t) n_batch, sizeof *batch);
    struct nl_transaction **pointers = calloc((size_t) n_batch, sizeof *pointers);
    long i;

    MUST(batch && pointers);
    for (i = 0; i < n_batch; i++) {
        batch[i].request = ofpbuf_new(64);
        put_route_request(batch[i].request, i, odd, flags);
        batch[i].reply = flags & NLM_F_ECHO ? ofpbuf_new(128) : NULL;
        pointers[i] = &batch[i];
    }
    return pointers;
}

static void
set_up_batch(long size, uint16_t flags)
{
    n_batch = size;
    batches[0] = make_batch(false, flags);
    batches[1] = flags & NLM_F_ECHO ? make_batch(true, flags) : batches[0];
    /* The first batch replaces other routes, which must exist. */
    nl_transact_multiple(NETLINK_ROUTE, batches[1], (size_t) n_batch);
}

/* The kernel sends nothing unless it refuses a request. */
void
set_up_batch_quiet(long size)
{
    set_up_batch(size, 0);
}

void
set_up_batch_ack(long size)
{
    set_up_batch(size, NLM_F_ACK);
}

/* The kernel sends back what it did. */
void
set_up_batch_echo(long size)
{
    set_up_batch(size, NLM_F_ECHO);
}

static void
do_batch(struct nl_transaction **batch)
{
    long i;

    nl_transact_multiple(NETLINK_ROUTE, batch, (size_t) n_batch);
    for (i = 0; i < n_batch; i++) {
        MUST(!batch[i]->error);
        MUST(!batch[i]->reply || ofpbuf_size(batch[i]->reply));
    }
}

long
run_batch(long n)
{
    static unsigned int turn;
    long i;

    for (i = 0; i < n; i++) {
        do_batch(batches[turn++ % 2]);
    }
    return n * n_batch;
}

/* Also makes and frees the requests, each in its own memory. */
long
run_batch_build(long n)
{
    struct nl_transaction **batch = batches[0];
    long i, j;

    for (i = 0; i < n; i++) {
        for (j = 0; j < n_batch; j++) {
            ofpbuf_delete(batch[j]->request);
            batch[j]->request = ofpbuf_new(64);
            put_route_request(batch[j]->request, j, false, NLM_F_ACK);
        }
        do_batch(batch);
    }
    return n * n_batch;
}
