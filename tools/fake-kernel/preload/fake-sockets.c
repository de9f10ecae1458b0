/* SPDX-License-Identifier: Apache-2.0 */
/* The table of fake sockets.
 *
 * A fake socket is an eventfd, so that descriptors are real: they can be counted, close() and exec
 * do to them what they do, and a program can wait for them: see fake-ready.c. */

#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "fake-session.h"

#define FIRST_PORT 5000

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

/* Several descriptors may have the same socket. */
static struct sock *socks[MAX_FDS];
static int end_of_socks;        /* One more than the highest descriptor that was a socket. */
static int n_socks;
static uint32_t next_port = FIRST_PORT;
static pid_t process;           /* Whose descriptors these are. */

/* In a child, whose descriptors still share their counters with the parent. */
static void
renew(struct sock *sock, void *aux)
{
    int new = ready_open(true, fcntl(sock->fd, F_GETFL) & O_NONBLOCK);

    (void) aux;
    for (int fd = 0; new >= 0 && fd < end_of_socks; fd++) {
        if (socks[fd] == sock) {
            syscall(SYS_dup3, new, fd, fcntl(fd, F_GETFD) & FD_CLOEXEC ? O_CLOEXEC : 0);
        }
    }
    syscall(SYS_close, new);
    sock->readable = false;
    ready_signal(sock);
}

void
fake_lock(void)
{
    static const pthread_mutex_t unlocked = PTHREAD_MUTEX_INITIALIZER;

    if (process != getpid()) {
        /* The first thread of a child.  Who held the lock is not in this process. */
        mutex = unlocked;
        process = getpid();
        for_each_sock(renew, NULL);
        epoll_renew();
        wait_start_child();
    }
    pthread_mutex_lock(&mutex);
}

void
fake_unlock(void)
{
    pthread_mutex_unlock(&mutex);
}

static void
begin_child(void)
{
    fake_lock();
    fake_unlock();
}

/* A fork finds nothing half done. */
static void __attribute__((constructor))
lock_around_forks(void)
{
    process = getpid();
    pthread_atfork(fake_lock, fake_unlock, begin_child);
}

struct sock *
sock_lookup(int fd)
{
    return fd >= 0 && fd < MAX_FDS ? __atomic_load_n(&socks[fd], __ATOMIC_RELAXED) : NULL;
}

struct sock *
sock_lock(int fd)
{
    struct sock *sock;

    if (!sock_lookup(fd)) {
        return NULL;
    }
    fake_lock();
    sock = sock_lookup(fd);
    if (!sock) {
        fake_unlock();
    }
    return sock;
}

static void
set(int fd, struct sock *sock)
{
    __atomic_store_n(&socks[fd], sock, __ATOMIC_RELAXED);
}

void
sock_add_fd(struct sock *sock, int fd)
{
    if (fd < 0 || fd >= MAX_FDS) {
        fake_hang("no descriptor left");
    }
    sock->n_fds++;
    set(fd, sock);
    end_of_socks = fd < end_of_socks ? end_of_socks : fd + 1;
}

struct sock *
sock_open(int fd, int type, int protocol)
{
    struct sock *sock = calloc(1, sizeof *sock);

    sock->number = ++n_socks;
    sock->fd = fd;
    sock->type = type;
    sock->protocol = protocol;
    sock->owner = getpid();
    sock_add_fd(sock, fd);
    return sock;
}

void
sock_close(int fd)
{
    struct sock *sock = socks[fd];

    set(fd, NULL);
    if (--sock->n_fds) {
        for (int other = 0; sock->fd == fd; other++) {
            sock->fd = socks[other] == sock ? other : fd;
        }
        return;
    }
    sock->readable = false;
    sock_clear(sock);
    free(sock);
}

void
sock_close_range(unsigned int first, unsigned int last)
{
    for (unsigned int fd = first; fd <= last && fd < (unsigned int) end_of_socks; fd++) {
        if (socks[fd]) {
            sock_close((int) fd);
        }
    }
}

void
for_each_sock(void (*f)(struct sock *, void *), void *aux)
{
    for (int fd = 0; fd < end_of_socks; fd++) {
        if (socks[fd] && socks[fd]->fd == fd) {
            f(socks[fd], aux);
        }
    }
}

bool
sock_assign_port(struct sock *sock, uint32_t port)
{
    for (int fd = 0; port && fd < end_of_socks; fd++) {
        if (socks[fd] && socks[fd] != sock && socks[fd]->protocol == sock->protocol
            && socks[fd]->port == port) {
            return false;
        }
    }
    if (port) {
        sock->port = port;
    } else {
        uint32_t recorded = sock->port ? 0 : replay_port(sock->protocol);

        if (recorded) {
            sock_assign_port(sock, recorded);
        }
        while (!sock->port && !sock_assign_port(sock, next_port++)) {
            continue;
        }
    }
    return true;
}

bool
sock_has(const struct sock *sock, int option)
{
    return sock->options & 1u << option;
}

bool
sock_is_member(const struct sock *sock, uint32_t group)
{
    return group && group <= MAX_GROUP && sock->groups[(group - 1) / 32] & 1u << (group - 1) % 32;
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

static void
add_queued(struct sock *sock, void *n_)
{
    int *n = n_;

    for (struct datagram *d = sock->queue.head; d; d = d->next) {
        n[0]++;
        n[1] += !d->late;
    }
}

int
fake_queued(bool with_late)
{
    int n[2] = { 0, 0 };

    for_each_sock(add_queued, n);
    return n[with_late ? 0 : 1];
}

static void
add_dump(struct sock *sock, void *n_)
{
    int *n = n_;

    *n += sock->dump.head != NULL;
}

int
fake_running_dumps(void)
{
    int n = 0;

    for_each_sock(add_dump, &n);
    return n;
}
