/* SPDX-License-Identifier: Apache-2.0 */
/* nlsock-ext.h: signed integers and integers of variable size, nests with a flag, policies for
 * structures that grow; the version. */

#include "message.h"

#define FLAGGED(TYPE) ((TYPE) | 0x8000)

/* The bytes of an integer, as an attribute has them. */
#define PAYLOAD(VALUE) (const void *) &(VALUE), sizeof(VALUE)

static void
signed_integers_come_back(void)
{
    static const int64_t values[] = { 0, 1, -1, INT8_MIN, INT8_MAX, INT16_MIN, INT16_MAX, INT32_MIN,
                                      INT32_MAX, INT64_MIN, INT64_MAX };
    size_t i;

    for (i = 0; i < sizeof values / sizeof values[0]; i++) {
        int64_t s64 = values[i];
        int32_t s32 = (int32_t) s64;
        int16_t s16 = (int16_t) s64;
        int8_t s8 = (int8_t) s64;
        struct ofpbuf b;

        use_memory(&b);
        nlsock_msg_put_s8(&b, 1, s8);
        nlsock_msg_put_s16(&b, 2, s16);
        nlsock_msg_put_s32(&b, 3, s32);
        nlsock_msg_put_s64(&b, 4, s64);
        CHECK_INT(ofpbuf_size(&b), 8 + 8 + 8 + 12);
        CHECK_INT(nlsock_attr_get_s8(nl_attr_find(&b, 0, 1)), s8);
        CHECK_INT(nlsock_attr_get_s16(nl_attr_find(&b, 0, 2)), s16);
        CHECK_INT(nlsock_attr_get_s32(nl_attr_find(&b, 0, 3)), s32);
        CHECK_INT(nlsock_attr_get_s64(nl_attr_find(&b, 0, 4)), s64);
        CHECK_INT(nl_attr_get_size(nl_attr_find(&b, 0, 1)), 1);
        CHECK_INT(nl_attr_get_size(nl_attr_find(&b, 0, 2)), 2);
    }
}

static void
integers_of_variable_size_take_four_bytes_if_they_fit(void)
{
    static const struct { uint64_t value; size_t size; } unsigneds[] = {
        { 0, 4 }, { UINT32_MAX, 4 }, { UINT32_MAX + 1ull, 8 }, { UINT64_MAX, 8 },
    };
    static const struct { int64_t value; size_t size; } signeds[] = {
        { 0, 4 }, { -1, 4 }, { INT32_MIN, 4 }, { INT32_MAX, 4 },
        { INT32_MIN - 1ll, 8 }, { INT32_MAX + 1ll, 8 }, { INT64_MIN, 8 }, { INT64_MAX, 8 },
    };
    struct ofpbuf b;
    size_t i;

    for (i = 0; i < sizeof unsigneds / sizeof unsigneds[0]; i++) {
        use_memory(&b);
        nlsock_msg_put_uint(&b, 5, unsigneds[i].value);
        CHECK_INT(nl_attr_get_size(ofpbuf_data(&b)), unsigneds[i].size);
        CHECK(nlsock_attr_get_uint(ofpbuf_data(&b)) == unsigneds[i].value);
    }
    for (i = 0; i < sizeof signeds / sizeof signeds[0]; i++) {
        use_memory(&b);
        nlsock_msg_put_sint(&b, 5, signeds[i].value);
        CHECK_INT(nl_attr_get_size(ofpbuf_data(&b)), signeds[i].size);
        CHECK_INT(nlsock_attr_get_sint(ofpbuf_data(&b)), signeds[i].value);
    }
}

static void
signed_integers_are_read_from_any_address(void)
{
    static const int64_t s64 = -2;
    static const int32_t s32 = -3;
    size_t i;

    for (i = 0; i < 4; i++) {
        struct nlattr *nla = (struct nlattr *) (memory + i);

        memcpy(nla, make(12, 1, PAYLOAD(s64)), 12);
        CHECK_INT(nlsock_attr_get_s64(nla), -2);
        CHECK_INT(nlsock_attr_get_sint(nla), -2);
        memcpy(nla, make(8, 1, PAYLOAD(s32)), 8);
        CHECK_INT(nlsock_attr_get_s32(nla), -3);
        CHECK_INT(nlsock_attr_get_sint(nla), -3);
        CHECK_INT(nlsock_attr_get_uint(nla), UINT32_MAX - 2);
    }
}

