/* SPDX-License-Identifier: Apache-2.0 */
/* Messages that arrive without end do not keep a function from returning. */

#include <limits.h>
#include <signal.h>
#include "batch.h"
#include "netns.h"
#include "replaced.h"

/* What the library receives. */
static enum {
    REAL_MESSAGES,              /* What the kernel sends. */
    THE_SAME_PART,              /* The first part of a dump, again and again. */
    STALE_PARTS,                /* The same, with another sequence number. */
    NOTIFICATIONS,              /* Messages that nobody asked for. */
    NOOPS                       /* 'n_noops' times NLMSG_NOOP, then notifications. */
} flood;

static unsigned int n_noops;

/* That part. */
static union {
    struct nlmsghdr h;
    char bytes[65536];
} part;
static ssize_t part_size;

static uint64_t n_received;

ssize_t
recv(int fd, void *buffer, size_t size, int flags)
{
    static ssize_t (*function)(int, void *, size_t, int);
    struct nlmsghdr *h = buffer;
    ssize_t n;

    if (!function) {
        function = (ssize_t (*)(int, void *, size_t, int)) real("recv");
    }
    n_received++;
    if (flood == REAL_MESSAGES || size < sizeof *h) {
        return function(fd, buffer, size, flags);
    }
    if (flood == NOTIFICATIONS || flood == NOOPS) {
        bool noop = flood == NOOPS && n_noops && n_noops--;

        memset(h, 0, sizeof *h);
        h->nlmsg_len = sizeof *h;
        h->nlmsg_type = noop ? NLMSG_NOOP : RTM_NEWLINK;
        return sizeof *h;
    }
    if (part_size <= 0) {
        part_size = function(fd, part.bytes, sizeof part.bytes, flags);
        part.h.nlmsg_seq += flood == STALE_PARTS;
    }
    n = part_size;
    memcpy(buffer, part.bytes, (size_t) n);
    return n;
}

static void
start_links(struct nl_dump *dump)
{
    struct ofpbuf request;

    ofpbuf_init(&request, 64);
    put_getlink(&request, 0);
    nl_dump_start(dump, NETLINK_ROUTE, &request);
    ofpbuf_uninit(&request);
}

static void
a_dump_without_end_can_be_left(void)
{
    struct nlsock_dump_result result;
    struct ofpbuf reply, buf;
    struct nl_dump dump;
    int messages;

    ofpbuf_init(&buf, 64);
    for (messages = 0; messages < 3; messages++) {
        int n = 0;

        nlsock_pool_flush();
        part_size = 0;
        flood = THE_SAME_PART;
        start_links(&dump);
        ofpbuf_clear(&buf);
        while (n < messages && nl_dump_next(&dump, &reply, &buf)) {
            n++;
        }
        n_received = 0;
        CHECK_INT(nl_dump_done(&dump), 0);
        CHECK(n_received <= 64);
        nlsock_dump_result(&result, sizeof result);
        CHECK(!result.complete);
        flood = REAL_MESSAGES;
        /* Nothing of it is left for the next one. */
        start_links(&dump);
        ofpbuf_clear(&buf);
        n = 0;
        while (nl_dump_next(&dump, &reply, &buf)) {
            n++;
        }
        CHECK_INT(nl_dump_done(&dump), 0);
        CHECK_INT(n, 1);
    }
    ofpbuf_uninit(&buf);
}

static void
a_dump_of_stale_messages_fails(void)
{
    struct ofpbuf reply, buf;
    struct nl_dump dump;

    nlsock_pool_flush();
    ofpbuf_init(&buf, 64);
    part_size = 0;
    flood = STALE_PARTS;
    start_links(&dump);
    CHECK(!nl_dump_next(&dump, &reply, &buf));
    CHECK_INT(nl_dump_done(&dump), EPROTO);
    start_links(&dump);
    CHECK_INT(nl_dump_done(&dump), 0);
    flood = REAL_MESSAGES;
    nlsock_pool_flush();
    ofpbuf_uninit(&buf);
}

static void
draining_ends(void)
{
    struct nl_sock *sock = open_socket(NETLINK_ROUTE);

    flood = NOTIFICATIONS;
    CHECK_INT(nl_sock_drain(sock), 0);
    flood = REAL_MESSAGES;
    nl_sock_destroy(sock);
}

static void
a_receive_waits_for_more_than_noops(void)
{
    struct nl_sock *sock = open_socket(NETLINK_ROUTE);
    struct ofpbuf buf;

    ofpbuf_init(&buf, 64);
    flood = NOOPS;
    n_noops = 3000;
    CHECK_INT(nl_sock_recv(sock, &buf, false), EAGAIN);
    n_noops = 3000;
    CHECK_INT(nl_sock_recv(sock, &buf, true), 0);
    CHECK_INT(ofpbuf_size(&buf), NLMSG_HDRLEN);
    nlsock_sock_set_timeout(sock, 20);
    n_noops = UINT_MAX;
    CHECK_INT(nl_sock_recv(sock, &buf, true), ETIMEDOUT);
    CHECK_INT(ofpbuf_size(&buf), 0);
    flood = REAL_MESSAGES;
    nl_sock_destroy(sock);
    ofpbuf_uninit(&buf);
}

#if !OVS3
/* Only the caller's own socket can have subscriptions, beside transactions. */
static void
notifications_do_not_extend_a_transaction(void)
{
    static const struct { unsigned int limit; uint16_t flags; int error; } cases[] = {
        /* The deadline, or a second, ends the wait for an acknowledgement. */
        { 20, NLM_F_ACK, ETIMEDOUT },
        { 0, NLM_F_ACK, ETIMEDOUT },
        /* An error would have been in the queue. */
        { 0, 0, 0 },
        { 60000, 0, 0 },
    };
    struct nl_sock *sock = open_socket(NETLINK_ROUTE);
    struct ofpbuf request;
    size_t i;

    ofpbuf_init(&request, 64);
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        nlsock_sock_set_timeout(sock, cases[i].limit);
        flood = NOTIFICATIONS;
        put_route(&request, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE | cases[i].flags, 1);
        CHECK_INT(nl_sock_transact(sock, &request, NULL), cases[i].error);
        flood = REAL_MESSAGES;
        CHECK_INT(nl_sock_drain(sock), 0);
        put_getlink(&request, 1);
        CHECK_INT(nl_sock_transact(sock, &request, NULL), 0);
    }
    nl_sock_destroy(sock);
    ofpbuf_uninit(&request);
}
#endif

int
main(void)
{
    if (!netns_enter()) {
        return EXIT_SUCCESS;
    }
    nlsock_log_set_level(NLSOCK_LOG_OFF);
    alarm(100);                 /* Ends the program if a function does not return. */
    RUN(a_dump_without_end_can_be_left);
    RUN(a_dump_of_stale_messages_fails);
    RUN(draining_ends);
    RUN(a_receive_waits_for_more_than_noops);
#if !OVS3
    RUN(notifications_do_not_extend_a_transaction);
#endif
    return tap_done();
}
