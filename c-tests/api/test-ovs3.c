/* SPDX-License-Identifier: Apache-2.0 */
/* The 3.x interface: its layouts, and what it has beyond the 2014 interface. */

#include <arpa/inet.h>
#include <limits.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include "layout.h"
#include "netlink-socket.h"
#include "netlink.h"
#include "netns.h"
#include "nlsock-ext.h"
#include "processes.h"
#include "tap.h"

/* On x86-64 64 bytes. */
SIZE(struct ovs_list, 2 * WORD);
SIZE(struct ofpbuf, 7 * WORD + 8);
AT(struct ofpbuf, base, 0);
AT(struct ofpbuf, data, WORD);
AT(struct ofpbuf, size, 2 * WORD);
AT(struct ofpbuf, allocated, 2 * WORD + 4);
AT(struct ofpbuf, header, 2 * WORD + 8);
AT(struct ofpbuf, msg, 3 * WORD + 8);
AT(struct ofpbuf, list_node, 4 * WORD + 8);
AT(struct ofpbuf, source, 6 * WORD + 8);
SIZE(enum ofpbuf_source, 1);
SIZE(struct nl_dump, 2 * WORD + 8 + MUTEX);
AT(struct nl_dump, sock, 0);
AT(struct nl_dump, nl_seq, WORD);
AT(struct nl_dump, status, WORD + 4);
AT(struct nl_dump, mutex, WORD + 8);
SIZE(struct nl_transaction, 3 * WORD);
SIZE(struct nl_policy, 4 * WORD);
SIZE(struct ovs_mutex, MUTEX + WORD);
IS(NL_A_U64, 5);
IS(NL_A_U128, 6);
IS(NL_A_BE128, 6);
IS(NL_A_STRING, 7);
IS(NL_A_FLAG, 8);
IS(NL_A_IPV6, 9);
IS(NL_A_NESTED, 10);
IS(NL_A_LL_ADDR, 11);
IS(NL_A_RTA_VIA, 12);
IS(N_NL_ATTR_TYPES, 13);
SIZE(ovs_u128, 16);
SIZE(ovs_be128, 16);
_Static_assert(_Alignof(ovs_u128) == _Alignof(struct after_three_ints),
               "ovs_u128 has the wrong alignment");
SIZE(struct eth_addr, 6);
SIZE(struct ib_addr, 20);

/* Buffers. */

static void
initializers_are_as_the_functions(void)
{
    uint32_t stub[4] = { 1, 2, 3, 4 };
    struct ofpbuf a = OFPBUF_STUB_INITIALIZER(stub);
    struct ofpbuf b;

    memset(&b, 0, sizeof b);
    ofpbuf_use_stub(&b, stub, sizeof stub);
    CHECK(a.base == b.base && a.data == b.data && a.size == b.size);
    CHECK(a.allocated == b.allocated && a.source == b.source);
    CHECK(!memcmp(&a.list_node, &b.list_node, sizeof a.list_node));
    a = ofpbuf_const_initializer(stub, 12);
    ofpbuf_use_const(&b, stub, 12);
    CHECK(a.data == b.data && a.size == b.size && a.allocated == b.allocated);
    CHECK(a.source == b.source && ofpbuf_equal(&a, &b));
}

static void
header_and_msg_move_with_the_data(void)
{
    struct ofpbuf *b = ofpbuf_new(4);
    struct ofpbuf *clone;
    void *data;

    ofpbuf_put(b, "abcd", 4);
    b->header = (char *) b->data + 1;
    b->msg = (char *) b->data + 3;
    ofpbuf_put_zeros(b, 1000);
    CHECK(b->header == (char *) b->data + 1 && b->msg == (char *) b->data + 3);
    ofpbuf_push(b, "x", 1);
    CHECK(b->header == (char *) b->data + 2 && b->msg == (char *) b->data + 4);
    CHECK_INT(ofpbuf_headersize(b), 2);
    CHECK_INT(ofpbuf_msgsize(b), 1001);
    CHECK(!ofpbuf_oversized(b));
    clone = ofpbuf_clone(b);
    CHECK(clone->header == (char *) clone->data + 2 && clone->msg == (char *) clone->data + 4);
    ofpbuf_delete(clone);
    b->size = 0;
    clone = ofpbuf_clone(b);
    CHECK(!clone->data && !clone->header && !clone->msg);
    ofpbuf_delete(clone);
    data = ofpbuf_steal_data(b);
    CHECK(!b->base && !b->data && !b->header && !b->msg);
    free(data);
    free(b);
}

