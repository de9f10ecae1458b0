/* SPDX-License-Identifier: Apache-2.0 */
/* nlsock-ext.h: the counters of transactions. */

#include "batch.h"
#include "netns.h"
#include "nlsock-ext.h"

/* The size of the buffer for which a reply counts as "jumbo" if the caller passes none. */
#define REPLY_SIZE 1024

static uint64_t
jumbos(void)
{
    struct nlsock_counters counters;

    nlsock_counters(&counters, sizeof counters);
    return counters.recv_jumbo;
}

static void
replies_that_exceed_their_buffer_are_jumbo(void)
{
    static const size_t rooms[] = { 16, 65536 };

    for (size_t i = 0; i < 2; i++) {
        struct nl_transaction transaction, *transactions[] = { &transaction };
        struct ofpbuf request, reply;
        uint64_t before = jumbos();
        ofpbuf_init(&request, 64);
        ofpbuf_init(&reply, rooms[i]);
        put_getlink(&request, 1);
        transaction.request = &request;
        transaction.reply = &reply;
        nl_transact_multiple(NETLINK_ROUTE, transactions, 1);
        CHECK_INT(transaction.error, 0);
        CHECK(ofpbuf_size(&reply) > 16);
        CHECK_INT(jumbos() - before, rooms[i] == 16);
        ofpbuf_uninit(&request);
        ofpbuf_uninit(&reply);
    }
}

static void
replies_without_a_buffer_are_jumbo_if_they_are_long(void)
{
    struct ofpbuf request, *reply;
    uint64_t before = jumbos();
    size_t size;

    ofpbuf_init(&request, 64);
    put_getlink(&request, 1);
    CHECK_INT(nl_transact(NETLINK_ROUTE, &request, &reply), 0);
    size = reply ? ofpbuf_size(reply) : 0;
    CHECK_INT(jumbos() - before, size > REPLY_SIZE);
    CHECK_INT(nl_transact(NETLINK_ROUTE, &request, NULL), 0);
    CHECK_INT(jumbos() - before, 2 * (size > REPLY_SIZE));

    /* A refusal has no reply. */
    before = jumbos();
    put_getlink(&request, 4711);
    CHECK_INT(nl_transact(NETLINK_ROUTE, &request, NULL), ENODEV);
    CHECK_INT(jumbos() - before, 0);
    ofpbuf_uninit(&request);
    ofpbuf_delete(reply);
}

static void
a_message_that_fits_exactly_is_not_jumbo(void)
{
    struct nl_sock *sock = open_socket(NETLINK_ROUTE);
    struct ofpbuf request, *reply;
    size_t size;

    ofpbuf_init(&request, 64);
    put_getlink(&request, 1);
    CHECK_INT(nl_transact(NETLINK_ROUTE, &request, &reply), 0);
    size = ofpbuf_size(reply);
    ofpbuf_delete(reply);
    for (size_t i = 0; i < 4; i++) {
        size_t less = i % 2;
        struct ofpbuf *message = ofpbuf_new(size - less);
        uint64_t before = jumbos();

        /* Then the library receives into the buffer itself. */
        nlsock_sock_set_kernel_only(sock, i >= 2);
        CHECK_INT(message->allocated, size - less);
        put_getlink(&request, 1);
        CHECK_INT(nl_sock_send(sock, &request, true), 0);
        CHECK_INT(nl_sock_recv(sock, message, true), 0);
        CHECK_INT(ofpbuf_size(message), size);
        CHECK_INT(jumbos() - before, less);
        ofpbuf_delete(message);
    }
    ofpbuf_uninit(&request);
    nl_sock_destroy(sock);
}

static void
the_rest_of_a_dump_may_be_jumbo(void)
{
    struct ofpbuf request;
    struct nl_dump dump;
    uint64_t before;

    ofpbuf_init(&request, 64);
    for (unsigned int n = 0; n <= 1000; n += 1000) {
        add_routes(n);
        put_getroute(&request);
        before = jumbos();
        nl_dump_start(&dump, NETLINK_ROUTE, &request);
        CHECK_INT(nl_dump_done(&dump), 0);
        /* The kernel fills datagrams of up to 32 KiB. */
        CHECK_INT(jumbos() > before, n > 0);
    }
    ofpbuf_uninit(&request);
}

int
main(void)
{
    if (!netns_enter()) {
        return EXIT_SUCCESS;
    }
    RUN(replies_that_exceed_their_buffer_are_jumbo);
    RUN(a_message_that_fits_exactly_is_not_jumbo);
    RUN(the_rest_of_a_dump_may_be_jumbo);
    RUN(replies_without_a_buffer_are_jumbo_if_they_are_long);
    return tap_done();
}
