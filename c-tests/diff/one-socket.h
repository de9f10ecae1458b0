/* SPDX-License-Identifier: Apache-2.0 */
/* A socket, and buffers for what is sent on it and received from it. */

#ifndef ONE_SOCKET_H
#define ONE_SOCKET_H 1

#include "network.h"

static struct nl_sock *sock;
static struct ofpbuf request, reply;

static inline void
open_socket(int protocol)
{
    int error = nl_sock_create(protocol, &sock);

    if (error) {
        say("cannot open a socket: %d", error);
        exit(EXIT_FAILURE);
    }
    ofpbuf_init(&request, 64);
    ofpbuf_init(&reply, 64);
}

static inline void
close_socket(void)
{
    nl_sock_destroy(sock);
    ofpbuf_uninit(&request);
    ofpbuf_uninit(&reply);
}

#endif /* one-socket.h */
