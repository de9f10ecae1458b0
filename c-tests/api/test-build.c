/* SPDX-License-Identifier: Apache-2.0 */
/* netlink.h: building messages: the bytes, and how much is allocated. */

#include "message.h"

static void
padding_follows_the_data_at_either_end(void)
{
    struct ofpbuf b;
    void *p;

    CHECK_CALL(nl_msg_put(&b, "abcde", 5), 'a', 'b', 'c', 'd', 'e', 0, 0, 0);
    nl_msg_push(&b, "xy", 2);
    CHECK_DATA(&b, 'x', 'y', 0, 0, 'a', 'b', 'c', 'd', 'e', 0, 0, 0);
    nl_msg_push(&b, "4444", 4);
    nl_msg_put(&b, "7777", 4);
    CHECK_DATA(&b, '4', '4', '4', '4', 'x', 'y', 0, 0, 'a', 'b', 'c', 'd', 'e', 0, 0, 0,
               '7', '7', '7', '7');

    /* Only the padding is written. */
    CHECK_CALL(p = nl_msg_put_uninit(&b, 1), 0xee, 0, 0, 0);
    CHECK(p == ofpbuf_data(&b));
    p = nl_msg_push_uninit(&b, 3);
    CHECK(p == ofpbuf_data(&b));
    CHECK_DATA(&b, 0xee, 0xee, 0xee, 0, 0xee, 0, 0, 0);
    CHECK(nl_msg_put_uninit(&b, 0) == ofpbuf_tail(&b));
    CHECK(nl_msg_push_uninit(&b, 0) == ofpbuf_data(&b));
    CHECK_INT(ofpbuf_size(&b), 8);
}

