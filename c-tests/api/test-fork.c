/* SPDX-License-Identifier: Apache-2.0 */
/* The pool in a child process, and what is not freed at exit. */

#include <poll.h>
#include "batch.h"
#include "descriptors.h"
#include "kernel.h"
#include "message.h"
#include "netns.h"
#include "nlsock-ext.h"
#include "replaced.h"
#include "tap.h"

/* Whether the next poll() is interrupted by a signal handler that forks. */
static volatile sig_atomic_t fork_in_poll;

/* Whether this process is a child that has returned from that handler. */
static volatile sig_atomic_t went_on;

int
poll(struct pollfd *fds, nfds_t n, int timeout)
{
    static int (*function)(struct pollfd *, nfds_t, int);

    if (!function) {
        function = (int (*)(struct pollfd *, nfds_t, int)) real("poll");
    }
    if (fork_in_poll) {
        fork_in_poll = false;
        raise(SIGUSR1);
    }
    return function(fds, n, timeout);
}

static void
use_pool_in_child(void)
{
    struct ofpbuf request, *reply = NULL;
    int n, i;

    n = count_descriptors();
    ofpbuf_init(&request, 64);
    for (i = 0; i < 2000; i++) {
        put_getlink(&request, i % 2 ? 1 : 4711);
        if (nl_transact(NETLINK_ROUTE, &request, &reply) != (i % 2 ? 0 : ENODEV)
            || (i % 2 && nl_msg_nlmsghdr(reply)->nlmsg_type != RTM_NEWLINK)) {
            fprintf(stderr, "wrong answer\n");
        }
        ofpbuf_delete(reply);
    }
    fprintf(stderr, "%d descriptors\n", count_descriptors() - n);
    ofpbuf_uninit(&request);
}

static void
a_child_starts_with_an_empty_pool(void)
{
    char output[1000];
    struct ofpbuf request;

    ofpbuf_init(&request, 64);
    put_getlink(&request, 1);
    CHECK_INT(nl_transact(NETLINK_ROUTE, &request, NULL), 0);
    CHECK_INT(tap_child(use_pool_in_child, output, sizeof output), 0);
    CHECK_STR(output, "1 descriptors\n");
    put_getlink(&request, 4711);
    CHECK_INT(nl_transact(NETLINK_ROUTE, &request, NULL), ENODEV);
    ofpbuf_uninit(&request);
}

/* The child returns to the call.  The parent leaves with the child's exit status. */
static void
fork_and_return(int signr)
{
    int status;
    pid_t child = fork();

    (void) signr;
    if (child) {
        _exit(waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status));
    }
    went_on = true;
    alarm(60);                  /* Ends the child if it waits. */
}

/* Both wait for what the kernel never sends. */
static int
await_reply(void)
{
    struct ofpbuf request;
    int error;

    ofpbuf_init(&request, 64);
    put_getlink(&request, 1);
    nl_msg_nlmsghdr(&request)->nlmsg_type = RTM_NEWLINK;
    error = nlsock_transact_reply(NETLINK_ROUTE, &request, NULL);
    ofpbuf_uninit(&request);
    return error;
}

static int
await_dump(void)
{
    struct ofpbuf request, reply, buf;
    struct nl_dump dump;

    ofpbuf_init(&request, 64);
    ofpbuf_init(&buf, NL_DUMP_BUFSIZE);
    nl_msg_put_nlmsghdr(&request, 0, RTM_GETROUTE, NLM_F_REQUEST);
    nlsock_dump_start(&dump, NETLINK_ROUTE, &request, NLSOCK_AWAIT_REPLY);
    while (nl_dump_next(&dump, &reply, &buf)) {
        continue;
    }
    ofpbuf_uninit(&buf);
    ofpbuf_uninit(&request);
    return nl_dump_done(&dump);
}

static void
a_child_does_not_wait_for_a_socket_of_the_parent(void)
{
    static int (*const waits[])(void) = { await_reply, await_dump };
    size_t i;

    for (i = 0; i < sizeof waits / sizeof waits[0]; i++) {
        int status = -1;
        pid_t child = fork();

        if (!child) {
            signal(SIGUSR1, fork_and_return);
            nlsock_sock_set_timeout(NULL, 1000 * 1000);
            fork_in_poll = true;
            _exit(waits[i]() != EBADF || !went_on);
        }
        CHECK_INT(waitpid(child, &status, 0), child);
        CHECK_INT(status, 0);
    }
}

static void
transact_at_exit(void)
{
    struct ofpbuf request;

    ofpbuf_init(&request, 64);
    put_getlink(&request, 4711);
    fprintf(stderr, "at exit: %d\n", nl_transact(NETLINK_ROUTE, &request, NULL));
    ofpbuf_uninit(&request);
    nl_sock_destroy(NULL);
}

static void
exit_with_a_last_transaction(void)
{
    struct ofpbuf request;

    atexit(transact_at_exit);
    ofpbuf_init(&request, 64);
    put_getlink(&request, 1);
    nl_transact(NETLINK_ROUTE, &request, NULL);
    ofpbuf_uninit(&request);
    exit(0);
}

static void
the_library_works_until_the_very_end(void)
{
    char expected[40], output[1000];

    CHECK_INT(tap_child(exit_with_a_last_transaction, output, sizeof output), 0);
    snprintf(expected, sizeof expected, "at exit: %d\n", ENODEV);
    CHECK_STR(output, expected);
}

/* A socket of the program may be used in a child, at its own risk. */
static void
that_a_child_shares_a_socket_is_on_the_log(void)
{
    struct nl_sock *sock = open_socket(NETLINK_ROUTE);
    struct ofpbuf request;
    int status = -1;
    pid_t child;

    ofpbuf_init(&request, 64);
    put_getlink(&request, 1);
    record_log();
    CHECK_INT(nl_sock_send(sock, &request, true), 0);
    CHECK(!strstr(log_text, "was made before a fork"));
    child = fork();
    if (!child) {
        nl_sock_send(sock, &request, true);
        _exit(!strstr(log_text, "was made before a fork"));
    }
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    CHECK_INT(status, 0);
    nlsock_log_set_level(NLSOCK_LOG_OFF);
    nlsock_log_set_handler(NULL, NULL);
    ofpbuf_uninit(&request);
    nl_sock_destroy(sock);
}

int
main(void)
{
    if (!netns_enter()) {
        return EXIT_SUCCESS;
    }
    RUN(a_child_starts_with_an_empty_pool);
    RUN(a_child_does_not_wait_for_a_socket_of_the_parent);
    RUN(that_a_child_shares_a_socket_is_on_the_log);
    RUN(the_library_works_until_the_very_end);
    return tap_done();
}
