/* Open vSwitch's clock. */

#ifndef TIMEVAL_H
#define TIMEVAL_H 1

#include <time.h>
#include "util.h"

/* Milliseconds of the monotonic clock. */
#define time_msec() nlsock_time_msec()

#endif /* timeval.h */
