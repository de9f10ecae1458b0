/* SPDX-License-Identifier: Apache-2.0 */
/* nlsock-ext.h: extended acknowledgements. */

#include <sys/resource.h>
#include "extack.h"
#include "kernel.h"
#include "netns.h"
#include "nlsock-ext.h"
#include "tap.h"

/* Makes 'request' a request for a route whose next hop cannot be reached.  The kernel explains
 * that. */
static void
put_bad_route(struct ofpbuf *request)
{
    put_route(request, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_ACK, 1);
    ((struct rtmsg *) ofpbuf_at_assert(request, NLMSG_HDRLEN, 1))->rtm_type = RTN_UNICAST;
    nl_msg_put_u32(request, RTA_GATEWAY, 0x01020304);
}

/* Makes 'request' a request for a link, with a correct attribute and one of a wrong size.  Returns
 * the offset of the wrong one. */
static size_t
put_bad_attribute(struct ofpbuf *request)
{
    size_t offset;

    put_getlink(request, 1);
    nl_msg_put_u32(request, IFLA_EXT_MASK, 0);
    offset = ofpbuf_size(request);
    nl_msg_put_u8(request, IFLA_TARGET_NETNSID, 1);
    return offset;
}

static void
a_refusal_is_explained(void)
{
    struct nlsock_extack extack;
    struct ofpbuf request;
    int error;

    ofpbuf_init(&request, 64);
    put_bad_route(&request);
    error = nl_transact(NETLINK_ROUTE, &request, NULL);
    CHECK(error > 0);
    nlsock_last_extack(&extack, sizeof extack);
    CHECK_INT(extack.error, error);
    CHECK(strstr(extack.message, "exthop"));

    /* A failure without an explanation erases the one before. */
    put_route(&request, RTM_DELROUTE, NLM_F_ACK, 77);
    CHECK_INT(nl_transact(NETLINK_ROUTE, &request, NULL), ESRCH);
    nlsock_last_extack(&extack, sizeof extack);
    CHECK_INT(extack.error, ESRCH);
    CHECK_STR(extack.message, "");
    CHECK_INT(extack.offset, 0);

    /* A success keeps the last explanation. */
    put_getlink(&request, 1);
    CHECK_INT(nl_transact(NETLINK_ROUTE, &request, NULL), 0);
    nlsock_last_extack(&extack, sizeof extack);
    CHECK_INT(extack.error, ESRCH);
    ofpbuf_uninit(&request);
}

static void
the_offending_attribute_is_named(void)
{
    struct nlsock_extack extack;
    struct ofpbuf request;
    size_t offset;

    ofpbuf_init(&request, 64);
    offset = put_bad_attribute(&request);
    CHECK(nl_transact(NETLINK_ROUTE, &request, NULL) > 0);
    nlsock_last_extack(&extack, sizeof extack);
    CHECK_INT(extack.offset, offset);
    CHECK_INT(extack.n_path, 1);
    CHECK_INT(extack.path[0], IFLA_TARGET_NETNSID);
    ofpbuf_uninit(&request);
}

static void
each_transaction_of_a_batch_is_explained(void)
{
    struct nl_transaction transactions[3], *pointers[3];
    struct ofpbuf requests[3];
    struct nlsock_extack extack;
    int i;

    for (i = 0; i < 3; i++) {
        ofpbuf_init(&requests[i], 64);
        transactions[i].request = &requests[i];
        transactions[i].reply = NULL;
        pointers[i] = &transactions[i];
    }
    put_bad_route(&requests[0]);
    put_getlink(&requests[1], 1);
    put_bad_attribute(&requests[2]);
    nl_transact_multiple(NETLINK_ROUTE, pointers, 3);
    CHECK(transactions[0].error > 0 && transactions[2].error > 0);
    CHECK_INT(transactions[1].error, 0);
    CHECK(nlsock_batch_extack(0, &extack, sizeof extack));
    CHECK(strstr(extack.message, "exthop"));
    CHECK_INT(extack.error, transactions[0].error);
    CHECK(!nlsock_batch_extack(1, &extack, sizeof extack));
    CHECK_INT(extack.error, 0);
    CHECK(nlsock_batch_extack(2, &extack, sizeof extack));
    CHECK_INT(extack.path[0], IFLA_TARGET_NETNSID);
    CHECK(!nlsock_batch_extack(3, &extack, sizeof extack));

    nl_transact_multiple(NETLINK_ROUTE, pointers + 1, 1);
    CHECK(!nlsock_batch_extack(0, &extack, sizeof extack));
    for (i = 0; i < 3; i++) {
        ofpbuf_uninit(&requests[i]);
    }
}

