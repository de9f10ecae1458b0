/* SPDX-License-Identifier: Apache-2.0 */
/* See subscriber.h. */

#include <poll.h>
#include <sys/socket.h>
#include "driver.h"
#include "notifier.h"
#include "subscriber.h"

#ifndef SUBSCRIBER_BUFFER
#define SUBSCRIBER_BUFFER (4 * 1024 * 1024)
#endif

static int fd;
static long n_notifications;

void
enlarge_buffer(int sock)
{
    int size = SUBSCRIBER_BUFFER;

    /* Root only; others get what the system allows. */
    if (setsockopt(sock, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size)) {
        MUST(errno == EPERM);
        MUST(!setsockopt(sock, SOL_SOCKET, SO_RCVBUF, &size, sizeof size));
    }
}

void
set_up_notify(long size)
{
    n_notifications = size;
    notifier_start();
    /* So that there is something to replace each time. */
    notifier_begin(size);
    notifier_wait();
    fd = subscribe();
}

/* Returns how many messages were received. */
static long
receive_queued(long n)
{
    long received = 0;
    long i;

    for (i = 0; i < n; i++) {
        clock_stop();
        notifier_begin(n_notifications);
        notifier_wait();
        clock_start();
        received += take_all();
    }
    return received;
}

long
run_notify(long n)
{
    long received = receive_queued(n);

    MUST(received == n * n_notifications);
    return received;
}

static void
tell(long received, long sent)
{
    MUST(received > 0 && received <= sent);
    snprintf(remark, sizeof remark, "received=%.1f%%",
             100.0 * (double) received / (double) sent);
}

long
run_burst(long n)
{
    long received = receive_queued(n);

    tell(received, n * n_notifications);
    return received;
}

void
set_up_stream(long size)
{
    work_clock = CLOCK_THREAD_CPUTIME_ID;
    set_up_notify(size);
}

long
run_stream(long n)
{
    long received = 0;
    long i;

    for (i = 0; i < n; i++) {
        notifier_begin(n_notifications);
        while (!notifier_is_done()) {
            struct pollfd pfd = { .fd = fd, .events = POLLIN };

            MUST(poll(&pfd, 1, 1) >= 0);
            received += take_all();
        }
        notifier_wait();
        received += take_all();
    }
    tell(received, n * n_notifications);
    return received;
}
