/* SPDX-License-Identifier: Apache-2.0 */
/* ofpbuf.h: where a buffer's memory is, and how much is allocated after each step. */

#include "buffer.h"

static void
a_new_buffer_has_no_layers_and_is_on_no_list(void)
{
    unsigned char poison[sizeof(ofpbuf_list)];
    uint32_t memory[4];
    struct ofpbuf b;

    memset(poison, 0xcc, sizeof poison);
    memset(&b, 0, sizeof b);
    ofpbuf_use_stub(&b, memory, sizeof memory);
    CHECK(ofpbuf_base(&b) == memory && ofpbuf_data(&b) == memory);
    CHECK_ROOM(&b, 0, 16, 0, 16);
    CHECK_INT(b.source, OFPBUF_STUB);
    CHECK(!b.OFPBUF_MARK);
#if !OVS3
    CHECK(!ofpbuf_l2(&b) && !ofpbuf_l2_5(&b) && !ofpbuf_l3(&b) && !ofpbuf_l4(&b));
    CHECK_INT(b.l2_5_ofs, UINT16_MAX);
    CHECK_INT(b.l3_ofs, UINT16_MAX);
    CHECK_INT(b.l4_ofs, UINT16_MAX);
#endif
    CHECK(!memcmp(&b.list_node, poison, sizeof poison));

    ofpbuf_use_stack(&b, memory, sizeof memory);
    CHECK_ROOM(&b, 0, 16, 0, 16);
    CHECK_INT(b.source, OFPBUF_STACK);

    ofpbuf_use_const(&b, memory, 12);
    CHECK_ROOM(&b, 12, 12, 0, 0);
    CHECK_INT(b.source, OFPBUF_STACK);

#if !OVS3
    ofpbuf_use(&b, malloc(20), 20);
    CHECK_ROOM(&b, 0, 20, 0, 20);
    CHECK_INT(b.source, OFPBUF_MALLOC);
    CHECK(ofpbuf_get_uninit_pointer(&b) == ofpbuf_base(&b));
    ofpbuf_uninit(&b);
#endif

    ofpbuf_init(&b, 0);
    CHECK(!ofpbuf_base(&b));
    CHECK_ROOM(&b, 0, 0, 0, 0);
    ofpbuf_reinit(&b, 7);
    CHECK_ROOM(&b, 0, 7, 0, 7);
    ofpbuf_uninit(&b);
    ofpbuf_uninit(NULL);

#if !OVS3
    CHECK(!ofpbuf_get_uninit_pointer(NULL));
    ofpbuf_use_stub(&b, memory, sizeof memory);
    CHECK(!ofpbuf_get_uninit_pointer(&b));
    ofpbuf_init_dpdk(&b, 99);
    CHECK_INT(b.source, OFPBUF_DPDK);
    CHECK_INT(b.allocated, 99);
    CHECK(ofpbuf_base(&b) == memory);
#endif
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
    b.OFPBUF_MARK = (char *) ofpbuf_data(&b) + 1;
    memory[3] = '<';
    memory[8] = '>';
    ofpbuf_trim(&b);
    CHECK(ofpbuf_base(&b) == memory);

    ofpbuf_prealloc_tailroom(&b, 13);
    CHECK_INT(b.source, OFPBUF_MALLOC);
    CHECK_ROOM(&b, 4, 72, 4, 64);
    CHECK(!memcmp((char *) ofpbuf_data(&b) - 1, "<data>", 6));
    CHECK(b.OFPBUF_MARK == (char *) ofpbuf_data(&b) + 1);
    CHECK(memory[4] == 'd');

    /* If the headroom shrinks, its last bytes are kept. */
    ofpbuf_trim(&b);
    CHECK_ROOM(&b, 4, 4, 0, 0);
    CHECK(b.OFPBUF_MARK == (char *) ofpbuf_data(&b) + 1);
    ofpbuf_uninit(&b);

    /* What has no memory gets none. */
    ofpbuf_init(&b, 0);
    ofpbuf_trim(&b);
    CHECK(!ofpbuf_base(&b));
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
#if !OVS3
    ofpbuf_reserve_with_tailroom(&c, 8, 100);
    CHECK_ROOM(&c, 0, 108, 8, 100);
    ofpbuf_reinit(&c, 0);
#endif
    ofpbuf_reserve(&c, 8);
    CHECK_ROOM(&c, 0, 64, 8, 56);
    ofpbuf_clear(&c);
    CHECK_ROOM(&c, 0, 64, 0, 64);
    ofpbuf_uninit(&c);
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
    RUN(padding_shifting_and_pulling);
    RUN(no_data_may_be_null);
    return tap_done();
}
