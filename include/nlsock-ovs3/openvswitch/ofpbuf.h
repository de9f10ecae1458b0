/* Buffers that grow at either end.
 *
 * Not thread-safe: one thread at a time may use a buffer.  Sizes are in bytes.  A buffer holds
 * less than 4 GiB; what would pass that, or what a buffer's memory does not allow, logs an
 * assertion failure and aborts. */

#ifndef OPENVSWITCH_OFPBUF_H
#define OPENVSWITCH_OFPBUF_H 1

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "../nlsock-types.h"

struct ds;

/* Where a buffer's memory comes from.  One byte. */
enum __attribute__((packed)) ofpbuf_source {
    OFPBUF_MALLOC,              /* malloc(): may be reallocated, and is freed. */
    OFPBUF_STACK,               /* Memory that cannot move. */
    OFPBUF_STUB                 /* Starts in memory of others, may move to the heap. */
};

#include "../generated/ofpbuf.h"

/* A list element that is on no list: following it crashes early. */
#define NLSOCK_POISON__ ((struct ovs_list *) (UINTPTR_MAX / 0xf * 0xc))

/* Initialiser of an empty buffer over the array STUB: as ofpbuf_use_stub(). */
#define OFPBUF_STUB_INITIALIZER(STUB)                                           \
    { STUB, STUB, 0, sizeof(STUB), NULL, NULL,                                  \
      { NLSOCK_POISON__, NLSOCK_POISON__ }, OFPBUF_STUB }

#ifdef __cplusplus
extern "C" {
#endif

/* Returns a view of 'size' bytes at 'data': as ofpbuf_use_const(). */
static inline struct ofpbuf
ofpbuf_const_initializer(const void *data, uint32_t size)
{
    void *start = (void *) (uintptr_t) data;
    struct ofpbuf b = { start, start, size, size, NULL, NULL,
                        { NLSOCK_POISON__, NLSOCK_POISON__ }, OFPBUF_STACK };

    return b;
}

/* Frees 'b', which must be malloc()'d as from ofpbuf_new(), and its memory.  'b' may be null. */
static inline void
ofpbuf_delete(struct ofpbuf *b)
{
    if (b) {
        ofpbuf_uninit(b);
        free(b);
    }
}

/* Returns the byte at 'offset', or null unless 'size' bytes from there are in use. */
static inline void *
ofpbuf_at(const struct ofpbuf *b, size_t offset, size_t size)
{
    if (offset > b->size || size > b->size - offset) {
        return NULL;
    }
    NLSOCK_ASSERT(b->data);
    return (char *) b->data + offset;
}

/* Returns the byte at 'offset', where 'size' bytes must be in use. */
static inline void *
ofpbuf_at_assert(const struct ofpbuf *b, size_t offset, size_t size)
{
    NLSOCK_ASSERT(offset <= b->size && size <= b->size - offset);
    NLSOCK_ASSERT(b->data);
    return (char *) b->data + offset;
}

/* Returns the byte behind the data. */
static inline void *
ofpbuf_tail(const struct ofpbuf *b)
{
    NLSOCK_ASSERT(b->data || !b->size);
    return b->data ? (char *) b->data + b->size : NULL;
}

/* Returns the byte behind the allocation. */
static inline void *
ofpbuf_end(const struct ofpbuf *b)
{
    NLSOCK_ASSERT(b->base || !b->allocated);
    return b->base ? (char *) b->base + b->allocated : NULL;
}

/* Returns how many bytes may be added at the start without reallocation. */
static inline size_t
ofpbuf_headroom(const struct ofpbuf *b)
{
    return (size_t) ((uintptr_t) b->data - (uintptr_t) b->base);
}

/* Returns how many bytes may be added at the end without reallocation. */
static inline size_t
ofpbuf_tailroom(const struct ofpbuf *b)
{
    return (size_t) ((uintptr_t) ofpbuf_end(b) - (uintptr_t) ofpbuf_tail(b));
}

/* Returns the number of bytes from 'header' to 'msg'. */
static inline size_t
ofpbuf_headersize(const struct ofpbuf *b)
{
    return (size_t) ((uintptr_t) b->msg - (uintptr_t) b->header);
}

/* Returns the number of bytes from 'msg' to the end of the data. */
static inline size_t
ofpbuf_msgsize(const struct ofpbuf *b)
{
    return (size_t) ((uintptr_t) ofpbuf_tail(b) - (uintptr_t) b->msg);
}

/* Empties 'b'.  Its headroom goes; its allocation stays. */
static inline void
ofpbuf_clear(struct ofpbuf *b)
{
    b->data = b->base;
    b->size = 0;
}

/* Removes 'size' bytes at the start, which must be there, and returns the first. */
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

/* Removes 'size' bytes at the start and returns the first; null if there are not as many. */
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

/* Returns whether two buffers hold the same data. */
static inline bool
ofpbuf_equal(const struct ofpbuf *a, const struct ofpbuf *b)
{
    return a->size == b->size && (!a->size || !memcmp(a->data, b->data, a->size));
}

/* Returns whether what follows 'header' has no room in a 16-bit length. */
static inline bool
ofpbuf_oversized(const struct ofpbuf *b)
{
    return (uintptr_t) ofpbuf_tail(b) - (uintptr_t) b->header > UINT16_MAX;
}

#ifdef __cplusplus
}
#endif

#endif /* openvswitch/ofpbuf.h */
