/* SPDX-License-Identifier: Apache-2.0 */
/* What the library holds: allocations, mappings, descriptors. */

#include <fcntl.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "every-call.h"

/* A hash table of addresses; a power of 2. */
#define N_ADDRESSES 65536
/* How many descriptors are counted, the lowest and the highest ones. */
#define N_DESCRIPTORS 256

/* Stands for an address that was removed. */
#define REMOVED ((void *) 1)

static void *allocations[N_ADDRESSES], *mappings[64];
static long n_allocations, n_mappings;
static char locked;

static void
lock(void)
{
    while (__atomic_test_and_set(&locked, __ATOMIC_ACQUIRE)) {
        /* Another thread is about to be done. */
    }
}

static void
unlock(void)
{
    __atomic_clear(&locked, __ATOMIC_RELEASE);
}

/* Returns the place of 'p' in a table of 'n', or of the first free one. */
static void **
find(void **table, size_t n, const void *p)
{
    size_t at = ((uintptr_t) p >> 4) * 0x9e3779b97f4a7c15u >> 40;
    void **removed = NULL;

    for (size_t i = 0; i < n; i++) {
        void **place = &table[(at + i) % n];

        if (*place == p) {
            return place;
        } else if (!*place) {
            return removed ? removed : place;
        } else if (*place == REMOVED && !removed) {
            removed = place;
        }
    }
    return removed;
}

static void
add(void **table, size_t n, long *count, void *p)
{
    void **place;

    lock();
    place = find(table, n, p);
    if (place && *place != p) {
        *place = p;
        ++*count;
    }
    unlock();
}

static bool
take_out(void **table, size_t n, long *count, const void *p)
{
    void **place;
    bool found;

    lock();
    place = find(table, n, p);
    found = place && *place == p;
    if (found) {
        *place = REMOVED;
        --*count;
    }
    unlock();
    return found;
}

void
held_allocation(void *p)
{
    add(allocations, N_ADDRESSES, &n_allocations, p);
}

bool
released_allocation(void *p)
{
    return p && take_out(allocations, N_ADDRESSES, &n_allocations, p);
}

void
held_mapping(void *start)
{
    add(mappings, 64, &n_mappings, start);
}

bool
released_mapping(void *start)
{
    return take_out(mappings, 64, &n_mappings, start);
}

struct held
held_now(void)
{
    /* That of a capture has one of the highest numbers up to 4096. */
    long most = sysconf(_SC_OPEN_MAX);
    int high = (int) (most < 0 || most > 4096 ? 4096 : most) - 1;
    struct held held = { n_allocations, n_mappings, 0 };

    for (int fd = 0; fd < N_DESCRIPTORS; fd++) {
        held.descriptors += syscall(SYS_fcntl, fd, F_GETFD) >= 0;
        held.descriptors += syscall(SYS_fcntl, high - fd, F_GETFD) >= 0;
    }
    return held;
}
