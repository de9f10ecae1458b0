/* SPDX-License-Identifier: Apache-2.0 */
/* The work of several threads at a time. */

#ifndef THREADS_H
#define THREADS_H 1

#include <pthread.h>
#include "driver.h"

#define MAX_THREADS 8

struct share {
    void (*work)(long n);
    long n;
};

static inline void *
do_share(void *share_)
{
    const struct share *share = share_;

    share->work(share->n);
    return NULL;
}

/* Each of 'n_threads' threads does work(n). */
static inline void
in_threads(long n_threads, void (*work)(long n), long n)
{
    struct share share = { work, n };
    pthread_t threads[MAX_THREADS];
    long i;

    MUST(n_threads <= MAX_THREADS);
    for (i = 0; i < n_threads; i++) {
        MUST(!pthread_create(&threads[i], NULL, do_share, &share));
    }
    for (i = 0; i < n_threads; i++) {
        MUST(!pthread_join(threads[i], NULL));
    }
}

#endif /* threads.h */
