/* SPDX-License-Identifier: Apache-2.0 */
/* Recording: what a program and the real kernel say is appended to a capture.  The tool has written
 * its first blocks. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>
#include "fake-session.h"

/* Sockets of netlink, by their descriptors. */
static struct recorded {
    int number;                 /* 0: it is none. */
    int protocol;
    uint32_t port;
} sockets[MAX_FDS];
static int n_sockets;

static struct recorded *
recorded(int fd)
{
    return fd >= 0 && fd < MAX_FDS && sockets[fd].number ? &sockets[fd] : NULL;
}

/* The capture, or empty.  The program may change its environment, so it is asked once. */
static char path[PATH_MAX];

void
record_load(void)
{
    const char *value = getenv("NLSOCK_FAKE_KERNEL_RECORD");

    snprintf(path, sizeof path, "%s", value ? value : "");
}

bool
record_is_on(void)
{
    return *path;
}

/* Appends a block by one call.  The program may close any descriptor, so none is kept open. */
static void
append(struct fk_bytes block)
{
    int fd = (int) syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_APPEND | O_CLOEXEC);

    if (fd < 0 || syscall(SYS_write, fd, block.data, block.size) != (long) block.size) {
        report("error cannot write the capture: %s", strerror(errno));
    }
    if (fd >= 0) {
        syscall(SYS_close, fd);
    }
}

static void
record(const struct recorded *sock, struct fk_recorded_event *event)
{
    struct timespec now;

    syscall(SYS_clock_gettime, CLOCK_REALTIME, &now);
    event->time = now.tv_sec * SECOND + now.tv_nsec;
    event->pid = getpid();
    event->protocol = sock->protocol;
    event->socket = (uint32_t) sock->number;
    event->port = sock->port;
    fake_lock();
    append(fk_record_event(session(), event));
    fake_unlock();
}

void
record_message(const char *call, const uint8_t *data, size_t size, int failure)
{
    int error = errno;
    const struct recorded none = { .number = 0 };
    struct fk_recorded_event event = {
        .outgoing = true, .data = data, .size = size, .nsid = FK_NO_NSID, .call = call,
        .error = failure,
    };

    record(&none, &event);
    errno = error;
}

/* A program starts.  It counts its sockets from 1 on, also if it has the process id of the one that
 * started it. */
void
record_started(void)
{
    const struct recorded none = { .number = 0 };
    struct fk_recorded_event event = {
        .outgoing = true, .nsid = FK_NO_NSID, .call = "execve",
    };

    if (record_is_on()) {
        record(&none, &event);
    }
}

/* Asks for the port id, which the kernel may have chosen by now. */
static void
learn_port(int fd, struct recorded *sock)
{
    struct sockaddr_nl address;
    socklen_t size = sizeof address;

    if (!sock->port && !syscall(SYS_getsockname, fd, &address, &size)) {
        sock->port = address.nl_pid;
    }
}

int
record_opened(int protocol, int fd)
{
    int error = errno;

    if (fd >= 0 && fd < MAX_FDS) {
        sockets[fd] = (struct recorded) { .protocol = protocol };
        sockets[fd].number = __atomic_add_fetch(&n_sockets, 1, __ATOMIC_RELAXED);
    } else if (fd < 0) {
        struct recorded none = { .protocol = protocol };
        struct fk_recorded_event event = {
            .outgoing = true, .nsid = FK_NO_NSID, .call = "socket", .error = error,
        };

        record(&none, &event);
    }
    errno = error;
    return fd;
}

int
record_duplicated(int from, int to)
{
    const struct recorded *sock = recorded(from);

    record_closed(to);
    if (sock && to >= 0 && to < MAX_FDS) {
        sockets[to] = *sock;
    }
    return to;
}

void
record_closed(int fd)
{
    struct recorded *sock = recorded(fd);

    if (sock) {
        sock->number = 0;
    }
}

void
record_closed_range(unsigned int first, unsigned int last)
{
    for (unsigned int fd = first; fd <= last && fd < MAX_FDS; fd++) {
        sockets[fd].number = 0;
    }
}

static void
record_group(const struct recorded *sock, const char *call, uint32_t join, uint32_t leave,
             int error)
{
    struct fk_recorded_event event = {
        .outgoing = true, .nsid = FK_NO_NSID, .call = call, .error = error, .join = join,
        .leave = leave,
    };

    record(sock, &event);
}

int
record_bound(const char *call, int fd, const struct sockaddr *address, socklen_t size, int result)
{
    int error = errno;
    struct recorded *sock = recorded(fd);
    const struct sockaddr_nl *nl = (const void *) address;

    if (sock && result < 0) {
        record_group(sock, call, 0, 0, error);
    } else if (sock) {
        learn_port(fd, sock);
        bool has_groups = size >= sizeof *nl && !strcmp(call, "bind");

        for (uint32_t group = 1; has_groups && group <= 32; group++) {
            if (nl->nl_groups & 1u << (group - 1)) {
                record_group(sock, call, group, 0, 0);
            }
        }
    }
    errno = error;
    return result;
}

