/* SPDX-License-Identifier: Apache-2.0 */
/* nlsock-ext.h: which requests of a batch the kernel acknowledges. */

#include <limits.h>
#include "batch.h"
#include "netns.h"

#define N 10

#define WITHOUT_FLAGS UINT_MAX

/* Of nlsock_transact_multiple(). */
static unsigned int flags = WITHOUT_FLAGS;

static uint64_t
received(void)
{
    struct nlsock_counters counters;

    nlsock_counters(&counters, sizeof counters);
    return counters.received;
}

/* Sends the first N requests of 'batch', without reply buffers, and returns how many datagrams were
 * received. */
static uint64_t
answers(struct batch *batch)
{
    uint64_t before = received();

    for (size_t i = 0; i < N; i++) {
        batch->transactions[i].reply = NULL;
        batch->transactions[i].error = -1;
    }
    if (flags != WITHOUT_FLAGS) {
        nlsock_transact_multiple(NETLINK_ROUTE, batch->pointers, N, flags);
    } else {
        nl_transact_multiple(NETLINK_ROUTE, batch->pointers, N);
    }
    return received() - before;
}

/* Changes routes 0 to N - 1.  Each request has the result 'error', except for the one at
 * 'other'. */
static uint64_t
routes(uint16_t type, uint16_t more, int error, size_t other, int other_error)
{
    struct batch *batch = batch_new();
    uint64_t n;

    for (size_t i = 0; i < N; i++) {
        put_route(&batch->requests[i], type, more | NLM_F_ACK, (unsigned int) i);
    }
    n = answers(batch);
    for (size_t i = 0; i < N; i++) {
        CHECK_INT(batch->transactions[i].error, i == other ? other_error : error);
        /* The caller's request stays as it was. */
        CHECK(nl_msg_nlmsghdr(&batch->requests[i])->nlmsg_flags & NLM_F_ACK);
    }
    batch_delete(batch);
    return n;
}

/* Changes nothing in a link, N times. */
static uint64_t
links(void)
{
    struct batch *batch = batch_new();
    uint64_t n;

    for (size_t i = 0; i < N; i++) {
        put_getlink(&batch->requests[i], 1);
        nl_msg_nlmsghdr(&batch->requests[i])->nlmsg_type = RTM_SETLINK;
        nl_msg_nlmsghdr(&batch->requests[i])->nlmsg_flags |= NLM_F_ACK;
    }
    n = answers(batch);
    for (size_t i = 0; i < N; i++) {
        CHECK_INT(batch->transactions[i].error, 0);
    }
    batch_delete(batch);
    return n;
}

static void
one_acknowledgement_stands_for_a_datagram_of_routes(void)
{
    CHECK_INT(routes(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, 0, N, 0), 1);
    CHECK_INT(routes(RTM_DELROUTE, 0, 0, N, 0), 1);
}

static void
errors_are_those_of_their_requests(void)
{
    const uint16_t add = NLM_F_CREATE | NLM_F_EXCL;

    CHECK_INT(routes(RTM_NEWROUTE, add, 0, N, 0), 1);
    CHECK_INT(routes(RTM_NEWROUTE, add, EEXIST, N, 0), N);
    CHECK_INT(routes(RTM_DELROUTE, 0, 0, N, 0), 1);
    for (unsigned int i = 0; i < N; i++) {
        struct ofpbuf request;

        ofpbuf_init(&request, 64);
        put_route(&request, RTM_NEWROUTE, add | NLM_F_ACK, i);
        CHECK_INT(nl_transact(NETLINK_ROUTE, &request, NULL), 0);
        /* The error of the last request is the answer that stands for all. */
        CHECK_INT(routes(RTM_NEWROUTE, add, 0, i, EEXIST), i == N - 1 ? 1 : 2);
        CHECK_INT(routes(RTM_DELROUTE, 0, 0, N, 0), 1);
        ofpbuf_uninit(&request);
    }
}

static void
links_are_acknowledged_each(void)
{
    CHECK_INT(links(), N);
}

static void
a_program_chooses(void)
{
    flags = NLSOCK_ONE_ACK;
    CHECK_INT(links(), 1);
    flags = 0;
    CHECK_INT(links(), N);
    CHECK_INT(routes(RTM_NEWROUTE, NLM_F_CREATE, 0, N, 0), 1);
    CHECK_INT(routes(RTM_DELROUTE, 0, 0, N, 0), 1);
    flags = WITHOUT_FLAGS;
    nlsock_set_every_ack(true);
    CHECK_INT(routes(RTM_NEWROUTE, NLM_F_CREATE, 0, N, 0), N);
    CHECK_INT(links(), N);
    nlsock_set_every_ack(false);
    CHECK_INT(routes(RTM_DELROUTE, 0, 0, N, 0), 1);
    CHECK_INT(links(), N);
}

int
main(void)
{
    if (!netns_enter()) {
        return EXIT_SUCCESS;
    }
    RUN(one_acknowledgement_stands_for_a_datagram_of_routes);
    RUN(errors_are_those_of_their_requests);
    RUN(links_are_acknowledged_each);
    RUN(a_program_chooses);
    return tap_done();
}
