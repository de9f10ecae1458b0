/* SPDX-License-Identifier: Apache-2.0 */
/* Which errors each call can return.
 *
 * The sources are the man pages of Linux (sections 2 and 3) and, for AF_NETLINK, the kernel:
 * net/socket.c, net/core/sock.c and net/netlink/af_netlink.c of Linux 6.1.  Any call on a socket
 * can also fail with EACCES, if a security module refuses it (security_socket_*()).
 *
 * EBADF and ENOTSOCK of a call on a socket are not listed: they mean that another part of the
 * program has closed the descriptor.  The library then forgets its number and does not close it, so
 * here, where the descriptor is still open, it would be lost.  See taken-descriptors.script.
 *
 * EAGAIN of a receive is not listed: it means that the queue is empty, and the fake kernel returns
 * it then.  The kernel does not return it while there is something to receive. */

#include <errno.h>
#include <stddef.h>
#include "call-errors.h"

const struct call_errors call_errors[N_CALLS] = {
    /* socket(2); netlink_create(): ESOCKTNOSUPPORT, EPROTONOSUPPORT. */
    [CALL_SOCKET] = { "socket", .errors = { EMFILE, ENFILE, ENOMEM, ENOBUFS, EACCES, EPERM,
                                            EAFNOSUPPORT, EPROTONOSUPPORT, ESOCKTNOSUPPORT } },
    /* close(2).  The descriptor is closed all the same. */
    [CALL_CLOSE] = { "close", .errors = { EIO, EINTR, ENOSPC, EDQUOT }, .harmless = true },
    /* connect(2); netlink_connect(), netlink_autobind() and netlink_insert(): EPERM, ENOMEM,
     * EADDRINUSE, EBUSY, EOVERFLOW. */
    [CALL_CONNECT] = { "connect", .errors = { ENOMEM, EPERM, EADDRINUSE, EBUSY, EOVERFLOW,
                                              ECONNREFUSED, EINVAL, EACCES } },
    /* getsockname(2). */
    [CALL_GETSOCKNAME] = { "getsockname", .errors = { ENOBUFS, EACCES } },
    /* setsockopt(2); sock_setsockopt(): EPERM; netlink_setsockopt(): ENOPROTOOPT if the kernel is
     * too old, ENOMEM and EPERM for memberships. */
    [CALL_SETSOCKOPT] = { "setsockopt", .errors = { ENOPROTOOPT, EPERM, ENOMEM, ENOBUFS, EINVAL,
                                                    EACCES } },
    /* getsockopt(2); ENOPROTOOPT for SO_MEMINFO before Linux 4.12. */
    [CALL_GETSOCKOPT] = { "getsockopt", .errors = { ENOPROTOOPT, ENOBUFS, EINVAL, EACCES } },
    /* sendto(2); netlink_sendmsg(), netlink_unicast(): ENOBUFS if no buffer can be allocated,
     * EMSGSIZE, ECONNREFUSED if the protocol's module has gone, EPERM; EAGAIN with SO_SNDTIMEO. */
    [CALL_SENDTO] = { "sendto", .errors = { ENOBUFS, EINTR, ENOMEM, EMSGSIZE, ECONNREFUSED, EPERM,
                                            EAGAIN, EPIPE, EACCES },
                      .repeated = true },
    /* recv(2); netlink_recvmsg(): what netlink_overrun(), netlink_ack() (ENOBUFS) or netlink_dump()
     * (ENOBUFS, ENOMEM, and the error of the dump itself, such as EINVAL) have left in sk_err. */
    [CALL_RECV] = { "recv", .errors = { ENOBUFS, EINTR, ENOMEM, EINVAL, EIO, ECONNREFUSED, EACCES },
                    .repeated = true },
    [CALL_RECVMSG] = { "recvmsg", .errors = { ENOBUFS, EINTR, ENOMEM, EINVAL, EIO, ECONNREFUSED,
                                              EACCES },
                       .repeated = true },
    /* poll(2): EINVAL if there are more descriptors than RLIMIT_NOFILE. */
    [CALL_POLL] = { "poll", .errors = { EINTR, ENOMEM, EINVAL }, .repeated = true },
    /* malloc(3). */
    [CALL_MALLOC] = { "malloc", .errors = { ENOMEM }, .may_abort = true },
    [CALL_REALLOC] = { "realloc", .errors = { ENOMEM }, .may_abort = true },
    /* mmap(2), of anonymous memory: EAGAIN after mlockall() at the limit of locked memory. */
    [CALL_MMAP] = { "mmap", .errors = { ENOMEM, EAGAIN, EPERM }, .may_abort = true },
    /* munmap(2): ENOMEM if a mapping would have to be split, and there are too many. */
    [CALL_MUNMAP] = { "munmap", .errors = { ENOMEM, EINVAL }, .harmless = true },
    /* madvise(2): EINVAL for MADV_NOHUGEPAGE or MADV_WIPEONFORK if the kernel lacks them, and for
     * MADV_DONTNEED of locked pages. */
    [CALL_MADVISE] = { "madvise", .errors = { EINVAL, ENOMEM, EAGAIN }, .harmless = true },
    /* mlock(2). */
    [CALL_MUNLOCK] = { "munlock", .errors = { ENOMEM, EPERM, EAGAIN }, .harmless = true },
    /* eventfd(2), dup(2). */
    [CALL_EVENTFD] = { "eventfd", .errors = { EMFILE, ENFILE, ENODEV, ENOMEM } },
    [CALL_DUP3] = { "dup3", .errors = { EBUSY, EINTR, EMFILE, EBADF } },
    /* readlink(2), in /proc: ENOENT if it is not mounted. */
    [CALL_READLINK] = { "readlink", .errors = { ENOENT, EACCES, ENOMEM, EIO, ELOOP, ENOTDIR } },
    /* writev(2), write(2), to standard error. */
    [CALL_WRITEV] = { "writev", .errors = { EAGAIN, EINTR, EPIPE, EBADF, EIO, ENOSPC, EFBIG,
                                            EDQUOT, EINVAL },
                      .harmless = true, .repeated = true },
    /* open(2), fcntl(2), fstat(2), pread(2), pwritev(2), getcwd(3): for the file of a capture.
     * EBADF of fstat() is not listed, for the reason above. */
    [CALL_OPEN] = { "open", .errors = { EACCES, EINTR, ELOOP, EMFILE, ENFILE, ENOENT, ENOSPC, EROFS,
                                        EDQUOT, EISDIR, ENXIO, EIO },
                    .harmless = true, .repeated = true },
    [CALL_FCNTL] = { "fcntl", .errors = { EMFILE, EINVAL, EBADF }, .harmless = true },
    [CALL_FSTAT] = { "fstat64", .errors = { ENOMEM, EIO, EOVERFLOW }, .harmless = true },
    [CALL_PREAD] = { "pread64", .errors = { EINTR, EIO, ESPIPE, EBADF }, .harmless = true,
                     .repeated = true },
    [CALL_PWRITEV] = { "pwritev", .errors = { ENOSPC, EINTR, EFBIG, EBADF, EDQUOT, EIO, ESPIPE },
                       .harmless = true, .repeated = true },
    [CALL_GETCWD] = { "getcwd", .errors = { ENOENT, ERANGE, EACCES, ENOMEM }, .harmless = true },
    /* getrlimit(2), sigtimedwait(2): EAGAIN is usual. */
    [CALL_GETRLIMIT] = { "getrlimit", .errors = { EPERM, EINVAL }, .harmless = true },
    [CALL_SIGTIMEDWAIT] = { "sigtimedwait", .errors = { EAGAIN, EINTR }, .harmless = true },
    /* pthread_key_create(3p): all PTHREAD_KEYS_MAX are taken.  pthread_setspecific(3p). */
    [CALL_KEY_CREATE] = { "pthread_key_create", .errors = { EAGAIN, ENOMEM }, .harmless = true },
    [CALL_SETSPECIFIC] = { "pthread_setspecific", .errors = { ENOMEM }, .harmless = true },
    /* pthread_atfork(3). */
    [CALL_REGISTER_ATFORK] = { "__register_atfork", .errors = { ENOMEM } },
    /* pthread_getattr_np(3): ENOMEM, and the errors of fopen(): glibc reads /proc/self/maps. */
    [CALL_GETATTR] = { "pthread_getattr_np", .errors = { ENOMEM, ENOENT, EMFILE, ENFILE, EACCES },
                       .harmless = true },
    /* getrandom(2): EAGAIN with GRND_NONBLOCK, early after the start of the system; ENOSYS before
     * Linux 3.17. */
    [CALL_GETRANDOM] = { "getrandom", .errors = { EAGAIN, ENOSYS, EINTR }, .harmless = true },
    /* nanosleep(2). */
    [CALL_NANOSLEEP] = { "nanosleep", .errors = { EINTR }, .harmless = true },
};

const char *const calls_that_cannot_fail[] = {
    /* No errors are defined. */
    "__errno_location", "__tls_get_addr", "abort", "bcmp", "free", "geteuid", "getpid",
    "secure_getenv", "memcpy", "memmove", "memset", "pthread_getspecific", "pthread_self",
    "strcmp", "strlen",
    /* Errors are defined for arguments that the library does not pass: clock_gettime(2) for clocks
     * that the kernel lacks, sigaltstack(2) for a new stack, strerror_r(3) for a small buffer, and
     * so on. */
    "__xpg_strerror_r", "clock_gettime", "pthread_attr_destroy", "pthread_attr_getstack",
    "pthread_key_delete", "pthread_mutex_destroy", "pthread_mutex_lock", "pthread_mutex_unlock",
    "pthread_setcancelstate", "pthread_sigmask", "sigaddset", "sigaltstack", "sigemptyset",
    "sigfillset", "sigismember",
    NULL
};
