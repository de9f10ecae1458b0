/* SPDX-License-Identifier: Apache-2.0 */
/* Building messages: headers, bytes, attributes at either end, and taking messages off a buffer. */

#include "cases.h"

static enum kind kind;
static size_t n;
static struct ofpbuf b;

static void
fill(void *p, size_t size)
{
    memcpy(p, pattern + 500, size);
}

static void reserve(void) { nl_msg_reserve(&b, n); }
static void put(void) { nl_msg_put(&b, pattern + 100, n); }
static void push(void) { nl_msg_push(&b, pattern + 100, n); }
static void put_unspec(void) { nl_msg_put_unspec(&b, 0x8001, pattern + 100, n); }
static void push_unspec(void) { nl_msg_push_unspec(&b, 0x4001, pattern + 100, n); }
static void put_unspec_zero(void) { nl_msg_put_unspec_zero(&b, 5, n); }
static void put_nested(void) { nl_msg_put_nested(&b, 6, pattern + 100, n); }

static void
put_uninit(void)
{
    void *p = nl_msg_put_uninit(&b, n);

    show_at("returns", &b, p);
    fill(p, n);
}

static void
push_uninit(void)
{
    void *p = nl_msg_push_uninit(&b, n);

    show_at("returns", &b, p);
    fill(p, n);
}

static void
put_unspec_uninit(void)
{
    void *p = nl_msg_put_unspec_uninit(&b, 7, n);

    show_at("returns", &b, p);
    fill(p, n);
}

static void
push_unspec_uninit(void)
{
    void *p = nl_msg_push_unspec_uninit(&b, 8, n);

    show_at("returns", &b, p);
    fill(p, n);
}

/* A string of n characters. */
static char *
text(void)
{
    static char string[70001];

    memset(string, 'a' + (int) (n % 26), n);
    string[n] = '\0';
    return string;
}

static void put_string(void) { nl_msg_put_string(&b, 9, text()); }
static void push_string(void) { nl_msg_push_string(&b, 10, text()); }

#ifndef FLAVOUR_2014
static void put_part(void) { nl_msg_put_string__(&b, 11, text(), n / 2); }
#endif

static void
nlmsghdr(void)
{
    ofpbuf_clear(&b);
    nl_msg_put_nlmsghdr(&b, n, 0x12345678, 0xfedc1234);
}

static void
genlmsghdr(void)
{
    ofpbuf_clear(&b);
    nl_msg_put_genlmsghdr(&b, n, 0x23456, 0x10005, 0xa1, 0xb2);
}

static void header_on_data(void) { nl_msg_put_nlmsghdr(&b, n, 1, 2); }
static void genl_header_on_data(void) { nl_msg_put_genlmsghdr(&b, n, 1, 2, 3, 4); }

static void
headers(void)
{
    ofpbuf_padto(&b, n);
    show_at("genlmsghdr", &b, nl_msg_genlmsghdr(&b));
    show_at("nlmsghdr", &b, nl_msg_nlmsghdr(&b));
}

static const struct {
    const char *name;
    void (*run)(void);
} operations[] = {
    { "reserve", reserve }, { "put", put }, { "put_uninit", put_uninit }, { "push", push },
    { "push_uninit", push_uninit }, { "put_unspec", put_unspec },
    { "put_unspec_uninit", put_unspec_uninit }, { "put_unspec_zero", put_unspec_zero },
    { "push_unspec", push_unspec }, { "push_unspec_uninit", push_unspec_uninit },
    { "put_nested", put_nested }, { "put_string", put_string }, { "push_string", push_string },
#ifndef FLAVOUR_2014
    { "put_string__", put_part },
#endif
    { "put_nlmsghdr", nlmsghdr }, { "put_genlmsghdr", genlmsghdr },
    { "put_nlmsghdr on data", header_on_data },
    { "put_genlmsghdr on data", genl_header_on_data }, { "headers", headers },
};

static void (*operation)(void);

static void
operate(void)
{
    make(kind, &b);
    operation();
    show("leaves", &b);
    ofpbuf_uninit(&b);
}

