/* SPDX-License-Identifier: Apache-2.0 */
/* The part of the fake kernel that is in Rust: made when the library is loaded. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "fake-session.h"

static struct fk_session *the_session;
static bool replays, shares;
static long tool;               /* The process of the tool, or 0. */

struct fk_session *
session(void)
{
    if (!the_session) {
        the_session = fk_session_new();
    }
    return the_session;
}

bool
session_replays(void)
{
    return replays;
}

bool
session_is_shared(void)
{
    return shares;
}

bool
session_is_of_tool(void)
{
    return tool && tool == getppid();
}

void
session_fail(const char *format, ...)
{
    char text[512];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    report("error %s", text);
    _exit(125);
}

/* Maps a file, or ends the process.  By system calls, since functions may be replaced. */
static void *
map(const char *path, bool shared, size_t *size)
{
    int fd = (int) syscall(SYS_openat, AT_FDCWD, path,
                           (shared ? O_RDWR : O_RDONLY) | O_CLOEXEC);
    struct stat st;
    void *mapping = MAP_FAILED;

    if (fd >= 0 && !fstat(fd, &st)) {
        *size = (size_t) st.st_size;
        mapping = mmap(NULL, *size ? *size : 1, shared ? PROT_READ | PROT_WRITE : PROT_READ,
                       shared ? MAP_SHARED : MAP_PRIVATE, fd, 0);
    }
    if (mapping == MAP_FAILED) {
        session_fail("%s: %s", path, strerror(errno));
    }
    syscall(SYS_close, fd);
    return mapping;
}

static void
load_capture(const char *path)
{
    struct fk_failure failure;
    size_t size;
    void *data = map(path, false, &size);

    if (!fk_replay_load(session(), data, size, &failure)) {
        session_fail("%s: %s", path, failure.text);
    }
    munmap(data, size ? size : 1);
    replays = true;
}

void
session_load(void)
{
    const char *capture = getenv("NLSOCK_FAKE_KERNEL_REPLAY");
    const char *state = getenv("NLSOCK_FAKE_KERNEL_STATE");
    const char *unknown = getenv("NLSOCK_FAKE_KERNEL_UNKNOWN");
    const char *seed = getenv("NLSOCK_FAKE_KERNEL_FAULTS");
    const char *parent = getenv("NLSOCK_FAKE_KERNEL_PARENT");

    tool = parent ? strtol(parent, NULL, 10) : 0;
    if (capture) {
        load_capture(capture);
    }
    if (state) {
        size_t size;
        uint32_t *words = map(state, true, &size);

        fk_state_share(session(), words, size / sizeof *words);
        shares = true;
    }
    if (unknown && !fk_replay_unknown(session(), unknown)) {
        session_fail("NLSOCK_FAKE_KERNEL_UNKNOWN: %s", unknown);
    }
    if (seed) {
        fk_faults_seed(session(), strtoull(seed, NULL, 10));
    }
}

int
session_end(void)
{
    static bool told;

    report("ended");
    if (told) {
        _exit(EXIT_SUCCESS);
    }
    told = true;
    fake_unlock();
    kill(getpid(), SIGTERM);
    fake_lock();
    errno = EINTR;
    return -1;
}
