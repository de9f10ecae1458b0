/* SPDX-License-Identifier: Apache-2.0 */
/* The clock of the script: CLOCK_MONOTONIC only advances when a call waits, and by "clock"
 * lines.  Or the machine's. */

#include <time.h>
#include "fake-calls.h"

#define START_OF_TIME (1000 * SECOND)

bool clock_is_real;
static int64_t fake_clock = START_OF_TIME;
static int64_t start_of_action = START_OF_TIME;

static int
real_clock(clockid_t id, struct timespec *ts)
{
    REAL(clock_gettime, int, clockid_t, struct timespec *)

    return real_clock_gettime(id, ts);
}

int64_t
clock_now(void)
{
    struct timespec ts;

    if (!clock_is_real) {
        return fake_clock;
    }
    real_clock(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * SECOND + ts.tv_nsec;
}

int64_t
clock_after(int64_t nanoseconds)
{
    int64_t now = clock_now();

    return nanoseconds > INT64_MAX - now ? INT64_MAX : now + nanoseconds;
}

void
clock_advance(int64_t now)
{
    fake_clock = now > fake_clock ? now : fake_clock;
}

int
clock_waited(int result, int64_t nanoseconds)
{
    if (!result && !clock_is_real && nanoseconds > 0 && nanoseconds < INT64_MAX) {
        fake_lock();
        clock_advance(clock_after(nanoseconds));
        fake_unlock();
    }
    return result;
}

void
clock_start_action(void)
{
    start_of_action = clock_now();
}

long long
fake_elapsed(void)
{
    return (clock_now() - start_of_action) / (SECOND / 1000);
}

void
fake_pass(int milliseconds)
{
    clock_advance(fake_clock + milliseconds * (SECOND / 1000));
}

/* The calls. */

REPLACES int
clock_gettime(clockid_t id, struct timespec *ts)
{
    bool monotonic = id == CLOCK_MONOTONIC || id == CLOCK_MONOTONIC_COARSE
                     || id == CLOCK_BOOTTIME || id == CLOCK_MONOTONIC_RAW;

    if (monotonic && !clock_is_real) {
        fake_lock();
        ts->tv_sec = fake_clock / SECOND;
        ts->tv_nsec = fake_clock % SECOND;
        fake_unlock();
        return 0;
    }
    return real_clock(id, ts);
}

REPLACES int
nanosleep(const struct timespec *ts, struct timespec *left)
{
    REAL(nanosleep, int, const struct timespec *, struct timespec *)

    if (clock_is_real) {
        return real_nanosleep(ts, left);
    }
    fake_lock();
    call_enter(FAKE_POLL, NULL, NULL, 0);
    fake_clock += ts->tv_sec * SECOND + ts->tv_nsec;
    fake_unlock();
    if (left) {
        left->tv_sec = left->tv_nsec = 0;
    }
    return 0;
}

REPLACES int
clock_nanosleep(clockid_t id, int flags, const struct timespec *ts, struct timespec *left)
{
    REAL(clock_nanosleep, int, clockid_t, int, const struct timespec *, struct timespec *)
    struct timespec now = { 0, 0 }, rest = *ts;

    if (clock_is_real) {
        return real_clock_nanosleep(id, flags, ts, left);
    }
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
