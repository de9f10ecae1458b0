/* SPDX-License-Identifier: Apache-2.0 */
/* If memory runs out, the process logs one line and aborts.  This program defines malloc() and
 * realloc(), so it does not run under tools that replace them. */

#include <errno.h>
#include <linux/netlink.h>
#include "netlink-socket.h"
#include "ofpbuf.h"
#include "tap.h"

void *__libc_malloc(size_t);
void *__libc_realloc(void *, size_t);

static bool exhausted;

void *
malloc(size_t size)
{
    errno = ENOMEM;
    return exhausted ? NULL : __libc_malloc(size);
}

void *
realloc(void *p, size_t size)
{
    errno = ENOMEM;
    return exhausted ? NULL : __libc_realloc(p, size);
}

/* Runs 'use' in a child process without memory.  The child must print one line that contains 'why',
 * and abort. */
static void
check_end(void (*use)(void), const char *why)
{
    char text[1024] = "";
    int fds[2], status;
    ssize_t size;
    pid_t child;

    CHECK(!pipe(fds));
    child = fork();
    if (!child) {
        dup2(fds[1], STDERR_FILENO);
        exhausted = true;
        use();
        _exit(EXIT_SUCCESS);
    }
    close(fds[1]);
    /* The library prints a line by one write(). */
    size = read(fds[0], text, sizeof text - 1);
    CHECK(size > 0 && strchr(text, '\n') == &text[size - 1]);
    CHECK(strstr(text, why));
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    close(fds[0]);
}

static void
make_buffer(void)
{
    ofpbuf_new(100);
}

static void
callers_memory(void)
{
    check_end(make_buffer, "memory");
}

static void
make_socket(void)
{
    struct nl_sock *sock;

    nl_sock_create(NETLINK_ROUTE, &sock);
}

static void
own_memory(void)
{
    check_end(make_socket, "libnlsock: ");
    check_end(make_socket, "memory allocation of ");
}

int
main(void)
{
    RUN(callers_memory);
    RUN(own_memory);
    return tap_done();
}
