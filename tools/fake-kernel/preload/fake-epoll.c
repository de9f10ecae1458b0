/* SPDX-License-Identifier: Apache-2.0 */
/* The calls that wait for an epoll.  The kernel's own calls look and wait: see fake-ready.c.  A
 * fake socket of any kind may be in the epoll, so each wait ends when the next datagram of any
 * socket is due.
 *
 * The sockets of a child have other eventfds than those of its parent.  They are added to the
 * epolls that the child has from its parent, which may end: see daemon(3). */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "fake-calls.h"

/* Which fake sockets are in an epoll. */
static struct member {
    int epoll, fd, number;      /* The number of the socket. */
    struct epoll_event event;
} *members;
static size_t n_members, room;

/* Notes that a fake socket is in an epoll, or is no more. */
static void
note_member(int epoll, int operation, int fd, const struct epoll_event *event)
{
    struct sock *sock = sock_lock(fd);
    size_t i = 0;

    if (!sock) {
        return;
    }
    while (i < n_members && (members[i].epoll != epoll || members[i].fd != fd)) {
        i++;
    }
    if (i == room) {
        room = 2 * room + 16;
        members = realloc(members, room * sizeof *members);
    }
    if (operation != EPOLL_CTL_DEL) {
        members[i] = (struct member) { epoll, fd, sock->number, *event };
        n_members += i == n_members;
    } else if (i < n_members) {
        members[i] = members[--n_members];
    }
    fake_unlock();
}

REPLACES int
epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event)
{
    REAL(epoll_ctl, int, int, int, int, struct epoll_event *)
    int result = real_epoll_ctl(epoll, operation, fd, event);

    if (!result) {
        note_member(epoll, operation, fd, event);
    }
    return result;
}

void
epoll_renew(void)
{
    for (size_t i = 0; i < n_members; i++) {
        struct member *m = &members[i];
        const struct sock *sock = sock_lookup(m->fd);

        if (sock && sock->number == m->number) {
            syscall(SYS_epoll_ctl, m->epoll, EPOLL_CTL_ADD, m->fd, &m->event);
        }
    }
}

struct call {
    int fd;
    struct epoll_event *events;
    int n;
    const sigset_t *mask;
};

/* Nanoseconds that are left, as milliseconds: those that have begun count. */
static int
milliseconds(int64_t timeout)
{
    return timeout == INT64_MAX ? -1
           : timeout > INT32_MAX * 1000000ll ? INT32_MAX : (int) ((timeout + 999999) / 1000000);
}

static int
look(struct wait *w, int64_t timeout)
{
    REAL(epoll_pwait, int, int, struct epoll_event *, int, int, const sigset_t *)
    const struct call *c = w->aux;
    int result;

    if (!timeout) {
        /* Not a cancellation point, since the lock is held. */
        return (int) syscall(SYS_epoll_pwait, c->fd, c->events, c->n, 0, c->mask, _NSIG / 8);
    }
    fake_unlock();
    result = real_epoll_pwait(c->fd, c->events, c->n, milliseconds(timeout), c->mask);
    fake_lock();
    return result;
}

/* Finds out what is in an epoll.  Returns whether there is a fake socket. */
static bool
survey(int fd, bool *others)
{
    char path[64], line[256];
    bool any = false;
    FILE *file;
    int member;

    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
    file = fopen(path, "re");
    if (!file) {
        return false;
    }
    while (fgets(line, sizeof line, file)) {
        if (sscanf(line, "tfd: %d", &member) == 1) {
            any |= sock_lookup(member) != NULL;
            *others |= !sock_lookup(member);
        }
    }
    fclose(file);
    return any;
}

/* Returns false, and unlocks, if no fake socket is in the epoll. */
static bool
do_wait(const struct call *c, int64_t timeout, int *result)
{
    struct wait w = { .polls = true, .look = look, .aux = (void *) (uintptr_t) c };
    const struct fk_fault *fault;

    if (!fake_open() || !survey(c->fd, &w.others)) {
        return false;
    }
    call_interrupt(FAKE_POLL);
    fake_lock();
    fault = call_enter(FAKE_POLL, NULL, NULL, 0);
    if (fault) {
        *result = (int) call_leave(-1, fault->error);
    } else {
        *result = wait_for(&w, clock_after(timeout));
        call_leave(0, *result < 0 ? errno : 0);
    }
    return true;
}

REPLACES int
epoll_pwait(int fd, struct epoll_event *events, int n, int timeout, const sigset_t *mask)
{
    REAL(epoll_pwait, int, int, struct epoll_event *, int, int, const sigset_t *)
    struct call c = { .fd = fd, .events = events, .n = n, .mask = mask };
    int64_t limit = timeout < 0 ? INT64_MAX : timeout * 1000000ll;
    int result;

    return do_wait(&c, limit, &result) ? result
           : clock_waited(real_epoll_pwait(fd, events, n, timeout, mask), limit);
}

REPLACES int
epoll_wait(int fd, struct epoll_event *events, int n, int timeout)
{
    return epoll_pwait(fd, events, n, timeout, NULL);
}

#ifdef __GLIBC__
int epoll_pwait2(int, struct epoll_event *, int, const struct timespec *, const sigset_t *);

REPLACES int
epoll_pwait2(int fd, struct epoll_event *events, int n, const struct timespec *timeout,
             const sigset_t *mask)
{
    REAL(epoll_pwait2, int, int, struct epoll_event *, int, const struct timespec *,
         const sigset_t *)
    struct call c = { .fd = fd, .events = events, .n = n, .mask = mask };
    int64_t limit = !timeout || timeout->tv_sec >= INT64_MAX / SECOND ? INT64_MAX
                    : timeout->tv_sec * SECOND + timeout->tv_nsec;
    int result;

    if (do_wait(&c, limit, &result)) {
        return result;
    } else if (!real_epoll_pwait2) {
        errno = ENOSYS;
        return -1;
    }
    return clock_waited(real_epoll_pwait2(fd, events, n, timeout, mask), limit);
}
#endif
