/* SPDX-License-Identifier: Apache-2.0 */
/* Makes calls that are captured, by threads and processes, and counts what is in the files.
 *
 * The test may run itself with variables in its environment.  Then its argument says what to do. */

#ifndef CAPTURED_CALLS_H
#define CAPTURED_CALLS_H 1

#include <fcntl.h>
#include <sys/stat.h>
#include "netns.h"
#include "pcapng.h"
#include "tally.h"

enum {
    N_THREADS = 8,
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

static inline void
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
static inline bool
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
static inline struct contents
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

static inline void *
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
static inline bool
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

static inline bool
make_calls_in_threads(void)
{
    return run_in_threads(make_calls);
}

/* Makes N_THREADS * fewer(N_CALLS_EACH) calls in this process, and in each of its children. */
static inline bool
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
static inline void
check_contents(const struct contents *contents)
{
    CHECK_INT(contents->sent, (N_CHILDREN + 1) * N_THREADS * fewer(N_CALLS_EACH));
    CHECK_INT(contents->received, contents->sent);
    CHECK_INT(contents->processes, N_CHILDREN + 1);
}

/* Runs this program with variables in its environment, for the argument 'what'.  Stores what it
 * logs in 'output'.  Returns its exit status. */
static const char *child_argument;

static inline void
run_again(void)
{
    execl("/proc/self/exe", "test", child_argument, (char *) NULL);
    _exit(99);
}

static inline int
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

/* The number of the descriptor of the capture: the highest one. */
static inline int
capture_descriptor(void)
{
    int fd = 65536;

    while (fd > 0 && fcntl(fd, F_GETFD) < 0) {
        fd--;
    }
    return fd;
}

/* Makes the folder of the captures.  Returns false if the test cannot run. */
static inline bool
prepare_captures(void)
{
    nlsock_capture_stop();
    if (!netns_enter()) {
        return false;
    }
    if (!mkdtemp(folder)) {
        perror(folder);
        exit(EXIT_FAILURE);
    }
    snprintf(path, sizeof path, "%s/capture", folder);
    set_usual_level(NLSOCK_LOG_WARN);
    return true;
}

#endif /* captured-calls.h */
