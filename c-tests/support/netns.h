/* SPDX-License-Identifier: Apache-2.0 */
/* A network namespace for a test program. */

#ifndef NETNS_H
#define NETNS_H 1

#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Sets the loopback device of the current network namespace up or down. */
static inline bool
netns_set_lo(bool up)
{
    struct ifreq ifr;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool ok;

    memset(&ifr, 0, sizeof ifr);
    strcpy(ifr.ifr_name, "lo");
    ok = fd >= 0 && !ioctl(fd, SIOCGIFFLAGS, &ifr);
    if (ok) {
        ifr.ifr_flags = (short) (up ? ifr.ifr_flags | IFF_UP : ifr.ifr_flags & ~IFF_UP);
        ok = !ioctl(fd, SIOCSIFFLAGS, &ifr);
    }
    if (fd >= 0) {
        close(fd);
    }
    return ok;
}

/* Moves the process into a new network namespace and sets its loopback device up.  A process
 * without privileges also gets a new user namespace.  On failure, prints the TAP line that skips a
 * whole program, and returns false. */
static inline bool
netns_enter(void)
{
    int flags = CLONE_NEWNET | (geteuid() ? CLONE_NEWUSER : 0);

    if (unshare(flags) || !netns_set_lo(true)) {
        printf("1..0 # SKIP no network namespace can be made: %s\n", strerror(errno));
        return false;
    }
    return true;
}

#endif /* netns.h */
