/* SPDX-License-Identifier: Apache-2.0 */
/* Captures by several threads and processes, in several files, and what ends a capture.
 *
 * The test runs itself with variables in its environment.  Then its argument says what to do. */

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include "descriptors.h"
#include "netns.h"
#include "pcapng.h"
#include "tally.h"

enum {
    N_THREADS = 8,
    N_CHILDREN = 3,
    N_CALLS_EACH = 100,
    LONG_MESSAGE = 32 << 10,    /* Two of these do not fit in a file of 64K. */
    N_REPEATED = 10             /* How often a single thread repeats them. */
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

/* Runs 'function' in N_THREADS threads.  It gets a pointer to a bool, where it stores whether
 * everything was right.  Returns whether it was. */
static bool
run_in_threads(void *(*function)(void *right))
{
    pthread_t threads[N_THREADS];
    bool right[N_THREADS], all = true;
    int i;

    for (i = 0; i < N_THREADS; i++) {
        if (pthread_create(&threads[i], NULL, function, &right[i])) {
            return false;
        }
    }
    for (i = 0; i < N_THREADS; i++) {
        pthread_join(threads[i], NULL);
        all = all && right[i];
    }
    return all;
}

static bool
make_calls_in_threads(void)
{
    return run_in_threads(make_calls);
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
    int before, i;

    CHECK(deletion_is_refused());
    nlsock_pool_flush();
    before = count_descriptors();
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
    CHECK_INT(count_descriptors(), before);
    contents = read_files(0);
    CHECK(contents.sections > 0);
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
    CHECK(strstr(output, "|WARN|NLSOCK_CAPTURE=/dev/null: no capture (the file is not a capture)\n"));
    CHECK(tap_one_line(output));
    CHECK_INT(with_environment("thread", "", "64K", output, sizeof output), 0);
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

/* Sends a request on a socket of its own, and receives, each time after the capture's descriptor was
 * closed, so that a system call for the capture fails.  Returns whether errno stays the same. */
static bool
errno_stays(void)
{
    struct request_memory memory;
    struct ofpbuf request, reply;
    struct nl_sock *sock;
    bool right;

    if (nl_sock_create(NETLINK_ROUTE, &sock)) {
        return false;
    }
    use_request_memory(&request, &memory);
    put_getlink(&request, 1);
    ofpbuf_init(&reply, 4096);
    close(capture_descriptor());
    errno = EXDEV;
    right = !nl_sock_send(sock, &request, true) && errno == EXDEV;
    close(capture_descriptor());
    errno = EXDEV;
    right = !nl_sock_recv(sock, &reply, true) && errno == EXDEV && right;
    ofpbuf_uninit(&reply);
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
    CHECK_INT(contents.sections, 4);
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

/* Pipes, sockets, and files that are open for reading only.  Other files take a block. */
static void
what_refuses_a_block_is_left_alone(void)
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
    struct stat first, second;
    bool right;

    CHECK(!getrlimit(RLIMIT_NOFILE, &usual));
    limit = usual;
    limit.rlim_cur = 64;
    right = !setrlimit(RLIMIT_NOFILE, &limit) && repeat_calls() && !stat(getenv("NLSOCK_CAPTURE"), &first)
            && (runs_slowly() || first.st_size > 128 << 10);
    return right && !setrlimit(RLIMIT_NOFILE, &usual) && repeat_calls()
           && !stat(getenv("NLSOCK_CAPTURE"), &second) && second.st_size - first.st_size < 8 << 10;
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
    } else if (!strcmp(what, "once")) {
        return deletion_is_refused() && fcntl(1000, F_GETFD);
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
    } else if (!strcmp(what, "program")) {
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
    RUN_ALONE(further_files_leave_no_descriptor);
    RUN_ALONE(a_full_file_is_not_added_to);
    RUN_ALONE(lack_of_descriptors_does_not_end_it);
    RUN_ALONE(wrong_variables_are_logged);
    RUN_ALONE(a_closed_descriptor_is_opened_again);
    RUN_ALONE(what_refuses_a_block_is_left_alone);
    RUN_ALONE(children_leave_files_of_others_alone);
    RUN_ALONE(a_failing_write_ends_the_capture);
    RUN_ALONE(a_failure_at_the_end_is_logged);
    RUN_ALONE(a_failure_is_logged_once);
    RUN_ALONE(a_further_file_that_is_none_ends_it);
    RUN_ALONE(a_pending_signal_stays);
    RUN_ALONE(another_program_adds_to_the_file);
    rmdir(folder);
    return tap_done();
}
