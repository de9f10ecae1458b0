/* SPDX-License-Identifier: Apache-2.0 */
/* A small test harness.  A program's standard output is in the Test Anything Protocol (TAP):
 *
 *   ok 1 - NAME                     a test that passed
 *   not ok 2 - NAME                 a test that failed
 *   ok 3 - NAME # SKIP REASON       a test that cannot be run on this machine
 *   # TEXT                          a diagnostic, before the result that it belongs to
 *   1..3                            the plan, at the end: the number of results
 *
 * main() calls RUN() for each test and returns tap_done(). */

#ifndef TAP_H
#define TAP_H 1

#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *tap_name;            /* The test that runs. */
static bool tap_bad;                    /* A check of it failed. */
static bool tap_skipped;                /* It cannot be run here ... */
static char tap_skip_reason[256];       /* ... for this reason. */
static int tap_n_results;
static int tap_n_failed;

/* Prints a diagnostic.  Every line of it starts with "# ". */
static inline void __attribute__((format(printf, 1, 2)))
tap_diagnostic(const char *format, ...)
{
    char text[8192], *line = text, *newline;
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    while ((newline = strchr(line, '\n'))) {
        printf("# %.*s\n", (int) (newline - line), line);
        line = newline + 1;
    }
    if (*line) {
        printf("# %s\n", line);
    }
}

#define CHECK(CONDITION)                                                        \
    do {                                                                        \
        if (!(CONDITION)) {                                                     \
            tap_diagnostic("%s:%d: %s", __FILE__, __LINE__, #CONDITION);        \
            tap_bad = true;                                                     \
        }                                                                       \
    } while (0)

#define CHECK_INT(ACTUAL, EXPECTED)                                             \
    do {                                                                        \
        long long actual__ = (long long) (ACTUAL);                              \
        long long expected__ = (long long) (EXPECTED);                          \
        if (actual__ != expected__) {                                           \
            tap_diagnostic("%s:%d: %s is %lld, not %lld", __FILE__, __LINE__,   \
                           #ACTUAL, actual__, expected__);                      \
            tap_bad = true;                                                     \
        }                                                                       \
    } while (0)

#define CHECK_STR(ACTUAL, EXPECTED)                                             \
    do {                                                                        \
        const char *actual__ = (ACTUAL);                                        \
        const char *expected__ = (EXPECTED);                                    \
        if (strcmp(actual__, expected__)) {                                     \
            tap_diagnostic("%s:%d: %s is \"%s\",\nnot \"%s\"", __FILE__,        \
                           __LINE__, #ACTUAL, actual__, expected__);            \
            tap_bad = true;                                                     \
        }                                                                       \
    } while (0)

/* Ends a test that cannot be run on this machine; WHY says what is missing. */
#define SKIP(WHY)                                                               \
    do {                                                                        \
        snprintf(tap_skip_reason, sizeof tap_skip_reason, "%s", WHY);           \
        tap_skipped = true;                                                     \
        return;                                                                 \
    } while (0)

#define RUN(TEST) tap_run(#TEST, TEST)

/* Prints the result of the test 'name': failed, if a check failed, else skipped or passed. */
static inline void
tap_result(const char *name)
{
    printf("%s %d - %s", tap_bad ? "not ok" : "ok", ++tap_n_results, name);
    if (tap_skipped && !tap_bad) {
        printf(" # SKIP %s", tap_skip_reason);
    }
    putchar('\n');
    fflush(stdout);
    tap_n_failed += tap_bad;
}

static inline void
tap_run(const char *name, void (*test)(void))
{
    tap_name = name;
    tap_bad = tap_skipped = false;
    test();
    tap_result(name);
}

/* Prints the plan.  Returns the exit status of the program. */
static inline int
tap_done(void)
{
    printf("1..%d\n", tap_n_results);
    fflush(stdout);
    return tap_n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* Runs 'function' in a child process whose standard error is stored in 'output'.  Returns the wait
 * status of the child. */
static inline int
tap_child(void (*function)(void), char *output, size_t size)
{
    size_t used = 0;
    int fds[2];
    int status;
    pid_t child;

    fflush(stdout);
    if (pipe(fds) || (child = fork()) < 0) {
        abort();
    }
    if (!child) {
        dup2(fds[1], STDERR_FILENO);
        close(fds[0]);
        close(fds[1]);
        function();
        _exit(0);
    }
    close(fds[1]);
    for (;;) {
        ssize_t n = read(fds[0], output + used, size - 1 - used);
        if (n <= 0) {
            break;
        }
        used += (size_t) n;
    }
    output[used] = '\0';
    close(fds[0]);
    if (waitpid(child, &status, 0) != child) {
        abort();
    }
    return status;
}

/* Whether 'output' has exactly one line.  That of qemu-user about the signal does not count. */
static inline bool
tap_one_line(const char *output)
{
    const char *newline = strchr(output, '\n');

    return newline && (!newline[1] || !strncmp(newline + 1, "qemu: uncaught target signal", 28));
}

/* The function that refuses an allocation of SIZE_MAX bytes.  With 64 bits, it is the function
 * NAME, since the size does not fit in 32 bits.  With 32 bits it fits, but there is no memory. */
#if SIZE_MAX > UINT32_MAX
#define REFUSES_SIZE_MAX(NAME) NAME
#else
#define REFUSES_SIZE_MAX(NAME) "malloc"
#endif

/* Checks that FUNCTION aborts, after exactly one log line, which says that an assertion failed in
 * the function NAME. */
#define CHECK_ABORTS(FUNCTION, NAME)                                            \
    do {                                                                        \
        char output__[4096];                                                    \
        int status__ = tap_child(FUNCTION, output__, sizeof output__);          \
        CHECK(WIFSIGNALED(status__) && WTERMSIG(status__) == SIGABRT);          \
        CHECK(strstr(output__, "|EMER|") && strstr(output__, ": assertion "));  \
        CHECK(strstr(output__, " failed in " NAME "()\n"));                     \
        CHECK(tap_one_line(output__));                                          \
    } while (0)

#endif /* tap.h */
