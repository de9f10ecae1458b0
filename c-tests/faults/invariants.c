/* SPDX-License-Identifier: Apache-2.0 */
/* The invariants of a transaction and of a dump:
 *
 * - Success has a reason: an answer was delivered; or the request asked for no acknowledgement, was
 *   processed and not refused, and nothing that belongs to it was lost.
 * - A failure has a cause: a refusal that was delivered, a system call that failed, a lost message,
 *   a missing acknowledgement, or garbage.
 * - If a refusal was delivered, its errno value is the result.
 * - If an answer was delivered, the result is not an error.
 * - A reply holds exactly the first message that the kernel sent in reply to this request.
 * - A dump without an error has the whole table.
 * - A netfilter batch that was not carried out has no success.
 * - A request is sent again only if answers were lost, or may have been.
 * - Transactions end in time.
 * - The child of a fork does not use its parent's sockets.
 * - A descriptor that turned out to be somebody else's is not used again. */

#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>
#include "actions.h"
#include "failing-calls.h"
#include "invariants.h"

#define MOST_LINES 3
/* Milliseconds that an acknowledgement is waited for. */
#define DEFAULT_DEADLINE 1000

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

/* Whether a call failed that the library needs to read a queue to its end: by a rule of the fake
 * kernel, or in a run in which every call fails once. */
static bool
reading_failed(const struct fake_troubles *t)
{
    return t->failed[FAKE_GETSOCKOPT] || t->failed[FAKE_RECV]
           || (error_of_receive && t->errors[error_of_receive() & 255])
           || (descriptors_may_be_others && descriptors_may_be_others());
}

/* Whether answers were lost, or may have been.  After a loss, the library reads the queue to its
 * end before it sends the next request.  If it cannot, the kernel may still be dropping what it
 * should queue. */
static bool
may_be_lost(const struct fake_troubles *t)
{
    return t->dropped || t->errors[ENOBUFS] || (t->lost_before && reading_failed(t));
}

/* Returns whether something else than the answer to the request explains 'error'.  'deadline' is
 * whether the socket has one. */
static bool
has_cause(const struct fake_troubles *t, int error, int deadline)
{
    return (error > 0 && error < 256 && t->errors[error])
           || (error == EPROTO && (t->garbage || t->malformed))
           || (error == ENOBUFS && may_be_lost(t))
           /* What the library answers for a socket that it has lost. */
           || (error == EBADF && fake_any_taken())
           || (error == E2BIG && t->cut)
           || (error == E2BIG && large_messages_may_fail && large_messages_may_fail())
           || (error == ETIMEDOUT && deadline);
}

/* Returns whether the library could not receive an answer, which it then read late: before the next
 * request, as one that it does not want any more. */
static bool
not_received(int error)
{
    return error && error_of_receive && error == error_of_receive();
}

/* Whether the deadline passed, or a call failed, before the request could be sent again because
 * the answer to one before it was lost.  Its own answer does not count then. */
