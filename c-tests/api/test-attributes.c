/* SPDX-License-Identifier: Apache-2.0 */
/* netlink.h: reading, iterating over and finding attributes. */

#include "message.h"

static void
payloads_are_read_from_any_address(void)
{
    size_t i;

    for (i = 0; i < 8; i++) {
        struct nlattr *nla = (struct nlattr *) (memory + i);
        uint8_t *payload = memory + i + 4;
        struct ofpbuf b;

        memcpy(memory + i, make(12, 0xc005, value.bytes, 8), 12);
        CHECK_INT(nl_attr_type(nla), 5);
        CHECK_INT(nl_attr_get_size(nla), 8);
        CHECK(nl_attr_get(nla) == payload);
        CHECK(nl_attr_get_unspec(nla, 0) == payload && nl_attr_get_unspec(nla, 8) == payload);
        CHECK_INT(nl_attr_get_u8(nla), 1);
        CHECK(nl_attr_get_u16(nla) == value.u16 && nl_attr_get_be16(nla) == value.u16);
        CHECK(nl_attr_get_u32(nla) == value.u32 && nl_attr_get_be32(nla) == value.u32);
        CHECK(nl_attr_get_u64(nla) == value.u64 && nl_attr_get_be64(nla) == value.u64);
        CHECK(nl_attr_get_odp_port(nla) == value.u32);
        nl_attr_get_nested(nla, &b);
        CHECK(ofpbuf_data(&b) == payload && b.source == OFPBUF_STACK);
        CHECK_ROOM(&b, 8, 8, 0);
        payload[7] = '\0';
        CHECK(nl_attr_get_string(nla) == (char *) payload);
    }
    CHECK_INT(nl_attr_type(make(4, 0xffff, "", 0)), 0x3fff);
    CHECK_INT(nl_attr_get_size(bare(4)), 0);
    CHECK_INT(nl_attr_get_size(bare(65535)), 65531);
    CHECK_INT(nl_attr_get_u8(make(5, 1, "\x42", 1)), 0x42);
    CHECK(nl_attr_get_u16(make(6, 1, value.bytes, 2)) == value.u16);
    CHECK(nl_attr_get_u32(make(8, 1, value.bytes, 4)) == value.u32);
    CHECK_STR(nl_attr_get_string(make(5, 1, "", 1)), "");
    CHECK_STR(nl_attr_get_string(make(9, 1, "ab\0cd", 5)), "ab");
    CHECK(nl_attr_get_flag(bare(0)) && !nl_attr_get_flag(NULL));
}

/* Sets 'types' to the types of the attributes that LOOP finds: each is a decimal digit. */
#define TYPES(LOOP)                                                             \
    types = 0;                                                                  \
    LOOP {                                                                      \
        types = types * 10 + nl_attr_type(nla);                                 \
    }

static void
loops_stop_at_what_does_not_fit(void)
{
    static const uint8_t bytes[] = { HEAD(5, 1), 9, 0, 0, 0, HEAD(4, 2), HEAD(7, 3), 1, 2, 3 };
    const struct nlattr *nla, *nested;
    unsigned int left;
    struct ofpbuf b;
    size_t size;
    int types;

    CHECK(nl_attr_next(bare(4)) == bare(4) + 1 && nl_attr_next(bare(5)) == bare(5) + 2);
    CHECK_INT((uintptr_t) nl_attr_next(bare(65535)) - (uintptr_t) bare(65535), 65536);
    CHECK(nl_attr_is_valid(bare(4), 4) && nl_attr_is_valid(bare(65535), SIZE_MAX));
    CHECK(!nl_attr_is_valid(bare(3), 100) && !nl_attr_is_valid(bare(0), 100));
    CHECK(!nl_attr_is_valid(bare(6), 5) && !nl_attr_is_valid(NULL, 3));
    CHECK(nl_attr_len_pad(bare(5), 8) == 8 && nl_attr_len_pad(bare(5), 7) == 5);
    CHECK_INT(nl_attr_len_pad(bare(65535), SIZE_MAX), 65536);

    /* The last attribute may lack its padding.  'left' may have any unsigned type. */
    use_memory(&b);
    ofpbuf_put(&b, bytes, sizeof bytes);
    TYPES(NL_ATTR_FOR_EACH (nla, left, ofpbuf_data(&b), ofpbuf_size(&b)));
    CHECK(types == 123 && !left);
    TYPES(NL_ATTR_FOR_EACH_UNSAFE (nla, left, ofpbuf_data(&b), ofpbuf_size(&b)));
    CHECK(types == 123 && !left);
    TYPES(NL_ATTR_FOR_EACH (nla, size, ofpbuf_data(&b), sizeof bytes - 1));
    CHECK(types == 12 && size == 6);
    TYPES(NL_ATTR_FOR_EACH (nla, size, NULL, 3));
    CHECK(types == 0 && size == 3);

    CHECK_CALL(nl_msg_put_nested(&b, 4, bytes, 12),
               HEAD(16, 4), HEAD(5, 1), 9, 0, 0, 0, HEAD(4, 2));
    nested = ofpbuf_data(&b);
    TYPES(NL_NESTED_FOR_EACH (nla, size, nested));
    CHECK(types == 12 && !size);
    TYPES(NL_NESTED_FOR_EACH_UNSAFE (nla, size, nested));
    CHECK(types == 12 && !size);
}

static void
finding_stops_at_a_bad_attribute(void)
{
    const struct nlattr *attrs;
    struct ofpbuf b;

    use_memory(&b);
    ofpbuf_put(&b, "....", 4);
    attrs = ofpbuf_tail(&b);
    nl_msg_put_u8(&b, 1, 1);
    nl_msg_put_u8(&b, 2 | NLA_F_NESTED, 2);
    nl_msg_put_u8(&b, 2, 3);
    ofpbuf_put(&b, (uint8_t[]) { HEAD(3, 3), HEAD(4, 4) }, 8);
    CHECK(nl_attr_find(&b, 4, 1) == attrs && nl_attr_find(&b, 4, 2) == attrs + 2);
    CHECK(nl_attr_find(&b, 20, 2) == attrs + 4);
    CHECK(!nl_attr_find(&b, 4, 2 | NLA_F_NESTED));
    CHECK(!nl_attr_find(&b, 4, 3) && !nl_attr_find(&b, 4, 4) && !nl_attr_find(&b, 4, 5));
    CHECK(!nl_attr_find(&b, 36, 1));
    CHECK(!nl_attr_find(&b, 37, 1) && !nl_attr_find(&b, SIZE_MAX, 1));

    CHECK(nl_attr_find__(attrs, 5, 1) == attrs && !nl_attr_find__(attrs, 4, 1));
    CHECK(nl_attr_find__(attrs, 13, 2) == attrs + 2 && !nl_attr_find__(attrs, 12, 2));
    CHECK(!nl_attr_find__(NULL, 0, 0));
}

int
main(void)
{
    RUN(payloads_are_read_from_any_address);
    RUN(loops_stop_at_what_does_not_fit);
    RUN(finding_stops_at_a_bad_attribute);
    return tap_done();
}
