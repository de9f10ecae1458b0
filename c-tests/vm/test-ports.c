/* SPDX-License-Identifier: Apache-2.0 */
/* Ports of a datapath: internal ones, and devices. */

#include <linux/if_link.h>
#include <linux/veth.h>
#include "netns.h"
#include "ports.h"

/* Makes 'request' one to create the device 'name' of 'kind', with a 'peer' if that is nonnull. */
static void
put_new_device(struct ofpbuf *request, const char *kind, const char *name, const char *peer)
{
    struct ifinfomsg ifi;
    size_t info, data, end;

    memset(&ifi, 0, sizeof ifi);
    ofpbuf_clear(request);
    nl_msg_put_nlmsghdr(request, 0, RTM_NEWLINK,
                        NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
    nl_msg_put(request, &ifi, sizeof ifi);
    nl_msg_put_string(request, IFLA_IFNAME, name);
    info = nl_msg_start_nested(request, IFLA_LINKINFO);
    nl_msg_put_string(request, IFLA_INFO_KIND, kind);
    if (peer) {
        data = nl_msg_start_nested(request, IFLA_INFO_DATA);
        end = nl_msg_start_nested(request, VETH_INFO_PEER);
        nl_msg_put(request, &ifi, sizeof ifi);
        nl_msg_put_string(request, IFLA_IFNAME, peer);
        nl_msg_end_nested(request, end);
        nl_msg_end_nested(request, data);
    }
    nl_msg_end_nested(request, info);
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

int
main(void)
{
    if (!netns_enter()) {
        return EXIT_SUCCESS;
    }
    RUN(internal_ports_come_and_go);
    RUN(a_veth_is_a_port);
    RUN(a_dummy_is_a_port);
    return tap_done();
}
