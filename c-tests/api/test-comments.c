/* SPDX-License-Identifier: Apache-2.0 */
/* nlsock-ext.h: comments of the kernel in acknowledgements, and texts from outside in one line.
 * The test plays the kernel. */

#include "extack.h"
#include "kernel.h"
#include "nlsock-ext.h"
#include "played-kernel.h"
#include "tap.h"

#define N 5

/* How the kernel answers the requests of a batch, in order. */
struct answer {
    bool reply;                 /* A message before the ACK. */
    int error;                  /* ENOBUFS: the answer is lost. */
    const char *text;
};
static const struct answer *answers;
static unsigned int n_requests;

/* The number of the family that is looked up. */
static const uint16_t family = 4711;

static void
played_kernel(const struct nlmsghdr *request)
{
    const struct answer *answer;

    if (request->nlmsg_type == GENL_ID_CTRL) {
        play_family(request, &family, sizeof family);
        return;
    }
    answer = &answers[n_requests++];
    if (answer->error == ENOBUFS) {
        play_loss();
        return;
    }
    if (request->nlmsg_flags & NLM_F_ROOT) {
        play_message(request, RTM_NEWROUTE, NLM_F_MULTI);
        play_result(request, NLMSG_DONE, answer->error, answer->text);
        return;
    }
    if (answer->reply) {
        play_message(request, RTM_NEWLINK, 0);
    }
    play_result(request, NLMSG_ERROR, answer->error, answer->text);
}

/* Sends a batch, which the kernel answers as 'expected' says, and checks the results. */
static void
run_batch(const struct answer expected[N])
{
    struct nl_transaction transactions[N], *pointers[N];
    struct ofpbuf requests[N], replies[N];
    int i;

    for (i = 0; i < N; i++) {
        ofpbuf_init(&requests[i], 64);
        ofpbuf_init(&replies[i], 64);
        put_route(&requests[i], RTM_NEWROUTE, NLM_F_ACK, 1);
        transactions[i].request = &requests[i];
        transactions[i].reply = i % 2 ? NULL : &replies[i];
        pointers[i] = &transactions[i];
    }
    answers = expected;
    n_requests = 0;
    nl_transact_multiple(NETLINK_ROUTE, pointers, N);
    for (i = 0; i < N; i++) {
        struct nlsock_extack extack;
        const char *text = expected[i].text;

        CHECK_INT(transactions[i].error, expected[i].error);
        CHECK_INT(nlsock_batch_extack((size_t) i, &extack, sizeof extack), text != NULL);
        CHECK_STR(extack.message, text ? text : "");
        CHECK_INT(extack.error, text ? expected[i].error : 0);
        ofpbuf_uninit(&requests[i]);
        ofpbuf_uninit(&replies[i]);
    }
}

static void
warnings_come_with_successes_at_any_position(void)
{
    unsigned int position;
    bool reply;

    for (position = 0; position < N; position++) {
        for (reply = false;; reply = true) {
            struct answer expected[N] = { { false, 0, NULL } };
            char text[32];

            snprintf(text, sizeof text, "warning %u", position);
            expected[position].reply = reply;
            expected[position].text = text;
            run_batch(expected);
            check_last_extack(0, text);
            if (reply) {
                break;
            }
        }
    }
}

