/* SPDX-License-Identifier: Apache-2.0 */
/* The function of Open vSwitch's timeval.h that programs with netlink sockets use. */

#ifndef TIMEVAL_H
#define TIMEVAL_H 1

#include <time.h>
#include "util.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Returns the time of the monotonic clock in milliseconds. */
static inline long long int
time_msec(void)
{
    return nlsock_time_msec();
}

#ifdef __cplusplus
}
#endif

#endif /* timeval.h */
