/* SPDX-License-Identifier: Apache-2.0 */
/* The two messages that are built and parsed.
 *
 * One is like what a datapath gets to install a flow:
 *
 *     genl header, 4 bytes,
 *     FLOW_KEY { 1: u32, 2: u32, 3: u32, 4: u32 }, FLOW_MASK { the same }, FLOW_STATS: 12 bytes,
 *     FLOW_PROTOCOL: be16, FLOW_UFID: 12 bytes, FLOW_MARK: 4 bytes, FLOW_ZONE: u16,
 *     FLOW_ACTIONS { 1: u32, 2: u32 }
 *
 * The other is one attribute as large as there can be, of many lists of four u32 each. */

#ifndef FLOW_H
#define FLOW_H 1

#include <linux/genetlink.h>

enum {
    FLOW_KEY = 1, FLOW_MASK, FLOW_STATS, FLOW_PROTOCOL, FLOW_UFID, FLOW_MARK, FLOW_ZONE,
    FLOW_ACTIONS
};

/* What a receiver looks at: attributes up to FLOW_UFID, and up to 20 in a key. */
#define N_FLOW (FLOW_UFID + 1)
#define N_KEYS 21
#define N_VALUES 4

/* Headers: netlink's, generic netlink's, and four bytes as the datapath has. */
#define FLOW_FAMILY 24
#define FLOW_HEADERS (NLMSG_HDRLEN + GENL_HDRLEN + 4)

/* Lists in the large attribute: 65520 bytes. */
#define N_LISTS 1820

static const unsigned char flow_bytes[16] = "0123456789abcde";

#endif /* flow.h */