/* What was lost and is sent again does not concern the requests before it. */
static void
explanations_stay_when_later_requests_are_sent_again(void)
{
    static const struct answer expected[] = {
        { false, EINVAL, "first" }, { false, ENOBUFS, NULL }, { false, EEXIST, "second" },
    };
    struct nl_transaction transactions[2], *pointers[2];
    struct ofpbuf requests[2];
    struct nlsock_extack extack;

    for (int i = 0; i < 2; i++) {
        ofpbuf_init(&requests[i], 64);
        put_route(&requests[i], RTM_NEWROUTE, NLM_F_ACK, 1);
        /* Each in a datagram of its own. */
        ofpbuf_put_zeros(&requests[i], 2000);
        transactions[i].request = &requests[i];
        transactions[i].reply = NULL;
        pointers[i] = &transactions[i];
    }
    answers = expected;
    n_requests = 0;
    nl_transact_multiple(NETLINK_ROUTE, pointers, 2);
    CHECK_INT(n_requests, 3);
    CHECK_INT(transactions[0].error, EINVAL);
    CHECK_INT(transactions[1].error, EEXIST);
    CHECK(nlsock_batch_extack(0, &extack, sizeof extack));
    CHECK_STR(extack.message, "first");
    CHECK(nlsock_batch_extack(1, &extack, sizeof extack));
    CHECK_STR(extack.message, "second");
    for (int i = 0; i < 2; i++) {
        ofpbuf_uninit(&requests[i]);
    }
}

static void
failures_count_more_than_warnings(void)
{
    static const struct answer mixed[N] = {
        { true, 0, "warning 0" }, { false, ENOENT, "error 1" }, { true, 0, "warning 2" },
        { false, EEXIST, NULL }, { false, 0, "warning 4" },
    };
    static const struct answer warnings[N] = { { true, 0, "a" }, { false, 0, "b" } };
    static const struct answer silent[N] = { { true, 0, NULL } };

    run_batch(mixed);
    check_last_extack(EEXIST, "");
    run_batch(warnings);
    check_last_extack(0, "b");
    /* A success without a comment changes nothing. */
    run_batch(silent);
    check_last_extack(0, "b");
}

static int
dump(int error, const char *text)
{
    struct answer expected = { false, error, text };
    struct ofpbuf request;
    struct nl_dump dump;

    answers = &expected;
    n_requests = 0;
    ofpbuf_init(&request, 64);
    put_getroute(&request);
    nl_dump_start(&dump, NETLINK_ROUTE, &request);
    error = nl_dump_done(&dump);
    ofpbuf_uninit(&request);
    return error;
}

static void
dumps_have_warnings_too(void)
{
    struct nlsock_dump_result result;

    CHECK_INT(dump(0, "incomplete"), 0);
    check_last_extack(0, "incomplete");
    nlsock_dump_result(&result, sizeof result);
    CHECK_INT(result.error, 0);
    CHECK_STR(result.extack.message, "incomplete");
    CHECK_INT(dump(0, NULL), 0);
    check_last_extack(0, "incomplete");
    /* An error at the end, which nl_dump_done() does not return. */
    CHECK_INT(dump(ERANGE, "too far"), 0);
    check_last_extack(ERANGE, "too far");
}

static char captured[8192];

static void
capture(void *aux, int level, const char *module, const char *text)
{
    size_t used = strlen(captured);

    (void) aux;
    (void) level;
    (void) module;
    snprintf(captured + used, sizeof captured - used, "%s\n", text);
}

/* Returns whether each line of 'captured' has printable ASCII characters only. */
static bool
lines_are_printable(void)
{
    const char *p;

    for (p = captured; *p; p++) {
        if (*p != '\n' && (*p < ' ' || *p > '~')) {
            return false;
        }
    }
    return captured[0] != '\0';
}

#define WILD "two\nlines\r\x1b[31m\x7f \xff\xc3 \xc2\x9b\xe2\x80\xae"
#define TAME "two\\nlines\\r\\x1b[31m\\x7f \\xff\\xc3 \\u{9b}\\u{202e}"

static void
log_lines_have_no_control_characters(void)
{
    static const struct answer wild[N] = {
        { false, 0, WILD }, { true, EINVAL, WILD }, { false, 0, NULL }, { false, EPERM, WILD },
    };

    captured[0] = '\0';
    nlsock_log_set_handler(capture, NULL);
    nlsock_log_set_level(NLSOCK_LOG_DBG);
    run_batch(wild);
    CHECK(strstr(captured, "received ACK with warning: " TAME "\n"));
    CHECK(strstr(captured, "received NAK error=22 "));
    CHECK(strstr(captured, OVS3 ? " - " TAME "\n" : "): " TAME "\n"));
    dump(EINVAL, WILD);
    nlsock_log_set_level(NLSOCK_LOG_WARN);
    nlsock_log_set_handler(NULL, NULL);
    CHECK(lines_are_printable());
}

