/* SPDX-License-Identifier: Apache-2.0 */
/* Answers that the kernel seldom gives, and messages that are none.  The test plays the kernel. */

#include <pthread.h>
#include "batch.h"
#include "extack.h"
#include "message.h"
#include "netns.h"
#include "played-kernel.h"
#include "replaced.h"

static void (*answer)(const struct nlmsghdr *request);
static unsigned int n_requests;

static void
played_kernel(const struct nlmsghdr *request)
{
    n_requests++;
    answer(request);
}

/* Returns the error of a transaction of the pool, by each function. */
static int
transact_by(int way, uint16_t type, uint16_t flags)
{
    struct ofpbuf request, reply;
    struct nl_transaction transaction = { .request = &request, .reply = &reply };
    struct nl_transaction *list = &transaction;
    int error;

    ofpbuf_init(&request, 64);
    ofpbuf_init(&reply, 64);
    nl_msg_put_nlmsghdr(&request, 0, type, NLM_F_REQUEST | flags);
    if (way < 0) {
        error = nl_transact(NETLINK_ROUTE, &request, NULL);
    } else {
        nlsock_transact_multiple(NETLINK_ROUTE, &list, 1, (unsigned int) way);
        error = transaction.error;
        CHECK(!error || !ofpbuf_size(&reply));
    }
    CHECK_INT(played_first, played_end);
    ofpbuf_uninit(&request);
    ofpbuf_uninit(&reply);
    return error;
}

static const int ways[] = { -1, 0, NLSOCK_AWAIT_REPLY, NLSOCK_ONE_DATAGRAM };
#define N_WAYS (sizeof ways / sizeof ways[0])

/* The kernel announces a change, finds that it cannot be completed, and undoes it: a new link that
 * cannot have its master, or a route of which one next hop is refused. */
static void
announce_and_refuse(const struct nlmsghdr *request)
{
    play_message(request, request->nlmsg_type, 0);
    play_result(request, NLMSG_ERROR, EINVAL, "no such master");
}

static void
a_change_is_refused_although_it_was_echoed(void)
{
    static const uint16_t types[] = { RTM_NEWLINK, RTM_NEWROUTE, RTM_DELROUTE };

    answer = announce_and_refuse;
    for (size_t i = 0; i < N_WAYS; i++) {
        for (size_t k = 0; k < sizeof types / sizeof types[0]; k++) {
            CHECK_INT(transact_by(ways[i], types[k], NLM_F_CREATE | NLM_F_ECHO), EINVAL);
            check_last_extack(EINVAL, "no such master");
        }
    }
}

/* nfnetlink_acct sets NLM_F_MULTI in its only reply, and acknowledges the request. */
static void
reply_in_one_part(const struct nlmsghdr *request)
{
    play_message(request, RTM_NEWLINK, NLM_F_MULTI);
    play_result(request, NLMSG_ERROR, 0, NULL);
}

/* ipset answers by a dump without being asked for one. */
static void
reply_by_dump(const struct nlmsghdr *request)
{
    play_message(request, RTM_NEWLINK, NLM_F_MULTI);
    play_result(request, NLMSG_DONE, 0, NULL);
}

/* What a request that asked for an acknowledgement has left in the queue. */
static unsigned int
left_behind(uint16_t flags, unsigned int way)
{
    struct ofpbuf request, reply;
    struct nl_transaction transaction = { .request = &request, .reply = &reply };
    struct nl_transaction *list = &transaction;
    unsigned int left;

    ofpbuf_init(&request, 64);
    ofpbuf_init(&reply, 64);
    nl_msg_put_nlmsghdr(&request, 0, RTM_GETLINK, NLM_F_REQUEST | NLM_F_ACK | flags);
    nlsock_transact_multiple(NETLINK_ROUTE, &list, 1, way);
    CHECK_INT(transaction.error, 0);
    CHECK_INT(ofpbuf_size(&reply), NLMSG_HDRLEN);
    ofpbuf_uninit(&request);
    ofpbuf_uninit(&reply);
    left = played_end - played_first;
    played_first = played_end;
    return left;
}

