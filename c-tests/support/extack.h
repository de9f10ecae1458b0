/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel reported last. */

#ifndef EXTACK_H
#define EXTACK_H 1

#include "nlsock-ext.h"
#include "tap.h"

static inline void
check_last_extack(int error, const char *text)
{
    struct nlsock_extack extack;

    nlsock_last_extack(&extack, sizeof extack);
    CHECK_INT(extack.error, error);
    CHECK_STR(extack.message, text);
}

#endif /* extack.h */
