/* SPDX-License-Identifier: Apache-2.0 */
/* Readiness: the eventfd of a fake socket can be read exactly while there is something to receive,
 * so that poll(), select() and epoll of the real kernel see what they would see of a real socket.
 * Each datagram adds to its counter, which makes an edge for epoll.
 *
 * A thread that waits in a receiving call waits for a futex, since that, as the real call, is
 * restarted after a signal only if it has no time-out and the handler has SA_RESTART. */

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "fake-internal.h"

static uint32_t signals;        /* Calls of ready_wake(). */

int
ready_open(bool cloexec, bool nonblock)
{
    return eventfd(0, (cloexec ? EFD_CLOEXEC : 0) | (nonblock ? EFD_NONBLOCK : 0));
}

void
ready_wake(void)
{
    __atomic_add_fetch(&signals, 1, __ATOMIC_RELAXED);
    if (clock_is_real) {
        syscall(SYS_futex, &signals, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
    }
}

void
ready_signal(struct sock *sock)
{
    uint64_t one = 1;

    if ((!sock->queue.head && !sock->error) || (sock->readable && !clock_is_real)) {
        return;
    }
    sock->readable = true;
    syscall(SYS_write, sock->fd, &one, sizeof one);
    ready_wake();
}

void
ready_update(struct sock *sock)
{
    uint64_t count;

    if (sock->readable && !sock->queue.head && !sock->error) {
        sock->readable = false;
        syscall(SYS_read, sock->fd, &count, sizeof count);
    }
}

bool
ready_wait(int64_t timeout)
{
    /* As the kernel has it on all platforms: struct timespec may be larger. */
    long until[2] = { (long) (timeout / SECOND), (long) (timeout % SECOND) };
    uint32_t before = __atomic_load_n(&signals, __ATOMIC_RELAXED);
    int cancellation;
    bool interrupted;

    fake_unlock();
    /* As the real call, it is a cancellation point. */
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &cancellation);
    interrupted = syscall(SYS_futex, &signals, FUTEX_WAIT_PRIVATE, before,
                          timeout == INT64_MAX ? NULL : until, NULL, 0) < 0 && errno == EINTR;
    pthread_setcanceltype(cancellation, NULL);
    fake_lock();
    return !interrupted;
}
