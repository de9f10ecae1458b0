/* Runs random fault scripts, and checks the invariants that hold whatever happens.
 *
 *   random-scripts [--seed N] [--first N] [--count N] [--print] [--keep-going]
 *
 * generator.h makes each script of the seed and its own number.  After every step, invariants.h;
 * after every script, what is common to all: once the faults end, all works again; no descriptor is
 * lost, and the pool's sockets are idle.  After the last, no memory is lost.
 *
 * A script that shows a violation is printed as a diagnostic.  --print prints the scripts in a form
 * that run-script reads.  With --keep-going, violations are counted by their kind instead, for a
 * look at another library. */

#include <getopt.h>
#include <malloc.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "actions.h"
#include "generator.h"
#include "script.h"
#include "invariants.h"

#define MAX_CALLS 20000
/* Scripts until caches and pools have the size that they keep. */
#define WARM_UP 2000
/* Bytes that may be in use for longer: pools and caches are not always equally full. */
#define MEMORY_SLACK (128 * 1024)
/* Sockets that may be pooled: a lookup or transaction at a time, for each protocol in use. */
#define MOST_POOLED 3

static int most_open = MOST_POOLED;

static struct lines lines;
static unsigned long long seed, number;
static bool print, keep_going;

/* With --keep-going: how many scripts show what first. */
static struct kind {
    char *what;
    unsigned long long n, example;
} kinds[64];
static FILE *summary;
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
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (!kinds[i].what) {
            kinds[i].what = strdup(what);
            kinds[i].example = number;
        }
        if (!strcmp(kinds[i].what, what)) {
            kinds[i].n++;
            return;
        }
    }
}

static void
print_summary(unsigned long long count)
{
    unsigned long long n = 0;

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0] && kinds[i].what; i++) {
        fprintf(summary, "%8llu %s (script %llu)\n", kinds[i].n, kinds[i].what, kinds[i].example);
        n += kinds[i].n;
    }
    fprintf(summary, "%8llu of %llu scripts (seed %llu) show a violation\n", n, count, seed);
}

static void __attribute__((noreturn))
violation(const char *what)
{
    if (keep_going) {
        count_violation(what);
        longjmp(next_script, 1);
    }
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

static void
run(void)
{
    fake_reset();
    generate(&lines, seed, number);
    if (print) {
        print_script("");
    }
    for (int i = 0; i < lines.n; i++) {
        switch (script_line(lines.line[i])) {
        case LINE_DONE:
            break;
        case LINE_FALSE:
            violation(keep_going && strstr(lines.line[i], "invariants") ? invariants_reason
                      : keep_going ? "after the faults, not all works again" : lines.line[i]);
        case LINE_BAD:
            /* "do ... on a" if the socket could not be opened. */
            if (strstr(lines.line[i], " on a")) {
                break;
            }
            violation(lines.line[i]);
        }
    }
    actions_reset();
    if (fake_open() > most_open) {
        violation("a descriptor is lost: more sockets are open than can be in the pool");
    }
    if (fake_queued(false)) {
        violation("a socket in the pool is not idle");
    }
}

static void
clean_up(void)
{
    while (lines.n) {
        free(lines.line[--lines.n]);
    }
}

static void
attempt(void)
{
    if (!setjmp(next_script)) {
        run();
    } else {
        /* After a hang, sockets that were in use stay open. */
        actions_reset();
        most_open = fake_open() > most_open ? fake_open() : most_open;
    }
    clean_up();
}

static size_t
memory_in_use(void)
{
    struct mallinfo2 info = mallinfo2();

    return info.uordblks + info.hblkhd;
}

int
main(int argc, char *argv[])
{
    static const struct option options[] = {
        { "seed", required_argument, NULL, 's' }, { "first", required_argument, NULL, 'f' },
        { "count", required_argument, NULL, 'c' }, { "print", no_argument, NULL, 'p' },
        { "keep-going", no_argument, NULL, 'k' }, { NULL, 0, NULL, 0 },
    };
    unsigned long long first = 0, count = 100000;
    size_t before = 0, after;
    int option;

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
    actions_reset();
    fake_limit(MAX_CALLS, hang);
    if (keep_going) {
        summary = fdopen(dup(STDOUT_FILENO), "w");
        if (!summary || !freopen("/dev/null", "w", stdout)) {
            return 2;
        }
    }
    for (number = first; number < first + count; number++) {
        attempt();
        if (number - first == WARM_UP) {
            before = memory_in_use();
        }
    }
    if (keep_going) {
        print_summary(count);
        return EXIT_SUCCESS;
    }
    after = memory_in_use();
    if (before && after > before + MEMORY_SLACK) {
        printf("# memory is lost: %zu bytes in use, then %zu\n", before, after);
        printf("not ok 1 - random scripts\n1..1\n");
        return EXIT_FAILURE;
    }
    printf("ok 1 - random scripts\n1..1\n");
    return EXIT_SUCCESS;
}
