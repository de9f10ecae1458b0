/* SPDX-License-Identifier: Apache-2.0 */
/* Runs one script, line by line, and reports whether all expectations hold.
 *
 *   run-script SCRIPT
 *
 * Prints one result, named after the script, after '# ' lines with what is wrong and in which line.
 * A hang, or a line that is not understood, ends the script at once. */

#include <ctype.h>
#include <errno.h>
#include "actions.h"
#include "failing-calls.h"
#include "invariants.h"
#include "nlsock-ext.h"
#include "script.h"
#include "../support/tap.h"

/* Real seconds, for what loops without a system call. */
#define PATIENCE 60
#define MAX_LINES 1000
#define MAX_CALLS 100000

static const char *path;
static char *lines[MAX_LINES];
static int n_lines;
static int at;                  /* The line that runs. */

static void __attribute__((noreturn))
give_up(const char *why)
{
    tap_diagnostic("%s:%d: %s", path, at + 1, why);
    tap_bad = true;
    tap_result(tap_name);
    _exit(tap_done());
}

static bool
begins_with(const char *line, const char *word)
{
    while (isspace((unsigned char) *line)) {
        line++;
    }
    return !strncmp(line, word, strlen(word)) && isspace((unsigned char) line[strlen(word)]);
}

static void
hang(const char *why)
{
    static char text[256];

    if (calls_may_differ && results_may_differ() && begins_with(lines[at], "do recv")) {
        /* The receive has no deadline, and the request could not be sent that it waits for. */
        fflush(stdout);
        _exit(EXIT_SUCCESS);
    }
    snprintf(text, sizeof text, "hang: %s", why);
    give_up(text);
}

/* Reports a hang by write() alone: the signal can come at any time, also within printf(). */
static void
alarmed(int signal)
{
    static const char text[] = "# hang: no end\nnot ok 1 - hang\n1..1\n";

    (void) signal;
    if (write(STDOUT_FILENO, text, sizeof text - 1) < 0) {
        _exit(2);
    }
    _exit(EXIT_FAILURE);
}

static void
read_lines(void)
{
    FILE *file = fopen(path, "r");
    size_t size = 0;

    if (!file) {
        give_up(strerror(errno));
    }
    while (n_lines < MAX_LINES && getline(&lines[n_lines], &size, file) >= 0) {
        n_lines++;
        size = 0;
    }
    fclose(file);
}

/* The lines between "fork" and "join" are the child's.  Returns true in the child. */
static bool
do_fork(void)
{
    int status;
    pid_t child;

    fflush(stdout);
    child = fork();
    if (child < 0) {
        give_up(strerror(errno));
    }
    if (!child) {
        return true;
    }
    if (waitpid(child, &status, 0) != child) {
        give_up(strerror(errno));
    }
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT && calls_may_differ
        && calls_may_differ()) {
        /* For lack of memory; every-call.c judges that. */
        abort();
    }
    if (status) {
        tap_diagnostic("%s:%d: the child failed", path, at + 1);
        tap_bad = true;
    }
    while (!begins_with(lines[at], "join")) {
        if (++at >= n_lines) {
            give_up("fork without join");
        }
    }
    return false;
}

/* Returns whether the result of a line is right after all, since a call has failed.  Expectations
 * do not count any more; invariants do. */
static bool
is_excused(const char *line, enum line_result result)
{
    if (!calls_may_differ || !calls_may_differ()) {
        return false;
    } else if (!results_may_differ()) {
        return begins_with(line, "expect") && strstr(line, "calls");
    }
    /* A line that uses a socket is not understood if the socket could not be opened. */
    return result == LINE_BAD ? begins_with(line, "do") : !strstr(line, "invariants");
}

static void
run_line(const char *line)
{
    enum line_result result = script_line(line);

    if (result == LINE_DONE) {
        /* Under every-call.c, invariants are checked everywhere. */
        if (calls_may_differ && begins_with(line, "do") && !invariants_hold()) {
            result = LINE_FALSE;
        }
    } else if (is_excused(line, result)) {
        result = LINE_DONE;
    }
    if (result == LINE_BAD) {
        give_up("not understood");
    } else if (result == LINE_FALSE) {
        tap_diagnostic("%s:%d: %s", path, at + 1, line);
        tap_bad = true;
    }
}

static void
run(void)
{
    bool child = false;

    for (at = 0; at < n_lines; at++) {
        const char *line = lines[at];

        if (begins_with(line, "limit")) {
            fake_limit(strtoul(line + strlen("limit"), NULL, 10), hang);
        } else if (begins_with(line, "fork")) {
            child = do_fork();
        } else if (begins_with(line, "join") && child) {
            fflush(stdout);
            _exit(tap_bad);
        } else {
            run_line(line);
        }
    }
    if (fake_failed_children()) {
        tap_diagnostic("wrong in the child of a fork");
        tap_bad = true;
    }
    if (fake_is_child()) {
        fflush(stdout);
        _exit(tap_bad);
    }
}

static void
clean_up(void)
{
    actions_reset();
    nlsock_pool_flush();
}

/* Under every-call.c: after a run in which a call has failed, the script runs again.  Now no call
 * fails, and all expectations count again; and nothing is lost. */
static void
run_again(void)
{
    bool bad = tap_bad;
    const char *lost;

    clean_up();
    tap_bad = false;
    no_call_fails_now();
    fake_reset();
    fake_limit(MAX_CALLS, hang);
    run();
    if (tap_bad && !second_time_differs()) {
        tap_bad = false;
    }
    clean_up();
    lost = what_is_lost();
    if (lost) {
        tap_diagnostic("%s", lost);
        tap_bad = true;
    }
    tap_bad |= bad;
}

static void
run_all(void)
{
    run();
    if (no_call_fails_now) {
        run_again();
    }
}

/* "row-01-overflow" of "scripts/row-01-overflow.script". */
static const char *
name_of(const char *script)
{
    static char name[128];
    const char *slash = strrchr(script, '/');

    snprintf(name, sizeof name, "%s", slash ? slash + 1 : script);
    name[strcspn(name, ".")] = '\0';
    return name;
}

int
main(int argc, char *argv[])
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s SCRIPT\n", argv[0]);
        return 2;
    }
    path = argv[1];
    tap_name = name_of(path);
    signal(SIGALRM, alarmed);
    alarm(PATIENCE);
    actions_reset();
    fake_reset();
    fake_limit(MAX_CALLS, hang);
    read_lines();
    tap_run(tap_name, run_all);
    actions_reset();
    while (n_lines) {
        free(lines[--n_lines]);
    }
    return tap_done();
}
