/* SPDX-License-Identifier: Apache-2.0 */
/* What is logged, where it goes, and the functions of nlsock-ext.h about the log. */

#include <errno.h>
#include <poll.h>
#include <sys/uio.h>
#include "kernel.h"
#include "netns.h"
#include "nlsock-ext.h"
#include "replaced.h"
#include "tap.h"
#if !OVS3
#include "vlog.h"
#endif

static char captured[16384];
static int last_level;

static void
capture(void *aux, int level, const char *module, const char *text)
{
    char *buffer = aux;
    size_t used = strlen(buffer);

    snprintf(buffer + used, sizeof captured - used, "%s|%s\n", module, text);
    last_level = level;
}

static void
capture_start(int level)
{
    captured[0] = '\0';
    CHECK_INT(nlsock_log_set_handler(capture, captured), 0);
    CHECK_INT(nlsock_log_set_level(level), 0);
}

static void
capture_end(void)
{
    CHECK_INT(nlsock_log_set_handler(NULL, NULL), 0);
    CHECK_INT(nlsock_log_set_level(NLSOCK_LOG_WARN), 0);
}

static void
debug_lines_show_every_message(void)
{
    /* Pooled sockets ask for acknowledgements without the request. */
    const char *refusal = OVS3 ? "len:36, type=2(error), flags=100[ROOT]"
                          : "len:52, type=2(error), flags=0";
    const char *reason = OVS3 ? "- No such device" : "(No such device)";
    unsigned int pid, transaction_pid, len, seq = OVS3 ? 1 : 3;
    char expected[4096];
    struct nl_sock *sock;
    struct ofpbuf request, *reply = NULL;

    nlsock_pool_flush();

    CHECK_INT(nl_sock_create(NETLINK_ROUTE, &sock), 0);
    pid = nl_sock_pid(sock);
    ofpbuf_init(&request, 64);
    put_getlink(&request, 1);
    capture_start(NLSOCK_LOG_DBG);
    CHECK_INT(nl_sock_transact(sock, &request, &reply), 0);
    CHECK_INT(last_level, NLSOCK_LOG_DBG);
    len = ofpbuf_size(reply);
    transaction_pid = nl_msg_nlmsghdr(reply)->nlmsg_pid;
    CHECK(OVS3 || transaction_pid == pid);
    put_getlink(&request, 4711);
    CHECK_INT(nl_sock_transact(sock, &request, NULL), ENODEV);
    CHECK_INT(nl_sock_send(sock, &request, true), 0);
    CHECK_INT(nl_sock_recv(sock, &request, false), 0);
    capture_end();

    snprintf(expected, sizeof expected,
             "netlink_socket|nl_sock_transact_multiple__ (Success): nl(len:32, "
             "type=18(family-defined), flags=1[REQUEST], seq=1, pid=%u\n"
             "netlink_socket|nl_sock_recv__ (Success): nl(len:%u, "
             "type=16(family-defined), flags=0, seq=1, pid=%u\n"
             "netlink_socket|nl_sock_transact_multiple__ (Success): nl(len:32, "
             "type=18(family-defined), flags=1[REQUEST], seq=2, pid=%u\n"
             "netlink_socket|nl_sock_recv__ (Success): nl(%s, seq=2, "
             "pid=%u error(-19(No such device), in-reply-to(nl(len:32, type=18(family-defined), "
             "flags=1[REQUEST], seq=2, pid=%u))\n"
             "netlink_socket|received NAK error=19 %s\n"
             "netlink_socket|nl_sock_send__ (Success): nl(len:32, "
             "type=18(family-defined), flags=1[REQUEST], seq=%u, pid=%u\n"
             "netlink_socket|nl_sock_recv__ (Success): nl(len:52, type=2(error), flags=0, seq=%u, "
             "pid=%u error(-19(No such device), in-reply-to(nl(len:32, type=18(family-defined), "
             "flags=1[REQUEST], seq=%u, pid=%u))\n",
             transaction_pid, len, transaction_pid, transaction_pid, refusal, transaction_pid,
             transaction_pid, reason, seq, pid, seq, pid, seq, pid);
    CHECK_STR(captured, expected);
    ofpbuf_delete(reply);
    ofpbuf_uninit(&request);
    nl_sock_destroy(sock);
}

