/* SPDX-License-Identifier: Apache-2.0 */
/* Flows of a datapath: in dumps, and in batches of the size that a daemon uses, also when replies
 * are lost. */

#include <pthread.h>
#include "flows.h"
#include "netns.h"
#include "nlsock-ext.h"

#define N_FLOWS 10000

/* What the request for flow 'number' asks for: nothing, an acknowledgement, a reply, or both. */
static uint32_t
answer_flags(size_t number)
{
    static const uint32_t flags[] = { 0, NLM_F_ACK, NLM_F_ECHO, NLM_F_ACK | NLM_F_ECHO };

    return flags[number % 4];
}

/* Puts 'cmd' for flows 0 to N_FLOWS - 1 to the kernel, in batches, with 'flags' and the different
 * wishes for an answer, and checks the outcome of each. */
static void
for_all_flows(uint8_t cmd, uint32_t flags, int expected)
{
    struct batch *batch = batch_new();
    unsigned int first;
    size_t i;

    for (first = 0; first < N_FLOWS; first += N_ROUTES) {
        for (i = 0; i < N_ROUTES; i++) {
            put_flow(&batch->requests[i], flags | answer_flags(i), cmd, dp, 0,
                     first + (unsigned int) i);
            batch->transactions[i].error = -1;
        }
        nl_transact_multiple(NETLINK_GENERIC, batch->pointers, N_ROUTES);
        for (i = 0; i < N_ROUTES; i++) {
            struct ofpbuf *reply = batch->transactions[i].reply;
            bool has_reply = cmd == OVS_FLOW_CMD_GET || answer_flags(i) & NLM_F_ECHO;

            CHECK_INT(batch->transactions[i].error, expected);
            if (!reply) {
                continue;
            } else if (expected || !has_reply) {
                CHECK_INT(ofpbuf_size(reply), 0);
            } else if (ofpbuf_size(reply) < OVS_HDRLEN) {
                CHECK(!"the reply is there");
            } else {
                CHECK_INT(message_type(reply), flow_family);
                /* What a GET is answered with depends on the kernel. */
                CHECK(cmd == OVS_FLOW_CMD_GET || reply_command(reply) == cmd);
                CHECK_INT(reply_datapath(reply), dp);
                CHECK_INT(flow_number(reply), first + i);
                CHECK_INT(nl_msg_nlmsghdr(reply)->nlmsg_seq,
                          nl_msg_nlmsghdr(&batch->requests[i])->nlmsg_seq);
            }
        }
    }
    batch_delete(batch);
}

/* A dump of all flows, read by one thread or several. */
struct flow_dump {
    struct nl_dump dump;
    size_t buffer_size;
    int strangers;                      /* Updated atomically, as is 'seen'. */
    unsigned char seen[N_FLOWS];
};

static void *
read_flows(void *dump_)
{
    struct flow_dump *dump = dump_;
    struct ofpbuf reply, buf;

    ofpbuf_init(&buf, dump->buffer_size);
    while (nl_dump_next(&dump->dump, &reply, &buf)) {
        int number = flow_number(&reply);

        if (number >= 0 && number < N_FLOWS && reply_datapath(&reply) == dp) {
            __atomic_add_fetch(&dump->seen[number], 1, __ATOMIC_RELAXED);
        } else {
            __atomic_add_fetch(&dump->strangers, 1, __ATOMIC_RELAXED);
        }
    }
    ofpbuf_uninit(&buf);
    return NULL;
}

/* Checks that a dump by 'n_threads' with buffers of 'buffer_size' shows each flow 'times' times. */
static void
check_flow_dump(int n_threads, size_t buffer_size, int times)
{
    struct flow_dump *dump = calloc(1, sizeof *dump);
    pthread_t threads[4];
    struct ofpbuf request;
    int i;

    dump->buffer_size = buffer_size;
    ofpbuf_init(&request, 128);
    put_ovs(&request, flow_family, 0, OVS_FLOW_CMD_GET, dp);
    nl_dump_start(&dump->dump, NETLINK_GENERIC, &request);
    ofpbuf_uninit(&request);
    for (i = 0; i < n_threads; i++) {
        CHECK_INT(pthread_create(&threads[i], NULL, read_flows, dump), 0);
    }
    for (i = 0; i < n_threads; i++) {
        CHECK_INT(pthread_join(threads[i], NULL), 0);
    }
    CHECK_INT(nl_dump_done(&dump->dump), 0);
    CHECK_INT(dump->strangers, 0);
    for (i = 0; i < N_FLOWS; i++) {
        CHECK_INT(dump->seen[i], times);
    }
    free(dump);
}

