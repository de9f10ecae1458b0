/* SPDX-License-Identifier: Apache-2.0 */
/* Every call fails once: runs a program again and again, each time with another call of the library
 * failing, until there is no such call any more.
 *
 *   EVERY_CALL=full|short LD_PRELOAD=failing-calls.so PROGRAM
 *   EVERY_CALL=NUMBER,ERROR,0|1 ...
 *   EVERY_CALL=list ...
 *
 * "full" tries, for each call, each error of call-errors.c, once, and for all calls of the same
 * function from there on.  "short" tries one of them, and another one for the next call.  The third
 * form is one run, to look at: the number of the call, the index of its error, whether all calls
 * fail from there on.  "list" lists the functions of libc that the library may call.
 *
 * This file runs before main(), and before the constructor of the library, and forks: each run is
 * a child that goes on to main(), so also the calls of the library's constructor fail.  A run must
 * end with the exit status 0; or, if memory was refused, by abort() after one line that says so. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "every-call.h"

/* Seconds of processor time, for what loops without a call. */
#define PATIENCE 20
/* Calls that a failure may add. */
#define MORE_CALLS 20000
#define MOST_FAILURES 5

struct run *run;

/* The first run, in which no call fails. */
static struct {
    unsigned long n_calls;
    bool repeatable;
    struct held held;
    unsigned char *calls;
} normal;

static unsigned long n_runs, n_aborted, n_failures;
static unsigned long n_failed[N_CALLS];
static int output = -1;

/* What the program can ask: see failing-calls.h. */

bool
calls_may_differ(void)
{
    return run->failed >= 0 && !run->disarmed;
}

bool
results_may_differ(void)
{
    bool repeated = run->error == EINTR && !run->always;

    return calls_may_differ() && !call_errors[run->failed].harmless
           && !(call_errors[run->failed].repeated && repeated);
}

bool
large_messages_may_fail(void)
{
    return run->failed == CALL_MMAP;
}

bool
descriptors_may_be_others(void)
{
    return calls_may_differ() && run->failed == CALL_GETSOCKOPT;
}

int
error_of_receive(void)
{
    return run->failed == CALL_RECV || run->failed == CALL_RECVMSG ? run->error : 0;
}

void
no_call_fails_now(void)
{
    run->disarmed = true;
}

bool
second_time_differs(void)
{
    run->repeatable = false;
    return normal.repeatable && !large_messages_may_fail();
}

const char *
what_is_lost(void)
{
    static char text[128];
    struct held held = held_now();

    run->held = held;
    if (run->failed == CALL_KEY_CREATE || run->failed == CALL_SETSPECIFIC) {
        /* Then nothing runs at the end of a thread, and its memory is lost, as documented. */
        return NULL;
    }
    if (!n_runs || (held.allocations <= normal.held.allocations
                    && held.mappings <= normal.held.mappings
                    && held.descriptors <= normal.held.descriptors)) {
        return NULL;
    }
    snprintf(text, sizeof text, "lost: %ld allocations, %ld mappings, %ld descriptors",
             held.allocations - normal.held.allocations, held.mappings - normal.held.mappings,
             held.descriptors - normal.held.descriptors);
    return text;
}

/* The runs. */

static void
become_program(void)
{
    struct rlimit time = { PATIENCE, PATIENCE }, none = { 0, 0 };

    setrlimit(RLIMIT_CPU, &time);
    setrlimit(RLIMIT_CORE, &none);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
}

/* Makes a run with this failure.  Returns true in the child, which is the program. */
static bool
start_run(unsigned long fail, int error_index, bool always, int *status)
{
    pid_t child;

    run->fail = fail;
    run->error_index = error_index;
    run->always = always;
    run->n_calls = 0;
    run->n_runaway = fail ? 2 * normal.n_calls + MORE_CALLS : (unsigned long) -1;
    run->failed = -1;
    run->disarmed = false;
    run->repeatable = true;
    run->text_size = 0;
    run->text[0] = '\0';
    if (ftruncate(output, 0) || lseek(output, 0, SEEK_SET)) {
        exit(2);
    }
    child = fork();
    if (child < 0) {
        perror("fork");
        exit(2);
    } else if (!child) {
        become_program();
        return true;
    }
    if (waitpid(child, status, 0) != child) {
        exit(2);
    }
    n_runs++;
    return false;
}

/* Adds what the program wrote, whose log handler may have got the line. */
static void
add_output(void)
{
    size_t room = sizeof run->text - 1 - run->text_size;
    ssize_t size = pread(output, run->text + run->text_size, room, 0);

    run->text_size += size > 0 ? (size_t) size : 0;
    run->text[run->text_size] = '\0';
}

/* The lines in what the library wrote that say that there is no memory. */
static int
lines_about_memory(void)
{
    static const char *const texts[] = {
        "virtual memory exhausted", "memory allocation of ",
        "libnlsock: there is no memory ",
    };
    int n = 0;

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        for (const char *at = run->text; (at = strstr(at, texts[i])); at++) {
            n++;
        }
    }
    return n;
}

/* Returns what is wrong with how a run has ended, or null. */
static const char *
problem(int status, int failed)
{
    if (WIFEXITED(status)) {
        return WEXITSTATUS(status) == 0 ? NULL : WEXITSTATUS(status) == 124 ? "hang" : "failure";
    } else if (WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL) {
        return "hang without a call";
    } else if (WTERMSIG(status) != SIGABRT) {
        return strsignal(WTERMSIG(status));
    } else if (failed < 0 || !call_errors[failed].may_abort) {
        return "abort, but memory was not refused";
    }
    add_output();
    if (lines_about_memory() != 1 || run->text[run->text_size - 1] != '\n') {
        return "abort without one line that says why";
    }
    n_aborted++;
    return NULL;
}

