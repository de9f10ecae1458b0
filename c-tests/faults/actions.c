/* SPDX-License-Identifier: Apache-2.0 */
/* "do" lines: see actions.h and README.md. */

#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "actions-internal.h"
#include "nlsock-ext.h"

#define MAX_OWN 8

struct actions actions;

/* A socket of the program.  If it could not be opened, its lines use the pool, or do nothing. */
static struct own {
    char name[16];
    bool used;
    struct nl_sock *sock;
    int protocol;
    int deadline;               /* Milliseconds; 0 for none. */
} own[MAX_OWN];

int pool_deadline;

/* What "do recv" receives.  It is the program's, also if the thread is cancelled. */
static struct ofpbuf *received;

static struct own *
find_own(const char *name)
{
    for (int i = 0; name && i < MAX_OWN; i++) {
        if (own[i].used && !strcmp(own[i].name, name)) {
            return &own[i];
        }
    }
    return NULL;
}

static void
destroy_own(struct own *o)
{
    struct nl_sock *sock = o->sock;

    o->used = false;
    o->sock = NULL;
    nl_sock_destroy(sock);
}

void
actions_reset(void)
{
    for (int i = 0; i < MAX_OWN; i++) {
        if (own[i].used) {
            destroy_own(&own[i]);
        }
    }
    for (int i = 1; i <= actions.n; i++) {
        ofpbuf_delete(actions.outcome[i].request);
        ofpbuf_delete(actions.outcome[i].reply);
    }
    actions.n = actions.n_dumps = 0;
    actions.first = actions.first_dump = 1;
    if (pool_deadline) {
        nlsock_sock_set_timeout(NULL, 0);
        pool_deadline = 0;
    }
    ofpbuf_delete(received);
    received = NULL;
    actions.cancelled = false;
    actions.error = 0;
    actions.value = 0;
}

/* "ack" and "no-reply": all, unless a selection follows. */
static void
which(struct tokens *t, struct selection *s)
{
    if (!tokens_selection(t, s)) {
        s->n = 1;
        s->range[0].low = 1;
        s->range[0].high = MAX_TRANSACTIONS;
    }
}

bool
parse_options(struct tokens *t, struct options *o)
{
    memset(o, 0, sizeof *o);
    o->fork = -1;
    o->bytes = DEFAULT_BYTES;
    o->type = FAKE_REQUEST_TYPE;
    o->stop = -1;
    while (!tokens_end(t)) {
        if (tokens_take(t, "on")) {
            o->own = find_own(tokens_next(t));
            if (!o->own) {
                return false;
            }
            o->protocol = o->own->protocol;
        } else if (tokens_take(t, "ack")) {
            which(t, &o->ack);
        } else if (tokens_take(t, "no-reply")) {
            which(t, &o->no_reply);
        } else if (tokens_take(t, "netfilter")) {
            which(t, &o->netfilter);
            o->protocol = NETLINK_NETFILTER;
        } else if (tokens_take(t, "wait")) {
            o->wait = true;
        } else if (tokens_take(t, "quietly")) {
            o->quietly = true;
        } else if (tokens_take(t, "strict")) {
            o->strict = true;
        } else if (tokens_take(t, "until-reply")) {
            o->until_reply = true;
        } else if (tokens_take(t, "one-ack")) {
            o->one_ack = true;
        } else if (tokens_take(t, "one-datagram")) {
            o->one_datagram = true;
        } else if (!(tokens_take(t, "protocol") && tokens_int(t, &o->protocol))
                   && !(tokens_take(t, "bytes") && tokens_int(t, &o->bytes))
                   && !(tokens_take(t, "type") && tokens_int(t, &o->type))
                   && !(tokens_take(t, "stop") && tokens_int(t, &o->stop))
                   && !(tokens_take(t, "fork") && tokens_int(t, &o->fork))
                   && !(tokens_take(t, "slow") && tokens_int(t, &o->slow))
                   && !(tokens_take(t, "buffer") && tokens_int(t, &o->buffer))) {
            return false;
        }
    }
    return true;
}

struct ofpbuf *
make_request(uint32_t kind, int id, uint16_t type, bool ack, int bytes)
{
    struct ofpbuf *request = ofpbuf_new(0);
    struct fake_payload payload = { FAKE_MAGIC, kind, (uint32_t) id };

    nl_msg_put_nlmsghdr(request, 0, type, NLM_F_REQUEST | (ack ? NLM_F_ACK : 0));
    nl_msg_put(request, &payload, sizeof payload);
    if (bytes > (int) sizeof payload) {
        memset(nl_msg_put_uninit(request, (size_t) bytes - sizeof payload), 0,
               (size_t) bytes - sizeof payload);
    }
    return request;
}

