/* SPDX-License-Identifier: Apache-2.0 */
/* Notifications. */

#include "api.h"
#include "subscriber.h"

static struct nl_sock *sock;
static struct ofpbuf buf;

int
subscribe(void)
{
    MUST(!nl_sock_create(NETLINK_ROUTE, &sock));
    MUST(!nl_sock_join_mcgroup(sock, RTNLGRP_IPV4_ROUTE));
    ofpbuf_init(&buf, 4096);
    return nl_sock_fd(sock);
}

long
take_all(void)
{
    long count = 0;

    for (;;) {
        int error = nl_sock_recv(sock, &buf, false);

        if (!error) {
            MUST(nl_msg_nlmsghdr(&buf)->nlmsg_type == RTM_NEWROUTE);
            count++;
        } else if (error == EAGAIN) {
            return count;
        } else {
            MUST(error == ENOBUFS);
        }
    }
}
