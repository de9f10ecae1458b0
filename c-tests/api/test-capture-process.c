/* SPDX-License-Identifier: Apache-2.0 */
/* Captures by several threads and processes, in several files, and what ends a capture.
 *
 * The test runs itself with variables in its environment.  Then its argument says what to do. */

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include "netns.h"
#include "pcapng.h"
#include "tally.h"

enum {
    N_THREADS = 4,
    N_CHILDREN = 3,
    N_CALLS_EACH = 100
};

static char folder[] = P_tmpdir "/test-capture-XXXXXX";
static char path[64];

/* What the packets of some files say. */
struct contents {
    int files;
    int sections;
    int sent;                   /* Number of requests. */
    int received;
    int processes;              /* Number of different processes. */
    char pids[16][32];
};

static void
note_process(struct contents *contents, const char *comment)
{
    size_t length = strcspn(comment, " ");
    int i;

    for (i = 0; i < contents->processes; i++) {
        if (!strncmp(contents->pids[i], comment, length + 1)) {
            return;
        }
    }
    CHECK(contents->processes < 16 && length < 30);
    memcpy(contents->pids[i], comment, length + 1);
    contents->processes++;
}

/* Adds the contents of the file 'name', and removes it.  Returns whether there is such a file. */
static bool
add_file(struct contents *contents, const char *name, size_t most)
{
    struct capture capture;
    struct packet packet;
    bool exists;

    capture_read(&capture, name);
    exists = capture.size > 0;
    while (capture_next(&capture, &packet)) {
        contents->sent += packet.outbound;
        contents->received += !packet.outbound;
        note_process(contents, packet.comment);
    }
    CHECK(!capture.wrong);
    if (most && capture.size > most) {
        tap_diagnostic("%s has %zu bytes", name, capture.size);
        CHECK(capture.size <= most);
    }
    contents->files += exists;
    contents->sections += capture.sections;
    capture_free(&capture);
    unlink(name);
    return exists;
}

/* Reads and removes all files of the capture, which have at most 'most' bytes unless that is 0. */
static struct contents
read_files(size_t most)
{
    struct contents contents = { .files = 0 };
    char name[96];
    int i;

    if (add_file(&contents, path, most)) {
        for (i = 1; ; i++) {
            snprintf(name, sizeof name, "%s.%d", path, i);
            if (!add_file(&contents, name, most)) {
                break;
            }
        }
    }
    return contents;
}

static void *
make_calls(void *right)
{
    int i;

    *(bool *) right = true;
    for (i = 0; i < fewer(N_CALLS_EACH); i++) {
        if (!deletion_is_refused()) {
            *(bool *) right = false;
        }
    }
    return NULL;
}

static bool
make_calls_in_threads(void)
{
    pthread_t threads[N_THREADS];
    bool right[N_THREADS], all = true;
    int i;

    for (i = 0; i < N_THREADS; i++) {
        if (pthread_create(&threads[i], NULL, make_calls, &right[i])) {
            return false;
        }
    }
    for (i = 0; i < N_THREADS; i++) {
        pthread_join(threads[i], NULL);
        all = all && right[i];
    }
    return all;
}

/* Makes N_THREADS * fewer(N_CALLS_EACH) calls in this process, and in each of its children. */
static bool
make_calls_in_processes(void)
{
    pid_t children[N_CHILDREN];
    bool right;
    int i;

    for (i = 0; i < N_CHILDREN; i++) {
        children[i] = fork();
        if (!children[i]) {
            leave(make_calls_in_threads());
        }
    }
    right = make_calls_in_threads();
    for (i = 0; i < N_CHILDREN; i++) {
        right = left_right(children[i]) && right;
    }
    return right;
}

/* Checks that all packets of make_calls_in_processes() are there. */
static void
check_contents(const struct contents *contents)
{
    CHECK_INT(contents->sent, (N_CHILDREN + 1) * N_THREADS * fewer(N_CALLS_EACH));
    CHECK_INT(contents->received, contents->sent);
    CHECK_INT(contents->processes, N_CHILDREN + 1);
}

static void
threads_and_children_write_to_one_file(void)
{
    struct contents contents;

    CHECK_INT(nlsock_capture_start(path, 0), 0);
    CHECK(make_calls_in_processes());
    nlsock_capture_stop();
    contents = read_files(0);
    check_contents(&contents);
    CHECK_INT(contents.files, 1);
    CHECK_INT(contents.sections, 1);
}

