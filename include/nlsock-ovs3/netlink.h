/* Building netlink messages, and taking them apart.
 *
 * Messages are kept in a struct ofpbuf.  Everything is in host byte order unless its name says
 * "be".  Sizes are in bytes.  These functions keep no state, so any number of threads may use
 * them, on different buffers.  A breach of what a function says "must" be so logs an assertion
 * failure and aborts. */

#ifndef NETLINK_H
#define NETLINK_H 1

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <netinet/in.h>
#include "netlink-protocol.h"
#include "nlsock-types.h"
#include "nlsock-values.h"

struct ofpbuf;

/* What the payload of an attribute is. */
enum nl_attr_type {
    NL_A_NO_ATTR = 0,           /* No attribute: skipped. */
    NL_A_UNSPEC,                /* Any bytes. */
    NL_A_U8,                    /* 1 byte. */
    NL_A_U16,                   /* 2 bytes. */
    NL_A_BE16 = NL_A_U16,
    NL_A_U32,                   /* 4 bytes. */
    NL_A_BE32 = NL_A_U32,
    NL_A_U64,                   /* 8 bytes. */
    NL_A_BE64 = NL_A_U64,
    NL_A_U128,                  /* 16 bytes. */
    NL_A_BE128 = NL_A_U128,
    NL_A_STRING,                /* A string whose only NUL is at its end. */
    NL_A_FLAG,                  /* Presence is the value. */
    NL_A_IPV6,                  /* An IPv6 address. */
    NL_A_NESTED,                /* Attributes. */
    NL_A_LL_ADDR,               /* A link-layer address: 6 to 20 bytes. */
    N_NL_ATTR_TYPES
};

#include "generated/netlink.h"

#include "nlsock-attr.h"

/* Sizes of attributes that the flavour of 2014 lacks. */
#define NL_A_U128_SIZE NL_ATTR_SIZE(sizeof(ovs_u128))
#define NL_A_BE128_SIZE NL_ATTR_SIZE(sizeof(ovs_be128))
#define NL_A_IPV6_SIZE NL_ATTR_SIZE(sizeof(struct in6_addr))
#define NL_A_LL_ADDR_ETH_SIZE NL_ATTR_SIZE(sizeof(struct eth_addr))
#define NL_A_LL_ADDR_IB_SIZE NL_ATTR_SIZE(sizeof(struct ib_addr))

#endif /* netlink.h */
