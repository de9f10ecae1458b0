/* SPDX-License-Identifier: Apache-2.0 */
/* Parses the items of a script's rules.  README.md lists them. */

#include <stdlib.h>
#include <string.h>
#include "fake-items.h"

#define MAX_ITEMS 64

void
item_init(struct item *item, enum item_kind kind)
{
    memset(item, 0, sizeof *item);
    item->kind = kind;
    item->length = item->type = item->offset = item->missing = ANY;
    item->nsid = NO_NSID;
}

static bool
item_kind(struct tokens *t, struct item *item)
{
    static const char *const plain[] = {
        [DEFAULT] = "default", [NOTHING] = "nothing", [UNPROCESSED] = "unprocessed", [ACK] = "ack",
        [EMPTY] = "empty", [DONE] = "done", [NOOP] = "noop", [OVERRUN] = "overrun",
    };

    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
        if (plain[i] && tokens_take(t, plain[i])) {
            item->kind = (enum item_kind) i;
            if (item->kind == DONE) {
                tokens_errno(t, &item->error);
            }
            return true;
        }
    }
    if (tokens_take(t, "refuse")) {
        item->kind = REFUSE;
        return tokens_errno(t, &item->error);
    } else if (tokens_take(t, "error")) {
        item->kind = ERROR;
        return tokens_errno(t, &item->error);
    } else if (tokens_take(t, "reply")) {
        item->kind = REPLY;
        return tokens_int(t, &item->size);
    } else if (tokens_take(t, "garbage")) {
        item->kind = GARBAGE;
        return tokens_int(t, &item->size);
    } else if (tokens_take(t, "family")) {
        item->kind = FAMILY;
        return tokens_int(t, &item->family);
    } else if (tokens_take(t, "part")) {
        item->kind = PART;
        return tokens_int(t, &item->count) && tokens_take(t, "messages") && tokens_take(t, "of")
               && tokens_int(t, &item->size);
    }
    return false;
}

/* Takes one modifier.  Returns false if the next token is not a modifier or its value is wrong. */
static bool
item_modifier(struct tokens *t, struct item *item)
{
    const struct { const char *word; bool *flag; } flags[] = {
        { "joined", &item->joined }, { "lost", &item->lost }, { "short", &item->short_verdict },
        { "no-memory", &item->no_memory }, { "interrupted", &item->interrupted },
    };
    const struct { const char *word; int *number; } numbers[] = {
        { "length", &item->length }, { "cut", &item->cut }, { "type", &item->type },
        { "port", &item->port }, { "group", &item->group }, { "nsid", &item->nsid },
        { "offset", &item->offset }, { "missing", &item->missing },
    };
    int value = 0;

    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        if (tokens_take(t, flags[i].word)) {
            return *flags[i].flag = true;
        }
    }
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (tokens_take(t, numbers[i].word)) {
            return tokens_int(t, numbers[i].number);
        }
    }
    if (tokens_take(t, "bytes")) {
        return true;
    } else if (tokens_take(t, "late")) {
        item->when = WHEN_CLOCK;
        item->at = tokens_int(t, &value) ? value * 1000000ll : -1;
        return item->at >= 0 && tokens_take(t, "ms");
    } else if (tokens_take(t, "after")) {
        if (tokens_take(t, "poll")) {
            item->when = WHEN_POLL;
            return true;
        }
        item->when = WHEN_REQUEST;
        item->at = tokens_take(t, "request") && tokens_int(t, &value) ? value : -1;
        return item->at > 0;
    } else if (tokens_take(t, "seq")) {
        bool relative = !tokens_end(t) && strchr("+-", t->token[t->at][0]);

        item->sequence = relative ? SEQ_DELTA : SEQ_FIXED;
        return tokens_int(t, &item->seq);
    } else if (tokens_take(t, "text")) {
        return tokens_copy(t, item->text, sizeof item->text);
    } else if (tokens_take(t, "mcgroup")) {
        return tokens_copy(t, item->group_name, sizeof item->group_name)
               && tokens_int(t, &item->group_id);
    }
    return false;
}

bool
items_parse(struct tokens *t, struct item **itemsp, int *n)
{
    struct item items[MAX_ITEMS];

    *n = 0;
    do {
        struct item *item = &items[*n];

        if (*n >= MAX_ITEMS) {
            return false;
        }
        item_init(item, DEFAULT);
        if (!item_kind(t, item)) {
            return false;
        }
        while (!tokens_end(t) && strcmp(t->token[t->at], ";")) {
            if (!item_modifier(t, item)) {
                return false;
            }
        }
        (*n)++;
    } while (tokens_take(t, ";"));
    *itemsp = malloc((size_t) *n * sizeof **itemsp);
    memcpy(*itemsp, items, (size_t) *n * sizeof **itemsp);
    return true;
}
