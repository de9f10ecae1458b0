/* SPDX-License-Identifier: Apache-2.0 */
/* What the fake kernel refuses, on the fake kernel only: see fake-kernel.sh, which looks at what it
 * says. */

#include <fcntl.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include "ask.h"
#include "../support/tap.h"

static void
calls_are_refused_by_name(void)
{
    struct ifreq ifr = { .ifr_name = "lo" };
    int fd = open_socket(0), on = 1, ids[4];
    socklen_t size = sizeof ids;

    CHECK(listen(fd, 1) < 0 && errno == EOPNOTSUPP);
    CHECK(accept(fd, NULL, NULL) < 0 && errno == EOPNOTSUPP);
    CHECK(shutdown(fd, SHUT_RD) < 0 && errno == EOPNOTSUPP);
    CHECK(ioctl(fd, SIOCGIFINDEX, &ifr) < 0 && errno == EOPNOTSUPP);
    CHECK(fcntl(fd, F_SETOWN, getpid()) < 0 && errno == EOPNOTSUPP);
    CHECK(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &on, sizeof on) < 0);
    CHECK(getsockopt(fd, SOL_SOCKET, SO_PEERCRED, ids, &size) < 0);
    CHECK_INT(ioctl(fd, FIONBIO, &on), 0);
    CHECK_INT(answer(fd, 0), -EAGAIN);
    close(fd);
}

static void
other_descriptors_are_real(void)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    CHECK_INT(shutdown(fd, SHUT_RDWR), -1);
    CHECK_INT(errno, ENOTCONN);
    close(fd);
}

int
main(void)
{
    RUN(calls_are_refused_by_name);
    RUN(other_descriptors_are_real);
    return tap_done();
}
