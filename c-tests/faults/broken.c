/* A library that lies, preloaded in front of the right one, to show that the bed's checks can fail.
 * BROKEN says how: "success" reports every failure of a batch as success, "swap" exchanges the
 * replies of a batch, "tail" leaves a byte too many in a reply, "fd" loses a descriptor, "memory"
 * loses memory, "dump" reports a failed dump as whole, "hang" tries for ever, "deadline" gives
 * that of a socket to the pool as well. */

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include "netlink-socket.h"
#include "nlsock-ext.h"
#include "ofpbuf.h"

static bool
broken(const char *how)
{
    const char *value = getenv("BROKEN");

    return value && !strcmp(value, how);
}

static void
spoil(struct nl_transaction **transactions, size_t n)
{
    if (broken("swap") && n > 1) {
        struct ofpbuf *reply = transactions[0]->reply;

        transactions[0]->reply = transactions[1]->reply;
        transactions[1]->reply = reply;
    }
    for (size_t i = 0; i < n; i++) {
        if (broken("success")) {
            transactions[i]->error = 0;
        } else if (broken("tail") && transactions[i]->reply && !transactions[i]->error
                   && ofpbuf_size(transactions[i]->reply)) {
            ofpbuf_put(transactions[i]->reply, "", 1);
        }
    }
    if (broken("fd") && socket(AF_NETLINK, SOCK_RAW, 0) < 0) {
        abort();
    }
    if (broken("memory") && !malloc(100)) {
        abort();
    }
}

void
nl_sock_transact_multiple(struct nl_sock *sock, struct nl_transaction **transactions, size_t n)
{
    static void (*real)(struct nl_sock *, struct nl_transaction **, size_t);

    if (!real) {
        *(void **) &real = dlsym(RTLD_NEXT, __func__);
    }
    real(sock, transactions, n);
    spoil(transactions, n);
}

void
nl_transact_multiple(int protocol, struct nl_transaction **transactions, size_t n)
{
    static void (*real)(int, struct nl_transaction **, size_t);

    if (!real) {
        *(void **) &real = dlsym(RTLD_NEXT, __func__);
    }
    real(protocol, transactions, n);
    while (broken("hang") && n && transactions[0]->error) {
        real(protocol, transactions, n);
    }
    spoil(transactions, n);
}

int
nl_dump_done(struct nl_dump *dump)
{
    static int (*real)(struct nl_dump *);
    int error;

    if (!real) {
        *(void **) &real = dlsym(RTLD_NEXT, __func__);
    }
    error = real(dump);
    return broken("dump") ? 0 : error;
}

void
nlsock_sock_set_timeout(struct nl_sock *sock, unsigned int milliseconds)
{
    static void (*real)(struct nl_sock *, unsigned int);

    if (!real) {
        *(void **) &real = dlsym(RTLD_NEXT, __func__);
    }
    real(sock, milliseconds);
    if (broken("deadline")) {
        real(NULL, milliseconds);
    }
}
