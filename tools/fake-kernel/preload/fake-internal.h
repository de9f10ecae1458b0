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
#include "rust.h"

#define SECOND 1000000000ll

/* Descriptors that can be sockets are below this. */
#define MAX_FDS 65536

struct datagram {
    struct datagram *next;
    uint8_t *data;
    size_t size;
    bool late;                  /* Not an answer that comes while the request is sent: a control
                                 * message, or something behind the ACK. */
    bool lost;                  /* Dropped, as if there were no room for it. */
    bool no_memory;             /* The kernel has none for it. */
    bool joined;                /* Part of the datagram before it. */
    bool recorded;              /* There was room for it in the recording. */
    bool cut;                   /* Nothing joins it: that would fill the gap. */
    int error;                  /* No datagram, but an error that becomes pending. */
    bool in_place;              /* The error is reported in its place among the datagrams. */
    enum fk_when when;
    int64_t at;                 /* FK_WHEN_CLOCK: nanoseconds; FK_WHEN_REQUEST: a request. */
    uint32_t port;              /* The sender's. */
    uint32_t group;
    int32_t nsid;
};

struct queue {
    struct datagram *head, *tail;
};

/* Words of 32 multicast groups each. */
#define GROUP_WORDS 32
#define MAX_GROUP (32 * GROUP_WORDS)

/* What several descriptors share that dup() made. */
struct sock {
    int number;
    int fd;                     /* One of its descriptors. */
    int n_fds;
    int type;                   /* SOCK_RAW or SOCK_DGRAM. */
    int protocol;
    int last_send;              /* Number of the last datagram that was sent. */
    uint32_t port;              /* 0: none yet. */
    uint32_t peer, peer_groups; /* By connect(). */
    uint32_t groups[GROUP_WORDS];
    pid_t owner;
    unsigned int receive_buffer, send_buffer;
    unsigned int queued_bytes;  /* As accounted, overhead and all. */
    unsigned int drops;
    int error;                  /* Pending. */
    bool congested;
    bool given_up;              /* A receive has failed, and nothing has been sent since. */
    uint32_t options;           /* NETLINK_* options that are set, a bit for each. */
    bool readable;              /* The descriptor is: see fake-ready.c. */
    int64_t receive_timeout;    /* Nanoseconds; 0 for none. */
    struct queue queue;         /* To be received. */
    struct queue held;          /* Until a time, a poll, a request. */
    struct queue dump;          /* The rest of the running dump. */
    struct queue *collected;    /* The answers of a netfilter batch; null outside of one. */
};

/* fake-sockets.c */
/* What is held in every call, and while anything of what follows is looked at. */
void fake_lock(void);
void fake_unlock(void);
/* Returns null if it is not a fake socket.  Whether it is one can be asked without the lock. */
struct sock *sock_lookup(int fd);
/* Looks it up, and locks if it is one. */
struct sock *sock_lock(int fd);
struct sock *sock_open(int fd, int type, int protocol);
/* The descriptor is another one of the socket. */
void sock_add_fd(struct sock *, int fd);
/* Forgets the descriptor, which stays open, and with the last one the socket. */
void sock_close(int fd);
/* The same for all fake sockets from 'first' to 'last'. */
void sock_close_range(unsigned int first, unsigned int last);
/* Gives the socket this port id, or one that is free if it is 0.  Returns whether nobody has it. */
bool sock_assign_port(struct sock *, uint32_t port);
bool sock_has(const struct sock *, int option);
bool sock_is_member(const struct sock *, uint32_t group);
void for_each_sock(void (*)(struct sock *, void *), void *aux);

/* fake-ready.c */
/* Returns the descriptor of a new fake socket; -1 on failure. */
int ready_open(bool cloexec, bool nonblock);
/* Something may have been queued, or an error may be pending. */
void ready_signal(struct sock *);
/* Threads that wait in a receiving call look again. */
void ready_wake(void);
/* Something may have been taken. */
void ready_update(struct sock *);
/* Waits for ready_wake(), at most this long: nanoseconds, or INT64_MAX.  Unlocks
 * meanwhile.  Returns false if a signal interrupts it. */
bool ready_wait(int64_t timeout);

/* fake-epoll.c */
/* In a child, whose fake sockets have new descriptors: adds them to its epolls. */
void epoll_renew(void);

