/* SPDX-License-Identifier: Apache-2.0 */
/* What the fake kernel answers: the script's rules.
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
#include "fake-items.h"
#include "fake-session.h"

#define MAX_RULES 256

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

bool
answers_line(struct tokens *t)
{
    struct rule rule = { .try = ANY, .position = ANY, .type = ANY, .ack = ANY };

    if (n_rules >= MAX_RULES) {
        return false;
    }
    if (tokens_take(t, "request") || tokens_take(t, "dump")) {
        rule.kind = strcmp(t->token[0], "dump") ? FAKE_REQUEST : FAKE_DUMP;
        if (!tokens_selection(t, &rule.selection)) {
            return false;
        }
    } else if (tokens_take(t, "lookup")) {
        rule.kind = FAKE_LOOKUP;
        if (!tokens_copy(t, rule.name, sizeof rule.name)) {
            return false;
        }
    } else {
        return false;
    }
    while (!tokens_take(t, ":")) {
        if (tokens_take(t, "with")) {
            rule.ack = 1;
        } else if (tokens_take(t, "without")) {
            rule.ack = 0;
        } else if (!tokens_take(t, "ack")
                   && !(tokens_take(t, "try") && tokens_int(t, &rule.try))
                   && !(tokens_take(t, "at") && tokens_int(t, &rule.position))
                   && !(tokens_take(t, "type") && tokens_int(t, &rule.type))) {
            return false;
        }
    }
    if (!items_parse(t, &rule.items, &rule.n)) {
        return false;
    }
    rules[n_rules++] = rule;
    return true;
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

void
answers_refuse(struct sock *sock, const struct nlmsghdr *h, struct fake_record *record, int error)
{
    struct item item;
    int k = 0;

    item_init(&item, error ? REFUSE : ACK);
    item.error = error;
    record->refused = error;
    sock_post(sock, item_make(sock, h, record, &item, &k));
}

/* A request without a rule. */
static void
by_default(struct sock *sock, const struct nlmsghdr *h, struct fake_record *record)
{
    if (replay_process(sock, h, record)) {
        return;
    }
    if (record->kind == FAKE_LOOKUP) {
        answers_refuse(sock, h, record, ENOENT);
    } else if (record->kind == FAKE_DUMP || (record->kind == FAKE_OTHER && is_dump(sock, h))) {
        struct queue queue = { NULL, NULL };
        struct item item;
        int k = 0;

        item_init(&item, DONE);
        queue_add(&queue, item_make(sock, h, record, &item, &k));
        sock_post_dump(sock, &queue);
    } else if (h->nlmsg_flags & NLM_F_ACK) {
        answers_refuse(sock, h, record, 0);
    }
}

int
answers_refusal(const struct nlmsghdr *h, const struct fake_record *record)
{
    const struct rule *rule = find_rule(h, record);

    for (int i = 0; rule && i < rule->n; i++) {
        if (rule->items[i].kind == REFUSE && rule->items[i].sequence == SEQ_RIGHT) {
            return rule->items[i].error;
        }
    }
    return 0;
}

void
answers_process(struct sock *sock, const struct nlmsghdr *h, struct fake_record *record)
{
    const struct rule *rule = find_rule(h, record);
    struct queue queue = { NULL, NULL };
    bool refusal = false, acknowledged = false;
    /* A request that asks for no acknowledgement is worked on when it is sent, and refused then if
     * it is: otherwise nobody could tell its success. */
    bool in_time = !(record->flags & NLM_F_ACK);
    int k = 0;

    record->processed = true;
    if (is_out_of_place(sock, h)) {
        record->processed = false;
        answers_refuse(sock, h, record, EINVAL);
        return;
    }
    if (record->kind == FAKE_DUMP && sock->dump.head) {
        answers_refuse(sock, h, record, EBUSY);
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
        record->processed &= item->kind != UNPROCESSED || in_time;
        if (item->kind == REFUSE && item->sequence == SEQ_RIGHT) {
            record->refused = item->error;
            refusal = true;
        }
        d = item_make(sock, h, record, item, &k);
        if (!d) {
            continue;
        }
        if (in_time && item->kind == REFUSE) {
            d->when = WHEN_NOW;
        }
        d->late = acknowledged || item->kind == NOOP || item->kind == OVERRUN;
        acknowledged |= item->kind == ACK;
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
        struct datagram *d = item_make(sock, &none, NULL, &delivery->items[i], &k);

        if (d) {
            d->late = true;
            sock_post(sock, d);
        }
    }
}

void
answers_deliver(struct tokens *t, bool *ok)
{
    struct item *items = NULL;
    struct delivery delivery;

    *ok = items_parse(t, &items, &delivery.n);
    if (*ok) {
        delivery.items = items;
        for_each_sock(deliver_to, &delivery);
        free(items);
    }
}
