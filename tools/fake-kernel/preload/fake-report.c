/* SPDX-License-Identifier: Apache-2.0 */
/* Reports to the tool, which made a file for them: see rust.h. */

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "fake-internal.h"

void
report(const char *format, ...)
{
    const char *path = getenv("NLSOCK_FAKE_KERNEL_REPORT");
    char line[512];
    va_list args;
    int n, fd;

    /* By system calls, since functions may be replaced. */
    fd = path ? (int) syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_APPEND | O_CLOEXEC) : -1;
    if (fd < 0) {
        return;
    }
    va_start(args, format);
    n = vsnprintf(line, sizeof line - 1, format, args);
    va_end(args);
    n = n < (int) sizeof line - 2 ? n : (int) sizeof line - 2;
    line[n] = '\n';
    syscall(SYS_write, fd, line, (size_t) n + 1);
    syscall(SYS_close, fd);
}

int
refuse_call(const char *name)
{
    fprintf(stderr, "nlsock-fake-kernel: %s is not supported on netlink sockets\n", name);
    report("unsupported %s", name);
    errno = EOPNOTSUPP;
    return -1;
}
