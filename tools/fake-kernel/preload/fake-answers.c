/* SPDX-License-Identifier: Apache-2.0 */
/* What the fake kernel answers: the script's rules.
 *
 *   request SELECTION [try N] [at POSITION] [type N] [with ack|without ack]: ITEM; ITEM...
 *   dump SELECTION [try N]: ITEM; ITEM...
 *   lookup NAME [try N]: ITEM; ITEM...
 *   message [SELECTOR...]: ITEM; ITEM...
 *   deliver ITEM; ITEM...
 *
 * Of the rules that fit a request, the last one counts, one with "try" before others, and "message"
 * before all.  nlsock-fake-kernel-script(5) lists the selectors and the items. */

#include <errno.h>
#include <linux/genetlink.h>
#include <stdlib.h>
#include <string.h>
#include "fake-session.h"

#define MAX_RULES 256

/* Of requests of the fault bed and lookups; and of any message, in the order of their numbers. */
static struct rules {
    struct rule {
        struct fk_rule rule;
        struct fk_item *items;
    } rule[MAX_RULES];
    int n;
} rules, message_rules;

static void
clear(struct rules *list)
{
    while (list->n) {
        free(list->rule[--list->n].items);
    }
}

void
answers_reset(void)
{
    clear(&rules);
    clear(&message_rules);
    fk_message_calm(session());
}

bool
answers_add(const struct fk_rule *rule, const struct fk_item *items)
{
    bool any = rule->selector.kind == FK_RULE_KIND_MESSAGE;
    struct rules *list = any ? &message_rules : &rules;
    struct rule *new = &list->rule[list->n];

    if (list->n >= MAX_RULES
        || (any && fk_message_rule(session(), &rule->selector) != list->n)) {
        return false;
    }
    new->rule = *rule;
    new->items = malloc(rule->n_items * sizeof *items);
    memcpy(new->items, items, rule->n_items * sizeof *items);
    list->n++;
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

/* Whether the rule, which is not for any message, fits the request. */
static bool
fits(const struct fk_selector *s, const struct nlmsghdr *h, const struct fake_record *record)
{
    static const enum fk_rule_kind kinds[] = {
        [FAKE_REQUEST] = FK_RULE_KIND_REQUEST, [FAKE_DUMP] = FK_RULE_KIND_DUMP,
        [FAKE_LOOKUP] = FK_RULE_KIND_LOOKUP, [FAKE_OTHER] = FK_RULE_KIND_MESSAGE,
    };

    return s->kind == kinds[record->kind]
           && (s->attempt == FK_ANY || s->attempt == record->try)
           && (s->position == FK_ANY || s->position == record->position)
           && (s->message_type == FK_ANY || s->message_type == record->type)
           && (s->ack == FK_ANY || s->ack == !!(record->flags & NLM_F_ACK))
           && (s->kind == FK_RULE_KIND_LOOKUP
               ? !strcmp(s->name, "*") || !strcmp(s->name, lookup_name(h))
               : selection_has(&s->selection, record->id));
}

/* A message rule comes before others. */
static const struct rule *
find_rule(const struct nlmsghdr *h, const struct fake_record *record)
{
    const struct rule *found = NULL;

    if (record->rule >= 0 && record->rule < message_rules.n) {
        return &message_rules.rule[record->rule];
    }
    for (int i = rules.n; i-- > 0;) {
        const struct rule *rule = &rules.rule[i];

        if (!fits(&rule->rule.selector, h, record)) {
            continue;
        } else if (rule->rule.selector.attempt != FK_ANY) {
            return rule;
        }
        found = found ? found : rule;
    }
    return found;
}

void
answers_refuse(struct sock *sock, const struct nlmsghdr *h, struct fake_record *record, int error)
{
    struct fk_item item;
    int k = 0;

    item_init(&item, error ? FK_ITEM_KIND_REFUSE : FK_ITEM_KIND_ACK);
    item.error = error;
    record->refused = error;
    sock_post(sock, item_make(sock, h, record, &item, &k));
}

/* A request without a rule, or with one that says so, perhaps with modifiers. */
static void
by_default(struct sock *sock, const struct nlmsghdr *h, struct fake_record *record,
           const struct fk_item *modifiers)
{
    struct fk_item item;
    struct datagram *d;
    bool dump;
    int k = 0;

    if (replay_process(sock, h, record, modifiers)) {
        return;
    }
    dump = record->kind == FAKE_DUMP || (record->kind == FAKE_OTHER && is_dump(sock, h));
    if (!dump && record->kind != FAKE_LOOKUP && !(h->nlmsg_flags & NLM_F_ACK)) {
        return;
    }
    item_init(&item, dump ? FK_ITEM_KIND_DONE : record->kind == FAKE_LOOKUP ? FK_ITEM_KIND_REFUSE
                     : FK_ITEM_KIND_ACK);
    item.error = item.kind == FK_ITEM_KIND_REFUSE ? ENOENT : 0;
    record->refused = item.error;
    d = item_make(sock, h, record, &item, &k);
    item_modify(d, modifiers);
    if (dump && d->when == FK_WHEN_NOW) {
        struct queue queue = { d, d };

        sock_post_dump(sock, &queue);
    } else {
        sock_post(sock, d);
    }
}

int
answers_refusal(const struct nlmsghdr *h, const struct fake_record *record)
{
    const struct rule *rule = find_rule(h, record);

    for (size_t i = 0; rule && i < rule->rule.n_items; i++) {
        if (rule->items[i].kind == FK_ITEM_KIND_REFUSE
            && rule->items[i].sequence == FK_SEQUENCE_RIGHT) {
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
        by_default(sock, h, record, NULL);
        return;
    }
    for (size_t i = 0; i < rule->rule.n_items; i++) {
        const struct fk_item *item = &rule->items[i];
        struct datagram *d;

        if (item->kind == FK_ITEM_KIND_DEFAULT) {
            by_default(sock, h, record, item);
            continue;
        }
        record->processed &= item->kind != FK_ITEM_KIND_UNPROCESSED || in_time;
        if (item->kind == FK_ITEM_KIND_REFUSE && item->sequence == FK_SEQUENCE_RIGHT) {
            record->refused = item->error;
            refusal = true;
        }
        d = item_make(sock, h, record, item, &k);
        if (!d) {
            continue;
        }
        if (in_time && item->kind == FK_ITEM_KIND_REFUSE) {
            d->when = FK_WHEN_NOW;
        }
        d->late = acknowledged || item->kind == FK_ITEM_KIND_NOOP
                  || item->kind == FK_ITEM_KIND_OVERRUN;
        acknowledged |= item->kind == FK_ITEM_KIND_ACK;
        if (record->kind == FAKE_DUMP && item->when == FK_WHEN_NOW
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
    const struct fk_item *items;
    size_t n;
};

static void
deliver_to(struct sock *sock, void *delivery_)
{
    const struct delivery *delivery = delivery_;
    struct nlmsghdr none;
    int k = 0;

    memset(&none, 0, sizeof none);
    none.nlmsg_len = sizeof none;
    for (size_t i = 0; i < delivery->n; i++) {
        struct datagram *d = item_make(sock, &none, NULL, &delivery->items[i], &k);

        if (d) {
            d->late = true;
            sock_post(sock, d);
        }
    }
}

void
answers_deliver(const struct fk_item *items, size_t n)
{
    struct delivery delivery = { items, n };

    for_each_sock(deliver_to, &delivery);
}
