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

/* Flags for nlsock_transact_multiple() and nlsock_dump_start(). */
enum {
    NLSOCK_AWAIT_REPLY = 1,     /* Only a reply or an error ends a request. */
    NLSOCK_ONE_DATAGRAM = 2     /* All requests are sent in one datagram, or none is sent. */
};

#include "generated/nlsock-ext.h"

#endif /* nlsock-ext.h */
