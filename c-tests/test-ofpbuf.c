/* ofpbuf.h: every function and inline, down to the allocation after each step. */

#include "ofpbuf.h"
#include "tap.h"

/* Checks the sizes that a caller can see. */
#define CHECK_ROOM(B, SIZE, ALLOCATED, HEADROOM, TAILROOM)                      \
    do {                                                                        \
        CHECK_INT(ofpbuf_size(B), SIZE);                                        \
        CHECK_INT((B)->allocated, ALLOCATED);                                   \
        CHECK_INT(ofpbuf_headroom(B), HEADROOM);                                \
        CHECK_INT(ofpbuf_tailroom(B), TAILROOM);                                \
    } while (0)

static void
a_new_buffer_has_no_layers_and_is_on_no_list(void)
{
    unsigned char poison[sizeof(struct list)];
    uint32_t memory[4];
    struct ofpbuf b;

    memset(poison, 0xcc, sizeof poison);
    memset(&b, 0, sizeof b);
    ofpbuf_use_stub(&b, memory, sizeof memory);
    CHECK(ofpbuf_base(&b) == memory && ofpbuf_data(&b) == memory);
    CHECK_ROOM(&b, 0, 16, 0, 16);
    CHECK_INT(b.source, OFPBUF_STUB);
    CHECK(!b.frame && !ofpbuf_l2(&b) && !ofpbuf_l2_5(&b) && !ofpbuf_l3(&b) && !ofpbuf_l4(&b));
    CHECK_INT(b.l2_5_ofs, UINT16_MAX);
    CHECK_INT(b.l3_ofs, UINT16_MAX);
    CHECK_INT(b.l4_ofs, UINT16_MAX);
    CHECK(!memcmp(&b.list_node, poison, sizeof poison));

    ofpbuf_use_stack(&b, memory, sizeof memory);
    CHECK_ROOM(&b, 0, 16, 0, 16);
    CHECK_INT(b.source, OFPBUF_STACK);

    ofpbuf_use_const(&b, memory, 12);
    CHECK_ROOM(&b, 12, 12, 0, 0);
    CHECK_INT(b.source, OFPBUF_STACK);

    ofpbuf_use(&b, malloc(20), 20);
    CHECK_ROOM(&b, 0, 20, 0, 20);
    CHECK_INT(b.source, OFPBUF_MALLOC);
    CHECK(ofpbuf_get_uninit_pointer(&b) == ofpbuf_base(&b));
    ofpbuf_uninit(&b);

    ofpbuf_init(&b, 0);
    CHECK(!ofpbuf_base(&b));
    CHECK_ROOM(&b, 0, 0, 0, 0);
    ofpbuf_reinit(&b, 7);
    CHECK_ROOM(&b, 0, 7, 0, 7);
    ofpbuf_uninit(&b);
    ofpbuf_uninit(NULL);
    CHECK(!ofpbuf_get_uninit_pointer(NULL));

    ofpbuf_use_stub(&b, memory, sizeof memory);
    CHECK(!ofpbuf_get_uninit_pointer(&b));
    ofpbuf_init_dpdk(&b, 99);
    CHECK_INT(b.source, OFPBUF_DPDK);
    CHECK_INT(b.allocated, 99);
    CHECK(ofpbuf_base(&b) == memory);
}

static void
growing_adds_64_bytes_or_what_is_wanted(void)
{
    struct ofpbuf *b = ofpbuf_new(4);

    ofpbuf_put(b, "abcd", 4);
    CHECK_ROOM(b, 4, 4, 0, 0);
    ofpbuf_put(b, "e", 1);
    CHECK_ROOM(b, 5, 68, 0, 63);
    ofpbuf_put_zeros(b, 63);
    CHECK_ROOM(b, 68, 68, 0, 0);
    ofpbuf_put_uninit(b, 100);
    CHECK_ROOM(b, 168, 168, 0, 0);
    CHECK(!memcmp(ofpbuf_data(b), "abcde\0\0", 7));

    ofpbuf_push(b, "x", 1);
    CHECK_ROOM(b, 169, 232, 63, 0);
    CHECK(!memcmp(ofpbuf_data(b), "xabcde", 6));
    ofpbuf_push_zeros(b, 63);
    CHECK_ROOM(b, 232, 232, 0, 0);
    ofpbuf_push_uninit(b, 80);
    CHECK_ROOM(b, 312, 312, 0, 0);
    CHECK(!memcmp((char *) ofpbuf_data(b) + 80 + 63, "xabcde", 6));

    ofpbuf_prealloc_tailroom(b, 0);
    ofpbuf_prealloc_headroom(b, 0);
    CHECK_ROOM(b, 312, 312, 0, 0);
    ofpbuf_prealloc_tailroom(b, 1);
    CHECK_ROOM(b, 312, 376, 0, 64);
    ofpbuf_prealloc_headroom(b, 65);
    CHECK_ROOM(b, 312, 441, 65, 64);
    ofpbuf_prealloc_tailroom(b, 64);
    ofpbuf_prealloc_headroom(b, 65);
    CHECK_ROOM(b, 312, 441, 65, 64);

    ofpbuf_trim(b);
    CHECK_ROOM(b, 312, 312, 0, 0);
    ofpbuf_trim(b);
    CHECK_ROOM(b, 312, 312, 0, 0);
    ofpbuf_delete(b);
}

