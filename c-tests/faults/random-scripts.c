/* SPDX-License-Identifier: Apache-2.0 */
/* Runs random fault scripts, and checks the invariants that hold whatever happens.
 *
 *   random-scripts [--seed N] [--first N] [--count N] [--jobs N] [--progress] [--print]
 *                  [--keep-going]
 *
 * generator.h makes each script of the seed and its own number.  After every step, invariants.h;
 * after every script, what is common to all: once the faults end, all works again; no descriptor is
 * lost, and the pool's sockets are idle.  After the last, no memory is lost.
 *
 * A script that shows a violation is printed as a diagnostic: of several, the one with the lowest
 * number.  --print prints the scripts in a form that run-script reads.  With --keep-going,
 * violations are counted by their kind instead.  --jobs is the number of processes; without it, one
 * for each processor. */

#include <getopt.h>
#include <malloc.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "actions.h"
#include "generator.h"
#include "invariants.h"
#include "jobs.h"
#include "nlsock-ext.h"
#include "script.h"

#define MAX_CALLS 20000
/* Real seconds for a script, for what loops without a system call. */
#define PATIENCE 30
/* Scripts until caches have the size that they keep. */
#define WARM_UP 500
/* Bytes that may be in use for longer: caches are not always equally full. */
#define MEMORY_SLACK (128 * 1024)

static struct lines lines;
static unsigned long long seed, number;
static bool print, keep_going;
/* Sockets that are open after a hang, or that another library does not close. */
static int may_be_open;
static unsigned long long n_runs;
static size_t memory_before;
static jmp_buf next_script;

static void
print_script(const char *prefix)
{
    printf("# seed %llu, script %llu (--seed %llu --first %llu --count 1):\n", seed, number, seed,
           number);
    for (int i = 0; i < lines.n; i++) {
        printf("%s%s\n", prefix, lines.line[i]);
    }
    fflush(stdout);
}

static void
count_violation(const char *what)
{
    struct kind *kind = jobs_own()->kinds;

    while (kind->n && strncmp(kind->what, what, sizeof kind->what - 1)
           && kind < &jobs_own()->kinds[MAX_KINDS - 1]) {
        kind++;
    }
    if (!kind->n++) {
        snprintf(kind->what, sizeof kind->what, "%s", what);
        kind->example = number;
    }
}

static void __attribute__((noreturn))
violation(const char *what)
{
    if (fake_is_child()) {
        printf("# in the child of a fork: %s\n", what);
        fflush(stdout);
        _exit(EXIT_FAILURE);
    }
    if (keep_going) {
        count_violation(what);
        if (gettid() != getpid()) {
            /* A hang within "do thread". */
            _exit(EXIT_FAILURE);
        }
        longjmp(next_script, 1);
    }
    jobs_violation();
    printf("# %s\n", what);
    print_script("#   ");
    printf("not ok 1 - random scripts\n1..1\n");
    fflush(stdout);
    _Exit(EXIT_FAILURE);
}

static void
hang(const char *why)
{
    static char text[256];

    snprintf(text, sizeof text, "hang: %s", why);
    violation(text);
}

/* By write() alone: the signal can come at any time. */
static void
alarmed(int signal)
{
    static const char text[] = "# hang without a system call\n";

    (void) signal;
    if (write(STDOUT_FILENO, text, sizeof text - 1) < 0) {
        _exit(2);
    }
    /* The number of the script is with 'jobs', or in the last line of --print. */
    _exit(EXIT_FAILURE);
}

static void
run_lines(void)
{
    for (int i = 0; i < lines.n; i++) {
        switch (script_line(lines.line[i])) {
        case LINE_DONE:
            break;
        case LINE_FALSE:
            violation(strstr(lines.line[i], "invariants") ? invariants_reason
                      : keep_going ? "after the faults, not all works again" : lines.line[i]);
        case LINE_BAD:
            violation(lines.line[i]);
        }
    }
}

static void
run_script(void)
{
    fake_reset();
    generate(&lines, seed, number);
    if (print) {
        print_script("");
    }
    run_lines();
    if (fake_failed_children()) {
        violation("wrong in the child of a fork");
    }
    actions_reset();
    if (fake_queued(false)) {
        violation("a socket in the pool is not idle");
    }
    nlsock_pool_flush();
    if (fake_open() > may_be_open) {
        violation("a descriptor is lost");
    }
    if (fake_is_child()) {
        _exit(EXIT_SUCCESS);
    }
}

