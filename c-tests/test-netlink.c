/* netlink.h and netlink-protocol.h: every function, inline and macro, down to the bytes, the
 * allocation and the lines in the log. */

#include "netlink-protocol.h"
#include "netlink.h"
#include "nlsock-ext.h"
#include "ofpbuf.h"
#include "tap.h"
#include <errno.h>
#include <limits.h>

/* The two bytes of an integer in host order, and an attribute's header, for initialisers. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define H16(N) (uint8_t) (N), (uint8_t) ((N) >> 8)
#else
#define H16(N) (uint8_t) ((N) >> 8), (uint8_t) (N)
#endif
#define HEAD(LEN, TYPE) H16(LEN), H16(TYPE)

/* Integers whose bytes in memory are 1, 2, ..., whatever the byte order. */
static const union {
    uint8_t bytes[8];
    uint16_t u16;
    uint32_t u32;
    uint64_t u64;
} value = { { 1, 2, 3, 4, 5, 6, 7, 8 } };

/* Memory that holds no zero by chance, so that padding shows. */
static _Alignas(8) uint8_t memory[1024];

/* Makes 'b' an empty buffer in 'memory', with as much room before as behind. */
static void
use_memory(struct ofpbuf *b)
{
    memset(memory, 0xee, sizeof memory);
    ofpbuf_use_stack(b, memory, sizeof memory);
    ofpbuf_reserve(b, sizeof memory / 2);
}

/* Returns an attribute that says that it has 'len' bytes, with 'size' bytes of payload. */
static struct nlattr *
make(size_t len, uint16_t type, const void *payload, size_t size)
{
    static union {
        struct nlattr nla;
        uint8_t bytes[32];
    } attr;

    memset(&attr, 0xee, sizeof attr);
    attr.nla.nla_len = (uint16_t) len;
    attr.nla.nla_type = type;
    memcpy(attr.bytes + 4, payload, size);
    return &attr.nla;
}

static struct nlattr *
bare(size_t len)
{
    return make(len, 7, "", 0);
}

#define CHECK_DATA(B, ...)                                                      \
    do {                                                                        \
        const uint8_t bytes__[] = { __VA_ARGS__ };                              \
        CHECK_INT(ofpbuf_size(B), sizeof bytes__);                              \
        CHECK(!memcmp(ofpbuf_data(B), bytes__, sizeof bytes__));                \
    } while (0)
#define CHECK_ROOM(B, SIZE, ALLOCATED, HEADROOM)                                \
    do {                                                                        \
        CHECK_INT(ofpbuf_size(B), SIZE);                                        \
        CHECK_INT((B)->allocated, ALLOCATED);                                   \
        CHECK_INT(ofpbuf_headroom(B), HEADROOM);                                \
    } while (0)

/* What has been logged since the last check, a line for each message. */
static char log_text[1024];

static void
record(void *aux, int level, const char *module, const char *text)
{
    char *end = strchr(aux, '\0');
    size_t room = (size_t) (log_text + sizeof log_text - end);

    snprintf(end, room, "%d %s %s\n", level, module, text);
}

#define CHECK_LOG(EXPECTED)                                                     \
    do {                                                                        \
        CHECK_STR(log_text, EXPECTED);                                          \
        log_text[0] = '\0';                                                     \
    } while (0)
#define DBG(TEXT) "5 netlink " TEXT "\n"
#define CHECK_FAILS(CALL, TEXT)                                                 \
    do {                                                                        \
        CHECK(!CALL);                                                           \
        CHECK_LOG(DBG(TEXT));                                                   \
    } while (0)

static void
constants_have_the_kernels_values(void)
{
    static const struct nl_policy byte = { NL_POLICY_FOR(uint8_t), .optional = true };
    static const struct nl_policy header = { NL_POLICY_FOR(struct nlmsghdr) };

    CHECK(NLA_F_NESTED == 0x8000 && NLA_F_NET_BYTEORDER == 0x4000);
    CHECK_INT((uint16_t) NLA_TYPE_MASK, 0x3fff);
    CHECK(NETLINK_ADD_MEMBERSHIP == 1 && NETLINK_DROP_MEMBERSHIP == 2);
    CHECK(CTRL_ATTR_MCAST_GROUPS == 7 && CTRL_ATTR_MAX >= 7 && CTRL_ATTR_MCAST_GRP_MAX == 2);
    CHECK(CTRL_ATTR_MCAST_GRP_NAME == 1 && CTRL_ATTR_MCAST_GRP_ID == 2);
    CHECK(NL_ATTR_SIZE(0) == 4 && NL_ATTR_SIZE(1) == 8 && NL_ATTR_SIZE(5) == 12);
    CHECK(NL_A_FLAG_SIZE == 4 && NL_A_U8_SIZE == 8 && NL_A_U16_SIZE == 8 && NL_A_BE16_SIZE == 8);
    CHECK(NL_A_U32_SIZE == 8 && NL_A_BE32_SIZE == 8 && NL_A_U64_SIZE == 12 && NL_A_BE64_SIZE == 12);
    CHECK(header.type == NL_A_UNSPEC && header.min_len == 16 && header.max_len == 16);
    CHECK(!header.optional && byte.min_len == 1 && byte.max_len == 1 && byte.optional);
}

