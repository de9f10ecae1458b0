/* SPDX-License-Identifier: Apache-2.0 */
/* Captures in several files, and what ends a capture. */

#include <sys/resource.h>
#include "captured-calls.h"
#include "descriptors.h"

enum {
    LONG_MESSAGE = 32 << 10,    /* Two of these do not fit in a file of 64K. */
    N_REPEATED = 10             /* How often a single thread repeats its calls. */
};

static void
a_capture_goes_on_in_further_files(void)
{
    struct contents contents;
    char output[1024];

    CHECK_INT(with_environment("processes", path, "64K", output, sizeof output), 0);
    CHECK_STR(output, "");
    /* While a thread opens the next file, others go on with this one, so there is no limit for each
     * file that holds however the threads take turns. */
    contents = read_files(0);
    check_contents(&contents);
    CHECK(runs_slowly() || contents.files > 1);
    CHECK(contents.sections >= contents.files);

    /* One thread alone keeps the limit. */
    CHECK_INT(with_environment("thread", path, "65536", output, sizeof output), 0);
    contents = read_files(65536);
    CHECK_INT(contents.sent, N_REPEATED * fewer(N_CALLS_EACH));
    CHECK(runs_slowly() || contents.files > 4);
}

/* Threads that go on to the next file at the same time do not take each other's file for one of
 * somebody else, and leave no descriptor. */
static void
further_files_leave_no_descriptor(void)
{
    struct contents contents;
    char output[1024];

    CHECK_INT(with_environment("descriptors", path, "64K", output, sizeof output), 0);
    CHECK_STR(output, "");
    contents = read_files(0);
    CHECK_INT(contents.sent, (N_THREADS + 1) * fewer(N_CALLS_EACH));
    CHECK(runs_slowly() || contents.files > 10);
}

/* What another process has written to the file counts, too. */
static void
a_full_file_is_not_added_to(void)
{
    struct contents contents;
    char output[1024];
    int i;

    for (i = 0; i < 3; i++) {
        CHECK_INT(with_environment("thread", path, "512K", output, sizeof output), 0);
    }
    contents = read_files(512 << 10);
    CHECK(contents.sections >= 3);
    CHECK_INT(contents.sent, 3 * N_REPEATED * fewer(N_CALLS_EACH));
    CHECK(runs_slowly() || contents.files > 1);
}

/* Without a descriptor for the next file, the capture stays with the present one, and tries again
 * later. */
static void
lack_of_descriptors_does_not_end_it(void)
{
    struct contents contents;
    char output[1024];

    CHECK_INT(with_environment("few descriptors", path, "64K", output, sizeof output), 0);
    CHECK_STR(output, "");
    contents = read_files(0);
    CHECK_INT(contents.sent, 2 * N_REPEATED * fewer(N_CALLS_EACH));
}

static void
wrong_variables_are_logged(void)
{
    char output[1024];

    CHECK_INT(with_environment("thread", "/no such folder/\x1b[31m", "64K", output,
                               sizeof output), 0);
    CHECK(strstr(output, "|WARN|NLSOCK_CAPTURE=/no such folder/\\x1b[31m: no capture "
                 "(No such file or directory)\n"));
    CHECK(tap_one_line(output));
    CHECK_INT(with_environment("thread", path, "65535", output, sizeof output), 0);
    CHECK(strstr(output, "|WARN|NLSOCK_CAPTURE_SIZE=65535: must be a number of bytes"));
    CHECK(tap_one_line(output));
    CHECK_INT(read_files(0).sent, N_REPEATED * fewer(N_CALLS_EACH));
    CHECK_INT(with_environment("thread", "/dev/null", "64K", output, sizeof output), 0);
    CHECK(strstr(output, "|WARN|NLSOCK_CAPTURE=/dev/null: no capture "
                 "(the file is not a capture)\n"));
    CHECK(tap_one_line(output));
    CHECK_INT(with_environment("thread", "", "64K", output, sizeof output), 0);
    CHECK_STR(output, "");
}

static int warnings;
static char warning[256];

