/* SPDX-License-Identifier: Apache-2.0 */
/* DRIVER list: the names of its workloads.
 * DRIVER WORKLOAD SIZE count N: does it N times, for callgrind.
 * DRIVER WORKLOAD SIZE time MS: does it for at least MS milliseconds, and prints nanoseconds
 * for each item, the most memory that the process had (KiB), and a remark. */

#include <string.h>
#include <sys/resource.h>
#include "driver.h"

clockid_t work_clock = CLOCK_MONOTONIC;
char remark[64];

static uint64_t stopped_at;
static uint64_t excluded;

static uint64_t
now(void)
{
    struct timespec t;

    clock_gettime(work_clock, &t);
    return (uint64_t) t.tv_sec * 1000000000 + (uint64_t) t.tv_nsec;
}

void
clock_stop(void)
{
    stopped_at = now();
}

void
clock_start(void)
{
    excluded += now() - stopped_at;
}

/* Returns how long the work took. */
static uint64_t
measure(const struct workload *w, long n, long *items)
{
    uint64_t start;

    excluded = 0;
    start = now();
    *items = w->run(n);
    return now() - start - excluded;
}

/* Repeats with larger runs until one is long enough, and prints the result of that one.  The runs
 * before it have filled the caches and the pool of sockets. */
static void
time_for(const struct workload *w, uint64_t wanted)
{
    struct rusage usage;
    uint64_t elapsed;
    long items;
    long n = 1;

    elapsed = measure(w, n, &items);
    do {
        uint64_t factor = wanted * 5 / 4 / (elapsed + 1) + 1;

        n *= factor < 16 ? (long) factor : 16;
        elapsed = measure(w, n, &items);
    } while (elapsed < wanted);
    MUST(!getrusage(RUSAGE_SELF, &usage));
    printf("%.2f %ld %s\n", (double) elapsed / (double) items, usage.ru_maxrss,
           remark[0] ? remark : "-");
}

int
main(int argc, char *argv[])
{
    const struct workload *w;
    long number;

    if (argc == 2 && !strcmp(argv[1], "list")) {
        for (w = workloads; w->name; w++) {
            puts(w->name);
        }
        return EXIT_SUCCESS;
    }
    MUST(argc == 5);
    for (w = workloads; w->name && strcmp(w->name, argv[1]); w++) {
        continue;
    }
    MUST(w->name);
    if (w->set_up) {
        w->set_up(atol(argv[2]));
    }
    number = atol(argv[4]);
    MUST(number > 0);
    if (!strcmp(argv[3], "time")) {
        time_for(w, (uint64_t) number * 1000000);
    } else {
        long items = w->run(number);
        printf("%ld\n", items);
    }
    return EXIT_SUCCESS;
}
