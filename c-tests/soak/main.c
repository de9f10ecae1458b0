/* SPDX-License-Identifier: Apache-2.0 */
/* soak SECONDS [SEED]: threads that do everything at once on the real kernel, for a long time, and
 * believe nothing: every answer is checked, and afterwards so are memory and descriptors.
 *
 * Time only decides how much is done, not what is right. */

#include <time.h>
#include "netns.h"
#include "soak.h"

/* The most idle sockets in the pool: 16 for routes, and 16 for lookups. */
#define MAX_POOLED 32

/* Growth of resident memory, in KiB, that is not taken for a leak: the allocator has an arena for
 * each thread, whose use varies between the two parts of the run.  A leak of 16 bytes an operation
 * exceeds this in seconds. */
#define MAX_GROWTH 4096

static void
log_line(void *aux, int level, const char *module, const char *text)
{
    EXPECT(aux == done);
    EXPECT(level > NLSOCK_LOG_OFF && level <= NLSOCK_LOG_DBG);
    EXPECT(!strcmp(module, "netlink") || !strcmp(module, "netlink_socket"));
    EXPECT(text[0] && !strchr(text, '\n'));
    count(LOG_LINE);
}

/* Deletes all routes; each is there, or not, as its thread believes.  Then none is left. */
static void
settle_routes(void)
{
    struct ofpbuf request;
    unsigned int t, i;

    ofpbuf_init(&request, 64);
    for (t = 0; t < N_THREADS; t++) {
        struct worker *w = &workers[t];

        dump_whole_table(w);
        for (i = 0; i < N_ROUTES; i++) {
            int error;

            put_route(&request, RTM_DELROUTE, NLM_F_ACK, w->first + i);
            error = nl_transact(NETLINK_ROUTE, &request, NULL);
            if (w->routes[i] == UNKNOWN) {
                EXPECT(!error || error == ESRCH);
            } else {
                EXPECT_INT(error, w->routes[i] == PRESENT ? 0 : ESRCH);
            }
            w->routes[i] = ABSENT;
        }
        dump_whole_table(w);
    }
    ofpbuf_uninit(&request);
}

int
main(int argc, char *argv[])
{
    long milliseconds = argc > 1 ? (long) (atof(argv[1]) * 1000) : 0;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : (uint64_t) time(NULL);
    struct usage start, warm, end;
    unsigned int i;

    if (milliseconds <= 0) {
        fprintf(stderr, "usage: %s SECONDS [SEED]\n", argv[0]);
        return EXIT_FAILURE;
    }
    if (!netns_enter()) {
        return EXIT_SUCCESS;
    }
    printf("# seed %llu\n", (unsigned long long) seed);
    for (i = 0; i < N_THREADS; i++) {
        workers[i].random = (seed + 1) * 0x9e3779b97f4a7c15 ^ (i + 1) * 0xbf58476d1ce4e5b9;
        workers[i].random |= 1;
        workers[i].first = i * N_ROUTES;
    }
    nlsock_log_set_handler(log_line, done);
    nlsock_log_set_level(NLSOCK_LOG_DBG);

    start = measure();
    print_usage("at the start", &start);
    run(milliseconds / 4);
    warm = measure();
    print_usage("after warming up", &warm);
    run(milliseconds - milliseconds / 4);
    end = measure();
    print_usage("at the end", &end);
    print_counts();

    EXPECT(warm.descriptors <= start.descriptors + MAX_POOLED);
    EXPECT(end.descriptors <= start.descriptors + MAX_POOLED);
    EXPECT_INT(warm.flushed, start.flushed);
    EXPECT_INT(end.flushed, start.flushed);
    EXPECT(end.memory <= warm.memory + MAX_GROWTH);
    settle_routes();
    printf("# %u violations\n", n_violations);
    printf("%s 1 - soak\n1..1\n", n_violations ? "not ok" : "ok");
    return n_violations ? EXIT_FAILURE : EXIT_SUCCESS;
}
