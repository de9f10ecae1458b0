/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting: what all calls that can wait have in common.
 *
 * The time is the machine's, or that of the script, which stands still but for waits: then a wait
 * takes no time, but moves the clock. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include "fake-session.h"

/* How long a call such as poll() waits before it looks again, if there are threads, which can send
 * something whose answer comes late. */
#define PAUSE (SECOND / 10)

/* Threads that wait for fake sockets only, without a limit.  Changed by atomic operations, since a
 * thread that is cancelled does not hold the lock. */
static int n_blocked;

void
wait_start_child(void)
{
    n_blocked = 0;
}

static void
for_each_of(const struct wait *w, void (*f)(struct sock *, void *), void *aux)
{
    if (!w->fds) {
        for_each_sock(f, aux);
        return;
    }
    for (int i = 0; i < w->n_fds; i++) {
        struct sock *sock = sock_lookup(w->fds[i]);

        if (sock) {
            f(sock, aux);
        }
    }
}

static void
release(struct sock *sock, void *aux)
{
    (void) aux;
    sock_release(sock, true, 0);
}

/* When the next datagram of the socket is due. */
static void
find_due(struct sock *sock, void *due_)
{
    int64_t *due = due_;

    for (const struct datagram *d = sock->held.head; d; d = d->next) {
        if (d->when == FK_WHEN_CLOCK && d->at < *due) {
            *due = d->at;
        }
    }
}

static int
n_threads(void)
{
    struct stat st;

    /* A link for each, and two. */
    return stat("/proc/self/task", &st) ? INT32_MAX : (int) st.st_nlink - 2;
}

/* Whether there are timers of timer_create().  By system calls, since functions may be replaced. */
static bool
has_timers(void)
{
    char byte;
    int fd = (int) syscall(SYS_openat, AT_FDCWD, "/proc/self/timers", O_RDONLY | O_CLOEXEC);
    bool any = fd >= 0 && syscall(SYS_read, fd, &byte, sizeof byte) > 0;

    if (fd >= 0) {
        syscall(SYS_close, fd);
    }
    return any;
}

/* Whether only a signal from outside could end this wait: no thread, child or timer can. */
static bool
is_for_ever(void)
{
    struct itimerval timer;
    siginfo_t info;

    return __atomic_load_n(&n_blocked, __ATOMIC_RELAXED) >= n_threads()
           && !getitimer(ITIMER_REAL, &timer) && !timerisset(&timer.it_value) && !has_timers()
           && waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) && errno == ECHILD;
}

static void
find_listener(struct sock *sock, void *found_)
{
    bool *found = found_;

    for (int i = 0; i < GROUP_WORDS; i++) {
        *found |= sock->groups[i] != 0;
    }
}

/* Lets a datagram come for which the program does not do what it did in the recording. */
static void
give_up_order(struct sock *sock, void *found_)
{
    bool *found = found_;

    for (struct datagram *d = sock->held.head; d; d = d->next) {
        if (d->when == FK_WHEN_REACHED) {
            d->when = FK_WHEN_POLL;
            *found = true;
        }
    }
}

/* Nothing will come, unless another process still has a part of the recording to play: the tool's
 * own child, which has no children, is alone.  That is the end of a replay if the program listens
 * to a group; otherwise it waits for an answer, and hangs.  Returns the result of the call, or 0 if
 * it shall look again. */
static int
wait_in_vain(struct wait *w)
{
    bool listens = false, held = false;

    for_each_of(w, give_up_order, &held);
    if (held) {
        return 0;
    }
    for_each_of(w, find_listener, &listens);
    if (session_replays() && listens && !fk_replay_finished(session()) && clock_is_real
        && !session_is_of_tool()) {
        return w->look(w, PAUSE);
    } else if (!session_replays() || !listens || !fk_replay_finished(session())) {
        fake_hang("waits for something that never comes");
    }
    return session_end();
}

static void
unblock(void *unused)
{
    (void) unused;
    __atomic_sub_fetch(&n_blocked, 1, __ATOMIC_RELAXED);
}

static int
look_without_limit(struct wait *w)
{
    int result;

    if (w->others) {
        return w->look(w, INT64_MAX);
    }
    __atomic_add_fetch(&n_blocked, 1, __ATOMIC_RELAXED);
    pthread_cleanup_push(unblock, NULL);
    result = is_for_ever() ? wait_in_vain(w) : w->look(w, INT64_MAX);
    pthread_cleanup_pop(1);
    return result;
}

static int
wait_really(struct wait *w, int64_t limit)
{
    int64_t now = clock_now();

    if (w->polls && limit - now > PAUSE && n_threads() > 1) {
        limit = now + PAUSE;
    }
    if (limit == INT64_MAX) {
        return look_without_limit(w);
    }
    return limit > now ? w->look(w, limit - now) : 0;
}

int
wait_for(struct wait *w, int64_t until)
{
    for (;;) {
        int64_t due = INT64_MAX;
        int result;

        for_each_of(w, release, NULL);
        result = w->look(w, 0);
        if (result) {
            return result;
        }
        for_each_of(w, find_due, &due);
        if (clock_is_real) {
            result = wait_really(w, due < until ? due : until);
            if (result || clock_now() >= until) {
                return result;
            }
        } else if (due > until || due == INT64_MAX) {
            if (until != INT64_MAX) {
                clock_advance(until);
                return 0;
            }
            result = w->others ? w->look(w, INT64_MAX) : wait_in_vain(w);
            if (result) {
                return result;
            }
        } else {
            clock_advance(due);
        }
    }
}
