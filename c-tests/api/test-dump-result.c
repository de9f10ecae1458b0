/* SPDX-License-Identifier: Apache-2.0 */
/* nlsock-ext.h: results of dumps, and whole tables. */

#include "batch.h"
#include "netns.h"
#include "nlsock-ext.h"

static void
a_dump_tells_how_it_went(void)
{
    struct nlsock_dump_result result;
    struct ofpbuf request, reply, buf;
    struct nl_dump dump;
    unsigned int messages = 0;

    add_routes(300);
    ofpbuf_init(&request, 64);
    ofpbuf_init(&buf, NL_DUMP_BUFSIZE);
    put_getroute(&request);
    nl_dump_start(&dump, NETLINK_ROUTE, &request);
    while (nl_dump_next(&dump, &reply, &buf)) {
        messages++;
    }
    CHECK_INT(nl_dump_done(&dump), 0);
    nlsock_dump_result(&result, sizeof result);
    CHECK(messages >= 300);
    CHECK_INT(result.messages, messages);
    CHECK_INT(result.error, 0);
    CHECK(result.complete);
    CHECK(!result.interrupted);
    ofpbuf_uninit(&request);
    ofpbuf_uninit(&buf);
}

/* Dumps next hops with a wrong header.  The kernel reports the error at the end of the dump
 * only. */
static int
dump_badly(struct nlsock_dump_result *result)
{
    struct ofpbuf request;
    struct nl_dump dump;
    uint8_t *header;
    int error;

    ofpbuf_init(&request, 64);
    nl_msg_put_nlmsghdr(&request, 0, 106 /* RTM_GETNEXTHOP */, NLM_F_REQUEST);
    header = nl_msg_put_uninit(&request, 8);
    memset(header, 0xff, 8);
    nl_dump_start(&dump, NETLINK_ROUTE, &request);
    error = nl_dump_done(&dump);
    nlsock_dump_result(result, sizeof *result);
    ofpbuf_uninit(&request);
    return error;
}

static void
strict_dumps_return_the_error_of_the_end(void)
{
    struct nlsock_dump_result result;
    struct nlsock_extack extack;
    int error = dump_badly(&result);

    if (error == EOPNOTSUPP || !result.error) {
        SKIP("this kernel does not end such a dump with an error");
    }
    CHECK_INT(error, 0);
    CHECK_INT(result.error, EINVAL);
    CHECK(result.complete);
    nlsock_set_strict_dumps(true);
    CHECK_INT(dump_badly(&result), EINVAL);
    nlsock_last_extack(&extack, sizeof extack);
    CHECK_INT(extack.error, EINVAL);
    CHECK_STR(extack.message, result.extack.message);
    nlsock_set_strict_dumps(false);
    CHECK_INT(dump_badly(&result), 0);
}

/* The kernel acknowledges a request that has no header of rtnetlink, and sends no table. */
static void
an_acknowledgement_is_not_an_empty_table(void)
{
    struct nlsock_dump_result result;
    struct ofpbuf request, reply, buf;
    struct ofpbuf *table = &request;
    struct nl_dump dump;

    ofpbuf_init(&request, 64);
    ofpbuf_init(&buf, NL_DUMP_BUFSIZE);
    nl_msg_put_nlmsghdr(&request, 0, RTM_GETROUTE, NLM_F_REQUEST);
    nl_dump_start(&dump, NETLINK_ROUTE, &request);
    CHECK(nl_dump_next(&dump, &reply, &buf));
    CHECK_INT(nl_msg_nlmsghdr(&reply)->nlmsg_type, NLMSG_ERROR);
    CHECK(!nl_dump_next(&dump, &reply, &buf));
    CHECK_INT(nl_dump_done(&dump), 0);
    nlsock_dump_result(&result, sizeof result);
    CHECK_INT(result.messages, 0);
    CHECK(!result.complete);
    CHECK_INT(nlsock_dump_all(NETLINK_ROUTE, &request, 2, 0, &table), EPROTO);
    CHECK(!table);
    ofpbuf_uninit(&request);
    ofpbuf_uninit(&buf);
}

static char warning[256];

static void
capture(void *aux, int level, const char *module, const char *text)
{
    (void) aux;
    (void) module;
    if (level == NLSOCK_LOG_WARN) {
        snprintf(warning, sizeof warning, "%s", text);
    }
}

static void
an_error_at_the_end_is_on_the_log(void)
{
    struct nlsock_dump_result result;

    nlsock_log_set_handler(capture, NULL);
    dump_badly(&result);
    nlsock_log_set_handler(NULL, NULL);
    if (!result.error) {
        SKIP("this kernel does not end such a dump with an error");
    }
    CHECK(strstr(warning, strerror(result.error)));
    CHECK(strstr(warning, result.extack.message));
}

static void
a_whole_table_comes_in_one_buffer(void)
{
    struct ofpbuf request, msg, *all = NULL;
    unsigned int routes = 0;

    add_routes(300);
    ofpbuf_init(&request, 64);
    put_getroute(&request);
    CHECK_INT(nlsock_dump_all(NETLINK_ROUTE, &request, 5, 10000, &all), 0);
    while (ofpbuf_size(all)) {
        if (!nl_msg_next(all, &msg)) {
            CHECK(!"not a message");
            break;
        }
        CHECK_INT(nl_msg_nlmsghdr(&msg)->nlmsg_type, RTM_NEWROUTE);
        routes += route_number(&msg) >= 0;
    }
    CHECK_INT(routes, 300);
    ofpbuf_delete(all);

    ofpbuf_clear(&request);
    nl_msg_put_nlmsghdr(&request, 0, RTM_MAX + 3, NLM_F_REQUEST);
    all = &request;
    CHECK_INT(nlsock_dump_all(NETLINK_ROUTE, &request, 5, 0, &all), EOPNOTSUPP);
    CHECK(!all);
    CHECK_INT(nlsock_dump_all(99, &request, 0, 0, &all), EPROTONOSUPPORT);
    ofpbuf_uninit(&request);
}

int
main(void)
{
    if (!netns_enter()) {
        return EXIT_SUCCESS;
    }
    RUN(a_dump_tells_how_it_went);
    RUN(strict_dumps_return_the_error_of_the_end);
    RUN(an_acknowledgement_is_not_an_empty_table);
    RUN(an_error_at_the_end_is_on_the_log);
    RUN(a_whole_table_comes_in_one_buffer);
    return tap_done();
}
