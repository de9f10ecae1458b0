#ifndef NLSOCK_GENERATED_OFPBUF_H
#define NLSOCK_GENERATED_OFPBUF_H

/* Generated from the Rust sources: see CONTRIBUTING.md.  Do not edit. */

/**
 * A doubly linked list's head or element. An empty list's head points to itself both ways.
 */
struct ovs_list {
  /**
   * Previous list element.
   */
  struct ovs_list *prev;
  /**
   * Next list element.
   */
  struct ovs_list *next;
};

/**
 * A buffer for arbitrary data that grows at either end.
 *
 * Not thread-safe: one thread at a time.
 */
struct ofpbuf {
  /**
   * First byte of allocated space, or null.
   */
  void *base;
  /**
   * First byte in use.
   */
  void *data;
  /**
   * Number of bytes in use.
   */
  uint32_t size;
  /**
   * Number of bytes allocated.
   */
  uint32_t allocated;
  /**
   * Start of a header, or null. It moves with the data.
   */
  void *header;
  /**
   * Start of a message's body, or null. It moves with the data.
   */
  void *msg;
  /**
   * For the buffer's owner to put it on a list.
   */
  struct ovs_list list_node;
  /**
   * Where the memory at 'base' comes from.
   */
  enum ofpbuf_source source;
};

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Makes 'b' an empty buffer over 'allocated' bytes at 'base', which stay the caller's and never
 * move: growing beyond them aborts. ofpbuf_uninit() is not needed.
 */
void ofpbuf_use_stack(struct ofpbuf *b, void *base, size_t allocated);

/**
 * Makes 'b' an empty buffer over 'allocated' bytes at 'base', which stay the caller's. Growing
 * beyond them moves the data to the heap, so ofpbuf_uninit() is needed.
 */
void ofpbuf_use_stub(struct ofpbuf *b, void *base, size_t allocated);

/**
 * Makes 'b' a view of 'size' bytes at 'data', to look at; growing it aborts.
 */
void ofpbuf_use_const(struct ofpbuf *b, const void *data, size_t size);

/**
 * Makes 'b' an empty buffer with room for 'size' bytes.
 */
void ofpbuf_init(struct ofpbuf *b, size_t size);

/**
 * Frees the memory of 'b', if it is malloc()'d; not 'b' itself. 'b' may be null.
 */
void ofpbuf_uninit(struct ofpbuf *b);

/**
 * ofpbuf_uninit() and ofpbuf_init().
 */
void ofpbuf_reinit(struct ofpbuf *b, size_t size);

/**
 * Returns a new, empty buffer with room for 'size' bytes. Free it with ofpbuf_delete().
 */
struct ofpbuf *ofpbuf_new(size_t size);

/**
 * Returns a new, empty buffer with room for 'size' bytes behind 'headroom'. Free it with
 * ofpbuf_delete().
 */
struct ofpbuf *ofpbuf_new_with_headroom(size_t size, size_t headroom);

/**
 * Returns a copy of 'b', without head- or tailroom. Free it with ofpbuf_delete().
 */
struct ofpbuf *ofpbuf_clone(const struct ofpbuf *b);

/**
 * Returns a copy of 'b' behind 'headroom'. Frame and offsets are copied, too. Free it with
 * ofpbuf_delete().
 */
struct ofpbuf *ofpbuf_clone_with_headroom(const struct ofpbuf *b, size_t headroom);

/**
 * Returns a new buffer with a copy of the 'size' bytes at 'data'. Free it with ofpbuf_delete().
 */
struct ofpbuf *ofpbuf_clone_data(const void *data, size_t size);

/**
 * Returns a new buffer with a copy of the 'size' bytes at 'data' behind 'headroom'. Free it with
 * ofpbuf_delete().
 */
struct ofpbuf *ofpbuf_clone_data_with_headroom(const void *data, size_t size, size_t headroom);

/**
 * Adds 'size' uninitialised bytes at the end and returns the first.
 */
void *ofpbuf_put_uninit(struct ofpbuf *b, size_t size);

