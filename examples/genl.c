/* SPDX-License-Identifier: Apache-2.0 */
/* Lists generic netlink families, or looks one up.
 *
 *   genl                 lists the families and their multicast groups
 *   genl FAMILY          looks up the number of a family
 *   genl FAMILY GROUP    looks up the number of a multicast group of a family
 *
 *   cc -o genl genl.c $(pkg-config --cflags --libs nlsock-compat) */

#include <config.h>
#include "netlink-socket.h"
#include "netlink.h"
#include "util.h"

static const struct nl_policy family_policy[] = {
    [CTRL_ATTR_FAMILY_ID] = { .type = NL_A_U16 },
    [CTRL_ATTR_FAMILY_NAME] = { .type = NL_A_STRING },
    [CTRL_ATTR_MCAST_GROUPS] = { .type = NL_A_NESTED, .optional = true },
};

static const struct nl_policy group_policy[] = {
    [CTRL_ATTR_MCAST_GRP_NAME] = { .type = NL_A_STRING },
    [CTRL_ATTR_MCAST_GRP_ID] = { .type = NL_A_U32 },
};

static void
print_family(const struct ofpbuf *msg)
{
    struct nlattr *attrs[ARRAY_SIZE(family_policy)];
    const struct nlattr *group;
    size_t left;

    if (!nl_policy_parse(msg, NLMSG_HDRLEN + GENL_HDRLEN, family_policy, attrs,
                         ARRAY_SIZE(family_policy))) {
        ovs_error(0, "received a family that makes no sense");
        return;
    }
    printf("%s %"PRIu16, nl_attr_get_string(attrs[CTRL_ATTR_FAMILY_NAME]),
           nl_attr_get_u16(attrs[CTRL_ATTR_FAMILY_ID]));
    if (attrs[CTRL_ATTR_MCAST_GROUPS]) {
        NL_NESTED_FOR_EACH (group, left, attrs[CTRL_ATTR_MCAST_GROUPS]) {
            struct nlattr *group_attrs[ARRAY_SIZE(group_policy)];

            if (nl_parse_nested(group, group_policy, group_attrs, ARRAY_SIZE(group_policy))) {
                printf(", group %s %"PRIu32,
                       nl_attr_get_string(group_attrs[CTRL_ATTR_MCAST_GRP_NAME]),
                       nl_attr_get_u32(group_attrs[CTRL_ATTR_MCAST_GRP_ID]));
            }
        }
    }
    putchar('\n');
}

static void
print_families(void)
{
    uint64_t stub[NL_DUMP_BUFSIZE / 8];
    struct ofpbuf request, reply, buf;
    struct nl_dump dump;
    int error;

    ofpbuf_init(&request, 0);
    nl_msg_put_genlmsghdr(&request, 0, GENL_ID_CTRL, NLM_F_REQUEST, CTRL_CMD_GETFAMILY, 1);
    nl_dump_start(&dump, NETLINK_GENERIC, &request);
    ofpbuf_uninit(&request);
    ofpbuf_use_stub(&buf, stub, sizeof stub);
    while (nl_dump_next(&dump, &reply, &buf)) {
        print_family(&reply);
    }
    ofpbuf_uninit(&buf);
    error = nl_dump_done(&dump);
    if (error) {
        ovs_fatal(error, "could not list the families");
    }
}

int
main(int argc, char *argv[])
{
    unsigned int group;
    int family = 0;
    int error;

    set_program_name(argv[0]);
    if (argc < 2) {
        print_families();
    } else if (argc == 2) {
        error = nl_lookup_genl_family(argv[1], &family);
        if (error) {
            ovs_fatal(error, "could not find family \"%s\"", argv[1]);
        }
        printf("family %s is %d\n", argv[1], family);
    } else {
        error = nl_lookup_genl_mcgroup(argv[1], argv[2], &group);
        if (error) {
            ovs_fatal(error, "could not find group \"%s\" of family \"%s\"", argv[2], argv[1]);
        }
        printf("group %s of family %s is %u\n", argv[2], argv[1], group);
    }
    return EXIT_SUCCESS;
}
