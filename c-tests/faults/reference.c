/* SPDX-License-Identifier: Apache-2.0 */
/* Linked into programs that run another library of the same interface: functions that our headers
 * refer to and the other library lacks. */

#include <stdio.h>
#include <stdlib.h>
#include "nlsock-ext.h"
#include "nlsock-types.h"

static void
lacking(const char *function)
{
    fprintf(stderr, "assertion: it has no %s()\n", function);
    abort();
}

void
nlsock_set_strict_dumps(bool strict)
{
    if (strict) {
        lacking(__func__);
    }
}

void
nlsock_sock_set_timeout(struct nl_sock *sock, unsigned int timeout_ms)
{
    (void) sock;
    (void) timeout_ms;
    lacking(__func__);
}

int
nlsock_transact_reply(int protocol, const struct ofpbuf *request, struct ofpbuf **replyp)
{
    (void) protocol;
    (void) request;
    (void) replyp;
    lacking(__func__);
    return 0;
}

int
nlsock_sock_transact_reply(struct nl_sock *sock, const struct ofpbuf *request,
                           struct ofpbuf **replyp)
{
    (void) sock;
    return nlsock_transact_reply(0, request, replyp);
}

void
nlsock_transact_multiple(int protocol, struct nl_transaction **transactions, size_t n,
                         unsigned int flags)
{
    (void) protocol;
    (void) transactions;
    (void) n;
    (void) flags;
    lacking(__func__);
}

void
nlsock_sock_transact_multiple(struct nl_sock *sock, struct nl_transaction **transactions, size_t n,
                              unsigned int flags)
{
    (void) sock;
    nlsock_transact_multiple(0, transactions, n, flags);
}

void
nlsock_dump_start(struct nl_dump *dump, int protocol, const struct ofpbuf *request,
                  unsigned int flags)
{
    (void) dump;
    (void) protocol;
    (void) request;
    (void) flags;
    lacking(__func__);
}

void
nlsock_pool_flush(void)
{
}

void
nlsock_assert_failure(const char *where, const char *function, const char *condition)
{
    fprintf(stderr, "%s: assertion %s failed in %s()\n", where, condition, function);
    abort();
}
