/* SPDX-License-Identifier: Apache-2.0 */
/* Types that Open vSwitch's public headers define, too.
 *
 * If these headers are in the include path, the types come from there.  So a program can include
 * Open vSwitch's headers before and after those of this library.  Otherwise the types are defined
 * here, with the same layouts.
 *
 * Open vSwitch's headers also define macros, for example ARRAY_SIZE.  If a program shall not get
 * these on a machine where Open vSwitch's headers happen to be installed, define NLSOCK_OWN_TYPES
 * when compiling it.  Then it cannot include Open vSwitch's headers.
 *
 * If the include path contains a source tree of Open vSwitch, include the tree's <config.h> first:
 * its <linux/netlink.h> depends on that.  <openvswitch/list.h> needs <openvswitch/version.h>, which
 * a tree has only after it was configured. */

#ifndef NLSOCK_OPENVSWITCH_H
#define NLSOCK_OPENVSWITCH_H 1

#if defined __has_include && !defined NLSOCK_OWN_TYPES
#if __has_include(<openvswitch/list.h>) && __has_include(<openvswitch/version.h>)
#define NLSOCK_OPENVSWITCH_TYPES__ 1
#endif
#endif

#ifdef NLSOCK_OPENVSWITCH_TYPES__

#include <openvswitch/list.h>
#include <openvswitch/thread.h>
#include <openvswitch/types.h>
#include "nlsock-types.h"

#else

#include <pthread.h>
#include <stdint.h>
#include "nlsock-types.h"
#include "generated/list.h"
#include "generated/mutex.h"

/* A 128-bit integer in host byte order. */
typedef union {
    uint32_t u32[4];             /* As 4 integers. */
    struct {
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        uint64_t hi, lo;
#else
        uint64_t lo, hi;
#endif
    } u64;                       /* As an upper and a lower half. */
} ovs_u128;

/* A 128-bit integer in network byte order. */
typedef union {
    ovs_be32 be32[4];            /* As 4 integers. */
    struct {
        ovs_be64 hi, lo;
    } be64;                      /* As an upper and a lower half. */
} ovs_be128;

/* An Ethernet address. */
__extension__ struct eth_addr {
    union {
        uint8_t ea[6];           /* As bytes. */
        ovs_be16 be16[3];        /* As integers. */
    };
};

/* An InfiniBand address. */
__extension__ struct ib_addr {
    union {
        uint8_t ia[20];          /* As bytes. */
        ovs_be16 be16[10];       /* As integers. */
    };
};

#endif

#endif /* nlsock-openvswitch.h */
