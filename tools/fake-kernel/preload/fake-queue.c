/* SPDX-License-Identifier: Apache-2.0 */
/* Receive queues: datagrams are queued, held until later, or dropped.
 *
 * As in the kernel, a receive queue has a limit, and when something does not fit, ENOBUFS becomes
 * pending and everything is dropped until the queue has been read empty (net/netlink/af_netlink.c:
 * netlink_overrun(), netlink_rcv_wake()); a dump goes on while it is read. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "fake-session.h"

/* What a datagram costs beyond its bytes: the structures around it. */
#define OVERHEAD 768

/* Queues and datagrams. */

void
queue_add(struct queue *queue, struct datagram *d)
{
    d->next = NULL;
    if (queue->tail) {
        queue->tail->next = d;
    } else {
        queue->head = d;
    }
    queue->tail = d;
}

struct datagram *
queue_pop(struct queue *queue)
{
    struct datagram *d = queue->head;

    if (d) {
        queue->head = d->next;
        if (!queue->head) {
            queue->tail = NULL;
        }
        d->next = NULL;
    }
    return d;
}

static void
datagram_free(struct datagram *d)
{
    free(d->data);
    free(d);
}

void
queue_clear(struct queue *queue)
{
    struct datagram *d;

    while ((d = queue_pop(queue))) {
        datagram_free(d);
    }
}

void
sock_clear(struct sock *sock)
{
    queue_clear(&sock->queue);
    queue_clear(&sock->held);
    queue_clear(&sock->dump);
    sock->queued_bytes = 0;
    sock->error = 0;
    sock->congested = false;
    ready_update(sock);
}

/* Posting to sockets. */

static void
overrun(struct sock *sock, const struct datagram *d)
{
    if (!sock->congested && !sock_has(sock, NETLINK_NO_ENOBUFS)) {
        sock->congested = true;
        sock->error = ENOBUFS;
    }
    sock->drops++;
    note_datagram(sock, d->data, d->size, d->size, DROPPED);
}

/* Notifications that came one by one in the recording may be queued at once. */
static bool
has_room(const struct sock *sock, const struct datagram *d)
{
    return (d->recorded && !options_force_buffer())
           || sock->queued_bytes <= sock->receive_buffer;
}

static void
enqueue(struct sock *sock, struct datagram *d)
{
    if (d->error && d->in_place) {
        sock->queued_bytes += OVERHEAD;
        queue_add(&sock->queue, d);
    } else if (d->error) {
        sock->error = d->error;
        note_error(d->error);
        datagram_free(d);
    } else if (d->no_memory) {
        /* netlink_ack() in the kernel: only this message is missing. */
        sock->error = ENOBUFS;
        note_datagram(sock, d->data, d->size, d->size, DROPPED);
        datagram_free(d);
    } else if (d->lost || sock->congested || !has_room(sock, d)) {
        overrun(sock, d);
        datagram_free(d);
    } else if (d->joined && sock->queue.tail && !sock->queue.tail->cut) {
        struct datagram *tail = sock->queue.tail;
        size_t start = NLMSG_ALIGN(tail->size);

        tail->data = realloc(tail->data, start + d->size + 1);
        memset(tail->data + tail->size, 0, start - tail->size);
        memcpy(tail->data + start, d->data, d->size);
        sock->queued_bytes += (unsigned int) (start + d->size - tail->size);
        tail->size = start + d->size;
        tail->cut = d->cut;
        datagram_free(d);
    } else {
        sock->queued_bytes += (unsigned int) d->size + OVERHEAD;
        queue_add(&sock->queue, d);
    }
    ready_signal(sock);
}

/* The rules for messages know families by their names. */
static void
learn(const struct sock *sock, const struct datagram *d)
{
    if (sock->protocol == NETLINK_GENERIC) {
        fk_learn(session(), d->data, d->size);
    }
}

void
sock_post(struct sock *sock, struct datagram *d)
{
    if (sock->collected) {
        queue_add(sock->collected, d);
        return;
    }
    learn(sock, d);
    note_datagram(sock, d->data, d->size, d->size, POSTED);
    if (d->when == FK_WHEN_NOW) {
        enqueue(sock, d);
    } else {
        d->late = true;
        queue_add(&sock->held, d);
        /* They do not know yet until when to wait. */
        ready_wake();
    }
}

/* The kernel goes on with a dump while the queue is at most half full. */
static void
continue_dump(struct sock *sock)
{
    if (sock->dump.head && sock->queued_bytes <= sock->receive_buffer / 2) {
        do {
            enqueue(sock, queue_pop(&sock->dump));
        } while (sock->dump.head && sock->dump.head->joined);
    }
}

void
sock_post_dump(struct sock *sock, struct queue *queue)
{
    struct datagram *d;

    for (d = queue->head; d; d = d->next) {
        learn(sock, d);
        note_datagram(sock, d->data, d->size, d->size, POSTED);
    }
    while ((d = queue_pop(queue))) {
        queue_add(&sock->dump, d);
    }
    continue_dump(sock);
}

void
sock_release(struct sock *sock, bool polling, int request)
{
    struct queue held = sock->held;
    struct datagram *d;

    sock->held.head = sock->held.tail = NULL;
    while ((d = queue_pop(&held))) {
        if ((d->when == FK_WHEN_CLOCK && d->at <= clock_now())
            || (d->when == FK_WHEN_POLL && polling)
            || (d->when == FK_WHEN_REQUEST && d->at == request)
            || (d->when == FK_WHEN_REACHED && fk_replay_reached(session(), (uint32_t) d->at))) {
            enqueue(sock, d);
        } else {
            queue_add(&sock->held, d);
        }
    }
}

void
sock_received(struct sock *sock, size_t copied)
{
    struct datagram *d = queue_pop(&sock->queue);

    sock->queued_bytes -= (unsigned int) d->size + OVERHEAD;
    note_datagram(sock, d->data, copied, d->size, DELIVERED);
    datagram_free(d);
    continue_dump(sock);
    sock->congested &= sock->queue.head != NULL;
    ready_update(sock);
}
