/* SPDX-License-Identifier: Apache-2.0 */
/* Random operations: whole buffers, copied, replaced, shown. */

#include "random.h"

static void
copy(struct slot *s)
{
    size_t headroom = some_size();
    char text[512];
    struct ofpbuf *copy = below(2) ? ofpbuf_clone(&s->b)
                                   : ofpbuf_clone_with_headroom(&s->b, headroom);

#ifndef FLAVOUR_2014
    if (!copy->data) {
        /* The original before 3.4 adds offsets to a null pointer. */
        copy->header = copy->msg = NULL;
    }
#endif
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
    ofpbuf_list list = { &list, &list };
    uint32_t n = below(3);

    note(" %u", n);
    while (n--) {
        struct ofpbuf *element = ofpbuf_clone(&s->b);

        element->list_node = (ofpbuf_list) { list.prev, &list };
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

const struct operation whole_operations[] = {
    { "clone", copy }, { "replace", replace }, { "reinit", reinit }, { "anew", anew },
    { "steal_data", steal }, { "to_string", to_string }, { "put_hex", put_hex },
    { "list_delete", list_delete }, { "look", look },
};
const uint32_t n_whole_operations = N_ELEMENTS(whole_operations);