static void
generic_netlink_is_shown_with_its_family(void)
{
    int number = 0;

    capture_start(NLSOCK_LOG_DBG);
    CHECK_INT(nl_lookup_genl_family("nlctrl", &number), 0);
    capture_end();
    CHECK(strstr(captured, ", type=16(control), flags=1[REQUEST], seq="));
    CHECK(strstr(captured, ",genl(cmd=3,version=1)\n"));
    CHECK(strstr(captured, ",genl(cmd=1,version=2)\n"));
}

static void
levels_include_those_before(void)
{
    struct nl_sock *sock;

    CHECK_INT(nl_sock_create(NETLINK_ROUTE, &sock), 0);
    capture_start(NLSOCK_LOG_ERR);
    nl_sock_join_mcgroup(sock, 1000000);
    CHECK_STR(captured, "");
    capture_start(NLSOCK_LOG_WARN);
    CHECK_INT(nl_sock_join_mcgroup(sock, 1000000), EINVAL);
    CHECK_STR(captured, "netlink_socket|could not join multicast group 1000000 "
              "(Invalid argument)\n");
    CHECK_INT(last_level, NLSOCK_LOG_WARN);
    capture_start(NLSOCK_LOG_OFF);
    CHECK_INT(nl_sock_leave_mcgroup(sock, 1000000), EINVAL);
    CHECK_STR(captured, "");
    capture_end();
    CHECK_INT(nlsock_log_set_level(6), EINVAL);
    CHECK_INT(nlsock_log_set_level(-1), EINVAL);
    nl_sock_destroy(sock);
}

static void
a_handler_gets_its_own_argument(void)
{
    static char first[1024], second[1024];
    struct nl_sock *sock;

    CHECK_INT(nl_sock_create(NETLINK_ROUTE, &sock), 0);
    CHECK_INT(nlsock_log_set_handler(capture, first), 0);
    CHECK_INT(nlsock_log_set_handler(capture, second), 0);
    nl_sock_join_mcgroup(sock, 1000000);
    CHECK_STR(first, "");
    CHECK(strstr(second, "could not join"));
    second[0] = '\0';
    CHECK_INT(nlsock_log_set_handler(capture, first), 0);
    nl_sock_join_mcgroup(sock, 1000000);
    CHECK(strstr(first, "could not join"));
    CHECK_STR(second, "");
    capture_end();
    nl_sock_destroy(sock);
}

static void
refused_dumps_are_logged(void)
{
    struct nl_dump dump;
    struct ofpbuf request, buf, reply;

    ofpbuf_init(&request, 64);
    ofpbuf_init(&buf, NL_DUMP_BUFSIZE);
    /* No family has this number. */
    nl_msg_put_genlmsghdr(&request, 0, 0x7fff, NLM_F_REQUEST, 1, 1);
    capture_start(NLSOCK_LOG_DBG);
    nl_dump_start(&dump, NETLINK_GENERIC, &request);
    CHECK(!nl_dump_next(&dump, &reply, &buf));
    CHECK_INT(nl_dump_done(&dump), ENOENT);
    capture_end();
    CHECK(strstr(captured, "netlink dump request error (No such file or directory)\n"));
    ofpbuf_uninit(&request);
    ofpbuf_uninit(&buf);
}

static void
errno_survives_logging(void)
{
    struct nl_sock *sock;
    struct ofpbuf request;

    ofpbuf_init(&request, 64);
    put_getlink(&request, 1);
    CHECK_INT(nl_sock_create(NETLINK_ROUTE, &sock), 0);
    capture_start(NLSOCK_LOG_DBG);
    errno = EXDEV;
    CHECK_INT(nl_sock_send(sock, &request, true), 0);
    CHECK_INT(nl_sock_recv(sock, &request, true), 0);
    CHECK_INT(errno, EXDEV);
    CHECK(captured[0]);
    capture_end();
    ofpbuf_uninit(&request);
    nl_sock_destroy(sock);
}

