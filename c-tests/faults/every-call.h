/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of failing-calls.so share. */

#ifndef EVERY_CALL_H
#define EVERY_CALL_H 1

#include <stddef.h>
#include "call-errors.h"
#include "failing-calls.h"

#pragma GCC visibility push(hidden)

/* What the library has allocated, mapped and opened. */
struct held {
    long allocations, mappings, descriptors;
};

/* What a run of the program does and finds out: in memory that all processes share. */
struct run {
    /* Set by every-call.c. */
    unsigned long fail;         /* The number of the call that fails, from 1 on; 0 for none. */
    int error_index;            /* In call_errors. */
    bool always;                /* This call and all later ones of the same function fail. */
    /* Set by the program's process. */
    unsigned long n_calls;
    unsigned long n_runaway;    /* More calls than this are a hang. */
    int failed;                 /* enum call; -1 if none has failed. */
    int error;
    bool disarmed;
    bool repeatable;            /* The program gives the same results the second time. */
    struct held held;           /* At the end of the program. */
    unsigned char calls[1 << 20]; /* enum call, of the first calls. */
    char text[65536];           /* The end of what the library wrote to standard error. */
    size_t text_size;
};
extern struct run *run;

/* held.c */
void held_allocation(void *p);
/* These return whether it was the library's. */
bool released_allocation(void *p);
void held_mapping(void *start);
bool released_mapping(void *start);
struct held held_now(void);

#pragma GCC visibility pop

#endif /* every-call.h */
