/* SPDX-License-Identifier: Apache-2.0 */
/* netlink.h: what policies accept, and what is logged of the rest. */

#include "message.h"

static void
lengths_are_those_of_the_policy_or_the_type(void)
{
    static const struct nl_policy no_attr = { .type = NL_A_NO_ATTR, .min_len = 9, .max_len = 9 };
    static const struct {
        enum nl_attr_type type;
        size_t min_len, max_len, min, max;
    } cases[] = {
        { NL_A_UNSPEC, 0, 0, 0, SIZE_MAX }, { NL_A_U8, 0, 0, 1, 1 },
        { NL_A_U16, 0, 0, 2, 2 },           { NL_A_U32, 0, 0, 4, 4 },
        { NL_A_U64, 0, 0, 8, 8 },           { NL_A_FLAG, 0, 0, 0, SIZE_MAX },
        { NL_A_NESTED, 0, 0, 0, SIZE_MAX }, { NL_A_UNSPEC, 3, 5, 3, 5 },
        { NL_A_UNSPEC, 3, 0, 3, SIZE_MAX }, { NL_A_FLAG, 0, 3, 0, 3 },
        { NL_A_U16, 1, 0, 1, 2 },           { NL_A_U16, 0, 6, 2, 6 },
        { NL_A_U64, 9, 0, 9, 8 },           { N_NL_ATTR_TYPES, 2, 3, 2, 3 },
    };
    size_t i, size;

    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size = 0; size <= 10; size++) {
            size_t min = cases[i].min, max = cases[i].max;
            char text[100] = "";

            if (size < min || size > max) {
                snprintf(text, sizeof text,
                         DBG("attr 7 length %zu not in allowed range %zu...%zu"), size, min, max);
            }
            CHECK_INT(validate("0123456789", size, cases[i].type, cases[i].min_len,
                               cases[i].max_len), !text[0]);
            CHECK_LOG(text);
        }
    }
    /* An attribute that is skipped may even have an impossible length. */
    CHECK(nl_attr_validate(bare(0), &no_attr) && nl_attr_validate(bare(3), &no_attr));
    CHECK_LOG("");
}

static void
strings_end_in_their_only_nul(void)
{
    CHECK(validate("", 1, NL_A_STRING, 0, 0) && validate("abcde", 6, NL_A_STRING, 6, 6));
    CHECK_LOG("");
    CHECK_FAILS(validate("", 0, NL_A_STRING, 0, 6), "attr 7 length 0 not in allowed range 1...6");
    CHECK_FAILS(validate("abcdef", 7, NL_A_STRING, 2, 6),
                "attr 7 length 7 not in allowed range 2...6");
    CHECK_FAILS(validate("a\0b", 3, NL_A_STRING, 0, 0), "attr 7 lacks null at end");
    CHECK_FAILS(validate("ab\0", 4, NL_A_STRING, 0, 0), "attr 7 has bad length");
    CHECK_FAILS(validate("\0b", 3, NL_A_STRING, 0, 0), "attr 7 has bad length");
}

static const struct nl_policy policies[6] = {
    [1] = { .type = NL_A_U32 },
    [2] = { .type = NL_A_STRING, .optional = true },
    [5] = { .type = NL_A_U8 },
};

static void
parsing_finds_the_last_of_each_type(void)
{
    struct nlattr *attrs[7];
    struct ofpbuf b;
    uint8_t *data;

    use_memory(&b);
    nl_msg_put_genlmsghdr(&b, 0, 1, 0, 1, 1);
    data = nl_msg_put_uninit(&b, 0);
    nl_msg_put_u32(&b, 1 | NLA_F_NET_BYTEORDER, 1);
    nl_msg_put_u8(&b, 5 | NLA_F_NESTED, 1);
    nl_msg_put_u8(&b, 3, 1);
    nl_msg_put_u8(&b, 6, 1);
    nl_msg_put_u32(&b, 1, 2);
    nl_msg_put_u8(&b, 0x3fff, 1);
    memset(attrs, 0xee, sizeof attrs);
    errno = 99;
    CHECK(nl_policy_parse(&b, 20, policies, attrs, 6));
    CHECK_INT(errno, 99);
    CHECK_LOG(DBG("duplicate attr 1"));
    CHECK((uint8_t *) attrs[1] == data + 32 && (uint8_t *) attrs[5] == data + 8);
    CHECK(!attrs[0] && !attrs[2] && !attrs[3] && !attrs[4]);
    CHECK((uintptr_t) attrs[6] == (uintptr_t) UINT64_C(0xeeeeeeeeeeeeeeee));

    /* Policies beyond the count do not matter, required or not. */
    CHECK(nl_policy_parse(&b, 20, policies, attrs, 2));
    CHECK_LOG(DBG("duplicate attr 1"));
    CHECK(nl_policy_parse(&b, 20, NULL, NULL, 0));
    CHECK(nl_policy_parse(&b, ofpbuf_size(&b), policies, attrs, 1));
    CHECK_INT(nlsock_log_set_level(NLSOCK_LOG_INFO), 0);
    CHECK(nl_policy_parse(&b, 20, policies, attrs, 6));
    CHECK_LOG("");
    CHECK_INT(nlsock_log_set_level(NLSOCK_LOG_DBG), 0);
}

