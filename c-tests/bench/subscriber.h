/* Receiving notifications: what is common to all drivers, and what each has of its own. */

#ifndef SUBSCRIBER_H
#define SUBSCRIBER_H 1

/* Of each driver: opens a socket that gets notifications of IPv4 routes, and returns its file
 * descriptor. */
int subscribe(void);

/* Of each driver: receives what there is, and returns how many messages that were.  Goes on where
 * messages were lost. */
long take_all(void);

/* Gives a socket a receive buffer as large as that of the library that the driver is compared with:
 * build.sh knows that.  For drivers whose sockets have another. */
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
