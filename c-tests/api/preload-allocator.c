/* SPDX-License-Identifier: Apache-2.0 */
/* An allocator with one lock, to be preloaded under test-fork-allocator.c.
 *
 * Like others of its kind, it takes the lock before a fork and gives it back after that, in both
 * processes.  Its handlers are registered last, when the program asks for that: so they are the
 * first to run before a fork, and the last in the child.  Whoever allocates in a handler of its
 * own then waits for ever.  So does whoever waits, in a handler, for a thread that allocates. */

#include <pthread.h>
#include <stddef.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void __libc_free(void *);

void preload_allocator_register(void);

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void
lock(void)
{
    pthread_mutex_lock(&mutex);
}

static void
unlock(void)
{
    pthread_mutex_unlock(&mutex);
}

/* Registers the fork handlers. */
void
preload_allocator_register(void)
{
    pthread_atfork(lock, unlock, unlock);
}

/* Makes the lock be held for a while. */
static void
linger(void)
{
    volatile int i;

    for (i = 0; i < 200; i++) {
        continue;
    }
}

void *
malloc(size_t size)
{
    void *p;

    lock();
    p = __libc_malloc(size);
    linger();
    unlock();
    return p;
}

void *
calloc(size_t n, size_t size)
{
    void *p;

    lock();
    p = __libc_calloc(n, size);
    linger();
    unlock();
    return p;
}

void *
realloc(void *old, size_t size)
{
    void *p;

    lock();
    p = __libc_realloc(old, size);
    linger();
    unlock();
    return p;
}

void
free(void *p)
{
    lock();
    __libc_free(p);
    linger();
    unlock();
}