/* Checks what CALL makes of an empty buffer 'b'. */
#define CHECK_CALL(CALL, ...)                                                   \
    do {                                                                        \
        use_memory(&b);                                                         \
        CALL;                                                                   \
        CHECK_DATA(&b, __VA_ARGS__);                                            \
    } while (0)

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

    /* What is not padding is not written. */
    CHECK_CALL(p = nl_msg_put_uninit(&b, 1), 0xee, 0, 0, 0);
    CHECK(p == ofpbuf_data(&b));
    p = nl_msg_push_uninit(&b, 3);
    CHECK(p == ofpbuf_data(&b));
    CHECK_DATA(&b, 0xee, 0xee, 0xee, 0, 0xee, 0, 0, 0);
    CHECK(nl_msg_put_uninit(&b, 0) == ofpbuf_tail(&b));
    CHECK(nl_msg_push_uninit(&b, 0) == ofpbuf_data(&b));
    CHECK_INT(ofpbuf_size(&b), 8);
}

/* The same of both nl_msg_put_TYPE() and nl_msg_push_TYPE(). */
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
    /* A type is taken as it is, flags and all. */
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
headers_are_cut_to_16_bits(void)
{
    struct ofpbuf b;

    CHECK_CALL(nl_msg_put_nlmsghdr(&b, 0, 0xabcd1234, 0xffff0305),
               0, 0, 0, 0, H16(0x1234), H16(0x0305), 0, 0, 0, 0, 0, 0, 0, 0);
    CHECK(nl_msg_nlmsghdr(&b) == ofpbuf_data(&b));
    CHECK(!nl_msg_genlmsghdr(&b));
    ofpbuf_put(&b, "abc", 3);
    CHECK(!nl_msg_genlmsghdr(&b));
    ofpbuf_put(&b, "d", 1);
    CHECK((uint8_t *) nl_msg_genlmsghdr(&b) == (uint8_t *) ofpbuf_data(&b) + 16);

    CHECK_CALL(nl_msg_put_genlmsghdr(&b, 0, -2, 0x10001, 200, 255),
               0, 0, 0, 0, H16(0xfffe), H16(1), 0, 0, 0, 0, 0, 0, 0, 0, 200, 255, 0, 0);
    ofpbuf_use_const(&b, NULL, 0);
    CHECK(!nl_msg_genlmsghdr(&b));
}

/* Returns the errno value in a message of 'size' bytes, -1 if it carries none. */
static int
error_of(uint16_t type, int code, size_t size)
{
    uint8_t bytes[36] = { 0 };
    struct ofpbuf b;
    int error = -1;
    bool is_error;

    memcpy(bytes + 4, &type, sizeof type);
    memcpy(bytes + 16, &code, sizeof code);
    ofpbuf_use_const(&b, bytes, size);
    is_error = nl_msg_nlmsgerr(&b, &error);
    CHECK_INT(is_error, error != -1);
    return error;
}

static void
errors_are_errno_values(void)
{
    struct nlmsghdr header = { .nlmsg_type = NLMSG_ERROR };
    struct ofpbuf b;

    CHECK_INT(error_of(NLMSG_DONE, -ENOENT, 36), -1);
    CHECK_INT(error_of(NLMSG_DONE, 0, 16), -1);
    CHECK_INT(error_of(NLMSG_ERROR | 0x100, 0, 36), -1);
    CHECK_INT(error_of(NLMSG_ERROR, 0, 36), 0);
    CHECK_INT(error_of(NLMSG_ERROR, -ENOENT, 36), ENOENT);
    CHECK_INT(error_of(NLMSG_ERROR, -INT_MAX, 36), INT_MAX);
    CHECK_INT(error_of(NLMSG_ERROR, ENOENT, 36), EPROTO);
    CHECK_INT(error_of(NLMSG_ERROR, INT_MIN, 36), EPROTO);
    CHECK_LOG("");

    errno = 99;
    CHECK_INT(error_of(NLMSG_ERROR, 0, 35), EPROTO);
    CHECK_INT(errno, 99);
    CHECK_LOG("2 netlink received invalid nlmsgerr (35 bytes < 36)\n");
    ofpbuf_use_const(&b, &header, sizeof header);
    CHECK(nl_msg_nlmsgerr(&b, NULL));
    CHECK_LOG("2 netlink received invalid nlmsgerr (16 bytes < 36)\n");
    CHECK_INT(nlsock_log_set_level(NLSOCK_LOG_OFF), 0);
    CHECK(nl_msg_nlmsgerr(&b, NULL));
    CHECK_LOG("");
    CHECK_INT(nlsock_log_set_level(NLSOCK_LOG_DBG), 0);
}

