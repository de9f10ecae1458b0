/* SPDX-License-Identifier: Apache-2.0 */
/* poll() and select().  The kernel's own calls look and wait: see fake-ready.c. */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "fake-calls.h"

/* A time that does not fit is for ever. */
static int64_t
from_timespec(const struct timespec *ts)
{
    return !ts || ts->tv_sec >= INT64_MAX / SECOND ? INT64_MAX : ts->tv_sec * SECOND + ts->tv_nsec;
}

/* The time-out 'ts' for the real call, which waits for ever without one. */
static struct timespec *
to_timespec(int64_t nanoseconds, struct timespec *ts)
{
    ts->tv_sec = (time_t) (nanoseconds / SECOND);
    ts->tv_nsec = (long) (nanoseconds % SECOND);
    return nanoseconds == INT64_MAX ? NULL : ts;
}

/* Locks if any of the descriptors is a fake socket. */
static bool
lock_for(const int *fds, int n)
{
    for (int i = 0; i < n; i++) {
        if (sock_lock(fds[i])) {
            return true;
        }
    }
    return false;
}

/* The same; but first, what happens before the call. */
static bool
begin(const int *fds, int n)
{
    if (!lock_for(fds, n)) {
        return false;
    }
    if (faults_have_events()) {
        fake_unlock();
        call_interrupt(FAKE_POLL);
        return lock_for(fds, n);
    }
    return true;
}

/* The kernel's ppoll() for poll(), and its pselect() for select(). */
struct call {
    struct pollfd *fds;
    nfds_t n;
    fd_set *sets[3];            /* To be read, to be written, exceptions: what is asked. */
    fd_set *results[3];
    size_t set_size;
    const sigset_t *mask;
};

/* As system calls, which are not cancellation points, while the lock is held. */
static int
look_at_once(const struct call *c)
{
    long at_once[2] = { 0, 0 };
    uintptr_t mask[2] = { (uintptr_t) c->mask, _NSIG / 8 };

    return (int) (c->fds ? syscall(SYS_ppoll, c->fds, c->n, at_once, c->mask, _NSIG / 8)
                  : syscall(SYS_pselect6, c->n, c->results[0], c->results[1], c->results[2],
                            at_once, c->mask ? mask : NULL));
}

static int
look_for_long(const struct call *c, int64_t timeout)
{
    REAL(ppoll, int, struct pollfd *, nfds_t, const struct timespec *, const sigset_t *)
    REAL(pselect, int, int, fd_set *, fd_set *, fd_set *, const struct timespec *,
         const sigset_t *)
    struct timespec ts, *limit = to_timespec(timeout, &ts);
    int result;

    fake_unlock();
    result = c->fds ? real_ppoll(c->fds, c->n, limit, c->mask)
             : real_pselect((int) c->n, c->results[0], c->results[1], c->results[2], limit,
                            c->mask);
    fake_lock();
    return result;
}

static int
look(struct wait *w, int64_t timeout)
{
    const struct call *c = w->aux;
    int result;

    for (int i = 0; i < 3; i++) {
        if (c->results[i]) {
            memcpy(c->results[i], c->sets[i], c->set_size);
        }
    }
    result = timeout ? look_for_long(c, timeout) : look_at_once(c);
    if (!c->fds || result < 0) {
        return result;
    }
    /* An eventfd has no errors. */
    result = 0;
    for (nfds_t i = 0; i < c->n; i++) {
        const struct sock *sock = sock_lookup(c->fds[i].fd);

        c->fds[i].revents |= sock && sock->error ? POLLERR : 0;
        result += c->fds[i].revents != 0;
    }
    return result;
}

/* Waits, with the lock held, and unlocks. */
static int
finish(struct wait *w, int64_t timeout)
{
    const struct fk_fault *fault = call_enter(FAKE_POLL, NULL, NULL, 0);
    int result;

    if (fault) {
        return (int) call_leave(-1, fault->error);
    }
    w->look = look;
    w->polls = true;
    result = wait_for(w, clock_after(timeout));
    return (int) call_leave(result, result < 0 ? errno : 0);
}

static int
do_poll(struct pollfd *fds, nfds_t n, int64_t timeout, const sigset_t *mask, bool *passed_on)
{
    int list[n + 1];
    struct call c = { .fds = fds, .n = n, .mask = mask };
    struct wait w = { .fds = list, .aux = &c };

    for (nfds_t i = 0; i < n; i++) {
        if (fds[i].fd >= 0 && !sock_lookup(fds[i].fd)) {
            w.others = true;
        } else if (fds[i].fd >= 0) {
            list[w.n_fds++] = fds[i].fd;
        }
    }
    *passed_on = !begin(list, w.n_fds);
    return *passed_on ? 0 : finish(&w, timeout);
}

