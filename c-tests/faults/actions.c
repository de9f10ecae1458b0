/* "do" lines: see actions.h and README.md. */

#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "actions.h"
#include "nlsock-ext.h"

#define MAX_OWN 8
#define DEFAULT_BYTES 16

struct actions actions;

static struct own {
    char name[16];
    struct nl_sock *sock;
    bool deadline;
} own[MAX_OWN];

/* Whether the pool's sockets have a deadline. */
static bool pool_deadline;

struct options {
    int protocol;
    struct nl_sock *sock;       /* Null for the pool. */
    bool *deadline;             /* Whether it has one. */
    struct selection ack, no_reply;
    struct selection netfilter; /* Each range is a netfilter batch. */
    int bytes;
    int stop;                   /* Dumps: messages to read; negative for all. */
    int slow;                   /* Dumps: milliseconds that the program takes for a message. */
    bool strict;                /* Dumps: nlsock_set_strict_dumps(). */
    int buffer;
    bool wait;
    bool until_reply;           /* NLSOCK_AWAIT_REPLY. */
    bool one_datagram;          /* NLSOCK_ONE_DATAGRAM. */
};

static struct own *
find_own(const char *name)
{
    for (int i = 0; name && i < MAX_OWN; i++) {
        if (own[i].sock && !strcmp(own[i].name, name)) {
            return &own[i];
        }
    }
    return NULL;
}

static void
destroy_own(struct own *o)
{
    nl_sock_destroy(o->sock);
    o->sock = NULL;
}

