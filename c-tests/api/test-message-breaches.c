/* SPDX-License-Identifier: Apache-2.0 */
/* netlink.h: calls that break the contract abort. */

#include <limits.h>
#include "message.h"

/* A test runs itself in a child for each breach in it: 'breach' is then
 * the line of the one to commit. */
static int breach;

#define CHECK_BREACH(TEST, CALL, NAME)                                          \
    do {                                                                        \
        if (breach == __LINE__) {                                               \
            CALL;                                                               \
        } else if (!breach) {                                                   \
            breach = __LINE__;                                                  \
            CHECK_ABORTS(TEST, NAME);                                           \
            breach = 0;                                                         \
        }                                                                       \
    } while (0)

/* Returns a buffer with 'size' bytes that may grow. */
static struct ofpbuf *
heap(size_t size)
{
    static struct ofpbuf b;

    ofpbuf_init(&b, 0);
    ofpbuf_put_zeros(&b, size);
    return &b;
}

static void
breaches_abort(void)
{
    static const struct nl_policy integer = { NL_POLICY_FOR(int) };
    static const struct nl_policy unknown = { .type = N_NL_ATTR_TYPES };
    static const uint8_t flag[] = { HEAD(4, 0) };
    struct nlattr *attrs[1];
    struct ofpbuf b;

#define CHECK_CALL_ABORTS(CALL, NAME) CHECK_BREACH(breaches_abort, CALL, NAME)
    CHECK_CALL_ABORTS(nl_msg_nlmsghdr(heap(15)), "nl_msg_nlmsghdr");
    CHECK_CALL_ABORTS(nl_msg_nlmsghdr(heap(0)), "nl_msg_nlmsghdr");
    CHECK_CALL_ABORTS(nl_msg_nlmsgerr(heap(15), NULL), "nl_msg_nlmsghdr");
    CHECK_CALL_ABORTS(nl_msg_put_nlmsghdr(heap(1), 0, 1, 1), "nl_msg_put_nlmsghdr");
    CHECK_CALL_ABORTS(nl_msg_put_genlmsghdr(heap(1), 0, 1, 1, 1, 1), "nl_msg_put_nlmsghdr");

    CHECK_CALL_ABORTS(nl_attr_get(bare(3)), "nl_attr_get");
    CHECK_CALL_ABORTS(nl_attr_get_size(bare(3)), "nl_attr_get_size");
    CHECK_CALL_ABORTS(nl_attr_get_nested(bare(3), &b), "nl_attr_get_size");
    CHECK_CALL_ABORTS(nl_attr_find_nested(bare(3), 1), "nl_attr_get_size");
    CHECK_CALL_ABORTS(nl_parse_nested(bare(3), NULL, NULL, 0), "nl_attr_get_size");
    CHECK_CALL_ABORTS(nl_attr_validate(bare(3), &integer), "nl_attr_get_size");
    CHECK_CALL_ABORTS(nl_attr_get_unspec(bare(3), 0), "nl_attr_get_unspec");
    CHECK_CALL_ABORTS(nl_attr_get_unspec(bare(8), 5), "nl_attr_get_unspec");
    CHECK_CALL_ABORTS(nl_attr_get_unspec(bare(8), SIZE_MAX), "nl_attr_get_unspec");
    CHECK_CALL_ABORTS(nl_attr_get_u8(bare(4)), "nl_attr_get_unspec");
    CHECK_CALL_ABORTS(nl_attr_get_u16(bare(5)), "nl_attr_get_unspec");
    CHECK_CALL_ABORTS(nl_attr_get_u32(bare(7)), "nl_attr_get_unspec");
    CHECK_CALL_ABORTS(nl_attr_get_u64(bare(11)), "nl_attr_get_unspec");
    CHECK_CALL_ABORTS(nl_attr_get_be16(bare(5)), "nl_attr_get_unspec");
    CHECK_CALL_ABORTS(nl_attr_get_be32(bare(7)), "nl_attr_get_unspec");
    CHECK_CALL_ABORTS(nl_attr_get_be64(bare(11)), "nl_attr_get_unspec");
    CHECK_CALL_ABORTS(nl_attr_get_odp_port(bare(0)), "nl_attr_get_unspec");
    CHECK_CALL_ABORTS(nl_attr_get_string(bare(3)), "nl_attr_get_string");
    CHECK_CALL_ABORTS(nl_attr_get_string(bare(4)), "nl_attr_get_string");
    CHECK_CALL_ABORTS(nl_attr_get_string(make(7, 1, "abc", 4)), "nl_attr_get_string");

    CHECK_CALL_ABORTS(validate("x", 1, N_NL_ATTR_TYPES, 1, 0), "nl_attr_validate");
    CHECK_CALL_ABORTS(validate("x", 1, (enum nl_attr_type) 1000, 0, 1), "nl_attr_validate");
    CHECK_CALL_ABORTS(nl_parse_nested(make(8, 1, flag, 4), &unknown, attrs, 1), "nl_attr_validate");
}

