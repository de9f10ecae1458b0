/* SPDX-License-Identifier: Apache-2.0 */
/* The calls that receive.  As in the kernel, pending errors are reported before data. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include "fake-calls.h"
#include "fake-session.h"

static void
add_control(struct msghdr *msg, size_t room, int type, const void *data, size_t size)
{
    struct cmsghdr *c = (void *) ((uint8_t *) msg->msg_control + msg->msg_controllen);

    if (room - msg->msg_controllen < CMSG_SPACE(size)) {
        msg->msg_flags |= MSG_CTRUNC;
        return;
    }
    c->cmsg_level = SOL_NETLINK;
    c->cmsg_type = type;
    c->cmsg_len = CMSG_LEN(size);
    memcpy(CMSG_DATA(c), data, size);
    msg->msg_controllen += CMSG_SPACE(size);
}

/* Fills in who sent the datagram, and the control messages that the socket asked for. */
static void
describe(const struct sock *sock, const struct datagram *d, struct msghdr *msg)
{
    size_t room = msg->msg_controllen;

    if (msg->msg_name) {
        struct sockaddr_nl nl;

        memset(&nl, 0, sizeof nl);
        nl.nl_family = AF_NETLINK;
        nl.nl_pid = d->port;
        nl.nl_groups = d->group && d->group <= 32 ? 1u << (d->group - 1) : 0;
        memcpy(msg->msg_name, &nl, msg->msg_namelen < sizeof nl ? msg->msg_namelen : sizeof nl);
        msg->msg_namelen = sizeof nl;
    }
    msg->msg_controllen = 0;
    if (msg->msg_control && sock_has(sock, NETLINK_PKTINFO)) {
        struct nl_pktinfo info = { .group = d->group };

        add_control(msg, room, NETLINK_PKTINFO, &info, sizeof info);
    }
    if (msg->msg_control && sock_has(sock, NETLINK_LISTEN_ALL_NSID) && d->nsid != FK_NO_NSID) {
        add_control(msg, room, NETLINK_LISTEN_ALL_NSID, &d->nsid, sizeof d->nsid);
    }
}

/* Copies a datagram to the caller's buffers.  Returns how many bytes fit. */
static size_t
scatter(const struct datagram *d, const struct msghdr *msg)
{
    size_t copied = 0;

    for (size_t i = 0; i < (size_t) msg->msg_iovlen && copied < d->size; i++) {
        size_t part = d->size - copied;

        part = part < msg->msg_iov[i].iov_len ? part : msg->msg_iov[i].iov_len;
        if (part) {
            memcpy(msg->msg_iov[i].iov_base, d->data + copied, part);
        }
        copied += part;
    }
    return copied;
}

/* Whether there is something to receive, or an error to report. */
static int
look(struct wait *w, int64_t timeout)
{
    const struct sock *sock;

    if (timeout && !ready_wait(timeout)) {
        errno = EINTR;
        return -1;
    }
    sock = sock_lookup(w->fds[0]);
    return !sock || sock->queue.head || sock->error;
}

static ssize_t
do_recv(struct sock *sock, int fd, struct msghdr *msg, int flags)
{
    const struct fk_fault *fault = call_enter(FAKE_RECV, sock, NULL, 0);
    struct datagram *d;
    size_t copied;
    ssize_t result;

    if (fault) {
        /* Requests without an answer fail now.  Answers that are received later, before the next
         * request is sent, do not change that. */
        if (fault->taken) {
            /* There is no socket any more. */
            return call_leave(-1, fault->error);
        }
        sock->given_up |= fault->error != EAGAIN && fault->error != ENOBUFS
                          && fault->error != EINTR;
        return call_leave(-1, fault->error);
    }
    sock_release(sock, false, 0);
    if (!sock->queue.head && !sock->error
        && !(flags & MSG_DONTWAIT) && !(fcntl(fd, F_GETFL) & O_NONBLOCK)) {
        struct wait w = { .fds = &fd, .n_fds = 1, .look = look };

        if (wait_for(&w, clock_after(sock->receive_timeout ? sock->receive_timeout : INT64_MAX))
            < 0) {
            return call_leave(-1, errno);
        }
        sock = sock_lookup(fd);
    }
    if (!sock) {
        /* Another thread has closed it. */
        return call_leave(-1, EBADF);
    } else if (sock->error) {
        int error = sock->error;

        sock->error = 0;
        note_error(error);
        sock->given_up |= error != ENOBUFS;
        sock->congested &= sock->queue.head != NULL;
        ready_update(sock);
        return call_leave(-1, error);
    }
    d = sock->queue.head;
    if (!d) {
        sock->congested = false;
        return call_leave(-1, EAGAIN);
    }
    if (d->error) {
        int error = d->error;

        note_error(error);
        sock_received(sock, 0);
        return call_leave(-1, error);
    }
    copied = scatter(d, msg);
    msg->msg_flags = copied < d->size ? MSG_TRUNC : 0;
    describe(sock, d, msg);
    result = (ssize_t) (flags & MSG_TRUNC ? d->size : copied);
    if (!(flags & MSG_PEEK)) {
        sock_received(sock, copied);
    }
    return call_leave(result, 0);
}

