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
 * Without a tool, they go to standard error.  A report that cannot be written is counted: the
 * program may have changed its root folder, or have no descriptor left. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "fake-internal.h"

/* The program may change its environment, so it is asked once. */
static char path[PATH_MAX];

void
report_load(void)
{
    const char *value = getenv("NLSOCK_FAKE_KERNEL_REPORT");

    snprintf(path, sizeof path, "%s", value ? value : "");
}

/* Texts from captures and programs stay on their line. */
static void
make_printable(char *text)
{
    for (; *text; text++) {
        if ((unsigned char) *text < ' ' || *text == 0x7f) {
            *text = '?';
        }
    }
}

void
report(const char *format, ...)
{
    int saved_errno = errno;
    char line[512];
    va_list args;
    ssize_t written;
    size_t size;
    int fd;

    va_start(args, format);
    vsnprintf(line, sizeof line - 1, format, args);
    va_end(args);
    make_printable(line);
    size = strlen(line);
    line[size++] = '\n';
    /* By system calls, since functions may be replaced. */
    fd = *path ? (int) syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_APPEND | O_CLOEXEC)
         : STDERR_FILENO;
    written = syscall(SYS_write, fd, line, size);
    if (*path && written != (ssize_t) size) {
        fk_state_unreported();
    }
    if (*path && fd >= 0) {
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
