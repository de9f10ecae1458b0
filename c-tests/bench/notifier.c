/* SPDX-License-Identifier: Apache-2.0 */
/* See notifier.h.  With NOTIFIER_PROGRAM, the program; else what drivers use to talk to it. */

#include "driver.h"
#include "notifier.h"
#include <poll.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef NOTIFIER_PROGRAM

#include "routes.h"

/* Requests in a datagram. */
#define N_AT_ONCE 80

static void
replace_routes(int fd, long n, bool odd)
{
    static struct route_request requests[N_AT_ONCE];
    long i, j;

    for (i = 0; i < n; i += j) {
        for (j = 0; j < N_AT_ONCE && i + j < n; j++) {
            requests[j] = route_request(i + j, odd, 0);
        }
        MUST(send(fd, requests, (size_t) j * sizeof requests[0], 0) > 0);
        /* No answer is a good one. */
        MUST(recv(fd, requests, sizeof requests, MSG_DONTWAIT) < 0 && errno == EAGAIN);
    }
}

int
main(void)
{
    struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    bool odd = false;
    long n;

    MUST(fd >= 0 && !connect(fd, (struct sockaddr *) &kernel, sizeof kernel));
    while (read(STDIN_FILENO, &n, sizeof n) == sizeof n) {
        replace_routes(fd, n, odd);
        odd = !odd;
        MUST(write(STDOUT_FILENO, &n, sizeof n) == sizeof n);
    }
    return EXIT_SUCCESS;
}

#else /* !NOTIFIER_PROGRAM */

static int to_notifier, from_notifier;
static pid_t notifier;

/* It ends when the pipe of its commands is closed. */
static void
notifier_stop(void)
{
    close(to_notifier);
    waitpid(notifier, NULL, 0);
}

void
notifier_start(void)
{
    char path[4096];
    int in[2], out[2];
    ssize_t length;
    char *slash;

    /* Under valgrind, too, this is the driver. */
    length = readlink("/proc/self/exe", path, sizeof path - 16);
    MUST(length > 0);
    path[length] = '\0';
    slash = strrchr(path, '/');
    MUST(slash);
    strcpy(slash + 1, "notifier");
    MUST(!pipe(in) && !pipe(out));
    fflush(stdout);
    notifier = fork();
    MUST(notifier >= 0);
    if (!notifier) {
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        close(in[1]);
        close(out[0]);
        execl(path, path, (char *) NULL);
        _exit(EXIT_FAILURE);
    }
    close(in[0]);
    close(out[1]);
    to_notifier = in[1];
    from_notifier = out[0];
    atexit(notifier_stop);
}

void
notifier_begin(long n)
{
    MUST(write(to_notifier, &n, sizeof n) == sizeof n);
}

void
notifier_wait(void)
{
    long n;

    MUST(read(from_notifier, &n, sizeof n) == sizeof n);
}

int
notifier_is_done(void)
{
    struct pollfd pfd = { .fd = from_notifier, .events = POLLIN };

    return poll(&pfd, 1, 0) == 1;
}

#endif /* !NOTIFIER_PROGRAM */