static void
a_reply_in_one_part_is_followed_by_its_acknowledgement(void)
{
    for (unsigned int way = 0; way <= NLSOCK_ONE_DATAGRAM; way += NLSOCK_ONE_DATAGRAM) {
        answer = reply_in_one_part;
        CHECK_INT(left_behind(0, way), 0);
        answer = reply_by_dump;
        CHECK_INT(left_behind(0, way), 0);
        /* A dump that was asked for is not followed by an acknowledgement. */
        CHECK_INT(left_behind(NLM_F_ROOT, way), 1);
    }
}

/* A notification of what another socket's request with the same number did. */
static void
notify_and_refuse(const struct nlmsghdr *request)
{
    struct nlmsghdr others = {
        .nlmsg_len = sizeof others,
        .nlmsg_type = RTM_NEWROUTE,
        .nlmsg_seq = request->nlmsg_seq,
        .nlmsg_pid = request->nlmsg_pid + 1,
    };

    play(&others, sizeof others);
    play_result(request, NLMSG_ERROR, EPERM, NULL);
}

static void
messages_for_other_port_ids_are_no_answers(void)
{
    struct nlsock_counters before, after;

    answer = notify_and_refuse;
    nlsock_counters(&before, sizeof before);
    for (size_t i = 0; i < N_WAYS; i++) {
        CHECK_INT(transact_by(ways[i], RTM_NEWROUTE, 0), EPERM);
        CHECK_INT(transact_by(ways[i], RTM_NEWROUTE, NLM_F_ACK), EPERM);
    }
    nlsock_counters(&after, sizeof after);
    CHECK_INT(after.stale - before.stale, 2 * N_WAYS);
}

/* A notification of ethtool has the port id 0, and a number of its own. */
static void
notify_from_0_and_refuse(const struct nlmsghdr *request)
{
    struct nlmsghdr notification = {
        .nlmsg_len = sizeof notification,
        .nlmsg_type = 20,
        .nlmsg_seq = request->nlmsg_seq,
    };

    play(&notification, sizeof notification);
    play_result(request, NLMSG_ERROR, ENODEV, NULL);
}

static void
subscribed_sockets_take_no_answers_from_port_id_0(void)
{
    struct nl_sock *sock = open_socket(NETLINK_GENERIC);
    struct ofpbuf request;
    struct nl_transaction transaction = { .request = &request };

    answer = notify_from_0_and_refuse;
    ofpbuf_init(&request, 64);
    for (int joined = 0; joined < 2; joined++) {
        nl_msg_put_nlmsghdr(&request, 0, 20, NLM_F_REQUEST);
        /* Without a group, it may be the answer of a module that is not part of the kernel. */
        nlsock_sock_transact_multiple(sock, &(struct nl_transaction *) { &transaction }, 1, 0);
        CHECK_INT(transaction.error, joined ? ENODEV : 0);
        CHECK_INT(played_end - played_first, !joined);
        played_first = played_end;
        ofpbuf_clear(&request);
        CHECK_INT(nl_sock_join_mcgroup(sock, 16), 0);
    }
    nl_sock_destroy(sock);
    ofpbuf_uninit(&request);
}

static const char *end_text;

static void
end_with_error(const struct nlmsghdr *request)
{
    play_result(request, NLMSG_DONE, EINVAL, end_text);
}

static int
dump(void)
{
    struct ofpbuf request, msg, buf;
    struct nl_dump dump;

    ofpbuf_init(&request, 64);
    ofpbuf_init(&buf, NL_DUMP_BUFSIZE);
    nl_msg_put_nlmsghdr(&request, 0, RTM_GETROUTE, NLM_F_REQUEST);
    nl_dump_start(&dump, NETLINK_ROUTE, &request);
    CHECK(!nl_dump_next(&dump, &msg, &buf));
    ofpbuf_uninit(&request);
    ofpbuf_uninit(&buf);
    return nl_dump_done(&dump);
}

