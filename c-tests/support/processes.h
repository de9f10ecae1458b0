/* SPDX-License-Identifier: Apache-2.0 */
/* Tests in processes of their own: a test that hangs fails, and nothing of it is left. */

#ifndef PROCESSES_H
#define PROCESSES_H 1

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "tap.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED true
#else
#define SANITIZED false
#endif

/* Whether the test runs slowly, under valgrind or a sanitizer.  Whoever starts it there sets
 * TEST_FEWER. */
static inline bool
runs_slowly(void)
{
    return getenv("TEST_FEWER") != NULL;
}

/* Returns 'n', or a fiftieth of it if the test runs slowly. */
static inline int
fewer(int n)
{
    return runs_slowly() ? (n + 49) / 50 : n;
}

/* Lets other threads run, for valgrind runs one at a time, and is not fair. */
static inline void
pause_if_slow(void)
{
    const struct timespec pause = { 0, 1000000 };

    if (runs_slowly()) {
        nanosleep(&pause, NULL);
    }
}

/* Ends a child, from any place.  Its status says whether everything was 'right'.
 *
 * valgrind looks for leaks when a process exits, and takes for leaked what the threads of the
 * parent held.  There, the child becomes another program. */
static inline void
leave(bool right)
{
    if (runs_slowly()) {
        execlp(right ? "true" : "false", "", (char *) NULL);
    }
    _exit(!right);
}

/* Waits for a child, and returns whether it left with leave(true). */
static inline bool
left_right(pid_t child)
{
    int status;

    while (waitpid(child, &status, 0) != child) {
        if (errno != EINTR) {
            return false;
        }
    }
    return WIFEXITED(status) && !WEXITSTATUS(status);
}

/* fork() as the kernel has it, which runs no handlers of pthread_atfork().  It returns like
 * fork(). */
static inline pid_t
raw_fork(void)
{
#ifdef __s390__
    return (pid_t) syscall(SYS_clone, 0, SIGCHLD, 0, 0, 0);
#else
    return (pid_t) syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
#endif
}

/* Whether qemu-user runs the program.  Then check-platforms.sh has set this variable. */
static inline bool
in_qemu_user(void)
{
    return getenv("QEMU_LD_PREFIX") != NULL;
}

/* Whether a process can find out that it is a child without a handler of pthread_atfork().
 * qemu-user ignores MADV_WIPEONFORK without an error. */
static inline bool
children_can_tell(void)
{
#ifdef MADV_WIPEONFORK
    long size = sysconf(_SC_PAGESIZE);
    void *page = mmap(NULL, (size_t) size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                      -1, 0);
    bool can = false;

    if (page != MAP_FAILED) {
        *(char *) page = 1;
        /* Not by madvise(), which a test may replace. */
        if (!syscall(SYS_madvise, page, (size_t) size, MADV_WIPEONFORK)) {
            pid_t child = raw_fork();

            if (!child) {
                _exit(*(char *) page);
            }
            can = left_right(child);
        }
        munmap(page, (size_t) size);
    }
    return can;
#else
    return false;
#endif
}

#define WITHOUT_WIPEONFORK "a kernel without MADV_WIPEONFORK"

/* Returns zeroed memory that a process shares with its children. */
static inline void *
share(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED) {
        perror("mmap");
        exit(EXIT_FAILURE);
    }
    return memory;
}

/* The test that runs alone. */
static void (*alone_test)(void);

static inline int64_t
now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

/* Waits for a process until it hangs.  Returns its wait status, or -1. */
static inline int
wait_until_it_hangs(pid_t child)
{
    const struct timespec pause = { 0, 1000000 };
    int64_t end = now_ms() + (runs_slowly() ? 120 : 30) * INT64_C(1000);
    int status;

    while (now_ms() < end) {
        if (waitpid(child, &status, WNOHANG) == child) {
            return status;
        }
        nanosleep(&pause, NULL);
    }
    kill(-child, SIGKILL);
    waitpid(child, &status, 0);
    return -1;
}

static inline void
run_alone(void)
{
    char *reason = (char *) share(sizeof tap_skip_reason);
    int status;
    pid_t child;

    fflush(stdout);
    child = fork();
    if (child < 0) {
        abort();
    } else if (!child) {
        setpgid(0, 0);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        setvbuf(stdout, NULL, _IOLBF, 0);
        alone_test();
        if (tap_skipped) {
            memcpy(reason, tap_skip_reason, sizeof tap_skip_reason);
        }
        fflush(stdout);
        _exit(tap_bad);
    }
    setpgid(child, child);
    status = wait_until_it_hangs(child);
    /* Children of the test that hang, or that the test forgot. */
    kill(-child, SIGKILL);
    if (status == -1) {
        tap_diagnostic("it hangs");
    } else if (WIFSIGNALED(status)) {
        tap_diagnostic("it ended by signal %d", WTERMSIG(status));
    }
    CHECK(status == 0);
    if (reason[0]) {
        SKIP(reason);
    }
    munmap(reason, sizeof tap_skip_reason);
}

static inline void
tap_run_alone(const char *name, void (*test)(void))
{
    alone_test = test;
    tap_run(name, run_alone);
}

/* RUN() in a process of its own. */
#define RUN_ALONE(TEST) tap_run_alone(#TEST, TEST)

#endif /* processes.h */
