/* SPDX-License-Identifier: Apache-2.0 */
/* Something that every netlink kernel answers: NLMSG_NOOP, of which it sends an acknowledgement. */

#ifndef ASK_H
#define ASK_H 1

#include <errno.h>
#include <linux/netlink.h>
#include <stdint.h>
#include <sys/socket.h>

/* Bytes of an acknowledgement. */
#define ACK_SIZE ((int) (NLMSG_HDRLEN + sizeof(struct nlmsgerr)))

static inline int
open_socket(int flags)
{
    return socket(AF_NETLINK, SOCK_RAW | flags, NETLINK_ROUTE);
}

static inline struct nlmsghdr
request(uint32_t seq)
{
    return (struct nlmsghdr) { .nlmsg_len = NLMSG_HDRLEN, .nlmsg_type = NLMSG_NOOP,
                               .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK, .nlmsg_seq = seq };
}

/* Sends a request.  Returns 0, or a negative errno value. */
static inline int
ask(int fd, uint32_t seq)
{
    struct nlmsghdr message = request(seq);

    return send(fd, &message, sizeof message, 0) == sizeof message ? 0 : -errno;
}

/* Receives an acknowledgement.  Returns its sequence number, or a negative errno value. */
static inline int
answer(int fd, int flags)
{
    struct { struct nlmsghdr header; struct nlmsgerr error; } reply;
    ssize_t n = recv(fd, &reply, sizeof reply, flags);

    return n < 0 ? -errno
           : n != ACK_SIZE || reply.error.error ? -1000 : (int) reply.header.nlmsg_seq;
}

#endif /* ask.h */