static void
sizes_that_do_not_fit_abort(void)
{
    static uint8_t data[65532];

#define CHECK_SIZE_ABORTS(CALL, NAME) CHECK_BREACH(sizes_that_do_not_fit_abort, CALL, NAME)
    CHECK_SIZE_ABORTS(nl_msg_put_unspec_uninit(heap(0), 1, TOO_LONG), "nl_msg_put_unspec_uninit");
    CHECK_SIZE_ABORTS(nl_msg_put_unspec_zero(heap(0), 1, TOO_LONG), "nl_msg_put_unspec_uninit");
    CHECK_SIZE_ABORTS(nl_msg_put_unspec(heap(0), 1, data, 65532), "nl_msg_put_unspec_uninit");
    CHECK_SIZE_ABORTS(nl_msg_put_unspec(heap(0), 1, "", SIZE_MAX - 3), "nl_msg_put_unspec_uninit");
    CHECK_SIZE_ABORTS(nl_msg_push_unspec_uninit(heap(0), 1, TOO_LONG), "nl_msg_push_unspec_uninit");
    CHECK_SIZE_ABORTS(nl_msg_push_unspec(heap(0), 1, data, 65532), "nl_msg_push_unspec_uninit");
    CHECK_SIZE_ABORTS(nl_msg_push_unspec_uninit(heap(0), 1, SIZE_MAX), "nl_msg_push_unspec_uninit");
    CHECK_SIZE_ABORTS(nl_msg_put_nested(heap(0), 1, data, 65529), "nl_msg_end_nested");
    CHECK_SIZE_ABORTS(nl_msg_end_nested(heap(65540), 4), "nl_msg_end_nested");
    CHECK_SIZE_ABORTS(nl_msg_end_nested(heap(8), 5), "nl_msg_end_nested");
    CHECK_SIZE_ABORTS(nl_msg_end_nested(heap(8), SIZE_MAX), "nl_msg_end_nested");

    CHECK_SIZE_ABORTS(nl_msg_put(heap(0), "", SIZE_MAX), REFUSES_SIZE_MAX("ofpbuf_resize__"));
    CHECK_SIZE_ABORTS(nl_msg_put_uninit(heap(4), SIZE_MAX - 3), "ofpbuf_resize__");
    CHECK_SIZE_ABORTS(nl_msg_put_uninit(heap(4), UINT32_MAX - 3), "ofpbuf_resize__");
    CHECK_SIZE_ABORTS(nl_msg_push(heap(0), "", SIZE_MAX - 2), REFUSES_SIZE_MAX("ofpbuf_resize__"));
    CHECK_SIZE_ABORTS(nl_msg_push_uninit(heap(4), SIZE_MAX), "ofpbuf_resize__");
    CHECK_SIZE_ABORTS(nl_msg_put_nested(heap(0), 1, "", SIZE_MAX), "ofpbuf_resize__");
    CHECK_SIZE_ABORTS(nl_msg_reserve(heap(0), SIZE_MAX), REFUSES_SIZE_MAX("ofpbuf_resize__"));
#if SIZE_MAX > UINT32_MAX
    CHECK_SIZE_ABORTS(nl_msg_reserve(heap(0), (size_t) UINT32_MAX + 1), "ofpbuf_resize__");
#endif
    CHECK_SIZE_ABORTS(nl_msg_put_nlmsghdr(heap(0), SIZE_MAX, 1, 1),
                      REFUSES_SIZE_MAX("ofpbuf_resize__"));
    CHECK_SIZE_ABORTS(nl_msg_put_genlmsghdr(heap(0), SIZE_MAX - 19, 1, 1, 1, 1),
                      REFUSES_SIZE_MAX("ofpbuf_resize__"));
}

int
main(void)
{
    RUN(breaches_abort);
    RUN(sizes_that_do_not_fit_abort);
    return tap_done();
}
