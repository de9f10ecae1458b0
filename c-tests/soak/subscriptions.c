/* SPDX-License-Identifier: Apache-2.0 */
/* Subscriptions, also such that lose messages. */

#include "netns.h"
#include "soak.h"

/* Link changes that overflow the smallest receive buffer that there is, of 2304 bytes. */
#define N_OVERFLOWING 20

/* Receives what has arrived.  Returns how many notifications of lo that is, and whether some were
 * lost before. */
static unsigned int
receive_all(struct nl_sock *sock, bool *lost)
{
    unsigned int n = 0;
    struct ofpbuf buf;
    int error;

    *lost = false;
    ofpbuf_init(&buf, 64);
    while ((error = nl_sock_recv(sock, &buf, false)) != EAGAIN) {
        if (error == ENOBUFS) {
            *lost = true;
        } else if (error) {
            VIOLATION("receiving a notification: %s", strerror(error));
            break;
        } else {
            expect_lo(&buf);
            EXPECT_INT(nl_msg_nlmsghdr(&buf)->nlmsg_pid, 0);
            n++;
            count(NOTIFICATION);
        }
    }
    ofpbuf_uninit(&buf);
    return n;
}

/* Other threads may change lo meanwhile.  But each time it is set down and up here, some thread
 * changes it to up, and between two such times another to down: there are at least this many
 * changes, and the kernel reports each. */
void
subscribe(struct worker *w)
{
    bool tiny = choose(w, 2);
    unsigned int changes = tiny ? N_OVERFLOWING : 2;
    struct nl_sock *sock = open_socket();
    unsigned int i, n;
    bool lost;

    if (tiny) {
        shrink(sock);
    }
    EXPECT_INT(nl_sock_join_mcgroup(sock, RTNLGRP_LINK), 0);
    for (i = 0; i < changes; i++) {
        EXPECT(netns_set_lo(false));
        EXPECT(netns_set_lo(true));
    }
    n = receive_all(sock, &lost);
    if (tiny) {
        EXPECT(lost);
    }
    EXPECT(lost || n >= 2 * changes - 1);
    if (lost) {
        count(OVERFLOW);
    }
    EXPECT_INT(nl_sock_leave_mcgroup(sock, RTNLGRP_LINK), 0);
    receive_all(sock, &lost);
    EXPECT(netns_set_lo(false));
    EXPECT(netns_set_lo(true));
    EXPECT_INT(receive_all(sock, &lost), 0);
    EXPECT(!lost);
    nl_sock_destroy(sock);
    count(SUBSCRIPTION);
}
