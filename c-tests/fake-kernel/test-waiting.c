/* SPDX-License-Identifier: Apache-2.0 */
/* The calls that wait for several descriptors, on netlink sockets.  As test-calls.c, on both
 * kernels. */

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <time.h>
#include "ask.h"
#include "../support/tap.h"

static int
readiness(int fd, int timeout)
{
    struct pollfd p = { .fd = fd, .events = POLLIN };

    return poll(&p, 1, timeout) > 0 ? p.revents : 0;
}

static void
poll_sees_what_can_be_received(void)
{
    struct pollfd both = { .fd = open_socket(0), .events = POLLIN | POLLOUT };

    CHECK_INT(readiness(both.fd, 0), 0);
    CHECK_INT(readiness(both.fd, 10), 0);
    CHECK_INT(poll(&both, 1, -1), 1);
    CHECK_INT(both.revents, POLLOUT);
    ask(both.fd, 1);
    ask(both.fd, 2);
    CHECK_INT(readiness(both.fd, -1), POLLIN);
    CHECK_INT(poll(&both, 1, 0), 1);
    CHECK_INT(both.revents, POLLIN | POLLOUT);
    CHECK_INT(answer(both.fd, 0), 1);
    CHECK_INT(readiness(both.fd, 0), POLLIN);
    CHECK_INT(answer(both.fd, 0), 2);
    CHECK_INT(readiness(both.fd, 0), 0);
    close(both.fd);
}

static void
poll_of_several(void)
{
    int fds[2];
    struct pollfd p[3] = { { .fd = -1 }, { .events = POLLIN }, { .events = POLLIN } };
    const struct timespec limit = { 0, 10000000 };

    CHECK_INT(pipe(fds), 0);
    p[1].fd = open_socket(0);
    p[2].fd = fds[0];
    CHECK_INT(ppoll(p, 3, &limit, NULL), 0);
    CHECK_INT(write(fds[1], "x", 1), 1);
    CHECK_INT(ppoll(p, 3, NULL, NULL), 1);
    CHECK_INT(p[1].revents, 0);
    CHECK_INT(p[2].revents, POLLIN);
    ask(p[1].fd, 1);
    CHECK_INT(poll(p, 3, -1), 2);
    close(p[1].fd);
    close(fds[0]);
    close(fds[1]);
}

static void
select_sees_what_can_be_received(void)
{
    int fd = open_socket(0);
    struct timeval limit = { 0, 10000 };
    const struct timespec none = { 0, 0 };
    fd_set in, out;

    FD_ZERO(&in);
    FD_SET(fd, &in);
    CHECK_INT(select(fd + 1, &in, NULL, NULL, &limit), 0);
    CHECK(!FD_ISSET(fd, &in));
    CHECK_INT(limit.tv_sec, 0);
    CHECK_INT(limit.tv_usec, 0);
    ask(fd, 1);
    FD_SET(fd, &in);
    FD_ZERO(&out);
    FD_SET(fd, &out);
    CHECK_INT(select(fd + 1, &in, &out, NULL, NULL), 2);
    CHECK(FD_ISSET(fd, &in) && FD_ISSET(fd, &out));
    CHECK_INT(answer(fd, 0), 1);
    CHECK_INT(pselect(fd + 1, &in, NULL, NULL, &none, NULL), 0);
    close(fd);
}

static int
epoll_of(int fd, uint32_t events)
{
    struct epoll_event event = { .events = events, .data.fd = fd };
    int epoll = epoll_create1(EPOLL_CLOEXEC);

    CHECK_INT(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), 0);
    return epoll;
}

/* Returns the events of the descriptor, or 0 if there are none. */
static uint32_t
events_of(int epoll, int fd, int timeout)
{
    struct epoll_event events[4];
    int n = epoll_wait(epoll, events, 4, timeout);

    CHECK(n <= 1 && (n < 1 || events[0].data.fd == fd));
    return n == 1 ? events[0].events : 0;
}

static void
epoll_level(void)
{
    int fd = open_socket(0), epoll = epoll_of(fd, EPOLLIN);

    CHECK_INT(events_of(epoll, fd, 0), 0);
    CHECK_INT(events_of(epoll, fd, 10), 0);
    ask(fd, 1);
    CHECK_INT(events_of(epoll, fd, -1), EPOLLIN);
    CHECK_INT(events_of(epoll, fd, -1), EPOLLIN);
    CHECK_INT(answer(fd, 0), 1);
    CHECK_INT(events_of(epoll, fd, 0), 0);
    close(fd);
    close(epoll);
}

