/* SPDX-License-Identifier: Apache-2.0 */
/* Counts the IPv4 routes, by several threads that share one dump.
 *
 *   cc -o threaded-dump threaded-dump.c $(pkg-config --cflags --libs nlsock) -pthread
 *
 * This is useful if it takes longer to handle a message than to receive it.  Each message goes to
 * exactly one of the threads. */

#include <linux/rtnetlink.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include "netlink-socket.h"
#include "netlink.h"
#include "nlsock-ext.h"
#include "ofpbuf.h"

#define N_THREADS 4

struct worker {
    pthread_t thread;
    struct nl_dump *dump;               /* The same one in all threads. */
    unsigned long long routes;          /* Counted by this thread. */
};

static void *
work(void *arg)
{
    struct worker *worker = arg;
    struct ofpbuf reply, buf;

    /* The dump is shared, but each thread needs buffers of its own. */
    ofpbuf_init(&buf, NL_DUMP_BUFSIZE);
    while (nl_dump_next(worker->dump, &reply, &buf)) {
        if (nl_msg_nlmsghdr(&reply)->nlmsg_type == RTM_NEWROUTE) {
            worker->routes++;
        }
    }
    ofpbuf_uninit(&buf);
    return NULL;
}

int
main(void)
{
    struct rtmsg rtm = { .rtm_family = AF_INET };
    struct worker workers[N_THREADS] = { { .routes = 0 } };
    struct nlsock_dump_result result;
    unsigned long long routes = 0;
    struct ofpbuf request;
    struct nl_dump dump;
    int error;

    ofpbuf_init(&request, 0);
    nl_msg_put_nlmsghdr(&request, sizeof rtm, RTM_GETROUTE, NLM_F_REQUEST);
    nl_msg_put(&request, &rtm, sizeof rtm);
    nl_dump_start(&dump, NETLINK_ROUTE, &request);
    ofpbuf_uninit(&request);

    for (int i = 0; i < N_THREADS; i++) {
        workers[i].dump = &dump;
        if (pthread_create(&workers[i].thread, NULL, work, &workers[i])) {
            abort();
        }
    }
    for (int i = 0; i < N_THREADS; i++) {
        pthread_join(workers[i].thread, NULL);
        printf("thread %d: %llu routes\n", i, workers[i].routes);
        routes += workers[i].routes;
    }

    /* This must not be called before all threads have left nl_dump_next(). */
    error = nl_dump_done(&dump);
    if (error) {
        fprintf(stderr, "cannot list the routes: %s\n", strerror(error));
        return EXIT_FAILURE;
    }

    /* The table may have changed during the dump.  Then entries may be missing, or appear twice.
     * nl_dump_done() does not report that, but this does. */
    nlsock_dump_result(&result, sizeof result);
    printf("%llu routes%s\n", routes,
           result.interrupted ? ", but the table changed during the dump" : "");
    return EXIT_SUCCESS;
}
