/* The datapath of Open vSwitch, and connection tracking, on the real kernel: what a daemon asks of
 * them, in batches of the size that it uses, also where replies are lost. */

#include <linux/if_packet.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <pthread.h>
#include "datapath.h"
#include "netns.h"
#include "nlsock-ext.h"

#define N_FLOWS 10000

static int dp;                  /* Its index, once it exists. */

#define NEED_DATAPATH()                                                         \
    do {                                                                        \
        if (datapath_family <= 0) {                                             \
            SKIP("this kernel has no openvswitch");                             \
        }                                                                       \
    } while (0)

/* Puts 'request' to the kernel, by way of the pool. */
static int
ask(const struct ofpbuf *request, struct ofpbuf **replyp)
{
    return nl_transact(NETLINK_GENERIC, request, replyp);
}

static void
families_and_groups_are_found_by_name(void)
{
    static const char *const groups[][2] = {
        { OVS_DATAPATH_FAMILY, OVS_DATAPATH_MCGROUP },
        { OVS_VPORT_FAMILY, OVS_VPORT_MCGROUP },
        { OVS_FLOW_FAMILY, OVS_FLOW_MCGROUP },
    };
    unsigned int numbers[3], group;
    size_t i, j;

    if (nl_lookup_genl_family(OVS_DATAPATH_FAMILY, &datapath_family) == ENOENT) {
        SKIP("this kernel has no openvswitch");
    }
    CHECK_INT(nl_lookup_genl_family(OVS_VPORT_FAMILY, &vport_family), 0);
    CHECK_INT(nl_lookup_genl_family(OVS_FLOW_FAMILY, &flow_family), 0);
    CHECK_INT(nl_lookup_genl_family(OVS_PACKET_FAMILY, &packet_family), 0);
    CHECK(datapath_family > GENL_ID_CTRL && vport_family > GENL_ID_CTRL);
    CHECK(flow_family > GENL_ID_CTRL && packet_family > GENL_ID_CTRL);
    for (i = 0; i < 3; i++) {
        CHECK_INT(nl_lookup_genl_mcgroup(groups[i][0], groups[i][1], &numbers[i]), 0);
        CHECK(numbers[i] > 0);
        for (j = 0; j < i; j++) {
            CHECK(numbers[i] != numbers[j]);
        }
    }
    CHECK_INT(nl_lookup_genl_mcgroup(OVS_FLOW_FAMILY, OVS_VPORT_MCGROUP, &group), EPROTO);
    CHECK_INT(group, 0);
    /* Packets have a family, but no group. */
    CHECK_INT(nl_lookup_genl_mcgroup(OVS_PACKET_FAMILY, OVS_PACKET_FAMILY, &group), EPROTO);
    CHECK_INT(group, 0);
}

static void
a_datapath_is_created_once(void)
{
    struct ofpbuf request, *reply = NULL;
    const struct nlattr *name;

    NEED_DATAPATH();
    ofpbuf_init(&request, 128);
    put_new_datapath(&request, "nls-dp");
    CHECK_INT(ask(&request, &reply), 0);
    if (reply) {
        CHECK_INT(message_type(reply), datapath_family);
        CHECK_INT(reply_command(reply), OVS_DP_CMD_NEW);
        dp = reply_datapath(reply);
        ofpbuf_delete(reply);
    }
    CHECK(dp > 0);
    CHECK_INT(ask(&request, &reply), EEXIST);
    CHECK(!reply);

    put_ovs(&request, datapath_family, 0, OVS_DP_CMD_GET, dp);
    CHECK_INT(ask(&request, &reply), 0);
    if (reply) {
        name = nl_attr_find(reply, OVS_HDRLEN, OVS_DP_ATTR_NAME);
        CHECK(name && !strcmp(nl_attr_get_string(name), "nls-dp"));
        ofpbuf_delete(reply);
    }
    put_ovs(&request, datapath_family, 0, OVS_DP_CMD_GET, dp + 4711);
    CHECK_INT(ask(&request, &reply), ENODEV);
    CHECK(!reply);
    ofpbuf_uninit(&request);
}

/* Ports. */

/* Adds a port of 'type'.  Returns its number. */
static uint32_t
add_port(uint32_t type, const char *name, uint32_t upcall_pid)
{
    struct ofpbuf request, *reply = NULL;
    uint32_t number = UINT32_MAX;

    ofpbuf_init(&request, 128);
    put_new_port(&request, dp, type, name, upcall_pid);
    CHECK_INT(ask(&request, &reply), 0);
    if (reply) {
        CHECK_INT(reply_command(reply), OVS_VPORT_CMD_NEW);
        CHECK_INT(reply_datapath(reply), dp);
        CHECK_STR(port_name(reply), name);
        number = port_number(reply);
        ofpbuf_delete(reply);
    }
    ofpbuf_uninit(&request);
    return number;
}

