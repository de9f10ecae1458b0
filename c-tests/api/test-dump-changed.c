/* SPDX-License-Identifier: Apache-2.0 */
/* nlsock-ext.h: whole tables that change while they are dumped.  The test plays the kernel. */

#include "kernel.h"
#include "nlsock-ext.h"
#include "played-kernel.h"
#include "replaced.h"
#include "tap.h"

#define NLM_F_DUMP_INTR_ 0x10
#define MESSAGES 10

/* The dumps up to this one are interrupted. */
static unsigned int interrupted;
/* The errno value at the end of the dump after these. */
static int last_error;
/* During this dump, the time limit passes. */
static unsigned int slow;
static unsigned int dumps;

/* Each message of a dump has the number of the dump in its type. */
static void
played_kernel(const struct nlmsghdr *request)
{
    uint16_t flags = NLM_F_MULTI;
    int i;

    dumps++;
    if (dumps <= interrupted) {
        flags |= NLM_F_DUMP_INTR_;
    }
    clocks_are_fast = dumps == slow;
    for (i = 0; i < MESSAGES; i++) {
        play_message(request, (uint16_t) (100 + dumps), i < 5 ? NLM_F_MULTI : flags);
    }
    play_result(request, NLMSG_DONE, dumps <= interrupted ? 0 : last_error, NULL);
}

/* Dumps the table.  Checks that the result is 'error', and the messages are those of the dump
 * 'number', or none if that is 0. */
static void
check_dump(unsigned int flags, unsigned int tries, int error, unsigned int number)
{
    struct ofpbuf request, msg, *all;
    unsigned int n = 0;

    ofpbuf_init(&request, 64);
    put_getroute(&request);
    all = &request;
    dumps = 0;
    CHECK_INT(nlsock_dump_all_flags(NETLINK_ROUTE, &request, flags, tries, 10000, &all), error);
    clocks_are_fast = false;
    CHECK((all != NULL) == (number != 0));
    while (all && ofpbuf_size(all) && nl_msg_next(all, &msg)) {
        CHECK_INT(nl_msg_nlmsghdr(&msg)->nlmsg_type, 100 + number);
        n++;
    }
    CHECK_INT(n, number ? MESSAGES : 0);
    ofpbuf_delete(all);
    ofpbuf_uninit(&request);
}

static void
set(unsigned int interrupted_, int last_error_, unsigned int slow_)
{
    interrupted = interrupted_;
    last_error = last_error_;
    slow = slow_;
}

static void
a_changed_table_is_dumped_again(void)
{
    set(2, 0, 0);
    check_dump(0, 5, 0, 3);
    CHECK_INT(dumps, 3);
    check_dump(NLSOCK_EVEN_IF_CHANGED, 5, 0, 3);
    CHECK_INT(dumps, 3);
}

static void
so_it_is_without_flags(void)
{
    struct ofpbuf request, *all;

    set(2, 0, 0);
    for (unsigned int tries = 2; tries <= 3; tries++) {
        ofpbuf_init(&request, 64);
        put_getroute(&request);
        dumps = 0;
        CHECK_INT(nlsock_dump_all(NETLINK_ROUTE, &request, tries, 10000, &all),
                  tries == 2 ? EINTR : 0);
        CHECK_INT(dumps, tries);
        CHECK((all != NULL) == (tries == 3));
        ofpbuf_delete(all);
        ofpbuf_uninit(&request);
    }
}

static void
the_last_of_the_changed_tables_can_be_had(void)
{
    set(99, 0, 0);
    check_dump(0, 3, EINTR, 0);
    CHECK_INT(dumps, 3);
    check_dump(NLSOCK_EVEN_IF_CHANGED, 3, EINTR, 3);
    CHECK_INT(dumps, 3);
    check_dump(NLSOCK_EVEN_IF_CHANGED, 1, EINTR, 1);
    check_dump(NLSOCK_EVEN_IF_CHANGED, 0, EINTR, 1);
    nlsock_set_strict_dumps(true);
    check_dump(NLSOCK_EVEN_IF_CHANGED, 2, EINTR, 2);
    nlsock_set_strict_dumps(false);
}

static void
a_dump_that_reached_its_end_before_the_time_limit_counts(void)
{
    set(99, 0, 3);
    check_dump(NLSOCK_EVEN_IF_CHANGED, 9, EINTR, 2);
    check_dump(0, 9, ETIMEDOUT, 0);
    set(99, 0, 1);
    check_dump(NLSOCK_EVEN_IF_CHANGED, 9, ETIMEDOUT, 0);
}

static void
other_errors_come_without_a_table(void)
{
    set(2, ENODEV, 0);
    check_dump(NLSOCK_EVEN_IF_CHANGED, 9, ENODEV, 0);
    CHECK_INT(dumps, 3);
    check_dump(NLSOCK_EVEN_IF_CHANGED | 1u << 20, 9, EINVAL, 0);
    CHECK_INT(dumps, 0);
    /* The kernel could not go on, although the table did not change. */
    set(0, EINTR, 0);
    check_dump(NLSOCK_EVEN_IF_CHANGED, 2, EINTR, 0);
}

int
main(void)
{
    RUN(a_changed_table_is_dumped_again);
    RUN(so_it_is_without_flags);
    RUN(the_last_of_the_changed_tables_can_be_had);
    RUN(a_dump_that_reached_its_end_before_the_time_limit_counts);
    RUN(other_errors_come_without_a_table);
    return tap_done();
}
