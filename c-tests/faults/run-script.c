/* Runs one script, line by line, and reports whether all expectations hold.
 *
 *   run-script SCRIPT
 *
 * Prints one result, named after the script, after '# ' lines with what is wrong and in which line.
 * A hang, or a line that is not understood, ends the script at once. */

#include <ctype.h>
#include <errno.h>
#include "actions.h"
#include "script.h"
#include "../support/tap.h"

/* Real seconds, for what loops without a system call. */
#define PATIENCE 60
#define MAX_LINES 1000

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

static void
hang(const char *why)
{
    static char text[256];

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

static bool
begins_with(const char *line, const char *word)
{
    while (isspace((unsigned char) *line)) {
        line++;
    }
    return !strncmp(line, word, strlen(word)) && isspace((unsigned char) line[strlen(word)]);
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
    if (waitpid(child, &status, 0) != child || status) {
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
            switch (script_line(line)) {
            case LINE_FALSE:
                tap_diagnostic("%s:%d: %s", path, at + 1, line);
                tap_bad = true;
                break;
            case LINE_BAD:
                give_up("not understood");
            case LINE_DONE:
                break;
            }
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
    fake_limit(100000, hang);
    read_lines();
    tap_run(tap_name, run);
    actions_reset();
    while (n_lines) {
        free(lines[--n_lines]);
    }
    return tap_done();
}
