/* SPDX-License-Identifier: Apache-2.0 */
/* The clock of the script: CLOCK_MONOTONIC only advances when a call waits, and by "clock"
 * lines. */

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "fake-calls.h"

#define START_OF_TIME (1000 * SECOND)

int64_t fake_clock = START_OF_TIME;
static int64_t start_of_action = START_OF_TIME;

bool
clock_wait(struct sock *const *list, int n, int64_t until)
{
    int64_t next = INT64_MAX;

    for (int i = 0; i < n; i++) {
        sock_release(list[i], true, 0);
        if (list[i]->queue.head || list[i]->error) {
            return true;
        }
        for (struct datagram *d = list[i]->held.head; d; d = d->next) {
            if (d->when == WHEN_CLOCK && d->at < next) {
                next = d->at;
            }
        }
    }
    if (next > until || next == INT64_MAX) {
        if (until == INT64_MAX) {
            fake_hang("waits for something that never comes");
        }
        fake_clock = until > fake_clock ? until : fake_clock;
        return false;
    }
    fake_clock = next;
    return clock_wait(list, n, until);
}

void
clock_start_action(void)
{
    start_of_action = fake_clock;
}

long long
fake_elapsed(void)
{
    return (fake_clock - start_of_action) / (SECOND / 1000);
}

void
fake_pass(int milliseconds)
{
    fake_clock += milliseconds * (SECOND / 1000);
}

/* clock N s|ms */
bool
clock_line(struct tokens *t)
{
    int value = 0;

    if (!tokens_int(t, &value)) {
        return false;
    }
    if (tokens_take(t, "s")) {
        fake_clock += value * SECOND;
    } else if (tokens_take(t, "ms")) {
        fake_pass(value);
    } else {
        return false;
    }
    return true;
}

/* The calls. */

REPLACES int
clock_gettime(clockid_t id, struct timespec *ts)
{
    if (id == CLOCK_MONOTONIC || id == CLOCK_MONOTONIC_COARSE || id == CLOCK_BOOTTIME
        || id == CLOCK_MONOTONIC_RAW) {
        pthread_mutex_lock(&fake_mutex);
        ts->tv_sec = fake_clock / SECOND;
        ts->tv_nsec = fake_clock % SECOND;
        pthread_mutex_unlock(&fake_mutex);
        return 0;
    }
    return (int) syscall(SYS_clock_gettime, id, ts);
}

REPLACES int
nanosleep(const struct timespec *ts, struct timespec *left)
{
    pthread_mutex_lock(&fake_mutex);
    call_enter(FAKE_POLL, NULL, NULL, 0);
    fake_clock += ts->tv_sec * SECOND + ts->tv_nsec;
    pthread_mutex_unlock(&fake_mutex);
    if (left) {
        left->tv_sec = left->tv_nsec = 0;
    }
    return 0;
}

REPLACES int
clock_nanosleep(clockid_t id, int flags, const struct timespec *ts, struct timespec *left)
{
    struct timespec now = { 0, 0 }, rest = *ts;

    if (flags & TIMER_ABSTIME) {
        int64_t until;

        clock_gettime(id, &now);
        until = (ts->tv_sec - now.tv_sec) * SECOND + ts->tv_nsec - now.tv_nsec;
        until = until > 0 ? until : 0;
        rest.tv_sec = until / SECOND;
        rest.tv_nsec = until % SECOND;
    }
    return nanosleep(&rest, flags & TIMER_ABSTIME ? NULL : left);
}
