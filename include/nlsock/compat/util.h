/* SPDX-License-Identifier: Apache-2.0 */
/* The macros and functions of Open vSwitch's util.h that programs with netlink sockets use. */

#ifndef UTIL_H
#define UTIL_H 1

#include "nlsock-util.h"

#define NO_RETURN NLSOCK_NO_RETURN__
#define PRINTF_FORMAT(FMT, ARG1) NLSOCK_PRINTF_FORMAT__(FMT, ARG1)
#define WARN_UNUSED_RESULT __attribute__((__warn_unused_result__))

#define STRINGIZE(ARG) NLSOCK_STRING(ARG)
#define SOURCE_LOCATOR __FILE__ ":" STRINGIZE(__LINE__)

#endif /* util.h */
