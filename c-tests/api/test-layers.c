/* SPDX-License-Identifier: Apache-2.0 */
/* ofpbuf.h: the layers of a packet. */

#include "buffer.h"

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

int
main(void)
{
    RUN(clones_are_copies_with_the_layers);
    RUN(resizing_layers_moves_the_offsets_behind);
    RUN(payloads_follow_whole_headers);
    return tap_done();
}
