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
