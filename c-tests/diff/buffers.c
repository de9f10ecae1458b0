/* SPDX-License-Identifier: Apache-2.0 */
/* Every function on buffers, on each kind of buffer, with sizes around what is in it and around the
 * least growth. */

#include "cases.h"

static enum kind kind;
static size_t n;
static struct ofpbuf b;

static void
fill(void *p, size_t size)
{
    if (size) {
        memcpy(p, pattern + 300, size);
    }
}

static void
put_uninit(void)
{
    void *p = ofpbuf_put_uninit(&b, n);

    fill(p, n);
    show_at("returns", &b, p);
}

static void
push_uninit(void)
{
    void *p = ofpbuf_push_uninit(&b, n);

    fill(p, n);
    show_at("returns", &b, p);
}

static void put(void) { show_at("returns", &b, ofpbuf_put(&b, pattern + 100, n)); }
static void put_zeros(void) { show_at("returns", &b, ofpbuf_put_zeros(&b, n)); }
static void push(void) { show_at("returns", &b, ofpbuf_push(&b, pattern + 100, n)); }
static void push_zeros(void) { show_at("returns", &b, ofpbuf_push_zeros(&b, n)); }
static void reserve(void) { ofpbuf_reserve(&b, n); }
static void clear_and_reserve(void) { ofpbuf_clear(&b); ofpbuf_reserve(&b, n); }
static void prealloc_headroom(void) { ofpbuf_prealloc_headroom(&b, n); }
static void prealloc_tailroom(void) { ofpbuf_prealloc_tailroom(&b, n); }
static void padto(void) { ofpbuf_padto(&b, n); }
static void reinit(void) { ofpbuf_reinit(&b, n); }
static void shift_up(void) { ofpbuf_shift(&b, (int) n); }
static void shift_down(void) { ofpbuf_shift(&b, -(int) n); }
#ifndef FLAVOUR_2014
static void insert_first(void) { ofpbuf_insert(&b, 0, pattern + 100, n); }
static void insert_within(void) { ofpbuf_insert(&b, 3, pattern + 100, n); }
static void insert_last(void) { ofpbuf_insert(&b, ofpbuf_size(&b), pattern + 100, n); }
static void insert_beyond(void) { ofpbuf_insert(&b, ofpbuf_size(&b) + 1, pattern + 100, n); }
static void truncated(void) { truncate_to(&b, n); }
#else
static void reserve_more(void) { ofpbuf_reserve_with_tailroom(&b, n, n / 2); }

static void
resize(void *(*function)(struct ofpbuf *, int))
{
    void *p = function(&b, (int) n - 8);

    show_at("returns", &b, p);
    fill(p, n > 8 ? n - 8 : 0);
}

static void resize_l2(void) { resize(ofpbuf_resize_l2); }
static void resize_l2_5(void) { resize(ofpbuf_resize_l2_5); }

static void
clear_and_reserve_more(void)
{
    ofpbuf_clear(&b);
    ofpbuf_reserve_with_tailroom(&b, n, n / 2);
}

static void
payloads(void)
{
    ofpbuf_padto(&b, 64);
    ofpbuf_set_frame(&b, ofpbuf_data(&b));
    ofpbuf_set_l3(&b, (char *) ofpbuf_data(&b) + 2);
    ofpbuf_set_l4(&b, (char *) ofpbuf_data(&b) + (n < 64 ? n : 64));
    say("l4 size %zu", ofpbuf_l4_size(&b));
    show_at("l2", &b, ofpbuf_l2(&b));
    show_at("l2.5", &b, ofpbuf_l2_5(&b));
    show_at("l3", &b, ofpbuf_l3(&b));
    show_at("tcp", &b, ofpbuf_get_tcp_payload(&b));
    show_at("udp", &b, ofpbuf_get_udp_payload(&b));
    show_at("sctp", &b, ofpbuf_get_sctp_payload(&b));
    show_at("icmp", &b, ofpbuf_get_icmp_payload(&b));
}
#endif

