/* SPDX-License-Identifier: Apache-2.0 */
/* The messages that items become. */

#include <linux/genetlink.h>
#include <stdlib.h>
#include <string.h>
#include "fake-internal.h"

void
item_init(struct fk_item *item, enum fk_item_kind kind)
{
    memset(item, 0, sizeof *item);
    item->kind = kind;
    item->length = item->message_type = item->offset = item->missing = FK_ANY;
    item->nsid = FK_NO_NSID;
}

void
item_modify(struct datagram *d, const struct fk_item *item)
{
    if (item) {
        d->joined |= item->joined;
        d->lost |= item->lost;
        d->no_memory |= item->no_memory;
    }
    if (item && item->when != FK_WHEN_NOW) {
        d->when = item->when;
        d->at = item->when == FK_WHEN_CLOCK ? clock_now() + item->at : item->at;
    }
}

/* A datagram that grows. */
static void
put(struct datagram *d, const void *data, size_t size)
{
    d->data = realloc(d->data, d->size + size + 1);
    if (data) {
        memcpy(d->data + d->size, data, size);
    } else {
        memset(d->data + d->size, 0, size);
    }
    d->size += size;
}

static void
align(struct datagram *d)
{
    put(d, NULL, NLMSG_ALIGN(d->size) - d->size);
}

static void
put_attr(struct datagram *d, int type, const void *data, size_t size)
{
    struct nlattr nla = { .nla_len = (uint16_t) (NLA_HDRLEN + size), .nla_type = (uint16_t) type };

    align(d);
    put(d, &nla, sizeof nla);
    put(d, data, size);
    align(d);
}

static struct nlmsghdr *
header(struct datagram *d, size_t at)
{
    return (struct nlmsghdr *) (void *) (d->data + at);
}

/* Appends the header of a message to the datagram.  Returns its offset. */
static size_t
begin_message(struct datagram *d, const struct sock *sock, uint32_t request_seq,
              const struct fk_item *item, int type, int flags)
{
    struct nlmsghdr h;
    size_t at;

    align(d);
    at = d->size;
    memset(&h, 0, sizeof h);
    h.nlmsg_type = (uint16_t) (item->message_type != FK_ANY ? item->message_type : type);
    h.nlmsg_flags = (uint16_t) (flags | (item->interrupted ? NLM_F_DUMP_INTR : 0));
    h.nlmsg_seq = item->sequence == FK_SEQUENCE_FIXED ? (uint32_t) item->seq
                  : request_seq + (uint32_t) item->seq;
    h.nlmsg_pid = sock->port;
    put(d, &h, sizeof h);
    return at;
}

static void
end(struct datagram *d, size_t at, const struct fk_item *item)
{
    header(d, at)->nlmsg_len = item->length != FK_ANY ? (uint32_t) item->length
                               : (uint32_t) (d->size - at);
}

static void
put_pattern(struct datagram *d, enum fake_kind kind, int id, int k, int size)
{
    size_t at = d->size;

    put(d, NULL, (size_t) size);
    for (size_t i = 0; i < (size_t) size; i++) {
        d->data[at + i] = fake_pattern(kind, id, k, i);
    }
}

/* Whether a message of this item has an extended acknowledgement. */
static bool
is_extended(const struct sock *sock, const struct fk_item *item)
{
    return sock_has(sock, NETLINK_EXT_ACK)
           && (item->text[0] || item->offset != FK_ANY || item->missing != FK_ANY);
}

static void
put_extended_ack(struct datagram *d, const struct fk_item *item)
{
    if (item->text[0]) {
        put_attr(d, NLMSGERR_ATTR_MSG, item->text, strlen(item->text) + 1);
    }
    if (item->offset != FK_ANY) {
        uint32_t offset = (uint32_t) item->offset;

        put_attr(d, NLMSGERR_ATTR_OFFS, &offset, sizeof offset);
    }
    if (item->missing != FK_ANY) {
        uint32_t missing = (uint32_t) item->missing;

        put_attr(d, NLMSGERR_ATTR_MISS_TYPE, &missing, sizeof missing);
    }
}

static void
put_verdict(struct datagram *d, const struct sock *sock, const struct nlmsghdr *request,
            const struct fk_item *item)
{
    int error = item->kind == FK_ITEM_KIND_REFUSE ? -item->error : 0;
    bool whole = error && !sock_has(sock, NETLINK_CAP_ACK) && request->nlmsg_len >= NLMSG_HDRLEN;
    bool extended = is_extended(sock, item);
    size_t at = begin_message(d, sock, request->nlmsg_seq, item, NLMSG_ERROR,
                      (whole ? 0 : NLM_F_CAPPED) | (extended ? NLM_F_ACK_TLVS : 0));

    put(d, &error, sizeof error);
    if (!item->truncated) {
        put(d, request, whole ? request->nlmsg_len : NLMSG_HDRLEN);
    }
    if (extended) {
        put_extended_ack(d, item);
    }
    end(d, at, item);
}