static int
delete_port(const char *name)
{
    struct ofpbuf request;
    int error;

    ofpbuf_init(&request, 128);
    put_port(&request, NLM_F_ACK, OVS_VPORT_CMD_DEL, dp, name);
    error = ask(&request, NULL);
    ofpbuf_uninit(&request);
    return error;
}

/* Returns how many ports a dump shows, and in '*matchp' how many of them are 'name'. */
static int
count_ports(const char *name, int *matchp)
{
    struct ofpbuf request, reply, buf;
    struct nl_dump dump;
    int n = 0;

    *matchp = 0;
    ofpbuf_init(&request, 128);
    ofpbuf_init(&buf, NL_DUMP_BUFSIZE);
    put_ovs(&request, vport_family, 0, OVS_VPORT_CMD_GET, dp);
    nl_dump_start(&dump, NETLINK_GENERIC, &request);
    while (nl_dump_next(&dump, &reply, &buf)) {
        n++;
        *matchp += !strcmp(port_name(&reply), name);
    }
    CHECK_INT(nl_dump_done(&dump), 0);
    ofpbuf_uninit(&buf);
    ofpbuf_uninit(&request);
    return n;
}

static void
internal_ports_come_and_go(void)
{
    enum { N_PORTS = 50 };
    struct ofpbuf request, *reply;
    char name[16];
    int i, match;

    NEED_DATAPATH();
    for (i = 0; i < N_PORTS; i++) {
        snprintf(name, sizeof name, "nls-p%d", i);
        CHECK(add_port(OVS_VPORT_TYPE_INTERNAL, name, 0) != UINT32_MAX);
    }
    CHECK_INT(count_ports("nls-p7", &match), N_PORTS + 1);
    CHECK_INT(match, 1);

    ofpbuf_init(&request, 128);
    put_new_port(&request, dp, OVS_VPORT_TYPE_INTERNAL, "nls-p7", 0);
    CHECK_INT(ask(&request, &reply), EEXIST);
    CHECK(!reply);
    put_port(&request, 0, OVS_VPORT_CMD_GET, dp, "nls-p7");
    CHECK_INT(ask(&request, &reply), 0);
    if (reply) {
        CHECK_STR(port_name(reply), "nls-p7");
        CHECK(nl_attr_find(reply, OVS_HDRLEN, OVS_VPORT_ATTR_STATS) != NULL);
        ofpbuf_delete(reply);
    }
    ofpbuf_uninit(&request);

    for (i = 0; i < N_PORTS; i++) {
        snprintf(name, sizeof name, "nls-p%d", i);
        CHECK_INT(delete_port(name), 0);
        CHECK_INT(delete_port(name), ENODEV);
    }
    CHECK_INT(count_ports("nls-p7", &match), 1);
    CHECK_INT(match, 0);
}

/* A device of 'kind' becomes a port, and is one no more. */
static void
check_device(const char *kind, const char *name, const char *peer)
{
    struct ofpbuf request;
    char why[64];
    int error, match;

    NEED_DATAPATH();
    ofpbuf_init(&request, 128);
    put_new_device(&request, kind, name, peer);
    error = nl_transact(NETLINK_ROUTE, &request, NULL);
    ofpbuf_uninit(&request);
    if (error == EOPNOTSUPP) {
        snprintf(why, sizeof why, "this kernel has no %s", kind);
        SKIP(why);
    }
    CHECK_INT(error, 0);
    CHECK(add_port(OVS_VPORT_TYPE_NETDEV, name, 0) != UINT32_MAX);
    ofpbuf_init(&request, 128);
    put_new_port(&request, dp, OVS_VPORT_TYPE_NETDEV, name, 0);
    error = ask(&request, NULL);
    CHECK(error == EBUSY || error == EEXIST);
    ofpbuf_uninit(&request);
    CHECK_INT(count_ports(name, &match), 2);
    CHECK_INT(match, 1);
    CHECK_INT(delete_port(name), 0);
    CHECK_INT(count_ports(name, &match), 1);
}

static void
a_veth_is_a_port(void)
{
    check_device("veth", "nls-v0", "nls-v1");
}

static void
a_dummy_is_a_port(void)
{
    check_device("dummy", "nls-d0", NULL);
}

/* Flows. */

/* What the request for flow 'number' asks for: nothing, an acknowledgement, a reply, or both. */
static uint32_t
answer_flags(size_t number)
{
    static const uint32_t flags[] = { 0, NLM_F_ACK, NLM_F_ECHO, NLM_F_ACK | NLM_F_ECHO };

    return flags[number % 4];
}

/* Puts 'cmd' for flows 0 to N_FLOWS - 1 to the kernel, in batches, with 'flags' and the different
 * wishes for an answer, and checks the outcome of each. */
