/* SPDX-License-Identifier: Apache-2.0 */
/* Uses the archive in a program with another Rust library. */

#include <linux/netlink.h>
#include <stdlib.h>
#include "netlink-socket.h"

bool other_catches_its_panic(void);

int
main(void)
{
    struct nl_sock *sock;

    if (nl_sock_create(NETLINK_GENERIC, &sock)) {
        return EXIT_FAILURE;
    }
    nl_sock_destroy(sock);
    return other_catches_its_panic() ? EXIT_SUCCESS : EXIT_FAILURE;
}
