/* The items of the script's rules, as words.  README.md lists them. */

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
item_kind(struct words *w, struct item *item)
{
    static const char *const plain[] = {
        [DEFAULT] = "default", [NOTHING] = "nothing", [UNPROCESSED] = "unprocessed", [ACK] = "ack",
        [EMPTY] = "empty", [DONE] = "done",
    };

    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
        if (plain[i] && words_take(w, plain[i])) {
            item->kind = (enum item_kind) i;
            if (item->kind == DONE) {
                words_errno(w, &item->error);
            }
            return true;
        }
    }
    if (words_take(w, "refuse")) {
        item->kind = REFUSE;
        return words_errno(w, &item->error);
    } else if (words_take(w, "error")) {
        item->kind = ERROR;
        return words_errno(w, &item->error);
    } else if (words_take(w, "reply")) {
        item->kind = REPLY;
        return words_int(w, &item->size);
    } else if (words_take(w, "garbage")) {
        item->kind = GARBAGE;
        return words_int(w, &item->size);
    } else if (words_take(w, "family")) {
        item->kind = FAMILY;
        return words_int(w, &item->family);
    } else if (words_take(w, "part")) {
        item->kind = PART;
        return words_int(w, &item->count) && words_take(w, "messages") && words_take(w, "of")
               && words_int(w, &item->size);
    }
    return false;
}

/* Takes one modifier.  Returns false if the next word is none, or makes no sense. */
static bool
item_modifier(struct words *w, struct item *item)
{
    const struct { const char *word; bool *flag; } flags[] = {
        { "joined", &item->joined }, { "lost", &item->lost }, { "short", &item->short_verdict },
        { "interrupted", &item->interrupted },
    };
    const struct { const char *word; int *number; } numbers[] = {
        { "length", &item->length }, { "cut", &item->cut }, { "type", &item->type },
        { "port", &item->port }, { "group", &item->group }, { "nsid", &item->nsid },
        { "offset", &item->offset }, { "missing", &item->missing },
    };
    int value = 0;

    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        if (words_take(w, flags[i].word)) {
            return *flags[i].flag = true;
        }
    }
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (words_take(w, numbers[i].word)) {
            return words_int(w, numbers[i].number);
        }
    }
    if (words_take(w, "bytes")) {
        return true;
    } else if (words_take(w, "late")) {
        item->when = WHEN_CLOCK;
        item->at = words_int(w, &value) ? value * 1000000ll : -1;
        return item->at >= 0 && words_take(w, "ms");
    } else if (words_take(w, "after")) {
        if (words_take(w, "poll")) {
            item->when = WHEN_POLL;
            return true;
        }
        item->when = WHEN_REQUEST;
        item->at = words_take(w, "request") && words_int(w, &value) ? value : -1;
        return item->at > 0;
    } else if (words_take(w, "seq")) {
        bool relative = !words_end(w) && strchr("+-", w->word[w->at][0]);

        item->sequence = relative ? SEQ_DELTA : SEQ_FIXED;
        return words_int(w, &item->seq);
    } else if (words_take(w, "text")) {
        return words_copy(w, item->text, sizeof item->text);
    } else if (words_take(w, "mcgroup")) {
        return words_copy(w, item->group_name, sizeof item->group_name)
               && words_int(w, &item->group_id);
    }
    return false;
}

bool
items_parse(struct words *w, struct item **itemsp, int *n)
{
    struct item items[MAX_ITEMS];

    *n = 0;
    do {
        struct item *item = &items[*n];

        if (*n >= MAX_ITEMS) {
            return false;
        }
        item_init(item, DEFAULT);
        if (!item_kind(w, item)) {
            return false;
        }
        while (!words_end(w) && strcmp(w->word[w->at], ";")) {
            if (!item_modifier(w, item)) {
                return false;
            }
        }
        (*n)++;
    } while (words_take(w, ";"));
    *itemsp = malloc((size_t) *n * sizeof **itemsp);
    memcpy(*itemsp, items, (size_t) *n * sizeof **itemsp);
    return true;
}
