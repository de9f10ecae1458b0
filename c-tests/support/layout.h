/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of layouts at compile time, and the sizes of the platform that layouts depend on. */

#ifndef LAYOUT_H
#define LAYOUT_H 1

#include <pthread.h>
#include <stddef.h>
#include <time.h>

#define SIZE(TYPE, N) _Static_assert(sizeof(TYPE) == (N), #TYPE " has the wrong size")
#define AT(TYPE, FIELD, N) \
    _Static_assert(offsetof(TYPE, FIELD) == (N), #TYPE "." #FIELD " is in the wrong place")
#define IS(CONSTANT, N) _Static_assert((CONSTANT) == (N), #CONSTANT " is wrong")

#define WORD sizeof(void *)
#define MUTEX sizeof(pthread_mutex_t)
#define TIME sizeof(time_t)

/* Where a long long is after three integers of 4 bytes: at 12 on i686, at 16 elsewhere. */
struct after_three_ints {
    int ints[3];
    long long int value;
};
#define LAST_FILL offsetof(struct after_three_ints, value)

#endif /* layout.h */
