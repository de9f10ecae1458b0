/* SPDX-License-Identifier: Apache-2.0 */
/* The table of fake sockets.
 *
 * A fake socket is an eventfd, so that descriptors are real: they can be counted, and close() and
 * exec do to them what they do. */

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include "fake-internal.h"

#define MAX_FDS 4096
#define FIRST_PORT 5000

pthread_mutex_t fake_mutex = PTHREAD_MUTEX_INITIALIZER;

static struct sock *socks[MAX_FDS];
static int end_of_socks;        /* One more than the highest descriptor that was a socket. */
static int n_socks;
static uint32_t next_port = FIRST_PORT;

struct sock *
sock_lookup(int fd)
{
    return fd >= 0 && fd < MAX_FDS ? socks[fd] : NULL;
}

struct sock *
sock_lock(int fd)
{
    struct sock *sock;

    pthread_mutex_lock(&fake_mutex);
    sock = sock_lookup(fd);
    if (!sock) {
        pthread_mutex_unlock(&fake_mutex);
    }
    return sock;
}

struct sock *
sock_open(int fd, int protocol)
{
    struct sock *sock;

    if (fd < 0 || fd >= MAX_FDS) {
        fake_hang("no descriptor left");
    }
    sock = calloc(1, sizeof *sock);
    sock->number = ++n_socks;
    sock->fd = fd;
    sock->protocol = protocol;
    sock->owner = getpid();
    socks[fd] = sock;
    end_of_socks = fd < end_of_socks ? end_of_socks : fd + 1;
    return sock;
}

void
sock_close(int fd)
{
    sock_clear(socks[fd]);
    free(socks[fd]);
    socks[fd] = NULL;
}

void
sock_assign_port(struct sock *sock)
{
    if (!sock->port) {
        sock->port = next_port++;
    }
}

void
for_each_sock(void (*f)(struct sock *, void *), void *aux)
{
    for (int fd = 0; fd < end_of_socks; fd++) {
        if (socks[fd]) {
            f(socks[fd], aux);
        }
    }
}

/* What can be asked. */

int
fake_open(void)
{
    int n = 0;

    for (int fd = 0; fd < end_of_socks; fd++) {
        n += socks[fd] != NULL;
    }
    return n;
}

int
fake_inherited(void)
{
    int n = 0;

    for (int fd = 0; fd < end_of_socks; fd++) {
        n += socks[fd] && !(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    }
    return n;
}

int
fake_queued(bool with_late)
{
    int n = 0;

    for (int fd = 0; fd < end_of_socks; fd++) {
        for (struct datagram *d = socks[fd] ? socks[fd]->queue.head : NULL; d; d = d->next) {
            n += with_late || !d->late;
        }
    }
    return n;
}

int
fake_running_dumps(void)
{
    int n = 0;

    for (int fd = 0; fd < end_of_socks; fd++) {
        n += socks[fd] && socks[fd]->dump.head;
    }
    return n;
}
