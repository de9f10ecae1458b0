/* SPDX-License-Identifier: Apache-2.0 */
/* A conversation between the library and the fake kernel of ../faults, which the bytes of a fuzzer
 * choose.  They become a script, as random numbers do in random-scripts.c.  After each step of it,
 * the invariants must hold; in the end, the library must work, and have lost nothing. */

#include <stdio.h>
#include <stdlib.h>
#include "actions.h"
#include "generator.h"
#include "invariants.h"
#include "nlsock-ext.h"
#include "script.h"

/* System calls in one conversation; more are a hang. */
#define MAX_CALLS 20000
static struct lines lines;

/* Prints a script that run-script reads, and ends the process, so that libFuzzer keeps the
 * bytes. */
static void __attribute__((noreturn))
violation(const char *what)
{
    fprintf(stderr, "ERROR: %s\n", what);
    for (int i = 0; i < lines.n; i++) {
        fprintf(stderr, "%s\n", lines.line[i]);
    }
    abort();
}

static void
run_line(const char *line)
{
    switch (script_line(line)) {
    case LINE_DONE:
        break;
    case LINE_FALSE:
        violation(line);
    case LINE_BAD:
        violation(line);
    }
}

void
conversation(const uint8_t *bytes, size_t size)
{
    fake_limit(MAX_CALLS, violation);
    fake_reset();
    generate_from(&lines, bytes, size);
    for (int i = 0; i < lines.n; i++) {
        run_line(lines.line[i]);
    }
    if (fake_queued(false)) {
        violation("a socket in the pool is not idle");
    }
    actions_reset();
    nlsock_pool_flush();
    if (fake_open()) {
        violation("a descriptor is lost");
    }
    while (lines.n) {
        free(lines.line[--lines.n]);
    }
}
