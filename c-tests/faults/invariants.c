/* The invariants of a transaction and of a dump:
 *
 * - Success has a reason: an answer was delivered; or the request asked for no acknowledgement, was
 *   processed and not refused, and nothing that belongs to it was lost.
 * - A failure has a cause: a refusal that was delivered, a system call that failed, a lost message,
 *   a missing acknowledgement, or garbage.
 * - If a refusal was delivered, its errno value is the result.
 * - If an answer was delivered, the result is not an error.
 * - A reply holds exactly the first message that the kernel sent in reply to this request.
 * - A dump without an error has the whole table. */

#include <errno.h>
#include <stdio.h>
#include "actions.h"
#include "invariants.h"

#define MOST_LINES 3

const char *invariants_reason = "";

static bool good;
static int n_lines;

static void
wrong(const char *what, const char *kind, int id, int error)
{
    if (n_lines++ < MOST_LINES) {
        printf("# %s: %s %d, whose outcome is %s\n", what, kind, id, errno_name(error));
    }
    if (good) {
        invariants_reason = what;
    }
    good = false;
}

/* Returns whether something else than the answer to the request explains 'error'.  'deadline' is
 * whether the socket has one. */
static bool
has_cause(const struct fake_troubles *t, int error, bool deadline)
{
    return (error > 0 && error < 256 && t->errors[error])
           || (error == EPROTO && (t->garbage || t->malformed))
           || (error == ENOBUFS && t->dropped)
           || (error == ETIMEDOUT && deadline);
}

static bool
is_reply(const struct ofpbuf *reply, int id, const struct fake_record *r)
{
    size_t size = ofpbuf_size(reply);

    return size == r->reply_size && nl_msg_nlmsghdr(reply)->nlmsg_len == size
           && nl_msg_nlmsghdr(reply)->nlmsg_seq == r->seq
           && has_pattern(reply, FAKE_REQUEST, id, 0);
}

static void
check_reply(int id, const struct fake_record *records, size_t n)
{
    const struct outcome *outcome = &actions.outcome[id];
    size_t size = outcome->reply ? ofpbuf_size(outcome->reply) : 0;
    bool replied = false;       /* To the last try. */

    if (!outcome->reply_wanted) {
        return;
    }
    if (outcome->error) {
        if (size) {
            wrong("a reply beside an error", "request", id, outcome->error);
        }
        return;
    }
    if (outcome->single && !outcome->reply) {
        wrong("success without a reply buffer", "request", id, 0);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        const struct fake_record *r = &records[i];

        if (r->kind == FAKE_REQUEST && r->id == id) {
            replied = r->replies > 0;
            if (size && replied && is_reply(outcome->reply, id, r)) {
                return;
            }
        }
    }
    if (replied && !size) {
        wrong("the reply was delivered, but is not handed on", "request", id, 0);
    } else if (size) {
        wrong("a reply that is not what the kernel replied", "request", id, 0);
    }
}

static void
check_transaction(int id, const struct fake_record *records, size_t n)
{
    const struct outcome *outcome = &actions.outcome[id];
    const struct fake_troubles *t = fake_troubles();
    const struct fake_record *last = NULL;
    bool answered = false;
    bool replied = false;       /* Without the acknowledgement asked for. */
    bool caused = has_cause(t, outcome->error, outcome->deadline);

    for (size_t i = 0; i < n; i++) {
        if (records[i].kind == FAKE_REQUEST && records[i].id == id) {
            last = &records[i];
            /* A request that is sent again is worked on again: only the last answer counts. */
            answered = last->acks || last->replies;
            replied = !last->acks && last->replies;
        }
    }
    check_reply(id, records, n);
    if (outcome->error < 0 || outcome->error > 4095) {
        wrong("no outcome", "request", id, 0);
    } else if (!last) {
        if (!outcome->error) {
            wrong("success without having been sent", "request", id, 0);
        } else if (!caused && outcome->error != EPROTONOSUPPORT) {
            wrong("an error without a cause", "request", id, outcome->error);
        }
    } else if (last->refusal) {
        if (!outcome->error) {
            wrong("a refusal that was delivered became success", "request", id, 0);
        } else if (outcome->error != last->refusal) {
            wrong("a refusal that was delivered became another error", "request", id,
                  outcome->error);
        }
    } else if (!outcome->error) {
        if (outcome->until_reply && !last->replies) {
            wrong("success without the reply that was waited for", "request", id, 0);
        } else if (!answered && (last->flags & NLM_F_ACK)) {
            wrong("success without the acknowledgement asked for", "request", id, 0);
        } else if (!answered && (!last->processed || last->refused || last->dropped)) {
            wrong("success, but it was dropped, refused or its answer lost", "request", id, 0);
        }
    } else if (answered) {
        bool incomplete = outcome->until_reply ? !last->replies || !last->acks : replied;
        bool unacknowledged = incomplete && (outcome->until_reply || last->flags & NLM_F_ACK)
                              && (outcome->error == ETIMEDOUT || caused);

        if (!t->malformed && !unacknowledged) {
            wrong("an answer was delivered, but the outcome is an error", "request", id,
                  outcome->error);
        }
    } else if (!caused && !(outcome->error == ETIMEDOUT
                             && (outcome->until_reply || last->flags & NLM_F_ACK))) {
        wrong("an error without a cause", "request", id, outcome->error);
    }
}

static void
check_dump(int id, const struct fake_record *records, size_t n)
{
    const struct dump_outcome *outcome = &actions.dump[id];
    const struct fake_troubles *t = fake_troubles();
    const struct fake_record *r = NULL;

    for (size_t i = 0; i < n; i++) {
        if (records[i].kind == FAKE_DUMP && records[i].id == id) {
            r = &records[i];
        }
    }
    if (outcome->wrong) {
        wrong("a message that is not the next of the dump", "dump", id, outcome->error);
    }
    if (!r) {
        if (!outcome->error) {
            wrong("success without having been sent", "dump", id, 0);
        }
        return;
    }
    if (!outcome->error) {
        if (r->refusal || r->refused) {
            wrong("a refusal became success", "dump", id, 0);
        } else if (!r->done && !r->acks) {
            wrong("success without the end of the dump", "dump", id, 0);
        } else if (r->dropped || (r->replies != r->generated && !t->garbage)) {
            wrong("success, but parts were lost", "dump", id, 0);
        }
        if (!outcome->stopped && outcome->messages != r->replies) {
            wrong("messages delivered, but not handed on", "dump", id, 0);
        }
    } else if (outcome->error != r->refusal && !has_cause(t, outcome->error, outcome->deadline)
               && !(r->done && outcome->error == r->done_error)
               && !(outcome->error == EPROTO && t->misnumbered && !r->replies)
               && !(outcome->error == EPROTO && !r->done)) {
        wrong("an error without a cause", "dump", id, outcome->error);
    }
}

bool
invariants_hold(void)
{
    const struct fake_record *records;
    size_t n;

    good = true;
    n_lines = 0;
    records = fake_records(&n);
    for (int id = actions.first; id <= actions.n; id++) {
        check_transaction(id, records, n);
    }
    for (int id = actions.first_dump; id <= actions.n_dumps; id++) {
        check_dump(id, records, n);
    }
    return good;
}
