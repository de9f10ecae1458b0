/* SPDX-License-Identifier: Apache-2.0 */
/* A log handler that leaves by longjmp(): the functions of the library that it was called from
 * lose nothing, and later calls work.
 *
 * Each call is left at its first line, then at its second, and so on, many times over.  Some lines
 * are only logged if a system call fails, so some are made to fail. */

#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include "answers.h"
#include "batch.h"
#include "netns.h"
#include "processes.h"
#include "replaced.h"
#include "sizes.h"
#if !OVS3
#include "poll-loop.h"
#endif

/* System calls that fail. */

static bool connect_fails, setsockopt_fails, poll_fails;

int
connect(int fd, const struct sockaddr *address, socklen_t size)
{
    static int (*function)(int, const struct sockaddr *, socklen_t);

    if (connect_fails) {
        errno = ECONNREFUSED;
        return -1;
    }
    if (!function) {
        function = (int (*)(int, const struct sockaddr *, socklen_t)) real("connect");
    }
    return function(fd, address, size);
}

int
setsockopt(int fd, int level, int option, const void *value, socklen_t size)
{
    static int (*function)(int, int, int, const void *, socklen_t);

    if (setsockopt_fails) {
        errno = EPERM;
        return -1;
    }
    if (!function) {
        function = (int (*)(int, int, int, const void *, socklen_t)) real("setsockopt");
    }
    return function(fd, level, option, value, size);
}

int
poll(struct pollfd *fds, nfds_t n, int timeout)
{
    static int (*function)(struct pollfd *, nfds_t, int);

    if (poll_fails) {
        errno = ENOMEM;
        return -1;
    }
    if (!function) {
        function = (int (*)(struct pollfd *, nfds_t, int)) real("poll");
    }
    return function(fds, n, timeout);
}

/* At how many lines from now the handler leaves, 0 for never; and to where. */
static _Thread_local int leave_after;
static _Thread_local jmp_buf way_out;

static void
leave_by_longjmp(void *aux, int level, const char *module, const char *text)
{
    ignore_line(aux, level, module, text);
    if (leave_after && !--leave_after) {
        longjmp(way_out, 1);
    }
}

/* What a call works with, so that it can be given back after the call was left. */
static _Thread_local struct things {
    struct request_memory memory;
    uint64_t buf_memory[NL_DUMP_BUFSIZE / 8];
    struct ofpbuf request, buf, view;
    struct ofpbuf *reply;
    struct nl_sock *sock;
    struct nl_dump dump;
    bool dump_started;
} my;

static void
set_up(void)
{
    memset(&my, 0, sizeof my);
    memset(&my.dump, 0xee, sizeof my.dump);
    use_request_memory(&my.request, &my.memory);
    ofpbuf_use_stub(&my.buf, my.buf_memory, sizeof my.buf_memory);
}

static void
give_back(void)
{
    if (my.dump_started) {
        nl_dump_done(&my.dump);
    }
    ofpbuf_delete(my.reply);
    nl_sock_destroy(my.sock);
    ofpbuf_uninit(&my.request);
    ofpbuf_uninit(&my.buf);
    connect_fails = setsockopt_fails = poll_fails = false;
}

/* The calls. */

static void
refused_transaction(void)
{
    put_route(&my.request, RTM_DELROUTE, 0, MISSING_ROUTE);
    nl_transact(NETLINK_ROUTE, &my.request, NULL);
}

static void
transaction(void)
{
    put_getlink(&my.request, 1);
    nl_transact(NETLINK_ROUTE, &my.request, &my.reply);
}

static void
batch(void)
{
    batch_is_answered();
}

static void
start_of_a_dump(void)
{
    put_getroute(&my.request);
    /* It is to be ended even if nl_dump_start() does not return. */
    my.dump_started = true;
    nl_dump_start(&my.dump, NETLINK_ROUTE, &my.request);
}

static void
whole_dump(void)
{
    start_of_a_dump();
    while (nl_dump_next(&my.dump, &my.view, &my.buf)) {
        continue;
    }
    nl_dump_done(&my.dump);
    my.dump_started = false;
}

static void
end_of_a_dump(void)
{
    start_of_a_dump();
    nl_dump_done(&my.dump);
    my.dump_started = false;
}

static void
refused_dump(void)
{
    put_route(&my.request, RTM_GETROUTE, 0, MISSING_ROUTE);
    nl_msg_nlmsghdr(&my.request)->nlmsg_type = RTM_DELROUTE;
    my.dump_started = true;
    nl_dump_start(&my.dump, NETLINK_ROUTE, &my.request);
    nl_dump_next(&my.dump, &my.view, &my.buf);
    nl_dump_done(&my.dump);
    my.dump_started = false;
}

static void
dump_all(void)
{
    put_getroute(&my.request);
    nlsock_dump_all(NETLINK_ROUTE, &my.request, 3, 0, &my.reply);
}

