/* Functions that the other headers in this folder use.  Not for programs. */

#ifndef NLSOCK_SERVICES_H
#define NLSOCK_SERVICES_H 1

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vlog_module;
struct vlog_rate_limit;

#include "../generated/nlsock-services.h"

#endif /* nlsock-services.h */