static void
print_output(void)
{
    char text[4096];
    ssize_t size;

    fflush(stdout);
    lseek(output, 0, SEEK_SET);
    while ((size = read(output, text, sizeof text)) > 0) {
        for (char *line = text, *end = text + size; line < end;) {
            char *next = memchr(line, '\n', (size_t) (end - line));

            next = next ? next + 1 : end;
            printf("#   %.*s", (int) (next - line), line);
            line = next;
        }
    }
    printf("\n#   %s\n", run->text_size > 1000 ? run->text + run->text_size - 1000 : run->text);
}

/* The call that failed in the present run is counted when it fails, and forgotten when the program
 * does its work again. */
static int
failed_call(void)
{
    return run->fail && run->fail <= sizeof run->calls && run->n_calls >= run->fail
           ? run->calls[run->fail - 1] : -1;
}

/* Makes one run and judges it.  Returns true in the child. */
static bool
attempt(unsigned long fail, int error_index, bool always, int *failed)
{
    const char *wrong;
    int status = 0;

    if (start_run(fail, error_index, always, &status)) {
        return true;
    }
    *failed = failed_call();
    if (*failed >= 0) {
        n_failed[*failed]++;
    }
    wrong = problem(status, *failed);
    if (wrong) {
        printf("# %s: call %lu (%s) fails with %s%s: EVERY_CALL=%lu,%d,%d\n", wrong, fail,
               *failed >= 0 ? call_errors[*failed].name : "none",
               *failed >= 0 ? strerrorname_np(call_errors[*failed].errors[error_index]) : "nothing",
               always ? ", and all that follow" : "", fail, error_index, always);
        print_output();
        n_failures++;
    }
    return false;
}

static int
n_errors(int call)
{
    int n = 0;

    while (call_errors[call].errors[n]) {
        n++;
    }
    return n;
}

/* The errors of one call: all of them, or one.  Returns true in a child. */
static bool
try_call(unsigned long number, bool full)
{
    int call = normal.calls[number - 1];
    int first, last, failed;

    first = full ? 0 : (int) (number % (unsigned long) n_errors(call));
    last = full ? n_errors(call) - 1 : first;
    for (int i = first; i <= last; i++) {
        bool repeated = call_errors[call].repeated && call_errors[call].errors[i] == EINTR;
        int modes = full && !repeated ? 2 : 1;

        for (int mode = 0; mode < modes; mode++) {
            bool always = modes == 2 ? mode == 1 : !repeated && number % 2;

            if (attempt(number, i, always, &failed)) {
                return true;
            }
            if (failed != call) {
                printf("# call %lu is another one than in the run before\n", number);
                n_failures++;
            }
        }
    }
    return false;
}

/* Returns true in a child. */
static bool
try_all(bool full)
{
    for (unsigned long number = 1; number <= normal.n_calls; number++) {
        if (try_call(number, full)) {
            return true;
        }
        if (n_failures >= MOST_FAILURES) {
            return false;
        }
    }
    return false;
}

static void
report(const char *name)
{
    printf("# calls %lu runs %lu aborted %lu\n# failed:", normal.n_calls, n_runs, n_aborted);
    for (int i = 0; i < N_CALLS; i++) {
        if (n_failed[i]) {
            printf(" %s %lu", call_errors[i].name, n_failed[i]);
        }
    }
    printf("\n%s 1 - %s: every call fails once\n1..1\n", n_failures ? "not ok" : "ok", name);
    fflush(stdout);
    _exit(n_failures != 0);
}

/* "row-01-overflow" of "scripts/row-01-overflow.script". */
static const char *
name_of(const char *path)
{
    static char name[128];
    const char *slash = strrchr(path, '/');

    snprintf(name, sizeof name, "%s", slash ? slash + 1 : path);
    name[strcspn(name, ".")] = '\0';
    return name;
}

static void
list(void)
{
    for (int i = 0; i < N_CALLS; i++) {
        puts(call_errors[i].name);
    }
    for (int i = 0; calls_that_cannot_fail[i]; i++) {
        puts(calls_that_cannot_fail[i]);
    }
    fflush(stdout);
    _exit(EXIT_SUCCESS);
}

static void __attribute__((constructor))
every_call(int argc, char *argv[], char *environment[])
{
    unsigned long number;
    int error_index, always, failed;
    const char *how;

    /* libc's own constructor, which runs after this one, sets it. */
    environ = environment;
    how = getenv("EVERY_CALL");
    if (!how) {
        return;
    }
    if (!strcmp(how, "list")) {
        list();
    }
    unsetenv("LD_PRELOAD");
    run = mmap(NULL, sizeof *run, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    output = memfd_create("output", 0);
    if (run == MAP_FAILED || output < 0) {
        perror("every-call");
        _exit(2);
    }
    if (attempt(0, 0, false, &failed)) {
        return;
    }
    normal.n_calls = run->n_calls < sizeof run->calls ? run->n_calls : sizeof run->calls;
    normal.calls = memcpy(malloc(sizeof run->calls), run->calls, sizeof run->calls);
    normal.repeatable = run->repeatable;
    normal.held = run->held;
    if (sscanf(how, "%lu,%d,%d", &number, &error_index, &always) == 3) {
        if (attempt(number, error_index, always, &failed)) {
            return;
        }
        print_output();
    } else if (!normal.n_calls) {
        printf("# the library makes no call\n");
        n_failures++;
    } else if (!n_failures && try_all(!strcmp(how, "full"))) {
        return;
    }
    report(name_of(argv[argc - 1]));
}
