/* SPDX-License-Identifier: Apache-2.0 */
/* Functions that the compatibility headers use: util.h, vlog.h, poll-loop.h and timeval.h.
 * Programs call them by the names in those headers.  A program without the compatibility headers
 * may declare and call nlsock_poll_block(), which nl_sock_wait() refers to.
 *
 * Any thread may call them.  Those about the poll loop concern the calling thread alone. */

#ifndef NLSOCK_SERVICES_H
#define NLSOCK_SERVICES_H 1

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vlog_module;
struct vlog_rate_limit;

#include "../generated/nlsock-services.h"

#endif /* nlsock-services.h */
