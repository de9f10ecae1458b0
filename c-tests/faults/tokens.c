/* SPDX-License-Identifier: Apache-2.0 */
/* Splits the lines of fault scripts into tokens: see tokens.h. */

#include <errno.h>
#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tokens.h"

/* Of all platforms: EDQUOT on MIPS. */
#define MAX_ERRNO 1133

/* Adds the token from 'word' to 'end'.  A ';' or ':' at its end becomes a token of its own. */
static bool
add_token(struct tokens *t, char *word, char *end)
{
    static char semicolon[] = ";", colon[] = ":";
    char *separator = NULL;

    if (end > word && (end[-1] == ';' || end[-1] == ':')) {
        separator = end[-1] == ';' ? semicolon : colon;
        *--end = '\0';
    }
    if (t->n + 2 > MAX_TOKENS) {
        return false;
    }
    if (end > word) {
        t->token[t->n++] = word;
    }
    if (separator) {
        t->token[t->n++] = separator;
    }
    return true;
}

bool
tokens_split(struct tokens *t, const char *line)
{
    char *p;

    t->n = t->at = 0;
    t->copy = p = strdup(line);
    if (!p) {
        return false;
    }
    for (;;) {
        char *word;

        while (isspace((unsigned char) *p)) {
            p++;
        }
        if (!*p || *p == '#') {
            return true;
        }
        word = p;
        if (*p == '"') {
            word = ++p;
            p += strcspn(p, "\"");
            if (*p) {
                *p++ = '\0';
            }
            if (t->n >= MAX_TOKENS) {
                return false;
            }
            t->token[t->n++] = word;
            continue;
        }
        while (*p && !isspace((unsigned char) *p)) {
            p++;
        }
        if (*p) {
            *p++ = '\0';
            if (!add_token(t, word, p - 1)) {
                return false;
            }
        } else if (!add_token(t, word, p)) {
            return false;
        }
    }
}

void
tokens_free(struct tokens *t)
{
    free(t->copy);
    t->copy = NULL;
    t->n = t->at = 0;
}

bool
tokens_end(const struct tokens *t)
{
    return t->at >= t->n;
}

bool
tokens_take(struct tokens *t, const char *word)
{
    if (tokens_end(t) || strcmp(t->token[t->at], word)) {
        return false;
    }
    t->at++;
    return true;
}

const char *
tokens_next(struct tokens *t)
{
    return tokens_end(t) ? NULL : t->token[t->at++];
}

bool
tokens_copy(struct tokens *t, char *to, size_t size)
{
    const char *word = tokens_next(t);

    if (!word || strlen(word) >= size) {
        return false;
    }
    strcpy(to, word);
    return true;
}

bool
tokens_int(struct tokens *t, int *value)
{
    char *end;
    long number;

    if (tokens_end(t)) {
        return false;
    }
    number = strtol(t->token[t->at], &end, 0);
    if (end == t->token[t->at] || *end || number < INT_MIN || number > INT_MAX) {
        return false;
    }
    *value = (int) number;
    t->at++;
    return true;
}

bool
tokens_errno(struct tokens *t, int *error)
{
    if (tokens_end(t)) {
        return false;
    }
    for (int i = 0; i <= MAX_ERRNO; i++) {
        if (!strcmp(t->token[t->at], errno_name(i))) {
            *error = i;
            t->at++;
            return true;
        }
    }
    return false;
}

bool
tokens_selection(struct tokens *t, struct selection *s)
{
    const char *p;

    s->n = 0;
    if (tokens_take(t, "*")) {
        s->n = 1;
        s->range[0].low = 1;
        s->range[0].high = INT_MAX;
        return true;
    }
    if (tokens_end(t)) {
        return false;
    }
    for (p = t->token[t->at];; p++) {
        char *end;
        int low = (int) strtol(p, &end, 10);
        int high = low;

        if (end == p || s->n >= MAX_RANGES) {
            return false;
        }
        p = end;
        if (*p == '-') {
            high = (int) strtol(++p, &end, 10);
            if (end == p) {
                return false;
            }
            p = end;
        }
        s->range[s->n].low = low;
        s->range[s->n++].high = high;
        if (*p != ',') {
            break;
        }
    }
    if (*p) {
        return false;
    }
    t->at++;
    return true;
}

bool
selected(const struct selection *s, int value)
{
    for (int i = 0; i < s->n; i++) {
        if (value >= s->range[i].low && value <= s->range[i].high) {
            return true;
        }
    }
    return false;
}

#ifndef __GLIBC__
/* Only glibc has this function.  These are the names in scripts. */
static const char *
strerrorname_np(int error)
{
#define NAME(ERROR) { ERROR, #ERROR }
    static const struct {
        int error;
        const char *name;
    } names[] = {
        NAME(E2BIG), NAME(EACCES), NAME(EADDRINUSE), NAME(EAFNOSUPPORT), NAME(EAGAIN), NAME(EBADF),
        NAME(EBUSY), NAME(ECANCELED), NAME(ECONNREFUSED), NAME(EDQUOT), NAME(EEXIST), NAME(EFBIG),
        NAME(EINTR), NAME(EINVAL), NAME(EIO), NAME(ELOOP), NAME(EMFILE), NAME(EMSGSIZE),
        NAME(ENFILE), NAME(ENOBUFS), NAME(ENODEV), NAME(ENOENT), NAME(ENOMEM), NAME(ENOPROTOOPT),
        NAME(ENOSPC), NAME(ENOSYS), NAME(ENOTDIR), NAME(ENOTSOCK), NAME(EOPNOTSUPP),
        NAME(EOVERFLOW), NAME(EPERM), NAME(EPIPE), NAME(EPROTO),
        NAME(EPROTONOSUPPORT), NAME(ESOCKTNOSUPPORT), NAME(ETIMEDOUT),
    };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (names[i].error == error) {
            return names[i].name;
        }
    }
    return NULL;
}
#endif

const char *
errno_name(int error)
{
    static char number[16];
    const char *name = strerrorname_np(error);

    if (!name) {
        snprintf(number, sizeof number, "%d", error);
    }
    return name ? name : number;
}