/* The end of a dump. */
static void
put_done(struct datagram *d, const struct sock *sock, uint32_t seq, const struct fk_item *item)
{
    bool extended = is_extended(sock, item);
    int error = -item->error;
    size_t at = begin_message(d, sock, seq, item, NLMSG_DONE,
                              NLM_F_MULTI | (extended ? NLM_F_ACK_TLVS : 0));

    put(d, &error, sizeof error);
    if (extended) {
        put_extended_ack(d, item);
    }
    end(d, at, item);
}

static void
put_family(struct datagram *d, const struct sock *sock, uint32_t seq, const struct fk_item *item)
{
    struct genlmsghdr genl = { .cmd = CTRL_CMD_NEWFAMILY, .version = 2 };
    uint16_t id = (uint16_t) item->family;
    size_t at = begin_message(d, sock, seq, item, GENL_ID_CTRL, 0);

    put(d, &genl, sizeof genl);
    put_attr(d, CTRL_ATTR_FAMILY_ID, &id, sizeof id);
    if (item->group_name[0]) {
        struct datagram group = { .data = NULL }, groups = { .data = NULL };
        uint32_t group_id = (uint32_t) item->group_id;

        put_attr(&group, CTRL_ATTR_MCAST_GRP_NAME, item->group_name, strlen(item->group_name) + 1);
        put_attr(&group, CTRL_ATTR_MCAST_GRP_ID, &group_id, sizeof group_id);
        put_attr(&groups, 1, group.data, group.size);
        put_attr(d, CTRL_ATTR_MCAST_GROUPS, groups.data, groups.size);
        free(group.data);
        free(groups.data);
    }
    end(d, at, item);
}

struct datagram *
item_make(const struct sock *sock, const struct nlmsghdr *request, const struct fake_record *record,
     const struct fk_item *item, int *k)
{
    struct datagram *d = calloc(1, sizeof *d);
    uint32_t seq = request->nlmsg_seq;
    bool control = item->message_type == NLMSG_NOOP || item->message_type == NLMSG_OVERRUN;
    bool foreign = !record || item->sequence != FK_SEQUENCE_RIGHT || control;
    enum fake_kind kind = foreign ? FAKE_OTHER : record->kind;
    int id = foreign ? 0 : record->id;
    int unused = 0;
    size_t at;

    if (foreign) {
        k = &unused;
    }

    switch (item->kind) {
    case FK_ITEM_KIND_ACK:
    case FK_ITEM_KIND_REFUSE:
        put_verdict(d, sock, request, item);
        break;
    case FK_ITEM_KIND_REPLY:
        at = begin_message(d, sock, seq, item, FAKE_REPLY_TYPE, 0);
        put_pattern(d, kind, id, (*k)++, item->size);
        end(d, at, item);
        break;
    case FK_ITEM_KIND_PART:
        for (int i = 0; i < item->count; i++) {
            at = begin_message(d, sock, seq, item, FAKE_REPLY_TYPE, NLM_F_MULTI);
            put_pattern(d, kind, id, (*k)++, item->size);
            end(d, at, item);
        }
        break;
    case FK_ITEM_KIND_DONE:
        put_done(d, sock, seq, item);
        break;
    case FK_ITEM_KIND_NOOP:
    case FK_ITEM_KIND_OVERRUN:
        at = begin_message(d, sock, seq, item,
                           item->kind == FK_ITEM_KIND_NOOP ? NLMSG_NOOP : NLMSG_OVERRUN, 0);
        end(d, at, item);
        break;
    case FK_ITEM_KIND_FAMILY:
        put_family(d, sock, seq, item);
        break;
    case FK_ITEM_KIND_GARBAGE:
        put(d, NULL, (size_t) item->size);
        memset(d->data, 0xfe, d->size);
        break;
    case FK_ITEM_KIND_ERROR:
        d->error = item->error;
        break;
    case FK_ITEM_KIND_EMPTY:
        put(d, NULL, 0);
        break;
    default:
        free(d);
        return NULL;
    }
    d->size -= d->size < (size_t) item->cut ? d->size : (size_t) item->cut;
    d->cut = item->cut || item->length != FK_ANY || item->kind == FK_ITEM_KIND_GARBAGE;
    item_modify(d, item);
    d->port = (uint32_t) item->port;
    d->group = (uint32_t) item->group;
    d->nsid = item->nsid;
    return d;
}
