/* SPDX-License-Identifier: Apache-2.0 */
/* Prints the routes of every table and family.
 *
 *   cc -o routes routes.c $(pkg-config --cflags --libs nlsock-compat) */

#include <config.h>
#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include "netlink-socket.h"
#include "netlink.h"
#include "util.h"

static const struct nl_policy route_policy[] = {
    [RTA_DST] = { .type = NL_A_UNSPEC, .optional = true },
    [RTA_OIF] = { .type = NL_A_U32, .optional = true },
    [RTA_GATEWAY] = { .type = NL_A_UNSPEC, .optional = true },
    [RTA_PRIORITY] = { .type = NL_A_U32, .optional = true },
    [RTA_TABLE] = { .type = NL_A_U32, .optional = true },
};

/* Formats an address attribute of the given family. */
static const char *
address(int family, const struct nlattr *nla, char text[INET6_ADDRSTRLEN])
{
    size_t size = family == AF_INET ? 4 : 16;

    if (nl_attr_get_size(nla) != size || !inet_ntop(family, nl_attr_get(nla), text,
                                                    INET6_ADDRSTRLEN)) {
        return "?";
    }
    return text;
}

static void
print_route(const struct ofpbuf *msg)
{
    struct nlattr *attrs[ARRAY_SIZE(route_policy)];
    const struct rtmsg *rtm = ofpbuf_at(msg, NLMSG_HDRLEN, sizeof *rtm);
    char text[INET6_ADDRSTRLEN];

    if (!rtm || !nl_policy_parse(msg, NLMSG_HDRLEN + sizeof *rtm, route_policy, attrs,
                                 ARRAY_SIZE(route_policy))) {
        ovs_error(0, "received a route message that makes no sense");
        return;
    }
    if (rtm->rtm_family != AF_INET && rtm->rtm_family != AF_INET6) {
        return;
    }
    if (attrs[RTA_DST]) {
        printf("%s/%d", address(rtm->rtm_family, attrs[RTA_DST], text), rtm->rtm_dst_len);
    } else {
        printf("default");
    }
    if (attrs[RTA_GATEWAY]) {
        printf(" via %s", address(rtm->rtm_family, attrs[RTA_GATEWAY], text));
    }
    if (attrs[RTA_OIF]) {
        printf(" link %"PRIu32, nl_attr_get_u32(attrs[RTA_OIF]));
    }
    if (attrs[RTA_PRIORITY]) {
        printf(" metric %"PRIu32, nl_attr_get_u32(attrs[RTA_PRIORITY]));
    }
    printf(" table %"PRIu32"\n",
           attrs[RTA_TABLE] ? nl_attr_get_u32(attrs[RTA_TABLE]) : rtm->rtm_table);
}

int
main(int argc OVS_UNUSED, char *argv[])
{
    uint64_t stub[NL_DUMP_BUFSIZE / 8];
    struct ofpbuf request, reply, buf;
    struct rtmsg rtm;
    struct nl_dump dump;
    int error;

    set_program_name(argv[0]);
    memset(&rtm, 0, sizeof rtm);
    ofpbuf_init(&request, 0);
    nl_msg_put_nlmsghdr(&request, sizeof rtm, RTM_GETROUTE, NLM_F_REQUEST);
    nl_msg_put(&request, &rtm, sizeof rtm);
    nl_dump_start(&dump, NETLINK_ROUTE, &request);
    ofpbuf_uninit(&request);

    ofpbuf_use_stub(&buf, stub, sizeof stub);
    while (nl_dump_next(&dump, &reply, &buf)) {
        print_route(&reply);
    }
    ofpbuf_uninit(&buf);

    error = nl_dump_done(&dump);
    if (error) {
        ovs_fatal(error, "could not dump the routes");
    }
    return EXIT_SUCCESS;
}
