/* Open vSwitch's clock. */

#ifndef TIMEVAL_H
#define TIMEVAL_H 1

#include <time.h>
#include "util.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Returns the monotonic clock in milliseconds. */
static inline long long int
time_msec(void)
{
    return nlsock_time_msec();
}

#ifdef __cplusplus
}
#endif

#endif /* timeval.h */
