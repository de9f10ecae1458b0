/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of the C library that a test replaces by its own, which call the real ones. */

#ifndef REPLACED_H
#define REPLACED_H 1

#include <dlfcn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

/* Returns the C library's function 'name'. */
static inline void *
real(const char *name)
{
    void *function = dlsym(RTLD_NEXT, name);

    if (!function) {
        abort();
    }
    return function;
}

/* Whether the clocks run fast: so fast that a rate limit lets all lines through. */
static bool clocks_are_fast;

int
clock_gettime(clockid_t clock, struct timespec *now)
{
    static int (*function)(clockid_t, struct timespec *);
    static long n;
    int result;

    if (!function) {
        function = (int (*)(clockid_t, struct timespec *)) real("clock_gettime");
    }
    result = function(clock, now);
    if (clocks_are_fast) {
        now->tv_sec += 2 * __atomic_add_fetch(&n, 1, __ATOMIC_RELAXED);
    }
    return result;
}

#endif /* replaced.h */
