/* SPDX-License-Identifier: Apache-2.0 */
/* What qemu-user itself does not do, or does wrong.  This program does not use the library, so what
 * it finds is not the library's fault.  Each limit is printed as a diagnostic, and there is a
 * result for what has to work in spite of them. */

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include "processes.h"
#include "tap.h"

static void
try_protocol(int protocol, const char *name)
{
    int fd = socket(AF_NETLINK, SOCK_RAW, protocol);

    if (fd < 0) {
        tap_diagnostic("%s cannot be opened: %s", name, strerror(errno));
    } else {
        close(fd);
    }
}

/* Sends a request that the kernel refuses with an error text, and looks at the text's header. */
static void
try_extended_acks(int fd)
{
    struct {
        struct nlmsghdr header;
        struct rtmsg route;
    } request = {
        .header = { .nlmsg_len = sizeof request, .nlmsg_type = RTM_GETROUTE,
                    .nlmsg_flags = NLM_F_REQUEST, .nlmsg_seq = 2 },
        .route = { .rtm_family = AF_INET, .rtm_src_len = 77 },
    };
    union {
        struct nlmsghdr header;
        char bytes[8192];
    } reply;
    struct nlattr *attr;
    int on = 1;

    if (setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof on)
        || setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof on)) {
        tap_diagnostic("no extended ACKs: %s", strerror(errno));
        return;
    }
    CHECK(send(fd, &request, sizeof request, 0) == sizeof request);
    CHECK(recv(fd, &reply, sizeof reply, 0) > (ssize_t) NLMSG_HDRLEN);
    CHECK_INT(reply.header.nlmsg_type, NLMSG_ERROR);
    if (reply.header.nlmsg_flags & NLM_F_ACK_TLVS) {
        size_t offset = NLMSG_HDRLEN + sizeof(struct nlmsgerr);

        if (!(reply.header.nlmsg_flags & NLM_F_CAPPED)) {
            offset += sizeof request - NLMSG_HDRLEN;
        }
        attr = (struct nlattr *) (void *) (reply.bytes + offset);
        if (attr->nla_len > reply.header.nlmsg_len - offset) {
            tap_diagnostic("attributes of extended ACKs have the wrong byte order");
        }
    }
}

/* Lists the links.  The index in each header must be that of the link named "lo", or another. */
static void
routing_works(void)
{
    struct {
        struct nlmsghdr header;
        struct ifinfomsg link;
    } request = {
        .header = { .nlmsg_len = sizeof request, .nlmsg_type = RTM_GETLINK,
                    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP, .nlmsg_seq = 1 },
    };
    union {
        struct nlmsghdr header;
        char bytes[65536];
    } reply;
    int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
    int links = 0;

    CHECK(fd >= 0);
    CHECK(send(fd, &request, sizeof request, 0) == sizeof request);
    for (;;) {
        ssize_t left = recv(fd, &reply, sizeof reply, 0);
        struct nlmsghdr *header = &reply.header;

        CHECK(left > 0);
        for (; NLMSG_OK(header, left); header = NLMSG_NEXT(header, left)) {
            if (header->nlmsg_type != RTM_NEWLINK) {
                CHECK_INT(header->nlmsg_type, NLMSG_DONE);
                CHECK(links > 0);
                try_extended_acks(fd);
                close(fd);
                return;
            }
            CHECK_INT(header->nlmsg_seq, 1);
            links++;
        }
        if (left) {
            break;
        }
    }
    CHECK(!"a dump ends");
}

int
main(void)
{
    try_protocol(NETLINK_GENERIC, "NETLINK_GENERIC");
    try_protocol(NETLINK_SOCK_DIAG, "NETLINK_SOCK_DIAG");
    if (!children_can_tell()) {
        tap_diagnostic("MADV_WIPEONFORK has no effect");
    }
    RUN(routing_works);
    return tap_done();
}
