/* SPDX-License-Identifier: Apache-2.0 */
/* Transactions with the real kernel: answered, acknowledged, refused; alone and in batches. */

#include "network.h"

/* The original does not have this function. */
extern void nlsock_set_every_ack(bool) __attribute__((weak));

static struct ofpbuf request;

static void
set_every_ack(bool every)
{
    if (nlsock_set_every_ack) {
        nlsock_set_every_ack(every);
    }
}

static void
transact(int protocol)
{
    struct ofpbuf *reply = (void *) 1;
    int error;

    error = nl_transact(protocol, &request, &reply);
    say("returns %d, reply %d", error, reply != NULL);
    say_message("sent", &request, &request);
    if (reply) {
        say_message("reply", reply, &request);
        show_fields("buffer", reply);
    }
    ofpbuf_delete(reply);
    say("without reply %d", nl_transact(protocol, &request, NULL));
}

static void
put_dummy(uint16_t type, uint16_t flags, uint16_t attribute)
{
    struct ifinfomsg ifi;

    memset(&ifi, 0, sizeof ifi);
    ofpbuf_clear(&request);
    nl_msg_put_nlmsghdr(&request, 0, type, (uint32_t) (NLM_F_REQUEST | flags));
    nl_msg_put(&request, &ifi, sizeof ifi);
    nl_msg_put_string(&request, attribute, "a-name-that-is-too-long");
}

static void
singles(void)
{
    begin_case("link");
    put_getlink(&request, 1);
    transact(NETLINK_ROUTE);
    begin_case("no such link");
    put_getlink(&request, 4711);
    transact(NETLINK_ROUTE);
    begin_case("a name too long");
    put_dummy(RTM_NEWLINK, NLM_F_ACK, IFLA_IFNAME);
    transact(NETLINK_ROUTE);
    begin_case("route");
    put_route(&request, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK, 1);
    transact(NETLINK_ROUTE);
    begin_case("no acknowledgement");
    put_route(&request, RTM_DELROUTE, 0, 1);
    transact(NETLINK_ROUTE);
    begin_case("unknown type");
    ofpbuf_clear(&request);
    nl_msg_put_nlmsghdr(&request, 0, 65000, NLM_F_REQUEST);
    transact(NETLINK_ROUTE);
    begin_case("no such family");
    ofpbuf_clear(&request);
    nl_msg_put_genlmsghdr(&request, 0, 999, NLM_F_REQUEST, 1, 1);
    transact(NETLINK_GENERIC);
    begin_case("controller");
    ofpbuf_clear(&request);
    nl_msg_put_genlmsghdr(&request, 0, GENL_ID_CTRL, NLM_F_REQUEST, CTRL_CMD_GETFAMILY, 1);
    nl_msg_put_string(&request, CTRL_ATTR_FAMILY_NAME, "nlctrl");
    transact(NETLINK_GENERIC);
}

static void
unsupported_protocol(void)
{
    struct ofpbuf *reply = (void *) 1;
    int error;

    put_getlink(&request, 1);
    error = nl_transact(1, &request, &reply);
    say("returns %d, null %d", error, !reply);
}

static void
unsupported_protocol_without_reply(void)
{
    put_getlink(&request, 1);
    say("returns %d", nl_transact(1, &request, NULL));
}

/* The next transaction must not get the acknowledgement that follows the reply. */
static void
acknowledged_reply(void)
{
    int error, next;

    put_getlink(&request, 1);
    nl_msg_nlmsghdr(&request)->nlmsg_flags |= NLM_F_ACK;
    error = nl_transact(NETLINK_ROUTE, &request, NULL);
    forget_log("");
    put_getlink(&request, 1);
    next = nl_transact(NETLINK_ROUTE, &request, NULL);
    say("returns %d, the next %d, something ignored: %d", error, next,
        forget_log("ignoring unexpected"));
}

static void
no_such_protocol(void)
{
    put_getlink(&request, 1);
    say("returns %d", nl_transact(32, &request, NULL));
}

static void
short_request(void)
{
    ofpbuf_clear(&request);
    ofpbuf_put_zeros(&request, 12);
    say("returns %d", nl_transact(NETLINK_ROUTE, &request, NULL));
}

/* A batch. */

enum { MOST = 400 };
static struct nl_transaction transactions[MOST];
static struct nl_transaction *pointers[MOST];
static struct ofpbuf requests[MOST], replies[MOST];
static size_t n, room;

static void
start_batch(size_t count)
{
    size_t i;

    n = count;
    for (i = 0; i < n; i++) {
        ofpbuf_init(&requests[i], 64);
        ofpbuf_init(&replies[i], room);
        ofpbuf_put_zeros(&replies[i], room < 8 ? room : 8);
        transactions[i].request = &requests[i];
        transactions[i].reply = i % 3 ? &replies[i] : NULL;
        transactions[i].error = -1;
        pointers[i] = &transactions[i];
    }
}

