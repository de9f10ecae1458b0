/* SPDX-License-Identifier: Apache-2.0 */
/* The calls that are not supported on fake sockets.  Of some of them, the kernel says the same. */

#include <sys/socket.h>
#include "fake-calls.h"

/* REFUSED(TYPE, NAME, (PARAMETERS), (ARGUMENTS), FD): a function that is refused on this one. */
#define REFUSED(TYPE, NAME, PARAMETERS, ARGUMENTS, FD)                          \
    REPLACES TYPE                                                               \
    NAME PARAMETERS                                                             \
    {                                                                           \
        static TYPE (*real) PARAMETERS;                                         \
                                                                                \
        if (sock_lookup(FD)) {                                                  \
            return refuse_call(#NAME "()");                                          \
        }                                                                       \
        if (!real) {                                                            \
            *(void **) &real = dlsym(RTLD_NEXT, #NAME);                         \
        }                                                                       \
        return real ARGUMENTS;                                                  \
    }

REFUSED(int, listen, (int fd, int n), (fd, n), fd)
REFUSED(int, accept, (int fd, struct sockaddr *address, socklen_t *size), (fd, address, size), fd)
REFUSED(int, accept4, (int fd, struct sockaddr *address, socklen_t *size, int flags),
        (fd, address, size, flags), fd)
REFUSED(int, shutdown, (int fd, int how), (fd, how), fd)
