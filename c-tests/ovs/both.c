/* SPDX-License-Identifier: Apache-2.0 */
/* Uses the library's headers and Open vSwitch's own in one program.  With OURS_FIRST, the library's
 * are included first. */

#include <config.h>

#ifdef OURS_FIRST
#include "netlink.h"
#include "netlink-socket.h"
#include "nlsock-ext.h"
#include "openvswitch/ofpbuf.h"
#endif

#include "openvswitch/dynamic-string.h"
#include "openvswitch/list.h"
#include "openvswitch/thread.h"
#include "openvswitch/types.h"
#include "openvswitch/util.h"
#include "openvswitch/uuid.h"
#include "openvswitch/vlog.h"

/* Headers within the tree, which are for C alone. */
#ifndef __cplusplus
#include "dpif.h"
#include "netlink-notifier.h"
#include "ovs-thread.h"
#include "packets.h"
#include "rtnetlink.h"
#endif

#ifndef OURS_FIRST
#include "openvswitch/ofpbuf.h"
#include "nlsock-ext.h"
#include "netlink-socket.h"
#include "netlink.h"
#endif

#include <stdio.h>
#include <string.h>

#define EXPECT(CONDITION)                                               \
    do {                                                                \
        if (!(CONDITION)) {                                             \
            printf("%s:%d: %s\n", __FILE__, __LINE__, #CONDITION);      \
            return 1;                                                   \
        }                                                               \
    } while (0)

/* Buffers of the library on a list of Open vSwitch. */
static int
lists(void)
{
    struct ovs_list list;
    struct ofpbuf *b;
    size_t total = 0;
    int i;

    ovs_list_init(&list);
    for (i = 1; i <= 3; i++) {
        b = ofpbuf_new(16);
        ofpbuf_put_zeros(b, (size_t) i);
        ovs_list_push_back(&list, &b->list_node);
    }
    LIST_FOR_EACH (b, list_node, &list) {
        total += b->size;
    }
    EXPECT(total == 6);
    while (!ovs_list_is_empty(&list)) {
        ofpbuf_delete(ofpbuf_from_list(ovs_list_pop_front(&list)));
    }
    return 0;
}

/* Values of Open vSwitch's types in messages of the library. */
static int
values(void)
{
    struct eth_addr mac = ETH_ADDR_C(01, 23, 45, 67, 89, ab);
    ovs_be64 be64 = OVS_BE64_MAX - 1;
    const struct nlattr *attr;
    struct eth_addr mac2;
    struct ofpbuf msg;
    ovs_u128 u128;

    ofpbuf_init(&msg, 0);
    nl_msg_put_u128(&msg, 1, OVS_U128_MAX);
    attr = (const struct nlattr *) msg.data;
    u128 = nl_attr_get_u128(attr);
    EXPECT(!memcmp(&u128, &OVS_U128_MAX, sizeof u128));
    attr = nl_attr_next(attr);
    nl_msg_put_be64(&msg, 2, be64);
    EXPECT(nl_attr_get_be64((const struct nlattr *) ofpbuf_at(&msg, 20, 12)) == be64);
    nl_msg_put_unspec(&msg, 3, &mac, sizeof mac);
    mac2 = nl_attr_get_eth_addr((const struct nlattr *) ofpbuf_at(&msg, 32, 12));
    EXPECT(!memcmp(&mac, &mac2, sizeof mac));
    ofpbuf_uninit(&msg);
    return 0;
}

/* Functions of Open vSwitch on structures of the library, and the other way round. */
static int
structures(void)
{
    struct ds ds = DS_EMPTY_INITIALIZER;
    struct nl_dump dump;
    struct ofpbuf b;

    ovs_mutex_init(&dump.mutex);
    EXPECT(!ovs_mutex_trylock(&dump.mutex));
    ovs_mutex_unlock(&dump.mutex);
    ovs_mutex_destroy(&dump.mutex);

    ds_put_cstr(&ds, "abc");
    ofpbuf_use_ds(&b, &ds);
    EXPECT(b.size == 3 && !memcmp(b.data, "abc", 3));
    ds_destroy(&ds);
    EXPECT(!strncmp(nlsock_version(), NLSOCK_VERSION, sizeof NLSOCK_VERSION));
    return 0;
}

int
main(void)
{
    return lists() || values() || structures();
}
