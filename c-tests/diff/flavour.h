/* What the comparison needs beyond ../support/flavour.h: functions that came after 3.1, which the
 * original does not have, and a structure that our headers do not show. */

#ifndef DIFF_FLAVOUR_H
#define DIFF_FLAVOUR_H 1

#include <stdlib.h>
#include "../support/flavour.h"

#ifndef FLAVOUR_2014
/* What came after 3.1: there, by the functions that it has. */
#pragma weak nl_msg_start_nested_with_flag
#pragma weak nl_msg_wrap_nested
#pragma weak ofpbuf_truncate
#ifdef ORIGINAL
size_t nl_msg_start_nested_with_flag(struct ofpbuf *, uint16_t);
void nl_msg_wrap_nested(struct ofpbuf *, uint16_t, size_t, size_t);
void ofpbuf_truncate(struct ofpbuf *, size_t);
#endif

static inline size_t
start_nested_with_flag(struct ofpbuf *msg, uint16_t type)
{
    return nl_msg_start_nested_with_flag
           ? nl_msg_start_nested_with_flag(msg, type)
           : nl_msg_start_nested(msg, (uint16_t) (type | NLA_F_NESTED));
}

static inline void
wrap_nested(struct ofpbuf *msg, uint16_t type, size_t offset, size_t size)
{
    if (nl_msg_wrap_nested) {
        nl_msg_wrap_nested(msg, type, offset, size);
    } else {
        struct nlattr header = { (uint16_t) (size + sizeof header), type };

        ofpbuf_insert(msg, offset, &header, sizeof header);
    }
}

static inline void
truncate_to(struct ofpbuf *b, size_t size)
{
    if (ofpbuf_truncate) {
        ofpbuf_truncate(b, size);
    } else if (size > ofpbuf_size(b)) {
        abort();
    } else {
        nl_msg_reset_size(b, size);
    }
}
#endif

/* The number of the types that all programs know, and a type that none of them knows.  The type
 * RTA_VIA is newer than some originals. */
#ifdef FLAVOUR_2014
enum { KNOWN_TYPES = N_NL_ATTR_TYPES, UNKNOWN_TYPE = N_NL_ATTR_TYPES };
#else
enum { KNOWN_TYPES = NL_A_LL_ADDR + 1 + ORIGINAL_HAS_RTA_VIA, UNKNOWN_TYPE = NL_A_LL_ADDR + 2 };
#endif

#if !defined ORIGINAL && !defined FLAVOUR_2014
struct ds { char *string; size_t length, allocated; };
#endif

#endif /* diff/flavour.h */
