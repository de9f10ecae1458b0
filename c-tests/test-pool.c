/* The pool and lookups: when their sockets are closed, and in which namespace they are. */

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

/* Returns how many routes of ours there are, as the pool sees them. */
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

static void *
look_up_in_a_new_namespace(void *result)
{
    int *number = result;

    if (!unshare(CLONE_NEWNET)) {
        nl_lookup_genl_family("nlctrl", number);
    }
    return NULL;
}

static void
lookups_follow_the_thread(void)
{
    pthread_t thread;
    int number = 0;
    int before;

    CHECK_INT(nl_lookup_genl_family("nlctrl", &number), 0);
    before = count_descriptors();
    number = 0;
    CHECK_INT(pthread_create(&thread, NULL, look_up_in_a_new_namespace, &number), 0);
    CHECK_INT(pthread_join(thread, NULL), 0);
    CHECK_INT(number, GENL_ID_CTRL);
    CHECK_INT(count_descriptors(), before);
}

int
main(void)
{
    if (!netns_enter("test-pool")) {
        return EXIT_SUCCESS;
    }
    RUN(flushing_closes_idle_sockets);
    RUN(a_thread_gets_sockets_of_its_own_namespace_if_that_is_wanted);
    RUN(lookups_follow_the_thread);
    return tap_done();
}
