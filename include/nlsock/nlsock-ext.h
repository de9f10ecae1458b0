/* What libnlsock has beyond the library that it replaces. */

#ifndef NLSOCK_EXT_H
#define NLSOCK_EXT_H 1

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nl_sock;
struct ofpbuf;

/* Levels of nlsock_log_set_level().  Each includes those before it.  An assertion failure, which
 * ends the process, is always logged. */
enum {
    NLSOCK_LOG_OFF = 0,
    NLSOCK_LOG_ERR = 2,
    NLSOCK_LOG_WARN = 3,
    NLSOCK_LOG_INFO = 4,
    NLSOCK_LOG_DBG = 5
};

#include "generated/nlsock-ext.h"

#endif /* nlsock-ext.h */
