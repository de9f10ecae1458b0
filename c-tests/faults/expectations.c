/* SPDX-License-Identifier: Apache-2.0 */
/* "expect" lines: see README.md. */

#include <stdio.h>
#include <string.h>
#include "actions.h"
#include "expectations.h"
#include "invariants.h"

/* "= N", "<= N", ">= N". */
static int
compare(struct tokens *t, long long actual, const char *what)
{
    const char *operator = tokens_next(t);
    int value = 0;
    bool holds;

    if (!operator || !tokens_int(t, &value)) {
        return -1;
    }
    if (!strcmp(operator, "=")) {
        holds = actual == value;
    } else if (!strcmp(operator, "<=")) {
        holds = actual <= value;
    } else if (!strcmp(operator, ">=")) {
        holds = actual >= value;
    } else {
        return -1;
    }
    if (!holds) {
        printf("# %s: %lld, not %s %d\n", what, actual, operator, value);
    }
    return holds;
}

static int
expect_error(struct tokens *t, int actual, const char *what, int id)
{
    int error = 0;

    if (!tokens_errno(t, &error)) {
        return -1;
    }
    if (actual != error) {
        printf("# %s %d: %s, not %s\n", what, id, errno_name(actual), errno_name(error));
    }
    return actual == error;
}

/* What is expected of each request: the tokens are read again for each. */
static int
expect_one(struct tokens *t, int id)
{
    const struct outcome *o = &actions.outcome[id];
    size_t size = o->reply ? ofpbuf_size(o->reply) : 0;
    int bytes = 0;

    if (tokens_take(t, "error")) {
        return expect_error(t, o->error, "request", id);
    } else if (tokens_take(t, "failed")) {
        if (!o->error) {
            printf("# request %d: success, with %zu bytes of reply\n", id, size);
        }
        return o->error > 0;
    } else if (tokens_take(t, "success")) {
        if (o->error) {
            printf("# request %d: %s\n", id, errno_name(o->error));
        }
        return !o->error;
    } else if (tokens_take(t, "empty")) {
        if (o->error || size) {
            printf("# request %d: %s, with %zu bytes of reply\n", id, errno_name(o->error), size);
        }
        return !o->error && !size;
    } else if (tokens_take(t, "reply") && tokens_int(t, &bytes)) {
        tokens_take(t, "bytes");
        if (o->error || size != NLMSG_HDRLEN + (size_t) bytes) {
            printf("# request %d: %s, with %zu bytes of reply, not %d\n", id,
                   errno_name(o->error), size, NLMSG_HDRLEN + bytes);
            return 0;
        }
        if (!has_pattern(o->reply, FAKE_REQUEST, id, 0)) {
            printf("# request %d: the reply belongs to something else\n", id);
            return 0;
        }
        return 1;
    }
    return -1;
}

static int
expect_requests(struct tokens *t)
{
    struct selection s;
    int result = 1, failures = 0;
    int start, end;

    if (!tokens_selection(t, &s)) {
        return -1;
    }
    start = end = t->at;
    for (int id = 1; id <= actions.n; id++) {
        if (selected(&s, id)) {
            int one;

            t->at = start;
            one = expect_one(t, id);
            end = t->at;
            if (one < 0) {
                return -1;
            }
            result &= one;
            if (!one && ++failures == 3) {
                printf("# ...\n");
                break;
            }
        }
    }
    t->at = end == start ? t->n : end;
    return result;
}

static int
expect_dump(struct tokens *t)
{
    const struct dump_outcome *d;
    int id = 0, messages = 0, result = 1;

    if (!tokens_int(t, &id) || id < 1 || id > actions.n_dumps) {
        return -1;
    }
    d = &actions.dump[id];
    while (!tokens_end(t)) {
        int one = -1;

        if (tokens_take(t, "error")) {
            one = expect_error(t, d->error, "dump", id);
        } else if (tokens_take(t, "failed")) {
            one = d->error > 0;
            if (!one) {
                printf("# dump %d: success, with %d messages\n", id, d->messages);
            }
        } else if (tokens_int(t, &messages) && tokens_take(t, "messages")) {
            one = d->messages == messages && !d->wrong;
            if (!one) {
                printf("# dump %d: %d messages%s, not %d\n", id, d->messages,
                       d->wrong ? ", not the right ones" : "", messages);
            }
        }
        if (one < 0) {
            return -1;
        }
        result &= one;
    }
    return result;
}

