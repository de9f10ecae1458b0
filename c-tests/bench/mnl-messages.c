/* SPDX-License-Identifier: Apache-2.0 */
/* Building and parsing messages by libmnl, and the lookups, which are little else. */

#include "flow.h"
#include "mnl.h"

static char message[128 * 1024];

static void
put_values(struct nlmsghdr *msg, uint16_t type, uint16_t n)
{
    struct nlattr *list = mnl_attr_nest_start(msg, type);
    uint16_t i;

    for (i = 1; i <= n; i++) {
        mnl_attr_put_u32(msg, i, i);
    }
    mnl_attr_nest_end(msg, list);
}

static struct nlmsghdr *
put_headers(char *where, uint16_t family, uint8_t command)
{
    struct nlmsghdr *msg = mnl_nlmsg_put_header(where);
    struct genlmsghdr *genl;

    msg->nlmsg_type = family;
    msg->nlmsg_flags = NLM_F_REQUEST;
    genl = mnl_nlmsg_put_extra_header(msg, sizeof *genl);
    genl->cmd = command;
    genl->version = 1;
    return msg;
}

static void __attribute__((noinline))
put_flow(char *where)
{
    struct nlmsghdr *msg = put_headers(where, FLOW_FAMILY, 1);

    *(uint32_t *) mnl_nlmsg_put_extra_header(msg, sizeof(uint32_t)) = 7;
    put_values(msg, FLOW_KEY, N_VALUES);
    put_values(msg, FLOW_MASK, N_VALUES);
    mnl_attr_put(msg, FLOW_STATS, 12, flow_bytes);
    mnl_attr_put_u16(msg, FLOW_PROTOCOL, htons(0x800));
    mnl_attr_put(msg, FLOW_UFID, 12, flow_bytes);
    mnl_attr_put(msg, FLOW_MARK, 4, flow_bytes);
    mnl_attr_put_u16(msg, FLOW_ZONE, 9);
    put_values(msg, FLOW_ACTIONS, 2);
}

long
run_mnl_build(long n)
{
    long i;

    for (i = 0; i < n; i++) {
        uint64_t stub[2048 / 8];

        put_flow((char *) stub);
    }
    return n;
}

/* It does not grow, so its user takes what is enough. */
long
run_mnl_build_heap(long n)
{
    long i;

    for (i = 0; i < n; i++) {
        char *b = malloc(2048);

        MUST(b);
        put_flow(b);
        free(b);
    }
    return n;
}

void
set_up_mnl_parse(long size)
{
    (void) size;
    put_flow(message);
}

static int
take_flow(const struct nlattr *attr, void *attrs_)
{
    const struct nlattr **attrs = attrs_;
    uint16_t type = mnl_attr_get_type(attr);

    if (type >= N_FLOW) {
        return MNL_CB_OK;
    }
    switch (type) {
    case FLOW_KEY:
    case FLOW_MASK:
        MUST(!mnl_attr_validate(attr, MNL_TYPE_NESTED));
        break;
    case FLOW_PROTOCOL:
        MUST(!mnl_attr_validate(attr, MNL_TYPE_U16));
        break;
    default:
        MUST(!mnl_attr_validate2(attr, MNL_TYPE_BINARY, 12));
    }
    attrs[type] = attr;
    return MNL_CB_OK;
}

static int
take_key(const struct nlattr *attr, void *keys_)
{
    const struct nlattr **keys = keys_;
    uint16_t type = mnl_attr_get_type(attr);

    if (type < N_KEYS) {
        MUST(!mnl_attr_validate(attr, MNL_TYPE_U32));
        keys[type] = attr;
    }
    return MNL_CB_OK;
}

static void
parse_keys(const struct nlattr *list)
{
    const struct nlattr *keys[N_KEYS] = { NULL };
    int i;

    MUST(mnl_attr_parse_nested(list, take_key, keys) == MNL_CB_OK);
    for (i = 1; i <= N_VALUES; i++) {
        MUST(keys[i]);
    }
}

