/* soak SECONDS [SEED]: threads that do everything at once on the real kernel, for a long time, and
 * believe nothing: every answer is checked, and afterwards so are memory and descriptors.
 *
 * Time only decides how much is done, not what is right. */

#include <dirent.h>
#include <malloc.h>
#include <pthread.h>
#include <stdarg.h>
#include <time.h>
#include "kernel.h"
#include "netns.h"
#include "nlsock-ext.h"
#include "tap.h"

#define N_THREADS 8

/* Routes that each thread adds and deletes; nobody else touches them. */
#define N_ROUTES 200

/* The most requests in a batch. */
#define MAX_BATCH 60

/* Link changes that overflow the smallest receive buffer that there is, of 2304 bytes. */
#define N_OVERFLOWING 20

/* The pool keeps as many idle sockets: 16 for routes, and 16 for lookups. */
#define MAX_POOLED 32

/* Growth of resident memory that is no leak, in KiB: the allocator has an arena for each thread,
 * and where in them the threads of the two parts of the run find room is chance.  A leak of 16
 * bytes an operation passes that in seconds. */
#define MAX_GROWTH 4096

/* What is done, and how often it was. */

#define OPERATIONS                                                              \
    OPERATION(REPLY, "transactions with a reply")                               \
    OPERATION(REFUSED, "transactions refused")                                  \
    OPERATION(BATCH, "batches")                                                 \
    OPERATION(OVERFLOWING_BATCH, "batches into a tiny buffer")                  \
    OPERATION(BATCHED, "transactions in batches")                               \
    OPERATION(NOT_THROUGH, "of these, ended in ENOBUFS")                        \
    OPERATION(ADDED, "routes added")                                            \
    OPERATION(DELETED, "routes deleted")                                        \
    OPERATION(LINK_DUMP, "dumps of links")                                      \
    OPERATION(ROUTE_DUMP, "dumps of routes")                                    \
    OPERATION(SHARED_DUMP, "dumps of routes by two threads")                    \
    OPERATION(WHOLE_DUMP, "whole dumps of routes")                              \
    OPERATION(EARLY_DUMP, "dumps left early")                                   \
    OPERATION(INTERRUPTED, "dumps interrupted by changes")                      \
    OPERATION(LOOKUP, "lookups of names")                                       \
    OPERATION(SUBSCRIPTION, "subscriptions")                                    \
    OPERATION(OVERFLOW, "subscriptions that lost messages")                     \
    OPERATION(NOTIFICATION, "notifications received")                           \
    OPERATION(FLUSH, "flushes of the pool")                                     \
    OPERATION(LOG_LINE, "lines logged")

enum operation {
#define OPERATION(NAME, TEXT) NAME,
    OPERATIONS
#undef OPERATION
    N_OPERATIONS
};

static const char *const operation_texts[] = {
#define OPERATION(NAME, TEXT) TEXT,
    OPERATIONS
#undef OPERATION
};

static uint64_t done[N_OPERATIONS];     /* Updated atomically. */
static unsigned int n_violations;       /* Updated atomically. */

static void
count(enum operation operation)
{
    __atomic_add_fetch(&done[operation], 1, __ATOMIC_RELAXED);
}

static void
violation(int line, const char *format, ...)
{
    char text[256];
    va_list args;

    /* The first ones tell enough. */
    if (__atomic_add_fetch(&n_violations, 1, __ATOMIC_RELAXED) <= 20) {
        va_start(args, format);
        vsnprintf(text, sizeof text, format, args);
        va_end(args);
        printf("# %s:%d: %s\n", __FILE__, line, text);
        fflush(stdout);
    }
}

