/* SPDX-License-Identifier: Apache-2.0 */
/* Strings that grow: the functions of Open vSwitch's dynamic-string.h that programs with netlink
 * sockets use. */

#ifndef OPENVSWITCH_DYNAMIC_STRING_H
#define OPENVSWITCH_DYNAMIC_STRING_H 1

#include "../util.h"
#include "../nlsock-dynamic-string.h"

#endif /* openvswitch/dynamic-string.h */
