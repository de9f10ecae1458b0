/* Types that functions take and return by value. */

#ifndef NLSOCK_VALUES_H
#define NLSOCK_VALUES_H 1

#include <stdint.h>
#include "nlsock-types.h"

/* A 128-bit integer in host byte order, and one in network byte order. */
typedef union {
    uint32_t u32[4];
    struct {
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        uint64_t hi, lo;
#else
        uint64_t lo, hi;
#endif
    } u64;
} ovs_u128;

typedef union {
    ovs_be32 be32[4];
    struct {
        ovs_be64 hi, lo;
    } be64;
} ovs_be128;

/* Link-layer addresses of Ethernet and InfiniBand. */
__extension__ struct eth_addr {
    union {
        uint8_t ea[6];
        ovs_be16 be16[3];
    };
};

__extension__ struct ib_addr {
    union {
        uint8_t ia[20];
        ovs_be16 be16[10];
    };
};

#endif /* nlsock-values.h */
