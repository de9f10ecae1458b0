/* SPDX-License-Identifier: Apache-2.0 */
/* The calls that send.  As in the kernel, a request is worked on while it is sent. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include "fake-calls.h"
#include "fake-session.h"

/* What netlink_sendmsg() wants to be free in the send buffer beside the datagram. */
#define SEND_OVERHEAD 32

/* The kernel works on a datagram.  Takes 'data', whose ownership passes here.  As in the kernel, an
 * address of size 0 is none. */
static ssize_t
do_send(struct sock *sock, uint8_t *data, size_t size, const void *to, socklen_t to_size)
{
    struct sockaddr_nl nl = { .nl_family = AF_NETLINK, .nl_pid = sock->peer };
    const struct fk_fault *fault = call_enter(FAKE_SEND, sock, data, size);
    size_t offset = 0;
    int position = 0;
    int recorded, error;

    if (to) {
        memcpy(&nl, to, to_size < sizeof nl ? to_size : sizeof nl);
    }
    /* A send that the fake kernel would refuse anyway is one that the recording has, too. */
    recorded = fault ? 0 : replay_send_error(sock, data, size);
    error = fault ? fault->error
            : recorded ? recorded
            : to && to_size && (to_size < sizeof nl || nl.nl_family != AF_NETLINK) ? EINVAL
            : nl.nl_pid ? ECONNREFUSED
            : size + SEND_OVERHEAD > sock->send_buffer ? EMSGSIZE : 0;

    if (error) {
        free(data);
        return call_leave(-1, error);
    }
    sock_assign_port(sock, 0);
    record_send(sock);
    if (is_batch(sock, data, size) && !session_replays()) {
        batch_process(sock, data, size);
        offset = size;
    }
    while (size - offset >= NLMSG_HDRLEN) {
        const struct nlmsghdr *h = (const void *) (data + offset);
        struct fake_record *record;

        if (h->nlmsg_len < NLMSG_HDRLEN || h->nlmsg_len > size - offset) {
            break;
        }
        record = record_new(sock, h, ++position);
        answers_process(sock, h, record);
        sock_release(sock, false, record->kind == FAKE_REQUEST ? record->id : 0);
        offset += NLMSG_ALIGN(h->nlmsg_len);
        if (offset >= size) {
            break;
        }
    }
    free(data);
    return call_leave((ssize_t) size, 0);
}

static uint8_t *
gather(const struct iovec *iov, size_t n, size_t *size)
{
    uint8_t *data;

    *size = 0;
    for (size_t i = 0; i < n; i++) {
        *size += iov[i].iov_len;
    }
    data = malloc(*size + 1);
    *size = 0;
    for (size_t i = 0; i < n; i++) {
        memcpy(data + *size, iov[i].iov_base, iov[i].iov_len);
        *size += iov[i].iov_len;
    }
    /* Texts at the end of a message end there. */
    data[*size] = 0;
    return data;
}

REPLACES ssize_t
sendmsg(int fd, const struct msghdr *msg, int flags)
{
    REAL(sendmsg, ssize_t, int, const struct msghdr *, int)
    struct sock *sock = call_lock(FAKE_SEND, fd);
    uint8_t *data;
    size_t size;

    if (!sock) {
        return record_sent("sendmsg", fd, msg->msg_iov, msg->msg_iovlen,
                           real_sendmsg(fd, msg, flags));
    }
    data = gather(msg->msg_iov, msg->msg_iovlen, &size);
    return do_send(sock, data, size, msg->msg_name, msg->msg_namelen);
}

REPLACES ssize_t
sendto(int fd, const void *data, size_t size, int flags, const struct sockaddr *to,
       socklen_t to_size)
{
    REAL(sendto, ssize_t, int, const void *, size_t, int, const struct sockaddr *, socklen_t)
    struct iovec iov = { .iov_base = (void *) (uintptr_t) data, .iov_len = size };
    struct sock *sock = call_lock(FAKE_SEND, fd);

    if (!sock) {
        return record_sent("sendto", fd, &iov, 1,
                           real_sendto(fd, data, size, flags, to, to_size));
    }
    return do_send(sock, gather(&iov, 1, &size), size, to, to_size);
}

REPLACES ssize_t
send(int fd, const void *data, size_t size, int flags)
{
    return sendto(fd, data, size, flags, NULL, 0);
}

/* Stops at the first message that cannot be sent, whose error counts only if it is the first. */
REPLACES int
sendmmsg(int fd, struct mmsghdr *messages, unsigned int n, message_flags flags)
{
    REAL(sendmmsg, int, int, struct mmsghdr *, unsigned int, message_flags)

    if (!sock_lookup(fd)) {
        return record_sent_several(fd, messages, n, real_sendmmsg(fd, messages, n, flags));
    }
    for (unsigned int i = 0; i < n; i++) {
        ssize_t sent = sendmsg(fd, &messages[i].msg_hdr, (int) flags);

        if (sent < 0) {
            return i ? (int) i : -1;
        }
        messages[i].msg_len = (unsigned int) sent;
    }
    return (int) n;
}

REPLACES ssize_t
write(int fd, const void *data, size_t size)
{
    REAL(write, ssize_t, int, const void *, size_t)
    struct iovec iov = { .iov_base = (void *) (uintptr_t) data, .iov_len = size };

    return sock_lookup(fd) ? send(fd, data, size, 0)
           : record_sent("write", fd, &iov, 1, real_write(fd, data, size));
}

REPLACES ssize_t
writev(int fd, const struct iovec *iov, int n)
{
    REAL(writev, ssize_t, int, const struct iovec *, int)
    struct msghdr msg = { .msg_iov = (struct iovec *) (uintptr_t) iov };

    if (!sock_lookup(fd)) {
        return record_sent("writev", fd, iov, (size_t) n, real_writev(fd, iov, n));
    }
    msg.msg_iovlen = (unsigned int) n;
    return sendmsg(fd, &msg, 0);
}
