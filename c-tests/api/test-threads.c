/* SPDX-License-Identifier: Apache-2.0 */
/* Calls from several threads at once, and what a child process or another program inherits. */

#include <pthread.h>
#include "kernel.h"
#include "netns.h"
#include "tap.h"

#define N_THREADS 4
#define N_ROUTES 5000

static void
run_threads(void *(*function)(void *), void *argument)
{
    pthread_t threads[N_THREADS];
    int i;

    for (i = 0; i < N_THREADS; i++) {
        CHECK_INT(pthread_create(&threads[i], NULL, function, argument), 0);
    }
    for (i = 0; i < N_THREADS; i++) {
        CHECK_INT(pthread_join(threads[i], NULL), 0);
    }
}

static void
set_routes(uint16_t type, uint16_t flags)
{
    enum { BATCH = 500 };
    static struct ofpbuf requests[BATCH];
    struct nl_transaction transactions[BATCH], *pointers[BATCH];
    unsigned int i, j;

    for (i = 0; i < N_ROUTES; i += BATCH) {
        for (j = 0; j < BATCH; j++) {
            ofpbuf_init(&requests[j], 64);
            put_route(&requests[j], type, flags, i + j);
            transactions[j].request = &requests[j];
            transactions[j].reply = NULL;
            pointers[j] = &transactions[j];
        }
        nl_transact_multiple(NETLINK_ROUTE, pointers, BATCH);
        for (j = 0; j < BATCH; j++) {
            CHECK_INT(transactions[j].error, 0);
            ofpbuf_uninit(&requests[j]);
        }
    }
}

/* One dump, read by all threads. */

struct shared_dump {
    struct nl_dump dump;
    unsigned char seen[N_ROUTES];       /* Updated atomically. */
};

static void *
read_dump(void *shared_)
{
    struct shared_dump *shared = shared_;
    struct ofpbuf reply, buf;

    ofpbuf_init(&buf, NL_DUMP_BUFSIZE);
    while (nl_dump_next(&shared->dump, &reply, &buf)) {
        int number = route_number(&reply);

        if (number >= 0 && number < N_ROUTES) {
            __atomic_add_fetch(&shared->seen[number], 1, __ATOMIC_RELAXED);
        }
    }
    ofpbuf_uninit(&buf);
    return NULL;
}

static void
each_message_of_a_dump_reaches_one_thread(void)
{
    struct shared_dump *shared = calloc(1, sizeof *shared);
    struct ofpbuf request;
    int i, round;

    set_routes(RTM_NEWROUTE, NLM_F_CREATE);
    ofpbuf_init(&request, 64);
    put_getroute(&request);
    for (round = 1; round <= 10; round++) {
        nl_dump_start(&shared->dump, NETLINK_ROUTE, &request);
        run_threads(read_dump, shared);
        CHECK_INT(nl_dump_done(&shared->dump), 0);
        for (i = 0; i < N_ROUTES; i++) {
            CHECK_INT(shared->seen[i], round);
        }
    }
    ofpbuf_uninit(&request);
    free(shared);
    set_routes(RTM_DELROUTE, 0);
}

/* One subscriber, read by all threads. */

#define N_SENT 2000

struct shared_socket {
    struct nl_sock *sock;
    unsigned char seen[N_SENT + 1];
};

static void *
receive_replies(void *shared_)
{
    struct shared_socket *shared = shared_;
    struct ofpbuf buf;

    ofpbuf_init(&buf, 64);
    while (!nl_sock_recv(shared->sock, &buf, false)) {
        uint32_t seq = nl_msg_nlmsghdr(&buf)->nlmsg_seq;

        if (seq <= N_SENT) {
            __atomic_add_fetch(&shared->seen[seq], 1, __ATOMIC_RELAXED);
        }
    }
    ofpbuf_uninit(&buf);
    return NULL;
}

