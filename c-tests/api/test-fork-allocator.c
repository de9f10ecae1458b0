/* SPDX-License-Identifier: Apache-2.0 */
/* test-fork-allocator [PRELOAD]: fork() in a process whose allocator has a lock, and fork handlers
 * that were registered after all others.  PRELOAD is the shared object that preload-allocator.c
 * was compiled to. */

#include <dlfcn.h>
#include <pthread.h>
#include "answers.h"
#include "netns.h"
#include "processes.h"
#include "tally.h"

enum { N_THREADS = 2 };

static _Atomic bool stop;

static void *
call_until_stopped(void *seed)
{
    unsigned int state = (unsigned int) (uintptr_t) seed;

    while (!stop) {
        judge(calls[random_below(&state, N_CALLS)].is_right());
        nlsock_pool_flush();
        pause_if_slow();
    }
    return NULL;
}

static void
fork_with_a_lock_in_the_allocator(void)
{
    void (*register_handlers)(void);
    pthread_t threads[N_THREADS];
    uintptr_t i;

    register_handlers = (void (*)(void)) dlsym(RTLD_DEFAULT, "preload_allocator_register");
    if (!register_handlers) {
        SKIP("preload-allocator is not preloaded");
    }
    register_handlers();
    start_counting();
    /* Sockets are in the pool, and the thread has all that it keeps. */
    CHECK(all_answers_are_right());
    for (i = 0; i < N_THREADS; i++) {
        CHECK_INT(pthread_create(&threads[i], NULL, call_until_stopped, (void *) (i + 1)), 0);
    }
    for (i = 0; i < (uintptr_t) fewer(2000); i++) {
        pid_t child = fork();

        if (!child) {
            leave(i % 4 ? deletion_is_refused() : i % 100 ? all_answers_are_right()
                  : threads_get_answers());
        }
        count(&counts->forks);
        judge(child > 0 && left_right(child));
        judge(deletion_is_refused());
    }
    stop = true;
    for (i = 0; i < N_THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    check_tally(fewer(2000));
}

int
main(int argc, char *argv[])
{
    if (argc > 1 && !getenv("LD_PRELOAD")) {
        setenv("LD_PRELOAD", argv[1], 1);
        execv("/proc/self/exe", argv);
        perror("execv");
        return EXIT_FAILURE;
    }
    if (!netns_enter()) {
        return EXIT_SUCCESS;
    }
    nlsock_log_set_handler(ignore_line, NULL);
    RUN_ALONE(fork_with_a_lock_in_the_allocator);
    return tap_done();
}
