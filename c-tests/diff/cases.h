/* SPDX-License-Identifier: Apache-2.0 */
/* What the cases of the differential tests share: naming a case, printing what happened.
 *
 * One program prints, line by line, what a library does.  It is compiled against the headers of the
 * original (with ORIGINAL defined) and against ours, and linked with either library; check-diff.sh
 * compares what the programs print.  So nothing may be printed that differs from run to run: an
 * address is printed as an offset, and port ids are only compared.
 *
 * Each line starts with a unique key, "SUBJECT/CASE.N", and ": ". */

#ifndef CASES_H
#define CASES_H 1

#ifdef ORIGINAL
#include <config.h>
#endif
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <netinet/in.h>
#include "netlink-socket.h"
#include "netlink.h"
#if defined ORIGINAL && !defined FLAVOUR_2014
#include "openvswitch/dynamic-string.h"
#endif
#include "flavour.h"

#define N_ELEMENTS(ARRAY) (sizeof(ARRAY) / sizeof *(ARRAY))

/* A subject: its cases in order. */
typedef void subject(void);
subject subject_buffers, subject_huge, subject_inlines, subject_messages, subject_nested,
    subject_attributes, subject_validate, subject_parse, subject_errors, subject_sockets,
    subject_groups, subject_transactions, subject_dumps, subject_lookups;

/* Starts a case: sets the key of the lines that follow. */
void begin_case(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints what happened, after what was logged since the last line. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Starts a case that may end the process: 'function' runs in a child, and if that does not end
 * well, its end is printed. */
void attempt(void (*function)(void), const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Prints every field of 'b', and its contents. */
void show(const char *what, const struct ofpbuf *b);

/* Prints every field, but not the contents, which the kernel may choose. */
void show_fields(const char *what, const struct ofpbuf *b);

/* Writes what show() prints to 'text'. */
void describe(const struct ofpbuf *b, char *text, size_t size);

/* Prints where 'p' points in 'b'. */
void show_at(const char *what, const struct ofpbuf *b, const void *p);

/* Writes 'size' bytes to 'text' as hex digits, or if there are many a hash of them. */
void describe_bytes(const void *bytes, size_t size, char *text);
enum { DESCRIBED = 80 };

/* Starts to record the log, from this level on. */
void start_log(const char *level);

/* Prints what was logged since the last line, with the key of the line that follows. */
void say_log(const char *key);

/* Returns whether anything was logged since the last line. */
bool is_logged(void);

/* Forgets what was logged since the last line.  Returns whether 'word' was in that. */
bool forget_log(const char *word);

/* From now on, hides sequence numbers in the log.  They depend on the pooled socket, which each
 * library chooses in its own way. */
void hide_sequence_numbers(void);

/* Bytes that are all different for a while. */
extern uint8_t pattern[70000];

/* A deterministic generator. */
void seed(uint64_t);
uint32_t below(uint32_t limit);

int random_steps(unsigned long count);

/* The kinds of buffers on which everything is tried. */
enum kind { EMPTY, SMALL, HEADROOM, FULL, STUB, STACK, CONST, DATA, N_KINDS };
extern const char *const kind_names[N_KINDS];
void make(enum kind, struct ofpbuf *);

#endif /* cases.h */