static void
ten_thousand_flows_are_added_in_batches(void)
{
    NEED_DATAPATH();
    check_flow_dump(1, NL_DUMP_BUFSIZE, 0);
    for_all_flows(OVS_FLOW_CMD_NEW, NLM_F_CREATE, 0);
    for_all_flows(OVS_FLOW_CMD_GET, 0, 0);
}

static void
flows_that_exist_are_refused(void)
{
    NEED_DATAPATH();
    for_all_flows(OVS_FLOW_CMD_NEW, NLM_F_CREATE, EEXIST);
    for_all_flows(OVS_FLOW_CMD_NEW, NLM_F_CREATE | NLM_F_EXCL, EEXIST);
    /* Without these flags, they are set anew. */
    for_all_flows(OVS_FLOW_CMD_NEW, 0, 0);
}

static void
two_threads_dump_each_flow_once(void)
{
    int i;

    NEED_DATAPATH();
    for (i = 0; i < 5; i++) {
        check_flow_dump(2, NL_DUMP_BUFSIZE, 1);
    }
}

static void
a_small_buffer_is_enough_for_a_dump(void)
{
    NEED_DATAPATH();
    check_flow_dump(1, NLMSG_HDRLEN, 1);
    check_flow_dump(2, 100, 1);
}

static void
a_dump_left_early_disturbs_nothing(void)
{
    struct ofpbuf request, reply, buf;
    struct nl_dump dump;
    int i;

    NEED_DATAPATH();
    ofpbuf_init(&request, 128);
    for (i = 0; i < 3; i++) {
        ofpbuf_init(&buf, NL_DUMP_BUFSIZE);
        put_ovs(&request, flow_family, 0, OVS_FLOW_CMD_GET, dp);
        nl_dump_start(&dump, NETLINK_GENERIC, &request);
        CHECK(nl_dump_next(&dump, &reply, &buf));
        CHECK_INT(nl_dump_done(&dump), 0);
        ofpbuf_uninit(&buf);
        put_flow(&request, 0, OVS_FLOW_CMD_GET, dp, 0, N_FLOWS + 1);
        CHECK_INT(ask(&request, NULL), ENOENT);
    }
    ofpbuf_uninit(&request);
}

static void
a_dump_of_no_datapath_tells_so_at_its_end(void)
{
    struct nlsock_dump_result result;
    struct ofpbuf request;
    struct nl_dump dump;

    NEED_DATAPATH();
    ofpbuf_init(&request, 128);
    put_ovs(&request, flow_family, 0, OVS_FLOW_CMD_GET, dp + 4711);
    nl_dump_start(&dump, NETLINK_GENERIC, &request);
    CHECK_INT(nl_dump_done(&dump), 0);
    nlsock_dump_result(&result, sizeof result);
    CHECK_INT(result.error, ENODEV);
    CHECK_INT(result.messages, 0);
    ofpbuf_uninit(&request);
}

/* Makes the receive buffer so small that batches overflow it. */
static void
shrink(struct nl_sock *sock, int size)
{
    struct ofpbuf request;

    /* The socket decides on the size of its batches before. */
    nlsock_pool_flush();
    ofpbuf_init(&request, 128);
    put_ovs(&request, datapath_family, 0, OVS_DP_CMD_GET, dp);
    CHECK_INT(nl_sock_transact(sock, &request, NULL), 0);
    CHECK_INT(setsockopt(transaction_fd(sock), SOL_SOCKET, SO_RCVBUF, &size, sizeof size), 0);
    ofpbuf_uninit(&request);
}

