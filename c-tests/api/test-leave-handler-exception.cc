/* SPDX-License-Identifier: Apache-2.0 */
/* A log handler that leaves by a C++ exception: the functions of the library that it was called
 * from lose nothing, and later calls work.  test-leave-handler.c is about more of them, and
 * longjmp(). */

#include <linux/rtnetlink.h>
#include "flavour.h"
#include "netns.h"
#include "nlsock-ext.h"
#include "processes.h"
#include "replaced.h"
#include "sizes.h"

/* What the handler throws. */
struct left { };

/* At how many lines from now the handler leaves, 0 for never. */
static thread_local int leave_after;

extern "C" {
static void
leave_by_exception(void *, int, const char *, const char *)
{
    if (leave_after && !--leave_after) {
        throw left();
    }
}
}

/* Things that go when a function is left by an exception. */

struct buffer {
    struct ofpbuf b;

    buffer() { ofpbuf_init(&b, NL_DUMP_BUFSIZE); }
    ~buffer() { ofpbuf_uninit(&b); }
};

struct request : buffer {
    request(uint16_t type, int ifindex)
    {
        struct ifinfomsg ifi = { };

        ifi.ifi_index = ifindex;
        nl_msg_put_nlmsghdr(&b, sizeof ifi, type, NLM_F_REQUEST);
        nl_msg_put(&b, &ifi, sizeof ifi);
    }
};

struct reply {
    struct ofpbuf *b = nullptr;

    ~reply() { ofpbuf_delete(b); }
};

struct sock {
    struct nl_sock *s = nullptr;

    ~sock() { nl_sock_destroy(s); }
};

/* A dump, which is to be ended even if nl_dump_start() does not return. */
struct dump {
    struct nl_dump d;
    bool over = false;

    ~dump()
    {
        if (!over) {
            nl_dump_done(&d);
        }
    }
};

/* The calls.  Each returns whether the answers are right. */

static bool
refused_transaction()
{
    request request(RTM_GETLINK, 4711);

    return nl_transact(NETLINK_ROUTE, &request.b, nullptr) == ENODEV;
}

static bool
transaction()
{
    request request(RTM_GETLINK, 1);
    reply reply;

    return !nl_transact(NETLINK_ROUTE, &request.b, &reply.b)
           && nl_msg_nlmsghdr(reply.b)->nlmsg_type == RTM_NEWLINK;
}

static bool
batch()
{
    request good(RTM_GETLINK, 1), bad(RTM_GETLINK, 4711);
    buffer reply;
    struct nl_transaction transactions[2] = { { &good.b, &reply.b, -1 }, { &bad.b, nullptr, -1 } };
    struct nl_transaction *pointers[2] = { &transactions[0], &transactions[1] };

    nl_transact_multiple(NETLINK_ROUTE, pointers, 2);
    return !transactions[0].error && transactions[1].error == ENODEV;
}

static bool
whole_dump()
{
    request request(RTM_GETLINK, 0);
    struct ofpbuf message;
    buffer buf;
    dump dump;
    int n = 0;

    nl_dump_start(&dump.d, NETLINK_ROUTE, &request.b);
    while (nl_dump_next(&dump.d, &message, &buf.b)) {
        n++;
    }
    int error = nl_dump_done(&dump.d);
    dump.over = true;
    return !error && n > 0;
}

static bool
dump_all()
{
    request request(RTM_GETLINK, 0);
    reply reply;

    return !nlsock_dump_all(NETLINK_ROUTE, &request.b, 3, 0, &reply.b);
}

static bool
own_socket()
{
    request request(RTM_GETLINK, 1);
    buffer reply;
    sock sock;

    return !nl_sock_create(NETLINK_ROUTE, &sock.s) && !nl_sock_send(sock.s, &request.b, true)
           && !nl_sock_recv(sock.s, &reply.b, true)
           && nl_sock_join_mcgroup(sock.s, 1000000) == EINVAL;
}

static bool
unknown_protocol()
{
    sock sock;

    return nl_sock_create(1000, &sock.s) != 0;
}

static bool
lookups()
{
    unsigned int group;
    int known = 0, unknown = 0;

    return !nl_lookup_genl_family("nlctrl", &known)
           && nl_lookup_genl_family("no such family", &unknown) == ENOENT
           && !nl_lookup_genl_mcgroup("nlctrl", "notify", &group);
}

static bool
short_attribute()
{
    struct nl_policy policy = { };
    struct nlattr nla = { sizeof nla, 1 };

    policy.type = NL_A_U32;
    return !nl_attr_validate(&nla, &policy);
}

static bool (*const calls[])() = {
    refused_transaction, transaction, batch, whole_dump, dump_all, own_socket, unknown_protocol,
    lookups, short_attribute
};
static bool (*this_call)();

/* Leaves a call at each of its lines.  Returns how many it has. */
static int
leave_at_each_line()
{
    for (int line = 1;; line++) {
        leave_after = line;
        try {
            CHECK(this_call());
            leave_after = 0;
            return line - 1;
        } catch (const left &) {
            continue;
        }
    }
}

static void
check_answers()
{
    for (auto call : calls) {
        CHECK(call());
    }
}

static void
leave_one_call()
{
    int i, n = 0;

    clocks_are_fast = true;
    nlsock_log_set_handler(leave_by_exception, nullptr);
    nlsock_log_set_level(NLSOCK_LOG_DBG);
    for (i = 0; i < 3; i++) {
        check_answers();
        leave_at_each_line();
    }
    nlsock_pool_flush();
    struct sizes before = sizes_now();
    for (i = 0; i < fewer(100); i++) {
        n += leave_at_each_line();
    }
    nlsock_pool_flush();
    CHECK_NOT_GROWN(before);
    CHECK(n >= i);
    check_answers();
}

static void left_refused_transaction() { this_call = refused_transaction; leave_one_call(); }
static void left_transaction() { this_call = transaction; leave_one_call(); }
static void left_batch() { this_call = batch; leave_one_call(); }
static void left_dump() { this_call = whole_dump; leave_one_call(); }
static void left_dump_all() { this_call = dump_all; leave_one_call(); }
static void left_own_socket() { this_call = own_socket; leave_one_call(); }
static void left_unknown_protocol() { this_call = unknown_protocol; leave_one_call(); }
static void left_lookups() { this_call = lookups; leave_one_call(); }
static void left_short_attribute() { this_call = short_attribute; leave_one_call(); }

int
main()
{
    if (!netns_enter()) {
        return EXIT_SUCCESS;
    }
    RUN_ALONE(left_refused_transaction);
    RUN_ALONE(left_transaction);
    RUN_ALONE(left_batch);
    RUN_ALONE(left_dump);
    RUN_ALONE(left_dump_all);
    RUN_ALONE(left_own_socket);
    RUN_ALONE(left_unknown_protocol);
    RUN_ALONE(left_lookups);
    RUN_ALONE(left_short_attribute);
    return tap_done();
}
