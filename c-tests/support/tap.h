/* A small test harness: each TEST() is one result line, "ok", "not ok" or "skip". */

#ifndef TAP_H
#define TAP_H 1

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *tap_name;
static int tap_failed;
static bool tap_bad;
static bool tap_skipped;

#define CHECK(CONDITION)                                                        \
    do {                                                                        \
        if (!(CONDITION)) {                                                     \
            printf("# %s:%d: %s\n", __FILE__, __LINE__, #CONDITION);            \
            tap_bad = true;                                                     \
        }                                                                       \
    } while (0)

#define CHECK_INT(ACTUAL, EXPECTED)                                             \
    do {                                                                        \
        long long actual__ = (long long) (ACTUAL);                              \
        long long expected__ = (long long) (EXPECTED);                          \
        if (actual__ != expected__) {                                           \
            printf("# %s:%d: %s is %lld, not %lld\n", __FILE__, __LINE__,       \
                   #ACTUAL, actual__, expected__);                              \
            tap_bad = true;                                                     \
        }                                                                       \
    } while (0)

#define CHECK_STR(ACTUAL, EXPECTED)                                             \
    do {                                                                        \
        const char *actual__ = (ACTUAL);                                        \
        const char *expected__ = (EXPECTED);                                    \
        if (strcmp(actual__, expected__)) {                                     \
            printf("# %s:%d: %s is \"%s\",\n# not \"%s\"\n", __FILE__,          \
                   __LINE__, #ACTUAL, actual__, expected__);                    \
            tap_bad = true;                                                     \
        }                                                                       \
    } while (0)

/* Ends a test that cannot be run here; WHY names what is missing. */
#define SKIP(WHY)                                                               \
    do {                                                                        \
        printf("skip %s: %s\n", tap_name, WHY);                                 \
        tap_skipped = true;                                                     \
        return;                                                                 \
    } while (0)

#define RUN(TEST) tap_run(#TEST, TEST)

static inline void
tap_run(const char *name, void (*test)(void))
{
    tap_name = name;
    tap_bad = tap_skipped = false;
    test();
    if (!tap_skipped) {
        printf("%s %s\n", tap_bad ? "not ok" : "ok", name);
        tap_failed += tap_bad;
    }
    fflush(stdout);
}

static inline int
tap_done(void)
{
    return tap_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* Runs 'function' in a child whose standard error goes to 'output'.  Returns its wait status. */
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

/* Checks that 'function' aborts, after exactly one log line that says that the assertion failed in
 * the function named. */
#define CHECK_ABORTS(FUNCTION, NAME)                                            \
    do {                                                                        \
        char output__[4096];                                                    \
        int status__ = tap_child(FUNCTION, output__, sizeof output__);          \
        char *newline__ = strchr(output__, '\n');                               \
        CHECK(WIFSIGNALED(status__) && WTERMSIG(status__) == SIGABRT);          \
        CHECK(strstr(output__, "|EMER|") && strstr(output__, ": assertion "));  \
        CHECK(strstr(output__, " failed in " NAME "()\n"));                     \
        CHECK(newline__ && !newline__[1]);                                      \
    } while (0)

#endif /* tap.h */
