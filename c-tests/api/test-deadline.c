/* SPDX-License-Identifier: Apache-2.0 */
/* nlsock-ext.h: deadlines. */

#include "batch.h"
#include "netns.h"
#include "nlsock-ext.h"

static void
a_deadline_ends_a_receive_and_the_socket_stays_usable(void)
{
    struct nl_sock *sock = open_socket(NETLINK_ROUTE);
    struct ofpbuf buf;

    ofpbuf_init(&buf, 64);
    nlsock_sock_set_timeout(sock, 20);
    CHECK_INT(nl_sock_recv(sock, &buf, true), ETIMEDOUT);
    CHECK_INT(ofpbuf_size(&buf), 0);
    CHECK_INT(nl_sock_recv(sock, &buf, false), EAGAIN);
    put_getlink(&buf, 1);
    CHECK_INT(nl_sock_transact(sock, &buf, NULL), 0);
    CHECK_INT(nl_sock_send(sock, &buf, true), 0);
    CHECK_INT(nl_sock_recv(sock, &buf, true), 0);
    nlsock_sock_set_timeout(sock, 0);
    nl_sock_destroy(sock);
    ofpbuf_uninit(&buf);
}

int
main(void)
{
    if (!netns_enter()) {
        return EXIT_SUCCESS;
    }
    RUN(a_deadline_ends_a_receive_and_the_socket_stays_usable);
    return tap_done();
}