static void
for_all_flows(uint8_t cmd, uint32_t flags, int expected)
{
    struct batch *batch = batch_new();
    unsigned int first;
    size_t i;

    for (first = 0; first < N_FLOWS; first += N_ROUTES) {
        for (i = 0; i < N_ROUTES; i++) {
            put_flow(&batch->requests[i], flags | answer_flags(i), cmd, dp, 0,
                     first + (unsigned int) i);
            batch->transactions[i].error = -1;
        }
        nl_transact_multiple(NETLINK_GENERIC, batch->pointers, N_ROUTES);
        for (i = 0; i < N_ROUTES; i++) {
            struct ofpbuf *reply = batch->transactions[i].reply;
            bool has_reply = cmd == OVS_FLOW_CMD_GET || answer_flags(i) & NLM_F_ECHO;

            CHECK_INT(batch->transactions[i].error, expected);
            if (!reply) {
                continue;
            } else if (expected || !has_reply) {
                CHECK_INT(ofpbuf_size(reply), 0);
            } else if (ofpbuf_size(reply) < OVS_HDRLEN) {
                CHECK(!"the reply is there");
            } else {
                CHECK_INT(message_type(reply), flow_family);
                /* What a GET is answered with depends on the kernel. */
                CHECK(cmd == OVS_FLOW_CMD_GET || reply_command(reply) == cmd);
                CHECK_INT(reply_datapath(reply), dp);
                CHECK_INT(flow_number(reply), first + i);
                CHECK_INT(nl_msg_nlmsghdr(reply)->nlmsg_seq,
                          nl_msg_nlmsghdr(&batch->requests[i])->nlmsg_seq);
            }
        }
    }
    batch_delete(batch);
}

/* A dump of all flows, read by one thread or several. */
struct flow_dump {
    struct nl_dump dump;
    size_t buffer_size;
    int strangers;                      /* Updated atomically, as is 'seen'. */
    unsigned char seen[N_FLOWS];
};

static void *
read_flows(void *dump_)
{
    struct flow_dump *dump = dump_;
    struct ofpbuf reply, buf;

    ofpbuf_init(&buf, dump->buffer_size);
    while (nl_dump_next(&dump->dump, &reply, &buf)) {
        int number = flow_number(&reply);

        if (number >= 0 && number < N_FLOWS && reply_datapath(&reply) == dp) {
            __atomic_add_fetch(&dump->seen[number], 1, __ATOMIC_RELAXED);
        } else {
            __atomic_add_fetch(&dump->strangers, 1, __ATOMIC_RELAXED);
        }
    }
    ofpbuf_uninit(&buf);
    return NULL;
}

/* Checks that a dump by 'n_threads' with buffers of 'buffer_size' shows each flow 'times' times. */
static void
check_flow_dump(int n_threads, size_t buffer_size, int times)
{
    struct flow_dump *dump = calloc(1, sizeof *dump);
    pthread_t threads[4];
    struct ofpbuf request;
    int i;

    dump->buffer_size = buffer_size;
    ofpbuf_init(&request, 128);
    put_ovs(&request, flow_family, 0, OVS_FLOW_CMD_GET, dp);
    nl_dump_start(&dump->dump, NETLINK_GENERIC, &request);
    ofpbuf_uninit(&request);
    for (i = 0; i < n_threads; i++) {
        CHECK_INT(pthread_create(&threads[i], NULL, read_flows, dump), 0);
    }
    for (i = 0; i < n_threads; i++) {
        CHECK_INT(pthread_join(threads[i], NULL), 0);
    }
    CHECK_INT(nl_dump_done(&dump->dump), 0);
    CHECK_INT(dump->strangers, 0);
    for (i = 0; i < N_FLOWS; i++) {
        CHECK_INT(dump->seen[i], times);
    }
    free(dump);
}

static void
ten_thousand_flows_are_added_in_batches(void)
{
    NEED_DATAPATH();
    check_flow_dump(1, NL_DUMP_BUFSIZE, 0);
    for_all_flows(OVS_FLOW_CMD_NEW, NLM_F_CREATE, 0);
    for_all_flows(OVS_FLOW_CMD_GET, 0, 0);
}

static void
flows_that_exist_are_refused(void)
{
    NEED_DATAPATH();
    for_all_flows(OVS_FLOW_CMD_NEW, NLM_F_CREATE, EEXIST);
    for_all_flows(OVS_FLOW_CMD_NEW, NLM_F_CREATE | NLM_F_EXCL, EEXIST);
    /* Without these flags, they are set anew. */
    for_all_flows(OVS_FLOW_CMD_NEW, 0, 0);
}

static void
two_threads_dump_each_flow_once(void)
{
    int i;

    NEED_DATAPATH();
    for (i = 0; i < 5; i++) {
        check_flow_dump(2, NL_DUMP_BUFSIZE, 1);
    }
}

static void
a_small_buffer_is_enough_for_a_dump(void)
{
    NEED_DATAPATH();
    check_flow_dump(1, NLMSG_HDRLEN, 1);
    check_flow_dump(2, 100, 1);
}