static void
bytes_are_inserted_and_cut(void)
{
    struct ofpbuf b;
    char *aligned;

    ofpbuf_init(&b, 0);
    CHECK(!*ofpbuf_put_hex(&b, "41.42 .43", NULL));
    CHECK(b.size == 3 && !memcmp(b.data, "ABC", 3));
    ofpbuf_clear(&b);
    ofpbuf_insert(&b, 0, "ad", 2);
    ofpbuf_insert(&b, 1, "bc", 2);
    ofpbuf_insert(&b, 4, "e", 1);
    ofpbuf_insert(&b, 2, NULL, 0);
    CHECK_INT(b.size, 5);
    CHECK(!memcmp(b.data, "abcde", 5));
    ofpbuf_truncate(&b, 5);
    ofpbuf_truncate(&b, 2);
    CHECK_INT(b.size, 2);
    ofpbuf_pull(&b, 1);
    ofpbuf_align(&b);
    aligned = b.data;
    CHECK(aligned == b.base && !((uintptr_t) aligned % _Alignof(max_align_t)));
    CHECK_INT(b.allocated, 1);
    CHECK(aligned[0] == 'b');
    ofpbuf_uninit(&b);
}

struct ds {
    char *string;
    size_t length, allocated;
};

static void
strings_and_data_of_others_become_buffers(void)
{
    struct ds ds = { NULL, 3, 7 };
    char data[4] = "abc";
    struct ofpbuf b;

    ds.string = strcpy(malloc(8), "abc");
    ofpbuf_use_ds(&b, &ds);
    CHECK_INT(b.size, 3);
    CHECK_INT(b.allocated, 8);
    CHECK_INT(b.source, OFPBUF_MALLOC);
    ofpbuf_uninit(&b);

    ofpbuf_use_data(&b, data, 3);
    CHECK_INT(b.size, 3);
    CHECK_INT(b.source, OFPBUF_STUB);
    ofpbuf_put(&b, "d", 1);
    CHECK(b.data != data && !memcmp(b.data, "abcd", 4));
    ofpbuf_uninit(&b);
}

/* Messages. */

static void
wide_values_travel_whole(void)
{
    ovs_u128 u128 = { .u32 = { 1, 2, 3, 4 } };
    ovs_be128 be128 = { .be32 = { 5, 6, 7, 8 } };
    struct in6_addr in6;
    struct eth_addr eth;
    struct ib_addr ib;
    const struct nlattr *nla;
    struct ofpbuf b;
    uint8_t bytes[20];
    size_t left;
    int i;

    for (i = 0; i < 20; i++) {
        bytes[i] = (uint8_t) (100 + i);
    }
    CHECK_INT(inet_pton(AF_INET6, "fe80::1:2", &in6), 1);
    ofpbuf_init(&b, 0);
    nl_msg_put_be128(&b, 2, be128);
    nl_msg_put_in6_addr(&b, 3, &in6);
    nl_msg_put_unspec(&b, 4, bytes, 6);
    nl_msg_put_unspec(&b, 5, bytes, 20);
    nl_msg_push_u128(&b, 1, u128);
    nl_msg_push_be128(&b, 6, be128);
    nl_msg_put_u128(&b, 7, u128);
    i = 0;
    NL_ATTR_FOR_EACH (nla, left, (const struct nlattr *) b.data, b.size) {
        ovs_u128 u;
        ovs_be128 be;

        switch (nl_attr_type(nla)) {
        case 1: case 7:
            u = nl_attr_get_u128(nla);
            CHECK(!memcmp(&u, &u128, sizeof u));
            break;
        case 2: case 6:
            be = nl_attr_get_be128(nla);
            CHECK(!memcmp(&be, &be128, sizeof be));
            break;
        case 3: {
            struct in6_addr address = nl_attr_get_in6_addr(nla);
            CHECK(!memcmp(&address, &in6, sizeof in6));
            break;
        }
        case 4:
            eth = nl_attr_get_eth_addr(nla);
            CHECK(!memcmp(eth.ea, bytes, 6));
            break;
        case 5:
            ib = nl_attr_get_ib_addr(nla);
            CHECK(!memcmp(ib.ia, bytes, 20));
            break;
        }
        i++;
    }
    CHECK_INT(i, 7);
    CHECK_INT(left, 0);
    ofpbuf_uninit(&b);
}

