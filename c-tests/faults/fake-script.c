/* The script: its lines, and where it begins anew. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "fake-internal.h"

bool fake_trace;

bool
fake_line(struct words *w)
{
    bool ok = false;

    pthread_mutex_lock(&fake_mutex);
    if (words_take(w, "call")) {
        ok = faults_line(w);
    } else if (words_take(w, "socket")) {
        ok = options_line(w);
    } else if (words_take(w, "clock")) {
        ok = clock_line(w);
    } else if (words_take(w, "calm")) {
        answers_reset();
        faults_reset();
        ok = true;
    } else if (words_take(w, "deliver")) {
        answers_deliver(w, &ok);
    } else {
        ok = answers_line(w);
    }
    pthread_mutex_unlock(&fake_mutex);
    return ok && words_end(w);
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
    pthread_mutex_lock(&fake_mutex);
    for_each_sock(clear_one, NULL);
    answers_reset();
    faults_reset();
    records_reset();
    calls_reset();
    options_reset();
    pthread_mutex_unlock(&fake_mutex);
    fake_begin();
}

void
fake_begin(void)
{
    pthread_mutex_lock(&fake_mutex);
    calls_begin();
    troubles_reset();
    pthread_mutex_unlock(&fake_mutex);
}

/* Below a program of its own kind, a script can be given in the environment: its lines for the
 * kernel apply from the start, the others do not. */
static void __attribute__((constructor))
begin(void)
{
    const char *path = getenv("FAKE_KERNEL_SCRIPT");
    char line[4096];
    FILE *file;

    fake_trace = getenv("FAKE_KERNEL_TRACE") != NULL;
    if (!path) {
        return;
    }
    file = fopen(path, "r");
    if (!file) {
        fprintf(stderr, "fake kernel: %s: %s\n", path, strerror(errno));
        _exit(125);
    }
    while (fgets(line, sizeof line, file)) {
        struct words w;

        if (words_split(&w, line) && !words_end(&w) && strcmp(w.word[0], "do")
            && strcmp(w.word[0], "expect") && strcmp(w.word[0], "limit") && !fake_line(&w)) {
            fprintf(stderr, "fake kernel: %s: not understood: %s", path, line);
            _exit(125);
        }
        words_free(&w);
    }
    fclose(file);
}
