/* SPDX-License-Identifier: Apache-2.0 */
/* Links, and refusals. */

#include "soak.h"

/* Checks that 'reply' is the link lo. */
void
expect_lo(const struct ofpbuf *reply)
{
    static const struct nl_policy policy[IFLA_IFNAME + 1] = {
        [IFLA_IFNAME] = { .type = NL_A_STRING },
    };
    struct nlattr *attrs[IFLA_IFNAME + 1];
    const struct ifinfomsg *ifi;

    if (ofpbuf_size(reply) < NLMSG_HDRLEN + sizeof *ifi) {
        VIOLATION("a success without the reply: %u bytes", ofpbuf_size(reply));
        return;
    }
    ifi = ofpbuf_at_assert(reply, NLMSG_HDRLEN, sizeof *ifi);
    EXPECT_INT(nl_msg_nlmsghdr(reply)->nlmsg_type, RTM_NEWLINK);
    EXPECT_INT(nl_msg_nlmsghdr(reply)->nlmsg_len, ofpbuf_size(reply));
    EXPECT_INT(ifi->ifi_index, 1);
    EXPECT(nl_policy_parse(reply, NLMSG_HDRLEN + sizeof *ifi, policy, attrs, IFLA_IFNAME + 1)
           && !strcmp(nl_attr_get_string(attrs[IFLA_IFNAME]), "lo"));
}

/* Checks that 'reply' is the link lo, in answer to 'request' as that was sent last. */
void
expect_answer(const struct ofpbuf *request, const struct ofpbuf *reply)
{
    const struct nlmsghdr *sent = nl_msg_nlmsghdr(request);
    const struct nlmsghdr *received = ofpbuf_at(reply, 0, sizeof *received);

    expect_lo(reply);
    if (received) {
        EXPECT_INT(received->nlmsg_seq, sent->nlmsg_seq);
        EXPECT_INT(received->nlmsg_pid, sent->nlmsg_pid);
    }
}

static int
transact(struct worker *w, const struct ofpbuf *request, struct ofpbuf **reply)
{
    return (choose(w, 3)
            ? nl_transact(NETLINK_ROUTE, request, reply)
            : nl_sock_transact(w->own, request, reply));
}

void
get_link(struct worker *w)
{
    struct ofpbuf request, *reply;
    int error;

    ofpbuf_init(&request, 64);
    put_getlink(&request, 1);
    error = transact(w, &request, &reply);
    EXPECT_INT(error, 0);
    if (!error) {
        expect_answer(&request, reply);
        ofpbuf_delete(reply);
    }
    ofpbuf_uninit(&request);
    count(REPLY);
}

void
be_refused(struct worker *w)
{
    struct ofpbuf request, *reply = NULL;
    struct nlsock_extack extack;
    int error = choose(w, 2) ? ENODEV : ESRCH;

    ofpbuf_init(&request, 64);
    if (error == ENODEV) {
        put_getlink(&request, 4711);
    } else {
        put_route(&request, RTM_DELROUTE, choose(w, 2) ? NLM_F_ACK : 0, 40000);
    }
    EXPECT_INT(transact(w, &request, choose(w, 2) ? &reply : NULL), error);
    EXPECT(!reply);
    nlsock_last_extack(&extack, sizeof extack);
    EXPECT_INT(extack.error, error);
    ofpbuf_uninit(&request);
    count(REFUSED);
}