/* Checks that nl_msg_put_TYPE() and nl_msg_push_TYPE() write the same bytes. */
#define CHECK_ENDS(TYPE, ARGS, ...)                                             \
    do {                                                                        \
        CHECK_CALL(nl_msg_put_##TYPE ARGS, __VA_ARGS__);                        \
        CHECK_CALL(nl_msg_push_##TYPE ARGS, __VA_ARGS__);                       \
    } while (0)

static void
attributes_are_added_byte_for_byte(void)
{
    struct ofpbuf b;
    uint8_t *p;

    CHECK_ENDS(flag, (&b, 0x1234), HEAD(4, 0x1234));
    CHECK_ENDS(u8, (&b, 1, 0xff), HEAD(5, 1), 0xff, 0, 0, 0);
    CHECK_ENDS(u16, (&b, 2, value.u16), HEAD(6, 2), 1, 2, 0, 0);
    CHECK_ENDS(u32, (&b, 3, value.u32), HEAD(8, 3), 1, 2, 3, 4);
    CHECK_ENDS(u64, (&b, 4, value.u64), HEAD(12, 4), 1, 2, 3, 4, 5, 6, 7, 8);
    CHECK_ENDS(be16, (&b, 5, value.u16), HEAD(6, 5), 1, 2, 0, 0);
    CHECK_ENDS(be32, (&b, 6, value.u32), HEAD(8, 6), 1, 2, 3, 4);
    CHECK_ENDS(be64, (&b, 7, value.u64), HEAD(12, 7), 1, 2, 3, 4, 5, 6, 7, 8);
    CHECK_CALL(nl_msg_put_odp_port(&b, 8, value.u32), HEAD(8, 8), 1, 2, 3, 4);
    CHECK_ENDS(string, (&b, 9, ""), HEAD(5, 9), 0, 0, 0, 0);
    CHECK_ENDS(string, (&b, 9, "abcd"), HEAD(9, 9), 'a', 'b', 'c', 'd', 0, 0, 0, 0);
    /* A type is written as it is, with its flags. */
    CHECK_ENDS(unspec, (&b, 0xffff, "abc", 3), HEAD(7, 0xffff), 'a', 'b', 'c', 0);

    CHECK_CALL(p = nl_msg_put_unspec_uninit(&b, 1, 2), HEAD(6, 1), 0xee, 0xee, 0, 0);
    CHECK(p == (uint8_t *) ofpbuf_data(&b) + 4);
    p = nl_msg_put_unspec_zero(&b, 2, 5);
    CHECK(p == (uint8_t *) ofpbuf_data(&b) + 12);
    p = nl_msg_push_unspec_uninit(&b, 3, 1);
    CHECK(p == (uint8_t *) ofpbuf_data(&b) + 4);
    CHECK_DATA(&b, HEAD(5, 3), 0xee, 0, 0, 0, HEAD(6, 1), 0xee, 0xee, 0, 0,
               HEAD(9, 2), 0, 0, 0, 0, 0, 0, 0, 0);
    CHECK_CALL(p = nl_msg_put_unspec_zero(&b, 4, 0), HEAD(4, 4));
    CHECK(p == ofpbuf_tail(&b));
}

static void
nested_attributes_span_what_was_put_since(void)
{
    struct ofpbuf b;
    size_t outer, inner;

    CHECK_CALL(nl_msg_put_u8(&b, 1, 1), HEAD(5, 1), 1, 0, 0, 0);
    outer = nl_msg_start_nested(&b, 2);
    CHECK_INT(outer, 8);
    CHECK_DATA(&b, HEAD(5, 1), 1, 0, 0, 0, HEAD(4, 2));
    inner = nl_msg_start_nested(&b, 3 | NLA_F_NESTED);
    nl_msg_put_u16(&b, 4, value.u16);
    nl_msg_end_nested(&b, inner);
    nl_msg_put_flag(&b, 5);
    nl_msg_end_nested(&b, outer);
    CHECK_DATA(&b, HEAD(5, 1), 1, 0, 0, 0, HEAD(20, 2), HEAD(12, 0x8003), HEAD(6, 4), 1, 2, 0, 0,
               HEAD(4, 5));

    /* Padding counts where there is some. */
    CHECK_CALL(nl_msg_put_nested(&b, 6, "abcde", 5), HEAD(12, 6), 'a', 'b', 'c', 'd', 'e', 0, 0, 0);
    CHECK_CALL(nl_msg_start_nested(&b, 7), HEAD(4, 7));
    ofpbuf_put(&b, "x", 1);
    nl_msg_end_nested(&b, 0);
    CHECK_DATA(&b, HEAD(5, 7), 'x');
}

static void
no_data_may_be_null(void)
{
    struct ofpbuf b;

    ofpbuf_init(&b, 0);
    nl_msg_put(&b, NULL, 0);
    nl_msg_push(&b, NULL, 0);
    nl_msg_reserve(&b, 0);
    CHECK_ROOM(&b, 0, 0, 0);
    CHECK(!ofpbuf_base(&b));
    nl_msg_put_unspec(&b, 1, NULL, 0);
    nl_msg_push_unspec(&b, 2, NULL, 0);
    nl_msg_put_nested(&b, 3, NULL, 0);
    CHECK_DATA(&b, HEAD(4, 2), HEAD(4, 1), HEAD(4, 3));
    ofpbuf_uninit(&b);
}

static void
growing_counts_the_padding(void)
{
    struct ofpbuf b;

    ofpbuf_init(&b, 0);
    nl_msg_reserve(&b, 1);
    nl_msg_reserve(&b, 64);
    CHECK_ROOM(&b, 0, 64, 0);
    nl_msg_reserve(&b, 65);
    nl_msg_put_uninit(&b, 65);
    CHECK_ROOM(&b, 68, 68, 0);
    nl_msg_put(&b, "x", 1);
    CHECK_ROOM(&b, 72, 132, 0);
    nl_msg_put_unspec_uninit(&b, 1, 65);
    CHECK_ROOM(&b, 144, 144, 0);
    nl_msg_push(&b, "x", 1);
    CHECK_ROOM(&b, 148, 208, 60);
    nl_msg_push_unspec_uninit(&b, 1, 65);
    CHECK_ROOM(&b, 220, 220, 0);
    nl_msg_put_nested(&b, 1, memory, 98);
    CHECK_ROOM(&b, 324, 324, 0);
    ofpbuf_uninit(&b);
}

/* Checks how much CALL allocates for a buffer 'b' without memory. */
#define CHECK_ALLOCATES(CALL, ALLOCATED)                                        \
    do {                                                                        \
        ofpbuf_init(&b, 0);                                                     \
        CALL;                                                                   \
        CHECK_INT(b.allocated, ALLOCATED);                                      \
        ofpbuf_uninit(&b);                                                      \
    } while (0)

static void
headers_make_room_for_the_payload(void)
{
    struct ofpbuf b;

    CHECK_ALLOCATES(nl_msg_put_nlmsghdr(&b, 48, 1, 0), 64);
    CHECK_ALLOCATES(nl_msg_put_nlmsghdr(&b, 49, 1, 0), 68);
    CHECK_ALLOCATES(nl_msg_put_nlmsghdr(&b, 5001, 1, 0), 5020);
    CHECK_ALLOCATES(nl_msg_put_genlmsghdr(&b, 44, 1, 0, 1, 1), 64);
    CHECK_ALLOCATES(nl_msg_put_genlmsghdr(&b, 45, 1, 0, 1, 1), 68);
    CHECK_ALLOCATES(nl_msg_put_genlmsghdr(&b, 5000, 1, 0, 1, 1), 5020);

    ofpbuf_init(&b, 8);
    ofpbuf_reserve(&b, 8);
    nl_msg_put_nlmsghdr(&b, 100, 1, 0);
    CHECK_ROOM(&b, 16, 124, 8);
    ofpbuf_clear(&b);
    nl_msg_put_nlmsghdr(&b, 108, 1, 0);
    CHECK_ROOM(&b, 16, 124, 0);
    ofpbuf_uninit(&b);
}

static void
messages_are_built_at_any_address(void)
{
    static const struct nl_policy policy[] = { [2] = { .type = NL_A_U64 } };
    struct nlattr *attrs[3];
    struct ofpbuf b;
    size_t i;

    for (i = 0; i < 4; i++) {
        const struct nlattr *nested;

        ofpbuf_use_stack(&b, memory + i, 100);
        ofpbuf_reserve(&b, 8);
        nl_msg_put_genlmsghdr(&b, 0, 0x1234, 5, 6, 7);
        CHECK_INT(nl_msg_start_nested(&b, 1), 20);
        nl_msg_put_u64(&b, 2, value.u64);
        nl_msg_end_nested(&b, 20);
        CHECK_DATA(&b, 0, 0, 0, 0, H16(0x1234), H16(5), 0, 0, 0, 0, 0, 0, 0, 0, 6, 7, 0, 0,
                   HEAD(16, 1), HEAD(12, 2), 1, 2, 3, 4, 5, 6, 7, 8);
        nested = nl_attr_find(&b, 20, 1);
        CHECK((uint8_t *) nested == memory + i + 28);
        CHECK(nl_parse_nested(nested, policy, attrs, 3));
        CHECK((uint8_t *) attrs[2] == memory + i + 32);
        CHECK((uint8_t *) nl_attr_find_nested(nested, 2) == memory + i + 32);
        nl_msg_push_u32(&b, 3, value.u32);
        CHECK(!memcmp(memory + i, (uint8_t[]) { HEAD(8, 3), 1, 2, 3, 4, 0, 0 }, 10));
    }
}

static void
attributes_have_up_to_65535_bytes(void)
{
    struct ofpbuf b;
    uint8_t *p;

    CHECK(!nl_attr_oversized(0) && !nl_attr_oversized(TOO_LONG - 1));
    CHECK(nl_attr_oversized(TOO_LONG) && nl_attr_oversized(65532) && nl_attr_oversized(65536));
    CHECK(nl_attr_oversized(UINT32_MAX) && nl_attr_oversized(SIZE_MAX));
#if SIZE_MAX > UINT32_MAX
    CHECK(nl_attr_oversized((size_t) UINT32_MAX + 1));
#endif

    ofpbuf_init(&b, 0);
    p = nl_msg_put_unspec_zero(&b, 1, 65528);
    CHECK(!p[0] && !memcmp(p, p + 1, 65527));
    CHECK_ROOM(&b, 65532, 65532, 0);
    CHECK_INT(nl_attr_get_size(ofpbuf_data(&b)), 65528);
    nl_msg_push_unspec_uninit(&b, 2, 65525);
    CHECK_ROOM(&b, 131064, 131064, 0);
    CHECK_INT(nl_attr_get_size(ofpbuf_data(&b)), 65525);

    /* The payload of a nested attribute need not be padded. */
    ofpbuf_clear(&b);
    nl_msg_start_nested(&b, 3);
    ofpbuf_put_uninit(&b, 65531);
    nl_msg_end_nested(&b, 0);
    CHECK_INT(nl_attr_get_size(ofpbuf_data(&b)), 65531);
    ofpbuf_uninit(&b);
}

int
main(void)
{
    RUN(padding_follows_the_data_at_either_end);
    RUN(attributes_are_added_byte_for_byte);
    RUN(nested_attributes_span_what_was_put_since);
    RUN(no_data_may_be_null);
    RUN(growing_counts_the_padding);
    RUN(headers_make_room_for_the_payload);
    RUN(messages_are_built_at_any_address);
    RUN(attributes_have_up_to_65535_bytes);
    return tap_done();
}
