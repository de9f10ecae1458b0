/* SPDX-License-Identifier: Apache-2.0 */
/* The inlines and macros of the headers: here what was compiled from either's is compared. */

#include "cases.h"

static enum kind kind;
static size_t n;
static struct ofpbuf b;

static void at(void) { show_at("returns", &b, ofpbuf_at(&b, n, 4)); }
static void at_end(void) { show_at("returns", &b, ofpbuf_at(&b, n, 0)); }
static void at_far(void) { show_at("returns", &b, ofpbuf_at(&b, 4, n)); }
static void at_assert(void) { show_at("returns", &b, ofpbuf_at_assert(&b, n, 4)); }
static void pull(void) { show_at("returns", &b, ofpbuf_pull(&b, n)); }
static void try_pull(void) { show_at("returns", &b, ofpbuf_try_pull(&b, n)); }
static void clear(void) { ofpbuf_clear(&b); }

static void
places(void)
{
    ofpbuf_try_pull(&b, n);
    show_at("tail", &b, ofpbuf_tail(&b));
    show_at("end", &b, ofpbuf_end(&b));
    say("headroom %zu, tailroom %zu", ofpbuf_headroom(&b), ofpbuf_tailroom(&b));
#ifndef FLAVOUR_2014
    if (ofpbuf_data(&b)) {
        b.header = (char *) ofpbuf_data(&b) + 1;
        b.msg = (char *) ofpbuf_data(&b) + 3;
        say("headersize %zu, msgsize %zu", ofpbuf_headersize(&b), ofpbuf_msgsize(&b));
    }
#endif
}

/* What is left when the data were stolen, and the size with them was not. */
static void
stolen(void)
{
    free(ofpbuf_steal_data(&b));
    show_at("tail", &b, ofpbuf_tail(&b));
    show_at("end", &b, ofpbuf_end(&b));
}

static void
equal(void)
{
    struct ofpbuf *other = ofpbuf_clone_data(pattern, n);

    say("equal %d", ofpbuf_equal(&b, other));
    if (n) {
        ((char *) ofpbuf_data(other))[n - 1] ^= 1;
    }
    say("equal %d", ofpbuf_equal(&b, other));
    ofpbuf_delete(other);
}

#ifndef FLAVOUR_2014
static void
oversized(void)
{
    ofpbuf_put_zeros(&b, 65520);
    b.header = (char *) ofpbuf_data(&b);
    ofpbuf_put_zeros(&b, n);
    say("size %u, oversized %d", ofpbuf_size(&b), ofpbuf_oversized(&b));
}

static void
initializers(void)
{
    uint64_t stub[5];
    struct ofpbuf s = OFPBUF_STUB_INITIALIZER(stub);
    struct ofpbuf c = ofpbuf_const_initializer(pattern, (uint32_t) n);

    say("stub %u, ours %d", s.allocated, s.base == stub && s.data == stub);
    s.base = s.data = NULL;
    show("stub", &s);
    show("const", &c);
}
#endif

static void (*operation)(void);

static void
operate(void)
{
    make(kind, &b);
    operation();
    show("leaves", &b);
    ofpbuf_uninit(&b);
}

static void
far_away(void)
{
    make(kind, &b);
    operation();
}

static void
sizes_of_attributes(void)
{
    size_t i;

    begin_case("sizes");
    for (i = 0; i < 18; i++) {
        say("%zu: %zu", i, (size_t) NL_ATTR_SIZE(i));
    }
    say("%zu %zu %zu %zu %zu %zu %zu %zu", (size_t) NL_A_U8_SIZE, (size_t) NL_A_U16_SIZE,
        (size_t) NL_A_U32_SIZE, (size_t) NL_A_U64_SIZE, (size_t) NL_A_BE16_SIZE,
        (size_t) NL_A_BE32_SIZE, (size_t) NL_A_BE64_SIZE, (size_t) NL_A_FLAG_SIZE);
#ifndef FLAVOUR_2014
    say("%zu %zu %zu %zu %zu", (size_t) NL_A_U128_SIZE, (size_t) NL_A_BE128_SIZE,
        (size_t) NL_A_IPV6_SIZE, (size_t) NL_A_LL_ADDR_ETH_SIZE, (size_t) NL_A_LL_ADDR_IB_SIZE);
#endif
}

/* The layouts that the headers give. */
static void
layouts(void)
{
    struct nl_policy policy = { NL_POLICY_FOR(uint64_t), .optional = true };

    begin_case("layouts");
    say("ofpbuf %zu, source at %zu, list_node at %zu, dump %zu, transaction %zu, policy %zu",
        sizeof(struct ofpbuf), offsetof(struct ofpbuf, source),
        offsetof(struct ofpbuf, list_node), sizeof(struct nl_dump),
        sizeof(struct nl_transaction), sizeof policy);
    say("policy %d %zu %zu %d", policy.type, policy.min_len, policy.max_len, policy.optional);
    say("types %d %d %d %d %d %d %d %d %d", NL_A_NO_ATTR, NL_A_UNSPEC, NL_A_U8, NL_A_BE16,
        NL_A_BE32, NL_A_BE64, NL_A_STRING, NL_A_FLAG, NL_A_NESTED);
#ifndef FLAVOUR_2014
    say("types %d %d %d", NL_A_U128, NL_A_IPV6, NL_A_LL_ADDR);
    say("values %zu %zu %zu %zu", sizeof(ovs_u128), sizeof(ovs_be128), sizeof(struct eth_addr),
        sizeof(struct ib_addr));
#endif
    say("sources %d %d %d", OFPBUF_MALLOC, OFPBUF_STACK, OFPBUF_STUB);
    say("buffer for dumps %d", NL_DUMP_BUFSIZE);
}

void
subject_inlines(void)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } operations[] = {
        { "at", at }, { "at end", at_end }, { "at far", at_far }, { "at_assert", at_assert },
        { "pull", pull }, { "try_pull", try_pull }, { "clear", clear }, { "places", places },
        { "stolen", stolen }, { "equal", equal },
#ifndef FLAVOUR_2014
        { "oversized", oversized }, { "initializers", initializers },
#endif
    };
    static const size_t sizes[] = { 0, 1, 4, 5, 7, 8, 9, 15, 16, 17 };
    size_t i, j;

    for (i = 0; i < N_ELEMENTS(operations); i++) {
        operation = operations[i].run;
        for (kind = 0; kind < N_KINDS; kind++) {
            for (j = 0; j < N_ELEMENTS(sizes); j++) {
                n = sizes[j];
                attempt(operate, "%s %s %zu", operations[i].name, kind_names[kind], n);
            }
        }
    }
    /* Sums that wrap. */
    kind = SMALL;
    n = SIZE_MAX - 3;
    for (i = 0; i < 6; i++) {
        operation = operations[i].run;
        attempt(far_away, "%s SIZE_MAX - 3", operations[i].name);
    }
    sizes_of_attributes();
    layouts();
}