/* The original takes the end of a dump for a reply, whatever is in it. */
static void
an_error_at_the_end_of_a_dump_is_reported(void)
{
    static const char *const texts[] = { NULL, "bad header" };

    answer = end_with_error;
    for (int strict = 0; strict < 2; strict++) {
        nlsock_set_strict_dumps(strict);
        for (int i = 0; i < 2; i++) {
            const char *text = texts[i] ? texts[i] : "";

            for (size_t j = 0; j < N_WAYS; j++) {
                CHECK_INT(transact_by(0, RTM_NEWROUTE, 0), strict ? EINVAL : 0);
                end_text = texts[i];
                CHECK_INT(transact_by(ways[j], RTM_GETROUTE, NLM_F_DUMP), strict ? EINVAL : 0);
                check_last_extack(EINVAL, text);
                end_text = "other";
            }
            CHECK_INT(transact_by(0, RTM_NEWROUTE, 0), strict ? EINVAL : 0);
            end_text = texts[i];
            CHECK_INT(dump(), strict ? EINVAL : 0);
            check_last_extack(EINVAL, text);
        }
    }
    nlsock_set_strict_dumps(false);
}

/* What is said of the second request, first and when it is sent again. */
static int first_error;
static const char *first_text, *second_text;

/* The first answer is lost, so both requests are sent again. */
static void
lose_the_first(const struct nlmsghdr *request)
{
    if (n_requests == 1) {
        play_loss();
    } else if (n_requests == 2) {
        play_result(request, NLMSG_ERROR, first_error, first_text);
    } else {
        play_result(request, NLMSG_ERROR, 0, n_requests == 4 ? second_text : NULL);
    }
}

static void
send_two_again(void)
{
    struct nl_transaction transactions[2], *pointers[2];
    struct nlsock_extack extack;
    struct ofpbuf requests[2];

    for (int i = 0; i < 2; i++) {
        ofpbuf_init(&requests[i], 64);
        nl_msg_put_nlmsghdr(&requests[i], 0, RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK);
        transactions[i].request = &requests[i];
        transactions[i].reply = NULL;
        pointers[i] = &transactions[i];
    }
    answer = lose_the_first;
    n_requests = 0;
    nl_transact_multiple(NETLINK_ROUTE, pointers, 2);
    CHECK_INT(n_requests, 4);
    for (int i = 0; i < 2; i++) {
        CHECK_INT(transactions[i].error, 0);
        ofpbuf_uninit(&requests[i]);
    }
    CHECK(!nlsock_batch_extack(0, &extack, sizeof extack));
    CHECK_INT(nlsock_batch_extack(1, &extack, sizeof extack), second_text != NULL);
}

static void
what_was_said_of_the_first_try_is_forgotten(void)
{
    first_error = EEXIST;
    first_text = "first try";
    second_text = "second try";
    send_two_again();
    check_last_extack(0, "second try");
    second_text = NULL;
    send_two_again();
    check_last_extack(0, "");
    /* What was said before these requests is not. */
    answer = announce_and_refuse;
    CHECK_INT(transact_by(-1, RTM_NEWLINK, NLM_F_CREATE | NLM_F_ECHO), EINVAL);
    first_error = 0;
    first_text = NULL;
    send_two_again();
    check_last_extack(EINVAL, "no such master");
}

/* A request whose size is not a multiple of 4 is sent alone, and three others after it. */
static void
send_one_and_three(struct nlsock_extack extacks[4])
{
    struct nl_transaction transactions[4], *pointers[4];
    struct ofpbuf requests[4];

    for (int i = 0; i < 4; i++) {
        uint32_t value = 0;

        ofpbuf_init(&requests[i], 64);
        nl_msg_put_nlmsghdr(&requests[i], 0, RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK);
        nl_msg_put_unspec(&requests[i], (uint16_t) (100 + i), &value, sizeof value);
        transactions[i].request = &requests[i];
        transactions[i].reply = NULL;
        pointers[i] = &transactions[i];
    }
    ofpbuf_put(&requests[0], "x", 1);
    n_requests = 0;
    nl_transact_multiple(NETLINK_ROUTE, pointers, 4);
    for (size_t i = 0; i < 4; i++) {
        nlsock_batch_extack(i, &extacks[i], sizeof extacks[i]);
        ofpbuf_uninit(&requests[i]);
    }
}

