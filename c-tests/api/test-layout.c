/* SPDX-License-Identifier: Apache-2.0 */
/* The layouts that the interface fixes, checked at compile time. */

#include "netlink-socket.h"
#include "netlink.h"
#include "nlsock-ext.h"
#include "vlog.h"
#include "tap.h"

#include "layout.h"

SIZE(struct list, 2 * WORD);
AT(struct list, prev, 0);
AT(struct list, next, WORD);

/* 56 bytes with 64 bits, 36 with 32 bits. */
SIZE(struct ofpbuf, 5 * WORD + 16);
AT(struct ofpbuf, base_, 0);
AT(struct ofpbuf, data_, WORD);
AT(struct ofpbuf, size_, 2 * WORD);
AT(struct ofpbuf, allocated, 2 * WORD + 4);
AT(struct ofpbuf, frame, 2 * WORD + 8);
AT(struct ofpbuf, l2_5_ofs, 3 * WORD + 8);
AT(struct ofpbuf, l3_ofs, 3 * WORD + 10);
AT(struct ofpbuf, l4_ofs, 3 * WORD + 12);
AT(struct ofpbuf, source, 3 * WORD + 14);
AT(struct ofpbuf, list_node, 3 * WORD + 16);
SIZE(enum ofpbuf_source, 1);
IS(OFPBUF_MALLOC, 0);
IS(OFPBUF_STACK, 1);
IS(OFPBUF_STUB, 2);
IS(OFPBUF_DPDK, 3);

SIZE(struct ovs_mutex, MUTEX + WORD);
AT(struct ovs_mutex, lock, 0);
AT(struct ovs_mutex, where, MUTEX);

/* On x86-64 72 bytes, on aarch64 80, with 32 bits 40. */
SIZE(struct nl_dump, 4 * WORD + MUTEX);
AT(struct nl_dump, sock, 0);
AT(struct nl_dump, nl_seq, WORD);
AT(struct nl_dump, mutex, 2 * WORD);
AT(struct nl_dump, status, 3 * WORD + MUTEX);
IS(NL_DUMP_BUFSIZE, 4096);

SIZE(struct nl_transaction, 3 * WORD);
AT(struct nl_transaction, request, 0);
AT(struct nl_transaction, reply, WORD);
AT(struct nl_transaction, error, 2 * WORD);

SIZE(struct nl_policy, 4 * WORD);
AT(struct nl_policy, type, 0);
AT(struct nl_policy, min_len, WORD);
AT(struct nl_policy, max_len, 2 * WORD);
AT(struct nl_policy, optional, 3 * WORD);

SIZE(enum nl_attr_type, 4);
IS(NL_A_NO_ATTR, 0);
IS(NL_A_UNSPEC, 1);
IS(NL_A_U8, 2);
IS(NL_A_U16, 3);
IS(NL_A_BE16, 3);
IS(NL_A_U32, 4);
IS(NL_A_BE32, 4);
IS(NL_A_U64, 5);
IS(NL_A_BE64, 5);
IS(NL_A_STRING, 6);
IS(NL_A_FLAG, 7);
IS(NL_A_NESTED, 8);
IS(N_NL_ATTR_TYPES, 9);

SIZE(odp_port_t, 4);
SIZE(ovs_be16, 2);
SIZE(ovs_be32, 4);
SIZE(ovs_be64, 8);

/* The compatibility headers' log modules and rate limits are those of the library. */
SIZE(struct vlog_module, 4 * WORD + 16);
AT(struct vlog_module, name, 2 * WORD);
AT(struct vlog_module, levels, 3 * WORD);
AT(struct vlog_module, min_level, 3 * WORD + 12);
AT(struct vlog_module, honor_rate_limits, 3 * WORD + 16);
SIZE(struct vlog_rate_limit, LAST_FILL + 8 + 2 * TIME + 2 * WORD + MUTEX);
AT(struct vlog_rate_limit, token_bucket.tokens, 8);
AT(struct vlog_rate_limit, token_bucket.last_fill, LAST_FILL);
AT(struct vlog_rate_limit, first_dropped, LAST_FILL + 8);
AT(struct vlog_rate_limit, n_dropped, LAST_FILL + 8 + 2 * TIME);
AT(struct vlog_rate_limit, mutex, LAST_FILL + 8 + 2 * TIME + WORD);

/* These may get more fields at the end. */
SIZE(struct nlsock_counters, 72);
AT(struct nlsock_counters, sent, 24);
AT(struct nlsock_counters, discarded, 64);
SIZE(struct nlsock_extack, 360);
AT(struct nlsock_extack, path, 12);
AT(struct nlsock_extack, missing_type, 32);
AT(struct nlsock_extack, missing_nest, 36);
AT(struct nlsock_extack, message, 40);
AT(struct nlsock_extack, cookie_len, 296);
AT(struct nlsock_extack, cookie, 300);
AT(struct nlsock_extack, policy, 320);
AT(struct nlsock_extack_policy, min_len, 4);
AT(struct nlsock_extack_policy, has_range, 12);
AT(struct nlsock_extack_policy, min, 16);
AT(struct nlsock_extack_policy, mask, 32);
SIZE(struct nlsock_dump_result, 376);
AT(struct nlsock_dump_result, messages, 8);
AT(struct nlsock_dump_result, extack, 16);
SIZE(struct nlsock_source, 16);
AT(struct nlsock_source, nsid, 12);

static void
layouts_are_those_of_the_contract(void)
{
    /* Sizes of attributes, which not every compiler takes for constant expressions. */
    CHECK_INT(NL_ATTR_SIZE(0), 4);
    CHECK_INT(NL_ATTR_SIZE(5), 12);
    CHECK_INT(NL_A_U8_SIZE, 8);
    CHECK_INT(NL_A_U16_SIZE, 8);
    CHECK_INT(NL_A_U32_SIZE, 8);
    CHECK_INT(NL_A_U64_SIZE, 12);
    CHECK_INT(NL_A_BE16_SIZE, 8);
    CHECK_INT(NL_A_BE32_SIZE, 8);
    CHECK_INT(NL_A_BE64_SIZE, 12);
    CHECK_INT(NL_A_FLAG_SIZE, 4);
}

int
main(void)
{
    RUN(layouts_are_those_of_the_contract);
    return tap_done();
}
