/* SPDX-License-Identifier: Apache-2.0 */
/* ofpbuf.h: calls that break the contract abort. */

#include "flavour.h"
#include "tap.h"

static struct ofpbuf *
small(void)
{
    static struct ofpbuf b;
    static uint32_t memory[2];

    ofpbuf_use_stack(&b, memory, sizeof memory);
    return &b;
}

static void grow_stack(void) { ofpbuf_put_uninit(small(), 9); }
static void push_stack(void) { ofpbuf_push_uninit(small(), 1); }
static void shift_up(void) { ofpbuf_shift(small(), 9); }
static void shift_down(void) { ofpbuf_shift(small(), -1); }
static void shift_least(void) { ofpbuf_shift(small(), INT32_MIN); }
static void
reserve_nonempty(void)
{
    struct ofpbuf *b = small();

    ofpbuf_put_uninit(b, 1);
    ofpbuf_reserve(b, 1);
}
static void pull_more(void) { ofpbuf_pull(small(), 1); }
static void at_more(void) { ofpbuf_at_assert(small(), SIZE_MAX, 2); }
static void init_huge(void) { ofpbuf_init(small(), SIZE_MAX); }
static void new_wrapped(void) { ofpbuf_new_with_headroom(SIZE_MAX, 2); }
static void
put_huge(void)
{
    struct ofpbuf *b = ofpbuf_new(8);

    ofpbuf_put_uninit(b, 4);
    ofpbuf_put_uninit(b, SIZE_MAX - 2);
}
static void
put_4g(void)
{
    struct ofpbuf *b = ofpbuf_new(8);

    ofpbuf_put_uninit(b, 4);
    ofpbuf_put_uninit(b, UINT32_MAX - 3);
}
static void push_huge(void) { ofpbuf_push_uninit(ofpbuf_new(8), SIZE_MAX); }
static void padto_huge(void) { ofpbuf_padto(ofpbuf_new(8), SIZE_MAX); }

#if SIZE_MAX > UINT32_MAX
static void new_4g(void) { ofpbuf_new((size_t) UINT32_MAX + 1); }
static void const_huge(void) { ofpbuf_use_const(small(), "", (size_t) UINT32_MAX + 1); }
#if !OVS3
static void dpdk_huge(void) { ofpbuf_init_dpdk(small(), (size_t) UINT32_MAX + 1); }
#endif
#endif

#if !OVS3
static void
grow_dpdk(void)
{
    struct ofpbuf *b = small();

    b->source = OFPBUF_DPDK;
    ofpbuf_put_uninit(b, 9);
}
static void
trim_dpdk(void)
{
    struct ofpbuf *b = small();

    b->source = OFPBUF_DPDK;
    ofpbuf_trim(b);
}
static void
steal_dpdk(void)
{
    struct ofpbuf *b = small();

    b->source = OFPBUF_DPDK;
    ofpbuf_steal_data(b);
}
static void
uninit_dpdk(void)
{
    struct ofpbuf *b = small();

    b->source = OFPBUF_DPDK;
    ofpbuf_uninit(b);
}
static void resize_more(void) { ofpbuf_resize_l2(small(), -1); }
static void reserve_huge(void) { ofpbuf_reserve_with_tailroom(ofpbuf_new(0), SIZE_MAX, 2); }
#endif

static void
breaches_abort(void)
{
    CHECK_ABORTS(grow_stack, "ofpbuf_resize__");
    CHECK_ABORTS(push_stack, "ofpbuf_resize__");
    CHECK_ABORTS(shift_up, "ofpbuf_shift");
    CHECK_ABORTS(shift_down, "ofpbuf_shift");
    CHECK_ABORTS(shift_least, "ofpbuf_shift");
    CHECK_ABORTS(reserve_nonempty, "ofpbuf_reserve");
    CHECK_ABORTS(pull_more, "ofpbuf_pull");
    CHECK_ABORTS(at_more, "ofpbuf_at_assert");
#if !OVS3
    CHECK_ABORTS(grow_dpdk, "ofpbuf_resize__");
    CHECK_ABORTS(trim_dpdk, "ofpbuf_trim");
    CHECK_ABORTS(steal_dpdk, "ofpbuf_steal_data");
    CHECK_ABORTS(uninit_dpdk, "ofpbuf_uninit");
    CHECK_ABORTS(resize_more, "ofpbuf_pull");
#endif
}

static void
sizes_that_do_not_fit_abort(void)
{
    CHECK_ABORTS(init_huge, REFUSES_SIZE_MAX("ofpbuf_init"));
    CHECK_ABORTS(new_wrapped, REFUSES_SIZE_MAX("ofpbuf_init"));
    CHECK_ABORTS(put_huge, "ofpbuf_resize__");
    CHECK_ABORTS(put_4g, "ofpbuf_resize__");
    CHECK_ABORTS(push_huge, "ofpbuf_resize__");
    CHECK_ABORTS(padto_huge, REFUSES_SIZE_MAX("ofpbuf_resize__"));
#if !OVS3
    CHECK_ABORTS(reserve_huge, REFUSES_SIZE_MAX("ofpbuf_resize__"));
#endif
#if SIZE_MAX > UINT32_MAX
    CHECK_ABORTS(new_4g, "ofpbuf_init");
    CHECK_ABORTS(const_huge, "ofpbuf_use__");
#if !OVS3
    CHECK_ABORTS(dpdk_huge, "ofpbuf_init_dpdk");
#endif
#endif
}

int
main(void)
{
    RUN(breaches_abort);
    RUN(sizes_that_do_not_fit_abort);
    return tap_done();
}
