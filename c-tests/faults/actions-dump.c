/* SPDX-License-Identifier: Apache-2.0 */
/* "do dump" lines: see actions.h and README.md. */

#include <pthread.h>
#include <string.h>
#include "actions-internal.h"
#include "nlsock-ext.h"

struct reading {
    struct dump_outcome *outcome;
    struct nl_dump dump;
    struct ofpbuf buffer;
};

static bool
is_due(const struct ofpbuf *message, int id, int k)
{
    size_t size = ofpbuf_size(message);

    return has_pattern(message, FAKE_DUMP, id, k) && size >= NLMSG_HDRLEN
           && nl_msg_nlmsghdr(message)->nlmsg_len == size;
}

/* Also runs if the thread is cancelled between two messages. */
static void
end_reading(void *reading_)
{
    struct reading *reading = reading_;

    ofpbuf_uninit(&reading->buffer);
    reading->outcome->error = nl_dump_done(&reading->dump);
}

static void
read_messages(struct reading *reading, const struct options *o)
{
    struct dump_outcome *outcome = reading->outcome;
    struct ofpbuf reply;

    outcome->stopped = true;
    while (outcome->messages != o->stop) {
        if (outcome->messages == o->fork && !outcome->forked) {
            outcome->forked = true;
            outcome->inherited = fake_fork(o->quietly);
        }
        if (!nl_dump_next(&reading->dump, &reply, &reading->buffer)) {
            outcome->stopped = false;
            break;
        }
        /* An acknowledgement is not an entry of the table, but the interface allows it. */
        if (nl_msg_nlmsghdr(&reply)->nlmsg_type != NLMSG_ERROR) {
            outcome->wrong |= !is_due(&reply, actions.n_dumps, outcome->messages);
            outcome->messages++;
        }
        fake_pass(o->slow);
        pthread_testcancel();
    }
}

bool
do_dump(struct tokens *t)
{
    struct ofpbuf *request;
    struct reading reading;
    struct options o;

    if (!parse_options(t, &o) || actions.n_dumps >= MAX_DUMPS) {
        return false;
    }
    actions.first_dump = ++actions.n_dumps;
    reading.outcome = &actions.dump[actions.n_dumps];
    memset(reading.outcome, 0, sizeof *reading.outcome);
    reading.outcome->deadline = pool_deadline;
    nlsock_set_strict_dumps(o.strict);
    request = make_request(FAKE_DUMP, actions.n_dumps, FAKE_REQUEST_TYPE, false, DEFAULT_BYTES);
    if (o.until_reply) {
        nlsock_dump_start(&reading.dump, o.protocol, request, NLSOCK_AWAIT_REPLY);
    } else {
        nl_dump_start(&reading.dump, o.protocol, request);
    }
    ofpbuf_delete(request);
    ofpbuf_init(&reading.buffer, o.buffer ? (size_t) o.buffer : NL_DUMP_BUFSIZE);
    pthread_cleanup_push(end_reading, &reading);
    read_messages(&reading, &o);
    pthread_cleanup_pop(1);
    return true;
}
