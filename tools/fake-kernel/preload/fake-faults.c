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
#include "fake-session.h"

#define MAX_FAULTS 64

static struct fk_fault faults[MAX_FAULTS];
static uint32_t met[MAX_FAULTS];        /* Calls so far, of this process, that they are about. */
static int n_faults;
static bool events;

void
faults_reset(void)
{
    n_faults = 0;
    events = false;
}

bool
faults_add(const struct fk_fault *fault)
{
    if (n_faults >= MAX_FAULTS) {
        return false;
    }
    events |= fault->event != FK_EVENT_NONE;
    met[n_faults] = 0;
    faults[n_faults++] = *fault;
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

/* Counts a call that the rule is about.  Returns whether it is one that it applies to.  The
 * processes that the tool runs count together. */
static bool
is_turn(const struct fk_fault *fault)
{
    int number = (int) (fault - faults);
    uint32_t before = session_is_shared() ? fk_state_fault(session(), (uint32_t) number)
                      : met[number]++;
    uint32_t skip = (uint32_t) fault->skip;

    return before >= skip && (fault->times < 0 || before - skip < (uint32_t) fault->times);
}

bool
faults_have_events(void)
{
    return events;
}

enum fk_event
faults_event(enum fake_call call)
{
    for (int i = 0; i < n_faults; i++) {
        const struct fk_fault *fault = &faults[i];

        if ((enum fake_call) fault->call == call && fault->times && fault->event
            && is_turn(fault)) {
            return fault->event;
        }
    }
    return FK_EVENT_NONE;
}

const struct fk_fault *
faults_meet(enum fake_call call, const uint8_t *data, size_t size)
{
    for (int i = 0; i < n_faults; i++) {
        const struct fk_fault *fault = &faults[i];

        if ((enum fake_call) fault->call != call || !fault->times || fault->event
            || (fault->request && !sends_request(data, size, fault->request))
            || (fault->larger && size <= (size_t) fault->larger)) {
            continue;
        }
        if (!is_turn(fault)) {
            continue;
        }
        if (fake_trace) {
            fprintf(stderr, "fake kernel: fails: %s\n", error_name(fault->error));
        }
        note_fault(call, fault->error);
        return fault;
    }
    return NULL;
}