static void
use(void)
{
    struct ofpbuf other;

    memset(&other, 0x55, sizeof other);
    ofpbuf_use_stub(&other, pattern, n);
    show("stub", &other);
    ofpbuf_use_stack(&other, pattern, n);
    show("stack", &other);
    ofpbuf_use_const(&other, pattern, n);
    show("const", &other);
#ifndef FLAVOUR_2014
    ofpbuf_use_data(&other, pattern, n);
    show("data", &other);
#else
    ofpbuf_use(&other, malloc(n + 1), n + 1);
    show("use", &other);
    ofpbuf_uninit(&other);
    say("left %d", ofpbuf_get_uninit_pointer(&other) == ofpbuf_base(&other));
    memset(&other, 0x55, sizeof other);
    ofpbuf_init_dpdk(&other, n);
    say("DPDK source %d, allocated %u", other.source, other.allocated);
#endif
    ofpbuf_init(&other, n);
    show("init", &other);
    ofpbuf_uninit(&other);
}

#ifndef FLAVOUR_2014
static void
use_ds(void)
{
    struct ds ds = { malloc(n + 1), n / 2, n };
    struct ofpbuf other;

    fill(ds.string, n + 1);
    ofpbuf_use_ds(&other, &ds);
    show("ds", &other);
    ofpbuf_put(&other, "x", 1);
    show("more", &other);
    ofpbuf_uninit(&other);
}

static void
align(void)
{
    ofpbuf_pull(&b, n < ofpbuf_size(&b) ? n : ofpbuf_size(&b));
    ofpbuf_align(&b);
    say("aligned %d", !((uintptr_t) ofpbuf_data(&b) % 16));
}
#endif

static void
new(void)
{
    struct ofpbuf *other = ofpbuf_new(n);

    show("new", other);
    ofpbuf_delete(other);
    other = ofpbuf_new_with_headroom(n, 5);
    show("with headroom", other);
    ofpbuf_delete(other);
    ofpbuf_delete(NULL);
    ofpbuf_uninit(NULL);
}

static void
copy(void)
{
    struct ofpbuf *other = ofpbuf_clone(&b);

    show("clone", other);
    ofpbuf_delete(other);
    other = ofpbuf_clone_with_headroom(&b, n);
    show("with headroom", other);
    ofpbuf_delete(other);
    other = ofpbuf_clone_data(pattern, n);
    show("of data", other);
    ofpbuf_delete(other);
    other = ofpbuf_clone_data_with_headroom(pattern, 4, n);
    show("of data with headroom", other);
    ofpbuf_delete(other);
}

static void
steal(void)
{
    char text[DESCRIBED];
    uint32_t size = ofpbuf_size(&b);
    void *old = ofpbuf_data(&b), *data = ofpbuf_steal_data(&b);

    describe_bytes(data, size, text);
    say("stolen %s %s", b.source == OFPBUF_MALLOC ? data == old ? "same" : "copy" : "any", text);
    free(data);
}

static void
trim(void)
{
    ofpbuf_prealloc_tailroom(&b, n);
    ofpbuf_trim(&b);
}

static void
to_string(void)
{
    char *text = ofpbuf_to_string(&b, n);

    for (char *p = text; *p; p++) {
        *p = *p == '\n' ? '/' : *p;
    }
    say("%s", text);
    free(text);
}

/* What lies around the data moves with it, as far as there is room: pulling and pushing back shows
 * it. */
static void
surroundings(void)
{
    size_t pulled = ofpbuf_size(&b) / 2;

    ofpbuf_pull(&b, pulled);
    ofpbuf_set_size(&b, ofpbuf_size(&b) / 2);
    ofpbuf_prealloc_tailroom(&b, n);
    show("tailroom", &b);
    ofpbuf_prealloc_headroom(&b, n);
    show("headroom", &b);
    ofpbuf_push_uninit(&b, pulled);
    ofpbuf_set_size(&b, ofpbuf_size(&b) + (uint32_t) (n && pulled ? 2 : 0));
}

