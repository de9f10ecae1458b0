/* SPDX-License-Identifier: Apache-2.0 */
/* The compatibility headers have what a program of the Open vSwitch tree uses. */

#include <config.h>
#include <errno.h>
#include <sys/time.h>
#include "netlink-socket.h"
#include "netlink.h"
#include "timeval.h"
#include "util.h"
#include "nlsock-ext.h"
#include "tap.h"

#ifdef OPENVSWITCH_OFPBUF_H
#include "netnsid.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/ofpbuf.h"
#include "openvswitch/poll-loop.h"
#include "openvswitch/vlog.h"
#define THIS_MODULE (&this_module)
#define ANY_DESTINATION VLF_ANY_DESTINATION
#else
#include "dynamic-string.h"
#include "ofpbuf.h"
#include "poll-loop.h"
#include "vlog.h"
#define ANY_DESTINATION VLF_ANY_FACILITY
#define OVS_SOURCE_LOCATOR SOURCE_LOCATOR
#endif

VLOG_DEFINE_THIS_MODULE(test_compat);

static struct vlog_rate_limit rl = VLOG_RATE_LIMIT_INIT(1, 2);

static char captured[4096];

static void
capture(void *aux OVS_UNUSED, int level, const char *module, const char *text)
{
    size_t used = strlen(captured);

    snprintf(captured + used, sizeof captured - used, "%d|%s|%s\n", level, module, text);
}

static void
modules_of_the_program_log_with_the_librarys(void)
{
    nlsock_log_set_handler(capture, NULL);
    CHECK(VLOG_IS_WARN_ENABLED() && !VLOG_IS_INFO_ENABLED());
    VLOG_INFO("not this");
    VLOG_WARN("%s %d", "this", 1);
    VLOG_ERR("and this");
    vlog_set_levels(NULL, ANY_DESTINATION, VLL_DBG);
    CHECK(VLOG_IS_DBG_ENABLED());
    errno = EXDEV;
    VLOG_DBG("now %"PRIuSIZE, sizeof(char));
    CHECK_INT(errno, EXDEV);
    vlog_set_levels(THIS_MODULE, VLF_CONSOLE, VLL_ERR);
    VLOG_WARN("not this");
    vlog_set_levels(NULL, VLF_SYSLOG, VLL_DBG);
    VLOG_WARN("not this");
    vlog_set_levels(NULL, ANY_DESTINATION, VLL_WARN);
    nlsock_log_set_handler(NULL, NULL);
    CHECK_STR(captured, "3|test_compat|this 1\n2|test_compat|and this\n5|test_compat|now 1\n");
}

static void
rate_limits_limit(void)
{
    int i;

    captured[0] = '\0';
    nlsock_log_set_handler(capture, NULL);
    for (i = 0; i < 5; i++) {
        VLOG_WARN_RL(&rl, "%d", i);
        VLOG_DBG_RL(&rl, "not this");
    }
    nlsock_log_set_handler(NULL, NULL);
    CHECK_STR(captured, "3|test_compat|0\n3|test_compat|1\n");
    CHECK_INT(rl.n_dropped, 3);
}

static void error(void) { ovs_error(ENOENT, "no %s", "file"); }
static void fatal(void) { ovs_fatal(0, "over"); }
static void fatal_eof(void) { ovs_fatal(EOF, "over"); }
static void abort_(void) { ovs_abort(EIO, "over"); }
static void breach(void) { ovs_assert(program_name[0] == '!'); }

static void
errors_name_the_program(void)
{
    char output[1000];
    int status;

    set_program_name("/usr/bin/test-program");
    CHECK_STR(program_name, "test-program");
    CHECK_INT(tap_child(error, output, sizeof output), 0);
    CHECK_STR(output, "test-program: no file (No such file or directory)\n");
    status = tap_child(fatal, output, sizeof output);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_FAILURE);
    CHECK_STR(output, "test-program: over\n");
    tap_child(fatal_eof, output, sizeof output);
    CHECK_STR(output, "test-program: over (End of file)\n");
    status = tap_child(abort_, output, sizeof output);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    CHECK_STR(output, "test-program: over (Input/output error)\n");
    CHECK_ABORTS(breach, "breach");
    CHECK_STR(ovs_strerror(EAGAIN), "Resource temporarily unavailable");
    CHECK_STR(ovs_strerror(12345), "Unknown error 12345");
    CHECK_STR(ovs_retval_to_string(0), "");
}

