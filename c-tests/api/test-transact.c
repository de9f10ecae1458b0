/* SPDX-License-Identifier: Apache-2.0 */
/* netlink-socket.h: transactions on the real kernel, also when replies are lost. */

#include "batch.h"
#include "netns.h"
#include "nlsock-ext.h"

static void
a_transaction_brings_the_reply(void)
{
    struct nl_sock *sock = open_socket(NETLINK_ROUTE);
    struct ofpbuf request, *reply = NULL;

    ofpbuf_init(&request, 0);
    put_getlink(&request, 1);
    CHECK_INT(nl_sock_transact(sock, &request, &reply), 0);
    CHECK_INT(message_type(reply), RTM_NEWLINK);
    CHECK_INT(nl_msg_nlmsghdr(reply)->nlmsg_len, ofpbuf_size(reply));
    CHECK_INT(ofpbuf_headroom(reply), 0);
    CHECK(reply->allocated >= 1024);
    CHECK_INT(nl_msg_nlmsghdr(&request)->nlmsg_flags, NLM_F_REQUEST);
    ofpbuf_delete(reply);
    CHECK_INT(nl_sock_transact(sock, &request, NULL), 0);

    put_getlink(&request, 4711);
    reply = &request;
    CHECK_INT(nl_sock_transact(sock, &request, &reply), ENODEV);
    CHECK(!reply);
    CHECK_INT(nl_sock_transact(sock, &request, NULL), ENODEV);
    nl_sock_destroy(sock);
    ofpbuf_uninit(&request);
}

static void
success_without_a_reply_is_an_empty_reply(void)
{
    struct ofpbuf request, *reply = NULL;

    ofpbuf_init(&request, 0);
    put_route(&request, RTM_NEWROUTE, NLM_F_CREATE, 0);
    CHECK_INT(nl_transact(NETLINK_ROUTE, &request, &reply), 0);
    CHECK_INT(ofpbuf_size(reply), 0);
    ofpbuf_delete(reply);
    put_route(&request, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK, 0);
    CHECK_INT(nl_transact(NETLINK_ROUTE, &request, &reply), EEXIST);
    CHECK(!reply);
    put_route(&request, RTM_DELROUTE, NLM_F_ACK, 0);
    CHECK_INT(nl_transact(NETLINK_ROUTE, &request, &reply), 0);
    CHECK_INT(ofpbuf_size(reply), 0);
    ofpbuf_delete(reply);
    put_route(&request, RTM_DELROUTE, 0, 0);
    CHECK_INT(nl_transact(NETLINK_ROUTE, &request, NULL), ESRCH);
    ofpbuf_uninit(&request);
}

static void
a_reply_and_an_acknowledgement_leave_the_socket_empty(void)
{
    struct nl_sock *sock = open_socket(NETLINK_ROUTE);
    struct ofpbuf request, *reply;

    ofpbuf_init(&request, 64);
    put_getlink(&request, 1);
    nl_msg_nlmsghdr(&request)->nlmsg_flags |= NLM_F_ACK;
    CHECK_INT(nl_sock_transact(sock, &request, &reply), 0);
    CHECK_INT(message_type(reply), RTM_NEWLINK);
    ofpbuf_delete(reply);
    CHECK(nothing_waits(sock));
    nl_sock_destroy(sock);
    ofpbuf_uninit(&request);
}

static void
a_batch_tells_the_error_of_each(void)
{
    set_routes(RTM_NEWROUTE, NLM_F_CREATE, 0);
    set_routes(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, EEXIST);
    set_routes(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE | NLM_F_ACK, 0);
    set_routes(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK, EEXIST);
    set_routes(RTM_DELROUTE, NLM_F_ACK, 0);
    set_routes(RTM_DELROUTE, 0, ESRCH);
}

