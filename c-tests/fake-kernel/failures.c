/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that fail on the real kernel, and what else a recording tells: see tool.sh. */

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "ask.h"

static void
say(const char *what, long result)
{
    printf("%s: %s\n", what, result < 0 ? strerror(errno) : "works");
}

/* So many answers that they do not fit. */
static void
overflow(void)
{
    int fd = open_socket(SOCK_NONBLOCK), size = 1, n = 0, failure = 0, result;

    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    for (uint32_t i = 1; i <= 100; i++) {
        ask(fd, i);
    }
    while ((result = answer(fd, 0)) != -EAGAIN) {
        n += result > 0;
        failure = result < 0 && !n ? -result : failure;
    }
    printf("first: %s, then %d answers\n", strerror(failure), n);
    close(fd);
}

/* A child has a descriptor that its parent opened. */
static void
inherited(int fd)
{
    pid_t child = fork();
    struct pollfd pfd = { .fd = fd, .events = POLLIN };

    if (!child) {
        exit(ask(fd, 7) || poll(&pfd, 1, 5000) != 1 || answer(fd, 0) != 7);
    }
    int status;

    waitpid(child, &status, 0);
    printf("the child: %d\n", status);
    printf("the parent: %d\n", ask(fd, 8) ? -1 : answer(fd, 0));
}

int
main(void)
{
    struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_pid = 999999 };
    socklen_t size = sizeof address;
    int fd = open_socket(0), group = 5000;
    struct nlmsghdr message = request(1);

    say("join", setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group));
    say("send", sendto(fd, &message, sizeof message, 0, (struct sockaddr *) &address, size));
    say("ask", ask(fd, 2));
    printf("answer: %d\n", answer(fd, 0));
    getsockname(fd, (struct sockaddr *) &address, &size);
    printf("port id: %u\n", address.nl_pid);
    fflush(stdout);
    inherited(fd);
    overflow();
    return 0;
}