static void
nested_attributes_can_be_taken_back(void)
{
    struct ofpbuf b;
    size_t offset;

    ofpbuf_init(&b, 0);
    nl_msg_put_string__(&b, 1, "abcdef", 2);
    CHECK_INT(b.size, 8);
    CHECK_STR((char *) b.data + 4, "ab");
    offset = nl_msg_start_nested(&b, 2);
    nl_msg_put_u32(&b, 3, 4);
    nl_msg_cancel_nested(&b, offset);
    CHECK_INT(b.size, 8);
    offset = nl_msg_start_nested_with_flag(&b, 2);
    CHECK(nl_msg_end_non_empty_nested(&b, offset));
    CHECK_INT(b.size, 8);
    offset = nl_msg_start_nested_with_flag(&b, NLA_F_NESTED | 2);
    nl_msg_put_u32(&b, 3, 4);
    CHECK(!nl_msg_end_non_empty_nested(&b, offset));
    CHECK_INT(b.size, 20);
    CHECK_INT(((struct nlattr *) ((char *) b.data + 8))->nla_type, NLA_F_NESTED | 2);
    nl_msg_reset_size(&b, 8);
    nl_msg_put_u32(&b, 3, 4);
    nl_msg_wrap_nested(&b, 9, 8, 8);
    CHECK_INT(b.size, 20);
    CHECK(!memcmp((char *) b.data + 8, (uint16_t[]) { 12, 9, 8, 3 }, 8));
    ofpbuf_clear(&b);
    ofpbuf_put_zeros(&b, 65532);
    nl_msg_wrap_nested(&b, 9, 0, 65532);    /* Callers check the size afterwards. */
    CHECK_INT(b.size, 65536);
    CHECK(!memcmp(b.data, (uint16_t[]) { 0, 9 }, 4));
    ofpbuf_uninit(&b);
}

static void
attributes_need_no_room_for_padding(void)
{
    struct ofpbuf b;

    ofpbuf_init(&b, 0);
    nl_msg_put_unspec_zero(&b, 1, 65531);
    CHECK_INT(b.size, 65536);
    CHECK(!nl_attr_oversized(65531) && nl_attr_oversized(65532));
    ofpbuf_uninit(&b);
}

static void
new_types_have_lengths(void)
{
    static const struct { enum nl_attr_type type; size_t min, max; } cases[] = {
        { NL_A_U128, 16, 16 }, { NL_A_IPV6, 16, 16 }, { NL_A_LL_ADDR, 6, 20 },
        { NL_A_RTA_VIA, 6, 18 }, { NL_A_NESTED, 0, 24 }, { NL_A_FLAG, 0, 24 },
    };
    uint32_t attr[8] = { 0 };
    size_t i, size;

    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct nl_policy policy = { .type = cases[i].type };

        for (size = 0; size <= 24; size++) {
            ((struct nlattr *) attr)->nla_len = (uint16_t) (4 + size);
            CHECK_INT(nl_attr_validate((struct nlattr *) attr, &policy),
                      size >= cases[i].min && size <= cases[i].max);
        }
    }
}

