/* SPDX-License-Identifier: Apache-2.0 */
/* Reading attributes: values, names, walks over them. */

#include "cases.h"

static uint32_t memory[64];
static struct nlattr *nla = (struct nlattr *) memory;
static size_t n;

static void type(void) { say("%d", nl_attr_type(nla)); }
static void size(void) { say("%zu", nl_attr_get_size(nla)); }
static void flag(void) { say("%d %d", nl_attr_get_flag(nla), nl_attr_get_flag(NULL)); }

static void
say_offset(const void *p)
{
    if (p) {
        say("at %td", (const char *) p - (const char *) memory);
    } else {
        say("null");
    }
}

static void get(void) { say_offset(nl_attr_get(nla)); }
static void unspec_0(void) { say_offset(nl_attr_get_unspec(nla, 0)); }
static void unspec_5(void) { say_offset(nl_attr_get_unspec(nla, 5)); }
static void far_away(void) { say_offset(nl_attr_get_unspec(nla, SIZE_MAX - 3)); }
static void u8(void) { say("%#x", nl_attr_get_u8(nla)); }
static void u16(void) { say("%#x", nl_attr_get_u16(nla)); }
static void u32(void) { say("%#x", nl_attr_get_u32(nla)); }
static void u64(void) { say("%#llx", (unsigned long long) nl_attr_get_u64(nla)); }
static void be16(void) { say("%#x", nl_attr_get_be16(nla)); }
static void be32(void) { say("%#x", nl_attr_get_be32(nla)); }
static void be64(void) { say("%#llx", (unsigned long long) nl_attr_get_be64(nla)); }
static void odp_port(void) { say("%#x", nl_attr_get_odp_port(nla)); }

#ifndef FLAVOUR_2014
static void
say_value(const void *value, size_t bytes)
{
    char text[DESCRIBED];

    describe_bytes(value, bytes, text);
    say("%s", text);
}

static void
u128(void)
{
    ovs_u128 value = nl_attr_get_u128(nla);

    say_value(&value, sizeof value);
}

static void
be128(void)
{
    ovs_be128 value = nl_attr_get_be128(nla);

    say_value(&value, sizeof value);
}

static void
in6_addr(void)
{
    struct in6_addr value = nl_attr_get_in6_addr(nla);

    say_value(&value, sizeof value);
}

static void
eth_addr(void)
{
    struct eth_addr value = nl_attr_get_eth_addr(nla);

    say_value(&value, sizeof value);
}

static void
ib_addr(void)
{
    struct ib_addr value = nl_attr_get_ib_addr(nla);

    say_value(&value, sizeof value);
}
#endif

static void
string(void)
{
    memset(nla + 1, 'x', sizeof memory - sizeof *nla);
    ((char *) memory)[9] = '\0';
    say("%s", nl_attr_get_string(nla));
}

static void
nested(void)
{
    struct ofpbuf view;

    nl_attr_get_nested(nla, &view);
    say("payload %d", ofpbuf_base(&view) == nla + 1);
    show("view", &view);
}

/* Attributes of types 0 to 9, then what n makes of the bytes that are left. */
static size_t
series(void)
{
    struct ofpbuf b;
    uint16_t i;

    memset(memory, 0, sizeof memory);
    ofpbuf_use_stack(&b, memory, sizeof memory);
    for (i = 0; i < 10; i++) {
        nl_msg_put_unspec(&b, (uint16_t) (i % 4 + (i << 14)), pattern, i);
    }
    return ofpbuf_size(&b);
}

static void
find(void)
{
    size_t bytes = series() - n % 32;
    struct ofpbuf b;
    uint16_t i;

    ofpbuf_use_const(&b, memory, bytes);
    for (i = 0; i < 5; i++) {
        say_offset(nl_attr_find__(nla, bytes, i));
        say_offset(nl_attr_find(&b, 8, i));
    }
    memmove(memory + 1, memory, sizeof memory - 4);
    nla->nla_len = (uint16_t) (bytes + 4);
    for (i = 0; i < 5; i++) {
        say_offset(nl_attr_find_nested(nla, i));
    }
}