/* The type of request 'i' of 'n'. */
static uint16_t
request_type(const struct options *o, int i, int n)
{
    for (int k = 0; k < o->netfilter.n; k++) {
        int low = o->netfilter.range[k].low, high = o->netfilter.range[k].high;

        if (i >= low && i <= high) {
            return i == low ? NFNL_MSG_BATCH_BEGIN
                   : i == high || i == n ? NFNL_MSG_BATCH_END : FAKE_BATCH_TYPE;
        }
    }
    return (uint16_t) o->type;
}

/* Null for the pool, also if the socket could not be opened. */
static struct nl_sock *
sock_of(const struct options *o)
{
    return o->own ? o->own->sock : NULL;
}

/* In the 3.x interface, only the functions of nlsock-ext.h transact on a socket of the program. */
static void
choose_socket(struct options *o)
{
    if (OVS3 && sock_of(o) && !o->until_reply && !o->one_datagram && !o->one_ack) {
        o->own = NULL;
    }
}

static int
deadline_of(const struct options *o)
{
    return sock_of(o) ? o->own->deadline : pool_deadline;
}

static struct outcome *
add_outcome(const struct options *o, int i, int n, bool single)
{
    struct outcome *outcome = &actions.outcome[++actions.n];

    outcome->request = make_request(FAKE_REQUEST, actions.n, request_type(o, i, n),
                                    selected(&o->ack, i), o->bytes);
    outcome->reply_wanted = !selected(&o->no_reply, i);
    outcome->reply = NULL;
    outcome->single = single;
    outcome->deadline = deadline_of(o);
    outcome->until_reply = o->until_reply;
    outcome->netfilter = o->netfilter.n > 0;
    outcome->one_datagram = o->one_datagram;
    outcome->error = -1;
    return outcome;
}

static bool
do_transact(struct tokens *t)
{
    struct options o;
    struct outcome *outcome;
    struct ofpbuf **replyp;
    struct nl_sock *sock;

    if (!parse_options(t, &o) || actions.n >= MAX_TRANSACTIONS) {
        return false;
    }
    choose_socket(&o);
    actions.first = actions.n + 1;
    actions.on_own = sock_of(&o);
    outcome = add_outcome(&o, 1, 1, true);
    replyp = outcome->reply_wanted ? &outcome->reply : NULL;
    sock = sock_of(&o);
    if (o.until_reply) {
        outcome->error = sock ? nlsock_sock_transact_reply(sock, outcome->request, replyp)
                         : nlsock_transact_reply(o.protocol, outcome->request, replyp);
    } else {
        outcome->error = sock ? nl_sock_transact(sock, outcome->request, replyp)
                         : nl_transact(o.protocol, outcome->request, replyp);
    }
    return true;
}

static bool
do_batch(struct tokens *t)
{
    static struct nl_transaction transactions[MAX_TRANSACTIONS];
    static struct nl_transaction *pointers[MAX_TRANSACTIONS];
    struct options o;
    struct nl_sock *sock;
    unsigned int flags;
    int n = 0;

    if (!tokens_int(t, &n) || !parse_options(t, &o) || n < 0 || actions.n + n > MAX_TRANSACTIONS) {
        return false;
    }
    choose_socket(&o);
    actions.first = actions.n + 1;
    for (int i = 0; i < n; i++) {
        struct outcome *outcome = add_outcome(&o, i + 1, n, false);

        transactions[i].request = outcome->request;
        transactions[i].reply = outcome->reply_wanted ? ofpbuf_new(64) : NULL;
        if (transactions[i].reply) {
            /* What was in the buffer must not stay. */
            ofpbuf_put(transactions[i].reply, "stale", 5);
        }
        transactions[i].error = -1;
        pointers[i] = &transactions[i];
    }
    sock = sock_of(&o);
    actions.on_own = sock;
    flags = (o.until_reply ? NLSOCK_AWAIT_REPLY : 0) | (o.one_datagram ? NLSOCK_ONE_DATAGRAM : 0)
            | (o.one_ack ? NLSOCK_ONE_ACK : 0);
    if (flags && sock) {
        nlsock_sock_transact_multiple(sock, pointers, (size_t) n, flags);
    } else if (flags) {
        nlsock_transact_multiple(o.protocol, pointers, (size_t) n, flags);
    } else if (sock) {
        nl_sock_transact_multiple(sock, pointers, (size_t) n);
    } else {
        nl_transact_multiple(o.protocol, pointers, (size_t) n);
    }
    for (int i = 0; i < n; i++) {
        struct outcome *outcome = &actions.outcome[actions.first + i];

        outcome->reply = transactions[i].reply;
        outcome->error = transactions[i].error;
    }
    return true;
}

bool
has_pattern(const struct ofpbuf *message, enum fake_kind kind, int id, int k)
{
    const uint8_t *data = ofpbuf_data(message);
    size_t size = ofpbuf_size(message);

    for (size_t i = NLMSG_HDRLEN; i < size; i++) {
        if (data[i] != fake_pattern(kind, id, k, i - NLMSG_HDRLEN)) {
            return false;
        }
    }
    return true;
}