static void
count_warning(void *aux, int level, const char *module, const char *text)
{
    (void) aux;
    (void) module;
    if (level <= NLSOCK_LOG_WARN) {
        __atomic_add_fetch(&warnings, 1, __ATOMIC_RELAXED);
        snprintf(warning, sizeof warning, "%s", text);
    }
}

/* A write that fails ends the capture, with one warning.  The calls are not affected. */
static void
a_failing_write_ends_the_capture(void)
{
    struct rlimit limit = { .rlim_max = RLIM_INFINITY };
    struct capture capture;
    struct packet packet;
    char expected[128];
    struct stat status;
    int fd, i;

    nlsock_log_set_handler(count_warning, NULL);
    limit.rlim_cur = 10002;      /* Not the end of a block. */
    CHECK_INT(setrlimit(RLIMIT_FSIZE, &limit), 0);
    CHECK_INT(nlsock_capture_start(path, 0), 0);
    fd = capture_descriptor();
    for (i = 0; i < 100 && fcntl(fd, F_GETFD) >= 0; i++) {
        CHECK(make_calls_in_threads());
    }
    CHECK(i < 100);
    CHECK(loopback_is_found() && dump_is_complete() && own_socket_works());
    CHECK_INT(warnings, 1);
    snprintf(expected, sizeof expected, "the capture to %s has ended (", path);
    CHECK(!strncmp(warning, expected, strlen(expected)));

    /* What was written before is whole. */
    CHECK(!stat(path, &status));
    CHECK_INT(status.st_size, 10002);
    capture_read(&capture, path);
    while (capture_next(&capture, &packet)) {
        /* Nothing. */
    }
    CHECK(capture.offset > 9000);
    capture_free(&capture);
    /* Nothing is added to it, since nobody would find that.  SIGXFSZ does not end the process. */
    CHECK_INT(nlsock_capture_start(path, 0), 0);
    CHECK(deletion_is_refused());
    nlsock_capture_stop();
    CHECK(!stat(path, &status));
    CHECK_INT(status.st_size, 10002);
    unlink(path);
    snprintf(expected, sizeof expected, "%s.1", path);
    CHECK_INT(rename(expected, path), 0);
    CHECK_INT(read_files(0).sent, 1);

    /* Not even a part of the first block has room. */
    unlink(path);
    limit.rlim_cur = 0;
    CHECK_INT(setrlimit(RLIMIT_FSIZE, &limit), 0);
    CHECK_INT(nlsock_capture_start(path, 0), EFBIG);
    unlink(path);
}

/* Not only dumps report that. */
static void
a_transaction_reports_the_end(void)
{
    struct rlimit limit = { .rlim_cur = 10002, .rlim_max = RLIM_INFINITY };
    sigset_t blocked;
    int fd;

    nlsock_log_set_handler(count_warning, NULL);
    CHECK_INT(setrlimit(RLIMIT_FSIZE, &limit), 0);
    CHECK_INT(nlsock_capture_start(path, 0), 0);
    fd = capture_descriptor();
    for (int i = 0; i < 1000 && fcntl(fd, F_GETFD) >= 0; i++) {
        CHECK(deletion_is_refused());
    }
    CHECK(deletion_is_refused());
    CHECK_INT(warnings, 1);
    /* The signal that the limit would have caused is blocked no longer. */
    CHECK_INT(pthread_sigmask(SIG_BLOCK, NULL, &blocked), 0);
    CHECK(!sigismember(&blocked, SIGXFSZ));
    unlink(path);
}

/* The descriptor usually has a high number.  If none is free, another one will do. */
static void
any_free_descriptor_will_do(void)
{
    struct rlimit limit = { .rlim_cur = 80, .rlim_max = RLIM_INFINITY };
    int last = 0;

    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = 80;
    CHECK_INT(setrlimit(RLIMIT_NOFILE, &limit), 0);
    for (int fd; (fd = open("/dev/null", O_RDONLY)) >= 0; last = fd) {
        continue;
    }
    CHECK_INT(last, 79);
    for (int fd = 20; fd < 30; fd++) {
        close(fd);
    }
    CHECK_INT(nlsock_capture_start(path, 0), 0);
    CHECK(deletion_is_refused());
    nlsock_capture_stop();
    CHECK_INT(read_files(0).sent, 1);
    unlink(path);
}