static void
a_dump_left_early_disturbs_nothing(void)
{
    struct ofpbuf request, reply, buf;
    struct nl_dump dump;
    int i;

    NEED_DATAPATH();
    ofpbuf_init(&request, 128);
    for (i = 0; i < 3; i++) {
        ofpbuf_init(&buf, NL_DUMP_BUFSIZE);
        put_ovs(&request, flow_family, 0, OVS_FLOW_CMD_GET, dp);
        nl_dump_start(&dump, NETLINK_GENERIC, &request);
        CHECK(nl_dump_next(&dump, &reply, &buf));
        CHECK_INT(nl_dump_done(&dump), 0);
        ofpbuf_uninit(&buf);
        put_flow(&request, 0, OVS_FLOW_CMD_GET, dp, 0, N_FLOWS + 1);
        CHECK_INT(ask(&request, NULL), ENOENT);
    }
    ofpbuf_uninit(&request);
}

static void
a_dump_of_no_datapath_tells_so_at_its_end(void)
{
    struct nlsock_dump_result result;
    struct ofpbuf request;
    struct nl_dump dump;

    NEED_DATAPATH();
    ofpbuf_init(&request, 128);
    put_ovs(&request, flow_family, 0, OVS_FLOW_CMD_GET, dp + 4711);
    nl_dump_start(&dump, NETLINK_GENERIC, &request);
    CHECK_INT(nl_dump_done(&dump), 0);
    nlsock_dump_result(&result, sizeof result);
    CHECK_INT(result.error, ENODEV);
    CHECK_INT(result.messages, 0);
    ofpbuf_uninit(&request);
}

/* Lost replies. */

/* Makes the receive buffer so small that batches overflow it. */
static void
shrink(struct nl_sock *sock, int size)
{
    struct ofpbuf request;

    /* The socket decides on the size of its batches before. */
    ofpbuf_init(&request, 128);
    put_ovs(&request, datapath_family, 0, OVS_DP_CMD_GET, dp);
    CHECK_INT(nl_sock_transact(sock, &request, NULL), 0);
    CHECK_INT(setsockopt(nl_sock_fd(sock), SOL_SOCKET, SO_RCVBUF, &size, sizeof size), 0);
    ofpbuf_uninit(&request);
}

static void
lost_replies_leave_no_outcome_unknown(void)
{
    static const int sizes[] = { 1, 5000, 20000 };
    size_t i, j;

    NEED_DATAPATH();
    for (j = 0; j < 3; j++) {
        struct nl_sock *sock = open_socket(NETLINK_GENERIC);
        struct nlsock_counters before, after;
        struct batch *batch = batch_new();
        int expected;

        shrink(sock, sizes[j]);
        for (i = 0; i < N_ROUTES; i++) {
            struct ofpbuf *request = &batch->requests[i];
            uint32_t ack = i % 4 ? 0 : NLM_F_ACK;
            unsigned int number = (unsigned int) i;

            /* Refused, refused, without a reply, with a reply. */
            switch (i % 10) {
            case 0:
                put_flow(request, ack, OVS_FLOW_CMD_DEL, dp, 0, N_FLOWS + number);
                break;
            case 5:
                put_flow(request, ack | NLM_F_CREATE, OVS_FLOW_CMD_NEW, dp, 0, number);
                break;
            case 7:
                put_flow(request, ack, OVS_FLOW_CMD_NEW, dp, 0, number);
                break;
            default:
                put_flow(request, ack | NLM_F_ECHO, OVS_FLOW_CMD_NEW, dp, 0, number);
                break;
            }
            batch->transactions[i].reply = &batch->replies[i];
        }
        nlsock_counters(&before, sizeof before);
        nl_sock_transact_multiple(sock, batch->pointers, N_ROUTES);
        nlsock_counters(&after, sizeof after);
        CHECK(after.overflow > before.overflow);
        CHECK(after.resent > before.resent);
        for (i = 0; i < N_ROUTES; i++) {
            struct ofpbuf *reply = &batch->replies[i];

            expected = i % 10 == 0 ? ENOENT : i % 10 == 5 ? EEXIST : 0;
            CHECK_INT(batch->transactions[i].error, expected);
            if (expected || i % 10 == 7) {
                CHECK_INT(ofpbuf_size(reply), 0);
            } else if (ofpbuf_size(reply) < OVS_HDRLEN) {
                CHECK(!"the reply is there");
            } else {
                CHECK_INT(flow_number(reply), i);
            }
        }
        CHECK_INT(nl_sock_recv(sock, &batch->replies[0], false), EAGAIN);
        batch_delete(batch);
        nl_sock_destroy(sock);
    }
    check_flow_dump(2, NL_DUMP_BUFSIZE, 1);
}

