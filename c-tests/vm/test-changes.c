/* SPDX-License-Identifier: Apache-2.0 */
/* What subscribers learn of flows and ports. */

#include "flows.h"
#include "netns.h"
#include "ports.h"

static void
flow_changes_arrive_at_a_subscriber(void)
{
    enum { N = 100, FIRST = 10000 };
    struct nl_sock *sock;
    struct batch *batch;
    struct ofpbuf buf;
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
                     FIRST + (unsigned int) i);
        }
        nl_transact_multiple(NETLINK_GENERIC, batch->pointers, N);
        for (i = 0; i < N; i++) {
            CHECK_INT(batch->transactions[i].error, 0);
            CHECK_INT(nl_sock_recv(sock, &buf, false), 0);
            if (ofpbuf_size(&buf) >= OVS_HDRLEN) {
                CHECK_INT(message_type(&buf), flow_family);
                CHECK_INT(reply_command(&buf), cmd);
                CHECK_INT(flow_number(&buf), FIRST + i);
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

int
main(void)
{
    if (!netns_enter()) {
        return EXIT_SUCCESS;
    }
    RUN(flow_changes_arrive_at_a_subscriber);
    RUN(port_changes_arrive_at_a_subscriber);
    return tap_done();
}
