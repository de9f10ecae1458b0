/* SPDX-License-Identifier: Apache-2.0 */
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
    NLSOCK_LOG_OFF = 0,         /* Nothing. */
    NLSOCK_LOG_ERR = 2,         /* Failures of the library. */
    NLSOCK_LOG_WARN = 3,        /* The default. */
    NLSOCK_LOG_INFO = 4,        /* Events that are not failures. */
    NLSOCK_LOG_DBG = 5          /* Every message sent and received. */
};

/* Policies of netlink.h, for what it has no types. */

/* Initialises a struct nl_policy: the payload has at least the size of TYPE, a structure to which
 * newer kernels may have added fields at the end.  NL_POLICY_FOR(TYPE) refuses a longer payload. */
#ifndef __cplusplus
#define NLSOCK_POLICY_AT_LEAST(TYPE) .type = NL_A_UNSPEC, .min_len = sizeof(TYPE)
#else
#define NLSOCK_POLICY_AT_LEAST(TYPE) NL_A_UNSPEC, sizeof(TYPE), 0
#endif

/* Initialises a struct nl_policy: an integer of 4 or 8 bytes, for nlsock_attr_get_uint().  Also
 * accepts sizes between 4 and 8 bytes, which the kernel does not send. */
#ifndef __cplusplus
#define NLSOCK_POLICY_UINT .type = NL_A_UNSPEC, .min_len = 4, .max_len = 8
#else
#define NLSOCK_POLICY_UINT NL_A_UNSPEC, 4, 8
#endif

/* The same as NLSOCK_POLICY_UINT, for a signed integer: see nlsock_attr_get_sint(). */
#define NLSOCK_POLICY_SINT NLSOCK_POLICY_UINT

/* A type of struct nl_policy for a signed integer of the size that the name contains, in bits: for
 * nlsock_attr_get_s8() and so on. */
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
