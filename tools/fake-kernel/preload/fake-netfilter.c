/* SPDX-License-Identifier: Apache-2.0 */
/* Batches of netfilter, as nfnetlink_rcv_batch() in net/netfilter/nfnetlink.c works on them:
 *
 * - A batch is a datagram that starts with NFNL_MSG_BATCH_BEGIN.  It ends at NFNL_MSG_BATCH_END;
 *   what is behind that in the datagram is not looked at.
 * - Each message is worked on, also after one was refused.  The answers are sent in the end.
 * - If the end is missing, or a message was refused, nothing of the batch is carried out.  The ACKs
 *   are sent all the same.
 * - Two more errors replace all other answers: a lack of memory, and a second beginning, to which
 *   nothing is answered. */

#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdlib.h>
#include "fake-session.h"

bool
is_batch(const struct sock *sock, const uint8_t *data, size_t size)
{
    const struct nlmsghdr *h = (const void *) data;

    return sock->protocol == NETLINK_NETFILTER && size >= NLMSG_HDRLEN
           && h->nlmsg_type == NFNL_MSG_BATCH_BEGIN
           && h->nlmsg_len >= NLMSG_HDRLEN && h->nlmsg_len <= size;
}

bool
is_out_of_place(const struct sock *sock, const struct nlmsghdr *h)
{
    return sock->protocol == NETLINK_NETFILTER && !sock->collected && !session_replays()
           && (h->nlmsg_type == NFNL_MSG_BATCH_BEGIN || h->nlmsg_type == NFNL_MSG_BATCH_END
               || h->nlmsg_type == FAKE_BATCH_TYPE);
}

/* Sends what was collected: replies only if the batch was carried out, and before the rest. */
static void
send_answers(struct sock *sock, struct queue *answers, bool committed)
{
    struct queue verdicts = { NULL, NULL };
    struct datagram *d;

    sock->collected = NULL;
    while ((d = queue_pop(answers))) {
        const struct nlmsghdr *h = (const void *) d->data;

        if (d->size >= NLMSG_HDRLEN && h->nlmsg_type == NLMSG_ERROR) {
            queue_add(&verdicts, d);
        } else if (committed) {
            sock_post(sock, d);
        } else {
            free(d->data);
            free(d);
        }
    }
    while ((d = queue_pop(&verdicts))) {
        sock_post(sock, d);
    }
}

enum state { OPEN, ENDED, REFUSED, NO_MEMORY, NONSENSE };

/* Works on the message at 'position', which is not the first one. */
static void
work_on(struct sock *sock, const struct nlmsghdr *h, struct fake_record *record,
        enum state *state)
{
    int refusal = answers_refusal(h, record);

    if (h->nlmsg_type == NFNL_MSG_BATCH_BEGIN) {
        *state = NONSENSE;
    } else if (h->nlmsg_type != NFNL_MSG_BATCH_END) {
        answers_process(sock, h, record);
        if (refusal == ENOMEM) {
            *state = NO_MEMORY;
        } else if (refusal) {
            *state = REFUSED;
        }
    } else if (*state == OPEN) {
        *state = ENDED;
    }
}

void
batch_process(struct sock *sock, const uint8_t *data, size_t size)
{
    const struct nlmsghdr *begin = (const void *) data, *end = NULL;
    struct queue answers = { NULL, NULL };
    struct fake_record *record = record_new(sock, begin, 1), *end_record = NULL;
    enum state state = OPEN;
    size_t offset = NLMSG_ALIGN(begin->nlmsg_len);
    int position = 1, commit_error = 0, refusal = answers_refusal(begin, record);

    sock->collected = &answers;
    if (!refusal && begin->nlmsg_flags & NLM_F_ACK) {
        answers_refuse(sock, begin, record, 0);
    }
    while (offset < size && size - offset >= NLMSG_HDRLEN) {
        const struct nlmsghdr *h = (const void *) (data + offset);
        struct fake_record *next;

        if (h->nlmsg_len < NLMSG_HDRLEN || h->nlmsg_len > size - offset) {
            break;
        }
        next = record_new(sock, h, ++position);
        if (!refusal && !end && state != NO_MEMORY && state != NONSENSE) {
            work_on(sock, h, next, &state);
            if (h->nlmsg_type == NFNL_MSG_BATCH_END) {
                end = h;
                end_record = next;
                commit_error = answers_refusal(h, next);
            }
        }
        offset += NLMSG_ALIGN(h->nlmsg_len);
    }
    if (refusal || state == NO_MEMORY || state == NONSENSE) {
        queue_clear(&answers);
    }
    sock->collected = NULL;
    if (state == NO_MEMORY) {
        refusal = ENOMEM;
    } else if (!refusal && state == ENDED) {
        refusal = commit_error;
    }
    if (refusal) {
        answers_refuse(sock, begin, record, refusal);
    }
    if (refusal || state != ENDED) {
        note_abort();
    } else {
        record->processed = end_record->processed = true;
        if (end->nlmsg_flags & NLM_F_ACK) {
            sock->collected = &answers;
            answers_refuse(sock, end, end_record, 0);
        }
    }
    send_answers(sock, &answers, !refusal && state == ENDED);
}
