/* SPDX-License-Identifier: Apache-2.0 */
/* Batches of netfilter on the real kernel: whole or not at all. */

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include "flavour.h"
#include "netns.h"
#include "nlsock-ext.h"
#include "tap.h"

#define MAX 3000

static struct nl_transaction transactions[MAX];
static struct nl_transaction *pointers[MAX];
static size_t n;
static uint8_t family;

static struct ofpbuf *
add(uint16_t type, uint16_t flags, uint16_t resource)
{
    struct nfgenmsg nfgenmsg = { .nfgen_family = family, .res_id = htons(resource) };
    struct ofpbuf *request = ofpbuf_new(64);

    nl_msg_put_nlmsghdr(request, 0, type, NLM_F_REQUEST | flags);
    nl_msg_put(request, &nfgenmsg, sizeof nfgenmsg);
    transactions[n].request = request;
    transactions[n].reply = NULL;
    transactions[n].error = -1;
    pointers[n] = &transactions[n];
    n++;
    return request;
}

static void
add_begin(void)
{
    add(NFNL_MSG_BATCH_BEGIN, 0, NFNL_SUBSYS_NFTABLES);
}

static void
add_end(void)
{
    add(NFNL_MSG_BATCH_END, 0, NFNL_SUBSYS_NFTABLES);
}

static void
add_table(int number, uint16_t flags)
{
    struct ofpbuf *request = add(NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWTABLE,
                                 NLM_F_CREATE | flags, 0);
    char name[16];

    snprintf(name, sizeof name, "table%d", number);
    nl_msg_put_string(request, NFTA_TABLE_NAME, name);
}

static void
clear(void)
{
    while (n) {
        ofpbuf_delete((struct ofpbuf *) transactions[--n].request);
    }
}

/* The number of transactions whose error is this one. */
static size_t
with_error(int error)
{
    size_t count = 0;

    for (size_t i = 0; i < n; i++) {
        count += transactions[i].error == error;
    }
    return count;
}

static int
tables(void)
{
    struct nfgenmsg nfgenmsg = { .nfgen_family = family };
    struct ofpbuf request, reply, buf;
    struct nl_dump dump;
    int count = 0;

    ofpbuf_init(&request, 64);
    ofpbuf_init(&buf, NL_DUMP_BUFSIZE);
    nl_msg_put_nlmsghdr(&request, 0, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETTABLE, NLM_F_REQUEST);
    nl_msg_put(&request, &nfgenmsg, sizeof nfgenmsg);
    nl_dump_start(&dump, NETLINK_NETFILTER, &request);
    while (nl_dump_next(&dump, &reply, &buf)) {
        count++;
    }
    ofpbuf_uninit(&request);
    ofpbuf_uninit(&buf);
    return nl_dump_done(&dump) ? -1 : count;
}

static void
a_batch_of_any_length_is_carried_out(void)
{
    int before = tables();

    add_begin();
    for (int i = 0; i < MAX - 2; i++) {
        add_table(i, NLM_F_ACK | (i % 3 ? 0 : NLM_F_ECHO));
    }
    add_end();
    nl_transact_multiple(NETLINK_NETFILTER, pointers, n);
    CHECK_INT(with_error(0), n);
    CHECK_INT(tables(), before + MAX - 2);
    clear();
}

static void
replies_and_acknowledgements_are_optional(void)
{
    struct ofpbuf *reply = ofpbuf_new(64);
    int before = tables();

    add(NFNL_MSG_BATCH_BEGIN, NLM_F_ACK, NFNL_SUBSYS_NFTABLES);
    add_table(10000, 0);
    add_table(10001, NLM_F_ECHO);
    transactions[n - 1].reply = reply;
    add_table(10002, NLM_F_ACK);
    add(NFNL_MSG_BATCH_END, NLM_F_ACK, NFNL_SUBSYS_NFTABLES);
    nl_transact_multiple(NETLINK_NETFILTER, pointers, n);
    CHECK_INT(with_error(0), n);
    CHECK_INT(nl_msg_nlmsghdr(reply)->nlmsg_type, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWTABLE);
    CHECK_INT(tables(), before + 3);
    ofpbuf_delete(reply);
    clear();
}

static void
one_refusal_cancels_the_batch(void)
{
    struct nlsock_counters start, end;
    int before = tables();

    add_begin();
    for (int i = 0; i < 200; i++) {
        add_table(20000 + i, NLM_F_ACK);
    }
    add_table(10000, NLM_F_EXCL);
    add_end();
    nlsock_counters(&start, sizeof start);
    nl_transact_multiple(NETLINK_NETFILTER, pointers, n);
    nlsock_counters(&end, sizeof end);
    CHECK_INT(transactions[201].error, EEXIST);
    CHECK_INT(with_error(ECANCELED), n - 1);
    CHECK_INT(tables(), before);
    CHECK_INT(end.discarded, start.discarded);
    clear();
}

