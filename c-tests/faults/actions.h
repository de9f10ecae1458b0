/* SPDX-License-Identifier: Apache-2.0 */
/* What a script makes the program do with the library, and what came out. */

#ifndef ACTIONS_H
#define ACTIONS_H 1

#include "../support/flavour.h"
#include "fake-kernel.h"
#include "tokens.h"

#define MAX_TRANSACTIONS 4096
#define MAX_DUMPS 64

struct outcome {
    struct ofpbuf *request;
    struct ofpbuf *reply;       /* Null if none was wanted, or none came. */
    bool reply_wanted;
    bool single;                /* By nl_transact(): null stands for an empty reply. */
    bool until_reply;           /* Only a reply or an error ends it. */
    bool one_datagram;          /* With NLSOCK_ONE_DATAGRAM. */
    bool netfilter;             /* It may be part of a netfilter batch. */
    int deadline;               /* Milliseconds that the call may take; 0 for any time. */
    int error;
};

struct dump_outcome {
    int messages;
    int error;
    bool wrong;                 /* A message is not the one that is due. */
    bool stopped;               /* Before the end. */
    bool forked;                /* The process forked before the end. */
    bool inherited;             /* This is the child. */
    int deadline;               /* As above. */
};

/* Since actions_reset(); requests and dumps count from 1 on.  Those from 'first' on are of the
 * last line. */
struct actions {
    struct outcome outcome[MAX_TRANSACTIONS + 1];
    int n, first;
    struct dump_outcome dump[MAX_DUMPS + 1];
    int n_dumps, first_dump;
    bool on_own;                /* The last line used a socket of the program. */
    bool cancelled;             /* The thread that carried it out was cancelled. */
    long long elapsed;          /* The time that it took, in milliseconds. */
    int error;                  /* What the last function that returns one did. */
    long long value;            /* The number that was looked up, the bytes received. */
};
extern struct actions actions;

/* Frees what there is; closes own sockets. */
void actions_reset(void);

/* Carries out the rest of a line after "do".  Returns false if it is not understood. */
bool actions_line(struct tokens *);

/* Whether message 'k' that answers this request has the payload that it should. */
bool has_pattern(const struct ofpbuf *, enum fake_kind, int id, int k);

#endif /* actions.h */
