/* SPDX-License-Identifier: Apache-2.0 */
/* netlink-socket.h: dumps on the real kernel. */

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include "batch.h"
#include "netns.h"

static void
a_dump_brings_every_message(void)
{
    static int seen[N_ROUTES];
    struct ofpbuf request, reply, buf;
    struct nl_dump dump;
    int total = 0;
    int i;

    set_routes(RTM_NEWROUTE, NLM_F_CREATE, 0);
    memset(&dump, 0xa5, sizeof dump);
    ofpbuf_init(&request, 0);
    put_getroute(&request);
    nl_dump_start(&dump, NETLINK_ROUTE, &request);
    CHECK_INT(nl_msg_nlmsghdr(&request)->nlmsg_flags, NLM_F_REQUEST | NLM_F_DUMP | NLM_F_ACK);
    ofpbuf_uninit(&request);
    ofpbuf_init(&buf, NL_DUMP_BUFSIZE);
    memset(seen, 0, sizeof seen);
    while (nl_dump_next(&dump, &reply, &buf)) {
        int number = route_number(&reply);

        CHECK_INT(nl_msg_nlmsghdr(&reply)->nlmsg_len, ofpbuf_size(&reply));
        if (number >= 0 && number < N_ROUTES) {
            seen[number]++;
            total++;
        }
    }
    CHECK(!ofpbuf_data(&reply) && !ofpbuf_size(&reply));
    CHECK(!nl_dump_next(&dump, &reply, &buf));
    CHECK_INT(nl_dump_done(&dump), 0);
    CHECK_INT(total, N_ROUTES);
    for (i = 0; i < N_ROUTES; i++) {
        CHECK_INT(seen[i], 1);
    }
    ofpbuf_uninit(&buf);
}

static void
a_dump_may_be_left_early(void)
{
    struct ofpbuf request, reply, buf;
    struct nl_dump dump;
    int i;

    ofpbuf_init(&request, 0);
    put_getroute(&request);
    for (i = 0; i < 3; i++) {
        nl_dump_start(&dump, NETLINK_ROUTE, &request);
        ofpbuf_init(&buf, NL_DUMP_BUFSIZE);
        if (i) {
            CHECK(nl_dump_next(&dump, &reply, &buf));
        }
        ofpbuf_uninit(&buf);
        CHECK_INT(nl_dump_done(&dump), 0);
    }
    /* The next pooled transaction gets no message of the dump. */
    put_getlink(&request, 4711);
    CHECK_INT(nl_transact(NETLINK_ROUTE, &request, NULL), ENODEV);
    ofpbuf_uninit(&request);
    set_routes(RTM_DELROUTE, 0, 0);
}

static void
a_refused_dump_tells_why_when_it_is_done(void)
{
    struct ofpbuf request, reply, buf;
    struct nl_dump dump;

    ofpbuf_init(&request, 0);
    ofpbuf_init(&buf, NL_DUMP_BUFSIZE);
    nl_msg_put_nlmsghdr(&request, 0, RTM_MAX + 3, NLM_F_REQUEST);
    nl_dump_start(&dump, NETLINK_ROUTE, &request);
    CHECK(!nl_dump_next(&dump, &reply, &buf));
    CHECK(!ofpbuf_data(&reply) && !ofpbuf_size(&reply));
    CHECK_INT(nl_dump_done(&dump), EOPNOTSUPP);
    nl_dump_start(&dump, NETLINK_ROUTE, &request);
    CHECK_INT(nl_dump_done(&dump), EOPNOTSUPP);
    ofpbuf_uninit(&request);
    ofpbuf_uninit(&buf);
}

static void
connections_can_be_dumped(void)
{
    struct nfgenmsg *nfg;
    struct ofpbuf request, reply, buf;
    struct nl_dump dump;
    struct nl_sock *sock;
    int error;

    if (nl_sock_create(NETLINK_NETFILTER, &sock)) {
        SKIP("this kernel has no NETLINK_NETFILTER");
    }
    nl_sock_destroy(sock);
    ofpbuf_init(&request, 0);
    ofpbuf_init(&buf, NL_DUMP_BUFSIZE);
    nl_msg_put_nlmsghdr(&request, 0, (NFNL_SUBSYS_CTNETLINK << 8) | IPCTNL_MSG_CT_GET,
                        NLM_F_REQUEST);
    nfg = nl_msg_put_uninit(&request, sizeof *nfg);
    memset(nfg, 0, sizeof *nfg);
    nfg->nfgen_family = AF_INET;
    nl_dump_start(&dump, NETLINK_NETFILTER, &request);
    while (nl_dump_next(&dump, &reply, &buf)) {
        CHECK_INT(message_type(&reply), (NFNL_SUBSYS_CTNETLINK << 8) | IPCTNL_MSG_CT_NEW);
    }
    error = nl_dump_done(&dump);
    ofpbuf_uninit(&request);
    ofpbuf_uninit(&buf);
    if (error == EINVAL) {
        SKIP("this kernel has no connection tracking over netlink");
    }
    CHECK_INT(error, 0);
}

int
main(void)
{
    if (!netns_enter()) {
        return EXIT_SUCCESS;
    }
    RUN(a_dump_brings_every_message);
    RUN(a_dump_may_be_left_early);
    RUN(a_refused_dump_tells_why_when_it_is_done);
    RUN(connections_can_be_dumped);
    return tap_done();
}
