/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the generator share. */

#ifndef GENERATOR_INTERNAL_H
#define GENERATOR_INTERNAL_H 1

#include <stdbool.h>
#include <stddef.h>
#include "generator.h"

/* Sequence numbers that no request has: this one, or one with this distance. */
#define FAR 1000000
#define MAX_OWN 3

enum feature {
    FAULTS,                     /* System calls that fail. */
    SMALL_BUFFERS,
    NO_MEMORY,                  /* For single messages.  Then there are no overflows, since the
                                 * library could not tell which of the two an ENOBUFS is. */
    SOCKETS,                    /* Of the program; protocols. */
    DEADLINES,
    CONTROL,                    /* NLMSG_NOOP, NLMSG_OVERRUN. */
    STALE,                      /* Answers that are late, or have another sequence number. */
    NETFILTER,
    DESCRIPTORS,                /* Closed by others. */
    FORKS,
    THREADS,                    /* Which may be cancelled. */
    N_FEATURES
};

/* The script that is being made. */
struct script {
    struct lines *lines;
    bool has[N_FEATURES];
    int n_requests, n_dumps;
    bool own[MAX_OWN];          /* Sockets "a", "b", "c" are open. */
    bool taken;                 /* Descriptors of sockets may have been closed. */
};

extern struct script script;

/* generator.c */
int below(int n);
bool percent(int n);
const char *any(const char *const *list, int n);
#define ANY_OF(LIST) any(LIST, (int) (sizeof LIST / sizeof LIST[0]))
void add(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* generator-answers.c */
/* Rules for request 'id', which the step's requests from 'first' to 'last' surround. */
void request_rules(bool ack, int id, int first, int last);
/* The same for a request of a netfilter batch. */
void netfilter_rules(bool ack, int id);
/* Rules for dump 'id'. */
void dump_rules(int id);
/* System calls that fail during the next line, which sends these requests. */
void faults(int first, int last);
/* What happens before system calls of the next line.  Returns how that line starts. */
const char *events(void);

/* generator-steps.c */
void step(void);
void open_own(void);

#endif /* generator-internal.h */