static bool
do_lookup(struct tokens *t)
{
    const char *name = tokens_next(t);

    if (!name) {
        return false;
    }
    if (tokens_take(t, "group")) {
        const char *group = tokens_next(t);
        unsigned int number = 0;

        if (!group) {
            return false;
        }
        actions.error = nl_lookup_genl_mcgroup(name, group, &number);
        actions.value = number;
    } else {
        int number = 0;

        actions.error = nl_lookup_genl_family(name, &number);
        actions.value = number;
    }
    return true;
}

static bool
do_create(struct tokens *t)
{
    const char *name = tokens_next(t);
    struct own *old = find_own(name);
    struct options o;

    if (!name || (old && old->sock) || strlen(name) >= sizeof own[0].name
        || !parse_options(t, &o)) {
        return false;
    }
    for (int i = 0; i < MAX_OWN; i++) {
        if (old ? &own[i] == old : !own[i].used) {
            strcpy(own[i].name, name);
            own[i].used = true;
            own[i].protocol = o.protocol;
            own[i].deadline = 0;
            actions.error = nl_sock_create(o.protocol, &own[i].sock);
            return true;
        }
    }
    return false;
}

static bool
do_destroy(struct tokens *t)
{
    struct own *o = find_own(tokens_next(t));

    if (!o) {
        return false;
    }
    destroy_own(o);
    return true;
}

static bool
do_timeout(struct tokens *t)
{
    struct options o;
    int milliseconds = 0;

    if (!tokens_int(t, &milliseconds) || milliseconds < 0 || !parse_options(t, &o)) {
        return false;
    }
    if (!o.own) {
        pool_deadline = milliseconds;
        nlsock_sock_set_timeout(NULL, (unsigned int) milliseconds);
    } else if (o.own->sock) {
        o.own->deadline = milliseconds;
        nlsock_sock_set_timeout(o.own->sock, (unsigned int) milliseconds);
    }
    return true;
}

static bool
do_acks(struct tokens *t)
{
    bool every = tokens_take(t, "every");

    if (!every && !tokens_take(t, "default")) {
        return false;
    }
    nlsock_set_every_ack(every);
    return true;
}

/* What works on an own socket and returns an error. */
static bool
do_on_socket(struct tokens *t, const char *verb)
{
    struct nl_sock *sock;
    struct options o;
    int group = 0;

    if (!strcmp(verb, "join") && !tokens_int(t, &group)) {
        return false;
    }
    if (!parse_options(t, &o) || !o.own) {
        return false;
    }
    sock = o.own->sock;
    actions.on_own = true;
    if (!strcmp(verb, "send")) {
        struct outcome *outcome;

        if (actions.n >= MAX_TRANSACTIONS) {
            return false;
        }
        outcome = add_outcome(&o, 1, 1, true);
        actions.first = actions.n + 1;
        if (sock) {
            actions.error = outcome->error = nl_sock_send(sock, outcome->request, o.wait);
        }
    } else if (!sock) {
        return true;
    } else if (!strcmp(verb, "recv")) {
        ofpbuf_delete(received);
        received = ofpbuf_new(o.buffer ? (size_t) o.buffer : 1024);
        actions.error = nl_sock_recv(sock, received, o.wait);
        actions.value = ofpbuf_size(received);
    } else if (!strcmp(verb, "drain")) {
        actions.error = nl_sock_drain(sock);
    } else {
        actions.error = nl_sock_join_mcgroup(sock, (unsigned int) group);
    }
    return true;
}

bool
do_verb(struct tokens *t)
{
    const char *verb = tokens_next(t);

    if (!verb) {
        return false;
    } else if (!strcmp(verb, "transact")) {
        return do_transact(t);
    } else if (!strcmp(verb, "batch")) {
        return do_batch(t);
    } else if (!strcmp(verb, "dump")) {
        return do_dump(t);
    } else if (!strcmp(verb, "lookup")) {
        return do_lookup(t);
    } else if (!strcmp(verb, "create")) {
        return do_create(t);
    } else if (!strcmp(verb, "destroy")) {
        return do_destroy(t);
    } else if (!strcmp(verb, "timeout")) {
        return do_timeout(t);
    } else if (!strcmp(verb, "acks")) {
        return do_acks(t);
    } else if (!strcmp(verb, "fork")) {
        return do_fork(t);
    } else if (!strcmp(verb, "flush")) {
        nlsock_pool_flush();
        return true;
    } else if (!strcmp(verb, "send") || !strcmp(verb, "recv") || !strcmp(verb, "drain")
               || !strcmp(verb, "join")) {
        return do_on_socket(t, verb);
    }
    return false;
}

bool
actions_line(struct tokens *t)
{
    bool ok;

    fake_start_action();
    actions.first = actions.n + 1;
    actions.first_dump = actions.n_dumps + 1;
    actions.on_own = actions.cancelled = false;
    ok = tokens_take(t, "thread") ? do_thread(t) : do_verb(t);
    actions.elapsed = fake_elapsed();
    return ok;
}
