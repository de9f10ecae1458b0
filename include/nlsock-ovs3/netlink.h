/* SPDX-License-Identifier: Apache-2.0 */
/* Building netlink messages, and taking them apart.
 *
 * A message is in a struct ofpbuf.  The functions keep everything in a message aligned to 4 bytes:
 * "padding" means zero bytes up to the next multiple of 4.
 *
 * An attribute has at most 65535 bytes, with its header but without its padding: a payload of up to
 * 65531 bytes.  Functions that add an attribute require that; nl_attr_oversized() checks it.
 *
 * Unless the comment of a function says otherwise:
 * - Pointers are valid and not null.  Sizes are in bytes.  Integers are in host byte order.
 * - Several threads may read a message.  While one changes it, no other may use it.
 * - A pointer that a function returns leads into the message.  The caller does not free it.  It is
 *   valid until something is added to the message, or the message is freed.
 * - A function does not block.
 * - If the library notices a breach of what the comments require, it logs an assertion failure and
 *   aborts.  It cannot notice every breach.  A lack of memory aborts, too. */

#ifndef NETLINK_H
#define NETLINK_H 1

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <netinet/in.h>
#include "netlink-protocol.h"
#include "nlsock-openvswitch.h"

struct ofpbuf;

/* What the payload of an attribute must be, in a struct nl_policy. */
enum nl_attr_type {
    NL_A_NO_ATTR = 0,           /* Skips the attribute. */
    NL_A_UNSPEC,                /* Any bytes. */
    NL_A_U8,                    /* 1 byte. */
    NL_A_U16,                   /* 2 bytes. */
    NL_A_BE16 = NL_A_U16,       /* 2 bytes, in network byte order. */
    NL_A_U32,                   /* 4 bytes. */
    NL_A_BE32 = NL_A_U32,       /* 4 bytes, in network byte order. */
    NL_A_U64,                   /* 8 bytes. */
    NL_A_BE64 = NL_A_U64,       /* 8 bytes, in network byte order. */
    NL_A_U128,                  /* 16 bytes. */
    NL_A_BE128 = NL_A_U128,     /* 16 bytes, in network byte order. */
    NL_A_STRING,                /* A string; its only NUL is at its end. */
    NL_A_FLAG,                  /* Set if present. */
    NL_A_IPV6,                  /* An IPv6 address. */
    NL_A_NESTED,                /* Attributes. */
    NL_A_LL_ADDR,               /* A link-layer address: 6 to 20 bytes. */
    NL_A_RTA_VIA,               /* A next hop of another family: 6 to 18 bytes. */
    N_NL_ATTR_TYPES             /* The number of types. */
};

#include "generated/netlink.h"

#include "nlsock-attr.h"

/* Size of an attribute of the type that the name contains, with its header and padding.  The 2014
 * interface does not have these types. */
#define NL_A_U128_SIZE NL_ATTR_SIZE(sizeof(ovs_u128))
#define NL_A_BE128_SIZE NL_ATTR_SIZE(sizeof(ovs_be128))
#define NL_A_IPV6_SIZE NL_ATTR_SIZE(sizeof(struct in6_addr))
#define NL_A_LL_ADDR_ETH_SIZE NL_ATTR_SIZE(sizeof(struct eth_addr))
#define NL_A_LL_ADDR_IB_SIZE NL_ATTR_SIZE(sizeof(struct ib_addr))

#endif /* netlink.h */
