/* SPDX-License-Identifier: Apache-2.0 */
/* Dumps that the kernel seldom answers in this way.  The test plays the kernel. */

#include "batch.h"
#include "played-kernel.h"
#include "replaced.h"

static void (*answer)(const struct nlmsghdr *request);

static void
played_kernel(const struct nlmsghdr *request)
{
    answer(request);
}

/* The rest of a dump that the program does not read. */

static size_t rest_size;
static bool rest_ends_in_fragment;

static void
answer_with_rest(const struct nlmsghdr *request)
{
    static uint8_t bytes[NL_DUMP_BUFSIZE + 8];
    struct nlmsghdr part = {
        .nlmsg_len = (uint32_t) rest_size,
        .nlmsg_type = RTM_NEWROUTE,
        .nlmsg_flags = NLM_F_MULTI,
        .nlmsg_seq = request->nlmsg_seq,
    };

    memcpy(bytes, &part, sizeof part);
    play(bytes, rest_size + 4 * rest_ends_in_fragment);
    play_result(request, NLMSG_DONE, 0, NULL);
}

/* Returns the result of a dump that ends before it is read. */
static int
dump_nothing(void)
{
    struct ofpbuf request;
    struct nl_dump dump;

    ofpbuf_init(&request, 64);
    nl_msg_put_nlmsghdr(&request, 0, RTM_GETROUTE, NLM_F_REQUEST | NLM_F_DUMP);
    answer = answer_with_rest;
    nl_dump_start(&dump, NETLINK_ROUTE, &request);
    ofpbuf_uninit(&request);
    return nl_dump_done(&dump);
}

static void
the_rest_of_a_dump_is_jumbo_if_it_exceeds_the_buffer(void)
{
    struct nlsock_counters before, after;

    for (rest_size = NL_DUMP_BUFSIZE; rest_size <= NL_DUMP_BUFSIZE + 4; rest_size += 4) {
        nlsock_counters(&before, sizeof before);
        CHECK_INT(dump_nothing(), 0);
        nlsock_counters(&after, sizeof after);
        CHECK_INT(after.recv_jumbo - before.recv_jumbo, rest_size > NL_DUMP_BUFSIZE);
    }
}

static void
the_rest_of_a_dump_may_be_wrong(void)
{
    rest_size = 64;
    rest_ends_in_fragment = true;
    CHECK_INT(dump_nothing(), EPROTO);
    rest_ends_in_fragment = false;
    CHECK_INT(dump_nothing(), 0);
}

/* Without NLSOCK_AWAIT_REPLY, an acknowledgement ends a dump, whatever else is in its datagram. */
static void
acknowledge(const struct nlmsghdr *request)
{
    struct nlmsghdr noop = { .nlmsg_len = sizeof noop, .nlmsg_type = NLMSG_NOOP };

    play_result(request, NLMSG_ERROR, 0, NULL);
    memcpy(played_queue[played_end - 1].bytes + played_queue[played_end - 1].size, &noop,
           sizeof noop);
    played_queue[played_end - 1].size += sizeof noop;
}

static void
an_acknowledgement_ends_a_dump(void)
{
    struct ofpbuf request, msg, buf;
    struct nl_dump dump;

    ofpbuf_init(&request, 64);
    ofpbuf_init(&buf, NL_DUMP_BUFSIZE);
    nl_msg_put_nlmsghdr(&request, 0, RTM_GETROUTE, NLM_F_REQUEST | NLM_F_DUMP);
    answer = acknowledge;
    nlsock_dump_start(&dump, NETLINK_ROUTE, &request, 0);
    /* The program gets it, as from the original. */
    CHECK(nl_dump_next(&dump, &msg, &buf));
    CHECK_INT(message_type(&msg), NLMSG_ERROR);
    CHECK(!nl_dump_next(&dump, &msg, &buf));
    CHECK_INT(nl_dump_done(&dump), 0);
    ofpbuf_uninit(&buf);
    ofpbuf_uninit(&request);
}

/* Without an end. */
static void
answer_with_parts(const struct nlmsghdr *request)
{
    for (int i = 0; i < 4; i++) {
        play_message(request, RTM_NEWROUTE, NLM_F_MULTI);
    }
}

static void
a_whole_dump_has_a_time_limit(void)
{
    struct ofpbuf request, *reply;

    ofpbuf_init(&request, 64);
    nl_msg_put_nlmsghdr(&request, 0, RTM_GETROUTE, NLM_F_REQUEST | NLM_F_DUMP);
    answer = answer_with_parts;
    CHECK_INT(nlsock_dump_all(NETLINK_ROUTE, &request, 1, 1000, &reply), EPROTO);
    clocks_are_fast = true;
    CHECK_INT(nlsock_dump_all(NETLINK_ROUTE, &request, 1, 1000, &reply), ETIMEDOUT);
    CHECK_INT(nlsock_dump_all(NETLINK_ROUTE, &request, 1, 0, &reply), EPROTO);
    clocks_are_fast = false;
    played_first = played_end;
    ofpbuf_uninit(&request);
}

int
main(void)
{
    nlsock_log_set_level(NLSOCK_LOG_OFF);
    RUN(the_rest_of_a_dump_is_jumbo_if_it_exceeds_the_buffer);
    RUN(the_rest_of_a_dump_may_be_wrong);
    RUN(an_acknowledgement_ends_a_dump);
    RUN(a_whole_dump_has_a_time_limit);
    return tap_done();
}