/* A child of clone(), which runs no fork handlers, has its own process number. */
static void
children_without_handlers_write_to_it(void)
{
    struct contents contents;
    pid_t child;

    if (!children_can_tell()) {
        SKIP(WITHOUT_WIPEONFORK);
    }
    CHECK_INT(nlsock_capture_start(path, 0), 0);
    CHECK(deletion_is_refused());
    child = raw_fork();
    if (!child) {
        _exit(!deletion_is_refused());
    }
    CHECK(left_right(child));
    nlsock_capture_stop();
    contents = read_files(0);
    CHECK_INT(contents.sent, 2);
    CHECK_INT(contents.processes, 2);
}

/* Threads start and stop captures while others send. */
static void *
start_and_stop(void *done)
{
    while (!__atomic_load_n((bool *) done, __ATOMIC_ACQUIRE)) {
        int error = nlsock_capture_start(path, 0);

        if (error && error != EBUSY) {
            return path;
        }
        pause_if_slow();
        nlsock_capture_stop();
    }
    return NULL;
}

static void
captures_start_and_stop_at_any_time(void)
{
    struct contents contents;
    pthread_t threads[2];
    bool done = false;
    void *failed;
    int i;

    for (i = 0; i < 2; i++) {
        CHECK(!pthread_create(&threads[i], NULL, start_and_stop, &done));
    }
    CHECK(make_calls_in_threads());
    __atomic_store_n(&done, true, __ATOMIC_RELEASE);
    for (i = 0; i < 2; i++) {
        pthread_join(threads[i], &failed);
        CHECK(!failed);
    }
    nlsock_capture_stop();
    nlsock_pool_flush();
    contents = read_files(0);
    CHECK(contents.sections > 0);
    /* All descriptors that were opened are closed. */
    CHECK(fcntl(open("/dev/null", O_RDONLY), F_GETFD) >= 0);
}

/* Runs this program with variables in its environment, for the argument 'what'.  Stores what it
 * logs in 'output'.  Returns its exit status. */
static const char *child_argument;

static void
run_again(void)
{
    execl("/proc/self/exe", "test-capture-process", child_argument, (char *) NULL);
    _exit(99);
}