static void
epoll_edge(void)
{
    int fd = open_socket(0), epoll = epoll_of(fd, EPOLLIN | EPOLLET);

    CHECK_INT(events_of(epoll, fd, 0), 0);
    ask(fd, 1);
    CHECK_INT(events_of(epoll, fd, -1), EPOLLIN);
    CHECK_INT(events_of(epoll, fd, 0), 0);
    ask(fd, 2);
    CHECK_INT(events_of(epoll, fd, -1), EPOLLIN);
    CHECK_INT(answer(fd, 0), 1);
    CHECK_INT(events_of(epoll, fd, 0), 0);
    CHECK_INT(answer(fd, 0), 2);
    CHECK_INT(events_of(epoll, fd, 0), 0);
    close(fd);
    close(epoll);
}

static void
epoll_once(void)
{
    int fd = open_socket(0), epoll = epoll_of(fd, EPOLLIN | EPOLLONESHOT);
    struct epoll_event event = { .events = EPOLLIN | EPOLLONESHOT, .data.fd = fd };

    ask(fd, 1);
    CHECK_INT(events_of(epoll, fd, -1), EPOLLIN);
    CHECK_INT(events_of(epoll, fd, 0), 0);
    CHECK_INT(epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event), 0);
    CHECK_INT(events_of(epoll, fd, -1), EPOLLIN);
    close(fd);
    close(epoll);
}

static void *
ask_later(void *fd)
{
    const struct timespec pause = { 0, 20000000 };

    nanosleep(&pause, NULL);
    ask(*(int *) fd, 1);
    return NULL;
}

/* Waits, as 'how' says, for what another thread asks for meanwhile. */
static void
wait_for_thread(int how)
{
    int fd = open_socket(0), epoll = epoll_of(fd, EPOLLIN);
    pthread_t thread;
    fd_set in;

    pthread_create(&thread, NULL, ask_later, &fd);
    if (how == 0) {
        CHECK_INT(readiness(fd, -1), POLLIN);
    } else if (how == 1) {
        CHECK_INT(events_of(epoll, fd, -1), EPOLLIN);
    } else {
        FD_ZERO(&in);
        FD_SET(fd, &in);
        CHECK_INT(select(fd + 1, &in, NULL, NULL, NULL), 1);
    }
    CHECK_INT(answer(fd, MSG_DONTWAIT), 1);
    pthread_join(thread, NULL);
    close(fd);
    close(epoll);
}

/* As daemon() does: the parent ends, the child goes on with an epoll from before the fork. */
static void
epoll_of_a_parent_that_has_ended(void)
{
    int result = -1, status = -1, pipes[2];
    pid_t parent;

    CHECK_INT(pipe(pipes), 0);
    parent = fork();
    if (!parent) {
        int fd = open_socket(SOCK_NONBLOCK), epoll = epoll_of(fd, EPOLLIN);

        parent = getpid();
        if (fork()) {
            _exit(0);
        }
        while (getppid() == parent) {
            usleep(1000);
        }
        ask(fd, 7);
        result = events_of(epoll, fd, 2000) == EPOLLIN ? answer(fd, 0) : 0;
        _exit(write(pipes[1], &result, sizeof result) < 0);
    }
    close(pipes[1]);
    CHECK_INT(waitpid(parent, &status, 0), parent);
    CHECK_INT(read(pipes[0], &result, sizeof result), sizeof result);
    CHECK_INT(result, 7);
    close(pipes[0]);
}

static void
wrong_numbers(void)
{
    const struct timespec long_time = { INT64_MAX / 2, 0 };
    struct pollfd p = { .fd = open_socket(0), .events = POLLIN };

    CHECK_INT(select(-100, NULL, NULL, NULL, NULL), -1);
    CHECK_INT(errno, EINVAL);
    ask(p.fd, 1);
    CHECK_INT(ppoll(&p, 1, &long_time, NULL), 1);
    close(p.fd);
}

static void *
receive_for_ever(void *fd)
{
    return (void *) (intptr_t) answer(*(int *) fd, 0);
}

/* A thread that has been cancelled waits no more, so the last thread but one may wait. */
static void
a_cancelled_thread(void)
{
    int other = open_socket(0);
    pthread_t thread;

    pthread_create(&thread, NULL, receive_for_ever, &other);
    usleep(20000);
    pthread_cancel(thread);
    pthread_join(thread, NULL);
    pthread_create(&thread, NULL, ask_later, &other);
    CHECK_INT(answer(other, 0), 1);
    pthread_join(thread, NULL);
    close(other);
}

static void
threads(void)
{
    for (int how = 0; how < 3; how++) {
        wait_for_thread(how);
    }
}

int
main(void)
{
    RUN(poll_sees_what_can_be_received);
    RUN(poll_of_several);
    RUN(select_sees_what_can_be_received);
    RUN(epoll_level);
    RUN(epoll_edge);
    RUN(epoll_once);
    RUN(threads);
    RUN(a_cancelled_thread);
    RUN(epoll_of_a_parent_that_has_ended);
    RUN(wrong_numbers);
    return tap_done();
}