static const struct {
    const char *name;
    void (*run)(void);
} operations[] = {
    { "put_uninit", put_uninit }, { "put_zeros", put_zeros }, { "put", put },
    { "push_uninit", push_uninit }, { "push_zeros", push_zeros }, { "push", push },
    { "reserve", reserve }, { "clear, reserve", clear_and_reserve },
    { "prealloc_headroom", prealloc_headroom }, { "prealloc_tailroom", prealloc_tailroom },
    { "padto", padto }, { "reinit", reinit }, { "shift up", shift_up },
    { "shift down", shift_down }, { "use", use }, { "new", new }, { "clone", copy },
    { "steal_data", steal }, { "trim", trim }, { "to_string", to_string },
    { "surroundings", surroundings },
#ifndef FLAVOUR_2014
    { "insert first", insert_first }, { "insert within", insert_within },
    { "insert last", insert_last }, { "insert beyond", insert_beyond }, { "use_ds", use_ds },
    { "align", align }, { "truncate", truncated },
#else
    { "reserve_with_tailroom", reserve_more },
    { "clear, reserve_with_tailroom", clear_and_reserve_more }, { "resize_l2", resize_l2 },
    { "resize_l2_5", resize_l2_5 }, { "payloads", payloads },
#endif
};

static void (*operation)(void);

static void
operate(void)
{
    make(kind, &b);
    if (ofpbuf_data(&b)) {
#ifndef FLAVOUR_2014
        b.header = (char *) ofpbuf_data(&b) + 1;
        b.msg = (char *) ofpbuf_data(&b) + 6;
#else
        ofpbuf_set_frame(&b, (char *) ofpbuf_data(&b) + 1);
        ofpbuf_set_l3(&b, (char *) ofpbuf_data(&b) + 6);
#endif
    }
    operation();
    show("leaves", &b);
    ofpbuf_uninit(&b);
}

static void
hex(void)
{
    static const char *const texts[] = {
        "", " ", "00", "0", "0g", "g0", "12 34", "1 2", "aAbBfF", "12\t34\r\n56", "12.34. 56",
        "12:34",
        "0x12", "12 3", "12\v34", "..", "\xff", "00112233445566778899aabbccddeeff001122",
    };
    size_t i;

    for (i = 0; i < N_ELEMENTS(texts); i++) {
        size_t added = 77;
        const char *end;

        begin_case("put_hex %zu", i);
        make(HEADROOM, &b);
        end = ofpbuf_put_hex(&b, texts[i], &added);
        say("added %zu, ends at %td", added, end - texts[i]);
        show("leaves", &b);
        end = ofpbuf_put_hex(&b, texts[i], NULL);
        show_at("again", &b, ofpbuf_data(&b));
        ofpbuf_uninit(&b);
    }
}

static void
lists(void)
{
    ofpbuf_list list = { &list, &list };
    int i;

    begin_case("list_delete");
    for (i = 0; i < 3; i++) {
        struct ofpbuf *element = ofpbuf_clone_data(pattern, (size_t) i);

        element->list_node.next = &list;
        element->list_node.prev = list.prev;
        list.prev->next = &element->list_node;
        list.prev = &element->list_node;
    }
    say("first has %u", ofpbuf_size(ofpbuf_from_list(list.next)));
    ofpbuf_list_delete(&list);
    say("empty %d", list.next == &list && list.prev == &list);
    ofpbuf_list_delete(&list);
    say("still %d", list.next == &list && list.prev == &list);
}

void
subject_buffers(void)
{
    static const size_t sizes[] = { 0, 1, 3, 4, 7, 8, 9, 12, 16, 17, 24, 63, 64, 65, 200 };
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
    hex();
    lists();
}