static int
with_environment(const char *what, const char *capture, const char *limit, char *output,
                 size_t size)
{
    int status;

    child_argument = what;
    setenv("NLSOCK_CAPTURE", capture, 1);
    setenv("NLSOCK_CAPTURE_SIZE", limit, 1);
    status = tap_child(run_again, output, size);
    unsetenv("NLSOCK_CAPTURE");
    unsetenv("NLSOCK_CAPTURE_SIZE");
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
a_capture_goes_on_in_further_files(void)
{
    struct contents contents;
    char output[1024];

    CHECK_INT(with_environment("processes", path, "4K", output, sizeof output), 0);
    CHECK_STR(output, "");
    /* While a thread opens the next file, others go on with this one, so there is no limit for each
     * file that holds however the threads take turns. */
    contents = read_files(0);
    check_contents(&contents);
    CHECK(contents.files > 1);
    CHECK(contents.sections >= contents.files);

    /* One thread alone keeps the limit. */
    CHECK_INT(with_environment("thread", path, "4096", output, sizeof output), 0);
    contents = read_files(4096);
    CHECK_INT(contents.sent, fewer(N_CALLS_EACH));
    CHECK(runs_slowly() || contents.files > 5);
}

/* What another process has written to the file counts, too. */
static void
a_full_file_is_not_added_to(void)
{
    struct contents contents;
    char output[1024];
    int i;

    for (i = 0; i < 3; i++) {
        CHECK_INT(with_environment("thread", path, "1M", output, sizeof output), 0);
    }
    contents = read_files(1 << 20);
    CHECK_INT(contents.files, 1);
    CHECK_INT(contents.sections, 3);
    CHECK_INT(contents.sent, 3 * fewer(N_CALLS_EACH));
}

static void
wrong_variables_are_logged(void)
{
    char output[1024];

    CHECK_INT(with_environment("thread", "/no such folder/\x1b[31m", "16K", output,
                               sizeof output), 0);
    CHECK(strstr(output, "|WARN|NLSOCK_CAPTURE=/no such folder/\\x1b[31m: no capture "
                 "(No such file or directory)\n"));
    CHECK(tap_one_line(output));
    CHECK_INT(with_environment("thread", path, "4095", output, sizeof output), 0);
    CHECK(strstr(output, "|WARN|NLSOCK_CAPTURE_SIZE=4095: must be a number of bytes"));
    CHECK(tap_one_line(output));
    CHECK_INT(read_files(0).sent, fewer(N_CALLS_EACH));
    CHECK_INT(with_environment("thread", "", "16K", output, sizeof output), 0);
    CHECK_STR(output, "");
}

/* The number of the descriptor of the capture: the highest one. */
static int
capture_descriptor(void)
{
    int fd = 65536;

    while (fd > 0 && fcntl(fd, F_GETFD) < 0) {
        fd--;
    }
    return fd;
}

/* Sends a request on a socket of its own.  Returns whether errno stays the same. */
static bool
errno_stays(void)
{
    struct request_memory memory;
    struct ofpbuf request;
    struct nl_sock *sock;
    bool right;

    if (nl_sock_create(NETLINK_ROUTE, &sock)) {
        return false;
    }
    use_request_memory(&request, &memory);
    put_getlink(&request, 1);
    errno = EXDEV;
    right = !nl_sock_send(sock, &request, true) && errno == EXDEV;
    nl_sock_destroy(sock);
    return right;
}

/* A daemon closes the descriptors that it does not know. */
static void
a_closed_descriptor_is_opened_again(void)
{
    struct contents contents;
    pid_t child;

    CHECK_INT(nlsock_capture_start(path, 0), 0);
    CHECK(deletion_is_refused());
    CHECK_INT(close(capture_descriptor()), 0);
    CHECK(errno_stays());
    child = fork();
    if (!child) {
        close(capture_descriptor());
        leave(deletion_is_refused());
    }
    CHECK(left_right(child));
    CHECK(deletion_is_refused());
    nlsock_capture_stop();
    contents = read_files(0);
    CHECK_INT(contents.sent, 4);
    CHECK_INT(contents.sections, 3);
    CHECK_INT(contents.files, 1);
}

/* Gives the number of the capture's descriptor to 'other', and makes a call.  Returns whether
 * nothing was written to 'other', and the capture went on. */
static bool
call_with_number_taken(int other)
{
    int fd;
    bool right;

    CHECK_INT(nlsock_capture_start(path, 0), 0);
    fd = capture_descriptor();
    CHECK_INT(dup2(other, fd), fd);
    right = deletion_is_refused();
    nlsock_capture_stop();
    CHECK(fcntl(fd, F_GETFD) >= 0);
    close(fd);
    CHECK_INT(read_files(0).sent, 1);
    return right;
}

static void
files_of_others_are_left_alone(void)
{
    int ends[2];
    char byte;
    int file;

    CHECK_INT(pipe2(ends, O_NONBLOCK), 0);
    CHECK(call_with_number_taken(ends[1]));
    CHECK(read(ends[0], &byte, 1) < 0 && errno == EAGAIN);
    CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    CHECK(call_with_number_taken(ends[1]));
    CHECK(recv(ends[0], &byte, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN);
    file = open("/dev/null", O_RDONLY);
    CHECK(call_with_number_taken(file));
}

/* In a child, that is noticed before anything is written, for any file. */
static void
children_leave_files_of_others_alone(void)
{
    char other_path[80];
    int other;
    pid_t child;

    snprintf(other_path, sizeof other_path, "%s-other", path);
    other = open(other_path, O_RDWR | O_CREAT | O_APPEND, 0600);
    CHECK(other >= 0);
    CHECK_INT(nlsock_capture_start(path, 0), 0);
    child = fork();
    if (!child) {
        dup2(other, capture_descriptor());
        leave(deletion_is_refused());
    }
    CHECK(left_right(child));
    nlsock_capture_stop();
    CHECK_INT(lseek(other, 0, SEEK_END), 0);
    CHECK_INT(read_files(0).sent, 1);
    close(other);
    unlink(other_path);
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
    int fd;

    nlsock_log_set_handler(count_warning, NULL);
    limit.rlim_cur = 10000;
    CHECK_INT(setrlimit(RLIMIT_FSIZE, &limit), 0);
    CHECK_INT(nlsock_capture_start(path, 0), 0);
    fd = capture_descriptor();
    while (fcntl(fd, F_GETFD) >= 0) {
        CHECK(make_calls_in_threads());
    }
    CHECK(loopback_is_found() && dump_is_complete() && own_socket_works());
    CHECK_INT(warnings, 1);
    snprintf(expected, sizeof expected, "the capture to %s has ended (", path);
    CHECK(!strncmp(warning, expected, strlen(expected)));

    /* What was written before is whole. */
    CHECK(!stat(path, &status));
    CHECK_INT(status.st_size, 10000);
    capture_read(&capture, path);
    while (capture_next(&capture, &packet)) {
        /* Nothing. */
    }
    CHECK(capture.offset > 9000);
    capture_free(&capture);
    /* Another one can be started where there is room.  SIGXFSZ does not end the process. */
    CHECK_INT(nlsock_capture_start(path, 0), EFBIG);
    unlink(path);
    CHECK_INT(nlsock_capture_start(path, 0), 0);
    CHECK(deletion_is_refused());
    nlsock_capture_stop();
    CHECK_INT(read_files(0).sent, 1);
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
}

/* The signal is not discarded if it is the program's. */
static void
a_pending_signal_stays(void)
{
    struct rlimit limit = { .rlim_cur = 1, .rlim_max = RLIM_INFINITY };
    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGXFSZ);
    CHECK_INT(sigprocmask(SIG_BLOCK, &signals, NULL), 0);
    raise(SIGXFSZ);
    CHECK_INT(setrlimit(RLIMIT_FSIZE, &limit), 0);
    CHECK_INT(nlsock_capture_start(path, 0), ENOSPC);
    CHECK_INT(nlsock_capture_start(path, 0), EINVAL);
    CHECK(!sigpending(&signals) && sigismember(&signals, SIGXFSZ));
    unlink(path);
}

/* The new program writes to the same file, because of the variable, and by its own descriptor. */
static void
another_program_adds_to_the_file(void)
{
    struct contents contents;
    char output[1024];

    CHECK_INT(with_environment("program", path, "1M", output, sizeof output), 0);
    contents = read_files(0);
    CHECK_INT(contents.sections, 2);
    CHECK_INT(contents.processes, 2);
    CHECK_INT(contents.sent, 2);
}

/* What this program does if it has an argument. */
static bool
does(const char *what)
{
    bool right;

    if (!strcmp(what, "processes")) {
        return make_calls_in_processes();
    } else if (!strcmp(what, "thread")) {
        make_calls(&right);
        return right;
    } else if (!strcmp(what, "once")) {
        return deletion_is_refused() && fcntl(1000, F_GETFD);
    } else if (!strcmp(what, "too much")) {
        struct rlimit limit = { .rlim_cur = 100, .rlim_max = RLIM_INFINITY };
        struct nl_sock *sock;

        /* There is room for the start of the next block. */
        right = !nl_sock_create(NETLINK_ROUTE, &sock) && !setrlimit(RLIMIT_FSIZE, &limit)
                && !nl_sock_join_mcgroup(sock, RTNLGRP_LINK);
        nl_sock_destroy(sock);
        return right;
    } else if (!strcmp(what, "program")) {
        pid_t child;

        right = deletion_is_refused();
        child = fork();
        if (!child) {
            child_argument = "once";
            run_again();
        }
        return left_right(child) && right;
    }
    return false;
}

int
main(int argc, char *argv[])
{
    if (argc > 1) {
        return !does(argv[1]);
    }
    nlsock_capture_stop();
    if (!netns_enter()) {
        return EXIT_SUCCESS;
    }
    if (!mkdtemp(folder)) {
        perror(folder);
        return EXIT_FAILURE;
    }
    snprintf(path, sizeof path, "%s/capture", folder);
    set_usual_level(NLSOCK_LOG_WARN);
    RUN_ALONE(threads_and_children_write_to_one_file);
    RUN_ALONE(children_without_handlers_write_to_it);
    RUN_ALONE(captures_start_and_stop_at_any_time);
    RUN_ALONE(a_capture_goes_on_in_further_files);
    RUN_ALONE(a_full_file_is_not_added_to);
    RUN_ALONE(wrong_variables_are_logged);
    RUN_ALONE(a_closed_descriptor_is_opened_again);
    RUN_ALONE(files_of_others_are_left_alone);
    RUN_ALONE(children_leave_files_of_others_alone);
    RUN_ALONE(a_failing_write_ends_the_capture);
    RUN_ALONE(a_failure_at_the_end_is_logged);
    RUN_ALONE(a_pending_signal_stays);
    RUN_ALONE(another_program_adds_to_the_file);
    rmdir(folder);
    return tap_done();
}
