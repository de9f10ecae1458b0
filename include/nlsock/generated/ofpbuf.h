#ifndef NLSOCK_GENERATED_OFPBUF_H
#define NLSOCK_GENERATED_OFPBUF_H

/* SPDX-License-Identifier: Apache-2.0 */
/* Generated from the Rust sources: see CONTRIBUTING.md.  Do not edit. */

/**
 * A buffer for any data, which grows at both ends.
 *
 * Callers may use the fields 'frame', 'l2_5_ofs', 'l3_ofs', 'l4_ofs' and 'list_node'. For the
 * other fields, there are the functions of ofpbuf.h.
 */
struct ofpbuf {
  /**
   * The first byte of the allocation; null if there is none.
   */
  void *base_;
  /**
   * The first byte of the data.
   */
  void *data_;
  /**
   * The number of bytes of data.
   */
  uint32_t size_;
  /**
   * The number of bytes in the allocation.
   */
  uint32_t allocated;
  /**
   * The start of the packet's frame, or null. If the data moves, the pointer is adjusted.
   */
  void *frame;
  /**
   * The offset of the MPLS label stack from 'frame'; UINT16_MAX if there is none.
   */
  uint16_t l2_5_ofs;
  /**
   * The offset of the network header from 'frame'; UINT16_MAX if there is none.
   */
  uint16_t l3_ofs;
  /**
   * The offset of the transport header from 'frame'; UINT16_MAX if there is none.
   */
  uint16_t l4_ofs;
  /**
   * Where the allocation comes from.
   */
  enum ofpbuf_source source;
  /**
   * A list element, by which the owner of the buffer can put the buffer on a list.
   */
  struct list list_node;
};

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Makes 'b' an empty buffer in the 'allocated' bytes at 'base'. Growing beyond them aborts the
 * process. ofpbuf_uninit() is not necessary.
 *
 * # Ownership
 * The memory stays the caller's.
 */
void ofpbuf_use_stack(struct ofpbuf *b, void *base, size_t allocated);

/**
 * Makes 'b' an empty buffer in the 'allocated' bytes at 'base'. If the buffer grows beyond them,
 * its data moves to the heap, so ofpbuf_uninit() is necessary.
 *
 * # Ownership
 * The memory stays the caller's.
 */
void ofpbuf_use_stub(struct ofpbuf *b, void *base, size_t allocated);

/**
 * Makes 'b' a view of the 'size' bytes at 'data', which must not be written through 'b'. Growing
 * 'b' aborts the process. ofpbuf_uninit() is not necessary.
 *
 * # Ownership
 * The memory stays the caller's.
 */
void ofpbuf_use_const(struct ofpbuf *b, const void *data, size_t size);

/**
 * Makes 'b' an empty buffer with an allocation of 'size' bytes.
 *
 * # Ownership
 * The caller frees the memory with ofpbuf_uninit().
 */
void ofpbuf_init(struct ofpbuf *b, size_t size);

/**
 * Frees the memory of 'b' if it is from malloc(), but not the structure 'b'. Does nothing if 'b'
 * is null. 'b' must be initialised again before it is used.
 */
void ofpbuf_uninit(struct ofpbuf *b);

/**
 * Frees the memory of 'b' like ofpbuf_uninit(), and initialises 'b' again like ofpbuf_init().
 */
void ofpbuf_reinit(struct ofpbuf *b, size_t size);

/**
 * Allocates an empty buffer with an allocation of 'size' bytes.
 *
 * # Ownership
 * The caller frees it with ofpbuf_delete().
 */
struct ofpbuf *ofpbuf_new(size_t size);

/**
 * Allocates an empty buffer with 'headroom' bytes of headroom and room for 'size' bytes after
 * them.
 *
 * # Ownership
 * The caller frees it with ofpbuf_delete().
 */
struct ofpbuf *ofpbuf_new_with_headroom(size_t size, size_t headroom);

/**
 * Allocates a copy of 'b': see ofpbuf_clone_with_headroom(). The copy has no headroom.
 *
 * # Ownership
 * The caller frees it with ofpbuf_delete().
 */
struct ofpbuf *ofpbuf_clone(const struct ofpbuf *b);

/**
 * Allocates a buffer with 'headroom' bytes of headroom and a copy of the data of 'b'. Also copies
 * the fields of 'b' that locate headers within the data, and adjusts them to the copy.
 *
 * # Ownership
 * The caller frees it with ofpbuf_delete().
 */
struct ofpbuf *ofpbuf_clone_with_headroom(const struct ofpbuf *b, size_t headroom);

/**
 * Allocates a buffer with a copy of the 'size' bytes at 'data', which may be null if 'size' is 0.
 *
 * # Ownership
 * The caller frees it with ofpbuf_delete().
 */
struct ofpbuf *ofpbuf_clone_data(const void *data, size_t size);

/**
 * Allocates a buffer with 'headroom' bytes of headroom and a copy of the 'size' bytes at 'data',
 * which may be null if 'size' is 0.
 *
 * # Ownership
 * The caller frees it with ofpbuf_delete().
 */
struct ofpbuf *ofpbuf_clone_data_with_headroom(const void *data, size_t size, size_t headroom);