REPLACES int
poll(struct pollfd *fds, nfds_t n, int timeout)
{
    REAL(poll, int, struct pollfd *, nfds_t, int)
    int64_t limit = timeout < 0 ? INT64_MAX : timeout * 1000000ll;
    bool passed_on = true;
    int result = n > MAX_FDS ? 0 : do_poll(fds, n, limit, NULL, &passed_on);

    return passed_on ? clock_waited(real_poll(fds, n, timeout), limit) : result;
}

REPLACES int
ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask)
{
    REAL(ppoll, int, struct pollfd *, nfds_t, const struct timespec *, const sigset_t *)
    int64_t limit = from_timespec(timeout);
    bool passed_on = true;
    int result = n > MAX_FDS ? 0 : do_poll(fds, n, limit, mask, &passed_on);

    return passed_on ? clock_waited(real_ppoll(fds, n, timeout, mask), limit) : result;
}

static bool
is_in(const fd_set *set, int fd)
{
    const unsigned long *words = (const void *) set;
    const int bits = 8 * sizeof *words;

    return set && words[fd / bits] & 1ul << fd % bits;
}

static int
do_select(int n, fd_set *sets[3], int64_t timeout, const sigset_t *mask, bool *passed_on)
{
    const int bits = 8 * sizeof(long);
    const size_t words = (size_t) (n + bits - 1) / (size_t) bits;
    unsigned long results[3][words + 1];
    struct call c = { .n = (nfds_t) n, .set_size = words * sizeof(long), .mask = mask };
    int list[n + 1];
    struct wait w = { .fds = list, .aux = &c };
    int result;

    for (int fd = 0; fd < n; fd++) {
        if (is_in(sets[0], fd) || is_in(sets[1], fd) || is_in(sets[2], fd)) {
            if (sock_lookup(fd)) {
                list[w.n_fds++] = fd;
            } else {
                w.others = true;
            }
        }
    }
    *passed_on = !begin(list, w.n_fds);
    if (*passed_on) {
        return 0;
    }
    for (int i = 0; i < 3; i++) {
        c.sets[i] = sets[i];
        c.results[i] = sets[i] ? (void *) results[i] : NULL;
    }
    result = finish(&w, timeout);
    for (int i = 0; i < 3 && result >= 0; i++) {
        if (sets[i]) {
            memcpy(sets[i], results[i], c.set_size);
        }
    }
    return result;
}

/* As in Linux, the rest of the time-out is stored. */
REPLACES int
select(int n, fd_set *in, fd_set *out, fd_set *exceptions, struct timeval *timeout)
{
    REAL(select, int, int, fd_set *, fd_set *, fd_set *, struct timeval *)
    fd_set *sets[3] = { in, out, exceptions };
    struct timespec ts;
    int64_t limit, until;
    bool passed_on = true;
    int result = 0;

    if (timeout) {
        ts = (struct timespec) { .tv_sec = timeout->tv_sec,
                                 .tv_nsec = timeout->tv_usec * 1000l };
    }
    limit = from_timespec(timeout ? &ts : NULL);
    until = clock_after(limit);
    if (n >= 0 && n <= MAX_FDS) {
        result = do_select(n, sets, limit, NULL, &passed_on);
    }

    if (passed_on) {
        return clock_waited(real_select(n, in, out, exceptions, timeout), limit);
    }
    if (timeout) {
        int64_t left = until - clock_now();

        timeout->tv_sec = (time_t) (left > 0 ? left / SECOND : 0);
        timeout->tv_usec = (suseconds_t) (left > 0 ? left % SECOND / 1000 : 0);
    }
    return result;
}

REPLACES int
pselect(int n, fd_set *in, fd_set *out, fd_set *exceptions, const struct timespec *timeout,
        const sigset_t *mask)
{
    REAL(pselect, int, int, fd_set *, fd_set *, fd_set *, const struct timespec *,
         const sigset_t *)
    fd_set *sets[3] = { in, out, exceptions };
    int64_t limit = from_timespec(timeout);
    bool passed_on = true;
    int result = n >= 0 && n <= MAX_FDS ? do_select(n, sets, limit, mask, &passed_on) : 0;

    return passed_on ? clock_waited(real_pselect(n, in, out, exceptions, timeout, mask), limit)
           : result;
}