static void
memory_and_macros(void)
{
    struct pair { int a, b; } pair;
    int array[7];
    char *s = xstrdup("abc");
    int *n = xzalloc(2 * sizeof *n);
    size_t allocated = 0;

    CHECK_STR(s, "abc");
    s = xrealloc(s, 100);
    CHECK_STR(s, "abc");
    free(s);
    CHECK(!n[0] && !n[1]);
    free(n);
    s = xasprintf("%d-%s", 12, "x");
    CHECK_STR(s, "12-x");
    free(s);
    s = xmemdup0("abcdef", 2);
    CHECK_STR(s, "ab");
    free(s);
    free(xmalloc(0));
    free(xcalloc(0, 5));
    free(xmemdup("", 0));
    n = x2nrealloc(NULL, &allocated, sizeof *n);
    CHECK_INT(allocated, 1);
    n = x2nrealloc(n, &allocated, sizeof *n);
    CHECK_INT(allocated, 2);
    free(n);

    CHECK_INT(ARRAY_SIZE(array), 7);
    CHECK_INT(MIN(2, 3) + MAX(2, 3), 5);
    CHECK_INT(ROUND_UP(5, 4) + DIV_ROUND_UP(5, 4) + PAD_SIZE(5, 4), 13);
    CHECK(CONTAINER_OF(&pair.b, struct pair, b) == &pair);
    CHECK(!strncmp(OVS_SOURCE_LOCATOR, __FILE__ ":", sizeof __FILE__));
}

/* Open vSwitch defines these types again; both definitions must be the same. */
static void
types_are_open_vswitchs(void)
{
    CHECK(_Generic((ovs_be16) 0, uint16_t: true, default: false));
    CHECK(_Generic((ovs_be32) 0, uint32_t: true, default: false));
    CHECK(_Generic((ovs_be64) 0, uint64_t: true, default: false));
    CHECK(_Generic((odp_port_t) 0, uint32_t: true, default: false));
}

static void
dynamic_strings(void)
{
    struct ds ds = DS_EMPTY_INITIALIZER;
    char *s;

    CHECK_STR(ds_cstr(&ds), "");
    ds_put_cstr(&ds, "ab");
    ds_put_char(&ds, 'c');
    ds_put_format(&ds, "%05d", 42);
    CHECK_STR(ds_cstr(&ds), "abc00042");
    CHECK_INT(ds.length, 8);
    s = ds_steal_cstr(&ds);
    CHECK_STR(s, "abc00042");
    free(s);
    ds_init(&ds);
    ds_put_cstr(&ds, "x");
    ds_clear(&ds);
    CHECK_STR(ds_cstr(&ds), "");
    ds_destroy(&ds);
}

static void
the_poll_loop_wakes_up(void)
{
    long long int start;
    int fds[2];

    poll_immediate_wake();
    poll_block();

    CHECK_INT(pipe(fds), 0);
    CHECK_INT(write(fds[1], "", 1), 1);
    poll_fd_wait(fds[0], POLLIN);
    poll_block();

    /* Earlier wait requests are forgotten: only the timer ends this poll_block(). */
    start = time_msec();
    poll_timer_wait(20);
    poll_block();
    CHECK(time_msec() - start >= 20);
    start = time_msec();
    poll_timer_wait(1000000);
    poll_timer_wait_until(start + 20);
    poll_block();
    CHECK(time_msec() - start >= 20);
    close(fds[0]);
    close(fds[1]);
}

static volatile sig_atomic_t signalled;

static void
on_alarm(int signr OVS_UNUSED)
{
    signalled = 1;
}

static void
a_signal_ends_the_block(void)
{
    struct itimerval timer = { { 0, 10000 }, { 0, 10000 } };
    struct itimerval off = { { 0, 0 }, { 0, 0 } };
    struct sigaction action;

    memset(&action, 0, sizeof action);
    action.sa_handler = on_alarm;
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &timer, NULL);
    while (!signalled) {
        poll_block();
    }
    setitimer(ITIMER_REAL, &off, NULL);
    CHECK(signalled);
}

#ifdef NETNSID_H
static void bad_number(void) { int nsid; netnsid_set(&nsid, -2); }

static void
numbers_of_namespaces(void)
{
    int nsid;

    netnsid_set_local(&nsid);
    CHECK(netnsid_is_local(nsid) && !netnsid_is_remote(nsid) && !netnsid_is_unset(nsid));
    CHECK_INT(nsid, NETNSID_LOCAL);
    CHECK(netnsid_eq(nsid, -1) && !netnsid_eq(nsid, 0));
    netnsid_set(&nsid, 0);
    CHECK(!netnsid_is_local(nsid) && netnsid_is_remote(nsid) && !netnsid_is_unset(nsid));
    CHECK(netnsid_eq(nsid, 0));
    netnsid_unset(&nsid);
    CHECK(!netnsid_is_local(nsid) && !netnsid_is_remote(nsid) && netnsid_is_unset(nsid));
    CHECK_INT(nsid, NETNSID_UNSET);
    CHECK(!netnsid_eq(nsid, nsid));
    CHECK_ABORTS(bad_number, "netnsid_set");
}
#endif

int
main(void)
{
    RUN(modules_of_the_program_log_with_the_librarys);
    RUN(rate_limits_limit);
    RUN(errors_name_the_program);
    RUN(memory_and_macros);
    RUN(types_are_open_vswitchs);
    RUN(dynamic_strings);
    RUN(the_poll_loop_wakes_up);
    RUN(a_signal_ends_the_block);
#ifdef NETNSID_H
    RUN(numbers_of_namespaces);
#endif
    return tap_done();
}