static void
a_stub_moves_to_the_heap_with_what_is_around_its_data(void)
{
    char memory[16];
    struct ofpbuf b;

    memset(memory, '.', sizeof memory);
    ofpbuf_use_stub(&b, memory, sizeof memory);
    ofpbuf_reserve(&b, 4);
    CHECK_ROOM(&b, 0, 16, 4, 12);
    ofpbuf_put(&b, "data", 4);
    b.frame = (char *) ofpbuf_data(&b) + 1;
    memory[3] = '<';
    memory[8] = '>';
    ofpbuf_trim(&b);
    CHECK(ofpbuf_base(&b) == memory);

    ofpbuf_prealloc_tailroom(&b, 13);
    CHECK_INT(b.source, OFPBUF_MALLOC);
    CHECK_ROOM(&b, 4, 72, 4, 64);
    CHECK(!memcmp((char *) ofpbuf_data(&b) - 1, "<data>", 6));
    CHECK(b.frame == (char *) ofpbuf_data(&b) + 1);
    CHECK(memory[4] == 'd');

    /* Less headroom than there was carries the end of it along. */
    ofpbuf_trim(&b);
    CHECK_ROOM(&b, 4, 4, 0, 0);
    CHECK(b.frame == (char *) ofpbuf_data(&b) + 1);
    ofpbuf_uninit(&b);
}

static void
reserving_makes_headroom(void)
{
    struct ofpbuf *b = ofpbuf_new_with_headroom(10, 6);
    struct ofpbuf c;

    CHECK_ROOM(b, 0, 16, 6, 10);
    ofpbuf_delete(b);

    ofpbuf_init(&c, 0);
    ofpbuf_reserve_with_tailroom(&c, 8, 100);
    CHECK_ROOM(&c, 0, 108, 8, 100);
    ofpbuf_reinit(&c, 0);
    ofpbuf_reserve(&c, 8);
    CHECK_ROOM(&c, 0, 64, 8, 56);
    ofpbuf_clear(&c);
    CHECK_ROOM(&c, 0, 64, 0, 64);
    ofpbuf_uninit(&c);
}

static void
clones_are_copies_with_the_layers(void)
{
    struct ofpbuf *b = ofpbuf_new(100);
    struct ofpbuf *clone;

    ofpbuf_put(b, "0123456789", 10);
    ofpbuf_set_frame(b, (char *) ofpbuf_data(b) + 2);
    ofpbuf_set_l2_5(b, (char *) ofpbuf_data(b) + 3);
    ofpbuf_set_l3(b, (char *) ofpbuf_data(b) + 4);
    ofpbuf_set_l4(b, (char *) ofpbuf_data(b) + 6);

    clone = ofpbuf_clone(b);
    CHECK_ROOM(clone, 10, 10, 0, 0);
    CHECK(ofpbuf_equal(b, clone));
    CHECK(ofpbuf_l2(clone) == (char *) ofpbuf_data(clone) + 2);
    CHECK(ofpbuf_l2_5(clone) == (char *) ofpbuf_data(clone) + 3);
    CHECK(ofpbuf_l3(clone) == (char *) ofpbuf_data(clone) + 4);
    CHECK(ofpbuf_l4(clone) == (char *) ofpbuf_data(clone) + 6);
    CHECK_INT(ofpbuf_l4_size(clone), 4);
    ofpbuf_put(clone, "x", 1);
    CHECK(!ofpbuf_equal(b, clone));
    ofpbuf_delete(clone);

    ofpbuf_set_frame(b, NULL);
    clone = ofpbuf_clone_with_headroom(b, 5);
    CHECK_ROOM(clone, 10, 15, 5, 0);
    CHECK(!clone->frame && !ofpbuf_l2_5(clone) && !ofpbuf_l4_size(clone));
    ofpbuf_delete(clone);

    clone = ofpbuf_clone_data("abc", 3);
    CHECK_ROOM(clone, 3, 3, 0, 0);
    ofpbuf_delete(clone);
    clone = ofpbuf_clone_data_with_headroom("abc", 3, 2);
    CHECK_ROOM(clone, 3, 5, 2, 0);
    CHECK(!memcmp(ofpbuf_data(clone), "abc", 3));
    ofpbuf_delete(clone);
    clone = ofpbuf_clone_data(NULL, 0);
    CHECK_ROOM(clone, 0, 0, 0, 0);
    ofpbuf_delete(clone);
    ofpbuf_delete(b);
}

