/* SPDX-License-Identifier: Apache-2.0 */
/* What programs call that are compiled with _FORTIFY_SOURCE: the same functions, with the size of
 * the buffer, which is checked. */

#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include "fake-calls.h"

ssize_t __read_chk(int, void *, size_t, size_t);
ssize_t __recv_chk(int, void *, size_t, size_t, int);
ssize_t __recvfrom_chk(int, void *, size_t, size_t, int, struct sockaddr *, socklen_t *);
int __poll_chk(struct pollfd *, nfds_t, int, size_t);
int __ppoll_chk(struct pollfd *, nfds_t, const struct timespec *, const sigset_t *, size_t);

static void
check(size_t size, size_t room)
{
    if (size > room) {
        abort();
    }
}

REPLACES ssize_t
__read_chk(int fd, void *data, size_t size, size_t room)
{
    check(size, room);
    return read(fd, data, size);
}

REPLACES ssize_t
__recv_chk(int fd, void *data, size_t size, size_t room, int flags)
{
    check(size, room);
    return recv(fd, data, size, flags);
}

REPLACES ssize_t
__recvfrom_chk(int fd, void *data, size_t size, size_t room, int flags, struct sockaddr *from,
               socklen_t *from_size)
{
    check(size, room);
    return recvfrom(fd, data, size, flags, from, from_size);
}

REPLACES int
__poll_chk(struct pollfd *fds, nfds_t n, int timeout, size_t room)
{
    check(n, room / sizeof *fds);
    return poll(fds, n, timeout);
}

REPLACES int
__ppoll_chk(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask,
            size_t room)
{
    check(n, room / sizeof *fds);
    return ppoll(fds, n, timeout, mask);
}