/* Attributes with a value each, at the end and at the start. */
static void
values(void)
{
    size_t i;

    for (i = 0; i < 4; i++) {
        uint64_t v = UINT64_C(0x0123456789abcdef) << (i * 8);
        uint16_t type = (uint16_t) (0xfffe + i);

#define VALUE(CALL) \
    do { \
        make(HEADROOM, &b); \
        nl_msg_##CALL; \
        begin_case("value %zu %s", i, #CALL); \
        show("leaves", &b); \
        ofpbuf_uninit(&b); \
    } while (0)
        VALUE(put_flag(&b, type));
        VALUE(put_u8(&b, type, (uint8_t) v));
        VALUE(put_u16(&b, type, (uint16_t) v));
        VALUE(put_u32(&b, type, (uint32_t) v));
        VALUE(put_u64(&b, type, v));
        VALUE(put_be16(&b, type, (ovs_be16) v));
        VALUE(put_be32(&b, type, (ovs_be32) v));
        VALUE(put_be64(&b, type, (ovs_be64) v));
        VALUE(put_odp_port(&b, type, (odp_port_t) v));
        VALUE(push_flag(&b, type));
        VALUE(push_u8(&b, type, (uint8_t) v));
        VALUE(push_u16(&b, type, (uint16_t) v));
        VALUE(push_u32(&b, type, (uint32_t) v));
        VALUE(push_u64(&b, type, v));
        VALUE(push_be16(&b, type, (ovs_be16) v));
        VALUE(push_be32(&b, type, (ovs_be32) v));
        VALUE(push_be64(&b, type, (ovs_be64) v));
#ifndef FLAVOUR_2014
        ovs_u128 u128;
        ovs_be128 be128;
        struct in6_addr in6;

        memcpy(&u128, pattern + i, sizeof u128);
        memcpy(&be128, pattern + 16 + i, sizeof be128);
        memcpy(&in6, pattern + 32 + i, sizeof in6);
        VALUE(put_u128(&b, type, u128));
        VALUE(put_be128(&b, type, be128));
        VALUE(put_in6_addr(&b, type, &in6));
        VALUE(push_u128(&b, type, u128));
        VALUE(push_be128(&b, type, be128));
#endif
    }
}

/* nl_msg_next() with these lengths in the header, and these numbers of bytes in the buffer. */
static void
next(void)
{
    static const uint32_t lengths[] = {
        0, 4, 15, 16, 17, 18, 19, 20, 24, 31, 32, 33, 40, 0x7fffffff, 0xfffffffe, 0xffffffff,
    };
    static const size_t sizes[] = { 0, 1, 15, 16, 17, 20, 32, 40 };
    size_t i, j;

    for (i = 0; i < N_ELEMENTS(lengths); i++) {
        for (j = 0; j < N_ELEMENTS(sizes); j++) {
            struct ofpbuf msg;
            int turn;

            memset(&msg, 0, sizeof msg);
            begin_case("next %#x of %zu", lengths[i], sizes[j]);
            ofpbuf_init(&b, 64);
            ofpbuf_reserve(&b, 5);
            ofpbuf_put(&b, pattern, 40);
            memcpy(ofpbuf_data(&b), &lengths[i], 4);
            memcpy((char *) ofpbuf_data(&b) + 16, (uint32_t[]) { 16 }, 4);
            ofpbuf_set_size(&b, (uint32_t) sizes[j]);
            for (turn = 0; turn < 3; turn++) {
                show_at("returns", &b, nl_msg_next(&b, &msg));
                show("leaves", &b);
                show_at("message", &b, ofpbuf_data(&msg));
                say("of %u, allocated %u", ofpbuf_size(&msg), msg.allocated);
            }
            ofpbuf_uninit(&b);
        }
    }
}

void
subject_messages(void)
{
    static const size_t sizes[] = {
        0, 1, 2, 3, 4, 5, 8, 12, 13, 15, 16, 17, 20, 21, 60, 61, 64, 1000, 65524, 65525, 65527,
        65528, 65530, 65531, 65532, 65535, 65536
    };
    size_t i, j;

    for (i = 0; i < N_ELEMENTS(operations); i++) {
        operation = operations[i].run;
        for (kind = 0; kind < N_KINDS; kind++) {
            for (j = 0; j < N_ELEMENTS(sizes); j++) {
                n = sizes[j];
                attempt(operate, "%s %s %zu", operations[i].name, kind_names[kind], n);
            }
        }
    }
    values();
    next();
}