static void
replies_of_a_batch_belong_to_their_requests(void)
{
    struct nl_sock *sock = open_socket(NETLINK_ROUTE);
    struct batch *batch = batch_new();
    size_t i;

    /* Replies, refusals, successes with and without an acknowledgement, in turn. */
    for (i = 0; i < N_ROUTES; i++) {
        struct ofpbuf *request = &batch->requests[i];

        switch (i % 5) {
        case 0: put_getlink(request, 1); break;
        case 1: put_getlink(request, 4711); break;
        case 2: put_route(request, RTM_NEWROUTE, NLM_F_CREATE, (unsigned int) i); break;
        case 3: put_route(request, RTM_DELROUTE, NLM_F_ACK, (unsigned int) i - 1); break;
        case 4:
            put_getlink(request, 1);
            nl_msg_nlmsghdr(request)->nlmsg_flags |= NLM_F_ACK;
            break;
        }
    }
    nl_sock_transact_multiple(sock, batch->pointers, N_ROUTES);
    for (i = 0; i < N_ROUTES; i++) {
        struct ofpbuf *reply = batch->transactions[i].reply;
        bool expect_reply = i % 5 == 0 || i % 5 == 4;

        CHECK_INT(batch->transactions[i].error, i % 5 == 1 ? ENODEV : 0);
        CHECK(reply == (i % 3 ? &batch->replies[i] : NULL));
        if (reply && expect_reply) {
            CHECK_INT(message_type(reply), RTM_NEWLINK);
            CHECK_INT(nl_msg_nlmsghdr(reply)->nlmsg_seq,
                      nl_msg_nlmsghdr(&batch->requests[i])->nlmsg_seq);
            CHECK_INT(nl_msg_nlmsghdr(reply)->nlmsg_len, ofpbuf_size(reply));
        } else if (reply) {
            CHECK_INT(ofpbuf_size(reply), 0);
        }
    }
    nl_sock_transact_multiple(sock, batch->pointers, 0);
    CHECK(nothing_waits(sock));
    batch_delete(batch);
    nl_sock_destroy(sock);
}

/* Runs the first 'n' transactions of the batch.  Returns how many failed. */
static size_t
count_failures(struct batch *batch, size_t n)
{
    size_t i, failures = 0;

    nl_transact_multiple(NETLINK_ROUTE, batch->pointers, n);
    for (i = 0; i < n; i++) {
        failures += batch->transactions[i].error != 0;
    }
    return failures;
}

static void
requests_of_any_length_share_a_batch(void)
{
    struct batch *batch = batch_new();
    size_t i;

    /* In a datagram, the kernel expects each message at a multiple of 4. */
    for (i = 0; i < 100; i++) {
        ofpbuf_clear(&batch->requests[i]);
        nl_msg_put_nlmsghdr(&batch->requests[i], 0, NLMSG_NOOP, NLM_F_REQUEST | NLM_F_ACK);
        ofpbuf_put_zeros(&batch->requests[i], i % 4);
    }
    CHECK_INT(count_failures(batch, 100), 0);
    batch_delete(batch);
}

static void
a_request_may_be_in_a_batch_several_times(void)
{
    struct batch *batch = batch_new();
    size_t i;

    put_route(&batch->requests[0], RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE | NLM_F_ACK, 0);
    for (i = 0; i < 300; i++) {
        batch->transactions[i].request = &batch->requests[0];
    }
    CHECK_INT(count_failures(batch, 300), 0);
    batch_delete(batch);
}

/* Makes a socket's receive buffer so small that batches overflow it. */
static void
shrink(struct nl_sock *sock, int size)
{
    struct ofpbuf request;

    /* A new socket, which chooses the size of its batches at its first use, before the buffer
     * shrinks. */
    nlsock_pool_flush();
    ofpbuf_init(&request, 64);
    put_getlink(&request, 1);
    CHECK_INT(nl_sock_transact(sock, &request, NULL), 0);
    CHECK_INT(setsockopt(transaction_fd(sock), SOL_SOCKET, SO_RCVBUF, &size, sizeof size), 0);
    ofpbuf_uninit(&request);
}

