/* SPDX-License-Identifier: Apache-2.0 */
/* startup LIBRARY THREADS: loads a library of the interface.  Each of these threads asks it for a
 * link; a single one is the main thread.  Prints nanoseconds from before dlopen() to the replies,
 * by how many KiB the process has grown while all threads are there, and a remark.
 *
 * Several threads get huge pages, as where they are "always" enabled: see preload-hugepages.c and,
 * for malloc(), measure.sh. */

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
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

/* Of preload-hugepages.c. */
extern bool preload_hugepages;

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

static int (*transact)(int, const struct ofpbuf *, struct ofpbuf **);
static void (*use)(struct ofpbuf *, const void *, size_t);

static void
load(const char *name)
{
    void *library = dlopen(name, RTLD_NOW);

    if (!library) {
        fprintf(stderr, "%s\n", dlerror());
        exit(EXIT_FAILURE);
    }
    *(void **) &transact = dlsym(library, "nl_transact");
    *(void **) &use = dlsym(library, "ofpbuf_use_const");
    MUST(transact && use);
}

static void
ask(void)
{
    struct ofpbuf request, *reply;

    use(&request, &message, sizeof message);
    MUST(!transact(NETLINK_ROUTE, &request, &reply) && reply);
}

static pthread_barrier_t answered, measured;

static void *
ask_and_stay(void *unused)
{
    ask();
    pthread_barrier_wait(&answered);
    pthread_barrier_wait(&measured);
    return unused;
}

static void
start_threads(unsigned int n)
{
    MUST(!pthread_barrier_init(&answered, NULL, n + 1));
    MUST(!pthread_barrier_init(&measured, NULL, n + 1));
    for (unsigned int i = 0; i < n; i++) {
        pthread_t thread;

        MUST(!pthread_create(&thread, NULL, ask_and_stay, NULL));
        MUST(!pthread_detach(thread));
    }
    pthread_barrier_wait(&answered);
}

int
main(int argc, char *argv[])
{
    uint64_t start, elapsed;
    unsigned int n_threads;
    long before;

    MUST(argc == 3);
    n_threads = (unsigned int) atoi(argv[2]);
    preload_hugepages = n_threads > 1;
    before = resident();
    start = now();
    load(argv[1]);
    if (n_threads > 1) {
        start_threads(n_threads);
    } else {
        ask();
    }
    elapsed = now() - start;
    printf("%llu %ld -\n", (unsigned long long) elapsed, resident() - before);
    return EXIT_SUCCESS;
}
