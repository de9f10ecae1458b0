/* SPDX-License-Identifier: Apache-2.0 */
/* What is done and how often it was; what was wrong. */

#include <stdarg.h>
#include "soak.h"

static const char *const operation_texts[] = {
#define OPERATION(NAME, TEXT) TEXT,
    OPERATIONS
#undef OPERATION
};

uint64_t done[N_OPERATIONS];
unsigned int n_violations;

void
count(enum operation operation)
{
    __atomic_add_fetch(&done[operation], 1, __ATOMIC_RELAXED);
}

void
violation(const char *file, int line, const char *format, ...)
{
    char text[256];
    va_list args;

    /* Only the first ones are printed. */
    if (__atomic_add_fetch(&n_violations, 1, __ATOMIC_RELAXED) <= 20) {
        va_start(args, format);
        vsnprintf(text, sizeof text, format, args);
        va_end(args);
        printf("# %s:%d: %s\n", file, line, text);
        fflush(stdout);
    }
}

void
print_counts(void)
{
    struct nlsock_counters counters;
    unsigned int i;

    for (i = 0; i < N_OPERATIONS; i++) {
        printf("# %10llu %s\n", (unsigned long long) done[i], operation_texts[i]);
    }
    nlsock_counters(&counters, sizeof counters);
    printf("# counters: overflow=%llu received=%llu recv_jumbo=%llu sent=%llu dropped=%llu "
           "resent=%llu stale=%llu spoofed=%llu discarded=%llu\n",
           (unsigned long long) counters.overflow, (unsigned long long) counters.received,
           (unsigned long long) counters.recv_jumbo, (unsigned long long) counters.sent,
           (unsigned long long) counters.dropped, (unsigned long long) counters.resent,
           (unsigned long long) counters.stale, (unsigned long long) counters.spoofed,
           (unsigned long long) counters.discarded);
}
