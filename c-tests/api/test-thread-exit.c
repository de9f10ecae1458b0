/* SPDX-License-Identifier: Apache-2.0 */
/* Threads that end, and processes that exit while threads are inside the library. */

#include <pthread.h>
#include "answers.h"
#include "batch.h"
#include "netns.h"
#include "processes.h"
#include "sizes.h"
#include "tally.h"
#if !OVS3
#include <poll.h>
#include "poll-loop.h"
#endif

/* Threads that end leave nothing. */

static void
start_and_join(void *(*function)(void *), void *argument)
{
    pthread_t thread;

    CHECK_INT(pthread_create(&thread, NULL, function, argument), 0);
    CHECK_INT(pthread_join(thread, NULL), 0);
}

static void
check_threads(void *(*function)(void *), int n)
{
    struct sizes before;
    bool right = false;
    int i;

    for (i = 0; i < 10; i++) {
        start_and_join(function, &right);
        CHECK(right);
    }
    nlsock_pool_flush();
    before = sizes_now();
    for (i = 0; i < fewer(n); i++) {
        start_and_join(function, &right);
        CHECK(right);
    }
    nlsock_pool_flush();
    CHECK_NOT_GROWN(before);
    CHECK(all_answers_are_right());
}

static void
a_thread_that_ends_leaves_nothing(void)
{
    check_threads(use_library, 300);
}

#if !OVS3
/* The thread's list of what it waits for. */
static void *
wait_for_answer(void *right)
{
    struct nl_sock *sock = open_socket(NETLINK_ROUTE);
    struct ofpbuf buf;

    ofpbuf_init(&buf, 64);
    put_getlink(&buf, 1);
    *(bool *) right = !nl_sock_send(sock, &buf, true);
    nl_sock_wait(sock, POLLIN);
    poll_block();
    *(bool *) right = *(bool *) right && !nl_sock_recv(sock, &buf, false);
    ofpbuf_uninit(&buf);
    nl_sock_destroy(sock);
    return NULL;
}

static void
a_thread_that_has_waited_leaves_nothing(void)
{
    check_threads(wait_for_answer, 300);
}
#endif

/* A thread's data whose destructor calls the library, after that has ended its own. */

static pthread_key_t first_key, last_key;

/* How often destructors have called the library, and whether with success. */
static int n_late_calls;
static bool late_calls_right = true;

/* How often they call it again in this thread: in the next round of destructors, of which the C
 * library makes four at most. */
static _Thread_local int more_late_calls;

static void
call_late(void *key)
{
    late_calls_right = late_calls_right && all_answers_are_right();
    n_late_calls++;
    if (more_late_calls-- > 0) {
        pthread_setspecific(*(pthread_key_t *) key, key);
    }
}

static void *
call_late_again(void *right)
{
    more_late_calls = 2;
    pthread_setspecific(first_key, &first_key);
    pthread_setspecific(last_key, &last_key);
    *(bool *) right = all_answers_are_right();
    return NULL;
}

static void *
call_late_only(void *right)
{
    pthread_setspecific(last_key, &last_key);
    *(bool *) right = true;
    return NULL;
}

static void
destructors_of_the_program_may_call_the_library(void)
{
    CHECK_INT(pthread_key_create(&last_key, call_late), 0);
    check_threads(call_late_again, 100);
    check_threads(call_late_only, 100);
    CHECK(n_late_calls >= 5 * fewer(100));
    CHECK(late_calls_right);
}

/* The program's key may also be older than the library's: a constructor with a priority runs
 * before those without one. */
__attribute__((constructor(101))) static void
create_first_key(void)
{
    pthread_key_create(&first_key, call_late);
}

/* Processes that exit while threads are inside the library. */

enum { N_THREADS = 3 };

static void (*end_process)(void);

static void *
call_for_ever(void *seed)
{
    unsigned int state = (unsigned int) (uintptr_t) seed;

    for (;;) {
        judge(calls[random_below(&state, N_CALLS)].is_right());
        count(&counts->forks);
    }
    return NULL;
}

/* In a child: ends the process after the threads have made some calls. */
static void
end_after_calls(int n)
{
    uintptr_t i;

    for (i = 0; i < N_THREADS; i++) {
        pthread_t thread;

        if (pthread_create(&thread, NULL, call_for_ever, (void *) (i + 1))) {
            _exit(1);
        }
    }
    while (forks_so_far() < n) {
        sched_yield();
    }
    end_process();
}

static void
end_processes(void)
{
    int i;

    if (runs_slowly()) {
        SKIP("valgrind takes the memory of running threads for leaked");
    }
    for (i = 0; i < 150; i++) {
        pid_t child;
        int status;

        start_counting();
        child = fork();
        if (!child) {
            end_after_calls(i % 20);
        }
        CHECK_INT(waitpid(child, &status, 0), child);
        CHECK_INT(status, 0);
        CHECK_INT(counts->wrong, 0);
        munmap(counts, sizeof *counts);
    }
}

static void
exit_well(void)
{
    exit(0);
}

static void
processes_exit_with_threads_inside(void)
{
    end_process = exit_well;
    end_processes();
}

/* Called by exit(), before or after the library's own end. */
static void
call_at_exit(void)
{
    if (!all_answers_are_right()) {
        _exit(1);
    }
}

static void
exit_with_last_calls(void)
{
    atexit(call_at_exit);
    exit(0);
}

static void
processes_call_the_library_while_they_exit(void)
{
    end_process = exit_with_last_calls;
    end_processes();
}

/* The main thread ends, and one of the others ends the process. */

static void *
exit_later(void *aux)
{
    judge(all_answers_are_right());
    exit(0);
    return aux;
}

static void
end_main_thread(void)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, exit_later, NULL)) {
        _exit(1);
    }
    pthread_exit(NULL);
}

static void
a_main_thread_ends_before_the_others(void)
{
    end_process = end_main_thread;
    end_processes();
}

/* A log handler that exits. */

static void
exit_in_handler(void *aux, int level, const char *module, const char *text)
{
    ignore_line(aux, level, module, text);
    exit(0);
}

static void
call_with_handler_that_exits(void)
{
    nlsock_log_set_handler(exit_in_handler, NULL);
    nlsock_log_set_level(NLSOCK_LOG_DBG);
    all_answers_are_right();
    _exit(1);
}

static void
a_log_handler_exits(void)
{
    end_process = call_with_handler_that_exits;
    end_processes();
}

int
main(void)
{
    if (!netns_enter()) {
        return EXIT_SUCCESS;
    }
    nlsock_log_set_handler(ignore_line, NULL);
    RUN_ALONE(a_thread_that_ends_leaves_nothing);
#if !OVS3
    RUN_ALONE(a_thread_that_has_waited_leaves_nothing);
#endif
    RUN_ALONE(destructors_of_the_program_may_call_the_library);
    RUN_ALONE(processes_exit_with_threads_inside);
    RUN_ALONE(processes_call_the_library_while_they_exit);
    RUN_ALONE(a_main_thread_ends_before_the_others);
    RUN_ALONE(a_log_handler_exits);
    return tap_done();
}
