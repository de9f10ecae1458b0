/* SPDX-License-Identifier: Apache-2.0 */
/* Counts of wrong answers and of children, in all processes and threads of a test. */

#ifndef TALLY_H
#define TALLY_H 1

#include <pthread.h>
#include "answers.h"
#include "processes.h"

/* What is counted in all processes of a test. */
static struct {
    int forks;          /* Number of children. */
    int wrong;          /* Number of wrong answers. */
} *counts;

static inline void
count(int *counter)
{
    __atomic_add_fetch(counter, 1, __ATOMIC_RELAXED);
}

static inline int
forks_so_far(void)
{
    return __atomic_load_n(&counts->forks, __ATOMIC_RELAXED);
}

static inline void
judge(bool right)
{
    if (!right) {
        count(&counts->wrong);
    }
}

static inline void *
use_library(void *right)
{
    *(bool *) right = all_answers_are_right();
    return NULL;
}

/* Starts threads that use the library.  Returns whether they got the right answers. */
static inline bool
threads_get_answers(void)
{
    enum { N = 2 };
    pthread_t threads[N];
    bool right[N];
    bool all = true;
    int i;

    for (i = 0; i < N; i++) {
        if (pthread_create(&threads[i], NULL, use_library, &right[i])) {
            return false;
        }
    }
    for (i = 0; i < N; i++) {
        pthread_join(threads[i], NULL);
        all = all && right[i];
    }
    return all;
}

static inline void
start_counting(void)
{
    counts = share(sizeof *counts);
}

static inline void
check_tally(int forks)
{
    CHECK_INT(counts->wrong, 0);
    CHECK(counts->forks >= forks);
}

/* Returns a random number below 'n'.  The sequence is the same in each run. */
static inline unsigned int
random_below(unsigned int *state, unsigned int n)
{
    *state = *state * 1103515245 + 12345;
    return (*state >> 8) % n;
}

#endif /* tally.h */