static void
own_socket(void)
{
    nl_sock_create(NETLINK_ROUTE, &my.sock);
    put_getlink(&my.request, 1);
    nl_sock_send(my.sock, &my.request, true);
    nl_sock_recv(my.sock, &my.buf, true);
    nl_sock_join_mcgroup(my.sock, 1000000);
}

static void
unknown_protocol(void)
{
    nl_sock_create(1000, &my.sock);
}

static void
failed_connect(void)
{
    connect_fails = true;
    nl_sock_create(NETLINK_ROUTE, &my.sock);
}

static void
failed_options(void)
{
    setsockopt_fails = true;
    nl_sock_create(NETLINK_ROUTE, &my.sock);
}

static void
transaction_with_failed_connect(void)
{
    nlsock_pool_flush();
    connect_fails = true;
    transaction();
}

static void
transaction_with_failed_options(void)
{
    nlsock_pool_flush();
    setsockopt_fails = true;
    transaction();
}

static void
dump_with_failed_options(void)
{
    nlsock_pool_flush();
    setsockopt_fails = true;
    whole_dump();
}

static void
lookups(void)
{
    char long_name[300] = "";   /* Its request is on the heap. */
    unsigned int group;
    int number = 0;

    memset(long_name, 'n', sizeof long_name - 1);
    nl_lookup_genl_mcgroup(long_name, "notify", &group);
    nl_lookup_genl_family("nlctrl", &number);
    number = 0;
    nl_lookup_genl_family("no such family", &number);
    nl_lookup_genl_mcgroup("nlctrl", "notify", &group);
    nl_lookup_genl_mcgroup("no such family", "notify", &group);
}

static void
lookup_with_failed_options(void)
{
    nlsock_pool_flush();
    setsockopt_fails = true;
    lookups();
}

static void
short_attribute(void)
{
    short_attribute_is_refused();
}

#if !OVS3
static void
poll_loop(void)
{
    poll_fails = true;
    poll_fd_wait(0, POLLIN);
    poll_immediate_wake();
    poll_block();
}
#endif

static const struct {
    const char *name;
    void (*function)(void);
} left_calls[] = {
#define CALL(FUNCTION) { #FUNCTION, FUNCTION }
    CALL(refused_transaction),
    CALL(transaction),
    CALL(batch),
    CALL(start_of_a_dump),
    CALL(whole_dump),
    CALL(end_of_a_dump),
    CALL(refused_dump),
    CALL(dump_all),
    CALL(own_socket),
    CALL(unknown_protocol),
    CALL(failed_connect),
    CALL(failed_options),
    CALL(transaction_with_failed_connect),
    CALL(transaction_with_failed_options),
    CALL(dump_with_failed_options),
    CALL(lookups),
    CALL(lookup_with_failed_options),
    CALL(short_attribute),
#if !OVS3
    CALL(poll_loop),
#endif
};

#define N_LEFT_CALLS ((int) (sizeof left_calls / sizeof left_calls[0]))

/* Makes a call that is left at its line 'line'.  Returns false if it has fewer lines. */
static bool
leave_at(void (*call)(void), int line)
{
    set_up();
    leave_after = line;
    if (setjmp(way_out)) {
        give_back();
        return true;
    }
    call();
    leave_after = 0;
    give_back();
    return false;
}

/* Leaves a call at each of its lines.  Returns how many it has. */
static int
leave_at_each_line(void (*call)(void))
{
    int line = 1;

    while (leave_at(call, line)) {
        line++;
    }
    return line - 1;
}

static void
log_to_handler_that_leaves(void)
{
    clocks_are_fast = true;
    CHECK_INT(nlsock_log_set_handler(leave_by_longjmp, NULL), 0);
    set_usual_level(NLSOCK_LOG_DBG);
}

static int
set_cancel_state(int state)
{
    int old;

    pthread_setcancelstate(state, &old);
    return old;
}

static void (*this_call)(void);

static void *
leave_one_call_in_thread(void *aux)
{
    struct sizes before;
    int i, n = 0;

    add_routes(runs_slowly() ? 20 : 300);
    log_to_handler_that_leaves();
    for (i = 0; i < 3; i++) {
        CHECK(all_answers_are_right());
        leave_at_each_line(this_call);
    }
    nlsock_pool_flush();
    before = sizes_now();
    for (i = 0; i < fewer(100); i++) {
        n += leave_at_each_line(this_call);
        CHECK_INT(set_cancel_state(PTHREAD_CANCEL_ENABLE), PTHREAD_CANCEL_ENABLE);
    }
    nlsock_pool_flush();
    CHECK_NOT_GROWN(before);
    CHECK(n >= i);

    set_cancel_state(PTHREAD_CANCEL_DISABLE);
    leave_at_each_line(this_call);
    CHECK_INT(set_cancel_state(PTHREAD_CANCEL_ENABLE), PTHREAD_CANCEL_DISABLE);

    CHECK(all_answers_are_right());
    return aux;
}

