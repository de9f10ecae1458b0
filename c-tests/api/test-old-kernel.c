/* SPDX-License-Identifier: Apache-2.0 */
/* A kernel before Linux 4.14, which cannot make a page 0 in a child: the test refuses that. */

#include <errno.h>
#include <sys/mman.h>
#include "answers.h"
#include "descriptors.h"
#include "netns.h"
#include "replaced.h"
#include "tap.h"

static int n_refused;

int
madvise(void *start, size_t size, int advice)
{
    int (*function)(void *, size_t, int) = (int (*)(void *, size_t, int)) real("madvise");

    if (advice == 18 /* MADV_WIPEONFORK. */) {
        n_refused++;
        errno = EINVAL;
        return -1;
    }
    return function(start, size, advice);
}

static void
ask_in_child(void)
{
    int before = count_descriptors();

    fprintf(stderr, "%s, ", loopback_is_found() ? "answer" : "error");
    fprintf(stderr, "%d more\n", count_descriptors() - before);
}

/* Otherwise both processes would receive the same answers. */
static void
a_child_does_not_use_its_parents_pool(void)
{
    char output[1000];

    CHECK(loopback_is_found());
    CHECK_INT(n_refused, 1);
    CHECK_INT(tap_child(ask_in_child, output, sizeof output), 0);
    CHECK_STR(output, "answer, 1 more\n");
    CHECK(loopback_is_found());
}

int
main(void)
{
    if (!netns_enter()) {
        return EXIT_SUCCESS;
    }
    RUN(a_child_does_not_use_its_parents_pool);
    return tap_done();
}