static void
without_an_end_nothing_is_done(void)
{
    int before = tables();

    add_begin();
    add_table(20000, NLM_F_ACK);
    add_begin();
    add_table(20001, NLM_F_ACK);
    add_end();
    nl_transact_multiple(NETLINK_NETFILTER, pointers, n);
    CHECK_INT(transactions[0].error, ECANCELED);
    CHECK_INT(transactions[1].error, ECANCELED);
    CHECK_INT(with_error(0), 3);
    CHECK_INT(tables(), before + 1);
    clear();
}

static void
what_the_kernel_would_drop_silently_is_refused(void)
{
    int before = tables();

    add_begin();
    add_table(20002, 0);
    ofpbuf_set_size(add(NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWTABLE, 0, 0), NLMSG_HDRLEN);
    add_end();
    nl_transact_multiple(NETLINK_NETFILTER, pointers, n);
    CHECK_INT(transactions[2].error, EINVAL);
    CHECK_INT(with_error(ECANCELED), 3);
    CHECK_INT(tables(), before);
    clear();

    /* The kernel ignores what follows a batch in its datagram. */
    add_begin();
    add_table(20002, 0);
    add_end();
    add_begin();
    add_table(20003, 0);
    add_end();
    nlsock_transact_multiple(NETLINK_NETFILTER, pointers, n, NLSOCK_ONE_DATAGRAM);
    CHECK_INT(with_error(EINVAL), n);
    CHECK_INT(tables(), before);
    nl_transact_multiple(NETLINK_NETFILTER, pointers, n);
    CHECK_INT(with_error(0), n);
    CHECK_INT(tables(), before + 2);
    clear();

    /* The kernel would carry out what is before a batch, and refuse the batch. */
    add(NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETGEN, 0, 0);
    add_begin();
    add_table(20004, 0);
    add_end();
    nlsock_transact_multiple(NETLINK_NETFILTER, pointers, n, NLSOCK_ONE_DATAGRAM);
    CHECK_INT(with_error(EINVAL), n);
    CHECK_INT(tables(), before + 2);
    clear();
}

static int
buffer_size(struct nl_sock *sock, int option)
{
    socklen_t size = sizeof(int);
    int value = -1;

    getsockopt(nl_sock_fd(sock), SOL_SOCKET, option, &value, &size);
    return value;
}

static void
a_socket_of_the_program_keeps_its_buffers(void)
{
    struct nl_sock *sock;
    int before = tables();
    int send, receive;

    CHECK_INT(nl_sock_create(NETLINK_NETFILTER, &sock), 0);
    CHECK_INT(setsockopt(nl_sock_fd(sock), SOL_SOCKET, SO_SNDBUF, &(int) { 5000 }, sizeof(int)), 0);
    CHECK_INT(setsockopt(nl_sock_fd(sock), SOL_SOCKET, SO_RCVBUF, &(int) { 5000 }, sizeof(int)), 0);
    send = buffer_size(sock, SO_SNDBUF);
    receive = buffer_size(sock, SO_RCVBUF);
    add_begin();
    for (int i = 0; i < 1000; i++) {
        add_table(30000 + i, NLM_F_ACK);
    }
    add_end();
    nlsock_sock_transact_multiple(sock, pointers, n, NLSOCK_ONE_DATAGRAM);
    CHECK_INT(with_error(0), n);
    CHECK_INT(tables(), before + 1000);
    CHECK_INT(buffer_size(sock, SO_SNDBUF), send);
    CHECK_INT(buffer_size(sock, SO_RCVBUF), receive);
    nl_sock_destroy(sock);
    clear();
}

static void
flags_that_do_not_exist_are_refused(void)
{
    int before = tables();

    add_begin();
    add_table(40000, 0);
    add_end();
    nlsock_transact_multiple(NETLINK_NETFILTER, pointers, n, 4);
    CHECK_INT(with_error(EINVAL), n);
    CHECK_INT(tables(), before);
    clear();
}

/* Whether the kernel has tables of this family, which is the family of the tests from now on. */
static bool
has_family(uint8_t of_tests)
{
    bool has;

    family = of_tests;
    add_begin();
    add_table(50000, 0);
    add_end();
    nl_transact_multiple(NETLINK_NETFILTER, pointers, n);
    has = transactions[1].error != EOPNOTSUPP && transactions[1].error != EPROTONOSUPPORT;
    clear();
    return has;
}

int
main(void)
{
    if (!netns_enter()) {
        return EXIT_SUCCESS;
    }
    if (!has_family(NFPROTO_IPV4) && !has_family(NFPROTO_BRIDGE)) {
        printf("1..0 # SKIP the kernel's nftables has neither IPv4 nor bridges\n");
        return EXIT_SUCCESS;
    }
    RUN(a_batch_of_any_length_is_carried_out);
    RUN(replies_and_acknowledgements_are_optional);
    RUN(one_refusal_cancels_the_batch);
    RUN(without_an_end_nothing_is_done);
    RUN(what_the_kernel_would_drop_silently_is_refused);
    RUN(a_socket_of_the_program_keeps_its_buffers);
    RUN(flags_that_do_not_exist_are_refused);
    return tap_done();
}
