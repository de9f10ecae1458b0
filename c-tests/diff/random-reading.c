/* SPDX-License-Identifier: Apache-2.0 */
/* Random operations: reading attributes, policies, messages in a buffer, errors of the kernel. */

#include "random.h"
#include <limits.h>

enum { N_TYPES = 8 };

static void
some_policy(struct nl_policy *policy)
{
    memset(policy, 0, sizeof *policy);
    policy->type = (enum nl_attr_type) below(KNOWN_TYPES);
    policy->min_len = below(4) ? 0 : below(8);
    policy->max_len = below(4) ? 0 : below(40);
    policy->optional = below(8) != 0;
}

static void
note_value(const struct nlattr *nla)
{
    size_t size = nl_attr_get_size(nla);
    struct nl_policy policy;

    some_policy(&policy);
    note(" (%d %zu %d", nl_attr_type(nla), size, nl_attr_validate(nla, &policy));
    if (size >= 1) {
        note(" %u", nl_attr_get_u8(nla));
    }
    if (size >= 2) {
        note(" %u %u", nl_attr_get_u16(nla), nl_attr_get_be16(nla));
    }
    if (size >= 4) {
        note(" %u %u %u", nl_attr_get_u32(nla), nl_attr_get_be32(nla), nl_attr_get_odp_port(nla));
    }
    if (size >= 8) {
        note(" %llu %llu", (unsigned long long) nl_attr_get_u64(nla),
             (unsigned long long) nl_attr_get_be64(nla));
    }
#ifndef FLAVOUR_2014
    if (size >= 6) {
        struct eth_addr eth = nl_attr_get_eth_addr(nla);

        note_bytes(&eth, sizeof eth);
    }
    if (size >= 16) {
        ovs_u128 u128 = nl_attr_get_u128(nla);
        ovs_be128 be128 = nl_attr_get_be128(nla);
        struct in6_addr in6 = nl_attr_get_in6_addr(nla);

        note(" %d %d", !memcmp(&u128, &be128, sizeof u128), !memcmp(&in6, &u128, sizeof in6));
        note_bytes(&u128, sizeof u128);
    }
    if (size >= 20) {
        struct ib_addr ib = nl_attr_get_ib_addr(nla);

        note_bytes(&ib, sizeof ib);
    }
#endif
    if (memchr(nla + 1, '\0', size)) {
        note_bytes(nl_attr_get_string(nla), strlen(nl_attr_get_string(nla)));
    }
    note(")");
}

static void
walk(struct slot *s)
{
    size_t offset = below(4) ? 0 : below(ofpbuf_size(&s->b) + 1), left;
    const struct nlattr *start, *nla;
    int n = 0;

    note(" %zu", offset);
    if (!ofpbuf_data(&s->b)) {
        return;
    }
    start = ofpbuf_at(&s->b, offset, 0);
    NL_ATTR_FOR_EACH (nla, left, start, ofpbuf_size(&s->b) - offset) {
        if (n++ < 8) {
            note_value(nla);
        }
    }
    note(" %d, %zu left", n, left);
}

static void
find(struct slot *s)
{
    uint16_t type = (uint16_t) below(N_TYPES);
    size_t offset = below(4) ? 0 : below(ofpbuf_size(&s->b) + 1);
    const struct nlattr *nla;

    note(" %u behind %zu", type, offset);
    if (!ofpbuf_data(&s->b)) {
        return;
    }
    nla = nl_attr_find(&s->b, offset, type);
    note_at(&s->b, nla);
    note_at(&s->b, nl_attr_find__(ofpbuf_data(&s->b), ofpbuf_size(&s->b), type));
    if (nla) {
        struct ofpbuf view;
        char text[512];

        note_at(&s->b, nl_attr_find_nested(nla, (uint16_t) below(N_TYPES)));
        nl_attr_get_nested(nla, &view);
        describe(&view, text, sizeof text);
        note(" %s", text);
    }
}

static void
parse(struct slot *s)
{
    size_t offset = below(4) ? 0 : below(ofpbuf_size(&s->b) + 30), n = below(N_TYPES + 1), i;
    struct nl_policy policies[N_TYPES];
    struct nlattr *attrs[N_TYPES + 1];

    if (!ofpbuf_data(&s->b)) {
        return;
    }
    memset(attrs, 0x55, sizeof attrs);
    for (i = 0; i < N_TYPES; i++) {
        some_policy(&policies[i]);
        /* So that some are found to be right. */
        if (below(2)) {
            policies[i] = (struct nl_policy) { .type = NL_A_UNSPEC, .optional = true };
        }
    }
    note(" %zu behind %zu: %d", n, offset,
         nl_policy_parse(&s->b, offset, policies, attrs, n));
    for (i = 0; i < n; i++) {
        note_at(&s->b, attrs[i]);
    }
    for (i = 0; i < n; i++) {
        if (attrs[i]) {
            note(" nested %d", nl_parse_nested(attrs[i], policies, attrs, n));
            break;
        }
    }
    note(" %d", attrs[n] == (void *) (UINTPTR_MAX / 3));
}

/* Messages off the buffer, whose lengths may be anything. */
static void
next(struct slot *s)
{
    uint32_t size = ofpbuf_size(&s->b), length;
    struct ofpbuf msg;
    char text[512];

    moved(s);
    memset(&msg, 0, sizeof msg);
    if (size >= 16 && below(4)) {
        length = 12 + below(size);
        memcpy(ofpbuf_data(&s->b), &length, sizeof length);
    }
    note_at(&s->b, nl_msg_next(&s->b, &msg));
    if (ofpbuf_data(&msg)) {
        describe(&msg, text, sizeof text);
        note_at(&s->b, ofpbuf_data(&msg));
        note(" %s", text);
    }
}

static void
headers(struct slot *s)
{
    note_at(&s->b, nl_msg_genlmsghdr(&s->b));
    if (ofpbuf_size(&s->b) >= 16) {
        note_at(&s->b, nl_msg_nlmsghdr(&s->b));
    }
}

static void
verdict(struct slot *s)
{
    const char *text = NULL;
    struct ofpbuf msg;
    struct nlmsgerr e;
    int error = 77;
    bool is;

    (void) s;
    ofpbuf_init(&msg, 0);
    nl_msg_put_nlmsghdr(&msg, 0, below(8) ? NLMSG_ERROR : below(20), below(8) << 7);
    memset(&e, 0, sizeof e);
    e.error = below(8) ? -(int) below(200) : (int) below(UINT32_MAX);
    e.msg.nlmsg_len = below(8) ? 16 : below(15) * 4;
    ofpbuf_put(&msg, &e, sizeof e);
    while (below(3)) {
        nl_msg_put_string(&msg, (uint16_t) below(4), below(2) ? "words" : "");
        nl_msg_put_u32(&msg, (uint16_t) below(4), below(100));
    }
    if (!below(8)) {
        ofpbuf_set_size(&msg, 16 + below(ofpbuf_size(&msg) - 16));
    }
#ifndef FLAVOUR_2014
    is = (nl_msg_nlmsgerr)(&msg, &error, &text);
#else
    is = nl_msg_nlmsgerr(&msg, &error);
#endif
    note(" %d %d", is, error);
    note_at(&msg, text);
    ofpbuf_uninit(&msg);
}

const struct operation reading_operations[] = {
    { "walk", walk }, { "find", find }, { "parse", parse }, { "parse again", parse },
    { "next", next }, { "headers", headers }, { "nlmsgerr", verdict },
};
const uint32_t n_reading_operations = N_ELEMENTS(reading_operations);
