/* SPDX-License-Identifier: Apache-2.0 */
/* A plugin with the archive in it. */

#include <linux/netlink.h>
#include "netlink-socket.h"

int plugin_use(void);

/* Makes the library keep something for the thread.  Returns an errno value. */
int
plugin_use(void)
{
    struct nl_sock *sock;
    struct ofpbuf buf;
    int error = nl_sock_create(NETLINK_GENERIC, &sock);

    if (!error) {
        ofpbuf_init(&buf, 64);
        nl_sock_recv(sock, &buf, false);
        ofpbuf_uninit(&buf);
        nl_sock_destroy(sock);
    }
    return error;
}
