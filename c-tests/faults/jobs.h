/* SPDX-License-Identifier: Apache-2.0 */
/* Runs numbered scripts on all processors, in processes that share what is in 'jobs'. */

#ifndef JOBS_H
#define JOBS_H 1

#include <stdbool.h>
#include <stdio.h>

#define MAX_JOBS 64
#define MAX_KINDS 64

/* A kind of violation, as counted by one process. */
struct kind {
    char what[120];
    unsigned long long n, example;
};

struct jobs {
    unsigned long long first, count;
    int n;                      /* Processes; with 1, everything runs in this one. */
    /* The lowest script with a violation.  Scripts above it are not run any more. */
    volatile unsigned long long violation;
    struct job {
        volatile unsigned long long number;     /* The script that runs. */
        volatile unsigned long long done;
        struct kind kinds[MAX_KINDS];
    } job[MAX_JOBS];
};

/* Shared memory, zeroed; 'n' is the number of processors unless it is positive. */
struct jobs *jobs_new(unsigned long long first, unsigned long long count, int n);

/* Each process calls 'run' for its scripts, and 'finish' after them, whose result is its exit
 * status.  Returns whether all are 0.  Otherwise what the process printed that had the lowest
 * violation is printed.  With 'progress', reports on standard error every ten seconds. */
bool jobs_run(void (*run)(unsigned long long number), int (*finish)(void),
              bool progress);

/* Notes that the script that this process runs has a violation. */
void jobs_violation(void);

/* The process's own part. */
struct job *jobs_own(void);

#endif /* jobs.h */
