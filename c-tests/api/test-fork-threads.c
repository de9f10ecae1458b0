/* SPDX-License-Identifier: Apache-2.0 */
/* fork() on several threads, while others are inside the library.  test-fork-anywhere.c is about
 * fork() in signal handlers.  The programs about fork() make 20,000 children together. */

#include <pthread.h>
#include "answers.h"
#include "netns.h"
#include "processes.h"
#include "tally.h"

enum { N_FORKING = 3, N_FORKS = 12000 };

static _Atomic bool stop;

static void *
call_until_stopped(void *aux)
{
    unsigned int state = 1;

    while (!stop) {
        judge(calls[random_below(&state, N_CALLS)].is_right());
        pause_if_slow();
    }
    return aux;
}

static void *
fork_often(void *seed)
{
    unsigned int state = (unsigned int) (uintptr_t) seed;
    int n = fewer(N_FORKS) / N_FORKING + 1;
    int i;

    for (i = 0; i < n; i++) {
        pid_t child;

        if (random_below(&state, 2)) {
            judge(calls[random_below(&state, N_CALLS)].is_right());
        }
        child = fork();
        if (!child) {
            leave(i % 50 ? true : i % 500 ? all_answers_are_right() : threads_get_answers());
        }
        count(&counts->forks);
        judge(child > 0 && left_right(child));
    }
    return NULL;
}

static void
fork_on_several_threads(void)
{
    pthread_t other, threads[N_FORKING];
    uintptr_t i;

    start_counting();
    CHECK_INT(pthread_create(&other, NULL, call_until_stopped, NULL), 0);
    for (i = 0; i < N_FORKING; i++) {
        CHECK_INT(pthread_create(&threads[i], NULL, fork_often, (void *) (i + 1)), 0);
    }
    for (i = 0; i < N_FORKING; i++) {
        pthread_join(threads[i], NULL);
    }
    stop = true;
    pthread_join(other, NULL);
    check_tally(fewer(N_FORKS));
    CHECK(all_answers_are_right());
}

int
main(void)
{
    if (!netns_enter()) {
        return EXIT_SUCCESS;
    }
    nlsock_log_set_handler(ignore_line, NULL);
    RUN_ALONE(fork_on_several_threads);
    return tap_done();
}
