/* SPDX-License-Identifier: Apache-2.0 */
/* Building and parsing messages by libnl. */

#include "flow.h"
#include "libnl.h"

static struct nl_msg *message;
static struct nla_policy key_policy[N_KEYS];

static void
put_values(struct nl_msg *msg, int type, int n)
{
    struct nlattr *list = nla_nest_start(msg, type);
    int i;

    for (i = 1; i <= n; i++) {
        MUST(!nla_put_u32(msg, i, (uint32_t) i));
    }
    nla_nest_end(msg, list);
}

static void __attribute__((noinline))
put_flow(struct nl_msg *msg)
{
    uint32_t *header = genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, FLOW_FAMILY, sizeof *header,
                                   NLM_F_REQUEST, 1, 1);

    MUST(header);
    *header = 7;
    put_values(msg, FLOW_KEY, N_VALUES);
    put_values(msg, FLOW_MASK, N_VALUES);
    MUST(!nla_put(msg, FLOW_STATS, 12, flow_bytes));
    MUST(!nla_put_u16(msg, FLOW_PROTOCOL, htons(0x800)));
    MUST(!nla_put(msg, FLOW_UFID, 12, flow_bytes));
    MUST(!nla_put(msg, FLOW_MARK, 4, flow_bytes));
    MUST(!nla_put_u16(msg, FLOW_ZONE, 9));
    put_values(msg, FLOW_ACTIONS, 2);
}

/* It does not grow, so its user takes what is enough. */
long
run_nl_build_heap(long n)
{
    long i;

    for (i = 0; i < n; i++) {
        struct nl_msg *msg = nlmsg_alloc_size(2048);

        MUST(msg);
        put_flow(msg);
        nlmsg_free(msg);
    }
    return n;
}

static void
make_keys(void)
{
    int i;

    for (i = 1; i < N_KEYS; i++) {
        key_policy[i].type = NLA_U32;
    }
}

void
set_up_nl_parse(long size)
{
    (void) size;
    make_keys();
    message = nlmsg_alloc();
    MUST(message);
    put_flow(message);
}

static void
parse_keys(struct nlattr *list, int most)
{
    struct nlattr *keys[N_KEYS];
    int i;

    MUST(!nla_parse_nested(keys, most, list, key_policy));
    for (i = 1; i <= N_VALUES; i++) {
        MUST(keys[i]);
    }
}

long
run_nl_parse(long n)
{
    static struct nla_policy policy[N_FLOW] = {
        [FLOW_KEY] = { .type = NLA_NESTED },
        [FLOW_MASK] = { .type = NLA_NESTED },
        [FLOW_STATS] = { .type = NLA_UNSPEC, .minlen = 12, .maxlen = 12 },
        [FLOW_PROTOCOL] = { .type = NLA_U16 },
        [FLOW_UFID] = { .type = NLA_UNSPEC, .minlen = 12, .maxlen = 12 },
    };
    long i;

    for (i = 0; i < n; i++) {
        struct nlattr *attrs[N_FLOW];

        MUST(!nlmsg_parse(nlmsg_hdr(message), FLOW_HEADERS - NLMSG_HDRLEN, attrs, N_FLOW - 1,
                          policy));
        MUST(attrs[FLOW_KEY] && attrs[FLOW_MASK] && attrs[FLOW_STATS] && attrs[FLOW_PROTOCOL]);
        parse_keys(attrs[FLOW_KEY], N_KEYS - 1);
        parse_keys(attrs[FLOW_MASK], N_KEYS - 1);
    }
    return n;
}

void
set_up_nl_parse_nested(long size)
{
    struct nlattr *list;
    int i;

    (void) size;
    make_keys();
    message = nlmsg_alloc_size(128 * 1024);
    MUST(message);
    MUST(genlmsg_put(message, NL_AUTO_PORT, NL_AUTO_SEQ, FLOW_FAMILY, 0, NLM_F_REQUEST, 1, 1));
    list = nla_nest_start(message, 1);
    for (i = 0; i < N_LISTS; i++) {
        put_values(message, 1, N_VALUES);
    }
    nla_nest_end(message, list);
}

long
run_nl_parse_nested(long n)
{
    static struct nla_policy policy[2] = { [1] = { .type = NLA_NESTED } };
    long i;

    for (i = 0; i < n; i++) {
        struct nlattr *outer[2], *list;
        long count = 0;
        int left;

        MUST(!nlmsg_parse(nlmsg_hdr(message), GENL_HDRLEN, outer, 1, policy));
        nla_for_each_nested (list, outer[1], left) {
            parse_keys(list, N_VALUES);
            count++;
        }
        MUST(count == N_LISTS);
    }
    return n;
}