static void
messages_are_taken_off_a_buffer(void)
{
    static const uint32_t lens[] = { 0, 15, 16, 20, 21, UINT32_MAX };
    struct ofpbuf buffer, msg;
    uint8_t *data;
    size_t i;

    use_memory(&buffer);
    data = ofpbuf_put_uninit(&buffer, 17 + 18 + 15);
    memcpy(data, &(uint32_t) { 17 }, 4);
    memcpy(data + 17, &(uint32_t) { 18 }, 4);
    memset(&msg, 0, sizeof msg);

    /* Lengths count as they are, so the second message starts at an odd address. */
    CHECK((uint8_t *) nl_msg_next(&buffer, &msg) == data);
    CHECK(ofpbuf_data(&msg) == data && msg.source == OFPBUF_STACK && msg.l3_ofs == UINT16_MAX);
    CHECK_ROOM(&msg, 17, 17, 0);
    CHECK_ROOM(&buffer, 18 + 15, 1024, 512 + 17);
    CHECK((uint8_t *) nl_msg_next(&buffer, &msg) == data + 17);
    CHECK_ROOM(&msg, 18, 18, 0);
    CHECK_ROOM(&buffer, 15, 1024, 512 + 17 + 18);

    /* No header is left.  Of 'msg' only the data and its size change. */
    CHECK(!nl_msg_next(&buffer, &msg));
    CHECK_ROOM(&buffer, 0, 1024, 0);
    CHECK(ofpbuf_base(&msg) == data + 17 && !ofpbuf_data(&msg));
    CHECK(!ofpbuf_size(&msg) && msg.allocated == 18);
    CHECK(!nl_msg_next(&buffer, &msg));

    for (i = 0; i < sizeof lens / sizeof *lens; i++) {
        bool good = lens[i] == 16 || lens[i] == 20;

        memcpy(memory, &lens[i], sizeof lens[i]);
        ofpbuf_use_const(&buffer, memory, 20);
        ofpbuf_use_const(&msg, memory, 1);
        CHECK((uint8_t *) nl_msg_next(&buffer, &msg) == (good ? memory : NULL));
        CHECK_INT(ofpbuf_size(&msg), good ? lens[i] : 0);
        CHECK_INT(ofpbuf_size(&buffer), good ? 20 - lens[i] : 0);
    }
}

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

/* Makes 'types' the types of the attributes that LOOP finds, as the digits of a number. */
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

    /* The last attribute may lack its padding.  Any unsigned type will do for what is left. */
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

static bool
validate(const char *payload, size_t size, enum nl_attr_type type, size_t min_len, size_t max_len)
{
    struct nl_policy policy = { type, min_len, max_len, false };

    return nl_attr_validate(make(4 + size, 0xc007, payload, size), &policy);
}

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
    /* An attribute that is skipped may even have a length that is none. */
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
    CHECK((uintptr_t) attrs[6] == UINT64_C(0xeeeeeeeeeeeeeeee));

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

    /* What was found before a bad attribute stays. */
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

static void
attributes_have_up_to_65535_bytes(void)
{
    struct ofpbuf b;
    uint8_t *p;

    CHECK(!nl_attr_oversized(0) && !nl_attr_oversized(65528));
    CHECK(nl_attr_oversized(65529) && nl_attr_oversized(65532) && nl_attr_oversized(65536));
    CHECK(nl_attr_oversized((size_t) UINT32_MAX + 1) && nl_attr_oversized(SIZE_MAX));

    ofpbuf_init(&b, 0);
    p = nl_msg_put_unspec_zero(&b, 1, 65528);
    CHECK(!p[0] && !memcmp(p, p + 1, 65527));
    CHECK_ROOM(&b, 65532, 65532, 0);
    CHECK_INT(nl_attr_get_size(ofpbuf_data(&b)), 65528);
    nl_msg_push_unspec_uninit(&b, 2, 65525);
    CHECK_ROOM(&b, 131064, 131064, 0);
    CHECK_INT(nl_attr_get_size(ofpbuf_data(&b)), 65525);

    /* What is put into a nested attribute need not be padded. */
    ofpbuf_clear(&b);
    nl_msg_start_nested(&b, 3);
    ofpbuf_put_uninit(&b, 65531);
    nl_msg_end_nested(&b, 0);
    CHECK_INT(nl_attr_get_size(ofpbuf_data(&b)), 65531);
    ofpbuf_uninit(&b);
}

