/* SPDX-License-Identifier: Apache-2.0 */
/* The pool and lookups: when their sockets are closed, and in which namespace they are. */

#include <fcntl.h>
#include <pthread.h>
#include "batch.h"
#include "descriptors.h"
#include "netns.h"
#include "nlsock-ext.h"

static void
flushing_closes_idle_sockets(void)
{
    struct ofpbuf request;
    int before;

    nlsock_pool_flush();
    before = count_descriptors();
    ofpbuf_init(&request, 64);
    put_getlink(&request, 1);
    CHECK_INT(nl_transact(NETLINK_ROUTE, &request, NULL), 0);
    CHECK_INT(nl_transact(NETLINK_ROUTE, &request, NULL), 0);
    CHECK_INT(count_descriptors(), before + 1);
    nlsock_pool_flush();
    CHECK_INT(count_descriptors(), before);
    ofpbuf_uninit(&request);
}

/* Returns how many routes of this test a dump through the pool finds. */
static int
visible_routes(void)
{
    struct ofpbuf request, reply, buf;
    struct nl_dump dump;
    int n = 0;

    ofpbuf_init(&request, 64);
    ofpbuf_init(&buf, NL_DUMP_BUFSIZE);
    put_getroute(&request);
    nl_dump_start(&dump, NETLINK_ROUTE, &request);
    while (nl_dump_next(&dump, &reply, &buf)) {
        n += route_number(&reply) >= 0;
    }
    CHECK_INT(nl_dump_done(&dump), 0);
    ofpbuf_uninit(&request);
    ofpbuf_uninit(&buf);
    return n;
}

static void *
look_from_a_new_namespace(void *seen)
{
    if (unshare(CLONE_NEWNET)) {
        *(int *) seen = -1;
        return NULL;
    }
    *(int *) seen = visible_routes();
    return NULL;
}

static int
seen_from_a_new_namespace(void)
{
    pthread_t thread;
    int seen = -2;

    CHECK_INT(pthread_create(&thread, NULL, look_from_a_new_namespace, &seen), 0);
    CHECK_INT(pthread_join(thread, NULL), 0);
    return seen;
}

static void
a_thread_gets_sockets_of_its_own_namespace_if_that_is_wanted(void)
{
    nlsock_pool_flush();
    add_routes(300);
    CHECK_INT(visible_routes(), 300);
    CHECK_INT(seen_from_a_new_namespace(), 300);
    nlsock_pool_set_netns_aware(true);
    CHECK_INT(seen_from_a_new_namespace(), 0);
    CHECK_INT(visible_routes(), 300);
    CHECK_INT(visible_routes(), 300);
    nlsock_pool_set_netns_aware(false);
    nlsock_pool_flush();
}

/* An open socket keeps its namespace alive. */
static void
no_idle_socket_is_left_if_namespaces_matter(void)
{
    struct ofpbuf request, *reply;
    int before, number = 0;

    nlsock_pool_flush();
    before = count_descriptors();
    ofpbuf_init(&request, 64);
    put_getlink(&request, 1);
    CHECK_INT(nl_transact(NETLINK_ROUTE, &request, NULL), 0);
    CHECK_INT(nl_lookup_genl_family("nlctrl", &number), 0);
    CHECK_INT(count_descriptors(), before + 2);
    nlsock_pool_set_netns_aware(true);
    CHECK_INT(count_descriptors(), before);
    CHECK_INT(nl_transact(NETLINK_ROUTE, &request, NULL), 0);
    CHECK_INT(count_descriptors(), before);
    CHECK_INT(visible_routes(), 300);
    CHECK_INT(count_descriptors(), before);
    number = 0;
    CHECK_INT(nl_lookup_genl_family("nlctrl", &number), 0);
    CHECK_INT(count_descriptors(), before);
    put_getroute(&request);
    CHECK_INT(nlsock_dump_all(NETLINK_ROUTE, &request, 1, 0, &reply), 0);
    CHECK_INT(count_descriptors(), before);
    nlsock_pool_set_netns_aware(false);
    ofpbuf_delete(reply);
    ofpbuf_uninit(&request);
}

/* The network namespace that the program was started in. */
static int started_in;

static int
open_namespace(void)
{
    return open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
}

/* Looks up a family in the network namespace that the program was started in.  Returns the result
 * of the lookup, or -1. */
static int
look_up_at_start(const char *family)
{
    int here = open_namespace();
    int result = -1;
    int number = 0;

    if (!setns(started_in, CLONE_NEWNET)) {
        result = nl_lookup_genl_family(family, &number);
        CHECK_INT(setns(here, CLONE_NEWNET), 0);
    }
    close(here);
    return result;
}

/* Looks up a family in the current network namespace. */
static int
look_up(const char *family)
{
    int number = 0;

    return nl_lookup_genl_family(family, &number);
}

static void
lookups_follow_the_thread(void)
{
    /* Families that exist, if at all, in the first network namespace only. */
    static const char *const families[] = { "thermal", "acpi_event", "TASKSTATS", "dpll", "SEG6" };
    int before;

    nlsock_pool_flush();
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
        if (look_up(families[i]) != ENOENT) {
            continue;
        }
        before = count_descriptors();
        if (look_up_at_start(families[i])) {
            continue;
        }
        /* The socket of one namespace took the place of that of the other. */
        CHECK_INT(count_descriptors(), before);
        nlsock_pool_set_netns_aware(true);
        CHECK_INT(look_up(families[i]), ENOENT);
        CHECK_INT(look_up_at_start(families[i]), 0);
        CHECK_INT(count_descriptors(), before - 1);
        nlsock_pool_set_netns_aware(false);
        nlsock_pool_flush();
        return;
    }
    SKIP("no family that only the first network namespace has, or no way into that");
}

int
main(void)
{
    started_in = open_namespace();
    if (!netns_enter()) {
        return EXIT_SUCCESS;
    }
    RUN(flushing_closes_idle_sockets);
    RUN(a_thread_gets_sockets_of_its_own_namespace_if_that_is_wanted);
    RUN(no_idle_socket_is_left_if_namespaces_matter);
    RUN(lookups_follow_the_thread);
    return tap_done();
}