static void
flows_added_while_replies_are_lost_are_there(void)
{
    struct nlsock_counters before, after;
    struct nl_sock *sock;
    struct batch *batch;
    size_t i;

    NEED_DATAPATH();
    sock = open_socket(NETLINK_GENERIC);
    batch = batch_new();
    /* Flows that do not exist; to set them twice is to set them. */
    for (i = 0; i < N_ROUTES; i++) {
        put_flow(&batch->requests[i], NLM_F_ACK, OVS_FLOW_CMD_DEL, dp, 0, (unsigned int) i);
    }
    nl_sock_transact_multiple(sock, batch->pointers, N_ROUTES);
    shrink(sock, 1);
    for (i = 0; i < N_ROUTES; i++) {
        CHECK_INT(batch->transactions[i].error, 0);
        put_flow(&batch->requests[i], NLM_F_ECHO, OVS_FLOW_CMD_NEW, dp, 0, (unsigned int) i);
    }
    nlsock_counters(&before, sizeof before);
    nl_sock_transact_multiple(sock, batch->pointers, N_ROUTES);
    nlsock_counters(&after, sizeof after);
    CHECK(after.overflow > before.overflow);
    for (i = 0; i < N_ROUTES; i++) {
        CHECK_INT(batch->transactions[i].error, 0);
    }
    check_flow_dump(2, NL_DUMP_BUFSIZE, 1);
    batch_delete(batch);
    nl_sock_destroy(sock);
}

/* Notifications. */

static struct nl_sock *
subscribe(const char *family, const char *group)
{
    struct nl_sock *sock = open_socket(NETLINK_GENERIC);
    unsigned int number;

    CHECK_INT(nl_lookup_genl_mcgroup(family, group, &number), 0);
    CHECK_INT(nl_sock_join_mcgroup(sock, number), 0);
    return sock;
}

static void
flow_changes_arrive_at_a_subscriber(void)
{
    enum { N = 100 };
    struct nl_sock *sock;
    struct batch *batch;
    struct ofpbuf buf;
    unsigned int first = N_FLOWS;
    int round;
    size_t i;

    NEED_DATAPATH();
    sock = subscribe(OVS_FLOW_FAMILY, OVS_FLOW_MCGROUP);
    batch = batch_new();
    ofpbuf_init(&buf, 1024);
    for (round = 0; round < 2; round++) {
        uint8_t cmd = round ? OVS_FLOW_CMD_DEL : OVS_FLOW_CMD_NEW;

        for (i = 0; i < N; i++) {
            put_flow(&batch->requests[i], round ? 0 : NLM_F_CREATE, cmd, dp, 0,
                     first + (unsigned int) i);
        }
        nl_transact_multiple(NETLINK_GENERIC, batch->pointers, N);
        for (i = 0; i < N; i++) {
            CHECK_INT(batch->transactions[i].error, 0);
            CHECK_INT(nl_sock_recv(sock, &buf, false), 0);
            if (ofpbuf_size(&buf) >= OVS_HDRLEN) {
                CHECK_INT(message_type(&buf), flow_family);
                CHECK_INT(reply_command(&buf), cmd);
                CHECK_INT(flow_number(&buf), first + i);
            }
        }
        CHECK_INT(nl_sock_recv(sock, &buf, false), EAGAIN);
    }
    ofpbuf_uninit(&buf);
    batch_delete(batch);
    nl_sock_destroy(sock);
}

static void
port_changes_arrive_at_a_subscriber(void)
{
    struct nl_sock *sock;
    struct ofpbuf buf;
    int round;

    NEED_DATAPATH();
    sock = subscribe(OVS_VPORT_FAMILY, OVS_VPORT_MCGROUP);
    ofpbuf_init(&buf, 64);
    CHECK(add_port(OVS_VPORT_TYPE_INTERNAL, "nls-p0", 0) != UINT32_MAX);
    CHECK_INT(delete_port("nls-p0"), 0);
    for (round = 0; round < 2; round++) {
        CHECK_INT(nl_sock_recv(sock, &buf, false), 0);
        if (ofpbuf_size(&buf) >= OVS_HDRLEN) {
            CHECK_INT(message_type(&buf), vport_family);
            CHECK_INT(reply_command(&buf), round ? OVS_VPORT_CMD_DEL : OVS_VPORT_CMD_NEW);
            CHECK_STR(port_name(&buf), "nls-p0");
        }
    }
    CHECK_INT(nl_sock_recv(sock, &buf, false), EAGAIN);
    ofpbuf_uninit(&buf);
    nl_sock_destroy(sock);
}

/* Packets. */

