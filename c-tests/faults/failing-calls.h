/* SPDX-License-Identifier: Apache-2.0 */
/* Every call fails once: what a program can ask that runs under every-call.c.  All of these are
 * weak: they are null unless failing-calls.so is preloaded. */

#ifndef FAILING_CALLS_H
#define FAILING_CALLS_H 1

#include <stdbool.h>

/* Whether a call has failed, so that there may be more calls than without it. */
bool calls_may_differ(void) __attribute__((weak));
/* Whether a call has failed, so that results may be others than without it. */
bool results_may_differ(void) __attribute__((weak));
/* Whether a thread got only 64 KiB to receive into, since there was no room for 4 MiB: it may then
 * fail with E2BIG, also later. */
bool large_messages_may_fail(void) __attribute__((weak));
/* Whether getsockopt() has failed, with which the library finds out that a descriptor belongs to
 * somebody else. */
bool descriptors_may_be_others(void) __attribute__((weak));
/* The error with which a receive has failed; 0 if none has. */
int error_of_receive(void) __attribute__((weak));
/* From here on no call fails, and the program does the same work again. */
void no_call_fails_now(void) __attribute__((weak));
/* The second time, the results were others.  Returns whether that is wrong: it is not if they also
 * are when no call fails at all. */
bool second_time_differs(void) __attribute__((weak));
/* The program has released everything.  Returns what the library still holds; null if it holds no
 * more than when no call fails. */
const char *what_is_lost(void) __attribute__((weak));

#endif /* failing-calls.h */
