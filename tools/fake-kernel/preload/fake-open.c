/* SPDX-License-Identifier: Apache-2.0 */
/* The calls that open, name and close sockets. */

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "fake-calls.h"
#include "fake-session.h"

REPLACES int
socket(int domain, int type, int protocol)
{
    REAL(socket, int, int, int, int)
    int kind = type & ~(SOCK_CLOEXEC | SOCK_NONBLOCK);
    const struct fk_fault *fault;
    struct sock *sock;
    int fd, error;

    if (domain != AF_NETLINK) {
        return real_socket(domain, type, protocol);
    }
    if (record_is_on()) {
        return record_opened(protocol, real_socket(domain, type, protocol));
    }
    call_interrupt(FAKE_SOCKET);
    fake_lock();
    fault = call_enter(FAKE_SOCKET, NULL, NULL, 0);
    error = fault ? fault->error : replay_open_error(protocol);
    if (error) {
        return (int) call_leave(-1, error);
    } else if (kind != SOCK_RAW && kind != SOCK_DGRAM) {
        return (int) call_leave(-1, ESOCKTNOSUPPORT);
    } else if (protocol < 0 || protocol >= MAX_LINKS) {
        return (int) call_leave(-1, EPROTONOSUPPORT);
    }
    fd = ready_open(type & SOCK_CLOEXEC, type & SOCK_NONBLOCK);
    if (fd < 0) {
        return (int) call_leave(-1, errno);
    }
    sock = sock_open(fd, kind, protocol);
    options_init(sock);
    replay_join(sock, 0);
    return (int) call_leave(fd, 0);
}

REPLACES int
close(int fd)
{
    const struct fk_fault *fault = NULL;
    struct sock *sock = call_lock(FAKE_CLOSE, fd);

    if (sock) {
        fault = call_enter(FAKE_CLOSE, sock, NULL, 0);
        sock_close(fd);
        fake_unlock();
    } else {
        descriptor_closed(fd);
        record_closed(fd);
    }
    /* As in Linux, the descriptor is closed even if close() fails. */
    if (syscall(SYS_close, fd) < 0) {
        return -1;
    }
    if (fault) {
        errno = fault->error;
        return -1;
    }
    return 0;
}

/* connect() without an address that the kernel knows forgets the other side. */
REPLACES int
connect(int fd, const struct sockaddr *address, socklen_t size)
{
    REAL(connect, int, int, const struct sockaddr *, socklen_t)
    struct sockaddr_nl nl = { .nl_family = AF_UNSPEC };
    int error = 0;

    ENTER(FAKE_CONNECT, fd, record_bound("connect", fd, address, size,
                                         real_connect(fd, address, size)))
    memcpy(&nl, address, size < sizeof nl ? size : sizeof nl);
    if (size >= sizeof nl.nl_family && nl.nl_family == AF_UNSPEC) {
        sock->peer = sock->peer_groups = 0;
    } else if (size < sizeof nl || nl.nl_family != AF_NETLINK) {
        error = EINVAL;
    } else {
        sock->peer = nl.nl_pid;
        sock->peer_groups = nl.nl_groups;
        sock_assign_port(sock, 0);
    }
    return (int) call_leave(0, error);
}

REPLACES int
bind(int fd, const struct sockaddr *address, socklen_t size)
{
    REAL(bind, int, int, const struct sockaddr *, socklen_t)
    struct sockaddr_nl nl;
    int error;

    ENTER(FAKE_CONNECT, fd, record_bound("bind", fd, address, size, real_bind(fd, address, size)))
    error = replay_connect_error(sock);
    if (error) {
        return (int) call_leave(-1, error);
    }
    if (size < sizeof nl) {
        return (int) call_leave(-1, EINVAL);
    }
    memcpy(&nl, address, sizeof nl);
    if (nl.nl_family != AF_NETLINK || (sock->port && nl.nl_pid != sock->port)) {
        return (int) call_leave(-1, EINVAL);
    } else if (!sock_assign_port(sock, nl.nl_pid)) {
        return (int) call_leave(-1, EADDRINUSE);
    }
    groups_set(sock, nl.nl_groups);
    return (int) call_leave(0, 0);
}

/* Stores an address, or the part of it for which there is room. */
static void
store_address(const struct sockaddr_nl *nl, socklen_t actual, struct sockaddr *address,
              socklen_t *size)
{
    memcpy(address, nl, actual < *size ? actual : *size);
    *size = actual;
}

REPLACES int
getsockname(int fd, struct sockaddr *address, socklen_t *size)
{
    REAL(getsockname, int, int, struct sockaddr *, socklen_t *)
    struct sockaddr_nl nl = { .nl_family = AF_NETLINK };
    socklen_t actual = sizeof nl;

    ENTER(FAKE_GETSOCKNAME, fd, real_getsockname(fd, address, size))
    if (fault && fault->family >= 0) {
        nl.nl_family = (sa_family_t) fault->family;
    }
    if (fault && fault->size >= 0) {
        actual = (socklen_t) fault->size;
    }
    nl.nl_pid = sock->port;
    nl.nl_groups = sock->groups[0];
    store_address(&nl, actual, address, size);
    return (int) call_leave(0, 0);
}

REPLACES int
getpeername(int fd, struct sockaddr *address, socklen_t *size)
{
    REAL(getpeername, int, int, struct sockaddr *, socklen_t *)
    struct sockaddr_nl nl = { .nl_family = AF_NETLINK };

    ENTER(FAKE_GETSOCKNAME, fd, real_getpeername(fd, address, size))
    nl.nl_pid = sock->peer;
    nl.nl_groups = sock->peer_groups;
    store_address(&nl, sizeof nl, address, size);
    return (int) call_leave(0, 0);
}