void
actions_reset(void)
{
    for (int i = 0; i < MAX_OWN; i++) {
        if (own[i].sock) {
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
        pool_deadline = false;
    }
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

static bool
parse_options(struct tokens *t, struct options *o)
{
    memset(o, 0, sizeof *o);
    o->deadline = &pool_deadline;
    o->bytes = DEFAULT_BYTES;
    o->stop = -1;
    while (!tokens_end(t)) {
        if (tokens_take(t, "on")) {
            struct own *found = find_own(tokens_next(t));

            if (!found) {
                return false;
            }
            o->sock = found->sock;
            o->deadline = &found->deadline;
        } else if (tokens_take(t, "ack")) {
            which(t, &o->ack);
        } else if (tokens_take(t, "no-reply")) {
            which(t, &o->no_reply);
        } else if (tokens_take(t, "netfilter")) {
            which(t, &o->netfilter);
            o->protocol = NETLINK_NETFILTER;
        } else if (tokens_take(t, "wait")) {
            o->wait = true;
        } else if (tokens_take(t, "strict")) {
            o->strict = true;
        } else if (tokens_take(t, "until-reply")) {
            o->until_reply = true;
        } else if (tokens_take(t, "one-datagram")) {
            o->one_datagram = true;
        } else if (!(tokens_take(t, "protocol") && tokens_int(t, &o->protocol))
                   && !(tokens_take(t, "bytes") && tokens_int(t, &o->bytes))
                   && !(tokens_take(t, "stop") && tokens_int(t, &o->stop))
                   && !(tokens_take(t, "slow") && tokens_int(t, &o->slow))
                   && !(tokens_take(t, "buffer") && tokens_int(t, &o->buffer))) {
            return false;
        }
    }
    return true;
}

static struct ofpbuf *
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
    return FAKE_REQUEST_TYPE;
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
    outcome->deadline = *o->deadline;
    outcome->until_reply = o->until_reply;
    outcome->error = -1;
    return outcome;
}

static bool
do_transact(struct tokens *t)
{
    struct options o;
    struct outcome *outcome;
    struct ofpbuf **replyp;

    if (!parse_options(t, &o) || actions.n >= MAX_TRANSACTIONS) {
        return false;
    }
    actions.first = actions.n + 1;
    outcome = add_outcome(&o, 1, 1, true);
    replyp = outcome->reply_wanted ? &outcome->reply : NULL;
    if (o.until_reply) {
        outcome->error = o.sock ? nlsock_sock_transact_reply(o.sock, outcome->request, replyp)
                         : nlsock_transact_reply(o.protocol, outcome->request, replyp);
    } else {
        outcome->error = o.sock ? nl_sock_transact(o.sock, outcome->request, replyp)
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
    unsigned int flags;
    int n = 0;

    if (!tokens_int(t, &n) || !parse_options(t, &o) || n < 0 || actions.n + n > MAX_TRANSACTIONS) {
        return false;
    }
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
    flags = (o.until_reply ? NLSOCK_AWAIT_REPLY : 0) | (o.one_datagram ? NLSOCK_ONE_DATAGRAM : 0);
    if (flags && o.sock) {
        nlsock_sock_transact_multiple(o.sock, pointers, (size_t) n, flags);
    } else if (flags) {
        nlsock_transact_multiple(o.protocol, pointers, (size_t) n, flags);
    } else if (o.sock) {
        nl_sock_transact_multiple(o.sock, pointers, (size_t) n);
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
is_due(const struct ofpbuf *message, int id, int k)
{
    size_t size = ofpbuf_size(message);

    return has_pattern(message, FAKE_DUMP, id, k) && size >= NLMSG_HDRLEN
           && nl_msg_nlmsghdr(message)->nlmsg_len == size;
}

static bool
do_dump(struct tokens *t)
{
    struct dump_outcome *outcome;
    struct ofpbuf *request, reply, buffer;
    struct nl_dump dump;
    struct options o;

    if (!parse_options(t, &o) || actions.n_dumps >= MAX_DUMPS) {
        return false;
    }
    actions.first_dump = ++actions.n_dumps;
    outcome = &actions.dump[actions.n_dumps];
    memset(outcome, 0, sizeof *outcome);
    outcome->deadline = pool_deadline;
    nlsock_set_strict_dumps(o.strict);
    request = make_request(FAKE_DUMP, actions.n_dumps, FAKE_REQUEST_TYPE, false, DEFAULT_BYTES);
    if (o.until_reply) {
        nlsock_dump_start(&dump, o.protocol, request, NLSOCK_AWAIT_REPLY);
    } else {
        nl_dump_start(&dump, o.protocol, request);
    }
    ofpbuf_delete(request);
    ofpbuf_init(&buffer, o.buffer ? (size_t) o.buffer : NL_DUMP_BUFSIZE);
    while (outcome->messages != o.stop) {
        if (!nl_dump_next(&dump, &reply, &buffer)) {
            break;
        }
        /* An acknowledgement is not an entry of the table, but the interface allows it. */
        if (nl_msg_nlmsghdr(&reply)->nlmsg_type != NLMSG_ERROR) {
            outcome->wrong |= !is_due(&reply, actions.n_dumps, outcome->messages);
            outcome->messages++;
        }
        fake_pass(o.slow);
    }
    outcome->stopped = outcome->messages == o.stop;
    ofpbuf_uninit(&buffer);
    outcome->error = nl_dump_done(&dump);
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
    struct options o;

    if (!name || find_own(name) || strlen(name) >= sizeof own[0].name || !parse_options(t, &o)) {
        return false;
    }
    for (int i = 0; i < MAX_OWN; i++) {
        if (!own[i].sock) {
            strcpy(own[i].name, name);
            own[i].deadline = false;
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
    *o.deadline = milliseconds != 0;
    nlsock_sock_set_timeout(o.sock, (unsigned int) milliseconds);
    return true;
}

/* What works on an own socket and returns an error. */
static bool
do_on_socket(struct tokens *t, const char *verb)
{
    struct options o;
    int group = 0;

    if (!strcmp(verb, "join") && !tokens_int(t, &group)) {
        return false;
    }
    if (!parse_options(t, &o) || !o.sock) {
        return false;
    }
    if (!strcmp(verb, "send")) {
        struct outcome *outcome;

        if (actions.n >= MAX_TRANSACTIONS) {
            return false;
        }
        outcome = add_outcome(&o, 1, 1, true);
        actions.first = actions.n + 1;
        actions.error = outcome->error = nl_sock_send(o.sock, outcome->request, o.wait);
    } else if (!strcmp(verb, "recv")) {
        struct ofpbuf *buf = ofpbuf_new(o.buffer ? (size_t) o.buffer : 1024);

        actions.error = nl_sock_recv(o.sock, buf, o.wait);
        actions.value = ofpbuf_size(buf);
        ofpbuf_delete(buf);
    } else if (!strcmp(verb, "drain")) {
        actions.error = nl_sock_drain(o.sock);
    } else {
        actions.error = nl_sock_join_mcgroup(o.sock, (unsigned int) group);
    }
    return true;
}

bool
actions_line(struct tokens *t)
{
    const char *verb = tokens_next(t);

    fake_start_action();
    actions.first = actions.n + 1;
    actions.first_dump = actions.n_dumps + 1;
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
    } else if (!strcmp(verb, "send") || !strcmp(verb, "recv") || !strcmp(verb, "drain")
               || !strcmp(verb, "join")) {
        return do_on_socket(t, verb);
    }
    return false;
}