/* 0 if nobody can tell. */
static size_t
memory_in_use(void)
{
#ifdef __GLIBC__
    struct mallinfo2 info = mallinfo2();

    return info.uordblks + info.hblkhd;
#else
    return 0;
#endif
}

static void
run(unsigned long long script)
{
    number = script;
    alarm(PATIENCE);
    if (!setjmp(next_script)) {
        run_script();
    } else {
        script_line("calm");
        actions_reset();
        nlsock_pool_flush();
        may_be_open = fake_open();
    }
    while (lines.n) {
        free(lines.line[--lines.n]);
    }
    if (++n_runs == WARM_UP) {
        memory_before = memory_in_use();
    }
}

/* Returns the exit status of the process. */
static int
finish(void)
{
    size_t after = memory_in_use();

    alarm(0);
    if (memory_before && after > memory_before + MEMORY_SLACK && !keep_going) {
        printf("# memory is lost: %zu bytes in use, then %zu\n", memory_before, after);
        printf("not ok 1 - random scripts\n1..1\n");
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}

/* Adds up the counts of all processes in those of the first one. */
static void
print_summary(struct jobs *jobs, FILE *out)
{
    unsigned long long n = 0;

    for (int j = 1; j < jobs->n; j++) {
        for (struct kind *k = jobs->job[j].kinds; k < &jobs->job[j].kinds[MAX_KINDS]; k++) {
            struct kind *sum = jobs->job[0].kinds;

            while (k->n && sum->n && strcmp(sum->what, k->what)) {
                sum++;
            }
            if (k->n && !sum->n) {
                *sum = *k;
            } else if (k->n) {
                sum->n += k->n;
                sum->example = k->example < sum->example ? k->example : sum->example;
            }
        }
    }
    for (struct kind *k = jobs->job[0].kinds; k->n; k++) {
        fprintf(out, "%8llu %s (script %llu)\n", k->n, k->what, k->example);
        n += k->n;
    }
    fprintf(out, "%8llu of %llu scripts (seed %llu) show a violation\n", n, jobs->count, seed);
    fflush(out);
}

int
main(int argc, char *argv[])
{
    static const struct option options[] = {
        { "seed", required_argument, NULL, 's' }, { "first", required_argument, NULL, 'f' },
        { "count", required_argument, NULL, 'c' }, { "jobs", required_argument, NULL, 'j' },
        { "progress", no_argument, NULL, 'r' }, { "print", no_argument, NULL, 'p' },
        { "keep-going", no_argument, NULL, 'k' }, { NULL, 0, NULL, 0 },
    };
    unsigned long long first = 0, count = 100000;
    bool progress = false, good;
    FILE *summary = NULL;
    struct jobs *jobs;
    int option, n = 0;

    seed = (unsigned long long) time(NULL);
    while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
        switch (option) {
        case 's':
            seed = strtoull(optarg, NULL, 0);
            break;
        case 'f':
            first = strtoull(optarg, NULL, 0);
            break;
        case 'c':
            count = strtoull(optarg, NULL, 0);
            break;
        case 'j':
            n = atoi(optarg);
            break;
        case 'r':
            progress = true;
            break;
        case 'p':
            print = true;
            break;
        case 'k':
            keep_going = true;
            break;
        default:
            return 2;
        }
    }
    printf("# seed %llu, %llu scripts\n", seed, count);
    fflush(stdout);
    jobs = jobs_new(first, count, print || count == 1 ? 1 : n);
    signal(SIGALRM, alarmed);
    fake_limit(MAX_CALLS, hang);
    if (keep_going) {
        summary = fdopen(dup(STDOUT_FILENO), "w");
        if (!summary || !freopen("/dev/null", "w", stdout)) {
            return 2;
        }
    }
    good = jobs_run(run, finish, progress);
    if (keep_going) {
        fprintf(summary, "%s", good ? "" : "a process ended early\n");
        print_summary(jobs, summary);
        return EXIT_SUCCESS;
    }
    if (good) {
        printf("ok 1 - random scripts\n1..1\n");
    }
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