static void
run_batch(void)
{
    size_t i;

    nl_transact_multiple(NETLINK_ROUTE, pointers, n);
    for (i = 0; i < n; i++) {
        const struct ofpbuf *reply = transactions[i].reply;

        say("%zu: error %d, reply %s", i, transactions[i].error, reply ? "kept" : "none");
        if (reply) {
            say_message("reply", reply, &requests[i]);
        }
    }
    for (i = 0; i < n; i++) {
        ofpbuf_uninit(&requests[i]);
        ofpbuf_uninit(&replies[i]);
    }
}

static void
mixed(void)
{
    size_t i;

    start_batch(60);
    for (i = 0; i < n; i++) {
        switch (i % 5) {
        case 0: put_getlink(&requests[i], 1); break;
        case 1: put_route(&requests[i], RTM_NEWROUTE, NLM_F_CREATE | NLM_F_ACK, 77); break;
        case 2: put_getlink(&requests[i], 4711); break;
        case 3: put_route(&requests[i], RTM_NEWROUTE, NLM_F_CREATE, (unsigned int) i); break;
        case 4: put_route(&requests[i], RTM_DELROUTE, 0, 60000); break;
        }
    }
    run_batch();
}

/* Of requests that are sent together, only the last asks for an acknowledgement here: see
 * differences.list.  All other cases ask for all. */
static void
one_acknowledgement(void)
{
    size_t i;

    set_every_ack(false);
    start_batch(2);
    for (i = 0; i < n; i++) {
        put_route(&requests[i], RTM_NEWROUTE, NLM_F_CREATE | NLM_F_ACK, 50000 + (unsigned int) i);
        transactions[i].reply = NULL;
    }
    run_batch();
}

static void
routes(uint16_t type, uint16_t flags)
{
    size_t i;

    start_batch(MOST);
    for (i = 0; i < n; i++) {
        put_route(&requests[i], type, flags, (unsigned int) i);
    }
    nl_transact_multiple(NETLINK_ROUTE, pointers, n);
    for (i = 0; i < n; i++) {
        if (transactions[i].error || (i % 3 && ofpbuf_size(&replies[i]))) {
            say("%zu: error %d, %u bytes", i, transactions[i].error, ofpbuf_size(&replies[i]));
        }
        ofpbuf_uninit(&requests[i]);
        ofpbuf_uninit(&replies[i]);
    }
    /* Of what was sent, what else is logged is the same over and over. */
    say("done");
}

static void add_routes(void) { routes(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK); }
static void remove_routes(void) { routes(RTM_DELROUTE, NLM_F_ACK); }

static void
large(void)
{
    size_t i, j;

    start_batch(6);
    for (i = 0; i < n; i++) {
        put_getlink(&requests[i], 1);
        /* An attribute that the kernel also accepts on a socket that checks strictly. */
        for (j = 0; j < 700 * i; j += 8) {
            nl_msg_put_u32(&requests[i], IFLA_EXT_MASK, 0);
        }
    }
    run_batch();
}

static void
no_room(void)
{
    start_batch(3);
    put_getlink(&requests[0], 4711);
    put_getlink(&requests[1], 1);
    put_getlink(&requests[2], 1);
    nl_transact_multiple(NETLINK_ROUTE, pointers, n);
    forget_log("");
    say("errors %d %d %d, replies %d %d", transactions[0].error, transactions[1].error,
        transactions[2].error, ofpbuf_size(&replies[1]) > 0, ofpbuf_size(&replies[2]) > 0);
}

static void
no_socket(void)
{
    size_t i;

    start_batch(3);
    for (i = 0; i < n; i++) {
        put_getlink(&requests[i], 1);
    }
    nl_transact_multiple(1, pointers, n);
    for (i = 0; i < n; i++) {
        say("%zu: error %d, %u bytes", i, transactions[i].error, ofpbuf_size(&replies[i]));
    }
    nl_transact_multiple(NETLINK_ROUTE, pointers, 0);
    nl_transact_multiple(NETLINK_ROUTE, NULL, 0);
}

void
subject_transactions(void)
{
    enter_network();
    hide_sequence_numbers();
    set_every_ack(true);
    ofpbuf_init(&request, 64);
    /* In a child process each, so with an empty pool. */
    attempt(singles, "singles");
    attempt(acknowledged_reply, "acknowledged reply");
    attempt(unsupported_protocol, "protocol 1");
    attempt(unsupported_protocol_without_reply, "protocol 1, without reply");
    attempt(no_such_protocol, "protocol 32");
    attempt(short_request, "a request too short");
    for (room = 16; room <= 2048; room *= 4) {
        attempt(mixed, "mixed batch, room %zu", room);
        attempt(large, "large requests, room %zu", room);
    }
    room = 32;
    attempt(one_acknowledgement, "one acknowledgement");
    attempt(add_routes, "adding routes");
    attempt(add_routes, "adding them again");
    attempt(remove_routes, "removing routes");
    attempt(remove_routes, "removing them again");
    attempt(no_socket, "no socket");
    for (room = 0; room <= 16; room += 8) {
        attempt(no_room, "replies with room %zu", room);
    }
    ofpbuf_uninit(&request);
}
