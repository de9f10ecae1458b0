/* The calls that fail:
 *
 *   call NAME [number K] [of request N] [larger N] fails ERRNO [N times|always]
 *   call getsockname says [family N] [size N] */

#include <stdio.h>
#include <string.h>
#include "fake-calls.h"

#define MAX_FAULTS 64

static struct fault faults[MAX_FAULTS];
static int n_faults;

void
faults_reset(void)
{
    n_faults = 0;
}

bool
faults_line(struct words *w)
{
    struct fault fault = { .times = 1, .size = -1, .family = -1 };
    const char *name = words_next(w);
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
        if (words_take(w, "number")) {
            if (!words_int(w, &number)) {
                return false;
            }
        } else if (words_take(w, "of") && words_take(w, "request")) {
            if (!words_int(w, &fault.request)) {
                return false;
            }
        } else if (words_take(w, "larger")) {
            if (!words_int(w, &fault.larger)) {
                return false;
            }
        } else {
            break;
        }
    }
    fault.skip = number - 1;
    if (words_take(w, "says")) {
        if (words_take(w, "family") && !words_int(w, &fault.family)) {
            return false;
        }
        if (words_take(w, "size") && !words_int(w, &fault.size)) {
            return false;
        }
    } else if (!words_take(w, "fails") || !words_errno(w, &fault.error)) {
        return false;
    }
    if (words_take(w, "always")) {
        fault.times = -1;
    } else if (words_int(w, &fault.times) && !words_take(w, "times")) {
        return false;
    }
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

const struct fault *
faults_meet(enum fake_call call, const uint8_t *data, size_t size)
{
    for (int i = 0; i < n_faults; i++) {
        struct fault *fault = &faults[i];

        if (fault->call != call || !fault->times
            || (fault->request && !sends_request(data, size, fault->request))
            || (fault->larger && size <= (size_t) fault->larger)) {
            continue;
        }
        if (fault->skip) {
            fault->skip--;
            continue;
        }
        if (fault->times > 0) {
            fault->times--;
        }
        if (fake_trace) {
            fprintf(stderr, "fake kernel: fails: %s\n", errno_name(fault->error));
        }
        note_error(fault->error);
        return fault;
    }
    return NULL;
}
