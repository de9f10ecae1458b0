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

/* Whether the handler calls the library, and how often it did. */
static bool handler_calls;
static int n_calls_of_handler;

static void
call_from_handler(void *aux, int level, const char *module, const char *text)
{
    (void) aux;
    (void) level;
    (void) module;
    (void) text;
    if (handler_calls) {
        handler_calls = false;
        n_calls_of_handler++;
        CHECK(loopback_is_found());
    }
}

static void
be_refused(void)
{
    handler_calls = true;
    CHECK(deletion_is_refused());
}

static void
calls_within_calls_keep_nothing(void)
{
    nlsock_log_set_handler(call_from_handler, NULL);
    nlsock_log_set_level(NLSOCK_LOG_DBG);
    n_calls_of_handler = 0;
    clocks_are_fast = true;
    check_keeps_nothing(be_refused);
    CHECK_INT(n_calls_of_handler, N_TIMES + 2);
    clocks_are_fast = false;
    nlsock_log_set_level(NLSOCK_LOG_OFF);
    nlsock_log_set_handler(NULL, NULL);
}

/* A signal handler that runs on a stack of its own. */

static void
call_on_signal(int signr)
{
    (void) signr;
    CHECK(loopback_is_found());
}

static void
raise_from_handler(void *aux, int level, const char *module, const char *text)
{
    (void) aux;
    (void) level;
    (void) module;
    (void) text;
    if (handler_calls) {
        handler_calls = false;
        raise(SIGUSR1);
    }
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
    be_refused();
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
    nlsock_log_set_handler(raise_from_handler, NULL);
    nlsock_log_set_level(NLSOCK_LOG_DBG);
    clocks_are_fast = true;
    /* The sockets of both calls are idle. */
    CHECK_INT(be_refused_further_down(), 2);
    clocks_are_fast = false;
    nlsock_log_set_level(NLSOCK_LOG_OFF);
    nlsock_log_set_handler(NULL, NULL);
    signal(SIGUSR1, SIG_DFL);
    sigaltstack(&before, NULL);
    nlsock_pool_flush();
}

static pid_t child = -1;

/* The child returns to the call, too. */
static void
fork_from_handler(void *aux, int level, const char *module, const char *text)
{
    (void) aux;
    (void) level;
    (void) module;
    (void) text;
    if (handler_calls) {
        handler_calls = false;
        child = fork();
    }
}

static void
a_child_that_goes_on_with_a_call_keeps_no_descriptor(void)
{
    int status = -1;
    int before;

    nlsock_pool_flush();
    before = count_descriptors();
    nlsock_log_set_handler(fork_from_handler, NULL);
    nlsock_log_set_level(NLSOCK_LOG_DBG);
    clocks_are_fast = true;
    handler_calls = true;
    /* In the child, it may fail in another way. */
    deletion_is_refused();
    if (!child) {
        nlsock_pool_flush();
        _exit(count_descriptors() != before);
    }
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    CHECK_INT(status, 0);
    clocks_are_fast = false;
    nlsock_log_set_level(NLSOCK_LOG_OFF);
    nlsock_log_set_handler(NULL, NULL);
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
