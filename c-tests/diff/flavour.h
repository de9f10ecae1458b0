/* SPDX-License-Identifier: Apache-2.0 */
/* What the comparison needs beyond ../support/flavour.h: functions that came after 3.1, which the
 * original does not have, and a structure that our headers do not show. */

#ifndef DIFF_FLAVOUR_H
#define DIFF_FLAVOUR_H 1

#include <stdlib.h>
#include "../support/flavour.h"

#ifndef FLAVOUR_2014
/* Functions that came after 3.1: the original's if it has them (then ORIGINAL_HAS_... is defined),
 * else the library's if the program has that, else made of others. */
#ifndef ORIGINAL_HAS_nl_msg_start_nested_with_flag
#pragma weak nl_msg_start_nested_with_flag
#ifdef ORIGINAL
size_t nl_msg_start_nested_with_flag(struct ofpbuf *, uint16_t);
#endif
#endif

static inline size_t
start_nested_with_flag(struct ofpbuf *msg, uint16_t type)
{
#ifndef ORIGINAL_HAS_nl_msg_start_nested_with_flag
    if (!nl_msg_start_nested_with_flag) {
        return nl_msg_start_nested(msg, (uint16_t) (type | NLA_F_NESTED));
    }
#endif
    return nl_msg_start_nested_with_flag(msg, type);
}

#ifndef ORIGINAL_HAS_nl_msg_wrap_nested
#pragma weak nl_msg_wrap_nested
#ifdef ORIGINAL
void nl_msg_wrap_nested(struct ofpbuf *, uint16_t, size_t, size_t);
#endif
#endif

static inline void
wrap_nested(struct ofpbuf *msg, uint16_t type, size_t offset, size_t size)
{
#ifndef ORIGINAL_HAS_nl_msg_wrap_nested
    if (!nl_msg_wrap_nested) {
        struct nlattr header = { (uint16_t) (size + sizeof header), type };

        ofpbuf_insert(msg, offset, &header, sizeof header);
        return;
    }
#endif
    nl_msg_wrap_nested(msg, type, offset, size);
}

#ifndef ORIGINAL_HAS_ofpbuf_truncate
#pragma weak ofpbuf_truncate
#ifdef ORIGINAL
void ofpbuf_truncate(struct ofpbuf *, size_t);
#endif
#endif

static inline void
truncate_to(struct ofpbuf *b, size_t size)
{
#ifndef ORIGINAL_HAS_ofpbuf_truncate
    if (!ofpbuf_truncate) {
        if (size > ofpbuf_size(b)) {
            abort();
        }
        nl_msg_reset_size(b, size);
        return;
    }
#endif
    ofpbuf_truncate(b, size);
}
#endif

/* The number of the types that all programs know, and a type that none of them knows.  The type
 * RTA_VIA is newer than some originals. */
#ifdef FLAVOUR_2014
enum { KNOWN_TYPES = N_NL_ATTR_TYPES, UNKNOWN_TYPE = N_NL_ATTR_TYPES };
#elif defined ORIGINAL_HAS_NL_A_RTA_VIA
enum { KNOWN_TYPES = NL_A_RTA_VIA + 1, UNKNOWN_TYPE = NL_A_RTA_VIA + 1 };
#else
enum { KNOWN_TYPES = NL_A_LL_ADDR + 1, UNKNOWN_TYPE = NL_A_LL_ADDR + 2 };
#endif

#if !defined ORIGINAL && !defined FLAVOUR_2014
struct ds { char *string; size_t length, allocated; };
#endif

#endif /* diff/flavour.h */
