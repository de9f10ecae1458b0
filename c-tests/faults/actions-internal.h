/* SPDX-License-Identifier: Apache-2.0 */
/* What the files that carry out "do" lines share. */

#ifndef ACTIONS_INTERNAL_H
#define ACTIONS_INTERNAL_H 1

#include "actions.h"

#define DEFAULT_BYTES 16

struct own;

struct options {
    int protocol;
    struct own *own;            /* Null for the pool. */
    struct selection ack, no_reply;
    struct selection netfilter; /* Each range is a netfilter batch. */
    int bytes;
    int stop;                   /* Dumps: messages to read; negative for all. */
    int slow;                   /* Dumps: milliseconds that the program takes for a message. */
    int fork;                   /* Dumps: messages after which it forks; negative for never. */
    int type;                   /* Of the requests of a batch. */
    bool quietly;
    bool strict;                /* Dumps: nlsock_set_strict_dumps(). */
    int buffer;
    bool wait;
    bool until_reply;           /* NLSOCK_AWAIT_REPLY. */
    bool one_datagram;          /* NLSOCK_ONE_DATAGRAM. */
    bool one_ack;               /* NLSOCK_ONE_ACK. */
};

/* Milliseconds; 0 for none. */
extern int pool_deadline;

bool parse_options(struct tokens *, struct options *);
struct ofpbuf *make_request(uint32_t kind, int id, uint16_t type, bool ack, int bytes);
/* The rest of a line after "do" and, if there is one, "thread". */
bool do_verb(struct tokens *);

/* actions-dump.c, actions-process.c */
bool do_dump(struct tokens *);
bool do_fork(struct tokens *);
bool do_thread(struct tokens *);

#endif /* actions-internal.h */
