/* What the two halves of the fake kernel share: fake-kernel.c has the sockets and the system
 * calls, fake-answers.c the script's rules and the messages. */

#ifndef FAKE_INTERNAL_H
#define FAKE_INTERNAL_H 1

#include <linux/netlink.h>
#include <sys/types.h>
#include "fake-kernel.h"

#define NO_NSID INT32_MIN

/* When a datagram gets into the receive queue. */
enum when { WHEN_NOW, WHEN_CLOCK, WHEN_POLL, WHEN_REQUEST };

struct datagram {
    struct datagram *next;
    uint8_t *data;
    size_t size;
    bool late;                  /* Not among what the kernel says while a request is sent. */
    bool lost;                  /* Dropped, as if there were no room for it. */
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
    int protocol;
    int last_send;              /* Number of the last datagram that was sent. */
    uint32_t port;
    pid_t owner;
    unsigned int receive_buffer;
    unsigned int queued_bytes;  /* As accounted, overhead and all. */
    unsigned int drops;
    int error;                  /* Pending. */
    bool congested;
    bool ext_ack, cap_ack, pktinfo, all_nsid;
    int64_t receive_timeout;    /* Nanoseconds; 0 for none. */
    struct queue queue;         /* To be received. */
    struct queue held;          /* Until a time, a poll, a request. */
    struct queue dump;          /* What the running dump has yet to say. */
};

extern int64_t fake_clock;      /* Nanoseconds. */

/* fake-answers.c */
void answers_reset(void);
bool answers_line(struct words *);
/* The kernel works on one message of a datagram that was sent. */
void answers_process(struct sock *, const struct nlmsghdr *, struct fake_record *);
/* Datagrams of "deliver" lines. */
void answers_deliver(struct words *, bool *ok);

/* fake-kernel.c */
void queue_add(struct queue *, struct datagram *);
void datagram_free(struct datagram *);
/* Queues, holds, or drops. */
void sock_post(struct sock *, struct datagram *);
/* Starts a dump of these. */
void sock_post_dump(struct sock *, struct queue *);
void for_each_sock(void (*)(struct sock *, void *), void *aux);
struct fake_record *record_find(const struct sock *, uint32_t seq);

#endif /* fake-internal.h */