/* The second request is refused, and the answer to the third is lost once.  So the fourth, which is
 * refused at first, is sent again, too. */
static void
refuse_the_second_and_lose_the_third(const struct nlmsghdr *request)
{
    if (n_requests == 3) {
        play_loss();
    } else if (n_requests == 2) {
        play_result(request, NLMSG_ERROR, EEXIST, "it exists");
    } else if (n_requests == 4) {
        play_result(request, NLMSG_ERROR, ENOENT, "first try");
    } else {
        play_result(request, NLMSG_ERROR, 0, NULL);
    }
}

static void
what_was_said_of_requests_before_is_kept(void)
{
    struct nlsock_extack extacks[4];

    answer = refuse_the_second_and_lose_the_third;
    send_one_and_three(extacks);
    CHECK_INT(n_requests, 6);
    CHECK_INT(extacks[1].error, EEXIST);
    CHECK_STR(extacks[1].message, "it exists");
    CHECK_INT(extacks[3].error, 0);
    check_last_extack(EEXIST, "it exists");
}

/* To the fourth request, the kernel answers by a dump that ends with an error. */
static void
end_the_fourth_with_error(const struct nlmsghdr *request)
{
    struct {
        struct nlmsghdr header;
        int error;
        uint8_t attrs[64];
    } end = {
        .header = { .nlmsg_len = NLMSG_HDRLEN + sizeof(int), .nlmsg_type = NLMSG_DONE,
                    .nlmsg_flags = NLM_F_MULTI | 0x200 /* NLM_F_ACK_TLVS. */,
                    .nlmsg_seq = request->nlmsg_seq },
        .error = -EINVAL,
    };
    uint32_t offset = NLMSG_HDRLEN;

    if (n_requests == 4) {
        play_attr(&end.header, 2 /* NLMSGERR_ATTR_OFFS. */, &offset, sizeof offset);
        play(&end, end.header.nlmsg_len);
    } else {
        play_result(request, NLMSG_ERROR, 0, NULL);
    }
}

static void
an_error_at_the_end_names_the_attribute_of_its_request(void)
{
    struct nlsock_extack extacks[4], last;

    answer = end_the_fourth_with_error;
    send_one_and_three(extacks);
    nlsock_last_extack(&last, sizeof last);
    CHECK_INT(last.error, EINVAL);
    CHECK_INT(last.n_path, 1);
    CHECK_INT(last.path[0], 103);
}

/* A family that only the namespace has in which the thread is now. */

/* The numbers by which the kernel tells sockets apart, if it has any. */
static uint64_t sockets[2] = { 0, 1 };

static void
answer_the_second_socket(const struct nlmsghdr *request)
{
    const uint16_t number = 300;
    socklen_t size = sizeof sockets[0];

    if (n_requests <= 2) {
        getsockopt(played_fd, SOL_SOCKET, SO_COOKIE, &sockets[n_requests - 1], &size);
    }
    if (n_requests == 2) {
        play_family(request, &number, sizeof number);
    } else {
        play_result(request, NLMSG_ERROR, ENOENT, NULL);
    }
}

/* Checks that the kernel is asked just once about a family that the thread's namespace does not
 * have. */
static void
look_up_in_the_same_namespace(void)
{
    int number = 0;

    n_requests = 2;
    CHECK_INT(nl_lookup_genl_family("missing", &number), ENOENT);
    CHECK_INT(n_requests, 3);
}

static void *
look_up_in_two_namespaces(void *aux)
{
    int number = 0;

    nlsock_pool_flush();
    answer = answer_the_second_socket;
    look_up_in_the_same_namespace();
    look_up_in_the_same_namespace();
    CHECK(!unshare(CLONE_NEWNET));
    n_requests = 0;
    CHECK_INT(nl_lookup_genl_family("present", &number), 0);
    CHECK_INT(number, 300);
    CHECK_INT(n_requests, 2);
    CHECK(sockets[0] != sockets[1]);
    look_up_in_the_same_namespace();
    nlsock_pool_flush();
    return aux;
}

