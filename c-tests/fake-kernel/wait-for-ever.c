/* SPDX-License-Identifier: Apache-2.0 */
/* Waits for what never comes, by the call that is named. */

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>
#include "ask.h"

int
main(int argc, char *argv[])
{
    int fd = open_socket(0), epoll = epoll_create1(0);
    struct epoll_event event = { .events = EPOLLIN };
    struct pollfd p = { .fd = fd, .events = POLLIN };
    fd_set in;

    if (argc < 2) {
        return 2;
    } else if (!strcmp(argv[1], "recv")) {
        answer(fd, 0);
    } else if (!strcmp(argv[1], "poll")) {
        poll(&p, 1, -1);
    } else if (!strcmp(argv[1], "select")) {
        FD_ZERO(&in);
        FD_SET(fd, &in);
        select(fd + 1, &in, NULL, NULL, NULL);
    } else if (!strcmp(argv[1], "epoll")) {
        epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
        epoll_wait(epoll, &event, 1, -1);
    } else if (!strcmp(argv[1], "alarm")) {
        /* A signal will end it. */
        alarm(1);
        answer(fd, 0);
    } else if (!strcmp(argv[1], "timer")) {
        const struct itimerspec soon = { .it_value = { 0, 200000000 } };
        struct sigevent event_of = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM };
        timer_t timer;

        if (!timer_create(CLOCK_MONOTONIC, &event_of, &timer)) {
            timer_settime(timer, 0, &soon, NULL);
        }
        answer(fd, 0);
    }
    return 1;
}
