/* SPDX-License-Identifier: Apache-2.0 */
/* How the system calls begin and end. */

#ifndef FAKE_CALLS_H
#define FAKE_CALLS_H 1

#include <dlfcn.h>
#include "fake-internal.h"

_Static_assert((int) FAKE_SOCKET == (int) FK_CALL_SOCKET && (int) FAKE_POLL == (int) FK_CALL_POLL,
               "the same calls");

/* The fault that a call meets, if any.  A send's datagram is looked at. */
const struct fk_fault *faults_meet(enum fake_call, const uint8_t *data, size_t size);

/* The event before a call, if any; whether there may be any. */
enum fk_event faults_event(enum fake_call);
bool faults_have_events(void);

/* Counts a call, and returns the fault that it meets, if any.  If there is one, the socket may be
 * gone. */
const struct fk_fault *call_enter(enum fake_call, struct sock *, const uint8_t *data, size_t size);
/* Whether the call only asks for properties of the socket. */
bool is_query(enum fake_call);
/* Unlocks, and ends a call: 'result', or -1 and errno if there is an error. */
ssize_t call_leave(ssize_t result, int error);

/* The flags of recvmmsg() and sendmmsg(). */
#ifdef __GLIBC__
typedef int message_flags;
#else
typedef unsigned int message_flags;
#endif

/* A function that takes the place of libc's in the whole process. */
#define REPLACES __attribute__((visibility("default")))

/* The functions that this library's replace. */
#define REAL(NAME, TYPE, ...)                                                   \
    static TYPE (*real_##NAME)(__VA_ARGS__);                                    \
    if (!real_##NAME) {                                                         \
        *(void **) &real_##NAME = dlsym(RTLD_NEXT, #NAME);                      \
    }

/* The start of most calls: passes on descriptors that are not fake sockets, and fails if the script
 * asks for that. */
#define ENTER(CALL, FD, PASS_ON)                                                \
    struct sock *sock = call_lock(CALL, FD);                                    \
    const struct fk_fault *fault;                                               \
    if (!sock) {                                                                \
        return PASS_ON;                                                         \
    }                                                                           \
    fault = call_enter(CALL, sock, NULL, 0);                                    \
    if (fault && fault->error) {                                                \
        return (int) call_leave(-1, fault->error);                              \
    }

#endif /* fake-calls.h */
