/* SPDX-License-Identifier: Apache-2.0 */
/* Checks at compile time, with a tree's headers, that its structures are those of the library. */

#include <config.h>
#include <stddef.h>
#include "netlink.h"
#include "netlink-socket.h"
#if __has_include("openvswitch/ofpbuf.h")
#include "openvswitch/ofpbuf.h"
#else
#include "ofpbuf.h"
#endif

#define SIZE(TYPE, N) _Static_assert(sizeof(TYPE) == (N), #TYPE " has another size")
#define AT(TYPE, FIELD, N) \
    _Static_assert(offsetof(TYPE, FIELD) == (N), #TYPE "." #FIELD " is in another place")
#define IS(CONSTANT, N) _Static_assert((CONSTANT) == (N), #CONSTANT " has another value")
#define TAKES(FUNCTION, PROTOTYPE) \
    _Static_assert(__builtin_types_compatible_p(__typeof__(&FUNCTION), __typeof__(PROTOTYPE)), \
                   #FUNCTION " has another prototype")

SIZE(struct nl_transaction, 24);
SIZE(struct nl_policy, 32);
AT(struct ofpbuf, allocated, 20);

#ifdef INTERFACE_2014
SIZE(struct list, 16);
SIZE(struct ofpbuf, 56);
AT(struct ofpbuf, frame, 24);
AT(struct ofpbuf, source, 38);
AT(struct ofpbuf, list_node, 40);
SIZE(struct nl_dump, 72);
AT(struct nl_dump, status, 64);
TAKES(nl_sock_recv, int (*)(struct nl_sock *, struct ofpbuf *, bool));
TAKES(nl_msg_nlmsgerr, bool (*)(const struct ofpbuf *, int *));
IS(NL_A_STRING, 6);
IS(NL_A_NESTED, 8);
IS(N_NL_ATTR_TYPES, 9);
#endif

#ifdef INTERFACE_ovs3
SIZE(struct ovs_list, 16);
SIZE(struct ofpbuf, 64);
AT(struct ofpbuf, msg, 32);
AT(struct ofpbuf, list_node, 40);
AT(struct ofpbuf, source, 56);
SIZE(struct nl_dump, 64);
AT(struct nl_dump, status, 12);
TAKES(nl_sock_recv, int (*)(struct nl_sock *, struct ofpbuf *, int *, bool));
TAKES(nl_msg_nlmsgerr, bool (*)(const struct ofpbuf *, int *, const char **));
IS(NL_A_U128, 6);
IS(NL_A_NESTED, 10);
IS(NL_A_LL_ADDR, 11);
#endif
