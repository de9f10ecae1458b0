/* SPDX-License-Identifier: Apache-2.0 */
/* The layouts that the interface fixes, checked at compile time. */

#include "netlink-socket.h"
#include "netlink.h"
#include "nlsock-ext.h"
#include "vlog.h"
#include "tap.h"

#define SIZE(TYPE, N) _Static_assert(sizeof(TYPE) == (N), #TYPE " has the wrong size")
#define AT(TYPE, FIELD, N) \
    _Static_assert(offsetof(TYPE, FIELD) == (N), #TYPE "." #FIELD " is in the wrong place")
#define IS(CONSTANT, N) _Static_assert((CONSTANT) == (N), #CONSTANT " is wrong")

SIZE(struct list, 16);
AT(struct list, prev, 0);
AT(struct list, next, 8);

SIZE(struct ofpbuf, 56);
AT(struct ofpbuf, base_, 0);
AT(struct ofpbuf, data_, 8);
AT(struct ofpbuf, size_, 16);
AT(struct ofpbuf, allocated, 20);
AT(struct ofpbuf, frame, 24);
AT(struct ofpbuf, l2_5_ofs, 32);
AT(struct ofpbuf, l3_ofs, 34);
AT(struct ofpbuf, l4_ofs, 36);
AT(struct ofpbuf, source, 38);
AT(struct ofpbuf, list_node, 40);
SIZE(enum ofpbuf_source, 1);
IS(OFPBUF_MALLOC, 0);
IS(OFPBUF_STACK, 1);
IS(OFPBUF_STUB, 2);
IS(OFPBUF_DPDK, 3);

SIZE(struct ovs_mutex, 48);
AT(struct ovs_mutex, lock, 0);
AT(struct ovs_mutex, where, 40);

SIZE(struct nl_dump, 72);
AT(struct nl_dump, sock, 0);
AT(struct nl_dump, nl_seq, 8);
AT(struct nl_dump, mutex, 16);
AT(struct nl_dump, status, 64);
IS(NL_DUMP_BUFSIZE, 4096);

SIZE(struct nl_transaction, 24);
AT(struct nl_transaction, request, 0);
AT(struct nl_transaction, reply, 8);
AT(struct nl_transaction, error, 16);

SIZE(struct nl_policy, 32);
AT(struct nl_policy, type, 0);
AT(struct nl_policy, min_len, 8);
AT(struct nl_policy, max_len, 16);
AT(struct nl_policy, optional, 24);

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
SIZE(struct vlog_module, 48);
AT(struct vlog_module, name, 16);
AT(struct vlog_module, levels, 24);
AT(struct vlog_module, min_level, 36);
AT(struct vlog_module, honor_rate_limits, 40);
SIZE(struct vlog_rate_limit, 96);
AT(struct vlog_rate_limit, token_bucket.tokens, 8);
AT(struct vlog_rate_limit, token_bucket.last_fill, 16);
AT(struct vlog_rate_limit, n_dropped, 40);
AT(struct vlog_rate_limit, mutex, 48);

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
