/* SPDX-License-Identifier: Apache-2.0 */
/* Ports of a datapath. */

#ifndef PORTS_H
#define PORTS_H 1

#include "datapath.h"

/* Makes 'request' one to add the port 'name', whose packets without a flow go to the socket
 * 'upcall_pid'. */
static inline void
put_new_port(struct ofpbuf *request, int dp, uint32_t type, const char *name, uint32_t upcall_pid)
{
    put_ovs(request, vport_family, NLM_F_ECHO, OVS_VPORT_CMD_NEW, dp);
    nl_msg_put_u32(request, OVS_VPORT_ATTR_TYPE, type);
    nl_msg_put_string(request, OVS_VPORT_ATTR_NAME, name);
    nl_msg_put_u32(request, OVS_VPORT_ATTR_UPCALL_PID, upcall_pid);
}

/* Makes 'request' one with 'cmd' about the port 'name'. */
static inline void
put_port(struct ofpbuf *request, uint32_t flags, uint8_t cmd, int dp, const char *name)
{
    put_ovs(request, vport_family, flags, cmd, dp);
    nl_msg_put_string(request, OVS_VPORT_ATTR_NAME, name);
}

/* Returns the name in a reply of a port, or "". */
static inline const char *
port_name(const struct ofpbuf *reply)
{
    const struct nlattr *name = nl_attr_find(reply, OVS_HDRLEN, OVS_VPORT_ATTR_NAME);

    return name ? nl_attr_get_string(name) : "";
}

static inline uint32_t
port_number(const struct ofpbuf *reply)
{
    const struct nlattr *number = nl_attr_find(reply, OVS_HDRLEN, OVS_VPORT_ATTR_PORT_NO);

    return number ? nl_attr_get_u32(number) : UINT32_MAX;
}

/* Adds a port of 'type'.  Returns its number. */
static inline uint32_t
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

static inline int
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

#endif /* ports.h */
