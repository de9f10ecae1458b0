/* SPDX-License-Identifier: Apache-2.0 */
/* What a process has: memory, heap, descriptors. */

#ifndef SIZES_H
#define SIZES_H 1

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "descriptors.h"
#include "processes.h"

/* Returns the sum of a field of a file in /proc/self, in KiB.  'field' includes the colon. */
static inline long
sum_of(const char *file, const char *field)
{
    FILE *stream = fopen(file, "r");
    char line[512];
    long sum = 0;

    if (!stream) {
        perror(file);
        exit(EXIT_FAILURE);
    }
    while (fgets(line, sizeof line, stream)) {
        if (!strncmp(line, field, strlen(field))) {
            sum += strtol(line + strlen(field), NULL, 10);
        }
    }
    fclose(stream);
    return sum;
}

/* Address space and resident memory, in KiB. */
static inline long address_space(void) { return sum_of("/proc/self/status", "VmSize:"); }
static inline long resident(void) { return sum_of("/proc/self/status", "VmRSS:"); }

/* Bytes of the heap that are in use, 0 if nobody can tell. */
static inline long
heap_in_use(void)
{
#if defined(__GLIBC_PREREQ)
#if __GLIBC_PREREQ(2, 33)
    return (long) mallinfo2().uordblks;
#endif
#endif
    return 0;
}

struct sizes {
    long address_space;
    long heap;
    int descriptors;
};

static inline struct sizes
sizes_now(void)
{
    struct sizes sizes;

    /* Reading the first and the last allocates, but frees that again.  The address space is also
     * that of valgrind and of sanitizers. */
    sizes.address_space = runs_slowly() || SANITIZED ? 0 : address_space();
    sizes.descriptors = count_descriptors();
    sizes.heap = heap_in_use();
    return sizes;
}

/* What the library keeps of threads that ended, in KiB of address space. */
#define KEPT (4 * 4100)

/* Checks that the process has not grown since 'BEFORE'.  Up to 128 KiB of address space and 4 KiB
 * of the heap more are the C library's, which keeps what was freed. */
#define CHECK_NOT_GROWN(BEFORE)                                                 \
    do {                                                                        \
        struct sizes now__ = sizes_now();                                       \
        long more_space__ = now__.address_space - (BEFORE).address_space;       \
        long more_heap__ = now__.heap - (BEFORE).heap;                          \
        int more_fds__ = now__.descriptors - (BEFORE).descriptors;              \
        if (more_space__ > 128 + KEPT || more_heap__ > 4096 || more_fds__ > 0) {       \
            tap_diagnostic("more: %ld KiB of address space, %ld bytes of the "  \
                           "heap, %d descriptors", more_space__, more_heap__,   \
                           more_fds__);                                         \
            CHECK(!"grown");                                                    \
        }                                                                       \
    } while (0)

#endif /* sizes.h */
