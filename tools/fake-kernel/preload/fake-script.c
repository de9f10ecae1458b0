/* SPDX-License-Identifier: Apache-2.0 */
/* Carries out the lines of a script for the kernel, and resets the kernel between scripts. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "fake-session.h"

bool fake_trace;

bool
selection_has(const struct fk_selection *selection, int number)
{
    for (int i = 0; i < selection->n; i++) {
        if (number >= selection->range[i].low && number <= selection->range[i].high) {
            return true;
        }
    }
    return false;
}

const char *
error_name(int error)
{
    static char number[16];
    const char *name = fk_errno_name(error);

    if (!name) {
        snprintf(number, sizeof number, "%d", error);
    }
    return name ? name : number;
}

/* Returns null, or why it cannot be carried out. */
static const char *
carry_out(const struct fk_statement *s, const struct fk_item *items)
{
    switch (s->tag) {
    case FK_STATEMENT_EMPTY:
        return NULL;
    case FK_STATEMENT_CALM:
        answers_reset();
        faults_reset();
        return NULL;
    case FK_STATEMENT_RULE:
        return answers_add(&s->rule, items) ? NULL : "too many rules";
    case FK_STATEMENT_DELIVER:
        answers_deliver(items, s->deliver);
        return NULL;
    case FK_STATEMENT_FAULT:
        return faults_add(&s->fault) ? NULL : "too many calls that fail";
    case FK_STATEMENT_TAKING:
        descriptors_take(&s->taking);
        return NULL;
    case FK_STATEMENT_SETTING:
        options_change(&s->setting);
        return NULL;
    case FK_STATEMENT_CLOCK:
        fake_pass((int) (s->clock / (SECOND / 1000)));
        return NULL;
    case FK_STATEMENT_EXPECTATION:
        return fk_message_expect(session(), &s->expectation.selector) ? NULL
               : "too many expectations";
    case FK_STATEMENT_RANDOM:
        fk_replay_random(session(), &s->random);
        return NULL;
    case FK_STATEMENT_BED:
        return "a line for the fault bed";
    }
    return "not understood";
}

/* Returns null, or what is wrong.  'column' is then where, or 0. */
static const char *
do_line(const char *line, size_t size, uint32_t *column)
{
    struct fk_item items[FK_MAX_ITEMS];
    static struct fk_script_error error;
    struct fk_statement statement;
    const char *problem;

    *column = 0;
    memset(items, 0, sizeof items);
    if (!fk_script_line(line, size, &statement, items, &error)) {
        *column = error.column;
        return error.text;
    }
    fake_lock();
    problem = carry_out(&statement, items);
    fake_unlock();
    return problem;
}

bool
fake_line(const char *line)
{
    uint32_t column;

    return !do_line(line, strlen(line), &column);
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

/* The script of the tool.  Its lines apply from the start. */
static void
load_script(const char *path)
{
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t room = 0;
    ssize_t size;

    if (!file) {
        session_fail("%s: %s", path, strerror(errno));
    }
    for (int number = 1; (size = getline(&line, &room, file)) >= 0; number++) {
        size_t length = (size_t) size - (size && line[size - 1] == '\n');
        uint32_t column;
        const char *problem = do_line(line, length, &column);

        if (problem) {
            session_fail("%s:%d:%u: %s", path, number, column, problem);
        }
    }
    free(line);
    fclose(file);
}

static void __attribute__((constructor))
load(void)
{
    const char *path = getenv("NLSOCK_FAKE_KERNEL_SCRIPT");
    const char *clock = getenv("NLSOCK_FAKE_KERNEL_CLOCK");

    report_load();
    record_load();
    session_load();
    fake_trace = getenv("NLSOCK_FAKE_KERNEL_TRACE") != NULL;
    clock_is_real = clock && !strcmp(clock, "real");
    if (path) {
        load_script(path);
    }
    record_started();
}
