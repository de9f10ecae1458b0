/* SPDX-License-Identifier: Apache-2.0 */
/* The items of the script's rules: what is answered. */

#ifndef FAKE_ITEMS_H
#define FAKE_ITEMS_H 1

#include "fake-internal.h"

#define ANY (-1)

enum item_kind {
    DEFAULT, NOTHING, UNPROCESSED, ACK, REFUSE, REPLY, PART, DONE, NOOP, OVERRUN, EMPTY, GARBAGE,
    ERROR, FAMILY
};

enum sequence { SEQ_RIGHT, SEQ_DELTA, SEQ_FIXED };

struct item {
    enum item_kind kind;
    int error;
    int size;                   /* Of the payload; GARBAGE: all of it. */
    int count;                  /* PART: messages. */
    int family;
    bool joined, lost, no_memory, interrupted, short_verdict;
    enum when when;
    int64_t at;
    enum sequence sequence;
    int seq;
    int length;                 /* The value in the header, or ANY. */
    int cut;
    int type;                   /* ANY, or not the usual one. */
    int port, group, nsid;
    int offset, missing;        /* Of the extended ACK; ANY for none. */
    char text[64];
    char group_name[32];
    int group_id;
};

/* fake-items.c */
/* An item without modifiers. */
void item_init(struct item *, enum item_kind);
/* The rest of a line; to be freed. */
bool items_parse(struct tokens *, struct item **, int *n);

/* fake-messages.c */
/* Makes the datagram of an item; null if it has none.  'k' counts the messages that are not errors
 * or acknowledgements.  Without a record, it does not answer a request. */
struct datagram *item_make(const struct sock *, const struct nlmsghdr *request,
                           const struct fake_record *, const struct item *, int *k);

#endif /* fake-items.h */
