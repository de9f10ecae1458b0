/* SPDX-License-Identifier: Apache-2.0 */
/* Lookups of names by bare system calls. */

#include <linux/genetlink.h>
#include "raw.h"

static int fd;

static struct {
    struct nlmsghdr header;
    struct genlmsghdr genl;
    struct rtattr attr;
    char name[8];
} request = {
    .header = {
        .nlmsg_len = sizeof request,
        .nlmsg_type = GENL_ID_CTRL,
        .nlmsg_flags = NLM_F_REQUEST,
    },
    .genl = { .cmd = CTRL_CMD_GETFAMILY, .version = 1 },
    .attr = { .rta_len = sizeof request.attr + sizeof "nlctrl", .rta_type = CTRL_ATTR_FAMILY_NAME },
    .name = "nlctrl",
};

void
set_up_raw_names(long size)
{
    (void) size;
    fd = raw_socket(NETLINK_GENERIC);
}

/* Returns the attribute in a list. */
static const struct rtattr *
find(const struct rtattr *attr, int left, unsigned short type)
{
    for (; RTA_OK(attr, left); attr = RTA_NEXT(attr, left)) {
        if ((attr->rta_type & ~NLA_F_NESTED) == type) {
            return attr;
        }
    }
    MUST(!"no such attribute");
    return NULL;
}

/* Asks for the family and returns an attribute of the answer. */
static const struct rtattr *
ask(unsigned short type)
{
    static struct nlmsghdr buf[RAW_BUFFER / sizeof(struct nlmsghdr)];
    const char *attrs = (const char *) NLMSG_DATA(buf) + GENL_HDRLEN;

    MUST(send(fd, &request, sizeof request, 0) == sizeof request);
    MUST(recv(fd, buf, sizeof buf, 0) > 0 && buf->nlmsg_type == GENL_ID_CTRL);
    return find((const struct rtattr *) attrs, (int) (NLMSG_PAYLOAD(buf, 0) - GENL_HDRLEN), type);
}

long
run_raw_family(long n)
{
    long i;

    for (i = 0; i < n; i++) {
        MUST(*(const uint16_t *) RTA_DATA(ask(CTRL_ATTR_FAMILY_ID)) == GENL_ID_CTRL);
    }
    return n;
}

long
run_raw_group(long n)
{
    long i;

    for (i = 0; i < n; i++) {
        const struct rtattr *groups = ask(CTRL_ATTR_MCAST_GROUPS);
        const struct rtattr *group = RTA_DATA(groups);
        const struct rtattr *name, *number;

        name = find(RTA_DATA(group), RTA_PAYLOAD(group), CTRL_ATTR_MCAST_GRP_NAME);
        number = find(RTA_DATA(group), RTA_PAYLOAD(group), CTRL_ATTR_MCAST_GRP_ID);
        MUST(!strcmp(RTA_DATA(name), "notify") && *(const uint32_t *) RTA_DATA(number));
    }
    return n;
}
