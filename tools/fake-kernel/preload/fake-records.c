/* SPDX-License-Identifier: Apache-2.0 */
/* Records what happened to requests, for fake_records() and fake_troubles(). */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "fake-session.h"

#define MAX_RECORDS 16384

static struct fake_record records[MAX_RECORDS];
static size_t n_records;
static int n_sends;
static struct fake_troubles troubles;

void
records_reset(void)
{
    n_records = 0;
    n_sends = 0;
    memset(&troubles, 0, sizeof troubles);
}

void
troubles_start_action(void)
{
    bool lost_before = troubles.lost_before || troubles.dropped || troubles.errors[ENOBUFS];

    memset(&troubles, 0, sizeof troubles);
    troubles.lost_before = lost_before;
}

void
record_send(struct sock *sock)
{
    sock->last_send = ++n_sends;
    sock->given_up = false;
}

/* Other requests of the routing protocol use these flags for something else. */
bool
is_dump(const struct sock *sock, const struct nlmsghdr *h)
{
    return (h->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP
           && (sock->protocol != NETLINK_ROUTE || h->nlmsg_type % 4 == 2);
}

struct fake_record *
record_new(const struct sock *sock, const struct nlmsghdr *h, int position)
{
    struct fake_record *record;
    struct fake_payload payload = { 0, 0, 0 };

    if (n_records >= MAX_RECORDS && (clock_is_real || session_is_shared())) {
        /* Nobody asks for those of a program that is not a test. */
        n_records = 0;
    } else if (n_records >= MAX_RECORDS) {
        fake_hang("too many requests");
    }
    record = &records[n_records];
    memset(record, 0, sizeof *record);
    if (h->nlmsg_len >= NLMSG_HDRLEN + sizeof payload) {
        memcpy(&payload, NLMSG_DATA(h), sizeof payload);
    }
    if (payload.magic == FAKE_MAGIC) {
        record->kind = payload.kind == FAKE_DUMP ? FAKE_DUMP : FAKE_REQUEST;
        record->id = (int) payload.id;
    } else {
        record->kind = sock->protocol == NETLINK_GENERIC && h->nlmsg_type == 0x10
                       && !is_dump(sock, h) ? FAKE_LOOKUP : FAKE_OTHER;
    }
    record->try = 1;
    for (size_t i = n_records; i-- > 0;) {
        if (records[i].kind == record->kind && records[i].id == record->id) {
            record->try = records[i].try + 1;
            break;
        }
    }
    record->socket = sock->number;
    record->send = sock->last_send;
    record->position = position;
    record->seq = h->nlmsg_seq;
    record->type = h->nlmsg_type;
    record->flags = h->nlmsg_flags;
    record->rule = record->kind == FAKE_REQUEST || record->kind == FAKE_DUMP ? -1
                   : fk_message_find(session(), sock->protocol, (const uint8_t *) h, h->nlmsg_len,
                                     position);
    n_records++;
    return record;
}

/* What became of their messages. */

static struct fake_record *
find_record(const struct sock *sock, uint32_t seq)
{
    for (size_t i = n_records; i-- > 0;) {
        if (records[i].socket == sock->number && records[i].seq == seq) {
            return &records[i];
        }
    }
    return NULL;
}

void
note_foreign(void)
{
    troubles.foreign++;
}

void
note_fork(void)
{
    troubles.interrupted = true;
    /* What the library answers for sockets and dumps of the parent. */
    troubles.errors[EBADF] = troubles.errors[ENOTSOCK] = true;
}

void
note_error(int error)
{
    troubles.errors[error & 255] = true;
}

void
note_fault(enum fake_call call, int error)
{
    troubles.failed[call] = true;
    note_error(error);
}

void
fake_call_failed(int error)
{
    note_error(error);
}

void
note_abort(void)
{
    for (size_t i = n_records; i-- > 0 && records[i].send == n_sends;) {
        records[i].processed = false;
        records[i].aborted = true;
    }
}

/* NLMSG_OVERRUN says that answers were lost: to which requests, nobody knows. */
static void
note_overrun(const struct sock *sock)
{
    troubles.dropped++;
    for (size_t i = n_records; i-- > 0;) {
        struct fake_record *r = &records[i];

        if (r->socket == sock->number && r->send == sock->last_send) {
            if (r->acks || r->refusal || (r->kind != FAKE_DUMP && r->replies)) {
                break;
            }
            r->dropped++;
        }
    }
}

static void
note_message(struct fake_record *record, const struct nlmsghdr *h, size_t here, enum fate fate)
{
    bool verdict = h->nlmsg_type == NLMSG_ERROR;
    int error = 0;

    if (fate == DROPPED) {
        record->dropped++;
        return;
    }
    if (h->nlmsg_type == NLMSG_NOOP || h->nlmsg_type == NLMSG_OVERRUN) {
        return;
    }
    if (here >= NLMSG_HDRLEN + sizeof error) {
        memcpy(&error, NLMSG_DATA(h), sizeof error);
    }
    record->interrupted |= fate == DELIVERED && h->nlmsg_flags & NLM_F_DUMP_INTR;
    if (fate == POSTED) {
        record->generated += !verdict && h->nlmsg_type != NLMSG_DONE;
    } else if (verdict) {
        if (h->nlmsg_len < NLMSG_LENGTH(sizeof(struct nlmsgerr)) || error > 0
            || error == INT32_MIN) {
            troubles.malformed = true;
        } else if (error) {
            record->refusal = -error;
        } else {
            record->acks++;
        }
    } else if (h->nlmsg_type == NLMSG_DONE) {
        record->done = true;
        record->done_error = -error;
    } else if (record->acks && record->kind != FAKE_DUMP) {
        record->reply_size = record->behind++ || record->replies ? record->reply_size
                             : h->nlmsg_len;
    } else if (!record->replies++) {
        record->reply_size = h->nlmsg_len;
    }
}

static void
trace_message(const struct sock *sock, const struct nlmsghdr *h, enum fate fate)
{
    static const char *const names[] = { "posted", "dropped", "delivered" };
    int error = 0;

    if (h->nlmsg_type == NLMSG_ERROR) {
        memcpy(&error, NLMSG_DATA(h), sizeof error);
    }
    fprintf(stderr, "fake kernel: socket %d: %s type %d, %u bytes, seq %u, error %d\n",
            sock->number, names[fate], h->nlmsg_type, h->nlmsg_len, h->nlmsg_seq, -error);
}

void
note_datagram(const struct sock *sock, const uint8_t *data, size_t size, size_t total,
              enum fate fate)
{
    bool cut = size < total;
    size_t offset = 0;

    troubles.dropped += fate == DROPPED;
    troubles.cut |= fate == DELIVERED && cut;
    while (size - offset >= NLMSG_HDRLEN) {
        struct nlmsghdr *h = (struct nlmsghdr *) (void *) (uintptr_t) (data + offset);
        struct fake_record *record = find_record(sock, h->nlmsg_seq);
        size_t here = size - offset;
        bool whole = h->nlmsg_len >= NLMSG_HDRLEN && h->nlmsg_len <= here;
        bool verdict = h->nlmsg_type == NLMSG_ERROR && here >= NLMSG_HDRLEN + sizeof(int);
        bool stale = record && fate != POSTED
                     && (record->send != sock->last_send
                         || (fate == DELIVERED && sock->given_up));

        if (fake_trace) {
            trace_message(sock, h, fate);
        }
        if (fate == DELIVERED && whole && h->nlmsg_type == NLMSG_OVERRUN) {
            note_overrun(sock);
        }
        troubles.misnumbered |= fate == DELIVERED && (!record || stale) && !verdict;
        if (record && !stale && (whole || (cut && verdict) || fate == DROPPED)) {
            note_message(record, h, here, fate);
        }
        if (!whole) {
            troubles.garbage |= fate == DELIVERED && !cut;
            return;
        }
        offset += NLMSG_ALIGN(h->nlmsg_len);
        if (offset >= size) {
            return;
        }
    }
    troubles.garbage |= fate == DELIVERED && !cut && size;
}

/* What can be asked. */

const struct fake_record *
fake_records(size_t *n)
{
    *n = n_records;
    return records;
}

const struct fake_troubles *
fake_troubles(void)
{
    return &troubles;
}