/* Runs 'function' on the main thread, or on another one under valgrind: there, the C library takes
 * the main stack for smaller than it is. */
static void
run_on_stack(void *(*function)(void *))
{
    pthread_t thread;

    if (!runs_slowly()) {
        function(NULL);
        return;
    }
    CHECK_INT(pthread_create(&thread, NULL, function, NULL), 0);
    CHECK_INT(pthread_join(thread, NULL), 0);
}

static void
leave_one_call(void)
{
    run_on_stack(leave_one_call_in_thread);
}

/* Each thread leaves a call at some line, and then ends. */

struct leaver {
    void (*call)(void);
    int line;
};

static void *
leave_and_end(void *leaver_)
{
    struct leaver *leaver = leaver_;

    leave_at(leaver->call, leaver->line);
    return NULL;
}

static void
leave_in_threads(void)
{
    int i, line;

    for (i = 0; i < N_LEFT_CALLS; i++) {
        for (line = 1; line <= 3; line++) {
            struct leaver leaver = { left_calls[i].function, line };
            pthread_t thread;

            CHECK_INT(pthread_create(&thread, NULL, leave_and_end, &leaver), 0);
            CHECK_INT(pthread_join(thread, NULL), 0);
        }
    }
}

static void
threads_leave_and_end(void)
{
    struct sizes before;
    int i;

    log_to_handler_that_leaves();
    for (i = 0; i < 3; i++) {
        leave_in_threads();
    }
    nlsock_pool_flush();
    before = sizes_now();
    for (i = 0; i < fewer(20); i++) {
        leave_in_threads();
    }
    nlsock_pool_flush();
    CHECK_NOT_GROWN(before);
    CHECK(all_answers_are_right());
}

/* The library registers up to 16 objects of calls that were left.  Each step leaves two. */
#define DEEPEST 6

/* Leaves a call, and then does the same further down the stack. */
static __attribute__((noinline)) void
leave_and_descend(int depth)
{
    volatile char frame[512];

    frame[0] = (char) depth;
    leave_at(refused_transaction, 1);
    leave_at(whole_dump, 2);
    if (depth) {
        leave_and_descend(depth - 1);
    }
    frame[1] = frame[0];
}

static void *
leave_ever_further_down(void *aux)
{
    struct sizes before;
    int i;

    log_to_handler_that_leaves();
    for (i = 0; i < 5; i++) {
        leave_and_descend(DEEPEST);
        refused_transaction();
    }
    nlsock_pool_flush();
    before = sizes_now();
    for (i = 0; i < fewer(100); i++) {
        leave_and_descend(DEEPEST);
    }
    set_up();
    refused_transaction();
    give_back();
    nlsock_pool_flush();
    CHECK_NOT_GROWN(before);
    return aux;
}

static void
calls_are_left_ever_further_down(void)
{
    run_on_stack(leave_ever_further_down);
}

/* The handler makes calls of its own, whose lines it leaves. */

static _Thread_local bool nested;

static void
leave_a_call_of_the_handler(void *aux, int level, const char *module, const char *text)
{
    ignore_line(aux, level, module, text);
    if (nested) {
        if (leave_after && !--leave_after) {
            longjmp(way_out, 1);
        }
    } else {
        struct things outer = my;
        jmp_buf outer_way_out;

        memcpy(outer_way_out, way_out, sizeof way_out);
        nested = true;
        leave_at(refused_transaction, 1);
        leave_at(whole_dump, 2);
        nested = false;
        memcpy(way_out, outer_way_out, sizeof way_out);
        my = outer;
    }
}

static void *
leave_calls_of_a_handler(void *aux)
{
    struct sizes before = { 0, 0, 0 };
    int i;

    log_to_handler_that_leaves();
    CHECK_INT(nlsock_log_set_handler(leave_a_call_of_the_handler, NULL), 0);
    for (i = 0; i < 5 + fewer(50); i++) {
        if (i == 5) {
            before = sizes_now();
        }
        CHECK(deletion_is_refused());
        CHECK(loopback_is_found());
        CHECK(batch_is_answered());
        CHECK(dump_is_complete());
        CHECK(whole_dump_is_complete());
        CHECK(names_are_found());
    }
    CHECK_NOT_GROWN(before);
    return aux;
}

static void
calls_of_a_handler_are_left(void)
{
    run_on_stack(leave_calls_of_a_handler);
}

int
main(void)
{
    static char names[N_LEFT_CALLS][128];
    int i;

    if (!netns_enter()) {
        return EXIT_SUCCESS;
    }
    for (i = 0; i < N_LEFT_CALLS; i++) {
        snprintf(names[i], sizeof names[i], "left at each line: %s", left_calls[i].name);
        this_call = left_calls[i].function;
        tap_run_alone(names[i], leave_one_call);
    }
    RUN_ALONE(threads_leave_and_end);
    RUN_ALONE(calls_are_left_ever_further_down);
    RUN_ALONE(calls_of_a_handler_are_left);
    return tap_done();
}
