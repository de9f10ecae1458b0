/* SPDX-License-Identifier: Apache-2.0 */
/* Replies that come after the acknowledgement, and requests whose flags look like those of a dump,
 * on the real kernel. */

#include <errno.h>
#include <linux/audit.h>
#include "batch.h"
#include "netns.h"

static void
put_audit(struct ofpbuf *request, uint16_t type, uint16_t flags)
{
    ofpbuf_clear(request);
    nl_msg_put_nlmsghdr(request, 0, type, NLM_F_REQUEST | flags);
}

/* Whether this process may ask the kernel's audit for its status. */
static bool
have_audit(void)
{
    struct ofpbuf request;
    int error;

    ofpbuf_init(&request, 0);
    put_audit(&request, AUDIT_GET, NLM_F_ACK);
    error = nl_transact(NETLINK_AUDIT, &request, NULL);
    ofpbuf_uninit(&request);
    return !error;
}

static void
a_reply_after_the_acknowledgement_is_waited_for(void)
{
    struct nl_sock *sock;
    struct ofpbuf request;

    if (!have_audit()) {
        SKIP("audit cannot be used here");
    }
    ofpbuf_init(&request, 0);
    sock = open_socket(NETLINK_AUDIT);
    for (int i = 0; i < 100; i++) {
        struct ofpbuf *reply;

        put_audit(&request, AUDIT_GET, i % 2 ? NLM_F_ACK : 0);
        CHECK_INT(i % 3 ? nlsock_transact_reply(NETLINK_AUDIT, &request, &reply)
                  : nlsock_sock_transact_reply(sock, &request, &reply), 0);
        CHECK(reply && message_type(reply) == AUDIT_GET);
        ofpbuf_delete(reply);
    }
    nl_sock_destroy(sock);
    ofpbuf_uninit(&request);
}

static void
in_a_batch_too(void)
{
    struct nl_transaction transactions[8], *pointers[8];

    if (!have_audit()) {
        SKIP("audit cannot be used here");
    }
    for (unsigned int flags = NLSOCK_AWAIT_REPLY; flags <= 3; flags += NLSOCK_ONE_DATAGRAM) {
        for (int i = 0; i < 8; i++) {
            struct ofpbuf *request = ofpbuf_new(0);

            put_audit(request, i == 5 ? 0x4d2 : AUDIT_GET, i % 2 ? NLM_F_ACK : 0);
            transactions[i].request = request;
            transactions[i].reply = ofpbuf_new(64);
            pointers[i] = &transactions[i];
        }
        nlsock_transact_multiple(NETLINK_AUDIT, pointers, 8, flags);
        for (int i = 0; i < 8; i++) {
            CHECK_INT(transactions[i].error, i == 5 ? EINVAL : 0);
            CHECK_INT(ofpbuf_size(transactions[i].reply) > 0, i != 5);
            ofpbuf_delete((struct ofpbuf *) transactions[i].request);
            ofpbuf_delete(transactions[i].reply);
        }
    }
}

static void
a_dump_after_the_acknowledgement_is_waited_for(void)
{
    struct ofpbuf request, reply, buf;
    struct nl_dump dump;

    if (!have_audit()) {
        SKIP("audit cannot be used here");
    }
    ofpbuf_init(&request, 0);
    ofpbuf_init(&buf, NL_DUMP_BUFSIZE);
    for (int i = 0; i < 50; i++) {
        struct nlsock_dump_result result;

        put_audit(&request, AUDIT_LIST_RULES, 0);
        nlsock_dump_start(&dump, NETLINK_AUDIT, &request, NLSOCK_AWAIT_REPLY);
        while (nl_dump_next(&dump, &reply, &buf)) {
            CHECK_INT(message_type(&reply), AUDIT_LIST_RULES);
        }
        CHECK_INT(nl_dump_done(&dump), 0);
        nlsock_dump_result(&result, sizeof result);
        CHECK(result.complete);
    }
    nlsock_dump_start(&dump, NETLINK_AUDIT, &request, NLSOCK_ONE_DATAGRAM);
    CHECK(!nl_dump_next(&dump, &reply, &buf));
    CHECK_INT(nl_dump_done(&dump), EINVAL);
    ofpbuf_uninit(&request);
    ofpbuf_uninit(&buf);
}

