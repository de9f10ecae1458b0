/* SPDX-License-Identifier: Apache-2.0 */
/* Random operations: building messages, and reading them. */

#include "random.h"
#include <limits.h>

/* Whether an attribute of 'size' can be added at the end, or else at the start. */
static bool
has_room(const struct slot *s, size_t size, bool end)
{
    return s->b.source != OFPBUF_STACK
           || NL_ATTR_SIZE(size) <= (end ? ofpbuf_tailroom(&s->b) : ofpbuf_headroom(&s->b));
}

static uint16_t
some_type(void)
{
    return (uint16_t) (below(8) | (below(8) ? 0 : below(4) << 14));
}

static uint64_t
some_value(void)
{
    uint64_t high = below(UINT32_MAX);

    return high << 32 | below(UINT32_MAX);
}

static void
nlmsghdr(struct slot *s)
{
    size_t n = some_size();
    bool genl = below(2);

    moved(s);
    ofpbuf_clear(&s->b);
    if (s->b.source == OFPBUF_STACK && NLMSG_ALIGN(20 + n) > ofpbuf_tailroom(&s->b)) {
        note(" not");
    } else if (genl) {
        nl_msg_put_genlmsghdr(&s->b, n, (int) below(70000), below(70000), (uint8_t) below(256),
                              (uint8_t) below(256));
    } else {
        nl_msg_put_nlmsghdr(&s->b, n, below(70000), below(70000));
    }
    note(" %zu %d", n, genl);
}

static void
bytes(struct slot *s)
{
    bool end = below(2);
    size_t n = some_size();

    note(" %zu %d", n, end);
    if (!has_room(s, n, end)) {
        note(" not");
    } else if (end && below(2)) {
        nl_msg_put(&s->b, some_bytes(n), n);
    } else if (end) {
        fill(nl_msg_put_uninit(&s->b, n), n);
    } else {
        moved(s);
        if (below(2)) {
            nl_msg_push(&s->b, some_bytes(n), n);
        } else {
            fill(nl_msg_push_uninit(&s->b, n), n);
        }
    }
}

static void
unspec(struct slot *s)
{
    uint16_t type = some_type();
    bool end = below(2);
    size_t n = some_size();

    note(" %zu %d", n, end);
    if (!has_room(s, n, end)) {
        note(" not");
        return;
    }
    if (!end) {
        moved(s);
    }
    switch (below(3) + (end ? 0 : 3)) {
    case 0: nl_msg_put_unspec(&s->b, type, some_bytes(n), n); break;
    case 1: fill(nl_msg_put_unspec_uninit(&s->b, type, n), n); break;
    case 2: nl_msg_put_unspec_zero(&s->b, type, n); break;
    case 3: nl_msg_push_unspec(&s->b, type, some_bytes(n), n); break;
    default: fill(nl_msg_push_unspec_uninit(&s->b, type, n), n); break;
    }
}

static void
string(struct slot *s)
{
    static char text[4096];
    uint16_t type = some_type();
    size_t n = some_size();
    bool end = below(2);

    memset(text, 'a' + (int) below(26), n);
    text[n] = '\0';
    note(" %zu %d", n, end);
    if (!has_room(s, n + 1, end)) {
        note(" not");
    } else if (!end) {
        moved(s);
        nl_msg_push_string(&s->b, type, text);
#ifndef FLAVOUR_2014
    } else if (below(2)) {
        nl_msg_put_string__(&s->b, type, text, n / 2);
#endif
    } else {
        nl_msg_put_string(&s->b, type, text);
    }
}

