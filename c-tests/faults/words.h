/* Lines of a fault script as words: numbers, names of errors, selections of requests. */

#ifndef WORDS_H
#define WORDS_H 1

#include <stdbool.h>
#include <stddef.h>

#define MAX_WORDS 256
#define MAX_RANGES 64

struct words {
    char *word[MAX_WORDS];
    int n;
    int at;                     /* The next word. */
    char *copy;                 /* What the words point into. */
};

/* Some of the numbers from 1 on: "*", "3", "1-52", "1,3,7-9". */
struct selection {
    int n;
    struct { int low, high; } range[MAX_RANGES];
};

/* Splits a line at blanks.  ';' and a ':' at the end of a word are words of their own, "..." is
 * one word, '#' begins a comment.  Returns false if there are too many. */
bool words_split(struct words *, const char *line);
void words_free(struct words *);

bool words_end(const struct words *);

/* Takes the next word if it is 'word'. */
bool words_take(struct words *, const char *word);

/* Takes the next word; null at the end. */
const char *words_next(struct words *);

/* Copies the next word to 'to', if there is one and it fits. */
bool words_copy(struct words *, char *to, size_t size);

/* Each takes the next word if it is what is looked for. */
bool words_int(struct words *, int *);
bool words_errno(struct words *, int *);        /* "0", "ENOENT". */
bool words_selection(struct words *, struct selection *);

bool selected(const struct selection *, int);

/* "ENOENT", "0". */
const char *errno_name(int error);

#endif /* words.h */
