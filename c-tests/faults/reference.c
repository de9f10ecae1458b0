/* Linked into the bed when it runs another library of the same interface: what the headers of this
 * one refer to and that one lacks. */

#include <stdio.h>
#include <stdlib.h>
#include "nlsock-types.h"

void
nlsock_assert_failure(const char *where, const char *function, const char *condition)
{
    fprintf(stderr, "%s: assertion %s failed in %s()\n", where, condition, function);
    abort();
}