static void
value(struct slot *s)
{
    uint16_t type = some_type();
    uint64_t v = some_value();
    uint32_t which = below(17);

    note(" %u", which);
    if (!has_room(s, 8, which < 9)) {
        note(" not");
        return;
    }
    if (which >= 9) {
        moved(s);
    }
    switch (which) {
    case 0: nl_msg_put_flag(&s->b, type); break;
    case 1: nl_msg_put_u8(&s->b, type, (uint8_t) v); break;
    case 2: nl_msg_put_u16(&s->b, type, (uint16_t) v); break;
    case 3: nl_msg_put_u32(&s->b, type, (uint32_t) v); break;
    case 4: nl_msg_put_u64(&s->b, type, v); break;
    case 5: nl_msg_put_be16(&s->b, type, (ovs_be16) v); break;
    case 6: nl_msg_put_be32(&s->b, type, (ovs_be32) v); break;
    case 7: nl_msg_put_be64(&s->b, type, (ovs_be64) v); break;
    case 8: nl_msg_put_odp_port(&s->b, type, (odp_port_t) v); break;
    case 9: nl_msg_push_flag(&s->b, type); break;
    case 10: nl_msg_push_u8(&s->b, type, (uint8_t) v); break;
    case 11: nl_msg_push_u16(&s->b, type, (uint16_t) v); break;
    case 12: nl_msg_push_u32(&s->b, type, (uint32_t) v); break;
    case 13: nl_msg_push_u64(&s->b, type, v); break;
    case 14: nl_msg_push_be16(&s->b, type, (ovs_be16) v); break;
    case 15: nl_msg_push_be32(&s->b, type, (ovs_be32) v); break;
    case 16: nl_msg_push_be64(&s->b, type, (ovs_be64) v); break;
    }
}

#ifndef FLAVOUR_2014
static void
wide_value(struct slot *s)
{
    uint16_t type = some_type();
    uint32_t which = below(5);
    ovs_u128 u128;
    ovs_be128 be128;
    struct in6_addr in6;

    fill(&u128, sizeof u128);
    fill(&be128, sizeof be128);
    fill(&in6, sizeof in6);
    note(" %u", which);
    if (!has_room(s, 16, which < 3)) {
        note(" not");
        return;
    }
    if (which >= 3) {
        moved(s);
    }
    switch (which) {
    case 0: nl_msg_put_u128(&s->b, type, u128); break;
    case 1: nl_msg_put_be128(&s->b, type, be128); break;
    case 2: nl_msg_put_in6_addr(&s->b, type, &in6); break;
    case 3: nl_msg_push_u128(&s->b, type, u128); break;
    case 4: nl_msg_push_be128(&s->b, type, be128); break;
    }
}
#endif

static void
start_nested(struct slot *s)
{
    if (s->depth == DEPTH || !has_room(s, 0, true)) {
        note(" not");
    } else {
        s->offsets[s->depth++] = nl_msg_start_nested(&s->b, some_type());
        note(" %zu", s->offsets[s->depth - 1]);
    }
}

static void
end_nested(struct slot *s)
{
    size_t offset;

    if (!s->depth) {
        note(" none");
        return;
    }
    offset = s->offsets[--s->depth];
    note(" %zu", offset);
#ifndef FLAVOUR_2014
    switch (below(4)) {
    case 0: nl_msg_cancel_nested(&s->b, offset); return;
    case 1: note(" %d", nl_msg_end_non_empty_nested(&s->b, offset)); return;
    default: break;
    }
#endif
    nl_msg_end_nested(&s->b, offset);
}

static void
put_nested(struct slot *s)
{
    size_t n = some_size();

    note(" %zu", n);
    if (has_room(s, n, true)) {
        nl_msg_put_nested(&s->b, some_type(), some_bytes(n), n);
    } else {
        note(" not");
    }
}

static void
msg_reserve(struct slot *s)
{
    size_t n = some_size();

    note(" %zu", n);
    if (has_room(s, n, true)) {
        nl_msg_reserve(&s->b, n);
    } else {
        note(" not");
    }
}

const struct operation message_operations[] = {
    { "nl_msg_put_nlmsghdr", nlmsghdr }, { "nl_msg bytes", bytes }, { "nl_msg unspec", unspec },
    { "nl_msg string", string }, { "nl_msg value", value }, { "nl_msg value again", value },
    { "nl_msg_start_nested", start_nested }, { "nl_msg_start_nested again", start_nested },
    { "nl_msg_end_nested", end_nested }, { "nl_msg_end_nested again", end_nested },
    { "nl_msg_put_nested", put_nested }, { "nl_msg_reserve", msg_reserve },
#ifndef FLAVOUR_2014
    { "nl_msg wide value", wide_value },
#endif
};
const uint32_t n_message_operations = N_ELEMENTS(message_operations);
