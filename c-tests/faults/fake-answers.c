/* What the fake kernel answers: the script's rules, and the messages that they become.
 *
 *   request SELECTION [try N] [at POSITION] [type N] [with ack|without ack]: ITEM; ITEM...
 *   dump SELECTION [try N]: ITEM; ITEM...
 *   lookup NAME [try N]: ITEM; ITEM...
 *   deliver ITEM; ITEM...
 *
 * Of the rules that fit a request, the last one counts, one with "try" before others.  README.md
 * lists the items. */

#include <errno.h>
#include <linux/genetlink.h>
#include <stdlib.h>
#include <string.h>
#include "fake-internal.h"

#define MAX_RULES 256
#define MAX_ITEMS 64
#define ANY (-1)

enum item_kind {
    DEFAULT, NOTHING, UNPROCESSED, ACK, REFUSE, REPLY, PART, DONE, EMPTY, GARBAGE, ERROR, FAMILY
};

enum sequence { SEQ_RIGHT, SEQ_DELTA, SEQ_FIXED };

struct item {
    enum item_kind kind;
    int error;
    int size;                   /* Of the payload; GARBAGE: all of it. */
    int count;                  /* PART: messages. */
    int family;
    bool joined, lost, interrupted, short_verdict;
    enum when when;
    int64_t at;
    enum sequence sequence;
    int seq;
    int length;                 /* ANY, or what the header says. */
    int cut;
    int type;                   /* ANY, or not the usual one. */
    int port, group, nsid;
    int offset, missing;        /* Of the extended ACK; ANY for none. */
    char text[64];
    char group_name[32];
    int group_id;
};

struct rule {
    enum fake_kind kind;
    struct selection selection;
    char name[32];              /* FAKE_LOOKUP. */
    int try, position, type;
    int ack;                    /* ANY, or whether NLM_F_ACK is set. */
    int n;
    struct item *items;
};

static struct rule rules[MAX_RULES];
static int n_rules;

void
answers_reset(void)
{
    while (n_rules) {
        free(rules[--n_rules].items);
    }
}

/* Parsing. */

static bool
item_kind(struct words *w, struct item *item)
{
    static const char *const plain[] = {
        [DEFAULT] = "default", [NOTHING] = "nothing", [UNPROCESSED] = "unprocessed", [ACK] = "ack",
        [EMPTY] = "empty", [DONE] = "done",
    };

    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
        if (plain[i] && words_take(w, plain[i])) {
            item->kind = (enum item_kind) i;
            if (item->kind == DONE) {
                words_errno(w, &item->error);
            }
            return true;
        }
    }
    if (words_take(w, "refuse")) {
        item->kind = REFUSE;
        return words_errno(w, &item->error);
    } else if (words_take(w, "error")) {
        item->kind = ERROR;
        return words_errno(w, &item->error);
    } else if (words_take(w, "reply")) {
        item->kind = REPLY;
        return words_int(w, &item->size);
    } else if (words_take(w, "garbage")) {
        item->kind = GARBAGE;
        return words_int(w, &item->size);
    } else if (words_take(w, "family")) {
        item->kind = FAMILY;
        return words_int(w, &item->family);
    } else if (words_take(w, "part")) {
        item->kind = PART;
        return words_int(w, &item->count) && words_take(w, "messages") && words_take(w, "of")
               && words_int(w, &item->size);
    }
    return false;
}

static bool
copy_word(struct words *w, char *to, size_t size)
{
    const char *word = words_next(w);

    if (!word || strlen(word) >= size) {
        return false;
    }
    strcpy(to, word);
    return true;
}

