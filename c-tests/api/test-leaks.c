/* SPDX-License-Identifier: Apache-2.0 */
/* What calls use for themselves is given back when they return. */

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
    RUN(a_child_that_goes_on_with_a_call_keeps_no_descriptor);
    return tap_done();
}
