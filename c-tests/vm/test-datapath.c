/* SPDX-License-Identifier: Apache-2.0 */
/* The datapath of Open vSwitch: its names, and how it comes and goes. */

#include "datapath.h"
#include "netns.h"

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

    if (!find_families()) {
        SKIP("this kernel has no openvswitch");
    }
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

    if (!find_families()) {
        SKIP("this kernel has no openvswitch");
    }
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

int
main(void)
{
    if (!netns_enter()) {
        return EXIT_SUCCESS;
    }
    RUN(families_and_groups_are_found_by_name);
    RUN(a_datapath_is_created_once);
    RUN(a_datapath_is_deleted_once);
    return tap_done();
}
