/* SPDX-License-Identifier: Apache-2.0 */
/* ofpbuf.h: buffers from hex digits, as strings, as malloced data, and on lists. */

#include "buffer.h"

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
insert(ofpbuf_list *list, ofpbuf_list *element)
{
    element->prev = list->prev;
    element->next = list;
    list->prev->next = element;
    list->prev = element;
}

static void
a_list_is_deleted_whole(void)
{
    ofpbuf_list list = { &list, &list };
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

int
main(void)
{
    RUN(stolen_data_is_malloced);
    RUN(hex_digits_are_read_in_pairs);
    RUN(a_buffer_as_a_string);
    RUN(a_list_is_deleted_whole);
    return tap_done();
}