/* What is known of an earlier transaction does not explain one that was never sent. */
static void
a_transaction_without_a_socket_has_no_explanation(void)
{
    struct nlsock_extack extack;
    struct ofpbuf request;

    ofpbuf_init(&request, 64);
    put_bad_route(&request);
    CHECK(nl_transact(NETLINK_ROUTE, &request, NULL) > 0);
    CHECK_INT(nl_transact(99, &request, NULL), EPROTONOSUPPORT);
    nlsock_last_extack(&extack, sizeof extack);
    CHECK_STR(extack.message, "");
    CHECK_INT(extack.error, EPROTONOSUPPORT);
    ofpbuf_uninit(&request);
}

/* Asks the family "ethtool" for the state of a link; 'start' starts the nest in the request. */
static int
ask_for_link_state(int family, size_t (*start)(struct ofpbuf *, uint16_t))
{
    enum { LINKSTATE_GET = 6, LINKSTATE_HEADER = 1, HEADER_DEV_INDEX = 1 };
    struct ofpbuf request;
    size_t nest;
    int error;

    ofpbuf_init(&request, 64);
    nl_msg_put_genlmsghdr(&request, 0, family, NLM_F_REQUEST, LINKSTATE_GET, 1);
    nest = start(&request, LINKSTATE_HEADER);
    nl_msg_put_u32(&request, HEADER_DEV_INDEX, 1);
    nl_msg_end_nested(&request, nest);
    error = nl_transact(NETLINK_GENERIC, &request, NULL);
    ofpbuf_uninit(&request);
    return error;
}

static void
a_nest_without_its_flag_is_refused(void)
{
    struct nlsock_extack extack;
    int family = 0;

    if (nl_lookup_genl_family("ethtool", &family)) {
        SKIP("this kernel has no family ethtool");
        return;
    }
    CHECK_INT(ask_for_link_state(family, nlsock_msg_start_nested), 0);
    CHECK_INT(ask_for_link_state(family, nl_msg_start_nested), EINVAL);
    nlsock_last_extack(&extack, sizeof extack);
    CHECK_STR(extack.message, "NLA_F_NESTED is missing");
}

/* The kernel has answered, but not as expected; or it could not be asked. */
static void
failures_of_the_library_replace_those_of_the_kernel(void)
{
    struct ofpbuf request;
    struct rlimit before, limit;
    unsigned int group;
    int family = 0;

    ofpbuf_init(&request, 64);
    for (int i = 0; i < 2; i++) {
        put_bad_route(&request);
        CHECK(nl_transact(NETLINK_ROUTE, &request, NULL) > 0);
        nlsock_pool_flush();
        CHECK_INT(getrlimit(RLIMIT_NOFILE, &before), 0);
        limit = before;
        limit.rlim_cur = 0;
        if (i) {
            CHECK_INT(setrlimit(RLIMIT_NOFILE, &limit), 0);
            CHECK_INT(nl_lookup_genl_family("nlctrl", &family), EMFILE);
            CHECK_INT(setrlimit(RLIMIT_NOFILE, &before), 0);
        } else {
            CHECK_INT(nl_lookup_genl_mcgroup("nlctrl", "no such group", &group), EPROTO);
        }
        check_last_extack(i ? EMFILE : EPROTO, "");
    }
    ofpbuf_uninit(&request);
}

static char captured[4096];

static void
capture(void *aux, int level, const char *module, const char *text)
{
    size_t used = strlen(captured);

    (void) aux;
    (void) level;
    (void) module;
    snprintf(captured + used, sizeof captured - used, "%s\n", text);
}

static void
the_explanation_is_on_the_log(void)
{
    struct ofpbuf request;

    ofpbuf_init(&request, 64);
    put_bad_route(&request);
    captured[0] = '\0';
    nlsock_log_set_handler(capture, NULL);
    nlsock_log_set_level(NLSOCK_LOG_DBG);
    CHECK(nl_transact(NETLINK_ROUTE, &request, NULL) > 0);
    nlsock_log_set_level(NLSOCK_LOG_WARN);
    nlsock_log_set_handler(NULL, NULL);
    CHECK(strstr(captured, "received NAK error="));
    CHECK(strstr(captured, OVS3 ? " - Nexthop " : "): Nexthop "));
    ofpbuf_uninit(&request);
}

int
main(void)
{
    if (!netns_enter()) {
        return EXIT_SUCCESS;
    }
    RUN(a_refusal_is_explained);
    RUN(the_offending_attribute_is_named);
    RUN(each_transaction_of_a_batch_is_explained);
    RUN(a_transaction_without_a_socket_has_no_explanation);
    RUN(a_nest_without_its_flag_is_refused);
    RUN(failures_of_the_library_replace_those_of_the_kernel);
    RUN(the_explanation_is_on_the_log);
    return tap_done();
}