/* Takes one modifier.  Returns false if the next word is none, or makes no sense. */
static bool
item_modifier(struct words *w, struct item *item)
{
    int value = 0;

    if (words_take(w, "bytes")) {
        return true;
    } else if (words_take(w, "joined")) {
        return item->joined = true;
    } else if (words_take(w, "lost")) {
        return item->lost = true;
    } else if (words_take(w, "short")) {
        return item->short_verdict = true;
    } else if (words_take(w, "interrupted")) {
        return item->interrupted = true;
    } else if (words_take(w, "late")) {
        item->when = WHEN_CLOCK;
        item->at = words_int(w, &value) ? value * 1000000ll : -1;
        return item->at >= 0 && words_take(w, "ms");
    } else if (words_take(w, "after")) {
        if (words_take(w, "poll")) {
            item->when = WHEN_POLL;
            return true;
        }
        item->when = WHEN_REQUEST;
        item->at = words_take(w, "request") && words_int(w, &value) ? value : -1;
        return item->at > 0;
    } else if (words_take(w, "seq")) {
        bool relative = !words_end(w) && strchr("+-", w->word[w->at][0]);

        item->sequence = relative ? SEQ_DELTA : SEQ_FIXED;
        return words_int(w, &item->seq);
    } else if (words_take(w, "length")) {
        return words_int(w, &item->length);
    } else if (words_take(w, "cut")) {
        return words_int(w, &item->cut);
    } else if (words_take(w, "type")) {
        return words_int(w, &item->type);
    } else if (words_take(w, "port")) {
        return words_int(w, &item->port);
    } else if (words_take(w, "group")) {
        return words_int(w, &item->group);
    } else if (words_take(w, "nsid")) {
        return words_int(w, &item->nsid);
    } else if (words_take(w, "text")) {
        return copy_word(w, item->text, sizeof item->text);
    } else if (words_take(w, "offset")) {
        return words_int(w, &item->offset);
    } else if (words_take(w, "missing")) {
        return words_int(w, &item->missing);
    } else if (words_take(w, "mcgroup")) {
        return copy_word(w, item->group_name, sizeof item->group_name)
               && words_int(w, &item->group_id);
    }
    return false;
}

static bool
parse_items(struct words *w, struct item **itemsp, int *n)
{
    struct item items[MAX_ITEMS];

    *n = 0;
    do {
        struct item *item = &items[*n];

        if (*n >= MAX_ITEMS) {
            return false;
        }
        memset(item, 0, sizeof *item);
        item->length = item->type = item->offset = item->missing = ANY;
        item->nsid = NO_NSID;
        if (!item_kind(w, item)) {
            return false;
        }
        while (!words_end(w) && strcmp(w->word[w->at], ";")) {
            if (!item_modifier(w, item)) {
                return false;
            }
        }
        (*n)++;
    } while (words_take(w, ";"));
    *itemsp = malloc((size_t) *n * sizeof **itemsp);
    memcpy(*itemsp, items, (size_t) *n * sizeof **itemsp);
    return true;
}

bool
answers_line(struct words *w)
{
    struct rule rule = { .try = ANY, .position = ANY, .type = ANY, .ack = ANY };

    if (n_rules >= MAX_RULES) {
        return false;
    }
    if (words_take(w, "request") || words_take(w, "dump")) {
        rule.kind = strcmp(w->word[0], "dump") ? FAKE_REQUEST : FAKE_DUMP;
        if (!words_selection(w, &rule.selection)) {
            return false;
        }
    } else if (words_take(w, "lookup")) {
        rule.kind = FAKE_LOOKUP;
        if (!copy_word(w, rule.name, sizeof rule.name)) {
            return false;
        }
    } else {
        return false;
    }
    while (!words_take(w, ":")) {
        if (words_take(w, "with")) {
            rule.ack = 1;
        } else if (words_take(w, "without")) {
            rule.ack = 0;
        } else if (!words_take(w, "ack")
                   && !(words_take(w, "try") && words_int(w, &rule.try))
                   && !(words_take(w, "at") && words_int(w, &rule.position))
                   && !(words_take(w, "type") && words_int(w, &rule.type))) {
            return false;
        }
    }
    if (!parse_items(w, &rule.items, &rule.n)) {
        return false;
    }
    rules[n_rules++] = rule;
    return true;
}

/* Messages. */

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

/* Begins a message.  Returns where. */
static size_t
begin(struct datagram *d, const struct sock *sock, uint32_t request_seq, const struct item *item,
      int type, int flags)
{
    struct nlmsghdr h;
    size_t at;

    align(d);
    at = d->size;
    memset(&h, 0, sizeof h);
    h.nlmsg_type = (uint16_t) (item->type != ANY ? item->type : type);
    h.nlmsg_flags = (uint16_t) (flags | (item->interrupted ? NLM_F_DUMP_INTR : 0));
    h.nlmsg_seq = item->sequence == SEQ_FIXED ? (uint32_t) item->seq
                  : request_seq + (uint32_t) item->seq;
    h.nlmsg_pid = sock->port;
    put(d, &h, sizeof h);
    return at;
}