REPLACES ssize_t
recvmsg(int fd, struct msghdr *msg, int flags)
{
    REAL(recvmsg, ssize_t, int, struct msghdr *, int)
    struct sock *sock = call_lock(FAKE_RECV, fd);

    if (!sock) {
        return record_received("recvmsg", fd, msg, flags, real_recvmsg(fd, msg, flags));
    }
    return do_recv(sock, fd, msg, flags);
}

REPLACES ssize_t
recvfrom(int fd, void *data, size_t size, int flags, struct sockaddr *from, socklen_t *from_size)
{
    REAL(recvfrom, ssize_t, int, void *, size_t, int, struct sockaddr *, socklen_t *)
    struct iovec iov = { .iov_base = data, .iov_len = size };
    struct sock *sock = call_lock(FAKE_RECV, fd);
    struct msghdr msg;
    ssize_t result;

    memset(&msg, 0, sizeof msg);
    msg.msg_iov = &iov;
    msg.msg_iovlen = 1;
    msg.msg_name = from;
    if (!sock) {
        result = real_recvfrom(fd, data, size, flags, from, from_size);
        msg.msg_namelen = from_size ? *from_size : 0;
        return record_received("recvfrom", fd, &msg, flags, result);
    }
    msg.msg_namelen = from_size ? *from_size : 0;
    result = do_recv(sock, fd, &msg, flags);
    if (from_size) {
        *from_size = msg.msg_namelen;
    }
    return result;
}

REPLACES ssize_t
recv(int fd, void *data, size_t size, int flags)
{
    return recvfrom(fd, data, size, flags, NULL, NULL);
}

/* Receives until 'n' messages are there, the queue is empty (with MSG_WAITFORONE, for all but the
 * first), or the time-out has passed, which is looked at after each message only. */
REPLACES int
recvmmsg(int fd, struct mmsghdr *messages, unsigned int n, message_flags flags,
         struct timespec *timeout)
{
    REAL(recvmmsg, int, int, struct mmsghdr *, unsigned int, message_flags, struct timespec *)
    int64_t until;

    if (!sock_lookup(fd)) {
        return record_received_several(fd, messages, (int) flags,
                                       real_recvmmsg(fd, messages, n, flags, timeout));
    }
    until = clock_after(timeout && timeout->tv_sec < INT64_MAX / SECOND
                        ? timeout->tv_sec * SECOND + timeout->tv_nsec : INT64_MAX);
    for (unsigned int i = 0; i < n; i++) {
        ssize_t size = recvmsg(fd, &messages[i].msg_hdr, (int) (flags & ~MSG_WAITFORONE));

        if (size < 0) {
            return i ? (int) i : -1;
        }
        messages[i].msg_len = (unsigned int) size;
        if (clock_now() >= until) {
            return (int) i + 1;
        }
        flags |= flags & MSG_WAITFORONE ? MSG_DONTWAIT : 0;
    }
    return (int) n;
}

REPLACES ssize_t
read(int fd, void *data, size_t size)
{
    REAL(read, ssize_t, int, void *, size_t)
    struct iovec iov = { .iov_base = data, .iov_len = size };
    struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

    return sock_lookup(fd) ? recv(fd, data, size, 0)
           : record_received("read", fd, &msg, 0, real_read(fd, data, size));
}

REPLACES ssize_t
readv(int fd, const struct iovec *iov, int n)
{
    REAL(readv, ssize_t, int, const struct iovec *, int)
    struct msghdr msg = { .msg_iov = (struct iovec *) (uintptr_t) iov };

    msg.msg_iovlen = (unsigned int) n;
    if (!sock_lookup(fd)) {
        return record_received("readv", fd, &msg, 0, real_readv(fd, iov, n));
    }
    return recvmsg(fd, &msg, 0);
}
