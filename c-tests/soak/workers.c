/* SPDX-License-Identifier: Apache-2.0 */
/* The threads: each does one thing after the other, until time is up. */

#include <time.h>
#include "soak.h"

struct worker workers[N_THREADS];
static struct timespec deadline;

/* Returns a number less than 'n'. */
unsigned int
choose(struct worker *w, unsigned int n)
{
    w->random ^= w->random << 13;
    w->random ^= w->random >> 7;
    w->random ^= w->random << 17;
    return (unsigned int) ((w->random >> 16) % n);
}

struct nl_sock *
open_socket(void)
{
    struct nl_sock *sock;

    if (nl_sock_create(NETLINK_ROUTE, &sock)) {
        perror("cannot open a socket");
        exit(EXIT_FAILURE);
    }
    return sock;
}

/* Makes the receive buffer of 'sock' the smallest that there is. */
void
shrink(struct nl_sock *sock)
{
    int size = 1;

    EXPECT_INT(setsockopt(nl_sock_fd(sock), SOL_SOCKET, SO_RCVBUF, &size, sizeof size), 0);
}

static bool
time_is_up(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (now.tv_sec > deadline.tv_sec
            || (now.tv_sec == deadline.tv_sec && now.tv_nsec >= deadline.tv_nsec));
}

static void *
work(void *w_)
{
    struct worker *w = w_;
    struct ofpbuf request;

    w->own = open_socket();
    w->tiny = open_socket();
    /* The first transaction reads the buffer's size, and never sends more at a time than fits in
     * it.  So the buffer is made smaller after that. */
    ofpbuf_init(&request, 64);
    put_getlink(&request, 1);
    EXPECT_INT(nl_sock_transact(w->tiny, &request, NULL), 0);
    ofpbuf_uninit(&request);
    shrink(w->tiny);
    do {
        unsigned int dice = choose(w, 1000);

        if (dice < 350) {
            get_link(w);
        } else if (dice < 600) {
            be_refused(w);
        } else if (dice < 780) {
            run_batch(w);
        } else if (dice < 840) {
            dump_routes(w);
        } else if (dice < 860) {
            dump_whole_table(w);
        } else if (dice < 890) {
            dump_links();
        } else if (dice < 920) {
            leave_dump_early(w);
        } else if (dice < 995) {
            look_up(w);
        } else if (dice < 999) {
            subscribe(w);
        } else {
            nlsock_pool_flush();
            count(FLUSH);
        }
    } while (!time_is_up());
    nl_sock_destroy(w->own);
    nl_sock_destroy(w->tiny);
    return NULL;
}

void
run(long milliseconds)
{
    unsigned int i;

    clock_gettime(CLOCK_MONOTONIC, &deadline);
    deadline.tv_sec += milliseconds / 1000;
    deadline.tv_nsec += milliseconds % 1000 * 1000000;
    if (deadline.tv_nsec >= 1000000000) {
        deadline.tv_sec++;
        deadline.tv_nsec -= 1000000000;
    }
    for (i = 0; i < N_THREADS; i++) {
        if (pthread_create(&workers[i].thread, NULL, work, &workers[i])) {
            perror("cannot start a thread");
            exit(EXIT_FAILURE);
        }
    }
    for (i = 0; i < N_THREADS; i++) {
        pthread_join(workers[i].thread, NULL);
    }
}
