/* SPDX-License-Identifier: Apache-2.0 */
/* Splits a line of a fault script into tokens, and reads them: words, numbers, names of errno
 * values, selections of requests. */

#ifndef TOKENS_H
#define TOKENS_H 1

#include <stdbool.h>
#include <stddef.h>

#define MAX_TOKENS 256
#define MAX_RANGES 64

struct tokens {
    char *token[MAX_TOKENS];
    int n;
    int at;                     /* Index of the next token. */
    char *copy;                 /* The line, which the tokens point into. */
};

/* Some of the numbers from 1 on: "*", "3", "1-52", "1,3,7-9". */
struct selection {
    int n;
    struct { int low, high; } range[MAX_RANGES];
};

/* Splits 'line' at blanks.  A ';' or ':' at the end of a word is a token of its own, "..." is one
 * token, and '#' begins a comment.  Returns false if there are too many tokens. */
bool tokens_split(struct tokens *, const char *line);
void tokens_free(struct tokens *);

/* Returns whether all tokens have been taken. */
bool tokens_end(const struct tokens *);

/* Takes the next token if it is 'word'.  Returns whether it was. */
bool tokens_take(struct tokens *, const char *word);

/* Takes and returns the next token; null at the end. */
const char *tokens_next(struct tokens *);

/* Takes the next token and copies it to 'to'.  Returns false if there is none or it does not
 * fit. */
bool tokens_copy(struct tokens *, char *to, size_t size);

/* Each takes the next token, stores its value and returns true, if it is of this kind. */
bool tokens_int(struct tokens *, int *);
bool tokens_errno(struct tokens *, int *);        /* "0", "ENOENT". */
bool tokens_selection(struct tokens *, struct selection *);

/* Returns whether the number is one of the selection. */
bool selected(const struct selection *, int);

/* Returns the name of an errno value, such as "ENOENT"; "0" for 0. */
const char *errno_name(int error);

#endif /* tokens.h */
