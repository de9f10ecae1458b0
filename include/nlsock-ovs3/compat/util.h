/* SPDX-License-Identifier: Apache-2.0 */
/* The macros and functions of Open vSwitch's util.h that programs with netlink sockets use. */

#ifndef UTIL_H
#define UTIL_H 1

#include "../nlsock-openvswitch.h"
#include "nlsock-util.h"

/* Open vSwitch's <openvswitch/util.h> has the same macros. */
#ifndef OPENVSWITCH_UTIL_H

#define OVS_NO_RETURN NLSOCK_NO_RETURN__
#define OVS_PRINTF_FORMAT(FMT, ARG1) NLSOCK_PRINTF_FORMAT__(FMT, ARG1)
#define OVS_WARN_UNUSED_RESULT __attribute__((__warn_unused_result__))

#define OVS_STRINGIZE(ARG) NLSOCK_STRING(ARG)
#define OVS_SOURCE_LOCATOR __FILE__ ":" OVS_STRINGIZE(__LINE__)

#endif

#endif /* util.h */