long
run_mnl_parse(long n)
{
    long i;

    for (i = 0; i < n; i++) {
        const struct nlattr *attrs[N_FLOW] = { NULL };

        MUST(mnl_attr_parse((struct nlmsghdr *) message, FLOW_HEADERS - NLMSG_HDRLEN, take_flow,
                            attrs) == MNL_CB_OK);
        MUST(attrs[FLOW_KEY] && attrs[FLOW_MASK] && attrs[FLOW_STATS] && attrs[FLOW_PROTOCOL]);
        parse_keys(attrs[FLOW_KEY]);
        parse_keys(attrs[FLOW_MASK]);
    }
    return n;
}

void
set_up_mnl_parse_nested(long size)
{
    struct nlmsghdr *msg = put_headers(message, FLOW_FAMILY, 1);
    struct nlattr *list = mnl_attr_nest_start(msg, 1);
    int i;

    (void) size;
    for (i = 0; i < N_LISTS; i++) {
        put_values(msg, 1, N_VALUES);
    }
    mnl_attr_nest_end(msg, list);
}

static int
take_list(const struct nlattr *attr, void *attrs_)
{
    const struct nlattr **attrs = attrs_;

    MUST(!mnl_attr_validate(attr, MNL_TYPE_NESTED));
    attrs[mnl_attr_get_type(attr)] = attr;
    return MNL_CB_OK;
}

long
run_mnl_parse_nested(long n)
{
    long i;

    for (i = 0; i < n; i++) {
        const struct nlattr *outer[2] = { NULL };
        const struct nlattr *list;
        long count = 0;

        MUST(mnl_attr_parse((struct nlmsghdr *) message, GENL_HDRLEN, take_list, outer)
             == MNL_CB_OK);
        MUST(outer[1]);
        mnl_attr_for_each_nested(list, outer[1]) {
            parse_keys(list);
            count++;
        }
        MUST(count == N_LISTS);
    }
    return n;
}

/* Lookups. */

void
set_up_mnl_names(long size)
{
    (void) size;
    mnl_open(NETLINK_GENERIC);
}

struct names {
    uint16_t family;
    uint32_t group;
};

static int
take_group(const struct nlattr *attr, void *names_)
{
    struct names *names = names_;

    if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_ID) {
        MUST(!mnl_attr_validate(attr, MNL_TYPE_U32));
        names->group = mnl_attr_get_u32(attr);
    } else {
        MUST(!mnl_attr_validate(attr, MNL_TYPE_STRING));
        MUST(!strcmp(mnl_attr_get_str(attr), "notify"));
    }
    return MNL_CB_OK;
}

static int
take_family_attr(const struct nlattr *attr, void *names_)
{
    struct names *names = names_;

    switch (mnl_attr_get_type(attr)) {
    case CTRL_ATTR_FAMILY_ID:
        MUST(!mnl_attr_validate(attr, MNL_TYPE_U16));
        names->family = mnl_attr_get_u16(attr);
        break;
    case CTRL_ATTR_MCAST_GROUPS: {
        const struct nlattr *group;

        mnl_attr_for_each_nested(group, attr) {
            mnl_attr_parse_nested(group, take_group, names);
        }
        break;
    }
    }
    return MNL_CB_OK;
}

static int
take_family(const struct nlmsghdr *msg, void *names)
{
    MUST(mnl_attr_parse(msg, GENL_HDRLEN, take_family_attr, names) == MNL_CB_OK);
    return MNL_CB_STOP;
}

static struct names
ask(void)
{
    struct nlmsghdr *msg = put_headers(message, GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
    struct names names = { 0, 0 };

    mnl_attr_put_strz(msg, CTRL_ATTR_FAMILY_NAME, "nlctrl");
    MUST(mnl_transact(msg, take_family, &names) == MNL_CB_STOP);
    return names;
}

long
run_mnl_family(long n)
{
    long i;

    for (i = 0; i < n; i++) {
        MUST(ask().family == GENL_ID_CTRL);
    }
    return n;
}

long
run_mnl_group(long n)
{
    long i;

    for (i = 0; i < n; i++) {
        MUST(ask().group);
    }
    return n;
}