static void
each_datagram_reaches_one_thread(void)
{
    struct shared_socket *shared = calloc(1, sizeof *shared);
    struct ofpbuf request;
    int size = 1 << 20;
    uint32_t i;

    CHECK_INT(nl_sock_create(NETLINK_ROUTE, &shared->sock), 0);
    setsockopt(nl_sock_fd(shared->sock), SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
    ofpbuf_init(&request, 64);
    put_getlink(&request, 4711);
    for (i = 1; i <= N_SENT; i++) {
        CHECK_INT(nl_sock_send_seq(shared->sock, &request, i, true), 0);
        if (!(i % 100)) {
            run_threads(receive_replies, shared);
        }
    }
    for (i = 1; i <= N_SENT; i++) {
        CHECK_INT(shared->seen[i], 1);
    }
    nl_sock_destroy(shared->sock);
    ofpbuf_uninit(&request);
    free(shared);
}

/* The pool and the family table. */

static void *
use_pool(void *failures)
{
    struct ofpbuf request;
    int i;

    ofpbuf_init(&request, 64);
    for (i = 0; i < 500; i++) {
        struct ofpbuf *reply = NULL;
        unsigned int group;
        int number = 0;
        bool ok;

        put_getlink(&request, 1);
        ok = (!nl_transact(NETLINK_ROUTE, &request, &reply)
              && nl_msg_nlmsghdr(reply)->nlmsg_type == RTM_NEWLINK);
        ofpbuf_delete(reply);
        put_getlink(&request, 4711);
        ok = ok && nl_transact(NETLINK_ROUTE, &request, NULL) == ENODEV;
        ok = ok && !nl_lookup_genl_family("nlctrl", &number) && number == GENL_ID_CTRL;
        ok = ok && !nl_lookup_genl_mcgroup("nlctrl", "notify", &group);
        if (!ok) {
            __atomic_add_fetch((int *) failures, 1, __ATOMIC_RELAXED);
        }
    }
    ofpbuf_uninit(&request);
    return NULL;
}

static void
any_thread_may_use_the_pool(void)
{
    int failures = 0;

    run_threads(use_pool, &failures);
    CHECK_INT(failures, 0);
}

/* Forking. */

static void *
fork_and_use(void *failures)
{
    struct ofpbuf request;
    int i;

    ofpbuf_init(&request, 64);
    for (i = 0; i < 100; i++) {
        pid_t child = fork();
        int status;

        put_getlink(&request, 4711);
        if (!child) {
            bool ok = nl_transact(NETLINK_ROUTE, &request, NULL) == ENODEV;

            /* Another program, since the memory of the other threads is not freed here, which looks
             * like a leak. */
            execlp(ok ? "true" : "false", "", (char *) NULL);
            _exit(2);
        }
        if (nl_transact(NETLINK_ROUTE, &request, NULL) != ENODEV
            || waitpid(child, &status, 0) != child || status) {
            __atomic_add_fetch((int *) failures, 1, __ATOMIC_RELAXED);
        }
    }
    ofpbuf_uninit(&request);
    return NULL;
}

static void
several_threads_may_fork(void)
{
    int failures = 0;

    run_threads(fork_and_use, &failures);
    CHECK_INT(failures, 0);
}

/* Returns how many sockets a program started here inherits. */
static int
inherited_sockets(void)
{
    int status = system("exit $(ls -l /proc/self/fd | grep -c 'socket:')");

    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
no_descriptor_survives_exec(void)
{
    int before = inherited_sockets();
    struct ofpbuf request;
    struct nl_sock *sock;

    ofpbuf_init(&request, 64);
    put_getlink(&request, 1);
    CHECK_INT(nl_transact(NETLINK_ROUTE, &request, NULL), 0);
    CHECK_INT(nl_sock_create(NETLINK_ROUTE, &sock), 0);
    CHECK_INT(inherited_sockets(), before);
    nl_sock_destroy(sock);
    ofpbuf_uninit(&request);
}

int
main(void)
{
    if (!netns_enter()) {
        return EXIT_SUCCESS;
    }
    RUN(each_message_of_a_dump_reaches_one_thread);
    RUN(each_datagram_reaches_one_thread);
    RUN(any_thread_may_use_the_pool);
    RUN(several_threads_may_fork);
    RUN(no_descriptor_survives_exec);
    return tap_done();
}