/* Sends 'n' frames of flow 'number' out of the device 'name', which it sets up. */
static bool
send_frames(const char *name, unsigned int number, int n)
{
    int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    struct sockaddr_ll address;
    struct frame frame;
    struct ifreq ifr;
    bool ok = fd >= 0;

    memset(&ifr, 0, sizeof ifr);
    strcpy(ifr.ifr_name, name);
    ok = ok && !ioctl(fd, SIOCGIFFLAGS, &ifr);
    ifr.ifr_flags |= IFF_UP;
    ok = ok && !ioctl(fd, SIOCSIFFLAGS, &ifr);
    memset(&address, 0, sizeof address);
    address.sll_family = AF_PACKET;
    address.sll_ifindex = (int) if_nametoindex(name);
    frame_init(&frame, number);
    while (ok && n-- > 0) {
        ok = sendto(fd, &frame, sizeof frame, 0, (struct sockaddr *) &address, sizeof address)
             == sizeof frame;
    }
    if (fd >= 0) {
        close(fd);
    }
    return ok;
}

static void
a_flow_found_by_its_key_has_counted_its_packets(void)
{
    struct ofpbuf request, *reply = NULL;
    struct ovs_flow_stats stats;
    uint32_t port;
    int n;

    NEED_DATAPATH();
    port = add_port(OVS_VPORT_TYPE_INTERNAL, "nls-p0", 0);
    ofpbuf_init(&request, 128);
    put_flow(&request, NLM_F_CREATE | NLM_F_ACK, OVS_FLOW_CMD_NEW, dp, port, 77);
    CHECK_INT(ask(&request, NULL), 0);
    for (n = 0; n <= 5; n += 5) {
        CHECK(send_frames("nls-p0", 77, n));
        put_flow(&request, 0, OVS_FLOW_CMD_GET, dp, port, 77);
        CHECK_INT(ask(&request, &reply), 0);
        if (reply) {
            CHECK_INT(flow_number(reply), 77);
            flow_stats(reply, &stats);
            CHECK_INT(stats.n_packets, n);
            CHECK_INT(stats.n_bytes, n * (int) sizeof(struct frame));
            ofpbuf_delete(reply);
        }
    }
    put_flow(&request, NLM_F_ECHO, OVS_FLOW_CMD_DEL, dp, port, 77);
    CHECK_INT(ask(&request, &reply), 0);
    if (reply) {
        flow_stats(reply, &stats);
        CHECK_INT(stats.n_packets, 5);
        ofpbuf_delete(reply);
    }
    put_flow(&request, 0, OVS_FLOW_CMD_GET, dp, port, 77);
    CHECK_INT(ask(&request, &reply), ENOENT);
    CHECK(!reply);
    ofpbuf_uninit(&request);
    CHECK_INT(delete_port("nls-p0"), 0);
}

/* Receives the packets that wait in 'sock', and returns how many are frames of flow 'number' that
 * came up for the reason 'cmd': the device, once up, sends some of its own. */
static int
count_frames(struct nl_sock *sock, uint8_t cmd, unsigned int number)
{
    const struct nlattr *packet;
    struct frame frame;
    struct ofpbuf buf;
    int n = 0;

    frame_init(&frame, number);
    ofpbuf_init(&buf, 2048);
    while (!nl_sock_recv(sock, &buf, false)) {
        CHECK_INT(message_type(&buf), packet_family);
        packet = nl_attr_find(&buf, OVS_HDRLEN, OVS_PACKET_ATTR_PACKET);
        CHECK(packet && nl_attr_find(&buf, OVS_HDRLEN, OVS_PACKET_ATTR_KEY));
        n += packet && reply_command(&buf) == cmd
             && nl_attr_get_size(packet) == sizeof frame
             && !memcmp(nl_attr_get(packet), &frame, sizeof frame);
    }
    ofpbuf_uninit(&buf);
    return n;
}

static void
packets_without_a_flow_come_up(void)
{
    struct nl_sock *sock;

    NEED_DATAPATH();
    sock = open_socket(NETLINK_GENERIC);
    add_port(OVS_VPORT_TYPE_INTERNAL, "nls-p0", nl_sock_pid(sock));
    CHECK(send_frames("nls-p0", 42, 10));
    CHECK_INT(count_frames(sock, OVS_PACKET_CMD_MISS, 42), 10);
    CHECK_INT(delete_port("nls-p0"), 0);
    nl_sock_destroy(sock);
}

/* Makes 'request' one to send a frame of flow 'number' to the socket 'pid', by an action. */
static void
put_execute(struct ofpbuf *request, unsigned int number, uint32_t pid)
{
    struct frame frame;
    size_t actions, action;

    frame_init(&frame, number);
    put_ovs(request, packet_family, number % 2 ? NLM_F_ACK : 0, OVS_PACKET_CMD_EXECUTE, dp);
    nl_msg_put_unspec(request, OVS_PACKET_ATTR_PACKET, &frame, sizeof frame);
    put_flow_key(request, OVS_PACKET_ATTR_KEY, 0, number);
    actions = nl_msg_start_nested(request, OVS_PACKET_ATTR_ACTIONS);
    action = nl_msg_start_nested(request, OVS_ACTION_ATTR_USERSPACE);
    nl_msg_put_u32(request, OVS_USERSPACE_ATTR_PID, pid);
    nl_msg_end_nested(request, action);
    nl_msg_end_nested(request, actions);
}