static void
lost_replies_are_asked_for_again(void)
{
    int sizes[] = { 1, 5000, 20000 };
    size_t i, j;

    for (j = 0; j < 3; j++) {
        struct nl_sock *sock = open_socket(NETLINK_ROUTE);
        struct nlsock_counters before, after;
        struct batch *batch = batch_new();

        shrink(sock, sizes[j]);
        for (i = 0; i < N_ROUTES; i++) {
            put_getlink(&batch->requests[i], i % 10 ? 1 : 4711);
            batch->transactions[i].reply = &batch->replies[i];
        }
        nlsock_counters(&before, sizeof before);
        nl_sock_transact_multiple(sock, batch->pointers, N_ROUTES);
        nlsock_counters(&after, sizeof after);
        CHECK(after.overflow > before.overflow);
        CHECK(after.resent > before.resent);
        CHECK(after.dropped > before.dropped);
        for (i = 0; i < N_ROUTES; i++) {
            CHECK_INT(batch->transactions[i].error, i % 10 ? 0 : ENODEV);
            if (i % 10) {
                CHECK_INT(message_type(&batch->replies[i]), RTM_NEWLINK);
            }
        }
        batch_delete(batch);
        discard(sock);
    }
}

static void
what_is_sent_again_stays_in_order(void)
{
    enum { N = 60 };
    int sizes[] = { 1, 3000, 6000, 10000, 20000 };
    struct ofpbuf request;
    size_t i, j;

    ofpbuf_init(&request, 64);
    for (j = 0; j < 5; j++) {
        struct nl_sock *sock = open_socket(NETLINK_ROUTE);
        struct batch *batch = batch_new();

        /* A route is added without a reply, and deleted; then replies overflow the buffer. */
        shrink(sock, sizes[j]);
        put_route(&batch->requests[0], RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, 7);
        put_route(&batch->requests[1], RTM_DELROUTE, NLM_F_ACK, 7);
        for (i = 2; i < N; i++) {
            put_getlink(&batch->requests[i], 1);
        }
        nl_sock_transact_multiple(sock, batch->pointers, N);
        for (i = 0; i < N; i++) {
            CHECK_INT(batch->transactions[i].error, 0);
        }
        put_route(&request, RTM_DELROUTE, NLM_F_ACK, 7);
        CHECK_INT(nl_transact(NETLINK_ROUTE, &request, NULL), ESRCH);
        batch_delete(batch);
        discard(sock);
    }
    ofpbuf_uninit(&request);
}

#if !OVS3
static void
a_congested_socket_brings_the_reply_nevertheless(void)
{
    struct nl_sock *sock = open_socket(NETLINK_ROUTE);
    struct ofpbuf request, *reply = NULL;
    int i, told;

    ofpbuf_init(&request, 4096);
    CHECK_INT(nl_sock_join_mcgroup(sock, RTNLGRP_LINK), 0);
    for (told = 0; told < 2; told++) {
        shrink(sock, 1);
        for (i = 0; i < 20; i++) {
            CHECK(netns_set_lo(false) && netns_set_lo(true));
        }
        /* The second time, the loss has been reported before and will not be reported again. */
        if (told) {
            CHECK_INT(nl_sock_recv(sock, &request, false), ENOBUFS);
        }
        put_getlink(&request, 1);
        CHECK_INT(nl_sock_transact(sock, &request, &reply), 0);
        CHECK_INT(nl_msg_nlmsghdr(reply)->nlmsg_seq, nl_msg_nlmsghdr(&request)->nlmsg_seq);
        ofpbuf_delete(reply);
    }
    ofpbuf_uninit(&request);
    nl_sock_destroy(sock);
}
#endif

int
main(void)
{
    if (!netns_enter()) {
        return EXIT_SUCCESS;
    }
    RUN(a_transaction_brings_the_reply);
    RUN(success_without_a_reply_is_an_empty_reply);
    RUN(a_reply_and_an_acknowledgement_leave_the_socket_empty);
    RUN(a_batch_tells_the_error_of_each);
    RUN(replies_of_a_batch_belong_to_their_requests);
    RUN(requests_of_any_length_share_a_batch);
    RUN(a_request_may_be_in_a_batch_several_times);
    RUN(lost_replies_are_asked_for_again);
    RUN(what_is_sent_again_stays_in_order);
#if !OVS3
    RUN(a_congested_socket_brings_the_reply_nevertheless);
#endif
    return tap_done();
}