static void
flags_of_other_requests_are_not_those_of_a_dump(void)
{
    struct nlsock_counters start, end;
    struct ofpbuf request;

    ofpbuf_init(&request, 64);
    nlsock_counters(&start, sizeof start);
    for (uint16_t flags = NLM_F_ROOT; flags <= NLM_F_DUMP; flags += NLM_F_ROOT) {
        put_route(&request, RTM_NEWROUTE, NLM_F_ACK | flags, 77);
        CHECK(nl_transact(NETLINK_ROUTE, &request, NULL) > 0);
        put_route(&request, RTM_DELROUTE, NLM_F_ACK | flags, 77);
        CHECK(nl_transact(NETLINK_ROUTE, &request, NULL) > 0);
    }
    nlsock_counters(&end, sizeof end);
    CHECK_INT(end.discarded, start.discarded);
    ofpbuf_uninit(&request);
}

/* What the library recognises by its reply. */
static void
a_dump_is_recognised_by_its_reply(void)
{
    struct nlsock_counters start, end;
    struct ofpbuf request, *reply;

    add_routes(300);
    ofpbuf_init(&request, 64);
    for (uint16_t flags = NLM_F_ROOT; flags <= NLM_F_DUMP; flags += NLM_F_ROOT) {
        nlsock_counters(&start, sizeof start);
        put_getroute(&request);
        nl_msg_nlmsghdr(&request)->nlmsg_flags |= flags | NLM_F_ACK;
        CHECK_INT(nl_transact(NETLINK_ROUTE, &request, &reply), 0);
        CHECK(reply && message_type(reply) == RTM_NEWROUTE);
        ofpbuf_delete(reply);
        nlsock_counters(&end, sizeof end);
        CHECK_INT(end.discarded, start.discarded + 1);
    }
    ofpbuf_uninit(&request);
}