static void
nests_can_have_the_flag_and_be_cancelled(void)
{
    struct ofpbuf b;
    size_t outer, inner;

    use_memory(&b);
    nl_msg_put_u8(&b, 1, 7);
    outer = nlsock_msg_start_nested(&b, 2);
    CHECK_INT(outer, 8);
    nl_msg_put_u8(&b, 3, 8);
    inner = nlsock_msg_start_nested(&b, 4);
    nl_msg_put_u8(&b, 5, 9);
    nlsock_msg_cancel_nested(&b, inner);
    nl_msg_end_nested(&b, outer);
    CHECK_DATA(&b, HEAD(5, 1), 7, 0, 0, 0, HEAD(12, FLAGGED(2)), HEAD(5, 3), 8, 0, 0, 0);
    CHECK_INT(nl_attr_type(nl_attr_find(&b, 0, 2)), 2);
    /* Also one that has been ended, and one without the flag. */
    nlsock_msg_cancel_nested(&b, outer);
    CHECK_DATA(&b, HEAD(5, 1), 7, 0, 0, 0);
    outer = nl_msg_start_nested(&b, 2);
    nlsock_msg_cancel_nested(&b, outer);
    CHECK_INT(ofpbuf_size(&b), 8);
    /* The caller may pass the flag, too. */
    nlsock_msg_start_nested(&b, FLAGGED(2));
    CHECK_DATA(&b, HEAD(5, 1), 7, 0, 0, 0, HEAD(4, FLAGGED(2)));
}

struct grown {
    uint32_t a, b;
};

static bool
accepts(struct nl_policy policy, size_t size)
{
    return nl_attr_validate(make(4 + size, 1, "abcdefghijklmnopqrst", size), &policy);
}

static void
policies_accept_what_newer_kernels_send(void)
{
    struct nl_policy at_least = { NLSOCK_POLICY_AT_LEAST(struct grown) };
    struct nl_policy fixed = { NL_POLICY_FOR(struct grown) };
    struct nl_policy any_uint = { NLSOCK_POLICY_UINT, .optional = true };
    struct nl_policy any_sint = { NLSOCK_POLICY_SINT };
    struct nl_policy s16 = { .type = NLSOCK_A_S16 };

    CHECK(!accepts(at_least, 7) && accepts(at_least, 8) && accepts(at_least, 20));
    CHECK(accepts(fixed, 8) && !accepts(fixed, 12));
    CHECK(!accepts(any_uint, 3) && accepts(any_uint, 4) && accepts(any_uint, 8));
    CHECK(!accepts(any_uint, 12) && any_uint.optional);
    CHECK(!accepts(any_sint, 2) && accepts(any_sint, 4) && accepts(any_sint, 8));
    CHECK(accepts(s16, 2) && !accepts(s16, 4));
    CHECK(NLSOCK_A_S8 == NL_A_U8 && NLSOCK_A_S32 == NL_A_U32 && NLSOCK_A_S64 == NL_A_U64);
}

static void get_short_s8(void) { nlsock_attr_get_s8(bare(4)); }
static void get_short_s64(void) { nlsock_attr_get_s64(bare(11)); }
static void get_short_uint(void) { nlsock_attr_get_uint(bare(7)); }
static void get_short_sint(void) { nlsock_attr_get_sint(bare(7)); }

static void
cancel_beyond_the_end(void)
{
    struct ofpbuf b;

    use_memory(&b);
    nlsock_msg_cancel_nested(&b, 1);
}

static void
breaches_abort(void)
{
    CHECK_ABORTS(get_short_s8, "nl_attr_get_unspec");
    CHECK_ABORTS(get_short_s64, "nl_attr_get_unspec");
    CHECK_ABORTS(get_short_uint, "nl_attr_get_unspec");
    CHECK_ABORTS(get_short_sint, "nl_attr_get_unspec");
    CHECK_ABORTS(cancel_beyond_the_end, "nlsock_msg_cancel_nested");
}

static void
library_and_headers_have_one_version(void)
{
    CHECK_STR(nlsock_version(), NLSOCK_VERSION);
    CHECK(strchr(NLSOCK_VERSION, '.'));
}

int
main(void)
{
    RUN(signed_integers_come_back);
    RUN(integers_of_variable_size_take_four_bytes_if_they_fit);
    RUN(signed_integers_are_read_from_any_address);
    RUN(nests_can_have_the_flag_and_be_cancelled);
    RUN(policies_accept_what_newer_kernels_send);
    RUN(breaches_abort);
    RUN(library_and_headers_have_one_version);
    return tap_done();
}