/**
 * Adds 'size' zero bytes at the end and returns the first.
 */
void *ofpbuf_put_zeros(struct ofpbuf *b, size_t size);

/**
 * Adds a copy of the 'size' bytes at 'p' at the end and returns its start. 'p' may be null if
 * 'size' is 0.
 */
void *ofpbuf_put(struct ofpbuf *b, const void *p, size_t size);

/**
 * Adds the bytes that pairs of hex digits at the start of 's' stand for; blanks (space, tab, CR,
 * LF, in the flavour of 3.1 also periods) before a pair are skipped. Returns the first character that is not the first of a pair. If
 * 'n' is nonnull, stores in it how many bytes were added.
 */
char *ofpbuf_put_hex(struct ofpbuf *b,
                     const char *s,
                     size_t *n);

/**
 * Reserves 'size' bytes of headroom in an empty buffer.
 */
void ofpbuf_reserve(struct ofpbuf *b, size_t size);

/**
 * Adds 'size' uninitialised bytes at the start and returns the first.
 */
void *ofpbuf_push_uninit(struct ofpbuf *b, size_t size);

/**
 * Adds 'size' zero bytes at the start and returns the first.
 */
void *ofpbuf_push_zeros(struct ofpbuf *b, size_t size);

/**
 * Adds a copy of the 'size' bytes at 'p' at the start and returns its start. 'p' may be null if
 * 'size' is 0.
 */
void *ofpbuf_push(struct ofpbuf *b, const void *p, size_t size);

/**
 * Makes sure that 'size' bytes can be added at the start without reallocation.
 */
void ofpbuf_prealloc_headroom(struct ofpbuf *b, size_t size);

/**
 * Makes sure that 'size' bytes can be added at the end without reallocation.
 */
void ofpbuf_prealloc_tailroom(struct ofpbuf *b, size_t size);

/**
 * Gives back head- and tailroom of a malloc()'d buffer; others stay as they are.
 */
void ofpbuf_trim(struct ofpbuf *b);

/**
 * Adds zero bytes at the end until 'length' bytes are in use.
 */
void ofpbuf_padto(struct ofpbuf *b, size_t length);

/**
 * Moves the data by 'delta' bytes within the memory, which must have the room.
 */
void ofpbuf_shift(struct ofpbuf *b, int delta);

/**
 * Returns the data as malloc()'d memory, which the caller frees, and leaves 'b' without memory.
 * 'b' itself stays the caller's to free.
 */
void *ofpbuf_steal_data(struct ofpbuf *b);

/**
 * Returns a malloc()'d string, which the caller frees: sizes, and a hex dump of up to 'maxbytes'
 * of the data.
 */
char *ofpbuf_to_string(const struct ofpbuf *b, size_t maxbytes);

/**
 * Takes each buffer off 'list' and deletes it.
 */
void ofpbuf_list_delete(struct ovs_list *list);

/**
 * Makes 'b' a buffer over the memory of 'ds', which 'b' now owns, with its content.
 */
void ofpbuf_use_ds(struct ofpbuf *b, const struct ds *ds);

/**
 * Makes 'b' a buffer with the 'size' bytes at 'data', which stay the caller's. Growing moves them to
 * the heap, so ofpbuf_uninit() is needed.
 */
void ofpbuf_use_data(struct ofpbuf *b,
                     const void *data,
                     size_t size);

/**
 * Inserts a copy of the 'n' bytes at 'data', which are not the buffer's own, behind the first
 * 'offset' bytes, which must be there.
 */
void ofpbuf_insert(struct ofpbuf *b, size_t offset, const void *data, size_t n);

/**
 * Moves the data to memory aligned as malloc()'s, without head- and tailroom. Not for buffers that
 * cannot move.
 */
void ofpbuf_align(struct ofpbuf *b);

/**
 * Cuts 'b' to its first 'new_size' bytes, which must be there.
 */
void ofpbuf_truncate(struct ofpbuf *b, size_t new_size);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* NLSOCK_GENERATED_OFPBUF_H */
