/* SPDX-License-Identifier: Apache-2.0 */
/* The fake kernel: sockets, their receive queues, a clock, and the system calls that reach them.
 *
 * Preloaded, or linked in front of libc, it takes the calls for AF_NETLINK sockets and passes all
 * others on.  This is what its files share; fake-kernel.h is what a program sees of it. */

#ifndef FAKE_INTERNAL_H
#define FAKE_INTERNAL_H 1

#include <linux/netlink.h>
#include <pthread.h>
#include <sys/types.h>
#include "fake-kernel.h"

#define NO_NSID INT32_MIN
#define SECOND 1000000000ll

/* When a datagram gets into the receive queue. */
enum when { WHEN_NOW, WHEN_CLOCK, WHEN_POLL, WHEN_REQUEST };

struct datagram {
    struct datagram *next;
    uint8_t *data;
    size_t size;
    bool late;                  /* Not an answer that comes while the request is sent: a control
                                 * message, or something behind the ACK. */
    bool lost;                  /* Dropped, as if there were no room for it. */
    bool no_memory;             /* The kernel has none for it. */
    bool joined;                /* Part of the datagram before it. */
    bool cut;                   /* Nothing joins it: that would fill the gap. */
    int error;                  /* No datagram, but an error that becomes pending. */
    enum when when;
    int64_t at;                 /* WHEN_CLOCK: nanoseconds; WHEN_REQUEST: a request. */
    uint32_t port;              /* The sender's. */
    uint32_t group;
    int32_t nsid;
};

struct queue {
    struct datagram *head, *tail;
};

struct sock {
    int number;
    int fd;
    int protocol;
    int last_send;              /* Number of the last datagram that was sent. */
    uint32_t port;
    pid_t owner;
    unsigned int receive_buffer, send_buffer;
    unsigned int queued_bytes;  /* As accounted, overhead and all. */
    unsigned int drops;
    int error;                  /* Pending. */
    bool congested;
    bool given_up;              /* A receive has failed, and nothing has been sent since. */
    bool ext_ack, cap_ack, pktinfo, all_nsid;
    int64_t receive_timeout;    /* Nanoseconds; 0 for none. */
    struct queue queue;         /* To be received. */
    struct queue held;          /* Until a time, a poll, a request. */
    struct queue dump;          /* The rest of the running dump. */
    struct queue *collected;    /* The answers of a netfilter batch; null outside of one. */
};

/* fake-sockets.c */
/* Held in every call, and while anything of what follows is looked at. */
extern pthread_mutex_t fake_mutex;
/* Returns null if it is not a fake socket. */
struct sock *sock_lookup(int fd);
/* Looks it up, and locks if it is one. */
struct sock *sock_lock(int fd);
struct sock *sock_open(int fd, int protocol);
/* Forgets the socket.  Its descriptor stays open. */
void sock_close(int fd);
void sock_assign_port(struct sock *);
void for_each_sock(void (*)(struct sock *, void *), void *aux);

/* fake-queue.c */
void queue_add(struct queue *, struct datagram *);
/* Nothing queued, held or pending. */
void sock_clear(struct sock *);
/* Queues, holds, or drops. */
void sock_post(struct sock *, struct datagram *);
struct datagram *queue_pop(struct queue *);
void queue_clear(struct queue *);
/* Starts a dump of these. */
void sock_post_dump(struct sock *, struct queue *);
/* Queues what has been held long enough: 'request' is worked on, or 0. */
void sock_release(struct sock *, bool polling, int request);
/* The first datagram in the queue, of which 'copied' bytes were received, is done with. */
void sock_received(struct sock *, size_t copied);

/* fake-netfilter.c */
/* Whether the datagram is a netfilter batch. */
bool is_batch(const struct sock *, const uint8_t *, size_t size);
void batch_process(struct sock *, const uint8_t *, size_t size);
/* What the kernel refuses because it must be, or must not be, within a batch. */
bool is_out_of_place(const struct sock *, const struct nlmsghdr *);

/* fake-descriptors.c */
enum taken { NOT_TAKEN, TAKEN_CLOSED, TAKEN_REUSED, TAKEN_BY_LIBRARY };
void descriptors_reset(void);
bool descriptors_line(struct tokens *);
/* Somebody else closes the socket's descriptor, and may use its number. */
void descriptor_take(struct sock *, enum taken);
/* A call uses this descriptor, which is not a fake socket. */
void descriptor_used(enum fake_call, int fd);
/* The library itself has replaced what was a socket by another file. */
void descriptor_replaced(int fd);
/* It is closed. */
void descriptor_closed(int fd);
/* Takes "closed" or "reused". */
enum taken taken_word(struct tokens *);

/* fake-records.c */
enum fate { POSTED, DROPPED, DELIVERED };
void records_reset(void);
void troubles_start_action(void);
/* Numbers the next datagram that is sent. */
void record_send(struct sock *);
/* Of the message at 'position' in that datagram. */
struct fake_record *record_new(const struct sock *, const struct nlmsghdr *, int position);
/* Goes through the 'size' bytes that are there of a datagram of 'total' as a receiver would. */
void note_datagram(const struct sock *, const uint8_t *, size_t size, size_t total, enum fate);
/* A call failed with it; because the script says so. */
void note_error(int error);
void note_fault(enum fake_call, int error);
/* A call on a socket that another process opened; a fork in the middle of a call. */
void note_foreign(void);
void note_fork(void);
/* The netfilter batch of the last datagram was not carried out. */
void note_abort(void);

/* fake-clock.c */
extern int64_t fake_clock;      /* Nanoseconds. */
bool clock_line(struct tokens *);
void clock_start_action(void);
/* Waits: the clock moves to 'until', or to the first thing that happens before.  Returns whether
 * anything did. */
bool clock_wait(struct sock *const *, int n, int64_t until);

/* fake-answers.c */
void answers_reset(void);
bool answers_line(struct tokens *);
/* The kernel works on one message of a datagram that was sent. */
void answers_process(struct sock *, const struct nlmsghdr *, struct fake_record *);
/* Answers with an error or, for 0, an ACK. */
void answers_refuse(struct sock *, const struct nlmsghdr *, struct fake_record *, int error);
/* The error of the message's first "refuse"; 0 if there is none. */
int answers_refusal(const struct nlmsghdr *, const struct fake_record *);
/* Datagrams of "deliver" lines. */
void answers_deliver(struct tokens *, bool *ok);

/* fake-faults.c */
void faults_reset(void);
bool faults_line(struct tokens *);

/* fake-events.c */
enum event { NO_EVENT, EVENT_CANCEL, EVENT_FORK, EVENT_QUIET_FORK };
void events_reset(void);
/* The start of each call on a fake socket, with nothing locked: what happens to the thread just
 * before it.  The call is a cancellation point if the real one is. */
void call_interrupt(enum fake_call);
/* The same, if the descriptor is a fake socket.  Then locks, as sock_lock() does; otherwise notes
 * the use of a descriptor that was taken. */
struct sock *call_lock(enum fake_call, int fd);

/* fake-options.c */
/* What a new socket has. */
void options_init(struct sock *);
void options_reset(void);
bool options_line(struct tokens *);

/* fake-calls.c */
/* Unlocks, and does not return. */
void fake_hang(const char *why) __attribute__((noreturn));
void calls_reset(void);
void calls_start_action(void);

/* fake-script.c */
extern bool fake_trace;         /* With NLSOCK_FAKE_KERNEL_TRACE, prints what happens to standard error. */

#endif /* fake-internal.h */
