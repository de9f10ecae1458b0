/* SPDX-License-Identifier: Apache-2.0 */
/* A stand-in for the kernel at the socket calls of AF_NETLINK: functions for a test program that is
 * linked to it, or preloaded with it.
 *
 * c-tests/faults/README.md describes the lines of scripts that control it. */

#ifndef FAKE_KERNEL_H
#define FAKE_KERNEL_H 1

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The rest of the library is hidden. */
#pragma GCC visibility push(default)

/* The payload of every request of a script starts with these, so that the fake kernel recognises
 * the request if it is sent again. */
#define FAKE_MAGIC 0x6b6c6e66u
struct fake_payload {
    uint32_t magic;
    uint32_t kind;              /* FAKE_REQUEST or FAKE_DUMP. */
    uint32_t id;                /* From 1 on, for each kind. */
};

enum fake_kind { FAKE_REQUEST, FAKE_DUMP, FAKE_LOOKUP, FAKE_OTHER };

#define FAKE_REQUEST_TYPE 0x40
#define FAKE_REPLY_TYPE 0x41
/* Of requests that the kernel accepts in a netfilter batch only (a type of nftables). */
#define FAKE_BATCH_TYPE 0xa40

enum fake_call {
    FAKE_SOCKET, FAKE_CLOSE, FAKE_CONNECT, FAKE_GETSOCKNAME, FAKE_SETSOCKOPT, FAKE_GETSOCKOPT,
    FAKE_SEND, FAKE_RECV, FAKE_POLL, FAKE_N_CALLS
};
extern const char *const fake_call_names[FAKE_N_CALLS];

/* A request that was sent, and its answers.  "Delivered" means that the library received the whole
 * message; for an error or acknowledgement, the errno value is enough.  An answer that comes after
 * the next datagram was sent on the same socket, or after a receive has failed, is late, and not
 * counted. */
struct fake_record {
    enum fake_kind kind;
    int id;
    int try;                    /* How often it has been sent, from 1 on. */
    int socket;                 /* Number of the socket, from 1 on, never used again. */
    int send;                   /* Number of the datagram, from 1 on. */
    int position;               /* In that datagram, from 1 on. */
    uint32_t seq;
    uint16_t type;
    uint16_t flags;
    int rule;                   /* Number of the rule for messages that fits; -1 if none does. */
    bool processed;             /* Carried out. */
    bool aborted;               /* Not, because the netfilter batch that it is in was not. */
    int refused;                /* The error that the kernel answers, delivered or not. */
    int generated;              /* Messages other than acknowledgements, errors, ends. */
    int dropped;                /* Messages of any kind that were lost. */
    int acks;                   /* Delivered. */
    int refusal;                /* Delivered: the error. */
    int replies;                /* Delivered; not behind the acknowledgement. */
    int behind;                 /* Delivered, behind the acknowledgement. */
    uint32_t reply_size;        /* Of the first of those, header and all. */
    bool interrupted;           /* Delivered: a message with NLM_F_DUMP_INTR. */
    bool done;                  /* Delivered: the end of the dump. */
    int done_error;             /* The error within. */
};

/* What went wrong since fake_start_action() and may be reported to the caller. */
struct fake_troubles {
    bool garbage;               /* A datagram that is not a message was delivered. */
    bool cut;                   /* A datagram was longer than the buffer. */
    bool malformed;             /* A malformed error message was delivered. */
    bool misnumbered;           /* A reply was delivered that belongs to no request. */
    int dropped;                /* Datagrams lost. */
    bool lost_before;           /* Something was lost, or said to be, in an earlier step. */
    int foreign;                /* Calls on sockets that another process opened. */
    bool interrupted;           /* The process forked within a call; this is the child. */
    bool errors[256];           /* The errors that calls failed with. */
    bool failed[FAKE_N_CALLS];  /* The calls that failed because the script says so. */
};

/* Begins another script.  Sockets that are open stay so, with nothing queued. */
void fake_reset(void);

/* Begins another step of the script, for which calls and troubles are counted. */
void fake_start_action(void);

/* Carries out a line of a script.  Returns false if it is none that the fake kernel knows. */
bool fake_line(const char *line);

/* Milliseconds since fake_start_action(). */
long long fake_elapsed(void);

/* Lets time pass. */
void fake_pass(int milliseconds);

/* At most 'limit' system calls in a script; then 'hang' is called, which does not return. */
void fake_limit(unsigned long limit, void (*hang)(const char *why));

/* A call has failed before it reached the fake kernel: see fake_troubles. */
void fake_call_failed(int error);

const struct fake_record *fake_records(size_t *n);
const struct fake_troubles *fake_troubles(void);
unsigned long fake_calls(enum fake_call);
unsigned long fake_total_calls(void);

/* Sockets that are open. */
int fake_open(void);
/* Those that a program started by exec would inherit. */
int fake_inherited(void);
/* Datagrams that wait in them; without those that the script sent late or unasked. */
int fake_queued(bool with_late);
/* Running dumps, which make the next dump on their socket fail with EBUSY. */
int fake_running_dumps(void);
/* The receive buffer of the socket opened last. */
unsigned int fake_receive_buffer(void);
/* Whether somebody else has closed a descriptor. */
bool fake_any_taken(void);
/* Calls on such descriptors after a first call on them has failed, without those that only ask what
 * they are. */
int fake_intrusions(void);
/* Forks, as the script says: the child carries out the rest of it, while the parent waits for it.
 * 'quietly' without the library's fork handlers.  Returns true in the child. */
bool fake_fork(bool quietly);
/* Whether this process is such a child. */
bool fake_is_child(void);
/* Children that ended with another status than 0. */
int fake_failed_children(void);
/* System calls on sockets that another process opened, without those that only ask. */
int fake_foreign(void);

/* What the program may define. */
/* Whether a fork may be made without fork handlers; otherwise, a "quiet" one has them. */
bool fake_may_fork_quietly(void) __attribute__((weak));
/* Whether a child may abort: then its parent does, too. */
bool fake_child_may_abort(void) __attribute__((weak));

#pragma GCC visibility pop

/* Byte 'i' of the payload of message 'k', from 0 on, that answers request 'id'. */
static inline uint8_t
fake_pattern(enum fake_kind kind, int id, int k, size_t i)
{
    return (uint8_t) (17 * (int) kind + 31 * id + 7 * k + 1 + (int) (i % 251));
}

#endif /* fake-kernel.h */
