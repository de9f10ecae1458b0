/* Lines of a fault script as words: see words.h. */

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "words.h"

#define MAX_ERRNO 133

/* Ends the word at 'end' where a separator is glued to it, and makes that a word of its own. */
static bool
add_word(struct words *w, char *word, char *end)
{
    static char semicolon[] = ";", colon[] = ":";
    char *separator = NULL;

    if (end > word && (end[-1] == ';' || end[-1] == ':')) {
        separator = end[-1] == ';' ? semicolon : colon;
        *--end = '\0';
    }
    if (w->n + 2 > MAX_WORDS) {
        return false;
    }
    if (end > word) {
        w->word[w->n++] = word;
    }
    if (separator) {
        w->word[w->n++] = separator;
    }
    return true;
}

bool
words_split(struct words *w, const char *line)
{
    char *p;

    w->n = w->at = 0;
    w->copy = p = strdup(line);
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
            if (w->n >= MAX_WORDS) {
                return false;
            }
            w->word[w->n++] = word;
            continue;
        }
        while (*p && !isspace((unsigned char) *p)) {
            p++;
        }
        if (*p) {
            *p++ = '\0';
            if (!add_word(w, word, p - 1)) {
                return false;
            }
        } else if (!add_word(w, word, p)) {
            return false;
        }
    }
}

void
words_free(struct words *w)
{
    free(w->copy);
    w->copy = NULL;
    w->n = w->at = 0;
}

bool
words_end(const struct words *w)
{
    return w->at >= w->n;
}

bool
words_take(struct words *w, const char *word)
{
    if (words_end(w) || strcmp(w->word[w->at], word)) {
        return false;
    }
    w->at++;
    return true;
}

const char *
words_next(struct words *w)
{
    return words_end(w) ? NULL : w->word[w->at++];
}

bool
words_copy(struct words *w, char *to, size_t size)
{
    const char *word = words_next(w);

    if (!word || strlen(word) >= size) {
        return false;
    }
    strcpy(to, word);
    return true;
}

bool
words_int(struct words *w, int *value)
{
    char *end;
    long number;

    if (words_end(w)) {
        return false;
    }
    number = strtol(w->word[w->at], &end, 0);
    if (end == w->word[w->at] || *end || number < INT_MIN || number > INT_MAX) {
        return false;
    }
    *value = (int) number;
    w->at++;
    return true;
}

bool
words_errno(struct words *w, int *error)
{
    if (words_end(w)) {
        return false;
    }
    for (int i = 0; i <= MAX_ERRNO; i++) {
        if (!strcmp(w->word[w->at], errno_name(i))) {
            *error = i;
            w->at++;
            return true;
        }
    }
    return false;
}

bool
words_selection(struct words *w, struct selection *s)
{
    const char *p;

    s->n = 0;
    if (words_take(w, "*")) {
        s->n = 1;
        s->range[0].low = 1;
        s->range[0].high = INT_MAX;
        return true;
    }
    if (words_end(w)) {
        return false;
    }
    for (p = w->word[w->at];; p++) {
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
    w->at++;
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