/* Logging to standard error, in a child with its own environment. */

static const char *self;

static void
warn_and_exec(void)
{
    execl(self, self, "warn", (char *) NULL);
}

static int
child_output(const char *level, char *output, size_t size)
{
    if (level) {
        setenv("NLSOCK_LOG", level, 1);
    } else {
        unsetenv("NLSOCK_LOG");
    }
    return tap_child(warn_and_exec, output, size);
}

static void
lines_on_standard_error_have_open_vswitchs_form(void)
{
    char output[4096];
    int y, mo, d, h, mi, s, n;
    int end = 0;

    CHECK_INT(child_output(NULL, output, sizeof output), 0);
    CHECK_INT(sscanf(output, "%4d-%2d-%2dT%2d:%2d:%2dZ|%5d|%n", &y, &mo, &d, &h, &mi, &s, &n,
                     &end), 7);
    CHECK_INT(end, strlen("2014-07-25T20:34:48Z|00001|"));
    CHECK_INT(n, 1);
    CHECK_STR(output + end, "netlink_socket|WARN|could not join multicast group 1000000 "
              "(Invalid argument)\n");
}

static void
the_environment_sets_the_level(void)
{
    char output[4096];

    CHECK_INT(child_output("off", output, sizeof output), 0);
    CHECK_STR(output, "");
    CHECK_INT(child_output("err", output, sizeof output), 0);
    CHECK_STR(output, "");
    CHECK_INT(child_output("info", output, sizeof output), 0);
    CHECK(strstr(output, "|WARN|"));
    CHECK(!strstr(output, "|DBG|"));
    CHECK_INT(child_output("dbg", output, sizeof output), 0);
    CHECK(strstr(output, "|netlink_socket|DBG|nl_sock_send__ (Success): nl("));
    CHECK_INT(child_output("loud", output, sizeof output), 0);
    CHECK(strstr(output, "|WARN|NLSOCK_LOG=loud: must be off, err, warn, info or dbg"));
}

/* Writes a few bytes only, if the environment says so. */
ssize_t
writev(int fd, const struct iovec *parts, int n)
{
    static ssize_t (*function)(int, const struct iovec *, int);
    size_t most = getenv("TEST_SHORT_WRITES") ? 7 : SIZE_MAX;

    if (!function) {
        function = (ssize_t (*)(int, const struct iovec *, int)) real("writev");
    }
    if (most == SIZE_MAX) {
        return function(fd, parts, n);
    }
    while (n && !parts->iov_len) {
        parts++;
        n--;
    }
    return n ? write(fd, parts->iov_base, parts->iov_len < most ? parts->iov_len : most) : 0;
}

static void
lines_are_whole_although_writes_are_short(void)
{
    char whole[4096], output[4096];

    CHECK_INT(child_output(NULL, whole, sizeof whole), 0);
    setenv("TEST_SHORT_WRITES", "yes", 1);
    CHECK_INT(child_output(NULL, output, sizeof output), 0);
    unsetenv("TEST_SHORT_WRITES");
    /* Behind the time. */
    CHECK(strlen(whole) > 21 && strlen(output) > 21);
    CHECK_STR(output + 20, whole + 20);
}

static int
warn(void)
{
    struct nl_sock *sock;
    struct ofpbuf request;

    if (nl_sock_create(NETLINK_ROUTE, &sock)) {
        return 1;
    }
    nl_sock_join_mcgroup(sock, 1000000);
    ofpbuf_init(&request, 64);
    put_getlink(&request, 1);
    nl_sock_send(sock, &request, true);
    ofpbuf_uninit(&request);
    nl_sock_destroy(sock);
    return 0;
}

