/* SPDX-License-Identifier: Apache-2.0 */
/* Random operations: what is in a buffer, and the room around it. */

#include "random.h"

static void
put(struct slot *s)
{
    size_t n = size_behind(s);

    note(" %zu", n);
    note_at(&s->b, ofpbuf_put(&s->b, some_bytes(n), n));
}

static void
put_uninit(struct slot *s)
{
    size_t n = size_behind(s);
    void *p = ofpbuf_put_uninit(&s->b, n);

    note(" %zu", n);
    note_at(&s->b, p);
    fill(p, n);
}

static void
put_zeros(struct slot *s)
{
    size_t n = size_behind(s);

    note(" %zu", n);
    note_at(&s->b, ofpbuf_put_zeros(&s->b, n));
}

static void
push(struct slot *s)
{
    size_t n = size_before(s);

    moved(s);
    note(" %zu", n);
    note_at(&s->b, ofpbuf_push(&s->b, some_bytes(n), n));
}

static void
push_uninit(struct slot *s)
{
    size_t n = size_before(s);
    void *p = ofpbuf_push_uninit(&s->b, n);

    moved(s);
    note(" %zu", n);
    note_at(&s->b, p);
    fill(p, n);
}

static void
push_zeros(struct slot *s)
{
    size_t n = size_before(s);

    moved(s);
    note(" %zu", n);
    /* With nothing to add, the original sets no bytes at null. */
    note_at(&s->b, n || ofpbuf_data(&s->b) ? ofpbuf_push_zeros(&s->b, n) : NULL);
}

static void
pull(struct slot *s)
{
    size_t n = below(ofpbuf_size(&s->b) + 1);

    moved(s);
    note(" %zu", n);
    note_at(&s->b, ofpbuf_pull(&s->b, n));
}

static void
try_pull(struct slot *s)
{
    size_t n = some_size();

    moved(s);
    note(" %zu", n);
    note_at(&s->b, ofpbuf_try_pull(&s->b, n));
}

static void
reserve(struct slot *s)
{
    size_t n;

    moved(s);
    if (ofpbuf_size(&s->b)) {
        ofpbuf_clear(&s->b);
        note(" cleared");
    }
    n = size_behind(s);
    note(" %zu", n);
    ofpbuf_reserve(&s->b, n);
}

static void
prealloc_headroom(struct slot *s)
{
    size_t n = size_before(s);

    note(" %zu", n);
    ofpbuf_prealloc_headroom(&s->b, n);
}

static void
prealloc_tailroom(struct slot *s)
{
    size_t n = size_behind(s);

    note(" %zu", n);
    ofpbuf_prealloc_tailroom(&s->b, n);
}

static void
padto(struct slot *s)
{
    size_t n = size_behind(s);

    n = below(2) ? n : ofpbuf_size(&s->b) + n;
    if (s->b.source == OFPBUF_STACK && n > ofpbuf_size(&s->b) + ofpbuf_tailroom(&s->b)) {
        n = 0;
    }
    note(" %zu", n);
    ofpbuf_padto(&s->b, n);
}

static void
shift(struct slot *s)
{
    size_t up = ofpbuf_tailroom(&s->b), down = ofpbuf_headroom(&s->b);
    int n;

    n = below(2) ? (int) below((uint32_t) up + 1) : -(int) below((uint32_t) down + 1);
    note(" %d", n);
    ofpbuf_shift(&s->b, n);
}

static void
trim(struct slot *s)
{
    ofpbuf_trim(&s->b);
}

static void
clear(struct slot *s)
{
    moved(s);
    ofpbuf_clear(&s->b);
}

static void
mark(struct slot *s)
{
#ifndef FLAVOUR_2014
    char *data = ofpbuf_data(&s->b);

    s->b.header = data && below(4) ? data + below(ofpbuf_size(&s->b) + 1) : NULL;
    s->b.msg = data && below(4) ? data + below(ofpbuf_size(&s->b) + 1) : NULL;
    if (s->b.header && s->b.msg) {
        note(" %zu %zu %d", ofpbuf_headersize(&s->b), ofpbuf_msgsize(&s->b),
             ofpbuf_oversized(&s->b));
    }
#else
    char *data = ofpbuf_data(&s->b);
    char *frame = data && below(4) ? data + below(ofpbuf_size(&s->b) + 1) : NULL;

    ofpbuf_set_frame(&s->b, frame);
    if (frame) {
        ofpbuf_set_l3(&s->b, frame + below(20));
        ofpbuf_set_l4(&s->b, below(2) ? frame + 20 + below(20) : NULL);
        ofpbuf_set_l2_5(&s->b, below(2) ? frame + below(20) : NULL);
    }
#endif
}

#ifdef FLAVOUR_2014
static void
resize(struct slot *s)
{
    int n = (int) below(40) - (int) below(40);
    void *p;

    moved(s);
    if (n > (int) ofpbuf_headroom(&s->b) && s->b.source == OFPBUF_STACK) {
        n = 0;
    }
    if (-n > (int) ofpbuf_size(&s->b)) {
        n = 0;
    }
    note(" %d", n);
    p = below(2) ? ofpbuf_resize_l2(&s->b, n) : ofpbuf_resize_l2_5(&s->b, n);
    note_at(&s->b, p);
    fill(p, n > 0 ? (size_t) n : 0);
}
#else
static void
insert(struct slot *s)
{
    size_t n = size_behind(s), offset = below(ofpbuf_size(&s->b) + 1);

    moved(s);
    note(" %zu of %zu", n, offset);
    ofpbuf_insert(&s->b, offset, some_bytes(n), n);
}

static void
align(struct slot *s)
{
    if (s->b.source == OFPBUF_STACK) {
        note(" not");
    } else {
        ofpbuf_align(&s->b);
        note(" %zu", (size_t) ofpbuf_data(&s->b) % 16);
    }
}

static void
reset_size(struct slot *s)
{
    size_t n = below(ofpbuf_size(&s->b) + 1);

    moved(s);
    note(" %zu", n);
    nl_msg_reset_size(&s->b, n);
}
#endif

const struct operation buffer_operations[] = {
    { "put", put }, { "put_uninit", put_uninit }, { "put_zeros", put_zeros }, { "push", push },
    { "push_uninit", push_uninit }, { "push_zeros", push_zeros }, { "pull", pull },
    { "try_pull", try_pull }, { "reserve", reserve }, { "prealloc_headroom", prealloc_headroom },
    { "prealloc_tailroom", prealloc_tailroom }, { "padto", padto }, { "shift", shift },
    { "trim", trim }, { "clear", clear }, { "mark", mark },
#ifndef FLAVOUR_2014
    { "insert", insert }, { "align", align }, { "reset_size", reset_size },
#else
    { "resize", resize },
#endif
};
const uint32_t n_buffer_operations = N_ELEMENTS(buffer_operations);