#define EXPECT(CONDITION)                                                       \
    do {                                                                        \
        if (!(CONDITION)) {                                                     \
            violation(__LINE__, "%s", #CONDITION);                              \
        }                                                                       \
    } while (0)

#define EXPECT_INT(ACTUAL, EXPECTED)                                            \
    do {                                                                        \
        long long actual__ = (long long) (ACTUAL);                              \
        long long expected__ = (long long) (EXPECTED);                          \
        if (actual__ != expected__) {                                           \
            violation(__LINE__, "%s is %lld, not %lld", #ACTUAL, actual__,      \
                      expected__);                                              \
        }                                                                       \
    } while (0)

/* A thread. */

enum state { ABSENT, PRESENT, UNKNOWN };

struct worker {
    pthread_t thread;
    uint64_t random;
    unsigned int first;         /* Number of its first route. */
    enum state routes[N_ROUTES];
    struct nl_sock *own;        /* For its transactions alone. */
    struct nl_sock *tiny;       /* The same, with the smallest receive buffer. */
};

static struct worker workers[N_THREADS];
static struct timespec deadline;

/* Returns a number less than 'n'. */
static unsigned int
choose(struct worker *w, unsigned int n)
{
    w->random ^= w->random << 13;
    w->random ^= w->random >> 7;
    w->random ^= w->random << 17;
    return (unsigned int) ((w->random >> 16) % n);
}

static struct nl_sock *
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
static void
shrink(struct nl_sock *sock)
{
    int size = 1;

    EXPECT_INT(setsockopt(nl_sock_fd(sock), SOL_SOCKET, SO_RCVBUF, &size, sizeof size), 0);
}

/* Links and refusals. */

/* Checks that 'reply' is the link lo. */
static void
expect_lo(const struct ofpbuf *reply)
{
    static const struct nl_policy policy[IFLA_IFNAME + 1] = {
        [IFLA_IFNAME] = { .type = NL_A_STRING },
    };
    struct nlattr *attrs[IFLA_IFNAME + 1];
    const struct ifinfomsg *ifi;

    if (ofpbuf_size(reply) < NLMSG_HDRLEN + sizeof *ifi) {
        violation(__LINE__, "a success without the reply: %u bytes", ofpbuf_size(reply));
        return;
    }
    ifi = ofpbuf_at_assert(reply, NLMSG_HDRLEN, sizeof *ifi);
    EXPECT_INT(nl_msg_nlmsghdr(reply)->nlmsg_type, RTM_NEWLINK);
    EXPECT_INT(nl_msg_nlmsghdr(reply)->nlmsg_len, ofpbuf_size(reply));
    EXPECT_INT(ifi->ifi_index, 1);
    EXPECT(nl_policy_parse(reply, NLMSG_HDRLEN + sizeof *ifi, policy, attrs, IFLA_IFNAME + 1)
           && !strcmp(nl_attr_get_string(attrs[IFLA_IFNAME]), "lo"));
}

/* Checks that 'reply' is the link lo, in answer to 'request' as that was sent last. */
static void
expect_answer(const struct ofpbuf *request, const struct ofpbuf *reply)
{
    const struct nlmsghdr *sent = nl_msg_nlmsghdr(request);
    const struct nlmsghdr *received = ofpbuf_at(reply, 0, sizeof *received);

    expect_lo(reply);
    if (received) {
        EXPECT_INT(received->nlmsg_seq, sent->nlmsg_seq);
        EXPECT_INT(received->nlmsg_pid, sent->nlmsg_pid);
    }
}

static int
transact(struct worker *w, const struct ofpbuf *request, struct ofpbuf **reply)
{
    return (choose(w, 3)
            ? nl_transact(NETLINK_ROUTE, request, reply)
            : nl_sock_transact(w->own, request, reply));
}

static void
get_link(struct worker *w)
{
    struct ofpbuf request, *reply;
    int error;

    ofpbuf_init(&request, 64);
    put_getlink(&request, 1);
    error = transact(w, &request, &reply);
    EXPECT_INT(error, 0);
    if (!error) {
        expect_answer(&request, reply);
        ofpbuf_delete(reply);
    }
    ofpbuf_uninit(&request);
    count(REPLY);
}

static void
be_refused(struct worker *w)
{
    struct ofpbuf request, *reply = NULL;
    struct nlsock_extack extack;
    int error = choose(w, 2) ? ENODEV : ESRCH;

    ofpbuf_init(&request, 64);
    if (error == ENODEV) {
        put_getlink(&request, 4711);
    } else {
        put_route(&request, RTM_DELROUTE, choose(w, 2) ? NLM_F_ACK : 0, 40000);
    }
    EXPECT_INT(transact(w, &request, choose(w, 2) ? &reply : NULL), error);
    EXPECT(!reply);
    nlsock_last_extack(&extack, sizeof extack);
    EXPECT_INT(extack.error, error);
    ofpbuf_uninit(&request);
    count(REFUSED);
}

/* Batches. */

enum kind { GET_LO, GET_NO_LINK, ADD_ROUTE, DELETE_ROUTE, N_KINDS };

struct item {
    enum kind kind;
    unsigned int route;         /* Index into 'routes'. */
    struct ofpbuf request, reply;
    struct nl_transaction transaction;
};

static void
make_item(struct worker *w, struct item *item, unsigned int route)
{
    uint16_t ack = choose(w, 2) ? NLM_F_ACK : 0;

    item->kind = (enum kind) choose(w, N_KINDS);
    item->route = route;
    ofpbuf_init(&item->request, choose(w, 100));
    ofpbuf_init(&item->reply, choose(w, 2000));
    item->transaction.request = &item->request;
    item->transaction.reply = choose(w, 2) ? &item->reply : NULL;
    item->transaction.error = -1;
    switch (item->kind) {
    case GET_LO:
        put_getlink(&item->request, 1);
        break;
    case GET_NO_LINK:
        put_getlink(&item->request, 4711);
        break;
    case ADD_ROUTE:
        put_route(&item->request, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE | ack,
                  w->first + route);
        break;
    case DELETE_ROUTE:
    case N_KINDS:
        put_route(&item->request, RTM_DELROUTE, ack, w->first + route);
        break;
    }
}

/* Checks one outcome.  'again' is whether requests may have been sent twice, since replies may
 * have been lost: the second deletion of a route then finds that it is gone. */
static void
check_item(struct worker *w, struct item *item, bool again)
{
    int error = item->transaction.error;
    enum state *state = &w->routes[item->route];

    count(BATCHED);
    if (error || item->kind != GET_LO) {
        EXPECT_INT(ofpbuf_size(&item->reply), 0);
    }
    if (again && error == ENOBUFS) {
        count(NOT_THROUGH);
        if (item->kind == ADD_ROUTE || item->kind == DELETE_ROUTE) {
            *state = UNKNOWN;
        }
        return;
    }
    switch (item->kind) {
    case GET_LO:
        EXPECT_INT(error, 0);
        if (!error && item->transaction.reply) {
            expect_answer(&item->request, &item->reply);
        }
        break;
    case GET_NO_LINK:
        EXPECT_INT(error, ENODEV);
        break;
    case ADD_ROUTE:
        EXPECT_INT(error, 0);
        *state = PRESENT;
        count(ADDED);
        break;
    case DELETE_ROUTE:
    case N_KINDS:
        if (*state == UNKNOWN || (again && *state == PRESENT)) {
            EXPECT(!error || error == ESRCH);
        } else {
            EXPECT_INT(error, *state == PRESENT ? 0 : ESRCH);
        }
        *state = ABSENT;
        count(DELETED);
        break;
    }
}

static void
run_batch(struct worker *w)
{
    struct nl_transaction *pointers[MAX_BATCH];
    struct item items[MAX_BATCH];
    unsigned int n = 1 + choose(w, MAX_BATCH);
    unsigned int first = choose(w, N_ROUTES);
    bool tiny = !choose(w, 3);
    unsigned int i;

    for (i = 0; i < n; i++) {
        make_item(w, &items[i], (first + i) % N_ROUTES);
        pointers[i] = &items[i].transaction;
    }
    if (tiny) {
        nl_sock_transact_multiple(w->tiny, pointers, n);
    } else if (choose(w, 2)) {
        nl_sock_transact_multiple(w->own, pointers, n);
    } else {
        nl_transact_multiple(NETLINK_ROUTE, pointers, n);
    }
    for (i = 0; i < n; i++) {
        check_item(w, &items[i], tiny);
        ofpbuf_uninit(&items[i].request);
        ofpbuf_uninit(&items[i].reply);
    }
    count(tiny ? OVERFLOWING_BATCH : BATCH);
}

/* Dumps. */

struct reader {
    struct worker *worker;
    struct nl_dump *dump;
    unsigned char seen[N_ROUTES];       /* Updated atomically. */
};

/* Takes note of a route, if it is one of the thread's own. */
static void
see_route(struct reader *r, const struct ofpbuf *msg)
{
    int number = route_number(msg) - (int) r->worker->first;

    EXPECT_INT(nl_msg_nlmsghdr(msg)->nlmsg_type, RTM_NEWROUTE);
    if (number >= 0 && number < N_ROUTES) {
        __atomic_add_fetch(&r->seen[number], 1, __ATOMIC_RELAXED);
    }
}

/* Checks that a complete dump had each of the thread's routes once, and none that is gone. */
static void
expect_routes(const struct reader *r)
{
    unsigned int i;

    for (i = 0; i < N_ROUTES; i++) {
        if (r->worker->routes[i] != UNKNOWN && r->seen[i] != r->worker->routes[i]) {
            violation(__LINE__, "route %u was dumped %u times, not %u times",
                      r->worker->first + i, r->seen[i], r->worker->routes[i]);
        }
    }
}

static void *
read_dump(void *r_)
{
    struct reader *r = r_;
    struct ofpbuf msg, buf;

    ofpbuf_init(&buf, NL_DUMP_BUFSIZE);
    while (nl_dump_next(r->dump, &msg, &buf)) {
        EXPECT_INT(nl_msg_nlmsghdr(&msg)->nlmsg_seq, r->dump->nl_seq);
        see_route(r, &msg);
    }
    EXPECT(!msg.data_ && !msg.size_);
    ofpbuf_uninit(&buf);
    return NULL;
}

/* Ends a dump, which must have gone well.  Returns whether the table stood still meanwhile. */
static bool
end_dump(struct nl_dump *dump)
{
    struct nlsock_dump_result result;

    EXPECT_INT(nl_dump_done(dump), 0);
    nlsock_dump_result(&result, sizeof result);
    EXPECT_INT(result.error, 0);
    EXPECT(result.complete);
    if (result.interrupted) {
        count(INTERRUPTED);
    }
    return !result.interrupted;
}

static void
dump_routes(struct worker *w)
{
    bool shared = !choose(w, 3);
    struct ofpbuf request;
    struct nl_dump dump;
    struct reader r;
    pthread_t other;

    memset(&r, 0, sizeof r);
    r.worker = w;
    r.dump = &dump;
    ofpbuf_init(&request, 64);
    put_getroute(&request);
    nl_dump_start(&dump, NETLINK_ROUTE, &request);
    if (shared && pthread_create(&other, NULL, read_dump, &r)) {
        violation(__LINE__, "cannot start a thread");
        shared = false;
    }
    read_dump(&r);
    if (shared) {
        pthread_join(other, NULL);
    }
    if (end_dump(&dump)) {
        expect_routes(&r);
    }
    ofpbuf_uninit(&request);
    count(shared ? SHARED_DUMP : ROUTE_DUMP);
}

static void
dump_whole_table(struct worker *w)
{
    struct ofpbuf request, msg, *all;
    struct reader r;
    int error;

    memset(&r, 0, sizeof r);
    r.worker = w;
    ofpbuf_init(&request, 64);
    put_getroute(&request);
    error = nlsock_dump_all(NETLINK_ROUTE, &request, 3, 0, &all);
    if (error == EINTR) {
        /* Three times in a row something changed. */
        count(INTERRUPTED);
    } else {
        EXPECT_INT(error, 0);
    }
    EXPECT(!error == (all != NULL));
    if (all) {
        while (ofpbuf_size(all)) {
            if (!nl_msg_next(all, &msg)) {
                violation(__LINE__, "%s", "a dump in one buffer has something that is no message");
                break;
            }
            see_route(&r, &msg);
        }
        expect_routes(&r);
        ofpbuf_delete(all);
    }
    ofpbuf_uninit(&request);
    count(WHOLE_DUMP);
}

static void
dump_links(void)
{
    struct ofpbuf request, msg, buf;
    struct nl_dump dump;
    int n_lo = 0;

    ofpbuf_init(&request, 64);
    ofpbuf_init(&buf, NL_DUMP_BUFSIZE);
    put_getlink(&request, 0);
    nl_dump_start(&dump, NETLINK_ROUTE, &request);
    while (nl_dump_next(&dump, &msg, &buf)) {
        const struct ifinfomsg *ifi = ofpbuf_at(&msg, NLMSG_HDRLEN, sizeof *ifi);

        EXPECT_INT(nl_msg_nlmsghdr(&msg)->nlmsg_seq, dump.nl_seq);
        if (ifi && ifi->ifi_index == 1) {
            expect_lo(&msg);
            n_lo++;
        }
    }
    if (end_dump(&dump)) {
        EXPECT_INT(n_lo, 1);
    }
    ofpbuf_uninit(&request);
    ofpbuf_uninit(&buf);
    count(LINK_DUMP);
}

static void
leave_dump_early(struct worker *w)
{
    unsigned int n = choose(w, 100);
    struct ofpbuf request, msg, buf;
    struct nl_dump dump;

    ofpbuf_init(&request, 64);
    ofpbuf_init(&buf, NL_DUMP_BUFSIZE);
    put_getroute(&request);
    nl_dump_start(&dump, NETLINK_ROUTE, &request);
    while (n-- && nl_dump_next(&dump, &msg, &buf)) {
        EXPECT_INT(nl_msg_nlmsghdr(&msg)->nlmsg_type, RTM_NEWROUTE);
    }
    end_dump(&dump);
    ofpbuf_uninit(&request);
    ofpbuf_uninit(&buf);
    count(EARLY_DUMP);
}

/* Names. */

static void
look_up(struct worker *w)
{
    static unsigned int known;          /* Updated atomically. */
    unsigned int group;
    int number = 0;

    switch (choose(w, 3)) {
    case 0:
        EXPECT_INT(nl_lookup_genl_family("nlctrl", &number), 0);
        EXPECT_INT(number, GENL_ID_CTRL);
        break;
    case 1:
        EXPECT_INT(nl_lookup_genl_family("no-such-family", &number), ENOENT);
        EXPECT_INT(number, -ENOENT);
        break;
    default:
        EXPECT_INT(nl_lookup_genl_mcgroup("nlctrl", "notify", &group), 0);
        EXPECT(group);
        EXPECT_INT(__atomic_exchange_n(&known, group, __ATOMIC_RELAXED) ? known : group, group);
        break;
    }
    count(LOOKUP);
}

/* Subscriptions. */

/* Receives what has arrived.  Returns how many notifications of lo that is, and whether some were
 * lost before. */
static unsigned int
receive_all(struct nl_sock *sock, bool *lost)
{
    unsigned int n = 0;
    struct ofpbuf buf;
    int error;

    *lost = false;
    ofpbuf_init(&buf, 64);
    while ((error = nl_sock_recv(sock, &buf, false)) != EAGAIN) {
        if (error == ENOBUFS) {
            *lost = true;
        } else if (error) {
            violation(__LINE__, "receiving a notification: %s", strerror(error));
            break;
        } else {
            expect_lo(&buf);
            EXPECT_INT(nl_msg_nlmsghdr(&buf)->nlmsg_pid, 0);
            n++;
            count(NOTIFICATION);
        }
    }
    ofpbuf_uninit(&buf);
    return n;
}

/* Others may change lo meanwhile.  But between setting it down and up here, somebody does set it
 * up, and between two such times, down: at least so many changes there are, and each is told of. */
static void
subscribe(struct worker *w)
{
    bool tiny = choose(w, 2);
    unsigned int changes = tiny ? N_OVERFLOWING : 2;
    struct nl_sock *sock = open_socket();
    unsigned int i, n;
    bool lost;

    if (tiny) {
        shrink(sock);
    }
    EXPECT_INT(nl_sock_join_mcgroup(sock, RTNLGRP_LINK), 0);
    for (i = 0; i < changes; i++) {
        EXPECT(netns_set_lo(false));
        EXPECT(netns_set_lo(true));
    }
    n = receive_all(sock, &lost);
    if (tiny) {
        EXPECT(lost);
    }
    EXPECT(lost || n >= 2 * changes - 1);
    if (lost) {
        count(OVERFLOW);
    }
    EXPECT_INT(nl_sock_leave_mcgroup(sock, RTNLGRP_LINK), 0);
    receive_all(sock, &lost);
    EXPECT(netns_set_lo(false));
    EXPECT(netns_set_lo(true));
    EXPECT_INT(receive_all(sock, &lost), 0);
    EXPECT(!lost);
    nl_sock_destroy(sock);
    count(SUBSCRIPTION);
}

/* The run. */

static void
log_line(void *aux, int level, const char *module, const char *text)
{
    EXPECT(aux == done);
    EXPECT(level > NLSOCK_LOG_OFF && level <= NLSOCK_LOG_DBG);
    EXPECT(!strcmp(module, "netlink") || !strcmp(module, "netlink_socket"));
    EXPECT(text[0] && !strchr(text, '\n'));
    count(LOG_LINE);
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
    /* The first transaction sees the buffer's size, and sends no more at a time than what that has
     * room for.  So it shrinks behind its back. */
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

static void
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

/* Returns how many descriptors are open. */
static int
count_descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    int n = 0;

    if (!dir) {
        perror("/proc/self/fd");
        exit(EXIT_FAILURE);
    }
    while (readdir(dir)) {
        n++;
    }
    closedir(dir);
    /* The directory's own, "." and "..". */
    return n - 3;
}

/* Returns how much memory is resident, in KiB. */
static long
resident(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    long pages = -1;

    malloc_trim(0);
    if (!file || fscanf(file, "%*d %ld", &pages) != 1) {
        perror("/proc/self/statm");
        exit(EXIT_FAILURE);
    }
    fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* What the process has when no thread runs but this one. */
struct usage {
    int descriptors;            /* With what the pool keeps. */
    int flushed;                /* Without. */
    long memory;
};

static struct usage
measure(void)
{
    struct usage usage;

    usage.descriptors = count_descriptors();
    nlsock_pool_flush();
    usage.flushed = count_descriptors();
    usage.memory = resident();
    return usage;
}

static void
print_usage(const char *when, const struct usage *usage)
{
    printf("# %s: %d descriptors, %d without the pool, %ld KiB resident\n", when,
           usage->descriptors, usage->flushed, usage->memory);
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

static void
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
    if (!netns_enter("soak")) {
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
    printf("%s soak: %u violations\n", n_violations ? "not ok" : "ok", n_violations);
    return n_violations ? EXIT_FAILURE : EXIT_SUCCESS;
}
