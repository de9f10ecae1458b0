/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers that the kernel gives to other network namespaces, as nl_sock_recv() stores them: the
 * functions of Open vSwitch's netnsid.h.
 *
 * A number of another namespace is not negative.  NETNSID_LOCAL stands for the namespace of the
 * socket.  NETNSID_UNSET stands for a namespace that is not known yet; the library never stores
 * it. */

#ifndef NETNSID_H
#define NETNSID_H 1

#include "util.h"

#define NETNSID_LOCAL (-1)
#define NETNSID_UNSET (NETNSID_LOCAL - 1)

#ifdef __cplusplus
extern "C" {
#endif

static inline void
netnsid_set_local(int *nsid)
{
    *nsid = NETNSID_LOCAL;
}

static inline bool
netnsid_is_local(int nsid)
{
    return nsid == NETNSID_LOCAL;
}

static inline void
netnsid_unset(int *nsid)
{
    *nsid = NETNSID_UNSET;
}

static inline bool
netnsid_is_unset(int nsid)
{
    return nsid == NETNSID_UNSET;
}

static inline bool
netnsid_is_remote(int nsid)
{
    return !netnsid_is_local(nsid) && !netnsid_is_unset(nsid);
}

/* Aborts unless 'id' is NETNSID_LOCAL or the number of another namespace. */
static inline void
netnsid_set(int *nsid, int id)
{
    ovs_assert(id >= NETNSID_LOCAL);
    *nsid = id;
}

/* Returns whether two numbers stand for the same namespace.  One that is not known is not the same
 * as any. */
static inline bool
netnsid_eq(int a, int b)
{
    return a == b && !netnsid_is_unset(a);
}

#ifdef __cplusplus
}
#endif

#endif /* netnsid.h */
