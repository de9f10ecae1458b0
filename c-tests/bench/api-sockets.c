/* SPDX-License-Identifier: Apache-2.0 */
/* Lookups of names, and sockets coming and going. */

#include "api.h"

long
run_family(long n)
{
    long i;

    for (i = 0; i < n; i++) {
        int number = 0;

        MUST(!nl_lookup_genl_family("nlctrl", &number) && number == GENL_ID_CTRL);
    }
    return n;
}

long
run_group(long n)
{
    long i;

    for (i = 0; i < n; i++) {
        unsigned int number = 0;

        MUST(!nl_lookup_genl_mcgroup("nlctrl", "notify", &number) && number);
    }
    return n;
}

long
run_socket(long n)
{
    long i;

    for (i = 0; i < n; i++) {
        struct nl_sock *sock;

        MUST(!nl_sock_create(NETLINK_ROUTE, &sock));
        nl_sock_destroy(sock);
    }
    return n;
}
