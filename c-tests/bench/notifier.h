/* SPDX-License-Identifier: Apache-2.0 */
/* Another process that changes routes on demand, so that there are notifications to receive. */

#ifndef NOTIFIER_H
#define NOTIFIER_H 1

/* Starts the program "notifier", which is beside the driver. */
void notifier_start(void);

/* Makes the notifier replace this many routes. */
void notifier_begin(long n);

/* Waits until they are: the notifications are in the subscribers' queues, or lost. */
void notifier_wait(void);

/* Returns whether they are already. */
int notifier_is_done(void);

#endif /* notifier.h */
