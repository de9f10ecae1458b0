/* SPDX-License-Identifier: Apache-2.0 */
/* Dumps, by one thread or two, whole or not. */

#include "soak.h"

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
            VIOLATION("route %u was dumped %u times, not %u times",
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

void
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
        VIOLATION("cannot start a thread");
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

void
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
                VIOLATION("%s", "a dump in one buffer has something that is no message");
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

void
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

void
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