/* A user may add to a file of his own. */
static void
a_user_may_add_to_his_file(void)
{
    const uid_t nobody = 65534;

    if (geteuid()) {
        SKIP("only root can become another user");
    }
    if (chown(folder, nobody, (gid_t) -1) || seteuid(nobody)) {
        SKIP("this user cannot become another one");
    }
    for (int i = 0; i < 2; i++) {
        CHECK_INT(nlsock_capture_start(path, 0), 0);
        CHECK(loopback_is_found());
        nlsock_capture_stop();
    }
    CHECK_INT(read_files(0).sent, 2);
    CHECK_INT(seteuid(0), 0);
    unlink(path);
}

/* If nothing is sent or received after that, the warning comes when the process ends. */
static void
a_failure_at_the_end_is_logged(void)
{
    char output[1024];

    CHECK_INT(with_environment("too much", path, "1M", output, sizeof output), 0);
    CHECK(strstr(output, "/capture has ended (No space left on device)\n"));
    CHECK(tap_one_line(output));
    unlink(path);
    setenv("NLSOCK_LOG", "err", 1);
    CHECK_INT(with_environment("too much", path, "1M", output, sizeof output), 0);
    unsetenv("NLSOCK_LOG");
    CHECK_STR(output, "");
    unlink(path);
}

/* The process in which it has failed logs that, and none of its children. */
static void
a_failure_is_logged_once(void)
{
    char output[1024];

    CHECK_INT(with_environment("too much in children", path, "1M", output, sizeof output), 0);
    CHECK(strstr(output, "/capture has ended (No space left on device)\n"));
    CHECK(tap_one_line(output));
    unlink(path);
}

/* The name of the file is that of the one in question. */
static void
a_further_file_that_is_none_ends_it(void)
{
    char output[1024], further[80];

    snprintf(further, sizeof further, "%s.1", path);
    CHECK_INT(mkdir(further, 0700), 0);
    CHECK_INT(with_environment("thread", path, "64K", output, sizeof output), 0);
    CHECK(runs_slowly() || strstr(output, "/capture.1 has ended (Is a directory)\n"));
    CHECK_INT(rmdir(further), 0);
    CHECK_INT(mkfifo(further, 0600), 0);
    unlink(path);
    CHECK_INT(with_environment("thread", path, "64K", output, sizeof output), 0);
    CHECK(runs_slowly() || strstr(output, "/capture.1 has ended (the file is not a capture)\n"));
    CHECK(runs_slowly() || tap_one_line(output));
    unlink(further);
    unlink(path);
}

/* The signal is not discarded if it is the program's. */
static void
a_pending_signal_stays(void)
{
    struct rlimit limit = { .rlim_cur = 1, .rlim_max = RLIM_INFINITY };
    char further[80];
    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGXFSZ);
    CHECK_INT(sigprocmask(SIG_BLOCK, &signals, NULL), 0);
    raise(SIGXFSZ);
    CHECK_INT(setrlimit(RLIMIT_FSIZE, &limit), 0);
    CHECK_INT(nlsock_capture_start(path, 0), ENOSPC);
    /* The file of one byte counts as one that is cut off. */
    CHECK_INT(nlsock_capture_start(path, 0), ENOSPC);
    CHECK(!sigpending(&signals) && sigismember(&signals, SIGXFSZ));
    unlink(path);
    snprintf(further, sizeof further, "%s.1", path);
    CHECK_INT(unlink(further), 0);
}

static bool
repeat_calls(void)
{
    bool right, all = true;
    int i;

    for (i = 0; i < N_REPEATED; i++) {
        make_calls(&right);
        all = all && right;
    }
    return all;
}

/* Sends messages that do not fit in one file together. */
static void *
send_long_messages(void *right)
{
    struct nl_sock *sock;
    struct ofpbuf buf;
    int i;

    *(bool *) right = !nl_sock_create(NETLINK_ROUTE, &sock);
    ofpbuf_init(&buf, LONG_MESSAGE);
    nl_msg_put_nlmsghdr(&buf, LONG_MESSAGE - NLMSG_HDRLEN, NLMSG_NOOP, 0);
    ofpbuf_put_zeros(&buf, LONG_MESSAGE - NLMSG_HDRLEN);
    for (i = 0; i < fewer(N_CALLS_EACH); i++) {
        if (nl_sock_send(sock, &buf, true)) {
            *(bool *) right = false;
        }
    }
    ofpbuf_uninit(&buf);
    nl_sock_destroy(sock);
    return NULL;
}

