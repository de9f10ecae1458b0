/* Functions that Open vSwitch's netlink library does not have.
 *
 * The conventions are those of netlink-socket.h.  Functions that fill in a structure get its
 * size, so that a program and a library of different versions work together. */

#ifndef NLSOCK_EXT_H
#define NLSOCK_EXT_H 1

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nl_dump;
struct nl_sock;
struct nl_transaction;
struct nlattr;
struct ofpbuf;

/* Levels for nlsock_log_set_level().  Each includes the levels before it.  The failure of an
 * assertion, which ends the process, is logged at every level. */
enum {
    NLSOCK_LOG_OFF = 0,
    NLSOCK_LOG_ERR = 2,
    NLSOCK_LOG_WARN = 3,
    NLSOCK_LOG_INFO = 4,
    NLSOCK_LOG_DBG = 5
};

/* Policies of netlink.h, as initialisers of a struct nl_policy.
 *
 * NLSOCK_POLICY_AT_LEAST(TYPE): the payload has at least the size of TYPE, a structure to which
 * newer kernels may have added fields at the end.  NL_POLICY_FOR(TYPE) refuses a longer payload.
 *
 * NLSOCK_POLICY_UINT and NLSOCK_POLICY_SINT: an integer for nlsock_attr_get_uint() or
 * nlsock_attr_get_sint().  They also accept sizes between 4 and 8 bytes, which the kernel does not
 * send.
 *
 * NLSOCK_A_S8, ... are types for signed integers. */
#ifndef __cplusplus
#define NLSOCK_POLICY_AT_LEAST(TYPE) .type = NL_A_UNSPEC, .min_len = sizeof(TYPE)
#define NLSOCK_POLICY_UINT .type = NL_A_UNSPEC, .min_len = 4, .max_len = 8
#else
#define NLSOCK_POLICY_AT_LEAST(TYPE) NL_A_UNSPEC, sizeof(TYPE), 0
#define NLSOCK_POLICY_UINT NL_A_UNSPEC, 4, 8
#endif
#define NLSOCK_POLICY_SINT NLSOCK_POLICY_UINT
#define NLSOCK_A_S8 NL_A_U8
#define NLSOCK_A_S16 NL_A_U16
#define NLSOCK_A_S32 NL_A_U32
#define NLSOCK_A_S64 NL_A_U64

/* In C++, two functions have the name of a structure. */
#ifdef __cplusplus
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
#endif
#include "generated/nlsock-ext.h"
#ifdef __cplusplus
#pragma GCC diagnostic pop
#endif

#endif /* nlsock-ext.h */
