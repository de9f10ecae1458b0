/* SPDX-License-Identifier: Apache-2.0 */
/* malloc() and the like for a program whose signal handlers allocate, too, and whose children may
 * start at any instruction.
 *
 * Memory is in slots of five sizes.  One atomic exchange takes a slot, one atomic store gives it
 * back, so there is nothing to wait for, and nothing that an interruption leaves half done.  To be
 * included by one file of a program.  Sanitizers have an allocator of their own, which stays. */

#ifndef SIGNAL_SAFE_MALLOC_H
#define SIGNAL_SAFE_MALLOC_H 1

#include "processes.h"

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Slots of SIZE bytes, N of them. */
#define SLOTS(SIZE, N)                                                          \
    static _Alignas(4096) char slots_##SIZE[(size_t) (N) * (SIZE)];             \
    static unsigned char taken_##SIZE[N]
SLOTS(128, 8192);
SLOTS(1024, 4096);
SLOTS(8192, 1024);
SLOTS(65536, 256);
SLOTS(1048576, 32);

static const struct slots {
    size_t size;
    size_t n;
    char *memory;
    unsigned char *taken;
} all_slots[] = {
    { 128, 8192, slots_128, taken_128 },
    { 1024, 4096, slots_1024, taken_1024 },
    { 8192, 1024, slots_8192, taken_8192 },
    { 65536, 256, slots_65536, taken_65536 },
    { 1048576, 32, slots_1048576, taken_1048576 },
};

#define N_SLOTS (sizeof all_slots / sizeof all_slots[0])

/* Returns a slot of at least 'size' bytes and a multiple of 'alignment', or null. */
static void *
take_slot(size_t size, size_t alignment)
{
    size_t i, j;

    for (i = 0; i < N_SLOTS; i++) {
        const struct slots *slots = &all_slots[i];

        if (slots->size < size || slots->size < alignment) {
            continue;
        }
        for (j = 0; j < slots->n; j++) {
            if (!__atomic_load_n(&slots->taken[j], __ATOMIC_RELAXED)
                && !__atomic_exchange_n(&slots->taken[j], 1, __ATOMIC_ACQUIRE)) {
                return slots->memory + j * slots->size;
            }
        }
    }
    errno = ENOMEM;
    return NULL;
}

/* Returns the slots that 'p' is one of. */
static const struct slots *
slots_of(const void *p)
{
    const struct slots *slots = all_slots;

    while ((const char *) p < slots->memory
           || (const char *) p >= slots->memory + slots->n * slots->size) {
        slots++;
    }
    return slots;
}

void *
malloc(size_t size)
{
    return take_slot(size, 16);
}

void
free(void *p)
{
    if (p) {
        const struct slots *slots = slots_of(p);
        size_t index = (size_t) ((char *) p - slots->memory) / slots->size;

        __atomic_store_n(&slots->taken[index], 0, __ATOMIC_RELEASE);
    }
}

void *
calloc(size_t n, size_t size)
{
    size_t product;
    void *p;

    if (__builtin_mul_overflow(n, size, &product)) {
        errno = ENOMEM;
        return NULL;
    }
    p = take_slot(product, 16);
    return p ? memset(p, 0, product) : NULL;
}

void *
realloc(void *old, size_t size)
{
    size_t old_size = old ? slots_of(old)->size : 0;
    void *p;

    if (old && size <= old_size) {
        return old;
    }
    p = take_slot(size, 16);
    if (p && old) {
        memcpy(p, old, old_size);
        free(old);
    }
    return p;
}

void *
aligned_alloc(size_t alignment, size_t size)
{
    return take_slot(size, alignment);
}

void *
memalign(size_t alignment, size_t size)
{
    return take_slot(size, alignment);
}

int
posix_memalign(void **p, size_t alignment, size_t size)
{
    *p = take_slot(size, alignment);
    return *p ? 0 : ENOMEM;
}

#endif
#endif /* signal-safe-malloc.h */
