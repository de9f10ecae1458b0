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
 * - If the library notices a breach of what the comments require, it logs an assertion failure and
 *   aborts.  It cannot notice every breach.  A lack of memory aborts, too.
 *
 * A buffer of DPDK must not be passed to functions that reallocate or free memory, except for
 * ofpbuf_delete(), which ignores it.
 *
 * A program that has a 'struct list' of its own, or 'using namespace std' in C++, defines
 * NLSOCK_RENAME_LIST before it includes this file.  Then the structure here is called
 * 'struct nlsock_list'. */

#ifndef OFPBUF_H
#define OFPBUF_H 1

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "nlsock-types.h"

/* Where a buffer's allocation comes from.  The type has one byte. */
enum __attribute__((packed)) ofpbuf_source {
    OFPBUF_MALLOC,              /* malloc(): may move, and is freed. */
    OFPBUF_STACK,               /* The caller's: must not move. */
    OFPBUF_STUB,                /* The caller's: may move to malloc()'s. */
    OFPBUF_DPDK                 /* DPDK. */
};

#ifdef NLSOCK_RENAME_LIST
#define list nlsock_list
#endif

#include "generated/list.h"
#include "generated/ofpbuf.h"

#ifdef __cplusplus
extern "C" {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#endif

/* Access to the fields. */

/* Returns the address of the first byte of data; null if there is no allocation. */
static inline void *
ofpbuf_data(const struct ofpbuf *b)
{
    return b->data_;
}

/* Makes 'data', an address in the allocation, the start of the data.  Does not change the size. */
static inline void
ofpbuf_set_data(struct ofpbuf *b, void *data)
{
    b->data_ = data;
}

/* Returns the address of the first byte of the allocation; null if there is none. */
static inline void *
ofpbuf_base(const struct ofpbuf *b)
{
    return b->base_;
}

/* Makes 'base' the start of the allocation.  Changes nothing else: neither the size of the
 * allocation nor the memory that was there before. */
static inline void
ofpbuf_set_base(struct ofpbuf *b, void *base)
{
    b->base_ = base;
}

/* Returns the number of bytes of data. */
static inline uint32_t
ofpbuf_size(const struct ofpbuf *b)
{
    return b->size_;
}

/* Sets the number of bytes of data.  There must be enough room in the allocation. */
static inline void
ofpbuf_set_size(struct ofpbuf *b, uint32_t size)
{
    b->size_ = size;
}

/* Returns the address of the first byte after the data. */
static inline void *
ofpbuf_tail(const struct ofpbuf *b)
{
    return (char *) ofpbuf_data(b) + ofpbuf_size(b);
}

/* Returns the address of the first byte after the allocation. */
static inline void *
ofpbuf_end(const struct ofpbuf *b)
{
    return (char *) ofpbuf_base(b) + b->allocated;
}

/* Returns how many bytes can be prepended without reallocation. */
static inline size_t
ofpbuf_headroom(const struct ofpbuf *b)
{
    return (uintptr_t) ofpbuf_data(b) - (uintptr_t) ofpbuf_base(b);
}

/* Returns how many bytes can be appended without reallocation. */
static inline size_t
ofpbuf_tailroom(const struct ofpbuf *b)
{
    return (uintptr_t) ofpbuf_end(b) - (uintptr_t) ofpbuf_tail(b);
}

/* Returns the address of the 'size' bytes of data at 'offset'; null if the data has fewer. */
static inline void *
ofpbuf_at(const struct ofpbuf *b, size_t offset, size_t size)
{
    bool inside = offset <= ofpbuf_size(b) && size <= ofpbuf_size(b) - offset;

    return inside ? (char *) ofpbuf_data(b) + offset : NULL;
}

/* Returns the address of the 'size' bytes of data at 'offset'; aborts if the data has fewer. */
static inline void *
ofpbuf_at_assert(const struct ofpbuf *b, size_t offset, size_t size)
{
    NLSOCK_ASSERT(offset <= ofpbuf_size(b) && size <= ofpbuf_size(b) - offset);
    return (char *) ofpbuf_data(b) + offset;
}

/* Removes the data and the headroom of 'b'.  The allocation becomes tailroom. */
static inline void
ofpbuf_clear(struct ofpbuf *b)
{
    ofpbuf_set_data(b, ofpbuf_base(b));
    ofpbuf_set_size(b, 0);
}

/* Removes 'size' bytes from the start of the data and returns their address.  Aborts if the data
 * has fewer. */
static inline void *
ofpbuf_pull(struct ofpbuf *b, size_t size)
{
    void *data = ofpbuf_data(b);

    NLSOCK_ASSERT(ofpbuf_size(b) >= size);
    ofpbuf_set_data(b, (char *) data + size);
    ofpbuf_set_size(b, (uint32_t) (ofpbuf_size(b) - size));
    return data;
}

/* Removes 'size' bytes from the start of the data and returns their address.  If the data has
 * fewer, removes nothing and returns null. */
static inline void *
ofpbuf_try_pull(struct ofpbuf *b, size_t size)
{
    return ofpbuf_size(b) >= size ? ofpbuf_pull(b, size) : NULL;
}

/* Returns whether the data of two buffers is the same. */
static inline bool
ofpbuf_equal(const struct ofpbuf *a, const struct ofpbuf *b)
{
    return (ofpbuf_size(a) == ofpbuf_size(b)
            && (!ofpbuf_size(a)
                || !memcmp(ofpbuf_data(a), ofpbuf_data(b), ofpbuf_size(a))));
}

/* Memory and lists. */

/* Returns the pointer that ofpbuf_uninit(b) would pass to free(); null if it would free nothing. */
static inline void *
ofpbuf_get_uninit_pointer(struct ofpbuf *b)
{
    return b && b->source == OFPBUF_MALLOC ? ofpbuf_base(b) : NULL;
}

/* Frees the memory of 'b' and the structure 'b', which must be from malloc(), as that of
 * ofpbuf_new() is.  Does nothing if 'b' is null or a buffer of DPDK. */
static inline void
ofpbuf_delete(struct ofpbuf *b)
{
    if (b && b->source != OFPBUF_DPDK) {
        ofpbuf_uninit(b);
        free(b);
    }
}

/* Returns the buffer whose 'list_node' is 'list'. */
static inline struct ofpbuf *
ofpbuf_from_list(const struct list *list)
{
    uintptr_t node = (uintptr_t) list;

    return (struct ofpbuf *) (node - offsetof(struct ofpbuf, list_node));
}

#undef list

/* Headers of a packet: 'frame' is the address of the packet, and each other header an offset from
 * there. */

static inline void *
ofpbuf_layer__(const struct ofpbuf *b, uint16_t offset)
{
    return offset != UINT16_MAX ? (char *) b->frame + offset : NULL;
}

static inline uint16_t
ofpbuf_layer_offset__(const struct ofpbuf *b, const void *layer)
{
    return (uint16_t) (layer ? (uintptr_t) layer - (uintptr_t) b->frame : UINT16_MAX);
}

/* Returns the link header; null if the network header, which follows it, is not set. */
static inline void *
ofpbuf_l2(const struct ofpbuf *b)
{
    return b->l3_ofs != UINT16_MAX ? b->frame : NULL;
}

/* Sets the address of the packet, and unsets the offsets of all headers. */
static inline void
ofpbuf_set_frame(struct ofpbuf *b, void *packet)
{
    b->frame = packet;
    b->l2_5_ofs = UINT16_MAX;
    b->l3_ofs = UINT16_MAX;
    b->l4_ofs = UINT16_MAX;
}

/* Returns the MPLS label stack; null if it is not set. */
static inline void *
ofpbuf_l2_5(const struct ofpbuf *b)
{
    return ofpbuf_layer__(b, b->l2_5_ofs);
}

/* Sets the MPLS label stack to 'l2_5', an address after the frame's; null unsets it. */
static inline void
ofpbuf_set_l2_5(struct ofpbuf *b, void *l2_5)
{
    b->l2_5_ofs = ofpbuf_layer_offset__(b, l2_5);
}

/* Returns the network header; null if it is not set. */
static inline void *
ofpbuf_l3(const struct ofpbuf *b)
{
    return ofpbuf_layer__(b, b->l3_ofs);
}

/* Sets the network header to 'l3', an address after the frame's; null unsets it. */
static inline void
ofpbuf_set_l3(struct ofpbuf *b, void *l3)
{
    b->l3_ofs = ofpbuf_layer_offset__(b, l3);
}

/* Returns the transport header; null if it is not set. */
static inline void *
ofpbuf_l4(const struct ofpbuf *b)
{
    return ofpbuf_layer__(b, b->l4_ofs);
}

/* Sets the transport header to 'l4', an address after the frame's; null unsets it. */
static inline void
ofpbuf_set_l4(struct ofpbuf *b, void *l4)
{
    b->l4_ofs = ofpbuf_layer_offset__(b, l4);
}

/* Returns the number of bytes from the transport header to the end of the data; 0 if it is not
 * set. */
static inline size_t
ofpbuf_l4_size(const struct ofpbuf *b)
{
    return (b->l4_ofs != UINT16_MAX
            ? (uintptr_t) ofpbuf_tail(b) - (uintptr_t) ofpbuf_l4(b)
            : 0);
}

static inline const void *
ofpbuf_l4_payload__(const struct ofpbuf *b, size_t header)
{
    return ofpbuf_l4_size(b) >= header ? (const char *) ofpbuf_l4(b) + header : NULL;
}

/* Returns what follows the TCP header, options included; null if the data ends within the header,
 * or if the header's length makes no sense. */
static inline const void *
ofpbuf_get_tcp_payload(const struct ofpbuf *b)
{
    enum { TCP_MIN = 20, TCP_DATA_OFFSET = 12 };
    const unsigned char *tcp = (const unsigned char *) ofpbuf_l4_payload__(b, TCP_MIN);
    size_t header;

    if (!tcp) {
        return NULL;
    }
    /* The data offset is in the upper half of this byte, in units of 4 bytes. */
    header = (size_t) (tcp[TCP_DATA_OFFSET - TCP_MIN] >> 4) * 4;
    return header >= TCP_MIN ? ofpbuf_l4_payload__(b, header) : NULL;
}

/* Returns what follows the UDP header; null if the data ends within the header. */
static inline const void *
ofpbuf_get_udp_payload(const struct ofpbuf *b)
{
    return ofpbuf_l4_payload__(b, 8);
}

/* Returns what follows the SCTP header; null if the data ends within the header. */
static inline const void *
ofpbuf_get_sctp_payload(const struct ofpbuf *b)
{
    return ofpbuf_l4_payload__(b, 12);
}

/* Returns what follows the first 8 bytes of the ICMP message; null if the data ends within them. */
static inline const void *
ofpbuf_get_icmp_payload(const struct ofpbuf *b)
{
    return ofpbuf_l4_payload__(b, 8);
}

#ifdef __cplusplus
#pragma GCC diagnostic pop
}
#endif

#endif /* ofpbuf.h */