static void
find_beyond(void)
{
    struct ofpbuf b;

    ofpbuf_use_const(&b, memory, series());
    say_offset(nl_attr_find(&b, ofpbuf_size(&b), 1));
    say_offset(nl_attr_find(&b, ofpbuf_size(&b) + 1, 1));
}

static void
walk(void)
{
    size_t bytes = series() - n % 32;
    const struct nlattr *attr;
    size_t left;

    NL_ATTR_FOR_EACH (attr, left, (const struct nlattr *) nla, bytes) {
        say("at %td, %zu left, %zu of them", (const char *) attr - (const char *) memory, left,
            nl_attr_len_pad(attr, left));
    }
    say("%zu left", left);
    memmove(memory + 1, memory, sizeof memory - 4);
    nla->nla_len = (uint16_t) (bytes + 4);
    NL_NESTED_FOR_EACH (attr, left, nla) {
        say("at %td, %zu left", (const char *) attr - (const char *) memory, left);
    }
    say("%zu left", left);
}

static void
walk_unsafe(void)
{
    const struct nlattr *attr;
    size_t bytes = series(), left;

    NL_ATTR_FOR_EACH_UNSAFE (attr, left, (const struct nlattr *) nla, bytes) {
        say("at %td, %zu left", (const char *) attr - (const char *) memory, left);
    }
    memmove(memory + 1, memory, sizeof memory - 4);
    nla->nla_len = (uint16_t) (bytes + 4);
    NL_NESTED_FOR_EACH_UNSAFE (attr, left, nla) {
        say("at %td, %zu left", (const char *) attr - (const char *) memory, left);
    }
}

static void
valid(void)
{
    size_t room;

    for (room = 0; room < 28; room++) {
        say("%d", nl_attr_is_valid(nla, room));
        say("%zu", nl_attr_len_pad(nla, room));
    }
    say_offset(nl_attr_next(nla));
}

static void (*operation)(void);

static void
operate(void)
{
    memcpy(memory, pattern + 128, sizeof memory);
    nla->nla_len = (uint16_t) n;
    nla->nla_type = (uint16_t) (0x3ffe + n * 0x1fff);
    operation();
}

void
subject_attributes(void)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } operations[] = {
        { "type", type }, { "get_size", size }, { "get", get }, { "get_unspec 0", unspec_0 },
        { "get_unspec 5", unspec_5 }, { "get_flag", flag }, { "get_u8", u8 },
        { "get_u16", u16 }, { "get_u32", u32 },
        { "get_u64", u64 }, { "get_be16", be16 }, { "get_be32", be32 }, { "get_be64", be64 },
        { "get_odp_port", odp_port },
#ifndef FLAVOUR_2014
        { "get_u128", u128 }, { "get_be128", be128 }, { "get_in6_addr", in6_addr },
        { "get_eth_addr", eth_addr }, { "get_ib_addr", ib_addr },
#endif
        { "get_string", string }, { "get_nested", nested }, { "find", find },
        { "for_each", walk }, { "for_each_unsafe", walk_unsafe },
        { "is_valid", valid },
    };
    size_t i;

    for (i = 0; i < N_ELEMENTS(operations); i++) {
        operation = operations[i].run;
        for (n = 0; n < 32; n++) {
            attempt(operate, "%s %zu", operations[i].name, n);
        }
    }
    n = 8;
    operation = far_away;
    attempt(operate, "get_unspec SIZE_MAX - 3");
    attempt(find_beyond, "find beyond");
    begin_case("oversized");
    for (i = 65520; i < 65540; i++) {
        say("%zu %d", i, nl_attr_oversized(i));
    }
    say("SIZE_MAX %d", nl_attr_oversized(SIZE_MAX));
}
