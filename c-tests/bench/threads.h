/* SPDX-License-Identifier: Apache-2.0 */
/* The work of two threads at a time. */

#ifndef THREADS_H
#define THREADS_H 1

#include <pthread.h>
#include "driver.h"

#define N_THREADS 2

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

/* Each thread does work(n). */
static inline void
in_threads(void (*work)(long n), long n)
{
    struct share share = { work, n };
    pthread_t threads[N_THREADS];
    int i;

    for (i = 0; i < N_THREADS; i++) {
        MUST(!pthread_create(&threads[i], NULL, do_share, &share));
    }
    for (i = 0; i < N_THREADS; i++) {
        MUST(!pthread_join(threads[i], NULL));
    }
}

#endif /* threads.h */
