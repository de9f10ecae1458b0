/* SPDX-License-Identifier: Apache-2.0 */
/* What the drivers share.  There is one for each implementation: the same work, under the same
 * names, by this interface (whoever implements it), by system calls, by libmnl, by libnl. */

#ifndef DRIVER_H
#define DRIVER_H 1

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* An answer that is not the one expected ends the measurement: a wrong answer costs nothing. */
#define MUST(CONDITION)                                                         \
    do {                                                                        \
        if (!(CONDITION)) {                                                     \
            fprintf(stderr, "%s:%d: not so: %s (errno %d)\n", __FILE__,         \
                    __LINE__, #CONDITION, errno);                               \
            exit(EXIT_FAILURE);                                                 \
        }                                                                       \
    } while (0)

struct workload {
    const char *name;

    /* What is not measured and done once; may be null. */
    void (*set_up)(long size);

    /* Does the work 'n' times.  Returns how many items that were, which the cost is divided by:
     * messages in a batch or a dump, else 'n'. */
    long (*run)(long n);
};

/* The workloads of the driver.  The last one has no name. */
extern const struct workload workloads[];

/* The clock that measures time: the monotonic one, unless a workload sets another. */
extern clockid_t work_clock;

/* Stop and restart the clock around what is not part of the work. */
void clock_stop(void);
void clock_start(void);

/* A remark about the run, as one word; empty if there is none. */
extern char remark[64];

#endif /* driver.h */