static void
padding_shifting_and_pulling(void)
{
    struct ofpbuf b;
    uint32_t memory[8];
    char *data;

    ofpbuf_use_stack(&b, memory, sizeof memory);
    ofpbuf_put(&b, "ab", 2);
    ofpbuf_padto(&b, 2);
    CHECK_INT(ofpbuf_size(&b), 2);
    ofpbuf_padto(&b, 5);
    CHECK_INT(ofpbuf_size(&b), 5);
    CHECK(!memcmp(ofpbuf_data(&b), "ab\0\0", 5));

    ofpbuf_shift(&b, 27);
    CHECK_ROOM(&b, 5, 32, 27, 0);
    CHECK(!memcmp(ofpbuf_data(&b), "ab\0\0", 5));
    ofpbuf_shift(&b, -27);
    ofpbuf_shift(&b, 0);
    CHECK_ROOM(&b, 5, 32, 0, 27);

    data = ofpbuf_data(&b);
    CHECK(ofpbuf_at(&b, 1, 4) == data + 1);
    CHECK(ofpbuf_at(&b, 5, 0) == data + 5);
    CHECK(!ofpbuf_at(&b, 1, 5));
    CHECK(!ofpbuf_at(&b, 6, 0));
    CHECK(!ofpbuf_at(&b, SIZE_MAX, 2));
    CHECK(!ofpbuf_at(&b, 2, SIZE_MAX));
    CHECK(ofpbuf_at_assert(&b, 0, 5) == data);
    CHECK(ofpbuf_try_pull(&b, 6) == NULL);
    CHECK(ofpbuf_try_pull(&b, 1) == data);
    CHECK(ofpbuf_pull(&b, 1) == data + 1);
    CHECK_ROOM(&b, 3, 32, 2, 27);
    CHECK(ofpbuf_tail(&b) == data + 5 && ofpbuf_end(&b) == memory + 8);
    ofpbuf_set_data(&b, data);
    ofpbuf_set_base(&b, data + 1);
    CHECK(ofpbuf_base(&b) == data + 1);
}

static void
stolen_data_is_malloced(void)
{
    struct ofpbuf b;
    char memory[8];
    void *base;
    char *data;

    ofpbuf_init(&b, 8);
    base = ofpbuf_base(&b);
    ofpbuf_put(&b, "abc", 4);
    data = ofpbuf_steal_data(&b);
    CHECK(data == base);
    CHECK_STR(data, "abc");
    CHECK(!ofpbuf_base(&b) && !ofpbuf_data(&b));
    free(data);
    ofpbuf_uninit(&b);

    ofpbuf_init(&b, 8);
    ofpbuf_reserve(&b, 2);
    ofpbuf_put(&b, "abc", 4);
    data = ofpbuf_steal_data(&b);
    CHECK_STR(data, "abc");
    CHECK(!ofpbuf_base(&b) && !ofpbuf_data(&b));
    free(data);

    ofpbuf_use_stub(&b, memory, sizeof memory);
    data = ofpbuf_steal_data(&b);
    CHECK(data && data != memory);
    free(data);
}

static void
hex_digits_are_read_in_pairs(void)
{
    static const char text[] = " 01\t2a\r\nFf 0";
    struct ofpbuf b;
    size_t n = 77;
    char *end;

    ofpbuf_init(&b, 0);
    end = ofpbuf_put_hex(&b, text, &n);
    CHECK(end == text + 11);
    CHECK_INT(n, 3);
    CHECK(!memcmp(ofpbuf_data(&b), "\x01\x2a\xff", 3));
    CHECK_ROOM(&b, 3, 64, 0, 61);

    end = ofpbuf_put_hex(&b, "00xy", NULL);
    CHECK_STR(end, "xy");
    CHECK_INT(ofpbuf_size(&b), 4);
    end = ofpbuf_put_hex(&b, "", &n);
    CHECK(!*end);
    CHECK_INT(n, 0);
    ofpbuf_uninit(&b);
}

