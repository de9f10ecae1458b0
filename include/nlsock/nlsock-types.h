/* SPDX-License-Identifier: Apache-2.0 */
/* Types and helpers that the other headers share. */

#ifndef NLSOCK_TYPES_H
#define NLSOCK_TYPES_H 1

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Open vSwitch's <openvswitch/types.h> has the same definitions. */
#ifndef OPENVSWITCH_TYPES_H

/* Integers in network byte order. */
typedef uint16_t ovs_be16;
typedef uint32_t ovs_be32;
typedef uint64_t ovs_be64;

/* The number of a port of an Open vSwitch datapath. */
typedef uint32_t odp_port_t;

#endif

/* For NLSOCK_ASSERT(), if nlsock-services.h is not included. */

#ifndef NLSOCK_GENERATED_NLSOCK_SERVICES_H
#ifdef __cplusplus
extern "C" {
#endif
void nlsock_assert_failure(const char *where, const char *function, const char *condition)
    __attribute__((noreturn));
#ifdef __cplusplus
}
#endif
#endif

#define NLSOCK_STRING__(ARG) #ARG

/* ARG as a string literal.  If ARG is a macro, it is expanded first. */
#define NLSOCK_STRING(ARG) NLSOCK_STRING__(ARG)

/* Logs and aborts unless CONDITION holds.  NDEBUG makes no difference. */
#define NLSOCK_ASSERT(CONDITION)                                                            \
    ((CONDITION)                                                                            \
     ? (void) 0                                                                             \
     : nlsock_assert_failure(__FILE__ ":" NLSOCK_STRING(__LINE__), __func__, #CONDITION))

#endif /* nlsock-types.h */
