/* SPDX-License-Identifier: Apache-2.0 */
/* pthread_cancel(): a thread that is cancelled within the library loses nothing, and leaves
 * nothing locked.
 *
 * The C library's functions that act on a cancellation are replaced by ones that request it at a
 * chosen call.  So each moment at which a function of the library can be cancelled is tried. */

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include "answers.h"
#include "batch.h"
#include "netns.h"
#include "processes.h"
#include "replaced.h"
#include "sizes.h"
#if !OVS3
#include "poll-loop.h"
#endif

/* At how many cancellation points from now the thread is to be cancelled, 0 for never. */
static _Thread_local int cancel_after;

/* Called before each cancellation point. */
static void
reach_point(void)
{
    if (cancel_after && !--cancel_after) {
        pthread_cancel(pthread_self());
    }
}

#define POINT(TYPE, NAME, PARAMETERS, ARGUMENTS)                                \
    TYPE                                                                        \
    NAME PARAMETERS                                                             \
    {                                                                           \
        static TYPE (*function) PARAMETERS;                                     \
        if (!function) {                                                        \
            function = (TYPE (*) PARAMETERS) real(#NAME);                       \
        }                                                                       \
        reach_point();                                                          \
        return function ARGUMENTS;                                              \
    }
POINT(ssize_t, recv, (int fd, void *p, size_t n, int flags), (fd, p, n, flags))
POINT(ssize_t, recvmsg, (int fd, struct msghdr *msg, int flags), (fd, msg, flags))
POINT(ssize_t, send, (int fd, const void *p, size_t n, int flags), (fd, p, n, flags))
POINT(ssize_t, sendmsg, (int fd, const struct msghdr *msg, int flags), (fd, msg, flags))
POINT(int, connect, (int fd, const struct sockaddr *address, socklen_t size), (fd, address, size))
POINT(int, poll, (struct pollfd *fds, nfds_t n, int timeout), (fds, n, timeout))
POINT(int, ppoll, (struct pollfd *fds, nfds_t n, const struct timespec *timeout,
                   const sigset_t *mask), (fds, n, timeout, mask))
POINT(int, close, (int fd), (fd))
POINT(ssize_t, write, (int fd, const void *p, size_t n), (fd, p, n))
POINT(ssize_t, read, (int fd, void *p, size_t n), (fd, p, n))
POINT(int, nanosleep, (const struct timespec *pause, struct timespec *left), (pause, left))

/* One function of the library, in a thread that is cancelled at a chosen point. */

static const struct call *this_call;
static void (*this_setting)(void);

struct attempt {
    int point;          /* At which point to cancel. */
    bool reached;       /* Whether the function has so many points. */
    bool right;         /* Its result, if it returned. */
};

static void
note_reached(void *attempt_)
{
    struct attempt *attempt = attempt_;

    attempt->reached = !cancel_after;
}

static void *
call_until_cancelled(void *attempt_)
{
    struct attempt *attempt = attempt_;

    attempt->right = true;
    pthread_cleanup_push(note_reached, attempt);
    cancel_after = attempt->point;
    attempt->right = this_call->is_right();
    pthread_cleanup_pop(true);
    cancel_after = 0;
    /* For functions that were not cancelled. */
    pthread_testcancel();
    return NULL;
}

/* Cancels a thread within 'this_call' at its first point, another one at its second, and so on.
 * Returns how many there were. */
static int
cancel_at_each_point(void)
{
    struct attempt attempt = { 1, false, true };
    pthread_t thread;
    void *result;

    for (;;) {
        CHECK_INT(pthread_create(&thread, NULL, call_until_cancelled, &attempt), 0);
        CHECK_INT(pthread_join(thread, &result), 0);
        CHECK((result == PTHREAD_CANCELED) == attempt.reached);
        CHECK(attempt.right);
        if (!attempt.reached) {
            return attempt.point - 1;
        }
        attempt.point++;
    }
}

static void
cancel_one_function(void)
{
    struct sizes before;
    int i, n = 0;

    if (this_setting) {
        this_setting();
    }
    /* All that the process keeps is there after some rounds. */
    for (i = 0; i < 3; i++) {
        CHECK(all_answers_are_right());
        cancel_at_each_point();
    }
    nlsock_pool_flush();
    before = sizes_now();
    for (i = 0; i < fewer(100) || n < 10; i++) {
        n += cancel_at_each_point();
        CHECK(this_call->is_right());
    }
    nlsock_pool_flush();
    CHECK_NOT_GROWN(before);
    CHECK(all_answers_are_right());
}

/* A log handler that can be cancelled. */
static void
be_cancellation_point(void *aux, int level, const char *module, const char *text)
{
    ignore_line(aux, level, module, text);
    reach_point();
    pthread_testcancel();
}

static void
log_to_cancellation_point(void)
{
    clocks_are_fast = true;
    nlsock_log_set_handler(be_cancellation_point, NULL);
    set_usual_level(NLSOCK_LOG_DBG);
}

/* Transactions on a socket with a deadline take another way. */
static void
set_deadline(void)
{
    nlsock_sock_set_timeout(NULL, 10000);
    nlsock_pool_set_netns_aware(true);
}

static void
run_each_call(const char *what, void (*setting)(void))
{
    static char names[N_CALLS][128];
    size_t i;

    this_setting = setting;
    for (i = 0; i < N_CALLS; i++) {
        snprintf(names[i], sizeof names[i], "%s: %s", what, calls[i].name);
        this_call = &calls[i];
        tap_run_alone(names[i], cancel_one_function);
    }
}

/* Threads that wait for a message. */

static struct nl_sock *sock;

static void
uninit_buffer(void *b)
{
    ofpbuf_uninit(b);
}

static void *
receive(void *result)
{
    struct ofpbuf buf;

    ofpbuf_init(&buf, 4096);
    pthread_cleanup_push(uninit_buffer, &buf);
    *(int *) result = nl_sock_recv(sock, &buf, true);
    pthread_cleanup_pop(true);
    return NULL;
}

static void
wait_until_it_sleeps(pid_t tid)
{
    char name[64], line[512];

    snprintf(name, sizeof name, "/proc/self/task/%d/stat", (int) tid);
    for (;;) {
        FILE *stream = fopen(name, "r");
        const char *state;

        if (!stream || !fgets(line, sizeof line, stream)) {
            abort();
        }
        fclose(stream);
        state = strrchr(line, ')');
        if (state && state[2] == 'S') {
            return;
        }
        sched_yield();
    }
}

struct waiter {
    void *(*function)(void *);
    int result;
    pid_t tid;          /* Updated atomically. */
};

static void *
start_waiter(void *waiter_)
{
    struct waiter *waiter = waiter_;

    __atomic_store_n(&waiter->tid, (pid_t) syscall(SYS_gettid), __ATOMIC_RELEASE);
    return waiter->function(&waiter->result);
}

/* Cancels a thread in 'function', which does not return: half of the times once the thread waits,
 * and otherwise at once. */
static void
cancel_waiter(void *(*function)(void *), bool at_once)
{
    struct waiter waiter = { function, -1, 0 };
    pthread_t thread;
    void *result;
    pid_t tid;

    CHECK_INT(pthread_create(&thread, NULL, start_waiter, &waiter), 0);
    while (!at_once && !(tid = __atomic_load_n(&waiter.tid, __ATOMIC_ACQUIRE))) {
        sched_yield();
    }
    if (!at_once) {
        wait_until_it_sleeps(tid);
    }
    CHECK_INT(pthread_cancel(thread), 0);
    CHECK_INT(pthread_join(thread, &result), 0);
    CHECK(result == PTHREAD_CANCELED);
    CHECK_INT(waiter.result, -1);
}

static void
check_waiters(void *(*function)(void *))
{
    struct sizes before;
    int i;

    for (i = 0; i < 10; i++) {
        cancel_waiter(function, i % 2);
    }
    before = sizes_now();
    for (i = 0; i < fewer(290); i++) {
        cancel_waiter(function, i % 2);
    }
    CHECK_NOT_GROWN(before);
    CHECK(all_answers_are_right());
}

/* Checks that 'sock' receives what comes, and nothing else. */
static void
check_socket(void)
{
    struct ofpbuf request;

    ofpbuf_init(&request, 64);
    put_getlink(&request, 1);
    CHECK_INT(nl_sock_send(sock, &request, true), 0);
    CHECK_INT(nl_sock_recv(sock, &request, true), 0);
    CHECK(describes_loopback(&request));
    CHECK_INT(nl_sock_recv(sock, &request, false), EAGAIN);
    ofpbuf_uninit(&request);
}

static void
a_receive_that_waits_is_cancelled(void)
{
    sock = open_socket(NETLINK_ROUTE);
    check_waiters(receive);
    check_socket();
}

static void
a_receive_with_a_deadline_is_cancelled(void)
{
    sock = open_socket(NETLINK_ROUTE);
    nlsock_sock_set_timeout(sock, 1000000);
    check_waiters(receive);
    check_socket();
}

static void
a_receive_of_kernel_messages_only_is_cancelled(void)
{
    sock = open_socket(NETLINK_ROUTE);
    nlsock_sock_set_kernel_only(sock, true);
    check_waiters(receive);
    check_socket();
}

static void *
receive_from(void *result)
{
    struct nlsock_source source;
    struct ofpbuf buf;

    ofpbuf_init(&buf, 4096);
    pthread_cleanup_push(uninit_buffer, &buf);
    *(int *) result = nlsock_sock_recv_from(sock, &buf, true, &source, sizeof source);
    pthread_cleanup_pop(true);
    return NULL;
}

static void
a_receive_with_its_source_is_cancelled(void)
{
    sock = open_socket(NETLINK_ROUTE);
    check_waiters(receive_from);
    check_socket();
}

#if !OVS3
static void *
block_in_poll_loop(void *result)
{
    nl_sock_wait(sock, POLLIN);
    poll_timer_wait(1000000);
    poll_block();
    *(int *) result = 0;
    return NULL;
}

static void
a_thread_in_the_poll_loop_is_cancelled(void)
{
    sock = open_socket(NETLINK_ROUTE);
    check_waiters(block_in_poll_loop);
    check_socket();
}
#endif

/* A caller that has cancellation disabled keeps it so. */

static int
cancel_state(void)
{
    int state, ignored;

    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    pthread_setcancelstate(state, &ignored);
    return state;
}

static void *
call_with_cancellation_disabled(void *aux)
{
    size_t i;

    CHECK_INT(cancel_state(), PTHREAD_CANCEL_ENABLE);
    for (i = 0; i < N_CALLS; i++) {
        CHECK(calls[i].is_right());
        CHECK_INT(cancel_state(), PTHREAD_CANCEL_ENABLE);
    }
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
    pthread_cancel(pthread_self());
    for (i = 0; i < N_CALLS; i++) {
        CHECK(calls[i].is_right());
        CHECK_INT(cancel_state(), PTHREAD_CANCEL_DISABLE);
    }
    return aux;
}

static void
the_cancel_state_stays_the_callers(void)
{
    pthread_t thread;
    void *result;

    log_to_cancellation_point();
    CHECK_INT(pthread_create(&thread, NULL, call_with_cancellation_disabled, &result), 0);
    CHECK_INT(pthread_join(thread, &result), 0);
    CHECK(result == &result);
}

/* A dump of a cancelled thread is another thread's to end. */

static struct nl_dump dump;

static void *
read_dump(void *attempt_)
{
    struct attempt *attempt = attempt_;
    struct ofpbuf reply, buf;

    ofpbuf_init(&buf, NL_DUMP_BUFSIZE);
    pthread_cleanup_push(uninit_buffer, &buf);
    pthread_cleanup_push(note_reached, attempt);
    cancel_after = attempt->point;
    while (nl_dump_next(&dump, &reply, &buf)) {
        continue;
    }
    pthread_cleanup_pop(true);
    pthread_cleanup_pop(true);
    cancel_after = 0;
    pthread_testcancel();
    return NULL;
}

static void
end_dumps_of_cancelled_threads(void)
{
    struct attempt attempt = { 1, true, true };
    struct ofpbuf request;
    pthread_t thread;
    int error;

    ofpbuf_init(&request, 64);
    put_getroute(&request);
    for (; attempt.reached; attempt.point++) {
        nl_dump_start(&dump, NETLINK_ROUTE, &request);
        CHECK_INT(pthread_create(&thread, NULL, read_dump, &attempt), 0);
        CHECK_INT(pthread_join(thread, NULL), 0);
        error = nl_dump_done(&dump);
        /* A thread that was cancelled after a datagram was received takes that with it. */
        CHECK(!error || error == EPROTO);
    }
    CHECK(attempt.point > 2);
    ofpbuf_uninit(&request);
}

static void
another_thread_ends_the_dump(void)
{
    struct sizes before;
    int i;

    add_routes(300);
    for (i = 0; i < 3; i++) {
        end_dumps_of_cancelled_threads();
    }
    nlsock_pool_flush();
    before = sizes_now();
    for (i = 0; i < fewer(60); i++) {
        end_dumps_of_cancelled_threads();
    }
    nlsock_pool_flush();
    CHECK_NOT_GROWN(before);
    CHECK(all_answers_are_right());
}

static void
another_thread_ends_the_dump_after_a_handler(void)
{
    log_to_cancellation_point();
    end_dumps_of_cancelled_threads();
    CHECK(all_answers_are_right());
}

/* Threads that are cancelled at any moment. */

static int n_calls_made;

static void *
call_for_ever(void *seed)
{
    unsigned int i = (unsigned int) (uintptr_t) seed;

    for (;;) {
        if (!calls[i++ % N_CALLS].is_right()) {
            return NULL;
        }
        __atomic_add_fetch(&n_calls_made, 1, __ATOMIC_RELEASE);
        pthread_testcancel();
    }
}

static void
cancel_while_calling(uintptr_t seed)
{
    pthread_t thread;
    void *result;

    n_calls_made = 0;
    CHECK_INT(pthread_create(&thread, NULL, call_for_ever, (void *) seed), 0);
    while (__atomic_load_n(&n_calls_made, __ATOMIC_ACQUIRE) < (int) (seed % 4)) {
        sched_yield();
    }
    CHECK_INT(pthread_cancel(thread), 0);
    CHECK_INT(pthread_join(thread, &result), 0);
    CHECK(result == PTHREAD_CANCELED);
}

static void
threads_are_cancelled_at_any_moment(void)
{
    struct sizes before;
    uintptr_t i;

    for (i = 0; i < 40; i++) {
        cancel_while_calling(i);
    }
    /* How many sockets the pool keeps depends on how far the threads got. */
    nlsock_pool_flush();
    before = sizes_now();
    for (i = 0; i < (uintptr_t) fewer(400); i++) {
        cancel_while_calling(i);
    }
    nlsock_pool_flush();
    CHECK_NOT_GROWN(before);
    CHECK(all_answers_are_right());
}

int
main(void)
{
    if (!netns_enter()) {
        return EXIT_SUCCESS;
    }
    nlsock_log_set_handler(ignore_line, NULL);
    RUN_ALONE(a_receive_that_waits_is_cancelled);
    RUN_ALONE(a_receive_with_a_deadline_is_cancelled);
    RUN_ALONE(a_receive_of_kernel_messages_only_is_cancelled);
    RUN_ALONE(a_receive_with_its_source_is_cancelled);
#if !OVS3
    RUN_ALONE(a_thread_in_the_poll_loop_is_cancelled);
#endif
    RUN_ALONE(the_cancel_state_stays_the_callers);
    RUN_ALONE(another_thread_ends_the_dump);
    RUN_ALONE(another_thread_ends_the_dump_after_a_handler);
    RUN_ALONE(threads_are_cancelled_at_any_moment);
    run_each_call("cancelled within", NULL);
    run_each_call("cancelled with a deadline", set_deadline);
    run_each_call("cancelled within a log handler", log_to_cancellation_point);
    return tap_done();
}
