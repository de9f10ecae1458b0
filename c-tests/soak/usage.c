/* SPDX-License-Identifier: Apache-2.0 */
/* What the process uses. */

#include <malloc.h>
#include "descriptors.h"
#include "soak.h"

/* Returns how much memory is resident, in KiB. */
static long
resident(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    long pages = -1;

    malloc_trim(0);
    if (!file || fscanf(file, "%*d %ld", &pages) != 1) {
        perror("/proc/self/statm");
        exit(EXIT_FAILURE);
    }
    fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

struct usage
measure(void)
{
    struct usage usage;

    usage.descriptors = count_descriptors();
    nlsock_pool_flush();
    usage.flushed = count_descriptors();
    usage.memory = resident();
    return usage;
}

void
print_usage(const char *when, const struct usage *usage)
{
    printf("# %s: %d descriptors, %d without the pool, %ld KiB resident\n", when,
           usage->descriptors, usage->flushed, usage->memory);
}
