/* SPDX-License-Identifier: Apache-2.0 */
/* Packets on their way through a datapath. */

#include <linux/if_packet.h>
#include "flows.h"
#include "netns.h"
#include "ports.h"

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

/* Receives the packets that wait in 'sock'.  Returns how many are frames of flow 'number' with the
 * reason 'cmd'; the device sends some packets by itself. */
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

int
main(void)
{
    if (!netns_enter()) {
        return EXIT_SUCCESS;
    }
    RUN(a_flow_found_by_its_key_has_counted_its_packets);
    RUN(packets_without_a_flow_come_up);
    RUN(packets_are_executed_in_a_batch);
    return tap_done();
}
