/* SPDX-License-Identifier: Apache-2.0 */
/* The calls that open, name and close sockets. */

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "fake-calls.h"

REPLACES int
socket(int domain, int type, int protocol)
{
    REAL(socket, int, int, int, int)
    const struct fault *fault;
    int fd;

    if (domain != AF_NETLINK) {
        return real_socket(domain, type, protocol);
    }
    call_interrupt(FAKE_SOCKET);
    pthread_mutex_lock(&fake_mutex);
    fault = call_enter(FAKE_SOCKET, NULL, NULL, 0);
    if (fault || protocol < 0 || protocol >= 32) {
        return (int) call_leave(-1, fault ? fault->error : EPROTONOSUPPORT);
    }
    fd = eventfd(0, (type & SOCK_CLOEXEC ? EFD_CLOEXEC : 0)
                    | (type & SOCK_NONBLOCK ? EFD_NONBLOCK : 0));
    options_init(sock_open(fd, protocol));
    return (int) call_leave(fd, 0);
}

REPLACES int
close(int fd)
{
    const struct fault *fault = NULL;
    struct sock *sock = call_lock(FAKE_CLOSE, fd);

    if (sock) {
        fault = call_enter(FAKE_CLOSE, sock, NULL, 0);
        sock_close(fd);
        pthread_mutex_unlock(&fake_mutex);
    } else {
        descriptor_closed(fd);
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

REPLACES int
dup3(int from, int to, int flags)
{
    if (sock_lock(to)) {
        sock_close(to);
        descriptor_replaced(to);
        pthread_mutex_unlock(&fake_mutex);
    }
    return (int) syscall(SYS_dup3, from, to, flags);
}

REPLACES int
connect(int fd, const struct sockaddr *address, socklen_t size)
{
    REAL(connect, int, int, const struct sockaddr *, socklen_t)
    const struct sockaddr_nl *nl = (const void *) address;
    int error = 0;

    ENTER(FAKE_CONNECT, fd, real_connect(fd, address, size))
    if (size < sizeof *nl || nl->nl_family != AF_NETLINK) {
        error = EINVAL;
    } else if (nl->nl_pid) {
        error = ECONNREFUSED;
    } else {
        sock_assign_port(sock);
    }
    return (int) call_leave(0, error);
}

REPLACES int
bind(int fd, const struct sockaddr *address, socklen_t size)
{
    REAL(bind, int, int, const struct sockaddr *, socklen_t)
    const struct sockaddr_nl *nl = (const void *) address;

    ENTER(FAKE_CONNECT, fd, real_bind(fd, address, size))
    if (size < sizeof *nl || nl->nl_family != AF_NETLINK) {
        return (int) call_leave(-1, EINVAL);
    }
    if (nl->nl_pid) {
        sock->port = nl->nl_pid;
    }
    sock_assign_port(sock);
    return (int) call_leave(0, 0);
}

REPLACES int
getsockname(int fd, struct sockaddr *address, socklen_t *size)
{
    REAL(getsockname, int, int, struct sockaddr *, socklen_t *)
    struct sockaddr_nl nl;
    socklen_t actual = sizeof nl;

    ENTER(FAKE_GETSOCKNAME, fd, real_getsockname(fd, address, size))
    memset(&nl, 0, sizeof nl);
    nl.nl_family = fault && fault->family >= 0 ? (sa_family_t) fault->family : AF_NETLINK;
    nl.nl_pid = sock->port;
    if (fault && fault->size >= 0) {
        actual = (socklen_t) fault->size;
    }
    memcpy(address, &nl, actual < *size ? actual : *size);
    *size = actual;
    return (int) call_leave(0, 0);
}