/* Returns whether as many descriptors are open after many changes of the file as before. */
static bool
descriptors_stay(void)
{
    bool right;
    int before, after;

    make_calls(&right);
    nlsock_pool_flush();
    before = count_descriptors();
    right = run_in_threads(send_long_messages) && right;
    nlsock_pool_flush();
    after = count_descriptors();
    if (after != before) {
        fprintf(stderr, "%d descriptors, %d before\n", after, before);
    }
    return right && after == before;
}

/* Returns whether the capture stays with its file while its descriptor has a number that a new one
 * could not have, and no longer. */
static bool
file_stays_while_limited(void)
{
    struct rlimit usual, limit;
    const char *file = getenv("NLSOCK_CAPTURE");
    struct stat first, second;
    bool right;

    CHECK(!getrlimit(RLIMIT_NOFILE, &usual));
    limit = usual;
    limit.rlim_cur = 64;
    right = !setrlimit(RLIMIT_NOFILE, &limit) && repeat_calls() && !stat(file, &first)
            && (runs_slowly() || first.st_size > 128 << 10);
    return right && !setrlimit(RLIMIT_NOFILE, &usual) && repeat_calls()
           && !stat(file, &second) && second.st_size - first.st_size < 8 << 10;
}

/* Lets the capture fail, without a call after that which would log it. */
static bool
write_too_much(struct nl_sock **sock)
{
    struct rlimit limit = { .rlim_cur = 100, .rlim_max = RLIM_INFINITY };

    /* There is room for the start of the next block. */
    return !nl_sock_create(NETLINK_ROUTE, sock) && !setrlimit(RLIMIT_FSIZE, &limit)
           && !nl_sock_join_mcgroup(*sock, RTNLGRP_LINK);
}

/* What this program does if it has an argument. */
static bool
does(const char *what)
{
    struct nl_sock *sock;
    bool right;
    pid_t child;
    int i;

    if (!strcmp(what, "processes")) {
        return make_calls_in_processes();
    } else if (!strcmp(what, "thread")) {
        return repeat_calls();
    } else if (!strcmp(what, "descriptors")) {
        return descriptors_stay();
    } else if (!strcmp(what, "few descriptors")) {
        return file_stays_while_limited();
    } else if (!strcmp(what, "too much")) {
        right = write_too_much(&sock);
        nl_sock_destroy(sock);
        return right;
    } else if (!strcmp(what, "too much in children")) {
        right = write_too_much(&sock);
        for (i = 0; i < N_CHILDREN; i++) {
            child = fork();
            if (!child) {
                leave(deletion_is_refused());
            }
            right = left_right(child) && right;
        }
        nl_sock_destroy(sock);
        return right;
    }
    return false;
}

int
main(int argc, char *argv[])
{
    if (argc > 1) {
        return !does(argv[1]);
    }
    if (!prepare_captures()) {
        return EXIT_SUCCESS;
    }
    RUN_ALONE(a_capture_goes_on_in_further_files);
    RUN_ALONE(further_files_leave_no_descriptor);
    RUN_ALONE(a_full_file_is_not_added_to);
    RUN_ALONE(lack_of_descriptors_does_not_end_it);
    RUN_ALONE(wrong_variables_are_logged);
    RUN_ALONE(a_failing_write_ends_the_capture);
    RUN_ALONE(a_transaction_reports_the_end);
    RUN_ALONE(a_user_may_add_to_his_file);
    RUN_ALONE(any_free_descriptor_will_do);
    RUN_ALONE(a_failure_at_the_end_is_logged);
    RUN_ALONE(a_failure_is_logged_once);
    RUN_ALONE(a_further_file_that_is_none_ends_it);
    RUN_ALONE(a_pending_signal_stays);
    rmdir(folder);
    return tap_done();
}