/* Breaches of the contract.  A test runs itself in a child for each breach in it: 'breach' is then
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
    CHECK_SIZE_ABORTS(nl_msg_put_unspec_uninit(heap(0), 1, 65529), "nl_msg_put_unspec_uninit");
    CHECK_SIZE_ABORTS(nl_msg_put_unspec_zero(heap(0), 1, 65529), "nl_msg_put_unspec_uninit");
    CHECK_SIZE_ABORTS(nl_msg_put_unspec(heap(0), 1, data, 65532), "nl_msg_put_unspec_uninit");
    CHECK_SIZE_ABORTS(nl_msg_put_unspec(heap(0), 1, "", SIZE_MAX - 3), "nl_msg_put_unspec_uninit");
    CHECK_SIZE_ABORTS(nl_msg_push_unspec_uninit(heap(0), 1, 65529), "nl_msg_push_unspec_uninit");
    CHECK_SIZE_ABORTS(nl_msg_push_unspec(heap(0), 1, data, 65532), "nl_msg_push_unspec_uninit");
    CHECK_SIZE_ABORTS(nl_msg_push_unspec_uninit(heap(0), 1, SIZE_MAX), "nl_msg_push_unspec_uninit");
    CHECK_SIZE_ABORTS(nl_msg_put_nested(heap(0), 1, data, 65529), "nl_msg_end_nested");
    CHECK_SIZE_ABORTS(nl_msg_end_nested(heap(65540), 4), "nl_msg_end_nested");
    CHECK_SIZE_ABORTS(nl_msg_end_nested(heap(8), 5), "nl_msg_end_nested");
    CHECK_SIZE_ABORTS(nl_msg_end_nested(heap(8), SIZE_MAX), "nl_msg_end_nested");

    CHECK_SIZE_ABORTS(nl_msg_put(heap(0), "", SIZE_MAX), "ofpbuf_resize__");
    CHECK_SIZE_ABORTS(nl_msg_put_uninit(heap(4), SIZE_MAX - 3), "ofpbuf_resize__");
    CHECK_SIZE_ABORTS(nl_msg_put_uninit(heap(4), UINT32_MAX - 3), "ofpbuf_resize__");
    CHECK_SIZE_ABORTS(nl_msg_push(heap(0), "", SIZE_MAX - 2), "ofpbuf_resize__");
    CHECK_SIZE_ABORTS(nl_msg_push_uninit(heap(4), SIZE_MAX), "ofpbuf_resize__");
    CHECK_SIZE_ABORTS(nl_msg_put_nested(heap(0), 1, "", SIZE_MAX), "ofpbuf_resize__");
    CHECK_SIZE_ABORTS(nl_msg_reserve(heap(0), SIZE_MAX), "ofpbuf_resize__");
    CHECK_SIZE_ABORTS(nl_msg_reserve(heap(0), (size_t) UINT32_MAX + 1), "ofpbuf_resize__");
    CHECK_SIZE_ABORTS(nl_msg_put_nlmsghdr(heap(0), SIZE_MAX, 1, 1), "ofpbuf_resize__");
    CHECK_SIZE_ABORTS(nl_msg_put_genlmsghdr(heap(0), SIZE_MAX - 19, 1, 1, 1, 1), "ofpbuf_resize__");
}

int
main(void)
{
    /* Failed assertions are looked for on standard error. */
    RUN(breaches_abort);
    RUN(sizes_that_do_not_fit_abort);

    nlsock_log_set_handler(record, log_text);
    nlsock_log_set_level(NLSOCK_LOG_DBG);
    RUN(constants_have_the_kernels_values);
    RUN(padding_follows_the_data_at_either_end);
    RUN(attributes_are_added_byte_for_byte);
    RUN(nested_attributes_span_what_was_put_since);
    RUN(no_data_may_be_null);
    RUN(growing_counts_the_padding);
    RUN(headers_make_room_for_the_payload);
    RUN(headers_are_cut_to_16_bits);
    RUN(errors_are_errno_values);
    RUN(messages_are_taken_off_a_buffer);
    RUN(payloads_are_read_from_any_address);
    RUN(messages_are_built_at_any_address);
    RUN(loops_stop_at_what_does_not_fit);
    RUN(lengths_are_those_of_the_policy_or_the_type);
    RUN(strings_end_in_their_only_nul);
    RUN(parsing_finds_the_last_of_each_type);
    RUN(parsing_fails_and_says_why);
    RUN(nested_attributes_end_where_their_parent_does);
    RUN(finding_stops_at_a_bad_attribute);
    RUN(attributes_have_up_to_65535_bytes);
    return tap_done();
}