/* fake-wait.c */
/* What a call waits for. */
struct wait {
    const int *fds;             /* Descriptors, of which some are fake sockets; null for all. */
    int n_fds;
    bool others;                /* There is something that is not a fake socket. */
    bool polls;                 /* It can look again and again: a signal always ends the call. */
    /* Looks whether anything is ready, or waits for it: at most this long, in nanoseconds, or
     * INT64_MAX; the lock is then released meanwhile.  Returns the result of the call; 0 if nothing
     * is ready. */
    int (*look)(struct wait *, int64_t timeout);
    void *aux;
};
/* Waits until 'look' returns something other than 0, or until this time.  Returns that. */
int wait_for(struct wait *, int64_t until);
/* In a child, which has none of the parent's other threads. */
void wait_start_child(void);

/* fake-queue.c */
void queue_add(struct queue *, struct datagram *);
/* Nothing queued, held or pending. */
void sock_clear(struct sock *);
/* Queues, holds, or drops. */
void sock_post(struct sock *, struct datagram *);
struct datagram *queue_pop(struct queue *);
void queue_clear(struct queue *);
/* Starts a dump of these, after the one that may be running. */
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
void descriptors_reset(void);
/* Carries out a "descriptor" line. */
void descriptors_take(const struct fk_taking *);
/* Somebody else closes the socket's descriptor, and may use its number. */
void descriptor_take(struct sock *, enum fk_taken);
/* A call uses this descriptor, which is not a fake socket. */
void descriptor_used(enum fake_call, int fd);
/* The library itself has replaced what was a socket by another file. */
void descriptor_replaced(int fd);
/* It is closed. */
void descriptor_closed(int fd);

/* fake-records.c */
/* Whether the request asks for a dump, for the kernel. */
bool is_dump(const struct sock *, const struct nlmsghdr *);
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
/* Whether time is that of the machine.  If not, it only advances when a call waits. */
extern bool clock_is_real;
/* In nanoseconds. */
int64_t clock_now(void);
/* When a wait of so many nanoseconds ends; INT64_MAX is for ever. */
int64_t clock_after(int64_t nanoseconds);
/* It is at least 'now'. */
void clock_advance(int64_t now);
/* A real call has waited for other descriptors, for so long if its result is 0.  Returns that. */
int clock_waited(int result, int64_t nanoseconds);
void clock_start_action(void);

/* fake-answers.c */
void answers_reset(void);
/* Adds a rule, with a copy of its items.  Returns false if there are too many. */
bool answers_add(const struct fk_rule *, const struct fk_item *);
/* The kernel works on one message of a datagram that was sent. */
void answers_process(struct sock *, const struct nlmsghdr *, struct fake_record *);
/* Answers with an error or, for 0, an ACK. */
void answers_refuse(struct sock *, const struct nlmsghdr *, struct fake_record *, int error);
/* The error of the message's first "refuse"; 0 if there is none. */
int answers_refusal(const struct nlmsghdr *, const struct fake_record *);
/* Carries out a "deliver" line. */
void answers_deliver(const struct fk_item *, size_t n);

/* fake-messages.c */
/* An item without modifiers. */
void item_init(struct fk_item *, enum fk_item_kind);
/* When, and whether, the datagram is queued is as the item says; null: as it was. */
void item_modify(struct datagram *, const struct fk_item *);
/* Makes the datagram of an item; null if it has none.  'k' counts the messages that are not errors
 * or acknowledgements.  Without a record, it does not answer a request. */
struct datagram *item_make(const struct sock *, const struct nlmsghdr *request,
                           const struct fake_record *, const struct fk_item *, int *k);

/* fake-faults.c */
void faults_reset(void);
/* Adds one.  Returns false if there are too many. */
bool faults_add(const struct fk_fault *);

/* fake-events.c */
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
/* Joins these multicast groups, and leaves the others of the first 32. */
void groups_set(struct sock *, uint32_t groups);
void options_reset(void);
/* Whether the script says how large receive buffers are. */
bool options_force_buffer(void);
/* Carries out a "socket" line. */
void options_change(const struct fk_socket_setting *);

/* fake-calls.c */
/* Nothing will ever happen.  Unlocks, and does not return. */
void fake_hang(const char *why) __attribute__((noreturn));
void calls_reset(void);
void calls_start_action(void);

/* fake-report.c */
/* Finds out where reports go.  Called once, when the library is loaded. */
void report_load(void);
/* Tells the tool, by a line. */
void report(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A call on a fake socket that is not supported.  Returns -1, with an errno value. */
int refuse_call(const char *name);

/* fake-script.c */
bool selection_has(const struct fk_selection *, int number);
/* The name of an errno value, or its number. */
const char *error_name(int error);
/* Whether what happens is printed to standard error: with NLSOCK_FAKE_KERNEL_TRACE. */
extern bool fake_trace;

#endif /* fake-internal.h */
