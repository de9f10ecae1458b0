/* SPDX-License-Identifier: Apache-2.0 */
/* The functions of libc that the library calls, in front of libc's and of the fake kernel's: they
 * count the calls of the library, and make one of them fail.  Calls of others are passed on. */

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>
#include "every-call.h"

void *__libc_malloc(size_t);
void *__libc_realloc(void *, size_t);
void __libc_free(void *);

/* The fake kernel, if the program runs on it: a call fails without its help. */
void fake_call_failed(int error) __attribute__((weak));

/* The memory that the library's code is in. */
static struct {
    uintptr_t start, end;
} library;

static int
find_library(struct dl_phdr_info *info, size_t size, void *aux)
{
    (void) size;
    (void) aux;
    if (!strstr(info->dlpi_name, "/libnlsock")
        || strstr(info->dlpi_name, "/libnlsock-fake-kernel")) {
        return 0;
    }
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];

        if (header->p_type == PT_LOAD && header->p_flags & PF_X) {
            library.start = info->dlpi_addr + header->p_vaddr;
            library.end = library.start + header->p_memsz;
        }
    }
    return 1;
}

static bool
is_librarys(const void *caller)
{
    if (!library.start) {
        dl_iterate_phdr(find_library, NULL);
    }
    return (uintptr_t) caller >= library.start && (uintptr_t) caller < library.end;
}

static void __attribute__((noreturn))
runaway(void)
{
    static const char text[] = "# hang: too many calls\nnot ok 1 - hang\n1..1\n";

    if (syscall(SYS_write, STDOUT_FILENO, text, sizeof text - 1) < 0) {
        _exit(125);
    }
    _exit(124);
}

/* Faults of the library, to show that every-call.c notices them.  The environment variable MUTATION
 * chooses one: after a call has failed, the library
 *
 *   ignored      does as if the call had not failed
 *   descriptor   loses a descriptor
 *   memory       loses memory
 *   endless      makes the call again for ever
 *   silent       ends the process without a word
 *
 * Returns whether the failure is hidden from the library. */
static bool
mutate(void)
{
    const char *mutation = getenv("MUTATION");

    if (!mutation) {
        return false;
    } else if (!strcmp(mutation, "descriptor")) {
        return dup(STDERR_FILENO) < 0;
    } else if (!strcmp(mutation, "memory")) {
        held_allocation(__libc_malloc(1));
    } else if (!strcmp(mutation, "endless")) {
        run->n_calls = run->n_runaway;
    } else if (!strcmp(mutation, "silent")) {
        abort();
    }
    return !strcmp(mutation, "ignored");
}

/* A call of the library begins.  Returns the error that it fails with, or 0. */
static int
next_call(enum call call)
{
    bool again = run->always && run->failed == (int) call;
    unsigned long number;
    int error;

    if (run->disarmed) {
        return 0;
    }
    number = __atomic_add_fetch(&run->n_calls, 1, __ATOMIC_RELAXED);
    if (number > run->n_runaway) {
        runaway();
    }
    if (number <= sizeof run->calls) {
        run->calls[number - 1] = (unsigned char) call;
    }
    if (number != run->fail && !again) {
        return 0;
    }
    error = call_errors[call].errors[run->error_index];
    if (error) {
        run->failed = (int) call;
        run->error = error;
        if (fake_call_failed) {
            fake_call_failed(error);
        }
        if (mutate()) {
            return 0;
        }
    }
    return error;
}

/* The error with which the present function fails, or 0.  Sets errno. */
#define FAILS(CALL) fails(CALL, __builtin_return_address(0))

static int
fails(enum call call, const void *caller)
{
    int error = run && is_librarys(caller) ? next_call(call) : 0;

    if (error) {
        errno = error;
    }
    return error;
}

