/* SPDX-License-Identifier: Apache-2.0 */
/* The calls that fail:
 *
 *   call NAME [number K] [of request N] [larger N] fails ERRNO [N times|always]
 *   call NAME [number K] finds closed|reused
 *   call NAME [number K] cancels|forks [quietly]
 *   call getsockname says [family N] [size N] */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "fake-calls.h"

#define MAX_FAULTS 64

static struct fault faults[MAX_FAULTS];
static int n_faults;
static bool events;

void
faults_reset(void)
{
    n_faults = 0;
    events = false;
}

bool
faults_line(struct tokens *t)
{
    struct fault fault = { .times = 1, .size = -1, .family = -1 };
    const char *name = tokens_next(t);
    int number = 1;
    int call = 0;

    if (!name || n_faults >= MAX_FAULTS) {
        return false;
    }
    while (call < FAKE_N_CALLS && strcmp(name, fake_call_names[call])) {
        call++;
    }
    if (call >= FAKE_N_CALLS) {
        return false;
    }
    fault.call = (enum fake_call) call;
    for (;;) {
        if (tokens_take(t, "number")) {
            if (!tokens_int(t, &number)) {
                return false;
            }
        } else if (tokens_take(t, "of") && tokens_take(t, "request")) {
            if (!tokens_int(t, &fault.request)) {
                return false;
            }
        } else if (tokens_take(t, "larger")) {
            if (!tokens_int(t, &fault.larger)) {
                return false;
            }
        } else {
            break;
        }
    }
    fault.skip = number - 1;
    if (tokens_take(t, "says")) {
        if (tokens_take(t, "family") && !tokens_int(t, &fault.family)) {
            return false;
        }
        if (tokens_take(t, "size") && !tokens_int(t, &fault.size)) {
            return false;
        }
    } else if (tokens_take(t, "cancels")) {
        fault.event = EVENT_CANCEL;
    } else if (tokens_take(t, "forks")) {
        fault.event = tokens_take(t, "quietly") ? EVENT_QUIET_FORK : EVENT_FORK;
    } else if (tokens_take(t, "finds")) {
        fault.taken = taken_word(t);
        fault.error = fault.taken == TAKEN_CLOSED ? EBADF : ENOTSOCK;
        if (!fault.taken || call == FAKE_SOCKET || call == FAKE_CLOSE || call == FAKE_POLL) {
            return false;
        }
    } else if (!tokens_take(t, "fails") || !tokens_errno(t, &fault.error)) {
        return false;
    }
    if (tokens_take(t, "always")) {
        fault.times = -1;
    } else if (tokens_int(t, &fault.times) && !tokens_take(t, "times")) {
        return false;
    }
    events |= fault.event != NO_EVENT;
    faults[n_faults++] = fault;
    return true;
}

/* Whether a datagram carries request 'id'. */
static bool
sends_request(const uint8_t *data, size_t size, int id)
{
    size_t offset = 0;

    while (size - offset >= NLMSG_HDRLEN + sizeof(struct fake_payload)) {
        const struct nlmsghdr *h = (const void *) (data + offset);
        struct fake_payload payload;

        memcpy(&payload, data + offset + NLMSG_HDRLEN, sizeof payload);
        if (payload.magic == FAKE_MAGIC && (int) payload.id == id) {
            return true;
        }
        if (h->nlmsg_len < NLMSG_HDRLEN) {
            return false;
        }
        offset += NLMSG_ALIGN(h->nlmsg_len);
        if (offset > size) {
            return false;
        }
    }
    return false;
}

/* Counts a call that the rule is about.  Returns whether it is one that it applies to. */
static bool
is_turn(struct fault *fault)
{
    if (fault->skip) {
        fault->skip--;
        return false;
    }
    if (fault->times > 0) {
        fault->times--;
    }
    return true;
}

bool
faults_have_events(void)
{
    return events;
}

enum event
faults_event(enum fake_call call)
{
    for (int i = 0; i < n_faults; i++) {
        struct fault *fault = &faults[i];

        if (fault->call == call && fault->times && fault->event && is_turn(fault)) {
            return fault->event;
        }
    }
    return NO_EVENT;
}

const struct fault *
faults_meet(enum fake_call call, const uint8_t *data, size_t size)
{
    for (int i = 0; i < n_faults; i++) {
        struct fault *fault = &faults[i];

        if (fault->call != call || !fault->times || fault->event
            || (fault->request && !sends_request(data, size, fault->request))
            || (fault->larger && size <= (size_t) fault->larger)) {
            continue;
        }
        if (!is_turn(fault)) {
            continue;
        }
        if (fake_trace) {
            fprintf(stderr, "fake kernel: fails: %s\n", errno_name(fault->error));
        }
        note_fault(call, fault->error);
        return fault;
    }
    return NULL;
}
