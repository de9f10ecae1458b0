/* SPDX-License-Identifier: Apache-2.0 */
/* Lists the TCP sockets of this machine, as "ss -t -a" does.
 *
 *   cc -o sock-diag sock-diag.c $(pkg-config --cflags --libs nlsock)
 *
 * The library works with every protocol of netlink.  With NETLINK_SOCK_DIAG, the kernel sends one
 * message for each socket, which contains a structure.  It adds attributes only if the request asks
 * for them. */

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "netlink-socket.h"
#include "netlink.h"
#include "ofpbuf.h"

/* The names of the kernel's states of a TCP socket.  The first state has the number 1. */
static const char *const states[] = {
    "?", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE",
    "CLOSE_WAIT", "LAST_ACK", "LISTEN", "CLOSING", "NEW_SYN_RECV",
};
#define N_STATES (sizeof states / sizeof *states)

/* Prints one end of a connection: the address and the port, which are in network byte order. */
static void
print_end(int family, const void *address, uint16_t port)
{
    char text[INET6_ADDRSTRLEN] = "?";

    inet_ntop(family, address, text, sizeof text);
    printf(" %s:%d", text, ntohs(port));
}

static void
print_socket(const struct ofpbuf *msg)
{
    /* Null if the message is too short for the structure. */
    const struct inet_diag_msg *diag = ofpbuf_at(msg, NLMSG_HDRLEN, sizeof *diag);

    if (!diag) {
        fprintf(stderr, "received a malformed message\n");
        return;
    }
    printf("%s", states[diag->idiag_state < N_STATES ? diag->idiag_state : 0]);
    print_end(diag->idiag_family, diag->id.idiag_src, diag->id.idiag_sport);
    print_end(diag->idiag_family, diag->id.idiag_dst, diag->id.idiag_dport);
    printf(" uid %u inode %u\n", diag->idiag_uid, diag->idiag_inode);
}

/* Lists the sockets of one address family.  Returns 0 or an errno value. */
static int
list_sockets(uint8_t family)
{
    struct inet_diag_req_v2 req = {
        .sdiag_family = family,
        .sdiag_protocol = IPPROTO_TCP,
        .idiag_states = UINT32_MAX,     /* One bit for each state: all states. */
    };
    struct ofpbuf request, reply, buf;
    struct nl_dump dump;

    ofpbuf_init(&request, 0);
    nl_msg_put_nlmsghdr(&request, sizeof req, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST);
    nl_msg_put(&request, &req, sizeof req);
    nl_dump_start(&dump, NETLINK_SOCK_DIAG, &request);
    ofpbuf_uninit(&request);
    ofpbuf_init(&buf, NL_DUMP_BUFSIZE);
    while (nl_dump_next(&dump, &reply, &buf)) {
        print_socket(&reply);
    }
    ofpbuf_uninit(&buf);
    return nl_dump_done(&dump);
}

int
main(void)
{
    int error = list_sockets(AF_INET);

    if (!error) {
        error = list_sockets(AF_INET6);
    }
    if (error) {
        fprintf(stderr, "cannot list the sockets: %s\n",
                error == ENOENT ? "this kernel has no inet_diag" : strerror(error));
    }
    return error ? EXIT_FAILURE : EXIT_SUCCESS;
}
