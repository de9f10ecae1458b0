/* "expect" lines: see README.md. */

#include <stdio.h>
#include <string.h>
#include "actions.h"
#include "expectations.h"
#include "truth.h"

/* "= N", "<= N", ">= N". */
static int
compare(struct words *w, long long actual, const char *what)
{
    const char *operator = words_next(w);
    int value = 0;
    bool holds;

    if (!operator || !words_int(w, &value)) {
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
expect_error(struct words *w, int actual, const char *what, int id)
{
    int error = 0;

    if (!words_errno(w, &error)) {
        return -1;
    }
    if (actual != error) {
        printf("# %s %d: %s, not %s\n", what, id, errno_name(actual), errno_name(error));
    }
    return actual == error;
}

/* What is expected of each request: the words are read anew for every one. */
static int
expect_one(struct words *w, int id)
{
    const struct outcome *o = &actions.outcome[id];
    size_t size = o->reply ? ofpbuf_size(o->reply) : 0;
    int bytes = 0;

    if (words_take(w, "error")) {
        return expect_error(w, o->error, "request", id);
    } else if (words_take(w, "failed")) {
        if (!o->error) {
            printf("# request %d: success, with %zu bytes of reply\n", id, size);
        }
        return o->error > 0;
    } else if (words_take(w, "success")) {
        if (o->error) {
            printf("# request %d: %s\n", id, errno_name(o->error));
        }
        return !o->error;
    } else if (words_take(w, "empty")) {
        if (o->error || size) {
            printf("# request %d: %s, with %zu bytes of reply\n", id, errno_name(o->error), size);
        }
        return !o->error && !size;
    } else if (words_take(w, "reply") && words_int(w, &bytes)) {
        words_take(w, "bytes");
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
expect_requests(struct words *w)
{
    struct selection s;
    int result = 1, failures = 0;
    int start, end;

    if (!words_selection(w, &s)) {
        return -1;
    }
    start = end = w->at;
    for (int id = 1; id <= actions.n; id++) {
        if (selected(&s, id)) {
            int one;

            w->at = start;
            one = expect_one(w, id);
            end = w->at;
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
    w->at = end == start ? w->n : end;
    return result;
}

static int
expect_dump(struct words *w)
{
    const struct dump_outcome *d;
    int id = 0, messages = 0, result = 1;

    if (!words_int(w, &id) || id < 1 || id > actions.n_dumps) {
        return -1;
    }
    d = &actions.dump[id];
    while (!words_end(w)) {
        int one = -1;

        if (words_take(w, "error")) {
            one = expect_error(w, d->error, "dump", id);
        } else if (words_take(w, "failed")) {
            one = d->error > 0;
            if (!one) {
                printf("# dump %d: success, with %d messages\n", id, d->messages);
            }
        } else if (words_int(w, &messages) && words_take(w, "messages")) {
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
expect_calls(struct words *w)
{
    for (int i = 0; i < FAKE_N_CALLS; i++) {
        if (words_take(w, fake_call_names[i])) {
            return compare(w, (long long) fake_calls((enum fake_call) i), fake_call_names[i]);
        }
    }
    return compare(w, (long long) fake_total_calls(), "calls");
}

/* How often a request was sent. */
static int
expect_tries(struct words *w)
{
    const struct fake_record *records;
    int id = 0, tries = 0;
    size_t n;

    if (!words_int(w, &id)) {
        return -1;
    }
    records = fake_records(&n);
    for (size_t i = 0; i < n; i++) {
        tries += records[i].kind == FAKE_REQUEST && records[i].id == id;
    }
    return compare(w, tries, "tries");
}

/* datagram N carries SELECTION [with ack|without ack] */
static int
expect_datagram(struct words *w)
{
    const struct fake_record *records;
    struct selection s;
    int number = 0, ack = -1, result = 1, seen = 0, wanted = 0;
    size_t n;

    if (!words_int(w, &number) || !words_take(w, "carries") || !words_selection(w, &s)) {
        return -1;
    }
    if (words_take(w, "with")) {
        ack = words_take(w, "ack") ? 1 : -1;
    } else if (words_take(w, "without")) {
        ack = words_take(w, "ack") ? 0 : -1;
    }
    records = fake_records(&n);
    for (size_t i = 0; i < n; i++) {
        const struct fake_record *r = &records[i];

        if (r->send == number) {
            seen++;
            if (!selected(&s, r->id) || (ack >= 0 && ack != !!(r->flags & NLM_F_ACK))) {
                printf("# datagram %d carries request %d, flags %#x\n", number, r->id, r->flags);
                result = 0;
            }
        }
    }
    for (int i = 0; i < s.n; i++) {
        wanted += s.range[i].high - s.range[i].low + 1;
    }
    if (seen != wanted) {
        printf("# datagram %d carries %d requests, not %d\n", number, seen, wanted);
        result = 0;
    }
    return result;
}

int
expectation(struct words *w)
{
    if (words_take(w, "truth")) {
        return truth();
    } else if (words_take(w, "request")) {
        return expect_requests(w);
    } else if (words_take(w, "dump")) {
        return expect_dump(w);
    } else if (words_take(w, "error")) {
        return expect_error(w, actions.error, "line", 0);
    } else if (words_take(w, "value")) {
        return compare(w, actions.value, "value");
    } else if (words_take(w, "sockets")) {
        return compare(w, fake_open(), "open sockets");
    } else if (words_take(w, "queued")) {
        return compare(w, fake_queued(true), "queued datagrams");
    } else if (words_take(w, "dumping")) {
        return compare(w, fake_running_dumps(), "sockets with a running dump");
    } else if (words_take(w, "inherited")) {
        return compare(w, fake_inherited(), "inherited sockets");
    } else if (words_take(w, "foreign")) {
        return compare(w, fake_foreign(), "calls on the parent's sockets");
    } else if (words_take(w, "buffer")) {
        return compare(w, fake_receive_buffer(), "receive buffer");
    } else if (words_take(w, "calls")) {
        return expect_calls(w);
    } else if (words_take(w, "tries")) {
        return expect_tries(w);
    } else if (words_take(w, "datagram")) {
        return expect_datagram(w);
    }
    return -1;
}