static void
a_buffer_as_a_string(void)
{
    struct ofpbuf b;
    uint8_t memory[32];
    char *s;
    int i;

    ofpbuf_use_stack(&b, memory, sizeof memory);
    ofpbuf_reserve(&b, 3);
    for (i = 0; i < 18; i++) {
        uint8_t byte = (uint8_t) (0xf0 + i);
        ofpbuf_put(&b, &byte, 1);
    }
    s = ofpbuf_to_string(&b, 1000);
    CHECK_STR(s, "size=18, allocated=32, head=3, tail=11\n"
              "00000000  f0 f1 f2 f3 f4 f5 f6 f7-f8 f9 fa fb fc fd fe ff\n"
              "00000010  00 01\n");
    free(s);
    s = ofpbuf_to_string(&b, 2);
    CHECK_STR(s, "size=18, allocated=32, head=3, tail=11\n00000000  f0 f1\n");
    free(s);
    s = ofpbuf_to_string(&b, 0);
    CHECK_STR(s, "size=18, allocated=32, head=3, tail=11\n");
    free(s);
}

static void
insert(struct list *list, struct list *element)
{
    element->prev = list->prev;
    element->next = list;
    list->prev->next = element;
    list->prev = element;
}

static void
a_list_is_deleted_whole(void)
{
    struct list list = { &list, &list };
    struct ofpbuf *b = ofpbuf_new(10);

    insert(&list, &b->list_node);
    CHECK(ofpbuf_from_list(list.next) == b);
    insert(&list, &ofpbuf_new(0)->list_node);
    insert(&list, &ofpbuf_new(1)->list_node);
    ofpbuf_list_delete(&list);
    CHECK(list.prev == &list && list.next == &list);
    ofpbuf_list_delete(&list);
    CHECK(list.prev == &list && list.next == &list);
}

static void
resizing_layers_moves_the_offsets_behind(void)
{
    struct ofpbuf *b = ofpbuf_new_with_headroom(40, 4);

    ofpbuf_put_zeros(b, 40);
    ofpbuf_set_frame(b, ofpbuf_data(b));
    ofpbuf_set_l2_5(b, (char *) b->frame + 14);
    ofpbuf_set_l3(b, (char *) b->frame + 18);

    CHECK(ofpbuf_resize_l2_5(b, 4) == ofpbuf_data(b));
    CHECK(b->frame == ofpbuf_data(b));
    CHECK_INT(ofpbuf_size(b), 44);
    CHECK_INT(b->l2_5_ofs, 14);
    CHECK_INT(b->l3_ofs, 22);
    CHECK_INT(b->l4_ofs, UINT16_MAX);

    ofpbuf_set_l4(b, (char *) b->frame + 30);
    CHECK(ofpbuf_resize_l2(b, -8) == ofpbuf_data(b));
    CHECK_INT(ofpbuf_size(b), 36);
    CHECK_INT(b->l2_5_ofs, 6);
    CHECK_INT(b->l3_ofs, 14);
    CHECK_INT(b->l4_ofs, 22);
    ofpbuf_set_l2_5(b, NULL);
    ofpbuf_set_l3(b, NULL);
    ofpbuf_set_l4(b, NULL);
    CHECK(!ofpbuf_l2(b) && !ofpbuf_l2_5(b) && !ofpbuf_l3(b) && !ofpbuf_l4(b));
    ofpbuf_delete(b);
}

static void
payloads_follow_whole_headers(void)
{
    struct ofpbuf b;
    uint8_t packet[64];
    uint8_t *l4 = packet + 4;

    memset(packet, 0, sizeof packet);
    ofpbuf_use_const(&b, packet, 4 + 20);
    ofpbuf_set_frame(&b, packet);
    CHECK(!ofpbuf_get_udp_payload(&b) && !ofpbuf_get_tcp_payload(&b));
    ofpbuf_set_l4(&b, l4);
    CHECK(ofpbuf_get_udp_payload(&b) == l4 + 8);
    CHECK(ofpbuf_get_icmp_payload(&b) == l4 + 8);
    CHECK(ofpbuf_get_sctp_payload(&b) == l4 + 12);
    CHECK(!ofpbuf_get_tcp_payload(&b));
    l4[12] = 5 << 4;
    CHECK(ofpbuf_get_tcp_payload(&b) == l4 + 20);
    l4[12] = 6 << 4;
    CHECK(!ofpbuf_get_tcp_payload(&b));
    ofpbuf_set_size(&b, 4 + 24);
    CHECK(ofpbuf_get_tcp_payload(&b) == l4 + 24);
    ofpbuf_set_size(&b, 4 + 7);
    CHECK(!ofpbuf_get_udp_payload(&b) && !ofpbuf_get_sctp_payload(&b));
    CHECK(!ofpbuf_get_icmp_payload(&b) && !ofpbuf_get_tcp_payload(&b));
}