static void
a_lookup_asks_again_in_the_present_namespace(void)
{
    pthread_t thread;

    CHECK_INT(pthread_create(&thread, NULL, look_up_in_two_namespaces, NULL), 0);
    pthread_join(thread, NULL);
}

/* Answers have one of the last numbers, of which there are 128 at most. */
static void
answer_with_a_high_number_first(const struct nlmsghdr *request)
{
    struct nlmsghdr other = *request;

    other.nlmsg_seq += 128;
    play_result(&other, NLMSG_ERROR, EPERM, NULL);
    play_result(request, NLMSG_ERROR, 0, NULL);
}

static void
answers_to_no_request_are_stale(void)
{
    answer = answer_with_a_high_number_first;
    CHECK_INT(transact_by(0, RTM_NEWROUTE, NLM_F_ACK), 0);
}

static void
acknowledge(const struct nlmsghdr *request)
{
    play_result(request, NLMSG_ERROR, 0, NULL);
}

/* Each request in a datagram is on the log. */
static void
requests_in_one_datagram_are_logged(void)
{
    struct nl_transaction transactions[3], *pointers[3];
    struct ofpbuf requests[3];
    int n_lines = 0;

    for (int i = 0; i < 3; i++) {
        ofpbuf_init(&requests[i], 64);
        nl_msg_put_nlmsghdr(&requests[i], 0, (uint16_t) (200 + i), NLM_F_REQUEST | NLM_F_ACK);
        transactions[i].request = &requests[i];
        transactions[i].reply = NULL;
        pointers[i] = &transactions[i];
    }
    answer = acknowledge;
    record_log();
    nlsock_log_set_level(NLSOCK_LOG_DBG);
    clocks_are_fast = true;
    nlsock_transact_multiple(NETLINK_USERSOCK, pointers, 3, NLSOCK_ONE_DATAGRAM);
    clocks_are_fast = false;
    nlsock_log_set_level(NLSOCK_LOG_OFF);
    for (const char *p = log_text; (p = strstr(p, "nl_sock_transact_multiple__")); p++) {
        n_lines++;
    }
    CHECK_INT(n_lines, 3);
    log_text[0] = '\0';
    for (int i = 0; i < 3; i++) {
        CHECK_INT(transactions[i].error, 0);
        ofpbuf_uninit(&requests[i]);
    }
}

/* How many unwanted datagrams a socket has: empty ones, or those of another process. */
static int n_unwanted;
static bool unwanted_are_empty;

ssize_t
recvmsg(int fd, struct msghdr *message, int flags)
{
    const struct sockaddr_nl from = { .nl_family = AF_NETLINK, .nl_pid = !unwanted_are_empty };
    const struct nlmsghdr header = { .nlmsg_len = sizeof header, .nlmsg_type = 99 };

    (void) fd;
    (void) flags;
    if (!n_unwanted) {
        errno = EAGAIN;
        return -1;
    }
    n_unwanted--;
    memcpy(message->msg_name, &from, sizeof from);
    if (unwanted_are_empty) {
        return 0;
    }
    memcpy(message->msg_iov[0].iov_base, &header, sizeof header);
    return sizeof header;
}

static void
unwanted_datagrams_do_not_keep_a_receive(void)
{
    struct nl_sock *sock = open_socket(NETLINK_ROUTE);
    struct ofpbuf buf;

    ofpbuf_init(&buf, 64);
    nlsock_sock_set_kernel_only(sock, true);
    for (int empty = 0; empty < 2; empty++) {
        unwanted_are_empty = empty;
        n_unwanted = 1001;
        CHECK_INT(nl_sock_recv(sock, &buf, false), EAGAIN);
        CHECK_INT(n_unwanted, 1);
    }
    ofpbuf_uninit(&buf);
    nl_sock_destroy(sock);
}