static void
an_explanation_is_one_line(void)
{
    static const struct answer wild[N] = { { false, EINVAL, WILD } };
    struct nlsock_extack extack;
    char text[256], cut[8];
    size_t length;

    run_batch(wild);
    nlsock_last_extack(&extack, sizeof extack);
    length = nlsock_extack_format(&extack, sizeof extack, text, sizeof text);
    CHECK_STR(text, "Invalid argument: " TAME);
    CHECK_INT(length, strlen(text));

    /* The contract of snprintf(). */
    CHECK_INT(nlsock_extack_format(&extack, sizeof extack, NULL, 0), length);
    memset(cut, 'x', sizeof cut);
    CHECK_INT(nlsock_extack_format(&extack, sizeof extack, cut, 7), length);
    CHECK_STR(cut, "Invali");
    CHECK_INT(cut[7], 'x');
    CHECK_INT(nlsock_extack_format(&extack, sizeof extack, cut, 1), length);
    CHECK_STR(cut, "");
    CHECK_INT(nlsock_extack_format(&extack, sizeof extack, text, length + 1), length);
    CHECK_INT(strlen(text), length);
    CHECK_INT(nlsock_extack_format(&extack, sizeof extack, text, length), length);
    CHECK_INT(strlen(text), length - 1);

    /* A text is not cut within a character. */
    strcpy(extack.message, "Ger\xc3\xa4t");
    nlsock_extack_format(&extack, sizeof extack, text, strlen("Invalid argument: Ger") + 2);
    CHECK_STR(text, "Invalid argument: Ger");

    /* A structure of an older version: the fields that it lacks count as 0. */
    extack.message[0] = '\0';
    extack.cookie_len = 1;
    nlsock_extack_format(&extack, sizeof extack, text, sizeof text);
    CHECK_STR(text, "Invalid argument (cookie 00)");
    nlsock_extack_format(&extack, 296, text, sizeof text);
    CHECK_STR(text, "Invalid argument");
}

static void
an_explanation_has_all_that_is_known(void)
{
    struct nlsock_extack extack;
    char text[512];

    memset(&extack, 0, sizeof extack);
    nlsock_extack_format(&extack, sizeof extack, text, sizeof text);
    CHECK_STR(text, "Success");
    extack.error = ERANGE;
    strcpy(extack.message, "integer out of range");
    extack.offset = 36;
    extack.n_path = 2;
    extack.path[0] = IFLA_LINKINFO;
    extack.path[1] = IFLA_INFO_DATA;
    extack.policy.type = 3;     /* NL_ATTR_TYPE_U16. */
    extack.policy.has_range = true;
    extack.policy.min = 1;
    extack.policy.max = 4094;
    extack.missing = true;
    extack.missing_type = 7;
    extack.missing_nest = 40;
    extack.cookie_len = 2;
    extack.cookie[0] = 0xab;
    nlsock_extack_format(&extack, sizeof extack, text, sizeof text);
    CHECK_STR(text, "Numerical result out of range: integer out of range (attribute 18/2 at offset "
              "36; must be u16 from 1 to 4094; attribute 7 is missing in the nest at offset 40; "
              "cookie ab00)");
}

