/* SPDX-License-Identifier: Apache-2.0 */
/* Buffers that grow at both ends.
 *
 * A buffer has an allocation, a part of which is its data.  The rest is headroom, before the
 * data, and tailroom, after it.  If there is not enough of it, a function that adds data
 * reallocates: then the data moves, and pointers into it are no longer valid.  A buffer has less
 * than 4 GiB.
 *
 * Unless the comment of a function says otherwise:
 * - Pointers are valid and not null.  Sizes are in bytes.  Integers are in host byte order.
 * - One thread at a time may use a buffer.
 * - A function does not block.
 * - A breach of what the comments require logs an assertion failure and aborts, and so does a
 *   lack of memory. */

#ifndef OPENVSWITCH_OFPBUF_H
#define OPENVSWITCH_OFPBUF_H 1

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "../nlsock-openvswitch.h"

struct ds;

/* Where a buffer's allocation comes from.  The type has one byte. */
enum __attribute__((packed)) ofpbuf_source {
    OFPBUF_MALLOC,              /* malloc(): may move, and is freed. */
    OFPBUF_STACK,               /* The caller's: must not move. */
    OFPBUF_STUB                 /* The caller's: may move to malloc()'s. */
};

#include "../generated/ofpbuf.h"

/* The pointers of a list element that is not on a list: using them crashes at once. */
#ifndef __cplusplus
#define NLSOCK_POISON__ ((struct ovs_list *) (UINTPTR_MAX / 0xf * 0xc))
#else
#define NLSOCK_POISON__ reinterpret_cast<struct ovs_list *>(UINTPTR_MAX / 0xf * 0xc)
#endif

/* Initialises an empty buffer in the array STUB, as ofpbuf_use_stub() does. */
#define OFPBUF_STUB_INITIALIZER(STUB)                                           \
    { STUB, STUB, 0, sizeof(STUB), NULL, NULL,                                  \
      { NLSOCK_POISON__, NLSOCK_POISON__ }, OFPBUF_STUB }

#ifdef __cplusplus
extern "C" {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#endif

/* Returns a view of the 'size' bytes at 'data', as ofpbuf_use_const() makes it. */
static inline struct ofpbuf
ofpbuf_const_initializer(const void *data, uint32_t size)
{
    void *start = (void *) (uintptr_t) data;
    struct ofpbuf b = { start, start, size, size, NULL, NULL,
                        { NLSOCK_POISON__, NLSOCK_POISON__ }, OFPBUF_STACK };

    return b;
}

/* Frees the memory of 'b' and the structure 'b', which must be from malloc(), as that of
 * ofpbuf_new() is.  Does nothing if 'b' is null. */
static inline void
ofpbuf_delete(struct ofpbuf *b)
{
    if (b) {
        ofpbuf_uninit(b);
        free(b);
    }
}

/* Returns the address of the 'size' bytes of data at 'offset'; null if the data has fewer. */
static inline void *
ofpbuf_at(const struct ofpbuf *b, size_t offset, size_t size)
{
    if (offset > b->size || size > b->size - offset) {
        return NULL;
    }
    NLSOCK_ASSERT(b->data);
    return (char *) b->data + offset;
}

/* Returns the address of the 'size' bytes of data at 'offset'; aborts if the data has fewer. */
static inline void *
ofpbuf_at_assert(const struct ofpbuf *b, size_t offset, size_t size)
{
    NLSOCK_ASSERT(offset <= b->size && size <= b->size - offset);
    NLSOCK_ASSERT(b->data);
    return (char *) b->data + offset;
}

/* Returns the address of the first byte after the data. */
static inline void *
ofpbuf_tail(const struct ofpbuf *b)
{
    NLSOCK_ASSERT(b->data || !b->size);
    return b->data ? (char *) b->data + b->size : NULL;
}

/* Returns the address of the first byte after the allocation. */
static inline void *
ofpbuf_end(const struct ofpbuf *b)
{
    NLSOCK_ASSERT(b->base || !b->allocated);
    return b->base ? (char *) b->base + b->allocated : NULL;
}

/* Returns how many bytes can be prepended without reallocation. */
static inline size_t
ofpbuf_headroom(const struct ofpbuf *b)
{
    return (uintptr_t) b->data - (uintptr_t) b->base;
}

/* Returns how many bytes can be appended without reallocation. */
static inline size_t
ofpbuf_tailroom(const struct ofpbuf *b)
{
    return (uintptr_t) ofpbuf_end(b) - (uintptr_t) ofpbuf_tail(b);
}

/* Returns the number of bytes from 'header' to 'msg'. */
static inline size_t
ofpbuf_headersize(const struct ofpbuf *b)
{
    return (uintptr_t) b->msg - (uintptr_t) b->header;
}

/* Returns the number of bytes from 'msg' to the end of the data. */
static inline size_t
ofpbuf_msgsize(const struct ofpbuf *b)
{
    return (uintptr_t) ofpbuf_tail(b) - (uintptr_t) b->msg;
}

/* Removes the data and the headroom of 'b'.  The allocation becomes tailroom. */
static inline void
ofpbuf_clear(struct ofpbuf *b)
{
    b->data = b->base;
    b->size = 0;
}

/* Removes 'size' bytes from the start of the data and returns their address.  Aborts if the data
 * has fewer. */
static inline void *
ofpbuf_pull(struct ofpbuf *b, size_t size)
{
    void *data = b->data;

    NLSOCK_ASSERT(b->size >= size);
    if (size) {
        b->data = (char *) data + size;
        b->size = (uint32_t) (b->size - size);
    }
    return data;
}

/* Removes 'size' bytes from the start of the data and returns their address.  If the data has
 * fewer, removes nothing and returns null. */
static inline void *
ofpbuf_try_pull(struct ofpbuf *b, size_t size)
{
    return b->size >= size ? ofpbuf_pull(b, size) : NULL;
}

/* Returns the buffer whose 'list_node' is 'list'. */
static inline struct ofpbuf *
ofpbuf_from_list(const struct ovs_list *list)
{
    uintptr_t node = (uintptr_t) list;

    return (struct ofpbuf *) (node - offsetof(struct ofpbuf, list_node));
}

/* Returns whether the data of two buffers is the same. */
static inline bool
ofpbuf_equal(const struct ofpbuf *a, const struct ofpbuf *b)
{
    return a->size == b->size && (!a->size || !memcmp(a->data, b->data, a->size));
}

/* Returns whether the number of bytes from 'header' to the end of the data exceeds 16 bits. */
static inline bool
ofpbuf_oversized(const struct ofpbuf *b)
{
    return (uintptr_t) ofpbuf_tail(b) - (uintptr_t) b->header > UINT16_MAX;
}

#ifdef __cplusplus
#pragma GCC diagnostic pop
}
#endif

#endif /* openvswitch/ofpbuf.h */
