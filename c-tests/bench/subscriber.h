/* SPDX-License-Identifier: Apache-2.0 */
/* Receiving notifications: functions for all drivers, and functions that each driver defines. */

#ifndef SUBSCRIBER_H
#define SUBSCRIBER_H 1

/* Of each driver: opens a socket that gets notifications of IPv4 routes, and returns its file
 * descriptor. */
int subscribe(void);

/* Defined by each driver: receives until there is nothing left, also after messages were lost.
 * Returns the number of messages. */
long take_all(void);

/* Gives a socket a receive buffer as large as the library's, for drivers whose sockets have another
 * size.  build.sh sets that. */
void enlarge_buffer(int sock);

/* 'size' notifications are in the queue, and received. */
void set_up_notify(long size);
long run_notify(long n);

/* 'size' notifications come while nobody receives; what was not lost is received. */
long run_burst(long n);

/* 'size' notifications come while they are received.  The time is the processor's. */
void set_up_stream(long size);
long run_stream(long n);

#endif /* subscriber.h */
