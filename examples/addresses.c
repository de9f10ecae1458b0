/* SPDX-License-Identifier: Apache-2.0 */
/* Lists the addresses of this machine, each with the name of its interface.
 *
 *   cc -o addresses addresses.c $(pkg-config --cflags --libs nlsock)
 *
 * This is a dump: one request, to which the kernel answers with a whole table, a message for each
 * entry. */

#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "netlink-socket.h"
#include "netlink.h"
#include "ofpbuf.h"

/* The attributes to look for, their types, and whether they may be missing.  Others are ignored. */
static const struct nl_policy policy[] = {
    [IFA_ADDRESS] = { .type = NL_A_UNSPEC, .min_len = 4, .max_len = 16, .optional = true },
    [IFA_LOCAL] = { .type = NL_A_UNSPEC, .min_len = 4, .max_len = 16, .optional = true },
};
#define N_ATTRS (sizeof policy / sizeof *policy)

static void
print_address(const struct ofpbuf *msg)
{
    /* A message is: struct nlmsghdr, the header of its kind, attributes. */
    const struct ifaddrmsg *ifa = ofpbuf_at(msg, NLMSG_HDRLEN, sizeof *ifa);
    struct nlattr *attrs[N_ATTRS];
    struct nlattr *address;
    char text[INET6_ADDRSTRLEN], name[IF_NAMESIZE];
    size_t size;

    if (!ifa || !nl_policy_parse(msg, NLMSG_HDRLEN + sizeof *ifa, policy, attrs, N_ATTRS)) {
        fprintf(stderr, "received a malformed message\n");
        return;
    }
    /* With a point-to-point link, IFA_ADDRESS is the other end.  IPv6 may have no IFA_LOCAL. */
    address = attrs[IFA_LOCAL] ? attrs[IFA_LOCAL] : attrs[IFA_ADDRESS];
    size = ifa->ifa_family == AF_INET ? 4 : ifa->ifa_family == AF_INET6 ? 16 : 0;
    if (!address || nl_attr_get_size(address) != size
        || !inet_ntop(ifa->ifa_family, nl_attr_get(address), text, sizeof text)) {
        return;
    }
    if (!if_indextoname(ifa->ifa_index, name)) {
        strcpy(name, "?");      /* The interface has been deleted meanwhile. */
    }
    printf("%s %s/%d\n", name, text, ifa->ifa_prefixlen);
}

int
main(void)
{
    struct ifaddrmsg ifa = { .ifa_family = AF_UNSPEC };         /* IPv4 and IPv6. */
    struct ofpbuf request, reply, buf;
    struct nl_dump dump;
    int error;

    /* The request: a header, then the header of its kind.  nl_dump_start() sends it. */
    ofpbuf_init(&request, 0);
    nl_msg_put_nlmsghdr(&request, sizeof ifa, RTM_GETADDR, NLM_F_REQUEST);
    nl_msg_put(&request, &ifa, sizeof ifa);
    nl_dump_start(&dump, NETLINK_ROUTE, &request);
    ofpbuf_uninit(&request);

    /* 'buf' holds what has been received; 'reply' is the next message in it. */
    ofpbuf_init(&buf, NL_DUMP_BUFSIZE);
    while (nl_dump_next(&dump, &reply, &buf)) {
        print_address(&reply);
    }
    ofpbuf_uninit(&buf);

    /* Whatever went wrong since nl_dump_start() is reported here. */
    error = nl_dump_done(&dump);
    if (error) {
        fprintf(stderr, "cannot list the addresses: %s\n", strerror(error));
    }
    return error ? EXIT_FAILURE : EXIT_SUCCESS;
}