/* The function of this name that comes next. */
#define NEXT(TYPE, NAME, ...)                                                   \
    static TYPE (*next)(__VA_ARGS__);                                           \
    if (!next) {                                                                \
        *(void **) &next = dlsym(RTLD_NEXT, #NAME);                             \
    }

/* Sockets. */

int
socket(int domain, int type, int protocol)
{
    NEXT(int, socket, int, int, int)
    return FAILS(CALL_SOCKET) ? -1 : next(domain, type, protocol);
}

/* As in Linux, the descriptor is closed even if close() fails. */
int
close(int fd)
{
    NEXT(int, close, int)
    int error = FAILS(CALL_CLOSE);
    int result = next(fd);

    if (error) {
        errno = error;
    }
    return error ? -1 : result;
}

int
connect(int fd, const struct sockaddr *address, socklen_t size)
{
    NEXT(int, connect, int, const struct sockaddr *, socklen_t)
    return FAILS(CALL_CONNECT) ? -1 : next(fd, address, size);
}

int
getsockname(int fd, struct sockaddr *address, socklen_t *size)
{
    NEXT(int, getsockname, int, struct sockaddr *, socklen_t *)
    return FAILS(CALL_GETSOCKNAME) ? -1 : next(fd, address, size);
}

int
setsockopt(int fd, int level, int name, const void *value, socklen_t size)
{
    NEXT(int, setsockopt, int, int, int, const void *, socklen_t)
    return FAILS(CALL_SETSOCKOPT) ? -1 : next(fd, level, name, value, size);
}

int
getsockopt(int fd, int level, int name, void *value, socklen_t *size)
{
    NEXT(int, getsockopt, int, int, int, void *, socklen_t *)

    if (!FAILS(CALL_GETSOCKOPT)) {
        return next(fd, level, name, value, size);
    }
    /* A kernel has this option, or it does not. */
    run->always |= name == SO_MEMINFO;
    return -1;
}

ssize_t
sendto(int fd, const void *data, size_t size, int flags, const struct sockaddr *to,
       socklen_t to_size)
{
    NEXT(ssize_t, sendto, int, const void *, size_t, int, const struct sockaddr *, socklen_t)
    int failed = run ? run->failed : -1;

    if (FAILS(CALL_SENDTO)) {
        return -1;
    } else if (run && failed != run->failed) {
        /* See mutate(). */
        return (ssize_t) size;
    }
    return next(fd, data, size, flags, to, to_size);
}

ssize_t
recv(int fd, void *data, size_t size, int flags)
{
    NEXT(ssize_t, recv, int, void *, size_t, int)
    return FAILS(CALL_RECV) ? -1 : next(fd, data, size, flags);
}

ssize_t
recvmsg(int fd, struct msghdr *message, int flags)
{
    NEXT(ssize_t, recvmsg, int, struct msghdr *, int)
    return FAILS(CALL_RECVMSG) ? -1 : next(fd, message, flags);
}

int
poll(struct pollfd *fds, nfds_t n, int timeout)
{
    NEXT(int, poll, struct pollfd *, nfds_t, int)
    return FAILS(CALL_POLL) ? -1 : next(fds, n, timeout);
}

/* Memory. */

void *
malloc(size_t size)
{
    const void *caller = __builtin_return_address(0);
    void *p;

    if (!run || !is_librarys(caller)) {
        return __libc_malloc(size);
    }
    p = fails(CALL_MALLOC, caller) ? NULL : __libc_malloc(size);
    if (p) {
        held_allocation(p);
    }
    return p;
}

void *
realloc(void *old, size_t size)
{
    const void *caller = __builtin_return_address(0);
    bool librarys;
    void *p;

    if (!run) {
        return __libc_realloc(old, size);
    }
    librarys = is_librarys(caller);
    if (librarys && fails(CALL_REALLOC, caller)) {
        return NULL;
    }
    librarys |= released_allocation(old);
    p = __libc_realloc(old, size);
    if (librarys && (p || old)) {
        held_allocation(p ? p : old);
    }
    return p;
}

void
free(void *p)
{
    if (run) {
        released_allocation(p);
    }
    __libc_free(p);
}

void *
mmap(void *start, size_t size, int access, int flags, int fd, off_t offset)
{
    NEXT(void *, mmap, void *, size_t, int, int, int, off_t)
    const void *caller = __builtin_return_address(0);
    void *p = fails(CALL_MMAP, caller) ? MAP_FAILED : next(start, size, access, flags, fd, offset);

    if (run && p != MAP_FAILED && is_librarys(caller)) {
        held_mapping(p);
    }
    return p;
}

/* If it fails, the mapping is lost, but not by a fault of the library.  The library also calls this
 * as the last thing in a function, so that the caller looks like another one. */
int
munmap(void *start, size_t size)
{
    NEXT(int, munmap, void *, size_t)
    bool librarys = run && released_mapping(start);
    int error = librarys ? next_call(CALL_MUNMAP) : 0;

    if (error) {
        errno = error;
    }
    return error ? -1 : next(start, size);
}

int
madvise(void *start, size_t size, int advice)
{
    NEXT(int, madvise, void *, size_t, int)
    return FAILS(CALL_MADVISE) ? -1 : next(start, size, advice);
}

int
munlock(const void *start, size_t size)
{
    NEXT(int, munlock, const void *, size_t)
    return FAILS(CALL_MUNLOCK) ? -1 : next(start, size);
}

/* Other descriptors and files. */

int
eventfd(unsigned int value, int flags)
{
    NEXT(int, eventfd, unsigned int, int)
    return FAILS(CALL_EVENTFD) ? -1 : next(value, flags);
}

int
dup3(int from, int to, int flags)
{
    NEXT(int, dup3, int, int, int)
    return FAILS(CALL_DUP3) ? -1 : next(from, to, flags);
}

ssize_t
readlink(const char *path, char *target, size_t size)
{
    NEXT(ssize_t, readlink, const char *, char *, size_t)
    return FAILS(CALL_READLINK) ? -1 : next(path, target, size);
}

/* What the library writes is kept, not written. */
ssize_t
writev(int fd, const struct iovec *parts, int n)
{
    NEXT(ssize_t, writev, int, const struct iovec *, int)
    const void *caller = __builtin_return_address(0);
    ssize_t total = 0;

    if (!run || !is_librarys(caller)) {
        return next(fd, parts, n);
    } else if (fails(CALL_WRITEV, caller)) {
        return -1;
    }
    if (run->text_size > sizeof run->text / 2) {
        run->text_size = 0;
    }
    for (int i = 0; i < n; i++) {
        size_t room = sizeof run->text - 1 - run->text_size;
        size_t size = parts[i].iov_len < room ? parts[i].iov_len : room;

        memcpy(run->text + run->text_size, parts[i].iov_base, size);
        run->text_size += size;
        total += (ssize_t) parts[i].iov_len;
    }
    run->text[run->text_size] = '\0';
    return total;
}

/* The file of a capture. */

int
open(const char *path, int flags, ...)
{
    NEXT(int, open, const char *, int, ...)
    mode_t mode = 0;
    va_list args;

    if (flags & (O_CREAT | O_TMPFILE)) {
        va_start(args, flags);
        mode = va_arg(args, mode_t);
        va_end(args);
    }
    return FAILS(CALL_OPEN) ? -1 : next(path, flags, mode);
}

int
fcntl(int fd, int command, ...)
{
    NEXT(int, fcntl, int, int, ...)
    va_list args;
    void *arg;

    va_start(args, command);
    arg = va_arg(args, void *);
    va_end(args);
    return FAILS(CALL_FCNTL) ? -1 : next(fd, command, arg);
}

int
fstat64(int fd, struct stat64 *status)
{
    NEXT(int, fstat64, int, struct stat64 *)
    return FAILS(CALL_FSTAT) ? -1 : next(fd, status);
}

ssize_t
pread64(int fd, void *data, size_t size, off64_t offset)
{
    NEXT(ssize_t, pread64, int, void *, size_t, off64_t)
    return FAILS(CALL_PREAD) ? -1 : next(fd, data, size, offset);
}

ssize_t
pwritev(int fd, const struct iovec *parts, int n, off_t offset)
{
    NEXT(ssize_t, pwritev, int, const struct iovec *, int, off_t)
    return FAILS(CALL_PWRITEV) ? -1 : next(fd, parts, n, offset);
}

char *
getcwd(char *path, size_t size)
{
    NEXT(char *, getcwd, char *, size_t)
    return FAILS(CALL_GETCWD) ? NULL : next(path, size);
}

int
getrlimit(__rlimit_resource_t resource, struct rlimit *limit)
{
    NEXT(int, getrlimit, __rlimit_resource_t, struct rlimit *)
    return FAILS(CALL_GETRLIMIT) ? -1 : next(resource, limit);
}

int
sigtimedwait(const sigset_t *signals, siginfo_t *info, const struct timespec *timeout)
{
    NEXT(int, sigtimedwait, const sigset_t *, siginfo_t *, const struct timespec *)
    return FAILS(CALL_SIGTIMEDWAIT) ? -1 : next(signals, info, timeout);
}

/* The number of the process is in captures.  With the same number, they have the same size, and the
 * library makes the same calls, in each run. */
pid_t
getpid(void)
{
    NEXT(pid_t, getpid, void)
    return run && is_librarys(__builtin_return_address(0)) ? 1 : next();
}

/* The process and its threads.  The functions of pthreads return the errno value. */

int
pthread_key_create(pthread_key_t *key, void (*destructor)(void *))
{
    NEXT(int, pthread_key_create, pthread_key_t *, void (*)(void *))
    int error = FAILS(CALL_KEY_CREATE);

    return error ? error : next(key, destructor);
}

int
pthread_setspecific(pthread_key_t key, const void *value)
{
    NEXT(int, pthread_setspecific, pthread_key_t, const void *)
    int error = FAILS(CALL_SETSPECIFIC);

    return error ? error : next(key, value);
}

int
__register_atfork(void (*prepare)(void), void (*parent)(void), void (*child)(void), void *dso)
{
    NEXT(int, __register_atfork, void (*)(void), void (*)(void), void (*)(void), void *)
    int error = FAILS(CALL_REGISTER_ATFORK);

    return error ? error : next(prepare, parent, child, dso);
}

int
pthread_getattr_np(pthread_t thread, pthread_attr_t *attributes)
{
    NEXT(int, pthread_getattr_np, pthread_t, pthread_attr_t *)
    int error = FAILS(CALL_GETATTR);

    return error ? error : next(thread, attributes);
}

ssize_t
getrandom(void *data, size_t size, unsigned int flags)
{
    NEXT(ssize_t, getrandom, void *, size_t, unsigned int)
    return FAILS(CALL_GETRANDOM) ? -1 : next(data, size, flags);
}

int
nanosleep(const struct timespec *time, struct timespec *left)
{
    NEXT(int, nanosleep, const struct timespec *, struct timespec *)
    return FAILS(CALL_NANOSLEEP) ? -1 : next(time, left);
}
