/* SPDX-License-Identifier: Apache-2.0 */
/* Reports to the tool, which made a file for them, and prints them in the end.  Each is a line that
 * begins with what it is:
 *
 *   unknown REQUEST     the capture does not have it
 *   unsupported CALL    the fake kernel does not have it
 *   hang WHY            the process waits for something that never comes, and has been ended
 *   error TEXT          the script or the capture cannot be used, and the process has been ended
 *   ended               the replay has ended, and so has the process
 *
 * Without a tool, they go to standard error. */

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
    int saved_errno = errno;
    char line[512];
    va_list args;
    int n, fd;

    /* By system calls, since functions may be replaced. */
    fd = path ? (int) syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_APPEND | O_CLOEXEC)
         : STDERR_FILENO;
    va_start(args, format);
    n = vsnprintf(line, sizeof line - 1, format, args);
    va_end(args);
    n = n < (int) sizeof line - 2 ? n : (int) sizeof line - 2;
    line[n] = '\n';
    syscall(SYS_write, fd, line, (size_t) n + 1);
    if (path) {
        syscall(SYS_close, fd);
    }
    errno = saved_errno;
}

int
refuse_call(const char *name)
{
    report("unsupported %s", name);
    errno = EOPNOTSUPP;
    return -1;
}
