/* SPDX-License-Identifier: Apache-2.0 */
/* The pool in a child process, and what is not freed at exit. */

#include "descriptors.h"
#include "kernel.h"
#include "netns.h"
#include "tap.h"

static void
use_pool_in_child(void)
{
    struct ofpbuf request, *reply = NULL;
    int n, i;

    n = count_descriptors();
    ofpbuf_init(&request, 64);
    for (i = 0; i < 2000; i++) {
        put_getlink(&request, i % 2 ? 1 : 4711);
        if (nl_transact(NETLINK_ROUTE, &request, &reply) != (i % 2 ? 0 : ENODEV)
            || (i % 2 && nl_msg_nlmsghdr(reply)->nlmsg_type != RTM_NEWLINK)) {
            fprintf(stderr, "wrong answer\n");
        }
        ofpbuf_delete(reply);
    }
    fprintf(stderr, "%d descriptors\n", count_descriptors() - n);
    ofpbuf_uninit(&request);
}

static void
a_child_starts_with_an_empty_pool(void)
{
    char output[1000];
    struct ofpbuf request;

    ofpbuf_init(&request, 64);
    put_getlink(&request, 1);
    CHECK_INT(nl_transact(NETLINK_ROUTE, &request, NULL), 0);
    CHECK_INT(tap_child(use_pool_in_child, output, sizeof output), 0);
    CHECK_STR(output, "1 descriptors\n");
    put_getlink(&request, 4711);
    CHECK_INT(nl_transact(NETLINK_ROUTE, &request, NULL), ENODEV);
    ofpbuf_uninit(&request);
}

static void
transact_at_exit(void)
{
    struct ofpbuf request;

    ofpbuf_init(&request, 64);
    put_getlink(&request, 4711);
    fprintf(stderr, "at exit: %d\n", nl_transact(NETLINK_ROUTE, &request, NULL));
    ofpbuf_uninit(&request);
    nl_sock_destroy(NULL);
}

static void
exit_with_a_last_transaction(void)
{
    struct ofpbuf request;

    atexit(transact_at_exit);
    ofpbuf_init(&request, 64);
    put_getlink(&request, 1);
    nl_transact(NETLINK_ROUTE, &request, NULL);
    ofpbuf_uninit(&request);
    exit(0);
}

static void
the_library_works_until_the_very_end(void)
{
    char expected[40], output[1000];

    CHECK_INT(tap_child(exit_with_a_last_transaction, output, sizeof output), 0);
    snprintf(expected, sizeof expected, "at exit: %d\n", ENODEV);
    CHECK_STR(output, expected);
}

int
main(void)
{
    if (!netns_enter()) {
        return EXIT_SUCCESS;
    }
    RUN(a_child_starts_with_an_empty_pool);
    RUN(the_library_works_until_the_very_end);
    return tap_done();
}
