/* SPDX-License-Identifier: Apache-2.0 */
/* Logging across fork(): a child logs, whatever other threads of the parent were doing with the
 * log at the moment of the fork. */

#include <pthread.h>
#include "answers.h"
#include "netns.h"
#include "processes.h"
#if !OVS3
#include "vlog.h"

VLOG_DEFINE_THIS_MODULE(test_fork_log);
#endif

enum { N_THREADS = 2 };

static _Atomic bool stop;

/* Number of lines that this process has logged. */
static int n_lines;

static void
count_line(void *aux, int level, const char *module, const char *text)
{
    (void) aux;
    (void) level;
    (void) module;
    (void) text;
    __atomic_add_fetch(&n_lines, 1, __ATOMIC_RELAXED);
}

/* Something that threads do all the time while the main thread forks, and that each child does
 * once.  Returns whether that went right. */
static bool (*action)(void);

static void *
act_until_stopped(void *wrong)
{
    while (!stop) {
        if (!action()) {
            *(bool *) wrong = true;
        }
        pause_if_slow();
    }
    return NULL;
}

static void
log_to_handler(void)
{
    CHECK_INT(nlsock_log_set_handler(count_line, NULL), 0);
    CHECK_INT(nlsock_log_set_level(NLSOCK_LOG_DBG), 0);
}

static void
fork_while_threads_act(void)
{
    pthread_t threads[N_THREADS];
    bool wrong[N_THREADS] = { false };
    int i;

    log_to_handler();
    for (i = 0; i < N_THREADS; i++) {
        CHECK_INT(pthread_create(&threads[i], NULL, act_until_stopped, &wrong[i]), 0);
    }
    for (i = 0; i < fewer(500); i++) {
        pid_t child = fork();

        if (!child) {
            leave(action() && action() && deletion_is_refused());
        }
        CHECK(child > 0 && left_right(child));
    }
    stop = true;
    for (i = 0; i < N_THREADS; i++) {
        pthread_join(threads[i], NULL);
        CHECK(!wrong[i]);
    }
    nlsock_log_set_level(NLSOCK_LOG_WARN);
}

/* Lines of the library with a rate limit. */
static void
rate_limited_lines_of_the_library(void)
{
    action = short_attribute_is_refused;
    fork_while_threads_act();
    CHECK(n_lines > 0);
}

/* All lines that a transaction logs. */
static void
lines_of_transactions(void)
{
    action = deletion_is_refused;
    fork_while_threads_act();
    CHECK(n_lines > 0);
}

/* A line without a rate limit. */
static bool
unknown_group_is_refused(void)
{
    static struct nl_sock *_Atomic sock;
    struct nl_sock *mine = sock;
    bool right;

    /* One thread at a time has the socket; another one, and a child, opens one. */
    sock = NULL;
    if (!mine && nl_sock_create(NETLINK_ROUTE, &mine)) {
        return false;
    }
    right = nl_sock_join_mcgroup(mine, 1000000) == EINVAL;
    nl_sock_destroy(mine);
    return right;
}

static void
lines_without_a_rate_limit(void)
{
    action = unknown_group_is_refused;
    fork_while_threads_act();
    CHECK(n_lines > 0);
}

static bool
log_is_set_up(void)
{
    return !nlsock_log_set_handler(ignore_line, NULL) && !nlsock_log_set_level(NLSOCK_LOG_WARN)
           && !nlsock_log_set_handler(count_line, NULL) && !nlsock_log_set_level(NLSOCK_LOG_DBG)
           && short_attribute_is_refused();
}

static void
levels_and_handlers_are_set(void)
{
    action = log_is_set_up;
    fork_while_threads_act();
}

#if !OVS3
/* A rate limit of the program's own, through the macros of Open vSwitch. */

static struct vlog_rate_limit limit = VLOG_RATE_LIMIT_INIT(60000, 30000);

static bool
limited_line_is_logged(void)
{
    VLOG_WARN_RL(&limit, "limited");
    VLOG_DBG_RL(&limit, "limited");
    return true;
}

static void
rate_limited_lines_of_the_program(void)
{
    action = limited_line_is_logged;
    fork_while_threads_act();
    CHECK(n_lines > 0);
}

/* A rate limit of the child's own is nobody else's: its lines are logged. */
static void
a_limit_of_the_child_counts_exactly(void)
{
    pid_t child;

    log_to_handler();
    child = fork();
    if (!child) {
        static struct vlog_rate_limit own = VLOG_RATE_LIMIT_INIT(1, 3);
        int i;

        n_lines = 0;
        for (i = 0; i < 10; i++) {
            VLOG_WARN_RL(&own, "%d", i);
        }
        leave(n_lines == 3 && own.n_dropped == 7);
    }
    CHECK(left_right(child));
}

/* Modules of the program come and go, and each gets the level that is in force. */
static bool
modules_are_registered(void)
{
    size_t size = (size_t) sysconf(_SC_PAGESIZE);
    struct vlog_module *module = mmap(NULL, size, PROT_READ | PROT_WRITE,
                                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    bool right;

    if (module == MAP_FAILED) {
        return false;
    }
    module->list.prev = module->list.next = &module->list;
    module->name = "passing";
    nlsock_log_register(module);
    vlog_set_levels(NULL, VLF_ANY_FACILITY, VLL_DBG);
    right = __atomic_load_n(&module->min_level, __ATOMIC_RELAXED) == VLL_DBG;
    vlog(module, VLL_DBG, "here");
    nlsock_log_unregister(module);
    /* Whoever writes to it now is killed. */
    munmap(module, size);
    vlog_set_levels(NULL, VLF_ANY_FACILITY, VLL_DBG);
    return right;
}

static void
modules_come_and_go(void)
{
    action = modules_are_registered;
    fork_while_threads_act();
    CHECK(n_lines > 0);
}
#endif

int
main(void)
{
    if (!netns_enter()) {
        return EXIT_SUCCESS;
    }
    RUN_ALONE(rate_limited_lines_of_the_library);
    RUN_ALONE(lines_of_transactions);
    RUN_ALONE(lines_without_a_rate_limit);
    RUN_ALONE(levels_and_handlers_are_set);
#if !OVS3
    RUN_ALONE(rate_limited_lines_of_the_program);
    RUN_ALONE(a_limit_of_the_child_counts_exactly);
    RUN_ALONE(modules_come_and_go);
#endif
    return tap_done();
}
