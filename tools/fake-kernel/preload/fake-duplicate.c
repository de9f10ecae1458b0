/* SPDX-License-Identifier: Apache-2.0 */
/* The calls that make, or close, further descriptors of a socket. */

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "fake-calls.h"
#include "fake-session.h"

/* 'new' is a duplicate of 'fd', or -1. */
static int
duplicated(int fd, int new)
{
    struct sock *sock = sock_lock(fd);

    if (sock) {
        if (new >= 0 && sock_lookup(new) != sock) {
            sock_add_fd(sock, new);
        }
        fake_unlock();
    } else {
        record_duplicated(fd, new);
    }
    return new;
}

REPLACES int
dup(int fd)
{
    return duplicated(fd, (int) syscall(SYS_dup, fd));
}

REPLACES int
dup3(int from, int to, int flags)
{
    bool valid = from != to && fcntl(from, F_GETFD) >= 0;

    if (valid && sock_lock(to)) {
        sock_close(to);
        if (!sock_lookup(from)) {
            descriptor_replaced(to);
        }
        fake_unlock();
    }
    return duplicated(from, (int) syscall(SYS_dup3, from, to, flags));
}

REPLACES int
dup2(int from, int to)
{
    if (from == to) {
        return fcntl(from, F_GETFD) < 0 ? -1 : to;
    }
    return dup3(from, to, 0);
}

/* The argument is a number or a pointer, and there is none for some commands. */
static int
fake_fcntl(int fd, int command, void *argument)
{
    switch (command) {
    case F_DUPFD: case F_DUPFD_CLOEXEC:
        return duplicated(fd, (int) syscall(SYS_fcntl, fd, command, argument));
    case F_SETFL:
        if ((uintptr_t) argument & O_ASYNC) {
            return refuse_call("fcntl(F_SETFL, O_ASYNC)");
        }
        break;
    case F_GETFL: case F_GETFD: case F_SETFD:
        break;
    default:
        return refuse_call("fcntl()");
    }
    return (int) syscall(SYS_fcntl, fd, command, argument);
}

#define FCNTL(NAME)                                                             \
    REPLACES int                                                                \
    NAME(int fd, int command, ...)                                              \
    {                                                                           \
        REAL(NAME, int, int, int, ...)                                          \
        void *argument;                                                         \
        va_list args;                                                           \
                                                                                \
        va_start(args, command);                                                \
        argument = va_arg(args, void *);                                        \
        va_end(args);                                                           \
        if (sock_lookup(fd)) {                                                  \
            return fake_fcntl(fd, command, argument);                           \
        } else if (command == F_DUPFD || command == F_DUPFD_CLOEXEC) {          \
            return record_duplicated(fd, real_##NAME(fd, command, argument));   \
        }                                                                       \
        return real_##NAME(fd, command, argument);                              \
    }
FCNTL(fcntl)
#ifdef __GLIBC__
FCNTL(fcntl64)
#endif

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC 4
#endif

REPLACES int
close_range(unsigned int first, unsigned int last, int flags)
{
    REAL(close_range, int, unsigned int, unsigned int, int)

    if (!(flags & CLOSE_RANGE_CLOEXEC) && first <= last) {
        fake_lock();
        sock_close_range(first, last);
        fake_unlock();
        record_closed_range(first, last);
    }
    if (!real_close_range) {
        errno = ENOSYS;
        return -1;
    }
    return real_close_range(first, last, flags);
}

REPLACES void
closefrom(int first)
{
    REAL(closefrom, void, int)

    fake_lock();
    sock_close_range(first > 0 ? (unsigned int) first : 0, UINT32_MAX);
    fake_unlock();
    record_closed_range(first > 0 ? (unsigned int) first : 0, UINT32_MAX);
    real_closefrom(first);
}
