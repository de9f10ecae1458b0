/* SPDX-License-Identifier: Apache-2.0 */
/* Types that functions take and return by value. */

#ifndef NLSOCK_VALUES_H
#define NLSOCK_VALUES_H 1

#include <stdint.h>
#include "nlsock-types.h"

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

#endif /* nlsock-values.h */