static void
draining_ends_although_messages_arrive(void)
{
    struct nl_sock *sock = open_socket(NETLINK_ROUTE);
    const uint8_t datagram[1000] = "";

    play(datagram, sizeof datagram);
    played_endless = true;
    CHECK_INT(nl_sock_drain(sock), 0);
    played_endless = false;
    played_first = played_end;
    nl_sock_destroy(sock);
}

/* Checks that something was logged since record_log(), and stops recording. */
static void
check_logged(const char *text)
{
    nlsock_log_set_level(NLSOCK_LOG_OFF);
    CHECK(strstr(log_text, text));
    log_text[0] = '\0';
}

static void
what_is_no_message_is_logged(void)
{
    struct nl_sock *sock = open_socket(NETLINK_ROUTE);
    struct ofpbuf buf;

    ofpbuf_init(&buf, 64);
    play("12345", 5);
    record_log();
    CHECK_INT(nl_sock_recv(sock, &buf, false), EPROTO);
    check_logged("received invalid nlmsg (5 bytes < 16)");
    CHECK_INT(ofpbuf_size(&buf), 0);
    ofpbuf_uninit(&buf);
    nl_sock_destroy(sock);
}

/* It is not counted as received. */
static void
answer_with_garbage(const struct nlmsghdr *request)
{
    (void) request;
    play("12345", 5);
}

static void
what_is_no_message_does_not_count(void)
{
    struct nlsock_counters before, after;

    answer = answer_with_garbage;
    nlsock_counters(&before, sizeof before);
    CHECK_INT(transact_by(0, RTM_NEWROUTE, 0), EPROTO);
    nlsock_counters(&after, sizeof after);
    CHECK_INT(after.sent - before.sent, 1);
    CHECK_INT(after.received - before.received, 0);
}

/* A family whose number has one byte. */
static void
answer_with_a_short_number(const struct nlmsghdr *request)
{
    play_family(request, "x", 1);
}

static void
what_is_wrong_with_a_family_is_logged(void)
{
    int number = 0;

    answer = answer_with_a_short_number;
    record_log();
    CHECK_INT(nl_lookup_genl_family("odd", &number), EPROTO);
    check_logged("attr 1");
}

/* A reply that fills the room of 1024 bytes exactly is not jumbo. */
static size_t reply_size;

static void
answer_with_reply(const struct nlmsghdr *request)
{
    play_sized(request, RTM_NEWROUTE, 0, reply_size);
}

static void
a_reply_that_fits_exactly_is_not_jumbo(void)
{
    struct nlsock_counters before, after;

    answer = answer_with_reply;
    for (reply_size = 1024; reply_size <= 1028; reply_size += 4) {
        nlsock_counters(&before, sizeof before);
        CHECK_INT(transact_by(-1, RTM_GETROUTE, 0), 0);
        nlsock_counters(&after, sizeof after);
        CHECK_INT(after.recv_jumbo - before.recv_jumbo, reply_size > 1024);
    }
}

int
main(void)
{
    if (!netns_enter()) {
        return EXIT_SUCCESS;
    }
    nlsock_log_set_level(NLSOCK_LOG_OFF);
    RUN(a_change_is_refused_although_it_was_echoed);
    RUN(a_reply_in_one_part_is_followed_by_its_acknowledgement);
    RUN(messages_for_other_port_ids_are_no_answers);
    RUN(subscribed_sockets_take_no_answers_from_port_id_0);
    RUN(an_error_at_the_end_of_a_dump_is_reported);
    RUN(what_was_said_of_the_first_try_is_forgotten);
    RUN(what_was_said_of_requests_before_is_kept);
    RUN(an_error_at_the_end_names_the_attribute_of_its_request);
    RUN(answers_to_no_request_are_stale);
    RUN(a_lookup_asks_again_in_the_present_namespace);
    RUN(requests_in_one_datagram_are_logged);
    RUN(unwanted_datagrams_do_not_keep_a_receive);
    RUN(draining_ends_although_messages_arrive);
    RUN(what_is_no_message_is_logged);
    RUN(what_is_no_message_does_not_count);
    RUN(what_is_wrong_with_a_family_is_logged);
    RUN(a_reply_that_fits_exactly_is_not_jumbo);
    return tap_done();
}