static bool
gave_up(const struct outcome *outcome)
{
    const struct fake_troubles *t = fake_troubles();

    return (t->dropped || t->errors[ENOBUFS]) && has_cause(t, outcome->error, outcome->deadline);
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
            replied = r->replies > 0 || (outcome->until_reply && r->behind);
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

/* A transaction that was sent, and what its last try came to.  A request that is sent again is
 * worked on again: only the last answer counts. */
struct facts {
    int id;
    const struct fake_record *records;
    size_t n;
    const struct outcome *outcome;
    const struct fake_record *last;
    int tries;
    bool answered;
    bool caused;                /* Something else than the answer explains the error. */
};

/* Whether the program asked for an acknowledgement; the library may have sent the request without
 * the flag. */
static bool
asked_for_ack(const struct facts *f)
{
    return nl_msg_nlmsghdr(f->outcome->request)->nlmsg_flags & NLM_F_ACK;
}

/* Whether an answer to a later request of the same datagram was delivered.  A malformed refusal is
 * one, too, but is not noted. */
static bool
later_is_answered(const struct facts *f)
{
    const struct fake_record *last = f->last;

    for (size_t i = 0; i < f->n; i++) {
        const struct fake_record *r = &f->records[i];

        if (r->send == last->send && r->position > last->position
            && (r->acks || r->refusal || r->replies)) {
            return true;
        }
    }
    return fake_troubles()->malformed;
}

/* Whether a reply is waited for.  The messages that begin and end a netfilter batch have none. */
static bool
awaits_reply(const struct facts *f)
{
    uint16_t type = nl_msg_nlmsghdr(f->outcome->request)->nlmsg_type;

    return f->outcome->until_reply
           && !(f->outcome->netfilter
                && (type == NFNL_MSG_BATCH_BEGIN || type == NFNL_MSG_BATCH_END));
}

static void
check_success(const struct facts *f)
{
    const struct fake_record *last = f->last;

    if (last->aborted) {
        wrong("success in a netfilter batch that was not carried out", "request", f->id, 0);
    } else if (awaits_reply(f) && !last->replies && !last->behind) {
        wrong("success without the reply that was waited for", "request", f->id, 0);
    } else if (!f->answered && (last->flags & NLM_F_ACK)) {
        wrong("success without the acknowledgement asked for", "request", f->id, 0);
    } else if (asked_for_ack(f) && !last->acks && !(last->flags & NLM_F_ACK)
               && !f->outcome->netfilter
               && (last->refused || last->dropped || !later_is_answered(f))) {
        wrong("success without an answer that stands for the acknowledgement asked for", "request",
              f->id, 0);
    } else if (!f->answered && (!last->processed || last->refused || last->dropped)) {
        wrong("success, but it was dropped, refused or its answer lost", "request", f->id, 0);
    }
}

static void
check_failure(const struct facts *f)
{
    const struct outcome *outcome = f->outcome;
    const struct fake_record *last = f->last;
    bool acknowledged = outcome->until_reply || asked_for_ack(f);
    bool timed_out = outcome->error == ETIMEDOUT;

    if (f->answered) {
        bool incomplete = acknowledged && (!last->acks
                                           || (outcome->until_reply && !last->replies
                                               && !last->behind));

        /* An answer to one request of a netfilter batch does not mean that the batch was carried
         * out. */
        if (!fake_troubles()->malformed && !last->aborted && !gave_up(outcome)
            && !not_received(outcome->error)
            && !((incomplete || outcome->netfilter) && (f->caused || timed_out))) {
            wrong("an answer was delivered, but the outcome is an error", "request", f->id,
                  outcome->error);
        }
    } else if (!f->caused && !last->aborted
               && !(timed_out && (acknowledged || outcome->netfilter))) {
        wrong("an error without a cause", "request", f->id, outcome->error);
    }
}

/* A transaction whose request was never sent. */
static void
check_unsent(const struct facts *f)
{
    const struct outcome *outcome = f->outcome;
    bool too_long = outcome->error == EMSGSIZE && (outcome->netfilter || outcome->one_datagram);

    if (!outcome->error) {
        wrong("success without having been sent", "request", f->id, 0);
    } else if (!f->caused && outcome->error != EPROTONOSUPPORT && !too_long) {
        wrong("an error without a cause", "request", f->id, outcome->error);
    }
}

static void
check_transaction(int id, const struct fake_record *records, size_t n)
{
    const struct outcome *outcome = &actions.outcome[id];
    const struct fake_troubles *t = fake_troubles();
    struct facts f = { .id = id, .records = records, .n = n, .outcome = outcome };

    f.caused = has_cause(t, outcome->error, outcome->deadline);
    for (size_t i = 0; i < n; i++) {
        if (records[i].kind == FAKE_REQUEST && records[i].id == id) {
            f.last = &records[i];
            f.answered = f.last->acks || f.last->replies;
            f.tries++;
        }
    }
    check_reply(id, records, n);
    if (f.tries > 1 && !may_be_lost(t) && !(results_may_differ && results_may_differ())) {
        wrong("sent again, although nothing was lost", "request", id, outcome->error);
    }
    if (outcome->error < 0 || outcome->error > 4095) {
        wrong("no outcome", "request", id, 0);
    } else if (!f.last) {
        check_unsent(&f);
    } else if (f.last->refusal) {
        if (!outcome->error) {
            wrong("a refusal that was delivered became success", "request", id, 0);
        } else if (outcome->error != f.last->refusal && !gave_up(outcome)
                   && !not_received(outcome->error)) {
            wrong("a refusal that was delivered became another error", "request", id,
                  outcome->error);
        }
    } else if (!outcome->error) {
        check_success(&f);
    } else {
        check_failure(&f);
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
               && !(r->interrupted && outcome->error == EINTR)
               && !(r->acks && !r->replies && outcome->error == ETIMEDOUT)
               && !(outcome->error == EPROTO && t->misnumbered && !r->replies)
               && !(outcome->error == EPROTO && !r->done)
               && !(outcome->error == EBADF && outcome->inherited && !r->done)) {
        wrong("an error without a cause", "dump", id, outcome->error);
    }
}

/* What holds for all calls of the last line together. */
static void
check_process(void)
{
    const struct fake_troubles *t = fake_troubles();

    if (fake_intrusions() && !(descriptors_may_be_others && descriptors_may_be_others())) {
        wrong("a descriptor of somebody else is used", "line", 0, 0);
    }
    if (t->foreign && !actions.on_own && !t->interrupted) {
        wrong("a socket of the parent is used", "line", 0, 0);
    }
    if (actions.n >= actions.first) {
        int deadline = actions.outcome[actions.n].deadline;
        unsigned long rounds = fake_calls(FAKE_SEND) + 1;

        if (actions.elapsed > (deadline ? deadline : (long long) rounds * DEFAULT_DEADLINE) + 1) {
            wrong("it took too long", "request", actions.first, 0);
        }
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
    check_process();
    return good;
}
