/* SPDX-License-Identifier: Apache-2.0 */
/* For the tests of buffers. */

#ifndef BUFFER_H
#define BUFFER_H 1

#include "flavour.h"
#include "tap.h"

/* Checks the sizes that a caller can see. */
#define CHECK_ROOM(B, SIZE, ALLOCATED, HEADROOM, TAILROOM)                      \
    do {                                                                        \
        CHECK_INT(ofpbuf_size(B), SIZE);                                        \
        CHECK_INT((B)->allocated, ALLOCATED);                                   \
        CHECK_INT(ofpbuf_headroom(B), HEADROOM);                                \
        CHECK_INT(ofpbuf_tailroom(B), TAILROOM);                                \
    } while (0)

#endif /* buffer.h */
