/* SPDX-License-Identifier: Apache-2.0 */
/* netlink.h and netlink-protocol.h: constants, headers, errors, and messages in a row. */

#include <limits.h>
#include "message.h"

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

    /* Lengths are not rounded up, so the second message starts at an odd address. */
    CHECK((uint8_t *) nl_msg_next(&buffer, &msg) == data);
    CHECK(ofpbuf_data(&msg) == data && msg.source == OFPBUF_STACK && !msg.OFPBUF_MARK);
#if !OVS3
    CHECK_INT(msg.l3_ofs, UINT16_MAX);
#endif
    CHECK_ROOM(&msg, 17, 17, 0);
    CHECK_ROOM(&buffer, 18 + 15, 1024, 512 + 17);
    CHECK((uint8_t *) nl_msg_next(&buffer, &msg) == data + 17);
    CHECK_ROOM(&msg, 18, 18, 0);
    CHECK_ROOM(&buffer, 15, 1024, 512 + 17 + 18);

    /* There is no further header.  Only the data and size of 'msg' change. */
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

int
main(void)
{
    record_log();
    RUN(constants_have_the_kernels_values);
    RUN(headers_are_cut_to_16_bits);
    RUN(errors_are_errno_values);
    RUN(messages_are_taken_off_a_buffer);
    return tap_done();
}
