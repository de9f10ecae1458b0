/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the soak test share: a thread, what it does, and what it counts. */

#ifndef SOAK_H
#define SOAK_H 1

#include <errno.h>
#include <pthread.h>
#include "kernel.h"
#include "nlsock-ext.h"
#include "tap.h"

#define N_THREADS 8

/* Routes that each thread adds and deletes; nobody else touches them. */
#define N_ROUTES 200

/* What is done, and how often it was. */

#define OPERATIONS                                                              \
    OPERATION(REPLY, "transactions with a reply")                               \
    OPERATION(REFUSED, "transactions refused")                                  \
    OPERATION(BATCH, "batches")                                                 \
    OPERATION(OVERFLOWING_BATCH, "batches into a tiny buffer")                  \
    OPERATION(BATCHED, "transactions in batches")                               \
    OPERATION(NOT_THROUGH, "of these, ended in ENOBUFS")                        \
    OPERATION(ADDED, "routes added")                                            \
    OPERATION(DELETED, "routes deleted")                                        \
    OPERATION(LINK_DUMP, "dumps of links")                                      \
    OPERATION(ROUTE_DUMP, "dumps of routes")                                    \
    OPERATION(SHARED_DUMP, "dumps of routes by two threads")                    \
    OPERATION(WHOLE_DUMP, "whole dumps of routes")                              \
    OPERATION(EARLY_DUMP, "dumps left early")                                   \
    OPERATION(INTERRUPTED, "dumps interrupted by changes")                      \
    OPERATION(LOOKUP, "lookups of names")                                       \
    OPERATION(SUBSCRIPTION, "subscriptions")                                    \
    OPERATION(OVERFLOW, "subscriptions that lost messages")                     \
    OPERATION(NOTIFICATION, "notifications received")                           \
    OPERATION(FLUSH, "flushes of the pool")                                     \
    OPERATION(LOG_LINE, "lines logged")

enum operation {
#define OPERATION(NAME, TEXT) NAME,
    OPERATIONS
#undef OPERATION
    N_OPERATIONS
};

extern uint64_t done[N_OPERATIONS];     /* Updated atomically. */
extern unsigned int n_violations;       /* Updated atomically. */

void count(enum operation operation);
void violation(const char *file, int line, const char *format, ...);
void print_counts(void);

#define VIOLATION(...) violation(__FILE__, __LINE__, __VA_ARGS__)

#define EXPECT(CONDITION)                                                       \
    do {                                                                        \
        if (!(CONDITION)) {                                                     \
            VIOLATION("%s", #CONDITION);                                        \
        }                                                                       \
    } while (0)

#define EXPECT_INT(ACTUAL, EXPECTED)                                            \
    do {                                                                        \
        long long actual__ = (long long) (ACTUAL);                              \
        long long expected__ = (long long) (EXPECTED);                          \
        if (actual__ != expected__) {                                           \
            VIOLATION("%s is %lld, not %lld", #ACTUAL, actual__, expected__);   \
        }                                                                       \
    } while (0)

/* A thread. */

enum state { ABSENT, PRESENT, UNKNOWN };

struct worker {
    pthread_t thread;
    uint64_t random;
    unsigned int first;         /* Number of its first route. */
    enum state routes[N_ROUTES];
    struct nl_sock *own;        /* For its transactions alone. */
    struct nl_sock *tiny;       /* The same, with the smallest receive buffer. */
};

extern struct worker workers[N_THREADS];

/* workers.c */
unsigned int choose(struct worker *w, unsigned int n);
struct nl_sock *open_socket(void);
void shrink(struct nl_sock *sock);
void run(long milliseconds);

/* transactions.c */
void expect_lo(const struct ofpbuf *reply);
void expect_answer(const struct ofpbuf *request, const struct ofpbuf *reply);
void get_link(struct worker *w);
void be_refused(struct worker *w);

/* batches.c */
void run_batch(struct worker *w);

/* dumps.c */
void dump_routes(struct worker *w);
void dump_whole_table(struct worker *w);
void dump_links(void);
void leave_dump_early(struct worker *w);

/* names.c */
void look_up(struct worker *w);

/* subscriptions.c */
void subscribe(struct worker *w);

/* usage.c: what the process has when no thread runs but this one. */
struct usage {
    int descriptors;            /* With what the pool keeps. */
    int flushed;                /* Without. */
    long memory;
};

struct usage measure(void);
void print_usage(const char *when, const struct usage *usage);

#endif /* soak.h */
