/* SPDX-License-Identifier: Apache-2.0 */
/* ioctl().  Programs that use netlink also ask for properties of interfaces in this way, on sockets
 * of other families: these requests are recorded and replayed. */

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "fake-calls.h"
#include "fake-session.h"

#ifdef __GLIBC__
typedef unsigned long ioctl_request;
#else
typedef int ioctl_request;
#endif

/* Those whose 'struct ifreq' has no pointer and no address but that of the link layer.  See
 * capture/ioctl.rs for those that change the interface. */
static bool
is_about_interface(ioctl_request request)
{
    static const unsigned short all[] = {
        SIOCGIFINDEX, SIOCGIFNAME, SIOCGIFFLAGS, SIOCGIFMTU, SIOCGIFMETRIC, SIOCGIFTXQLEN,
        SIOCGIFHWADDR, SIOCSIFFLAGS, SIOCSIFMTU, SIOCSIFTXQLEN, SIOCSIFHWADDR,
    };

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if ((unsigned long) request == all[i]) {
            return true;
        }
    }
    return false;
}

/* Returns -1 if the recording does not have the request; otherwise 0, or its errno value. */
static int
replay(ioctl_request request, struct ifreq *ifreq)
{
    int error;

    fake_lock();
    error = session_replays()
            ? fk_replay_ioctl(session(), (uint32_t) request, (uint8_t *) ifreq, sizeof *ifreq) : -1;
    if (error == 0) {
        replay_changed();
    }
    fake_unlock();
    return error;
}

/* See capture/ioctl.rs. */
static void
record(ioctl_request request, const struct ifreq *before, const struct ifreq *after, int error)
{
    struct {
        struct nlmsghdr header;
        uint32_t request;
        struct ifreq before, after;
    } __attribute__((packed)) message = {
        .header = { .nlmsg_len = sizeof message, .nlmsg_type = NLMSG_NOOP },
        .request = (uint32_t) request, .before = *before, .after = *after,
    };

    record_message("ioctl", (const uint8_t *) &message, sizeof message, error);
}

REPLACES int
ioctl(int fd, ioctl_request request, ...)
{
    REAL(ioctl, int, int, ioctl_request, ...)
    struct ifreq before;
    void *argument;
    va_list args;
    int result;

    va_start(args, request);
    argument = va_arg(args, void *);
    va_end(args);
    /* The real call knows what is wrong with the arguments. */
    if (is_about_interface(request) && argument && syscall(SYS_fcntl, fd, F_GETFD) >= 0) {
        int error = replay(request, argument);

        if (error >= 0) {
            errno = error ? error : errno;
            return error ? -1 : 0;
        }
        memcpy(&before, argument, sizeof before);
    }
    /* FIONBIO is for any descriptor. */
    if (sock_lookup(fd) && request != FIONBIO) {
        return refuse_call("ioctl()");
    }
    result = real_ioctl(fd, request, argument);
    if (is_about_interface(request) && argument && record_is_on()) {
        record(request, &before, argument, result < 0 ? errno : 0);
    }
    return result;
}