static int
expect_calls(struct tokens *t)
{
    for (int i = 0; i < FAKE_N_CALLS; i++) {
        if (tokens_take(t, fake_call_names[i])) {
            return compare(t, (long long) fake_calls((enum fake_call) i), fake_call_names[i]);
        }
    }
    return compare(t, (long long) fake_total_calls(), "calls");
}

/* How often a request was sent. */
static int
expect_tries(struct tokens *t)
{
    const struct fake_record *records;
    int id = 0, tries = 0;
    size_t n;

    if (!tokens_int(t, &id)) {
        return -1;
    }
    records = fake_records(&n);
    for (size_t i = 0; i < n; i++) {
        tries += records[i].kind == FAKE_REQUEST && records[i].id == id;
    }
    return compare(t, tries, "tries");
}

/* datagram N carries SELECTION [with ack [SELECTION]|without ack] */
static int
expect_datagram(struct tokens *t)
{
    const struct fake_record *records;
    struct selection s, acks;
    int number = 0, ack = -1, result = 1, seen = 0, seen_acks = 0;
    int wanted = 0, wanted_acks = 0;
    size_t n;

    if (!tokens_int(t, &number) || !tokens_take(t, "carries") || !tokens_selection(t, &s)) {
        return -1;
    }
    if (tokens_take(t, "with")) {
        ack = tokens_take(t, "ack") ? 1 : -1;
        if (!tokens_selection(t, &acks)) {
            acks = s;
        }
    } else if (tokens_take(t, "without")) {
        ack = tokens_take(t, "ack") ? 0 : -1;
    }
    records = fake_records(&n);
    for (size_t i = 0; i < n; i++) {
        const struct fake_record *r = &records[i];

        if (r->send == number) {
            int expected = ack > 0 ? selected(&acks, r->id) : ack;

            seen++;
            seen_acks += expected > 0;
            if (!selected(&s, r->id)
                || (expected >= 0 && expected != !!(r->flags & NLM_F_ACK))) {
                printf("# datagram %d carries request %d, flags %#x\n", number, r->id, r->flags);
                result = 0;
            }
        }
    }
    for (int i = 0; i < s.n; i++) {
        wanted += s.range[i].high - s.range[i].low + 1;
    }
    for (int i = 0; ack > 0 && i < acks.n; i++) {
        wanted_acks += acks.range[i].high - acks.range[i].low + 1;
    }
    if (ack > 0 && seen_acks != wanted_acks) {
        printf("# datagram %d carries %d of the %d requests with ack\n", number, seen_acks,
               wanted_acks);
        result = 0;
    }
    if (seen != wanted) {
        printf("# datagram %d carries %d requests, not %d\n", number, seen, wanted);
        result = 0;
    }
    return result;
}

int
expectation(struct tokens *t)
{
    if (tokens_take(t, "invariants")) {
        return invariants_hold();
    } else if (tokens_take(t, "request")) {
        return expect_requests(t);
    } else if (tokens_take(t, "dump")) {
        return expect_dump(t);
    } else if (tokens_take(t, "error")) {
        return expect_error(t, actions.error, "line", 0);
    } else if (tokens_take(t, "value")) {
        return compare(t, actions.value, "value");
    } else if (tokens_take(t, "sockets")) {
        return compare(t, fake_open(), "open sockets");
    } else if (tokens_take(t, "queued")) {
        return compare(t, fake_queued(true), "queued datagrams");
    } else if (tokens_take(t, "dumping")) {
        return compare(t, fake_running_dumps(), "sockets with a running dump");
    } else if (tokens_take(t, "inherited")) {
        return compare(t, fake_inherited(), "inherited sockets");
    } else if (tokens_take(t, "intrusions")) {
        return compare(t, fake_intrusions(), "calls on descriptors of others");
    } else if (tokens_take(t, "cancelled")) {
        return compare(t, actions.cancelled, "cancelled");
    } else if (tokens_take(t, "foreign")) {
        return compare(t, fake_foreign(), "calls on the parent's sockets");
    } else if (tokens_take(t, "buffer")) {
        return compare(t, fake_receive_buffer(), "receive buffer");
    } else if (tokens_take(t, "calls")) {
        return expect_calls(t);
    } else if (tokens_take(t, "tries")) {
        return expect_tries(t);
    } else if (tokens_take(t, "datagram")) {
        return expect_datagram(t);
    }
    return -1;
}