static void
received_messages_are_explained(void)
{
    static const struct nlmsghdr header = { .nlmsg_seq = 1 };
    static const struct { uint16_t type; int error; const char *text; } messages[] = {
        { NLMSG_ERROR, 0, "a warning" },
        { NLMSG_ERROR, EPERM, "not you" },
        { NLMSG_DONE, 0, "odd" },
        { NLMSG_DONE, ERANGE, "too far" }, { NLMSG_ERROR, EPERM, NULL },
    };
    struct nlsock_extack extack;
    struct ofpbuf msg;
    size_t i;

    ofpbuf_init(&msg, 1024);
    for (i = 0; i < sizeof messages / sizeof messages[0]; i++) {
        const char *text = messages[i].text;

        ofpbuf_clear(&msg);
        play_result(&header, messages[i].type, messages[i].error, text);
        CHECK(recv(-1, ofpbuf_put_uninit(&msg, 512), 512, 0) > 0);
        CHECK_INT(nlsock_msg_extack(&msg, NULL, &extack, sizeof extack), text != NULL);
        CHECK_INT(extack.error, text ? messages[i].error : 0);
        CHECK_STR(extack.message, text ? text : "");
        CHECK(!nlsock_msg_extack(&msg, &msg, &extack, 0) == !text);
    }
    ofpbuf_clear(&msg);
    CHECK(!nlsock_msg_extack(&msg, NULL, &extack, sizeof extack));
    put_getlink(&msg, 1);
    CHECK(!nlsock_msg_extack(&msg, NULL, &extack, sizeof extack));
    ofpbuf_uninit(&msg);
}

static void
a_message_is_described_as_on_the_log(void)
{
    static const struct {
        uint16_t type;
        const char *name;
    } types[] = {
        { NLMSG_NOOP, "type=1(no-op)" }, { NLMSG_ERROR, "type=2(error)" },
        { NLMSG_DONE, "type=3(done)" }, { NLMSG_OVERRUN, "type=4(overrun)" },
        { 5, "type=5(reserved)" }, { NLMSG_MIN_TYPE, "type=16(family-defined)" },
    };
    struct ofpbuf msg;
    char text[256], cut[4];
    size_t length;

    ofpbuf_init(&msg, 64);
    CHECK_INT(nlsock_msg_format(&msg, NETLINK_ROUTE, text, sizeof text), strlen("nl(truncated)"));
    CHECK_STR(text, "nl(truncated)");
    nl_msg_put_genlmsghdr(&msg, 0, GENL_ID_CTRL, NLM_F_REQUEST, 3, 1);
    length = nlsock_msg_format(&msg, NETLINK_GENERIC, text, sizeof text);
    CHECK_STR(text, "nl(len:0, type=16(control), flags=1[REQUEST], seq=0, pid=0,"
              "genl(cmd=3,version=1)");
    CHECK_INT(length, strlen(text));
    CHECK_INT(nlsock_msg_format(&msg, NETLINK_GENERIC, cut, sizeof cut), length);
    CHECK_STR(cut, "nl(");
    CHECK_INT(nlsock_msg_format(&msg, NETLINK_GENERIC, NULL, 0), length);
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        nl_msg_nlmsghdr(&msg)->nlmsg_type = types[i].type;
        nlsock_msg_format(&msg, NETLINK_ROUTE, text, sizeof text);
        CHECK(strstr(text, types[i].name));
    }
    ofpbuf_uninit(&msg);
}

static void
names_of_families_have_no_control_characters(void)
{
    struct ofpbuf msg;
    char text[256];
    int number = 0;

    CHECK_INT(nl_lookup_genl_family(WILD, &number), 0);
    CHECK_INT(number, family);
    ofpbuf_init(&msg, 64);
    nl_msg_put_genlmsghdr(&msg, 0, family, 0, 3, 1);
    nlsock_msg_format(&msg, NETLINK_GENERIC, text, sizeof text);
    CHECK(strstr(text, "type=4711(" TAME "), "));
    ofpbuf_uninit(&msg);
}

int
main(void)
{
    RUN(warnings_come_with_successes_at_any_position);
    RUN(failures_count_more_than_warnings);
    RUN(explanations_stay_when_later_requests_are_sent_again);
    RUN(dumps_have_warnings_too);
    RUN(log_lines_have_no_control_characters);
    RUN(an_explanation_is_one_line);
    RUN(an_explanation_has_all_that_is_known);
    RUN(received_messages_are_explained);
    RUN(a_message_is_described_as_on_the_log);
    RUN(names_of_families_have_no_control_characters);
    return tap_done();
}