static void
counters_count(void)
{
    struct nlsock_counters before, after;
    struct { struct nlsock_counters known; uint64_t more; } larger;
    struct nl_sock *sock;
    struct ofpbuf request, reply;

    CHECK_INT(nl_sock_create(NETLINK_ROUTE, &sock), 0);
    ofpbuf_init(&request, 64);
    ofpbuf_init(&reply, 16);
    put_getlink(&request, 1);
    nlsock_counters(&before, sizeof before);
    CHECK_INT(nl_sock_send(sock, &request, true), 0);
    CHECK_INT(nl_sock_recv(sock, &reply, true), 0);
    nlsock_counters(&after, sizeof after);
    CHECK_INT(after.sent - before.sent, 1);
    CHECK_INT(after.received - before.received, 1);
    CHECK_INT(after.recv_jumbo - before.recv_jumbo, 1);
    CHECK_INT(after.overflow - before.overflow, 0);

    /* Structures of programs that were compiled against an older or a newer library. */
    before.received = 77;
    nlsock_counters(&before, 8);
    CHECK_INT(before.received, 77);
    larger.more = 77;
    nlsock_counters(&larger.known, sizeof larger);
    CHECK_INT(larger.known.sent, after.sent);
    CHECK_INT(larger.more, 0);
    ofpbuf_uninit(&request);
    ofpbuf_uninit(&reply);
    nl_sock_destroy(sock);
}

static void
counters_start_again(void)
{
    struct nlsock_counters counters;

    nlsock_counters(&counters, sizeof counters);
    CHECK(counters.sent > 0 && counters.received > 0);
    nlsock_counters_reset();
    nlsock_counters(&counters, sizeof counters);
    CHECK_INT(counters.sent + counters.received + counters.discarded, 0);
}

static void
a_call_that_fails_is_logged_by_its_name(void)
{
    struct nl_sock *sock;

    capture_start(NLSOCK_LOG_ERR);
    CHECK_INT(nl_sock_create(31, &sock), EPROTONOSUPPORT);
    CHECK_STR(captured, "netlink_socket|socket: Protocol not supported\n");
    capture_end();
}

#if !OVS3
/* A module of the program, which was registered between two others. */
static void
a_module_that_was_removed_keeps_its_level(void)
{
    static struct vlog_module modules[3] = { { .name = "a" }, { .name = "b" }, { .name = "c" } };

    for (int i = 0; i < 3; i++) {
        modules[i].list.prev = modules[i].list.next = &modules[i].list;
        nlsock_log_register(&modules[i]);
    }
    vlog_set_levels(NULL, VLF_ANY_FACILITY, VLL_DBG);
    nlsock_log_unregister(&modules[1]);
    vlog_set_levels(NULL, VLF_ANY_FACILITY, VLL_WARN);
    CHECK_INT(modules[0].min_level, VLL_WARN);
    CHECK_INT(modules[1].min_level, VLL_DBG);
    CHECK_INT(modules[2].min_level, VLL_WARN);
    nlsock_log_unregister(&modules[0]);
    nlsock_log_unregister(&modules[2]);
}
#endif

int
main(int argc, char *argv[])
{
    self = argv[0];
    if (argc > 1) {
        return warn();
    }
    if (!netns_enter()) {
        return EXIT_SUCCESS;
    }
    RUN(debug_lines_show_every_message);
    RUN(generic_netlink_is_shown_with_its_family);
    RUN(levels_include_those_before);
    RUN(a_handler_gets_its_own_argument);
    RUN(refused_dumps_are_logged);
    RUN(errno_survives_logging);
    RUN(lines_on_standard_error_have_open_vswitchs_form);
    RUN(lines_are_whole_although_writes_are_short);
    RUN(the_environment_sets_the_level);
    RUN(a_call_that_fails_is_logged_by_its_name);
    RUN(counters_count);
    RUN(counters_start_again);
#if !OVS3
    RUN(a_module_that_was_removed_keeps_its_level);
#endif
    return tap_done();
}
