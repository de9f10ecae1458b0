/* SPDX-License-Identifier: Apache-2.0 */
/* Parses the lines of a script for the kernel, and resets the kernel between scripts. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "fake-session.h"

bool fake_trace;

bool
fake_line(struct tokens *t)
{
    bool ok = false;

    fake_lock();
    if (tokens_take(t, "call")) {
        ok = faults_line(t);
    } else if (tokens_take(t, "socket")) {
        ok = options_line(t);
    } else if (tokens_take(t, "descriptor")) {
        ok = descriptors_line(t);
    } else if (tokens_take(t, "clock")) {
        ok = clock_line(t);
    } else if (tokens_take(t, "calm")) {
        answers_reset();
        faults_reset();
        ok = true;
    } else if (tokens_take(t, "deliver")) {
        answers_deliver(t, &ok);
    } else {
        ok = answers_line(t);
    }
    fake_unlock();
    return ok && tokens_end(t);
}

static void
clear_one(struct sock *sock, void *aux)
{
    (void) aux;
    sock_clear(sock);
}

void
fake_reset(void)
{
    fake_lock();
    for_each_sock(clear_one, NULL);
    answers_reset();
    faults_reset();
    records_reset();
    events_reset();
    calls_reset();
    options_reset();
    descriptors_reset();
    fake_unlock();
    fake_start_action();
}

void
fake_start_action(void)
{
    fake_lock();
    calls_start_action();
    clock_start_action();
    troubles_start_action();
    fake_unlock();
}

/* Any program can run on the fake kernel: its script is then named in the environment.  The lines
 * for the kernel apply from the start, the others are ignored. */
static void __attribute__((constructor))
load_script(void)
{
    const char *path = getenv("NLSOCK_FAKE_KERNEL_SCRIPT");
    const char *clock = getenv("NLSOCK_FAKE_KERNEL_CLOCK");
    char line[4096];
    FILE *file;

    session_load();
    fake_trace = getenv("NLSOCK_FAKE_KERNEL_TRACE") != NULL;
    clock_is_real = clock && !strcmp(clock, "real");
    if (!path) {
        return;
    }
    file = fopen(path, "r");
    if (!file) {
        fprintf(stderr, "fake kernel: %s: %s\n", path, strerror(errno));
        _exit(125);
    }
    while (fgets(line, sizeof line, file)) {
        struct tokens t;

        if (tokens_split(&t, line) && !tokens_end(&t) && strcmp(t.token[0], "do")
            && strcmp(t.token[0], "expect") && strcmp(t.token[0], "limit") && !fake_line(&t)) {
            fprintf(stderr, "fake kernel: %s: not understood: %s", path, line);
            _exit(125);
        }
        tokens_free(&t);
    }
    fclose(file);
}