/* A refusal with an error text of 'size' bytes, followed by 'garbage' bytes. */
static const char *
words_of(const char *words, size_t size, size_t garbage)
{
    static uint64_t memory[16];
    struct nlmsgerr refusal = { .error = -EINVAL, .msg = { .nlmsg_len = 17 } };
    const char *text = NULL;
    struct ofpbuf msg;
    int error = 0;

    ofpbuf_use_stack(&msg, memory, sizeof memory);
    nl_msg_put_nlmsghdr(&msg, 0, NLMSG_ERROR, 0x200 /* NLM_F_ACK_TLVS */);
    nl_msg_put(&msg, &refusal, sizeof refusal);
    nl_msg_put_uninit(&msg, 1);         /* The rest of the request, which the kernel pads. */
    nl_msg_put_unspec(&msg, 1, words, size);
    ofpbuf_put_zeros(&msg, garbage);
    CHECK(nl_msg_nlmsgerr(&msg, &error, &text));
    CHECK_INT(error, EINVAL);
    return text;
}

static void
words_are_well_formed_or_none(void)
{
    const char *text = words_of("because", 8, 0);

    CHECK(text && !strcmp(text, "because"));
    CHECK(!words_of("because", 7, 0));
    CHECK(!words_of("be\0ause", 8, 0));
    CHECK(!words_of("", 0, 0));
    CHECK(!words_of("because", 8, 2));
}

/* The kernel. */

static void
put_bad_route(struct ofpbuf *request)
{
    struct rtmsg rtm = { .rtm_family = AF_INET, .rtm_dst_len = 24, .rtm_table = RT_TABLE_MAIN,
                         .rtm_protocol = RTPROT_STATIC, .rtm_type = RTN_UNICAST };

    ofpbuf_clear(request);
    nl_msg_put_nlmsghdr(request, 0, RTM_NEWROUTE, NLM_F_REQUEST | NLM_F_CREATE | NLM_F_ACK);
    nl_msg_put(request, &rtm, sizeof rtm);
    nl_msg_put_u32(request, RTA_DST, htonl(0x0a000000));
    nl_msg_put_u32(request, RTA_GATEWAY, 0x01020304);
}

static void
refusals_say_why(void)
{
    const char *text = NULL;
    struct nl_sock *sock;
    struct ofpbuf request, buf;
    int error = 0;
    int nsid = 77;

    if (in_qemu_user() && htons(1) == 1) {
        SKIP("qemu-user does not convert extended ACKs to this byte order");
    }
    ofpbuf_init(&request, 64);
    ofpbuf_init(&buf, 4096);
    put_bad_route(&request);
    CHECK_INT(nl_sock_create(NETLINK_ROUTE, &sock), 0);
    CHECK_INT(nl_sock_send(sock, &request, true), 0);
    CHECK_INT(nl_sock_recv(sock, &buf, &nsid, true), 0);
    CHECK_INT(nsid, -1);
    CHECK(nl_msg_nlmsgerr(&buf, &error, &text));
    CHECK(error > 0 && text && strstr(text, "exthop"));
    CHECK(nl_msg_nlmsgerr(&buf, NULL, NULL));
    CHECK_INT(nl_sock_recv(sock, &buf, NULL, false), EAGAIN);
    CHECK_INT(nl_transact(NETLINK_ROUTE, &request, NULL), error);
    nl_sock_destroy(sock);
    ofpbuf_uninit(&request);
    ofpbuf_uninit(&buf);
}