/**
 * Appends 'size' uninitialised bytes to 'b' and returns the address of the first.
 */
void *ofpbuf_put_uninit(struct ofpbuf *b, size_t size);

/**
 * Appends 'size' zero bytes to 'b' and returns the address of the first.
 */
void *ofpbuf_put_zeros(struct ofpbuf *b, size_t size);

/**
 * Appends a copy of the 'size' bytes at 'p' to 'b' and returns the address of the copy. 'p' may be
 * null if 'size' is 0.
 */
void *ofpbuf_put(struct ofpbuf *b, const void *p, size_t size);

/**
 * Reads pairs of hex digits from the start of 's' and appends the byte that each pair stands for
 * to 'b'. Skips blanks before a pair: spaces, tabs, CR, LF; in the 3.x interface also periods. If
 * 'n' is nonnull, stores the number of bytes appended in '*n'.
 *
 * # Return value
 * The address of the first character that does not start a pair.
 */
char *ofpbuf_put_hex(struct ofpbuf *b, const char *s, size_t *n);

/**
 * Adds 'size' bytes of headroom to 'b', which must be empty.
 */
void ofpbuf_reserve(struct ofpbuf *b, size_t size);

/**
 * Prepends 'size' uninitialised bytes to the data of 'b' and returns the address of the first.
 */
void *ofpbuf_push_uninit(struct ofpbuf *b, size_t size);

/**
 * Prepends 'size' zero bytes to the data of 'b' and returns the address of the first.
 */
void *ofpbuf_push_zeros(struct ofpbuf *b, size_t size);

/**
 * Prepends a copy of the 'size' bytes at 'p' to the data of 'b' and returns the address of the
 * copy. 'p' may be null if 'size' is 0.
 */
void *ofpbuf_push(struct ofpbuf *b, const void *p, size_t size);

/**
 * Makes sure that 'size' bytes can be prepended to the data of 'b' without reallocation.
 */
void ofpbuf_prealloc_headroom(struct ofpbuf *b, size_t size);

/**
 * Makes sure that 'size' bytes can be appended to 'b' without reallocation.
 */
void ofpbuf_prealloc_tailroom(struct ofpbuf *b, size_t size);

/**
 * Reallocates 'b' so that it has neither headroom nor tailroom, if its memory is from malloc().
 * Otherwise does nothing.
 */
void ofpbuf_trim(struct ofpbuf *b);

/**
 * Appends zero bytes to 'b' until 'b' has at least 'length' bytes of data.
 */
void ofpbuf_padto(struct ofpbuf *b, size_t length);

/**
 * Moves the data of 'b' by 'delta' bytes within its memory: towards the end if 'delta' is
 * positive, towards the start if it is negative. There must be that much tailroom or headroom.
 */
void ofpbuf_shift(struct ofpbuf *b, int delta);

/**
 * Returns the data of 'b' in memory from malloc(), and leaves 'b' without memory. 'b' must be
 * initialised again before it is used.
 *
 * # Ownership
 * The caller frees the memory with free(). The structure 'b' stays the caller's.
 */
void *ofpbuf_steal_data(struct ofpbuf *b);

/**
 * Returns a description of 'b': its sizes, and a hex dump of up to 'maxbytes' bytes of its data.
 *
 * # Ownership
 * The caller frees the string with free().
 */
char *ofpbuf_to_string(const struct ofpbuf *b, size_t maxbytes);

/**
 * Removes each buffer from 'list', whose elements are the 'list_node' of buffers, and frees the
 * buffer as ofpbuf_delete() does.
 */
void ofpbuf_list_delete(struct list *list);

/**
 * Makes 'b' an empty buffer in the 'allocated' bytes at 'base', which must be from malloc().
 *
 * # Ownership
 * The memory now belongs to 'b'; the caller frees it with ofpbuf_uninit().
 */
void ofpbuf_use(struct ofpbuf *b, void *base, size_t allocated);

/**
 * Initialises 'b', whose memory is a packet buffer of DPDK with 'allocated' bytes. DPDK has set
 * the base, the data and the size already; sets the other fields.
 */
void ofpbuf_init_dpdk(struct ofpbuf *b, size_t allocated);

/**
 * Adds 'headroom' bytes of headroom and 'tailroom' bytes of tailroom to 'b', which must be empty.
 */
void ofpbuf_reserve_with_tailroom(struct ofpbuf *b, size_t headroom, size_t tailroom);

/**
 * Prepends 'increment' uninitialised bytes to the data of 'b', or, if 'increment' is negative,
 * removes -'increment' bytes from the start of the data. Then sets the frame to the new start of
 * the data, and adds 'increment' to the offsets of the network header and of the transport header,
 * if they are set.
 *
 * # Return value
 * The frame.
 */
void *ofpbuf_resize_l2_5(struct ofpbuf *b, int increment);

/**
 * Does the same as ofpbuf_resize_l2_5(), and also adds 'increment' to the offset of the MPLS label
 * stack, if that is set.
 */
void *ofpbuf_resize_l2(struct ofpbuf *b, int increment);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* NLSOCK_GENERATED_OFPBUF_H */
