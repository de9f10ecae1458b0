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
 *   deadline  the deadline of a socket is also set for the pool */

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include "netlink-socket.h"
#include "nlsock-ext.h"
#include "ofpbuf.h"

static bool
mutated(const char *mutation)
{
    const char *chosen = getenv("MUTATION");

    return chosen && !strcmp(chosen, mutation);
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
    while (mutated("hang") && n && transactions[0]->error) {
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
    return mutated("dump") ? 0 : error;
}

void
nlsock_sock_set_timeout(struct nl_sock *sock, unsigned int milliseconds)
{
    static void (*real)(struct nl_sock *, unsigned int);

    if (!real) {
        *(void **) &real = dlsym(RTLD_NEXT, __func__);
    }
    real(sock, milliseconds);
    if (mutated("deadline")) {
        real(NULL, milliseconds);
    }
}