/* Breaches of the contract. */

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
static void resize_more(void) { ofpbuf_resize_l2(small(), -1); }
static void init_huge(void) { ofpbuf_init(small(), SIZE_MAX); }
static void new_4g(void) { ofpbuf_new((size_t) UINT32_MAX + 1); }
static void new_wrapped(void) { ofpbuf_new_with_headroom(SIZE_MAX, 2); }
static void const_huge(void) { ofpbuf_use_const(small(), "", (size_t) UINT32_MAX + 1); }
static void dpdk_huge(void) { ofpbuf_init_dpdk(small(), (size_t) UINT32_MAX + 1); }
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
static void reserve_huge(void) { ofpbuf_reserve_with_tailroom(ofpbuf_new(0), SIZE_MAX, 2); }
static void padto_huge(void) { ofpbuf_padto(ofpbuf_new(8), SIZE_MAX); }

static void
breaches_abort(void)
{
    CHECK_ABORTS(grow_stack, "ofpbuf_resize__");
    CHECK_ABORTS(push_stack, "ofpbuf_resize__");
    CHECK_ABORTS(grow_dpdk, "ofpbuf_resize__");
    CHECK_ABORTS(trim_dpdk, "ofpbuf_trim");
    CHECK_ABORTS(steal_dpdk, "ofpbuf_steal_data");
    CHECK_ABORTS(uninit_dpdk, "ofpbuf_uninit");
    CHECK_ABORTS(shift_up, "ofpbuf_shift");
    CHECK_ABORTS(shift_down, "ofpbuf_shift");
    CHECK_ABORTS(shift_least, "ofpbuf_shift");
    CHECK_ABORTS(reserve_nonempty, "ofpbuf_reserve");
    CHECK_ABORTS(pull_more, "ofpbuf_pull");
    CHECK_ABORTS(at_more, "ofpbuf_at_assert");
    CHECK_ABORTS(resize_more, "ofpbuf_pull");
}

static void
sizes_that_do_not_fit_abort(void)
{
    CHECK_ABORTS(init_huge, "ofpbuf_init");
    CHECK_ABORTS(new_4g, "ofpbuf_init");
    CHECK_ABORTS(new_wrapped, "ofpbuf_init");
    CHECK_ABORTS(const_huge, "ofpbuf_use__");
    CHECK_ABORTS(dpdk_huge, "ofpbuf_init_dpdk");
    CHECK_ABORTS(put_huge, "ofpbuf_resize__");
    CHECK_ABORTS(put_4g, "ofpbuf_resize__");
    CHECK_ABORTS(push_huge, "ofpbuf_resize__");
    CHECK_ABORTS(reserve_huge, "ofpbuf_resize__");
    CHECK_ABORTS(padto_huge, "ofpbuf_resize__");
}

static void
no_data_may_be_null(void)
{
    struct ofpbuf b;

    ofpbuf_init(&b, 0);
    ofpbuf_put(&b, NULL, 0);
    ofpbuf_push(&b, NULL, 0);
    ofpbuf_put_zeros(&b, 0);
    CHECK_ROOM(&b, 0, 0, 0, 0);
    ofpbuf_uninit(&b);
}

int
main(void)
{
    RUN(a_new_buffer_has_no_layers_and_is_on_no_list);
    RUN(growing_adds_64_bytes_or_what_is_wanted);
    RUN(a_stub_moves_to_the_heap_with_what_is_around_its_data);
    RUN(reserving_makes_headroom);
    RUN(clones_are_copies_with_the_layers);
    RUN(padding_shifting_and_pulling);
    RUN(stolen_data_is_malloced);
    RUN(hex_digits_are_read_in_pairs);
    RUN(a_buffer_as_a_string);
    RUN(a_list_is_deleted_whole);
    RUN(resizing_layers_moves_the_offsets_behind);
    RUN(payloads_follow_whole_headers);
    RUN(breaches_abort);
    RUN(sizes_that_do_not_fit_abort);
    RUN(no_data_may_be_null);
    return tap_done();
}
