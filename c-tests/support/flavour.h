/* SPDX-License-Identifier: Apache-2.0 */
/* Lets a test be compiled for the 2014 interface and for the 3.x interface: defines what differs in
 * the 3.x interface under its names of 2014.  OVS3 is 1 with the 3.x interface, else 0. */

#ifndef FLAVOUR_H
#define FLAVOUR_H 1

#include <sys/socket.h>
#include "netlink-socket.h"
#include "netlink.h"

#ifdef OPENVSWITCH_OFPBUF_H
#define OVS3 1
typedef struct ovs_list ofpbuf_list;
/* A field that points into the data. */
#define OFPBUF_MARK header
/* The smallest payload that is too large for an attribute. */
#define TOO_LONG 65532

static inline void *ofpbuf_base(const struct ofpbuf *b) { return b->base; }
static inline void *ofpbuf_data(const struct ofpbuf *b) { return b->data; }
static inline uint32_t ofpbuf_size(const struct ofpbuf *b) { return b->size; }
static inline void ofpbuf_set_base(struct ofpbuf *b, void *base) { b->base = base; }
static inline void ofpbuf_set_data(struct ofpbuf *b, void *data) { b->data = data; }
static inline void ofpbuf_set_size(struct ofpbuf *b, uint32_t size) { b->size = size; }

#define nl_sock_recv(SOCK, BUF, WAIT) (nl_sock_recv)(SOCK, BUF, NULL, WAIT)
#define nl_msg_nlmsgerr(MSG, ERROR) (nl_msg_nlmsgerr)(MSG, ERROR, NULL)

static inline int
socket_option(int fd, int option)
{
    socklen_t size = sizeof(int);
    int value;

    return getsockopt(fd, SOL_SOCKET, option, &value, &size) ? -1 : value;
}

/* In the 3.x interface, only pooled sockets transact: one with the protocol of 'sock' is used. */
static inline int
nl_sock_transact(struct nl_sock *sock, const struct ofpbuf *request, struct ofpbuf **replyp)
{
    return nl_transact(socket_option(nl_sock_fd(sock), SO_PROTOCOL), request, replyp);
}

static inline void
nl_sock_transact_multiple(struct nl_sock *sock, struct nl_transaction **transactions, size_t n)
{
    nl_transact_multiple(socket_option(nl_sock_fd(sock), SO_PROTOCOL), transactions, n);
}

/* Returns the descriptor of the socket that transactions of 'sock' use: the only other one with its
 * protocol.  Returns -1 if there is none or more than one. */
static inline int
transaction_fd(struct nl_sock *sock)
{
    int protocol = socket_option(nl_sock_fd(sock), SO_PROTOCOL);
    int found = -1;
    int fd;

    for (fd = 0; fd < 256; fd++) {
        if (fd != nl_sock_fd(sock) && socket_option(fd, SO_DOMAIN) == AF_NETLINK
            && socket_option(fd, SO_PROTOCOL) == protocol) {
            if (found >= 0) {
                return -1;
            }
            found = fd;
        }
    }
    return found;
}
#else
#define OVS3 0
typedef struct list ofpbuf_list;
#define OFPBUF_MARK frame
#define TOO_LONG 65529

static inline int transaction_fd(struct nl_sock *sock) { return nl_sock_fd(sock); }
#endif

#endif /* flavour.h */