int
record_option(int fd, int level, int name, const void *value, socklen_t size, int result)
{
    int error = errno;
    const struct recorded *sock = recorded(fd);
    bool joins = name == NETLINK_ADD_MEMBERSHIP;
    uint32_t group;

    if (sock && level == SOL_NETLINK && (joins || name == NETLINK_DROP_MEMBERSHIP)
        && size >= sizeof group) {
        memcpy(&group, value, sizeof group);
        record_group(sock, "setsockopt", joins ? group : 0, joins ? 0 : group,
                     result < 0 ? error : 0);
    }
    errno = error;
    return result;
}

/* Copies what is in iovecs, at most 'size' bytes. */
static uint8_t *
collect(const struct iovec *iov, size_t n, size_t *size)
{
    uint8_t *data;
    size_t total = 0, at = 0;

    for (size_t i = 0; i < n; i++) {
        total += iov[i].iov_len;
    }
    *size = *size < total ? *size : total;
    data = malloc(*size + 1);
    for (size_t i = 0; i < n && at < *size; i++) {
        size_t part = *size - at < iov[i].iov_len ? *size - at : iov[i].iov_len;

        memcpy(data + at, iov[i].iov_base, part);
        at += part;
    }
    return data;
}

ssize_t
record_sent(const char *call, int fd, const struct iovec *iov, size_t n, ssize_t result)
{
    int error = errno;
    struct recorded *sock = recorded(fd);

    if (sock && (result >= 0 || (error != EAGAIN && error != EINTR))) {
        size_t size = SIZE_MAX;
        uint8_t *data = collect(iov, n, &size);
        struct fk_recorded_event event = {
            .outgoing = true, .data = data, .size = size, .nsid = FK_NO_NSID, .call = call,
            .error = result < 0 ? error : 0,
        };

        learn_port(fd, sock);
        record(sock, &event);
        free(data);
    }
    errno = error;
    return result;
}

/* Who sent the datagram, as far as the program has asked for it. */
static void
describe(const struct msghdr *msg, struct fk_recorded_event *event)
{
    const struct sockaddr_nl *from = msg->msg_name;
    struct msghdr *changeable = (struct msghdr *) (uintptr_t) msg;

    if (from && msg->msg_namelen >= sizeof *from) {
        event->peer = from->nl_pid;
        event->group = from->nl_groups ? (uint32_t) __builtin_ffs((int) from->nl_groups) : 0;
    }
    for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(changeable, c)) {
        if (c->cmsg_level == SOL_NETLINK && c->cmsg_type == NETLINK_PKTINFO) {
            memcpy(&event->group, CMSG_DATA(c), sizeof event->group);
        } else if (c->cmsg_level == SOL_NETLINK && c->cmsg_type == NETLINK_LISTEN_ALL_NSID) {
            memcpy(&event->nsid, CMSG_DATA(c), sizeof event->nsid);
        }
    }
}

ssize_t
record_received(const char *call, int fd, const struct msghdr *msg, int flags, ssize_t result)
{
    int error = errno;
    struct recorded *sock = recorded(fd);

    if (sock && !(flags & MSG_PEEK && result >= 0)
        && (result >= 0 || (error != EAGAIN && error != EINTR))) {
        size_t size = result < 0 ? 0 : (size_t) result;
        uint8_t *data = result < 0 ? NULL : collect(msg->msg_iov, msg->msg_iovlen, &size);
        struct fk_recorded_event event = {
            .data = data, .size = size, .nsid = FK_NO_NSID, .call = call,
            .error = result < 0 ? error : 0,
        };

        if (result >= 0) {
            describe(msg, &event);
        }
        learn_port(fd, sock);
        record(sock, &event);
        free(data);
    }
    errno = error;
    return result;
}

int
record_sent_several(int fd, const struct mmsghdr *messages, unsigned int n, int result)
{
    if (result < 0 && n) {
        const struct msghdr *msg = &messages[0].msg_hdr;

        record_sent("sendmmsg", fd, msg->msg_iov, msg->msg_iovlen, -1);
    }
    for (int i = 0; i < result; i++) {
        const struct msghdr *msg = &messages[i].msg_hdr;

        record_sent("sendmmsg", fd, msg->msg_iov, msg->msg_iovlen, messages[i].msg_len);
    }
    return result;
}

int
record_received_several(int fd, const struct mmsghdr *messages, int flags, int result)
{
    if (result < 0) {
        record_received("recvmmsg", fd, NULL, flags, -1);
    }
    for (int i = 0; i < result; i++) {
        record_received("recvmmsg", fd, &messages[i].msg_hdr, flags, messages[i].msg_len);
    }
    return result;
}
