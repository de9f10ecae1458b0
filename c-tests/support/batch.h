/* SPDX-License-Identifier: Apache-2.0 */
/* For the tests on the real kernel: sockets, and batches of transactions. */

#ifndef BATCH_H
#define BATCH_H 1

#include <errno.h>
#include "kernel.h"
#include "nlsock-ext.h"
#include "tap.h"

#define N_ROUTES 1000

static inline struct nl_sock *
open_socket(int protocol)
{
    struct nl_sock *sock = NULL;
    int error = nl_sock_create(protocol, &sock);

    CHECK_INT(error, 0);
    if (error) {
        exit(EXIT_FAILURE);
    }
    return sock;
}

/* Returns whether the receive queue of the socket 'fd' is empty. */
static inline bool
nothing_is_queued(int fd)
{
    char byte;

    return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

/* Returns whether the receive queue that the transactions of 'sock' use is empty. */
static inline bool
nothing_waits(struct nl_sock *sock)
{
    return nothing_is_queued(transaction_fd(sock));
}

/* Destroys 'sock' and the pooled socket that its transactions used. */
static inline void
discard(struct nl_sock *sock)
{
    nl_sock_destroy(sock);
    nlsock_pool_flush();
}

static inline uint16_t
message_type(const struct ofpbuf *msg)
{
    return nl_msg_nlmsghdr(msg)->nlmsg_type;
}

struct batch {
    struct nl_transaction transactions[N_ROUTES];
    struct nl_transaction *pointers[N_ROUTES];
    struct ofpbuf requests[N_ROUTES];
    struct ofpbuf replies[N_ROUTES];
};

/* Allocates a batch.  Two of three transactions have a reply buffer, which is not empty. */
static inline struct batch *
batch_new(void)
{
    struct batch *batch = malloc(sizeof *batch);
    size_t i;

    for (i = 0; i < N_ROUTES; i++) {
        ofpbuf_init(&batch->requests[i], 64);
        ofpbuf_init(&batch->replies[i], 32);
        ofpbuf_put_zeros(&batch->replies[i], 8);
        batch->transactions[i].request = &batch->requests[i];
        batch->transactions[i].reply = i % 3 ? &batch->replies[i] : NULL;
        batch->transactions[i].error = -1;
        batch->pointers[i] = &batch->transactions[i];
    }
    return batch;
}

static inline void
batch_delete(struct batch *batch)
{
    size_t i;

    for (i = 0; i < N_ROUTES; i++) {
        ofpbuf_uninit(&batch->requests[i]);
        ofpbuf_uninit(&batch->replies[i]);
    }
    free(batch);
}

static inline void
set_routes(uint16_t type, uint16_t flags, int expected)
{
    struct batch *batch = batch_new();
    size_t i;

    for (i = 0; i < N_ROUTES; i++) {
        put_route(&batch->requests[i], type, flags, (unsigned int) i);
    }
    nl_transact_multiple(NETLINK_ROUTE, batch->pointers, N_ROUTES);
    for (i = 0; i < N_ROUTES; i++) {
        CHECK_INT(batch->transactions[i].error, expected);
        CHECK_INT(ofpbuf_size(&batch->replies[i]), i % 3 ? 0 : 8);
    }
    batch_delete(batch);
}

/* Adds routes 0 to 'n' - 1, one at a time. */
static inline void
add_routes(unsigned int n)
{
    struct ofpbuf request;
    unsigned int i;

    ofpbuf_init(&request, 64);
    for (i = 0; i < n; i++) {
        put_route(&request, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE | NLM_F_ACK, i);
        CHECK_INT(nl_transact(NETLINK_ROUTE, &request, NULL), 0);
    }
    ofpbuf_uninit(&request);
}

#endif /* batch.h */