static void
end(struct datagram *d, size_t at, const struct item *item)
{
    header(d, at)->nlmsg_len = item->length != ANY ? (uint32_t) item->length
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

static void
put_verdict(struct datagram *d, const struct sock *sock, const struct nlmsghdr *request,
            const struct item *item)
{
    int error = item->kind == REFUSE ? -item->error : 0;
    bool whole = error && !sock->cap_ack && request->nlmsg_len >= NLMSG_HDRLEN;
    bool extended = sock->ext_ack && (item->text[0] || item->offset != ANY || item->missing != ANY);
    size_t at = begin(d, sock, request->nlmsg_seq, item, NLMSG_ERROR,
                      (whole ? 0 : NLM_F_CAPPED) | (extended ? NLM_F_ACK_TLVS : 0));

    put(d, &error, sizeof error);
    if (!item->short_verdict) {
        put(d, request, whole ? request->nlmsg_len : NLMSG_HDRLEN);
    }
    if (extended && item->text[0]) {
        put_attr(d, NLMSGERR_ATTR_MSG, item->text, strlen(item->text) + 1);
    }
    if (extended && item->offset != ANY) {
        uint32_t offset = (uint32_t) item->offset;

        put_attr(d, NLMSGERR_ATTR_OFFS, &offset, sizeof offset);
    }
    if (extended && item->missing != ANY) {
        uint32_t missing = (uint32_t) item->missing;

        put_attr(d, NLMSGERR_ATTR_MISS_TYPE, &missing, sizeof missing);
    }
    end(d, at, item);
}

static void
put_family(struct datagram *d, const struct sock *sock, uint32_t seq, const struct item *item)
{
    struct genlmsghdr genl = { .cmd = CTRL_CMD_NEWFAMILY, .version = 2 };
    uint16_t id = (uint16_t) item->family;
    size_t at = begin(d, sock, seq, item, GENL_ID_CTRL, 0);

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

/* The datagram of an item; null if it makes none.  'k' counts the messages that are no verdicts. */
static struct datagram *
make(const struct sock *sock, const struct nlmsghdr *request, const struct fake_record *record,
     const struct item *item, int *k)
{
    struct datagram *d = calloc(1, sizeof *d);
    uint32_t seq = request->nlmsg_seq;
    bool foreign = !record || item->sequence != SEQ_RIGHT;
    enum fake_kind kind = foreign ? FAKE_OTHER : record->kind;
    int id = foreign ? 0 : record->id;
    int unused = 0;
    int zero;
    size_t at;

    if (foreign) {
        k = &unused;
    }

    switch (item->kind) {
    case ACK:
    case REFUSE:
        put_verdict(d, sock, request, item);
        break;
    case REPLY:
        at = begin(d, sock, seq, item, FAKE_REPLY_TYPE, 0);
        put_pattern(d, kind, id, (*k)++, item->size);
        end(d, at, item);
        break;
    case PART:
        for (int i = 0; i < item->count; i++) {
            at = begin(d, sock, seq, item, FAKE_REPLY_TYPE, NLM_F_MULTI);
            put_pattern(d, kind, id, (*k)++, item->size);
            end(d, at, item);
        }
        break;
    case DONE:
        zero = -item->error;
        at = begin(d, sock, seq, item, NLMSG_DONE, NLM_F_MULTI);
        put(d, &zero, sizeof zero);
        end(d, at, item);
        break;
    case FAMILY:
        put_family(d, sock, seq, item);
        break;
    case GARBAGE:
        put(d, NULL, (size_t) item->size);
        memset(d->data, 0xfe, d->size);
        break;
    case ERROR:
        d->error = item->error;
        break;
    case EMPTY:
        put(d, NULL, 0);
        break;
    default:
        free(d);
        return NULL;
    }
    d->size -= d->size < (size_t) item->cut ? d->size : (size_t) item->cut;
    d->joined = item->joined;
    d->cut = item->cut || item->length != ANY || item->kind == GARBAGE;
    d->lost = item->lost;
    d->when = item->when;
    d->at = item->when == WHEN_CLOCK ? fake_clock + item->at : item->at;
    d->port = (uint32_t) item->port;
    d->group = (uint32_t) item->group;
    d->nsid = item->nsid;
    return d;
}

/* Answers. */

static const char *
lookup_name(const struct nlmsghdr *h)
{
    size_t at = NLMSG_HDRLEN + GENL_HDRLEN;

    while (h->nlmsg_len >= at + NLA_HDRLEN) {
        const struct nlattr *nla = (const void *) ((const char *) h + at);

        if (nla->nla_type == CTRL_ATTR_FAMILY_NAME) {
            return (const char *) (nla + 1);
        }
        if (nla->nla_len < NLA_HDRLEN) {
            break;
        }
        at += NLA_ALIGN(nla->nla_len);
    }
    return "";
}

static const struct rule *
find_rule(const struct nlmsghdr *h, const struct fake_record *record)
{
    const struct rule *found = NULL;

    for (int i = n_rules; i-- > 0;) {
        const struct rule *rule = &rules[i];

        if (rule->kind != record->kind
            || (rule->try != ANY && rule->try != record->try)
            || (rule->position != ANY && rule->position != record->position)
            || (rule->type != ANY && rule->type != record->type)
            || (rule->ack != ANY && rule->ack != !!(record->flags & NLM_F_ACK))
            || (rule->kind == FAKE_LOOKUP
                ? strcmp(rule->name, "*") && strcmp(rule->name, lookup_name(h))
                : !selected(&rule->selection, record->id))) {
            continue;
        }
        if (rule->try != ANY) {
            return rule;
        }
        found = found ? found : rule;
    }
    return found;
}

static void
refuse(struct sock *sock, const struct nlmsghdr *h, struct fake_record *record, int error)
{
    struct item item = { .kind = error ? REFUSE : ACK, .error = error, .length = ANY, .type = ANY,
                         .offset = ANY, .missing = ANY, .nsid = NO_NSID };
    int k = 0;

    record->refused = error;
    sock_post(sock, make(sock, h, record, &item, &k));
}

/* A request without a rule. */
static void
by_default(struct sock *sock, const struct nlmsghdr *h, struct fake_record *record)
{
    if (record->kind == FAKE_LOOKUP) {
        refuse(sock, h, record, ENOENT);
    } else if (record->kind == FAKE_DUMP) {
        struct item item = { .kind = DONE, .length = ANY, .type = ANY, .nsid = NO_NSID };
        struct queue queue = { NULL, NULL };
        int k = 0;

        queue_add(&queue, make(sock, h, record, &item, &k));
        sock_post_dump(sock, &queue);
    } else if (h->nlmsg_flags & NLM_F_ACK) {
        refuse(sock, h, record, 0);
    }
}

void
answers_process(struct sock *sock, const struct nlmsghdr *h, struct fake_record *record)
{
    const struct rule *rule = find_rule(h, record);
    struct queue queue = { NULL, NULL };
    bool refusal = false;
    int k = 0;

    record->processed = true;
    if (record->kind == FAKE_DUMP && sock->dump.head) {
        refuse(sock, h, record, EBUSY);
        return;
    }
    if (!rule) {
        by_default(sock, h, record);
        return;
    }
    for (int i = 0; i < rule->n; i++) {
        const struct item *item = &rule->items[i];
        struct datagram *d;

        if (item->kind == DEFAULT) {
            by_default(sock, h, record);
            continue;
        }
        record->processed &= item->kind != UNPROCESSED;
        if (item->kind == REFUSE) {
            record->refused = item->error;
            refusal = true;
        }
        d = make(sock, h, record, item, &k);
        if (!d) {
            continue;
        }
        if (record->kind == FAKE_DUMP && item->when == WHEN_NOW
            && (queue.head || !refusal)) {
            queue_add(&queue, d);
        } else {
            sock_post(sock, d);
        }
    }
    if (queue.head) {
        sock_post_dump(sock, &queue);
    }
}

struct delivery {
    const struct item *items;
    int n;
};

static void
deliver_to(struct sock *sock, void *delivery_)
{
    const struct delivery *delivery = delivery_;
    struct nlmsghdr none;
    int k = 0;

    memset(&none, 0, sizeof none);
    none.nlmsg_len = sizeof none;
    for (int i = 0; i < delivery->n; i++) {
        struct datagram *d = make(sock, &none, NULL, &delivery->items[i], &k);

        if (d) {
            d->late = true;
            sock_post(sock, d);
        }
    }
}

void
answers_deliver(struct words *w, bool *ok)
{
    struct item *items = NULL;
    struct delivery delivery;

    *ok = parse_items(w, &items, &delivery.n);
    if (*ok) {
        delivery.items = items;
        for_each_sock(deliver_to, &delivery);
        free(items);
    }
}
