/* SPDX-License-Identifier: Apache-2.0 */
/* What calls use for themselves is given back when they return. */

#include <signal.h>
#include <sys/wait.h>
#include "answers.h"
#include "batch.h"
#include "netns.h"
#include "replaced.h"
#include "sizes.h"

enum { N_TIMES = 200 };

/* Checks that the process does not grow if 'use' is called many times. */
static void
check_keeps_nothing(void (*use)(void))
{
    struct sizes before;

    use();
    use();
    before = sizes_now();
    for (int i = 0; i < N_TIMES; i++) {
        use();
    }
    CHECK_NOT_GROWN(before);
}

static void
send_one_datagram(void)
{
    struct nl_transaction transactions[2], *pointers[2];
    struct ofpbuf requests[2];

    for (int i = 0; i < 2; i++) {
        ofpbuf_init(&requests[i], 64);
        put_getlink(&requests[i], 1);
        transactions[i].request = &requests[i];
        transactions[i].reply = NULL;
        pointers[i] = &transactions[i];
    }
    nlsock_transact_multiple(NETLINK_ROUTE, pointers, 2, NLSOCK_ONE_DATAGRAM);
    for (int i = 0; i < 2; i++) {
        CHECK_INT(transactions[i].error, 0);
        ofpbuf_uninit(&requests[i]);
    }
}

static void
requests_in_one_datagram_keep_nothing(void)
{
    check_keeps_nothing(send_one_datagram);
}

/* What the log handler does once.  Null: nothing. */
static void (*in_handler)(void);

static void
do_in_handler(void *aux, int level, const char *module, const char *text)
{
    void (*action)(void) = in_handler;

    (void) aux;
    (void) level;
    (void) module;
    (void) text;
    if (action) {
        in_handler = NULL;
        action();
    }
}

/* A rate limit would leave out lines. */
static void
start_handler(void)
{
    nlsock_log_set_handler(do_in_handler, NULL);
    nlsock_log_set_level(NLSOCK_LOG_DBG);
    clocks_are_fast = true;
}

static void
stop_handler(void)
{
    clocks_are_fast = false;
    nlsock_log_set_level(NLSOCK_LOG_OFF);
    nlsock_log_set_handler(NULL, NULL);
}

static int n_calls_of_handler;

static void
find_loopback(void)
{
    n_calls_of_handler++;
    CHECK(loopback_is_found());
}

static void
be_refused(void)
{
    in_handler = find_loopback;
    CHECK(deletion_is_refused());
}

static void
calls_within_calls_keep_nothing(void)
{
    n_calls_of_handler = 0;
    start_handler();
    check_keeps_nothing(be_refused);
    stop_handler();
    CHECK_INT(n_calls_of_handler, N_TIMES + 2);
}

/* A signal handler that runs on a stack of its own. */

static void
call_on_signal(int signr)
{
    (void) signr;
    CHECK(loopback_is_found());
}

static void
raise_signal(void)
{
    raise(SIGUSR1);
}

/* Returns how many descriptors the process has then. */
static __attribute__((noinline)) int
be_refused_further_down(void)
{
    volatile char room[4096];
    int before;

    room[0] = 1;
    nlsock_pool_flush();
    before = count_descriptors();
    in_handler = raise_signal;
    CHECK(deletion_is_refused());
    return count_descriptors() - before + room[0] - 1;
}

/* The stack of the signal handler is a part of the thread's, above the call that was interrupted.
 * That is still going on. */
static void
a_call_on_a_signal_stack_leaves_the_one_before_alone(void)
{
    char memory[131072];
    stack_t stack = { .ss_sp = memory, .ss_size = sizeof memory }, before;
    struct sigaction action = { .sa_handler = call_on_signal, .sa_flags = SA_ONSTACK };

    CHECK_INT(sigaltstack(&stack, &before), 0);
    CHECK_INT(sigaction(SIGUSR1, &action, NULL), 0);
    start_handler();
    /* The sockets of both calls are idle. */
    CHECK_INT(be_refused_further_down(), 2);
    stop_handler();
    signal(SIGUSR1, SIG_DFL);
    sigaltstack(&before, NULL);
    nlsock_pool_flush();
}

static pid_t child = -1;

/* The child returns to the call, too. */
static void
fork_child(void)
{
    child = fork();
}

static void
a_child_that_goes_on_with_a_call_keeps_no_descriptor(void)
{
    int status = -1;
    int before;

    nlsock_pool_flush();
    before = count_descriptors();
    start_handler();
    in_handler = fork_child;
    /* In the child, it may fail in another way. */
    deletion_is_refused();
    if (!child) {
        nlsock_pool_flush();
        _exit(count_descriptors() != before);
    }
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    CHECK_INT(status, 0);
    stop_handler();
}

int
main(void)
{
    if (!netns_enter()) {
        return EXIT_SUCCESS;
    }
    RUN(requests_in_one_datagram_keep_nothing);
    RUN(calls_within_calls_keep_nothing);
    RUN(a_call_on_a_signal_stack_leaves_the_one_before_alone);
    RUN(a_child_that_goes_on_with_a_call_keeps_no_descriptor);
    return tap_done();
}
