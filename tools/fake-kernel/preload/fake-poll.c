/* SPDX-License-Identifier: Apache-2.0 */
/* The calls that wait for sockets. */

#include <poll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "fake-calls.h"

/* poll() of which at least one descriptor is a fake socket, for 'timeout' nanoseconds; INT64_MAX
 * for ever.  Other descriptors are only looked at. */
static int
do_poll(struct pollfd *fds, nfds_t n, int64_t timeout)
{
    struct sock *list[64];
    const struct fault *fault = call_enter(FAKE_POLL, NULL, NULL, 0);
    int64_t until = timeout == INT64_MAX ? timeout : fake_clock + timeout;
    int n_fake = 0, ready = 0;
    struct timespec none = { 0, 0 };

    if (fault) {
        return (int) call_leave(-1, fault->error);
    }
    for (nfds_t i = 0; i < n && n_fake < 64; i++) {
        struct sock *sock = sock_lookup(fds[i].fd);

        fds[i].revents = 0;
        if (sock && fds[i].events & (POLLIN | POLLRDNORM)) {
            list[n_fake++] = sock;
        } else if (sock) {
            ready += fds[i].events != 0;
        } else {
            ready += syscall(SYS_ppoll, &fds[i], 1, &none, NULL, 0) > 0;
        }
    }
    if (!ready) {
        clock_wait(list, n_fake, until);
    }
    ready = 0;
    for (nfds_t i = 0; i < n; i++) {
        struct sock *sock = sock_lookup(fds[i].fd);

        if (sock) {
            sock_release(sock, true, 0);
            fds[i].revents = (short) ((sock->queue.head || sock->error ? POLLIN | POLLRDNORM : 0)
                                      | POLLOUT | POLLWRNORM);
            fds[i].revents &= fds[i].events;
            fds[i].revents |= sock->error ? POLLERR : 0;
        }
        ready += fds[i].revents != 0;
    }
    return (int) call_leave(ready, 0);
}

/* Locks if so. */
static bool
includes_fake(const struct pollfd *fds, nfds_t n)
{
    pthread_mutex_lock(&fake_mutex);
    for (nfds_t i = 0; i < n; i++) {
        if (sock_lookup(fds[i].fd)) {
            return true;
        }
    }
    pthread_mutex_unlock(&fake_mutex);
    return false;
}

/* The same; but first, what happens before the call. */
static bool
any_fake(const struct pollfd *fds, nfds_t n)
{
    if (faults_have_events() && includes_fake(fds, n)) {
        pthread_mutex_unlock(&fake_mutex);
        call_interrupt(FAKE_POLL);
    }
    return includes_fake(fds, n);
}

REPLACES int
poll(struct pollfd *fds, nfds_t n, int timeout)
{
    REAL(poll, int, struct pollfd *, nfds_t, int)

    return any_fake(fds, n) ? do_poll(fds, n, timeout < 0 ? INT64_MAX : timeout * 1000000ll)
           : real_poll(fds, n, timeout);
}

REPLACES int
ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask)
{
    REAL(ppoll, int, struct pollfd *, nfds_t, const struct timespec *, const sigset_t *)

    return any_fake(fds, n)
           ? do_poll(fds, n, timeout ? timeout->tv_sec * SECOND + timeout->tv_nsec : INT64_MAX)
           : real_ppoll(fds, n, timeout, mask);
}