static void
packets_are_executed_in_a_batch(void)
{
    enum { N = 50 };
    struct nl_sock *sock;
    struct batch *batch;
    unsigned int i;

    NEED_DATAPATH();
    sock = open_socket(NETLINK_GENERIC);
    batch = batch_new();
    for (i = 0; i < N; i++) {
        /* Every fifth has no Ethernet header. */
        put_execute(&batch->requests[i], i % 5 == 4 ? i : 1000, nl_sock_pid(sock));
        if (i % 5 == 4) {
            put_ovs(&batch->requests[i], packet_family, 0, OVS_PACKET_CMD_EXECUTE, dp);
        }
    }
    nl_transact_multiple(NETLINK_GENERIC, batch->pointers, N);
    for (i = 0; i < N; i++) {
        CHECK_INT(batch->transactions[i].error, i % 5 == 4 ? EINVAL : 0);
    }
    CHECK_INT(count_frames(sock, OVS_PACKET_CMD_ACTION, 1000), N - N / 5);
    batch_delete(batch);
    nl_sock_destroy(sock);
}

/* The end. */

static void
ten_thousand_flows_are_deleted_in_batches(void)
{
    NEED_DATAPATH();
    for_all_flows(OVS_FLOW_CMD_DEL, 0, 0);
    for_all_flows(OVS_FLOW_CMD_DEL, 0, ENOENT);
    for_all_flows(OVS_FLOW_CMD_GET, 0, ENOENT);
    check_flow_dump(2, NL_DUMP_BUFSIZE, 0);
}

static void
a_datapath_is_deleted_once(void)
{
    struct ofpbuf request;
    struct nl_sock *sock;

    NEED_DATAPATH();
    sock = subscribe(OVS_DATAPATH_FAMILY, OVS_DATAPATH_MCGROUP);
    ofpbuf_init(&request, 128);
    put_ovs(&request, datapath_family, NLM_F_ACK, OVS_DP_CMD_DEL, dp);
    CHECK_INT(ask(&request, NULL), 0);
    put_ovs(&request, datapath_family, NLM_F_ACK, OVS_DP_CMD_DEL, dp);
    CHECK_INT(ask(&request, NULL), ENODEV);
    CHECK_INT(nl_sock_recv(sock, &request, false), 0);
    if (ofpbuf_size(&request) >= OVS_HDRLEN) {
        CHECK_INT(reply_command(&request), OVS_DP_CMD_DEL);
        CHECK_INT(reply_datapath(&request), dp);
    }
    ofpbuf_uninit(&request);
    nl_sock_destroy(sock);
}

/* Connections. */

#define CT_TYPE(MSG) ((NFNL_SUBSYS_CTNETLINK << 8) | (MSG))
#define N_CONNECTIONS N_ROUTES

static void
put_connection_request(struct ofpbuf *request, int message, uint32_t flags)
{
    struct nfgenmsg nfg;

    memset(&nfg, 0, sizeof nfg);
    nfg.nfgen_family = AF_INET;
    ofpbuf_clear(request);
    nl_msg_put_nlmsghdr(request, 0, (uint32_t) CT_TYPE(message), NLM_F_REQUEST | flags);
    nl_msg_put(request, &nfg, sizeof nfg);
}

/* Puts a tuple of UDP between 10.0.0.'from' and 10.0.0.'to'. */
static void
put_tuple(struct ofpbuf *request, uint16_t type, unsigned int from, uint16_t from_port,
          unsigned int to, uint16_t to_port)
{
    size_t tuple = nl_msg_start_nested(request, type);
    size_t part = nl_msg_start_nested(request, CTA_TUPLE_IP);

    nl_msg_put_be32(request, CTA_IP_V4_SRC, htonl(0x0a000000 + from));
    nl_msg_put_be32(request, CTA_IP_V4_DST, htonl(0x0a000000 + to));
    nl_msg_end_nested(request, part);
    part = nl_msg_start_nested(request, CTA_TUPLE_PROTO);
    nl_msg_put_u8(request, CTA_PROTO_NUM, IPPROTO_UDP);
    nl_msg_put_be16(request, CTA_PROTO_SRC_PORT, htons(from_port));
    nl_msg_put_be16(request, CTA_PROTO_DST_PORT, htons(to_port));
    nl_msg_end_nested(request, part);
    nl_msg_end_nested(request, tuple);
}

/* Makes 'request' one to track the connection whose source port is 'port'. */
static void
put_new_connection(struct ofpbuf *request, uint32_t flags, uint16_t port)
{
    put_connection_request(request, IPCTNL_MSG_CT_NEW, flags);
    put_tuple(request, CTA_TUPLE_ORIG, 1, port, 2, 53);
    put_tuple(request, CTA_TUPLE_REPLY, 2, 53, 1, port);
    nl_msg_put_be32(request, CTA_STATUS, htonl(IPS_CONFIRMED));
    nl_msg_put_be32(request, CTA_TIMEOUT, htonl(1000));
}