static void
parsing_fails_and_says_why(void)
{
    struct nlattr *attrs[6];
    struct ofpbuf b;
    size_t size;

    use_memory(&b);
    CHECK_FAILS(nl_policy_parse(&b, 0, policies, attrs, 6), "required attr 1 missing");
    nl_msg_put_u32(&b, 1, 1);
    CHECK_FAILS(nl_policy_parse(&b, 0, policies, attrs, 6), "required attr 5 missing");
    CHECK(attrs[1] == ofpbuf_data(&b));

    memset(attrs, 0xee, sizeof attrs);
    CHECK_FAILS(nl_policy_parse(&b, 9, policies, attrs, 6), "missing headers in nl_policy_parse");
    CHECK(!attrs[0] && !attrs[1] && !attrs[5]);
    CHECK_FAILS(nl_policy_parse(&b, SIZE_MAX, NULL, NULL, 0), "missing headers in nl_policy_parse");

    /* Attributes found before a bad one are kept. */
    nl_msg_put_u16(&b, 5, 1);
    CHECK_FAILS(nl_policy_parse(&b, 0, policies, attrs, 6),
                "attr 5 length 2 not in allowed range 1...1");
    CHECK(attrs[1] && !attrs[5]);
    ofpbuf_set_size(&b, 8);
    nl_msg_put_u8(&b, 5, 1);
    nl_msg_put_unspec(&b, 2, "abcd", 4);
    CHECK_FAILS(nl_policy_parse(&b, 0, policies, attrs, 6), "attr 2 lacks null at end");
    CHECK(attrs[1] && !attrs[2] && attrs[5]);

    /* The last attribute may lack all of its padding, but not part of it. */
    for (size = 8; size <= 20; size++) {
        bool ok = size == 13 || size == 16;

        ofpbuf_set_size(&b, (uint32_t) size);
        CHECK_INT(nl_policy_parse(&b, 0, policies, attrs, 6), ok);
        CHECK_LOG(ok ? "" : size == 8 ? DBG("required attr 5 missing")
                  : DBG("attributes followed by garbage"));
    }
    memcpy(ofpbuf_data(&b), (uint8_t[]) { HEAD(3, 1) }, 4);
    CHECK_FAILS(nl_policy_parse(&b, 0, NULL, NULL, 0), "attributes followed by garbage");
}

static void
nested_attributes_end_where_their_parent_does(void)
{
    struct nlattr *attrs[6];
    const struct nlattr *nla;
    struct ofpbuf b;
    size_t offset;

    use_memory(&b);
    nla = ofpbuf_data(&b);
    offset = nl_msg_start_nested(&b, 3);
    nl_msg_put_u32(&b, 1, 1);
    nl_msg_put_u8(&b, 5, 1);
    nl_msg_end_nested(&b, offset);
    nl_msg_put_string(&b, 2, "abc");
    CHECK(nl_parse_nested(nla, policies, attrs, 6));
    CHECK(attrs[1] == nla + 1 && !attrs[2] && attrs[5] == nla + 3);
    CHECK(nl_attr_find_nested(nla, 5) == nla + 3 && !nl_attr_find_nested(nla, 2));
    CHECK(!nl_attr_find_nested(bare(4), 7));
    CHECK_LOG("");
    CHECK_FAILS(nl_parse_nested(bare(4), policies, attrs, 6), "required attr 1 missing");
    CHECK(!attrs[1]);
}

int
main(void)
{
    record_log();
    RUN(lengths_are_those_of_the_policy_or_the_type);
    RUN(strings_end_in_their_only_nul);
    RUN(parsing_finds_the_last_of_each_type);
    RUN(parsing_fails_and_says_why);
    RUN(nested_attributes_end_where_their_parent_does);
    return tap_done();
}