/* An overflow ends when the queue has been read to its end, also if no receive reported that. */
static void
after_an_overflow_a_request_is_sent_once(void)
{
    struct nlsock_counters start, end;
    struct ofpbuf request, buf;
    struct nl_sock *sock = open_socket(NETLINK_ROUTE);
    char byte;

    CHECK_INT(setsockopt(nl_sock_fd(sock), SOL_SOCKET, SO_RCVBUF, &(int) { 4096 }, sizeof(int)), 0);
    ofpbuf_init(&request, 64);
    ofpbuf_init(&buf, 4096);
    for (int keep = 0; keep < 2; keep++) {
        struct nl_transaction transaction = { .request = &request };

        for (int i = 0; i < 20; i++) {
            put_getlink(&request, 1);
            CHECK_INT(nl_sock_send(sock, &request, true), 0);
        }
        CHECK_INT(nl_sock_recv(sock, &buf, false), ENOBUFS);
        while (!keep && recv(nl_sock_fd(sock), &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0) {
            CHECK_INT(nl_sock_recv(sock, &buf, false), 0);
        }
        nlsock_counters(&start, sizeof start);
        put_route(&request, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, 1000 + keep);
        nlsock_sock_transact_multiple(sock, &(struct nl_transaction *) { &transaction }, 1, 0);
        CHECK_INT(transaction.error, 0);
        nlsock_counters(&end, sizeof end);
        CHECK_INT(end.sent, start.sent + 1);
    }
    nl_sock_destroy(sock);
    ofpbuf_uninit(&request);
    ofpbuf_uninit(&buf);
}

/* With NETLINK_NO_ENOBUFS, the kernel does not report that it has dropped messages. */
static void
a_refusal_that_was_dropped_silently_is_no_success(void)
{
    struct ofpbuf request;
    struct nl_sock *sock = open_socket(NETLINK_ROUTE);

    CHECK_INT(setsockopt(nl_sock_fd(sock), SOL_SOCKET, SO_RCVBUF, &(int) { 4096 }, sizeof(int)), 0);
    CHECK_INT(setsockopt(nl_sock_fd(sock), 270 /* SOL_NETLINK */, NETLINK_NO_ENOBUFS, &(int) { 1 },
                         sizeof(int)), 0);
    ofpbuf_init(&request, 64);
    for (unsigned int flags = 0; flags <= NLSOCK_ONE_DATAGRAM; flags += NLSOCK_ONE_DATAGRAM) {
        struct nl_transaction transaction = { .request = &request };

        for (int i = 0; i < 20; i++) {
            put_getlink(&request, 1);
            CHECK_INT(nl_sock_send(sock, &request, true), 0);
        }
        put_getlink(&request, 12345);
        nlsock_sock_transact_multiple(sock, &(struct nl_transaction *) { &transaction }, 1, flags);
        /* What is sent in one datagram is not sent again. */
        CHECK_INT(transaction.error, flags ? ENOBUFS : ENODEV);
    }
    nl_sock_destroy(sock);
    ofpbuf_uninit(&request);
}

/* A notification has the sequence number of the request that caused it, and each socket starts to
 * count at 1. */
static void
a_notification_is_no_answer(void)
{
    static const unsigned int flags[] = { 0, NLSOCK_AWAIT_REPLY, NLSOCK_ONE_DATAGRAM };
    struct ofpbuf request, reply;

    ofpbuf_init(&request, 0);
    ofpbuf_init(&reply, 0);
    for (unsigned int i = 0; i < 3; i++) {
        struct nl_transaction transaction = { .request = &request, .reply = &reply };
        struct nl_transaction *list = &transaction;
        struct nl_sock *sock = open_socket(NETLINK_ROUTE);

        CHECK_INT(nl_sock_join_mcgroup(sock, RTNLGRP_IPV4_ROUTE), 0);
        nlsock_pool_flush();
        put_route(&request, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, 50000 + i);
        CHECK_INT(nl_transact(NETLINK_ROUTE, &request, NULL), 0);
        /* The route exists. */
        nlsock_sock_transact_multiple(sock, &list, 1, flags[i]);
        CHECK_INT(transaction.error, EEXIST);
        put_getlink(&request, 1);
        nlsock_sock_transact_multiple(sock, &list, 1, flags[i]);
        CHECK_INT(transaction.error, 0);
        CHECK_INT(message_type(&reply), RTM_NEWLINK);
        nl_sock_destroy(sock);
    }
    ofpbuf_uninit(&reply);
    ofpbuf_uninit(&request);
}

/* The kernel looks up only the first of several addresses in one datagram, and sends the others
 * back as they are. */
static void
each_fib_lookup_has_its_own_datagram(void)
{
    enum { N = 3, TABLE = 10, ERROR = 16, SIZE = 20 };
    struct nl_transaction transactions[N], *pointers[N];
    struct ofpbuf requests[N], replies[N];
    static const uint32_t unchanged = 4711;

    for (unsigned int flags = 0; flags <= NLSOCK_ONE_DATAGRAM; flags += NLSOCK_ONE_DATAGRAM) {
        for (int i = 0; i < N; i++) {
            /* The kernel's struct fib_result_nl. */
            uint8_t payload[SIZE] = { 127, 0, 0, (uint8_t) (i + 1), [TABLE] = RT_TABLE_LOCAL };

            memcpy(payload + ERROR, &unchanged, sizeof unchanged);
            ofpbuf_init(&requests[i], 0);
            ofpbuf_init(&replies[i], 0);
            nl_msg_put_nlmsghdr(&requests[i], 0, 0, NLM_F_REQUEST);
            nl_msg_put(&requests[i], payload, sizeof payload);
            transactions[i].request = &requests[i];
            transactions[i].reply = &replies[i];
            pointers[i] = &transactions[i];
        }
        nlsock_transact_multiple(NETLINK_FIB_LOOKUP, pointers, N, flags);
        for (int i = 0; i < N; i++) {
            CHECK_INT(transactions[i].error, flags ? EINVAL : 0);
            if (!flags && ofpbuf_size(&replies[i]) >= NLMSG_HDRLEN + SIZE) {
                const uint8_t *payload = (uint8_t *) ofpbuf_data(&replies[i]) + NLMSG_HDRLEN;

                CHECK_INT(payload[3], i + 1);
                CHECK(memcmp(payload + ERROR, &unchanged, sizeof unchanged));
            } else {
                CHECK(flags && !ofpbuf_size(&replies[i]));
            }
            ofpbuf_uninit(&requests[i]);
            ofpbuf_uninit(&replies[i]);
        }
    }
}

int
main(void)
{
    RUN(a_reply_after_the_acknowledgement_is_waited_for);
    RUN(in_a_batch_too);
    RUN(a_dump_after_the_acknowledgement_is_waited_for);
    nlsock_pool_flush();
    if (!netns_enter()) {
        return EXIT_SUCCESS;
    }
    RUN(flags_of_other_requests_are_not_those_of_a_dump);
    RUN(a_dump_is_recognised_by_its_reply);
    RUN(after_an_overflow_a_request_is_sent_once);
    RUN(a_refusal_that_was_dropped_silently_is_no_success);
    RUN(a_notification_is_no_answer);
    RUN(each_fib_lookup_has_its_own_datagram);
    return tap_done();
}