/* Returns the source port of the connection in 'reply', or 0. */
static uint16_t
connection_port(const struct ofpbuf *reply)
{
    const struct nlattr *nla;

    nla = nl_attr_find(reply, NLMSG_HDRLEN + sizeof(struct nfgenmsg), CTA_TUPLE_ORIG);
    nla = nla ? nl_attr_find_nested(nla, CTA_TUPLE_PROTO) : NULL;
    nla = nla ? nl_attr_find_nested(nla, CTA_PROTO_SRC_PORT) : NULL;
    return nla ? ntohs(nl_attr_get_be16(nla)) : 0;
}

/* Dumps the connections; 'seen' counts their source ports from 1.  Returns the dump's result. */
static int
dump_connections(int seen[N_CONNECTIONS + 1])
{
    struct ofpbuf request, reply, buf;
    struct nl_dump dump;

    memset(seen, 0, (N_CONNECTIONS + 1) * sizeof *seen);
    ofpbuf_init(&request, 64);
    ofpbuf_init(&buf, NL_DUMP_BUFSIZE);
    put_connection_request(&request, IPCTNL_MSG_CT_GET, 0);
    nl_dump_start(&dump, NETLINK_NETFILTER, &request);
    while (nl_dump_next(&dump, &reply, &buf)) {
        uint16_t port = connection_port(&reply);

        CHECK_INT(message_type(&reply), CT_TYPE(IPCTNL_MSG_CT_NEW));
        seen[port <= N_CONNECTIONS ? port : 0]++;
    }
    ofpbuf_uninit(&buf);
    ofpbuf_uninit(&request);
    return nl_dump_done(&dump);
}

static void
connections_are_added_dumped_and_flushed(void)
{
    static int seen[N_CONNECTIONS + 1];
    struct nl_sock *sock;
    struct batch *batch;
    int error, i, round;

    if (nl_sock_create(NETLINK_NETFILTER, &sock)) {
        SKIP("this kernel has no NETLINK_NETFILTER");
    }
    nl_sock_destroy(sock);
    error = dump_connections(seen);
    if (error == EINVAL) {
        SKIP("this kernel has no connection tracking over netlink");
    }
    CHECK_INT(error, 0);

    batch = batch_new();
    for (round = 0; round < 2; round++) {
        for (i = 0; i < N_CONNECTIONS; i++) {
            put_new_connection(&batch->requests[i],
                               NLM_F_CREATE | NLM_F_EXCL | (i % 2 ? NLM_F_ACK : 0),
                               (uint16_t) (i + 1));
        }
        nl_transact_multiple(NETLINK_NETFILTER, batch->pointers, N_CONNECTIONS);
        for (i = 0; i < N_CONNECTIONS; i++) {
            CHECK_INT(batch->transactions[i].error, round ? EEXIST : 0);
        }
    }
    CHECK_INT(dump_connections(seen), 0);
    CHECK_INT(seen[0], 0);
    for (i = 1; i <= N_CONNECTIONS; i++) {
        CHECK_INT(seen[i], 1);
    }

    put_connection_request(&batch->requests[0], IPCTNL_MSG_CT_DELETE, NLM_F_ACK);
    CHECK_INT(nl_transact(NETLINK_NETFILTER, &batch->requests[0], NULL), 0);
    CHECK_INT(dump_connections(seen), 0);
    for (i = 0; i <= N_CONNECTIONS; i++) {
        CHECK_INT(seen[i], 0);
    }
    batch_delete(batch);
}

int
main(void)
{
    if (!netns_enter("test-datapath")) {
        return EXIT_SUCCESS;
    }
    RUN(families_and_groups_are_found_by_name);
    RUN(a_datapath_is_created_once);
    RUN(internal_ports_come_and_go);
    RUN(a_veth_is_a_port);
    RUN(a_dummy_is_a_port);
    RUN(ten_thousand_flows_are_added_in_batches);
    RUN(flows_that_exist_are_refused);
    RUN(two_threads_dump_each_flow_once);
    RUN(a_small_buffer_is_enough_for_a_dump);
    RUN(a_dump_left_early_disturbs_nothing);
    RUN(a_dump_of_no_datapath_tells_so_at_its_end);
    RUN(lost_replies_leave_no_outcome_unknown);
    RUN(flows_added_while_replies_are_lost_are_there);
    RUN(flow_changes_arrive_at_a_subscriber);
    RUN(port_changes_arrive_at_a_subscriber);
    RUN(a_flow_found_by_its_key_has_counted_its_packets);
    RUN(packets_without_a_flow_come_up);
    RUN(packets_are_executed_in_a_batch);
    RUN(ten_thousand_flows_are_deleted_in_batches);
    RUN(a_datapath_is_deleted_once);
    RUN(connections_are_added_dumped_and_flushed);
    return tap_done();
}
