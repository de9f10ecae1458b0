/* SPDX-License-Identifier: Apache-2.0 */
/* Batches, also when replies are lost. */

#include "soak.h"

/* The most requests in a batch. */
#define MAX_BATCH 60

enum kind { GET_LO, GET_NO_LINK, ADD_ROUTE, DELETE_ROUTE, N_KINDS };

struct item {
    enum kind kind;
    unsigned int route;         /* Index into 'routes'. */
    struct ofpbuf request, reply;
    struct nl_transaction transaction;
};

static void
make_item(struct worker *w, struct item *item, unsigned int route)
{
    uint16_t ack = choose(w, 2) ? NLM_F_ACK : 0;

    item->kind = (enum kind) choose(w, N_KINDS);
    item->route = route;
    ofpbuf_init(&item->request, choose(w, 100));
    ofpbuf_init(&item->reply, choose(w, 2000));
    item->transaction.request = &item->request;
    item->transaction.reply = choose(w, 2) ? &item->reply : NULL;
    item->transaction.error = -1;
    switch (item->kind) {
    case GET_LO:
        put_getlink(&item->request, 1);
        break;
    case GET_NO_LINK:
        put_getlink(&item->request, 4711);
        break;
    case ADD_ROUTE:
        put_route(&item->request, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE | ack,
                  w->first + route);
        break;
    case DELETE_ROUTE:
    case N_KINDS:
        put_route(&item->request, RTM_DELROUTE, ack, w->first + route);
        break;
    }
}

/* Checks one outcome.  'again' is whether requests may have been sent twice, since replies may
 * have been lost: the second deletion of a route then finds that it is gone. */
static void
check_item(struct worker *w, struct item *item, bool again)
{
    int error = item->transaction.error;
    enum state *state = &w->routes[item->route];

    count(BATCHED);
    if (error || item->kind != GET_LO) {
        EXPECT_INT(ofpbuf_size(&item->reply), 0);
    }
    if (again && error == ENOBUFS) {
        count(NOT_THROUGH);
        if (item->kind == ADD_ROUTE || item->kind == DELETE_ROUTE) {
            *state = UNKNOWN;
        }
        return;
    }
    switch (item->kind) {
    case GET_LO:
        EXPECT_INT(error, 0);
        if (!error && item->transaction.reply) {
            expect_answer(&item->request, &item->reply);
        }
        break;
    case GET_NO_LINK:
        EXPECT_INT(error, ENODEV);
        break;
    case ADD_ROUTE:
        EXPECT_INT(error, 0);
        *state = PRESENT;
        count(ADDED);
        break;
    case DELETE_ROUTE:
    case N_KINDS:
        if (*state == UNKNOWN || (again && *state == PRESENT)) {
            EXPECT(!error || error == ESRCH);
        } else {
            EXPECT_INT(error, *state == PRESENT ? 0 : ESRCH);
        }
        *state = ABSENT;
        count(DELETED);
        break;
    }
}

void
run_batch(struct worker *w)
{
    struct nl_transaction *pointers[MAX_BATCH];
    struct item items[MAX_BATCH];
    unsigned int n = 1 + choose(w, MAX_BATCH);
    unsigned int first = choose(w, N_ROUTES);
    bool tiny = !choose(w, 3);
    unsigned int i;

    for (i = 0; i < n; i++) {
        make_item(w, &items[i], (first + i) % N_ROUTES);
        pointers[i] = &items[i].transaction;
    }
    if (tiny) {
        nl_sock_transact_multiple(w->tiny, pointers, n);
    } else if (choose(w, 2)) {
        nl_sock_transact_multiple(w->own, pointers, n);
    } else {
        nl_transact_multiple(NETLINK_ROUTE, pointers, n);
    }
    for (i = 0; i < n; i++) {
        check_item(w, &items[i], tiny);
        ofpbuf_uninit(&items[i].request);
        ofpbuf_uninit(&items[i].reply);
    }
    count(tiny ? OVERFLOWING_BATCH : BATCH);
}
