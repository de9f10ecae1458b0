/* Random operations: those of buffers. */

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

static void
copy(struct slot *s)
{
    size_t headroom = some_size();
    char text[512];
    struct ofpbuf *copy = below(2) ? ofpbuf_clone(&s->b)
                                   : ofpbuf_clone_with_headroom(&s->b, headroom);

    describe(copy, text, sizeof text);
    note(" %zu: %s; equal %d", headroom, text, ofpbuf_equal(copy, &s->b));
    ofpbuf_delete(copy);
}

/* Another takes the place of the slot's buffer. */
static void
replace(struct slot *s)
{
    size_t n = some_size(), headroom = some_size();
    struct ofpbuf *new;

    moved(s);
    switch (below(4)) {
    case 0: new = ofpbuf_clone_data(some_bytes(n), n); break;
    case 1: new = ofpbuf_clone_data_with_headroom(some_bytes(n), n, headroom); break;
    case 2: new = ofpbuf_new(n); break;
    default: new = ofpbuf_new_with_headroom(n, headroom); break;
    }
    note(" %zu %zu", n, headroom);
    ofpbuf_uninit(&s->b);
    s->b = *new;
    free(new);
}

static void
reinit(struct slot *s)
{
    size_t n = some_size();

    moved(s);
    note(" %zu", n);
    ofpbuf_reinit(&s->b, n);
}

static void
anew(struct slot *s)
{
    ofpbuf_uninit(&s->b);
    start_slot(s);
}

static void
steal(struct slot *s)
{
    uint32_t size = ofpbuf_size(&s->b);
    bool any = ofpbuf_data(&s->b) != NULL;
    char text[512];
    void *data;

    if (!any) {
        note(" nothing");
        return;
    }
    data = ofpbuf_steal_data(&s->b);
    note_bytes(data, size);
    free(data);
    describe(&s->b, text, sizeof text);
    note(" leaves %s; anew", text);
    start_slot(s);
}

static void
to_string(struct slot *s)
{
    size_t n = some_size();
    char *text = ofpbuf_to_string(&s->b, n);

    note(" %zu", n);
    note_bytes(text, strlen(text));
    free(text);
}

static void
put_hex(struct slot *s)
{
    static const char digits[] = "0123456789abcdefABCDEF  \t\r\nxg";
    char text[40];
    size_t length = below(sizeof text), n = 999, i;
    const char *end;

    for (i = 0; i < length; i++) {
        text[i] = digits[below(sizeof digits - 1)];
    }
    text[length] = '\0';
    if (s->b.source == OFPBUF_STACK && ofpbuf_tailroom(&s->b) < length) {
        text[0] = '\0';
    }
    end = ofpbuf_put_hex(&s->b, text, below(2) ? &n : NULL);
    note(" %zu %td", n, end - text);
}

static void
list_delete(struct slot *s)
{
    struct ovs_list list = { &list, &list };
    uint32_t n = below(3);

    note(" %u", n);
    while (n--) {
        struct ofpbuf *element = ofpbuf_clone(&s->b);

        element->list_node = (struct ovs_list) { list.prev, &list };
        list.prev->next = &element->list_node;
        list.prev = &element->list_node;
    }
    ofpbuf_list_delete(&list);
    note(" %d", list.next == &list && list.prev == &list);
}

static void
look(struct slot *s)
{
    size_t n = some_size(), m = some_size();

    note(" %zu %zu:", n, m);
    if (ofpbuf_data(&s->b)) {
        note_at(&s->b, ofpbuf_at(&s->b, n, m));
    }
    note_at(&s->b, ofpbuf_tail(&s->b));
    note_at(&s->b, ofpbuf_end(&s->b));
    note(" %zu %zu", ofpbuf_headroom(&s->b), ofpbuf_tailroom(&s->b));
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
    { "trim", trim }, { "clear", clear }, { "mark", mark }, { "clone", copy },
    { "replace", replace }, { "reinit", reinit }, { "anew", anew }, { "steal_data", steal },
    { "to_string", to_string }, { "put_hex", put_hex }, { "list_delete", list_delete },
    { "look", look },
#ifndef FLAVOUR_2014
    { "insert", insert }, { "align", align }, { "reset_size", reset_size },
#else
    { "resize", resize },
#endif
};
const uint32_t n_buffer_operations = N_ELEMENTS(buffer_operations);
