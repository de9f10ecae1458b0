/* SPDX-License-Identifier: Apache-2.0 */
/* Building and parsing messages. */

#include "api.h"
#include "flow.h"

/* What run_parse() and run_parse_nested() parse. */
static struct ofpbuf *message;

static const struct nl_policy flow_policy[N_FLOW] = {
    [FLOW_KEY] = { .type = NL_A_NESTED },
    [FLOW_MASK] = { .type = NL_A_NESTED },
    [FLOW_STATS] = { .type = NL_A_UNSPEC, .min_len = 12, .max_len = 12 },
    [FLOW_PROTOCOL] = { .type = NL_A_BE16 },
    [FLOW_UFID] = { .type = NL_A_UNSPEC, .min_len = 12, .max_len = 12, .optional = true },
};

/* As many kinds of keys as a datapath has.  A flow has few of them. */
static struct nl_policy key_policy[N_KEYS];

static void
put_values(struct ofpbuf *b, uint16_t type, uint16_t n)
{
    size_t start = nl_msg_start_nested(b, type);
    uint16_t i;

    for (i = 1; i <= n; i++) {
        nl_msg_put_u32(b, i, i);
    }
    nl_msg_end_nested(b, start);
}

static void __attribute__((noinline))
put_flow(struct ofpbuf *b)
{
    uint32_t datapath = 7;

    nl_msg_put_genlmsghdr(b, 0, FLOW_FAMILY, NLM_F_REQUEST, 1, 1);
    ofpbuf_put(b, &datapath, sizeof datapath);
    put_values(b, FLOW_KEY, N_VALUES);
    put_values(b, FLOW_MASK, N_VALUES);
    nl_msg_put_unspec(b, FLOW_STATS, flow_bytes, 12);
    nl_msg_put_be16(b, FLOW_PROTOCOL, htons(0x800));
    nl_msg_put_unspec(b, FLOW_UFID, flow_bytes, 12);
    nl_msg_put_unspec(b, FLOW_MARK, flow_bytes, 4);
    nl_msg_put_u16(b, FLOW_ZONE, 9);
    put_values(b, FLOW_ACTIONS, 2);
}

long
run_build(long n)
{
    long i;

    for (i = 0; i < n; i++) {
        uint64_t stub[2048 / 8];
        struct ofpbuf b;

        ofpbuf_use_stub(&b, stub, sizeof stub);
        put_flow(&b);
        ofpbuf_uninit(&b);
    }
    return n;
}

long
run_build_heap(long n)
{
    long i;

    for (i = 0; i < n; i++) {
        struct ofpbuf *b = ofpbuf_new(0);

        put_flow(b);
        ofpbuf_delete(b);
    }
    return n;
}

static void
make_keys(void)
{
    int i;

    for (i = 1; i < N_KEYS; i++) {
        key_policy[i].type = NL_A_U32;
        key_policy[i].optional = i > N_VALUES;
    }
}

void
set_up_parse(long size)
{
    (void) size;
    make_keys();
    message = ofpbuf_new(2048);
    put_flow(message);
    nl_msg_nlmsghdr(message)->nlmsg_len = ofpbuf_size(message);
}

long
run_parse(long n)
{
    struct nlattr *attrs[N_FLOW], *keys[N_KEYS];
    long i;

    for (i = 0; i < n; i++) {
        MUST(nl_policy_parse(message, FLOW_HEADERS, flow_policy, attrs, N_FLOW));
        MUST(nl_parse_nested(attrs[FLOW_KEY], key_policy, keys, N_KEYS));
        MUST(nl_parse_nested(attrs[FLOW_MASK], key_policy, keys, N_KEYS));
    }
    return n;
}

void
set_up_parse_nested(long size)
{
    size_t start;
    int i;

    (void) size;
    make_keys();
    message = ofpbuf_new(128 * 1024);
    nl_msg_put_genlmsghdr(message, 0, FLOW_FAMILY, NLM_F_REQUEST, 1, 1);
    start = nl_msg_start_nested(message, 1);
    for (i = 0; i < N_LISTS; i++) {
        put_values(message, 1, N_VALUES);
    }
    nl_msg_end_nested(message, start);
}

long
run_parse_nested(long n)
{
    static const struct nl_policy policy[2] = { [1] = { .type = NL_A_NESTED } };
    struct nlattr *outer[2], *keys[N_VALUES + 1];
    const struct nlattr *list;
    size_t left;
    long i, count;

    for (i = 0; i < n; i++) {
        MUST(nl_policy_parse(message, NLMSG_HDRLEN + GENL_HDRLEN, policy, outer, 2));
        count = 0;
        NL_NESTED_FOR_EACH (list, left, outer[1]) {
            MUST(nl_parse_nested(list, key_policy, keys, N_VALUES + 1));
            count++;
        }
        MUST(count == N_LISTS);
    }
    return n;
}
