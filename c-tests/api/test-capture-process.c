/* SPDX-License-Identifier: Apache-2.0 */
/* Captures by several threads and processes, some of which close the descriptor. */

#include "captured-calls.h"
#include "descriptors.h"

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

/* Sends a request on a socket of its own, and receives, each time after the capture's descriptor
 * was closed, so that a system call for the capture fails.  Returns whether errno stays the
 * same. */
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
    pid_t child;

    if (!strcmp(what, "once")) {
        return deletion_is_refused() && fcntl(1000, F_GETFD);
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
    if (!prepare_captures()) {
        return EXIT_SUCCESS;
    }
    RUN_ALONE(threads_and_children_write_to_one_file);
    RUN_ALONE(children_without_handlers_write_to_it);
    RUN_ALONE(captures_start_and_stop_at_any_time);
    RUN_ALONE(a_closed_descriptor_is_opened_again);
    RUN_ALONE(what_refuses_a_block_is_left_alone);
    RUN_ALONE(children_leave_files_of_others_alone);
    RUN_ALONE(another_program_adds_to_the_file);
    rmdir(folder);
    return tap_done();
}