/* The text is that of a refusal whose flags say that it has attributes. */
static void
only_refusals_have_a_text(void)
{
    static const struct { int code; uint16_t flags; bool text; } cases[] = {
        { -EINVAL, NLM_F_CAPPED | NLM_F_ACK_TLVS, true },
        { 0, NLM_F_CAPPED | NLM_F_ACK_TLVS, false },
        { -EINVAL, NLM_F_CAPPED, false },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct nlmsgerr nlerr = { .error = cases[i].code, .msg.nlmsg_len = sizeof nlerr.msg };
        const char *text = NULL;
        struct ofpbuf b;
        int error = -1;

        ofpbuf_init(&b, 64);
        nl_msg_put_nlmsghdr(&b, 0, NLMSG_ERROR, cases[i].flags);
        nl_msg_put(&b, &nlerr, sizeof nlerr);
        nl_msg_put_string(&b, NLMSGERR_ATTR_MSG, "why");
        nl_msg_nlmsghdr(&b)->nlmsg_len = b.size;
        CHECK(nl_msg_nlmsgerr(&b, &error, &text));
        CHECK_INT(error, -cases[i].code);
        CHECK_STR(text ? text : "none", cases[i].text ? "why" : "none");
        ofpbuf_uninit(&b);
    }
}

static void
links_are_dumped(void)
{
    struct ofpbuf request, reply, buf;
    struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC };
    struct nl_dump dump;
    int links = 0;

    ofpbuf_init(&request, 64);
    ofpbuf_init(&buf, NL_DUMP_BUFSIZE);
    nl_msg_put_nlmsghdr(&request, 0, RTM_GETLINK, NLM_F_REQUEST);
    nl_msg_put(&request, &ifi, sizeof ifi);
    nl_dump_start(&dump, NETLINK_ROUTE, &request);
    while (nl_dump_next(&dump, &reply, &buf)) {
        links += nl_msg_nlmsghdr(&reply)->nlmsg_type == RTM_NEWLINK;
    }
    CHECK_INT(nl_dump_done(&dump), 0);
    CHECK(links >= 1);
    ofpbuf_uninit(&request);
    ofpbuf_uninit(&buf);
}

static void
the_receive_buffer_is_4_mib(void)
{
    struct nl_sock *sock;
    socklen_t size = sizeof(int);
    int value = 0;

    if (geteuid()) {
        SKIP("needs root");
    }
    CHECK_INT(nl_sock_create(NETLINK_ROUTE, &sock), 0);
    CHECK_INT(getsockopt(nl_sock_fd(sock), SOL_SOCKET, SO_RCVBUF, &value, &size), 0);
    CHECK_INT(value, 2 * 4 * 1024 * 1024);
    CHECK_INT(nl_sock_listen_all_nsid(sock, true), 0);
    CHECK_INT(nl_sock_listen_all_nsid(sock, false), 0);
    nl_sock_destroy(sock);
}

/* Calls that break the contract abort. */

static void truncate_more(void) { ofpbuf_truncate(ofpbuf_new(4), 1); }
static void insert_beyond(void) { ofpbuf_insert(ofpbuf_new(4), 1, "x", 1); }
static void reset_beyond(void) { nl_msg_reset_size(ofpbuf_new(4), 1); }
static void
align_stack(void)
{
    struct ofpbuf b;

    ofpbuf_use_const(&b, "", 1);
    ofpbuf_align(&b);
}

static void
breaches_abort(void)
{
    CHECK_ABORTS(truncate_more, "ofpbuf_truncate");
    CHECK_ABORTS(insert_beyond, "ofpbuf_insert");
    CHECK_ABORTS(reset_beyond, "nl_msg_reset_size");
    CHECK_ABORTS(align_stack, "ofpbuf_resize__");
}

int
main(void)
{
    if (!netns_enter()) {
        return EXIT_SUCCESS;
    }
    RUN(initializers_are_as_the_functions);
    RUN(header_and_msg_move_with_the_data);
    RUN(bytes_are_inserted_and_cut);
    RUN(strings_and_data_of_others_become_buffers);
    RUN(wide_values_travel_whole);
    RUN(nested_attributes_can_be_taken_back);
    RUN(attributes_need_no_room_for_padding);
    RUN(new_types_have_lengths);
    RUN(words_are_well_formed_or_none);
    RUN(refusals_say_why);
    RUN(only_refusals_have_a_text);
    RUN(links_are_dumped);
    RUN(the_receive_buffer_is_4_mib);
    RUN(breaches_abort);
    return tap_done();
}
