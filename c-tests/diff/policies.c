/* SPDX-License-Identifier: Apache-2.0 */
/* Validating attributes, and parsing messages by policies; with what is logged of it. */

#include "cases.h"

static struct nl_policy policy;

static void
validate(void)
{
    enum { ENDS, OPEN, BROKEN };
    uint32_t memory[10];
    struct nlattr *nla = (struct nlattr *) memory;
    size_t size;
    int text;

    for (size = 0; size <= 26; size++) {
        for (text = ENDS; text <= BROKEN; text++) {
            memset(memory, 'x', sizeof memory);
            nla->nla_len = (uint16_t) (4 + size);
            nla->nla_type = 0xc003;
            if (size && text != OPEN) {
                ((char *) memory)[4 + size - 1] = '\0';
            }
            if (size && text == BROKEN) {
                ((char *) memory)[4 + size / 2] = '\0';
            }
            say("%zu %d: %d", size, text, nl_attr_validate(nla, &policy));
        }
    }
}

/* A length that is less than the header's. */
static void
validate_short(void)
{
    struct nlattr nla = { 3, 1 };

    say("%d", nl_attr_validate(&nla, &policy));
}

void
subject_validate(void)
{
    static const size_t bounds[] = { 0, 1, 3, 6, 20, SIZE_MAX };
    size_t i, j;
    int type;

    for (type = 0; type < UNKNOWN_TYPE + 2; type++) {
        if (type >= KNOWN_TYPES && type < UNKNOWN_TYPE) {
            continue;
        }
        for (i = 0; i < N_ELEMENTS(bounds); i++) {
            for (j = 0; j < N_ELEMENTS(bounds); j++) {
                policy = (struct nl_policy) { .type = (enum nl_attr_type) type,
                                              .min_len = bounds[i], .max_len = bounds[j] };
                attempt(validate, "type %d from %zu to %zu", type, bounds[i], bounds[j]);
            }
        }
        policy = (struct nl_policy) { .type = (enum nl_attr_type) type };
        attempt(validate_short, "type %d, too short", type);
    }
}

/* Parsing: messages of all kinds, by one policy. */

static const struct nl_policy policies[] = {
    [1] = { .type = NL_A_U32 },
    [2] = { .type = NL_A_STRING, .optional = true, .max_len = 5 },
    [3] = { .type = NL_A_NESTED, .optional = true },
    [4] = { .type = NL_A_FLAG, .optional = true },
    [6] = { .type = NL_A_UNSPEC, .min_len = 2, .max_len = 3, .optional = true },
};
enum { N_POLICIES = N_ELEMENTS(policies) };

static struct ofpbuf msg;
static size_t offset, n_attrs;

static void
parse(void)
{
    struct nlattr *attrs[N_POLICIES];
    struct nlattr *nested = (struct nlattr *) ((char *) ofpbuf_data(&msg) + offset - 4);
    size_t i;

    memset(attrs, 0x55, sizeof attrs);
    say("parses %d", nl_policy_parse(&msg, offset, policies, attrs, n_attrs));
    for (i = 0; i < n_attrs; i++) {
        say("%zu: %td", i, attrs[i] ? (char *) attrs[i] - (char *) ofpbuf_data(&msg) : -1);
    }
    say("next %d", attrs[N_POLICIES - 1] == (void *) (UINTPTR_MAX / 3));
    if (ofpbuf_size(&msg) >= offset) {
        nested->nla_len = (uint16_t) (ofpbuf_size(&msg) - offset + 4);
        memset(attrs, 0x55, sizeof attrs);
        say("nested %d", nl_parse_nested(nested, policies, attrs, n_attrs));
        for (i = 0; i < n_attrs; i++) {
            say("%zu: %td", i, attrs[i] ? (char *) attrs[i] - (char *) ofpbuf_data(&msg) : -1);
        }
    }
}

static void
parse_more(void)
{
    size_t cut;

    for (n_attrs = 0; n_attrs <= N_POLICIES; n_attrs += n_attrs ? N_POLICIES - 1 : 1) {
        for (cut = 0; cut < 9; cut++) {
            uint32_t size = ofpbuf_size(&msg);

            if (cut <= size) {
                ofpbuf_set_size(&msg, (uint32_t) (size - cut));
                parse();
                ofpbuf_set_size(&msg, size);
            }
        }
    }
}

/* The attributes that the digits of a number stand for. */
static void
put_attributes(unsigned int number)
{
    for (; number; number /= 10) {
        switch (number % 10) {
        case 0: nl_msg_put_unspec(&msg, 0, pattern, 1); break;
        case 1: nl_msg_put_u32(&msg, 1, 42); break;
        case 2: nl_msg_put_string(&msg, 2, "abcd"); break;
        case 3: nl_msg_put_unspec(&msg, 0x8003, pattern, 3); break;
        case 4: nl_msg_put_flag(&msg, 4); break;
        case 5: nl_msg_put_u64(&msg, 5, 7); break;
        case 6: nl_msg_put_unspec(&msg, 6, pattern, 3); break;
        case 7: nl_msg_put_string(&msg, 2, "abcde"); break;
        case 8: nl_msg_put_u16(&msg, 0x4001, 42); break;
        case 9: nl_msg_put_u32(&msg, 77, 42); break;
        }
    }
}

void
subject_parse(void)
{
    static const unsigned int numbers[] = {
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 14, 15, 16, 17, 18, 19, 10, 11, 21, 31, 61, 81,
        123456, 654321, 1111, 2221, 8181, 91919, 1000001, 123123, 71, 27, 6611,
    };
    size_t i;

    for (i = 0; i < N_ELEMENTS(numbers); i++) {
        for (offset = 16; offset <= 20; offset += 4) {
            ofpbuf_init(&msg, 0);
            ofpbuf_put(&msg, pattern, offset);
            put_attributes(numbers[i]);
            attempt(parse_more, "%u behind %zu", numbers[i], offset);
            ofpbuf_uninit(&msg);
        }
    }
    ofpbuf_init(&msg, 0);
    offset = 4;
    attempt(parse_more, "missing headers");
}
