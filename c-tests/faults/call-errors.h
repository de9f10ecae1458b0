/* SPDX-License-Identifier: Apache-2.0 */
/* The functions of libc that the library calls, and the errors of each. */

#ifndef CALL_ERRORS_H
#define CALL_ERRORS_H 1

#include <stdbool.h>

enum call {
    /* Sockets. */
    CALL_SOCKET, CALL_CLOSE, CALL_CONNECT, CALL_GETSOCKNAME, CALL_SETSOCKOPT, CALL_GETSOCKOPT,
    CALL_SENDTO, CALL_RECV, CALL_RECVMSG, CALL_POLL,
    /* Memory. */
    CALL_MALLOC, CALL_REALLOC, CALL_MMAP, CALL_MUNMAP, CALL_MADVISE, CALL_MUNLOCK,
    /* Other descriptors and files. */
    CALL_EVENTFD, CALL_DUP3, CALL_READLINK, CALL_WRITEV,
    CALL_OPEN, CALL_FCNTL, CALL_FSTAT, CALL_PREAD, CALL_PWRITEV, CALL_GETCWD,
    /* The process and its threads. */
    CALL_KEY_CREATE, CALL_SETSPECIFIC, CALL_REGISTER_ATFORK, CALL_GETATTR, CALL_GETRANDOM,
    CALL_NANOSLEEP, CALL_GETRLIMIT, CALL_SIGTIMEDWAIT,
    N_CALLS
};

struct call_errors {
    const char *name;
    /* The errno values, up to the first 0. */
    int errors[16];
    /* If the call fails, nothing that the library returns may change. */
    bool harmless;
    /* If the call fails, the library may end the process, with a message. */
    bool may_abort;
    /* The call is made again after EINTR. */
    bool repeated;
};

extern const struct call_errors call_errors[N_CALLS];

/* The functions that the library uses and that do not fail, up to a null pointer. */
extern const char *const calls_that_cannot_fail[];

#endif /* call-errors.h */