static void
lost_replies_leave_no_outcome_unknown(void)
{
    static const int sizes[] = { 1, 5000, 20000 };
    size_t i, j;

    NEED_DATAPATH();
    for (j = 0; j < 3; j++) {
        struct nl_sock *sock = open_socket(NETLINK_GENERIC);
        struct nlsock_counters before, after;
        struct batch *batch = batch_new();
        int expected;

        shrink(sock, sizes[j]);
        for (i = 0; i < N_ROUTES; i++) {
            struct ofpbuf *request = &batch->requests[i];
            uint32_t ack = i % 4 ? 0 : NLM_F_ACK;
            unsigned int number = (unsigned int) i;

            /* Refused, refused, without a reply, with a reply. */
            switch (i % 10) {
            case 0:
                put_flow(request, ack, OVS_FLOW_CMD_DEL, dp, 0, N_FLOWS + number);
                break;
            case 5:
                put_flow(request, ack | NLM_F_CREATE, OVS_FLOW_CMD_NEW, dp, 0, number);
                break;
            case 7:
                put_flow(request, ack, OVS_FLOW_CMD_NEW, dp, 0, number);
                break;
            default:
                put_flow(request, ack | NLM_F_ECHO, OVS_FLOW_CMD_NEW, dp, 0, number);
                break;
            }
            batch->transactions[i].reply = &batch->replies[i];
        }
        nlsock_counters(&before, sizeof before);
        nl_sock_transact_multiple(sock, batch->pointers, N_ROUTES);
        nlsock_counters(&after, sizeof after);
        CHECK(after.overflow > before.overflow);
        CHECK(after.resent > before.resent);
        for (i = 0; i < N_ROUTES; i++) {
            struct ofpbuf *reply = &batch->replies[i];

            expected = i % 10 == 0 ? ENOENT : i % 10 == 5 ? EEXIST : 0;
            CHECK_INT(batch->transactions[i].error, expected);
            if (expected || i % 10 == 7) {
                CHECK_INT(ofpbuf_size(reply), 0);
            } else if (ofpbuf_size(reply) < OVS_HDRLEN) {
                CHECK(!"the reply is there");
            } else {
                CHECK_INT(flow_number(reply), i);
            }
        }
        CHECK(nothing_waits(sock));
        batch_delete(batch);
        discard(sock);
    }
    check_flow_dump(2, NL_DUMP_BUFSIZE, 1);
}

static void
flows_added_while_replies_are_lost_are_there(void)
{
    struct nlsock_counters before, after;
    struct nl_sock *sock;
    struct batch *batch;
    size_t i;

    NEED_DATAPATH();
    sock = open_socket(NETLINK_GENERIC);
    batch = batch_new();
    /* Flows that do not exist; to set them twice is to set them. */
    for (i = 0; i < N_ROUTES; i++) {
        put_flow(&batch->requests[i], NLM_F_ACK, OVS_FLOW_CMD_DEL, dp, 0, (unsigned int) i);
    }
    nl_sock_transact_multiple(sock, batch->pointers, N_ROUTES);
    shrink(sock, 1);
    for (i = 0; i < N_ROUTES; i++) {
        CHECK_INT(batch->transactions[i].error, 0);
        put_flow(&batch->requests[i], NLM_F_ECHO, OVS_FLOW_CMD_NEW, dp, 0, (unsigned int) i);
    }
    nlsock_counters(&before, sizeof before);
    nl_sock_transact_multiple(sock, batch->pointers, N_ROUTES);
    nlsock_counters(&after, sizeof after);
    CHECK(after.overflow > before.overflow);
    for (i = 0; i < N_ROUTES; i++) {
        CHECK_INT(batch->transactions[i].error, 0);
    }
    check_flow_dump(2, NL_DUMP_BUFSIZE, 1);
    batch_delete(batch);
    discard(sock);
}

static void
ten_thousand_flows_are_deleted_in_batches(void)
{
    NEED_DATAPATH();
    for_all_flows(OVS_FLOW_CMD_DEL, 0, 0);
    for_all_flows(OVS_FLOW_CMD_DEL, 0, ENOENT);
    for_all_flows(OVS_FLOW_CMD_GET, 0, ENOENT);
    check_flow_dump(2, NL_DUMP_BUFSIZE, 0);
}

int
main(void)
{
    if (!netns_enter()) {
        return EXIT_SUCCESS;
    }
    RUN(ten_thousand_flows_are_added_in_batches);
    RUN(flows_that_exist_are_refused);
    RUN(two_threads_dump_each_flow_once);
    RUN(a_small_buffer_is_enough_for_a_dump);
    RUN(a_dump_left_early_disturbs_nothing);
    RUN(a_dump_of_no_datapath_tells_so_at_its_end);
    RUN(lost_replies_leave_no_outcome_unknown);
    RUN(flows_added_while_replies_are_lost_are_there);
    RUN(ten_thousand_flows_are_deleted_in_batches);
    return tap_done();
}
