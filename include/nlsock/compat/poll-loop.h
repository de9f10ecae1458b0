/* Open vSwitch's poll loop, over libnlsock's: each thread says what to wake up for, then blocks.
 * What it said counts for one poll_block() only. */

#ifndef POLL_LOOP_H
#define POLL_LOOP_H 1

#include <poll.h>
#include "util.h"

/* Wake up when one of EVENTS occurs on FD. */
#define poll_fd_wait(FD, EVENTS) nlsock_poll_fd_wait(FD, EVENTS)

/* Wake up after MSEC milliseconds; at once if that is not positive. */
#define poll_timer_wait(MSEC) nlsock_poll_timer_wait(MSEC)

/* Wake up when time_msec() reaches WHEN. */
#define poll_timer_wait_until(WHEN) nlsock_poll_timer_wait_until(WHEN)

/* Wake up at once. */
#define poll_immediate_wake() nlsock_poll_timer_wait(0)

/* Block until one of these happens, or a signal is handled. */
#define poll_block() nlsock_poll_block()

#endif /* poll-loop.h */
