/* SPDX-License-Identifier: Apache-2.0 */
/* startup LIBRARY: loads a library of the interface and asks it for a link.  Prints nanoseconds
 * from before dlopen() to the reply, by how many KiB the process grew, and a remark. */

#include <dlfcn.h>
#include <unistd.h>
#include "api.h"

static uint64_t
now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t) t.tv_sec * 1000000000 + (uint64_t) t.tv_nsec;
}

/* Returns the resident memory in KiB. */
static long
resident(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    long pages;

    MUST(file && fscanf(file, "%*d %ld", &pages) == 1);
    fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* Its own request, since the functions that would put it together are not here yet. */
static struct {
    struct nlmsghdr header;
    struct ifinfomsg ifi;
} message = {
    .header = {
        .nlmsg_len = sizeof message,
        .nlmsg_type = RTM_GETLINK,
        .nlmsg_flags = NLM_F_REQUEST,
    },
    .ifi = { .ifi_index = 1 },
};

int
main(int argc, char *argv[])
{
    int (*transact)(int, const struct ofpbuf *, struct ofpbuf **);
    void (*use)(struct ofpbuf *, const void *, size_t);
    struct ofpbuf request, *reply;
    uint64_t start, elapsed;
    void *library;
    long before;

    MUST(argc == 2);
    before = resident();
    start = now();
    library = dlopen(argv[1], RTLD_NOW);
    if (!library) {
        fprintf(stderr, "%s\n", dlerror());
        return EXIT_FAILURE;
    }
    *(void **) &transact = dlsym(library, "nl_transact");
    *(void **) &use = dlsym(library, "ofpbuf_use_const");
    MUST(transact && use);
    use(&request, &message, sizeof message);
    MUST(!transact(NETLINK_ROUTE, &request, &reply) && reply);
    elapsed = now() - start;
    printf("%llu %ld -\n", (unsigned long long) elapsed, resident() - before);
    return EXIT_SUCCESS;
}
