/* SPDX-License-Identifier: Apache-2.0 */
/* What all system calls have in common: they are counted, limited in number, and may fail. */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "fake-calls.h"
#include "fake-session.h"

const char *const fake_call_names[FAKE_N_CALLS] = {
    "socket", "close", "connect", "getsockname", "setsockopt", "getsockopt", "send", "recv", "poll",
};

static unsigned long calls[FAKE_N_CALLS], total_calls, limit = 100000;
static void (*hang_handler)(const char *);
static int foreign;

void
fake_hang(const char *why)
{
    /* What a handler cleans up is not counted. */
    total_calls = 0;
    fake_unlock();
    if (hang_handler) {
        hang_handler(why);
    }
    fprintf(stderr, "nlsock-fake-kernel: hang: %s\n", why);
    report("hang %s", why);
    _exit(124);
}

bool
is_query(enum fake_call call)
{
    return call == FAKE_GETSOCKOPT || call == FAKE_GETSOCKNAME;
}

const struct fk_fault *
call_enter(enum fake_call call, struct sock *sock, const uint8_t *data, size_t size)
{
    const struct fk_fault *fault;

    calls[call]++;
    fk_state_call(session(), (enum fk_call) call);
    if (fake_trace) {
        fprintf(stderr, "fake kernel: socket %d: %s()\n", sock ? sock->number : 0,
                fake_call_names[call]);
    }
    if (++total_calls > limit && !clock_is_real) {
        fake_hang("too many system calls");
    }
    if (sock && call != FAKE_CLOSE && !is_query(call) && sock->owner != getpid()) {
        foreign++;
        note_foreign();
    }
    fault = faults_meet(call, data, size);
    if (fault && fault->taken && sock) {
        int fd = sock->fd;

        descriptor_take(sock, fault->taken);
        descriptor_used(call, fd);
    }
    return fault;
}

ssize_t
call_leave(ssize_t result, int error)
{
    fake_unlock();
    if (error) {
        errno = error;
        return -1;
    }
    return result;
}

void
calls_reset(void)
{
    total_calls = 0;
    foreign = 0;
}

void
calls_start_action(void)
{
    memset(calls, 0, sizeof calls);
}

void
fake_limit(unsigned long new_limit, void (*handler)(const char *))
{
    limit = new_limit;
    hang_handler = handler;
}

/* What can be asked. */

unsigned long
fake_calls(enum fake_call call)
{
    return calls[call];
}

unsigned long
fake_total_calls(void)
{
    unsigned long sum = 0;

    for (int i = 0; i < FAKE_N_CALLS; i++) {
        sum += calls[i];
    }
    return sum;
}

int
fake_foreign(void)
{
    return foreign;
}
