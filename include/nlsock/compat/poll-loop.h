/* SPDX-License-Identifier: Apache-2.0 */
/* Open vSwitch's poll loop: a thread sets conditions, and then blocks until one of them occurs.
 * The conditions apply to the thread's next poll_block() only. */

#ifndef POLL_LOOP_H
#define POLL_LOOP_H 1

#include <poll.h>
#include "util.h"

/* Condition: one of EVENTS occurs on FD. */
#define poll_fd_wait(FD, EVENTS) nlsock_poll_fd_wait(FD, EVENTS)

/* Condition: MSEC milliseconds have passed; if MSEC is not positive, poll_block() does not
 * block. */
#define poll_timer_wait(MSEC) nlsock_poll_timer_wait(MSEC)

/* Condition: time_msec() has reached WHEN. */
#define poll_timer_wait_until(WHEN) nlsock_poll_timer_wait_until(WHEN)

/* Keeps poll_block() from blocking. */
#define poll_immediate_wake() nlsock_poll_timer_wait(0)

/* Blocks until one of the conditions occurs, or until a signal handler has run. */
#define poll_block() nlsock_poll_block()

#endif /* poll-loop.h */
