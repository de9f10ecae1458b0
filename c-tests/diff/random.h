/* SPDX-License-Identifier: Apache-2.0 */
/* Random operations on a few buffers: what their files share. */

#ifndef RANDOM_H
#define RANDOM_H 1

#include "cases.h"

enum { N_SLOTS = 6, MEMORY = 320, DEPTH = 6, LARGE = 6000 };

/* A buffer, with the attributes in it that were started and not ended. */
struct slot {
    struct ofpbuf b;
    size_t offsets[DEPTH];
    int depth;
    _Alignas(16) uint8_t memory[MEMORY];        /* Of a buffer that is not malloc()'s. */
};

extern struct slot slots[N_SLOTS];

/* An operation on a buffer.  It makes only calls that the interface allows, and records arguments
 * and results with note(). */
typedef void operation(struct slot *);

struct operation {
    const char *name;
    operation *run;
};

void note(const char *format, ...) __attribute__((format(printf, 1, 2)));
void note_at(const struct ofpbuf *, const void *);
void note_bytes(const void *, size_t);

/* A size: mostly small, and around what growing adds. */
size_t some_size(void);
/* A size that can be added at the end, or at the start. */
size_t size_behind(const struct slot *);
size_t size_before(const struct slot *);
/* 'size' bytes that differ from step to step. */
const uint8_t *some_bytes(size_t size);
/* Gives bytes that are not initialised a value. */
void fill(void *, size_t);
/* The content moved or went: attributes that were started cannot be ended. */
void moved(struct slot *);

/* Sets a slot up anew. */
operation start_slot;

extern const struct operation buffer_operations[], whole_operations[], message_operations[],
    reading_operations[];
extern const uint32_t n_buffer_operations, n_whole_operations, n_message_operations,
    n_reading_operations;

#endif /* random.h */
