/* SPDX-License-Identifier: Apache-2.0 */
/* A mutant of the library: functions that are preloaded in front of the library's and add a fault,
 * to show that the checks of the test bed can fail.  The environment variable MUTATION chooses it:
 *
 *   success   every failure in a batch is reported as success
 *   swap      two replies of a batch change places
 *   tail      replies are a byte too long
 *   fd        a descriptor is lost
 *   memory    memory is lost
 *   dump      a failed dump is reported as complete
 *   hang      a failed batch is tried again for ever
 *   deadline  the deadline of a socket is also set for the pool
 *   late      a transaction takes too long
 *   twice     a single request is carried out twice
 *   split     a batch is cut in two, a netfilter batch too
 *   partly    of a refused netfilter batch, only the refused messages fail
 *   noop      NLMSG_NOOP is taken for a reply
 *   overrun   NLMSG_OVERRUN is taken for NLMSG_NOOP
 *   overflow  ENOBUFS is ignored
 *   stranger  a descriptor that is not a socket any more is closed
 *   fork      the child of a fork goes on with its parent's pool
 *   cancel    transactions can be cancelled */

#include <dlfcn.h>
#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "netlink-socket.h"
#include "nlsock-ext.h"
#include "ofpbuf.h"

static bool
mutated(const char *mutation)
{
    const char *chosen = getenv("MUTATION");

    return chosen && !strcmp(chosen, mutation);
}

/* The function 'NAME' behind this one. */
#define REAL(NAME, TYPE, ...)                                                   \
    static TYPE (*real)(__VA_ARGS__);                                           \
    if (!real) {                                                                \
        *(void **) &real = dlsym(RTLD_NEXT, #NAME);                             \
    }

static bool
is_netfilter_batch(struct nl_transaction **transactions, size_t n)
{
    const struct nlmsghdr *h = n ? ofpbuf_data(transactions[0]->request) : NULL;

    return h && h->nlmsg_type == NFNL_MSG_BATCH_BEGIN;
}

static void
spoil(struct nl_transaction **transactions, size_t n)
{
    if (mutated("swap") && n > 1) {
        struct ofpbuf *reply = transactions[0]->reply;

        transactions[0]->reply = transactions[1]->reply;
        transactions[1]->reply = reply;
    }
    for (size_t i = 0; i < n; i++) {
        if (mutated("success")) {
            transactions[i]->error = 0;
        } else if (mutated("tail") && transactions[i]->reply && !transactions[i]->error
                   && ofpbuf_size(transactions[i]->reply)) {
            ofpbuf_put(transactions[i]->reply, "", 1);
        }
    }
    for (size_t i = 0; i < n && mutated("partly") && is_netfilter_batch(transactions, n); i++) {
        int error = transactions[i]->error;

        transactions[i]->error = error == ENOENT || error == EEXIST || error == EPERM ? error : 0;
    }
    if (mutated("late")) {
        struct timespec ts = { .tv_sec = 300 };

        nanosleep(&ts, NULL);
    }
    if (mutated("fd") && socket(AF_NETLINK, SOCK_RAW, 0) < 0) {
        abort();
    }
    if (mutated("memory") && !malloc(100)) {
        abort();
    }
}

void
nl_sock_transact_multiple(struct nl_sock *sock, struct nl_transaction **transactions, size_t n)
{
    REAL(nl_sock_transact_multiple, void, struct nl_sock *, struct nl_transaction **, size_t)

    real(sock, transactions, n);
    spoil(transactions, n);
}

void
nl_transact_multiple(int protocol, struct nl_transaction **transactions, size_t n)
{
    size_t half = mutated("split") ? n / 2 : 0;
    REAL(nl_transact_multiple, void, int, struct nl_transaction **, size_t)

    if (half) {
        real(protocol, transactions, half);
    }
    real(protocol, transactions + half, n - half);
    while (mutated("hang") && n && transactions[0]->error) {
        real(protocol, transactions, n);
    }
    spoil(transactions, n);
}

int
nl_dump_done(struct nl_dump *dump)
{
    int error;
    REAL(nl_dump_done, int, struct nl_dump *)

    error = real(dump);
    return mutated("dump") ? 0 : error;
}

void
nlsock_sock_set_timeout(struct nl_sock *sock, unsigned int milliseconds)
{
    REAL(nlsock_sock_set_timeout, void, struct nl_sock *, unsigned int)

    real(sock, milliseconds);
    if (mutated("deadline")) {
        real(NULL, milliseconds);
    }
}

int
nl_transact(int protocol, const struct ofpbuf *request, struct ofpbuf **replyp)
{
    int error;
    REAL(nl_transact, int, int, const struct ofpbuf *, struct ofpbuf **)

    error = real(protocol, request, replyp);
    if (mutated("twice") && !error) {
        if (replyp) {
            ofpbuf_delete(*replyp);
        }
        error = real(protocol, request, replyp);
    }
    return error;
}

/* What the library calls. */

static void
change_type(void *data, size_t size, uint16_t from, uint16_t to)
{
    struct nlmsghdr *h = data;

    if (size >= (size_t) NLMSG_HDRLEN && h->nlmsg_type == from) {
        h->nlmsg_type = to;
    }
}

ssize_t
recv(int fd, void *data, size_t size, int flags)
{
    ssize_t n;
    REAL(recv, ssize_t, int, void *, size_t, int)

    n = real(fd, data, size, flags);
    if (mutated("overflow") && n < 0 && errno == ENOBUFS) {
        n = real(fd, data, size, flags);
    }
    if (n < 0) {
        return n;
    }
    /* With MSG_TRUNC, more than there is room for may have been received. */
    size = (size_t) n < size ? (size_t) n : size;
    if (mutated("noop")) {
        change_type(data, size, NLMSG_NOOP, 0x41);
    } else if (mutated("overrun")) {
        change_type(data, size, NLMSG_OVERRUN, NLMSG_NOOP);
    }
    return n;
}

ssize_t
sendto(int fd, const void *data, size_t size, int flags, const struct sockaddr *to,
       socklen_t to_size)
{
    ssize_t n;
    REAL(sendto, ssize_t, int, const void *, size_t, int, const struct sockaddr *, socklen_t)

    n = real(fd, data, size, flags, to, to_size);
    if (mutated("stranger") && n < 0 && (errno == EBADF || errno == ENOTSOCK)) {
        int error = errno;

        close(fd);
        errno = error;
    }
    return n;
}

/* What notices a fork: a handler, and memory that is zeroed in the child. */

int __register_atfork(void (*)(void), void (*)(void), void (*)(void), void *);

int
__register_atfork(void (*prepare)(void), void (*parent)(void), void (*child)(void), void *dso)
{
    REAL(__register_atfork, int, void (*)(void), void (*)(void), void (*)(void), void *)

    return mutated("fork") ? 0 : real(prepare, parent, child, dso);
}

int
madvise(void *start, size_t size, int advice)
{
    REAL(madvise, int, void *, size_t, int)

    return mutated("fork") && advice == MADV_WIPEONFORK ? 0 : real(start, size, advice);
}

int
pthread_setcancelstate(int state, int *old)
{
    REAL(pthread_setcancelstate, int, int, int *)

    return real(mutated("cancel") ? PTHREAD_CANCEL_ENABLE : state, old);
}
