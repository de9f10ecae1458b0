/* SPDX-License-Identifier: Apache-2.0 */
/* changing TIMES: changes the MTU of veth0 twice, and looks at it that often before and after each
 * change, in two ways.  Another socket listens to the notifications. */

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include "ask.h"

struct message {
    struct nlmsghdr header;
    struct ifinfomsg link;
    struct rtattr mtu_header;
    uint32_t mtu;
};

static int index_;

static void
fail(const char *what)
{
    perror(what);
    exit(1);
}

/* Sends a request for the link; with the MTU if that is not 0. */
static void
send_request(int fd, uint16_t type, uint16_t flags, uint32_t mtu)
{
    struct message m = {
        .header = { .nlmsg_len = mtu ? sizeof m : NLMSG_LENGTH(sizeof m.link),
                    .nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST | flags },
        .link.ifi_index = index_,
        .mtu_header = { .rta_len = RTA_LENGTH(sizeof mtu), .rta_type = IFLA_MTU },
        .mtu = mtu,
    };

    if (send(fd, &m, m.header.nlmsg_len, 0) < 0) {
        fail("send");
    }
}

/* Receives a message about the link.  Returns its MTU, 0 for an acknowledgement, or -1 if there is
 * nothing to receive. */
static int
receive(int fd, int flags)
{
    static union { struct nlmsghdr header; char bytes[32768]; } buffer;
    ssize_t n = recv(fd, &buffer, sizeof buffer, flags);
    struct rtattr *a = IFLA_RTA(NLMSG_DATA(&buffer.header));
    int left = (int) NLMSG_PAYLOAD(&buffer.header, sizeof(struct ifinfomsg));

    if (n < 0 && errno == EAGAIN) {
        return -1;
    } else if (n < 0) {
        fail("recv");
    } else if (buffer.header.nlmsg_type == NLMSG_ERROR) {
        errno = -((struct nlmsgerr *) NLMSG_DATA(&buffer.header))->error;
        if (errno) {
            fail("set");
        }
        return 0;
    }
    for (; RTA_OK(a, left); a = RTA_NEXT(a, left)) {
        if (a->rta_type == IFLA_MTU) {
            return *(int *) RTA_DATA(a);
        }
    }
    return -2;
}

static void
look(int fd, int inet, int times)
{
    for (int i = 0; i < times; i++) {
        send_request(fd, RTM_GETLINK, 0, 0);
        printf("netlink says %d\n", receive(fd, 0));
    }
    for (int i = 0; i < times; i++) {
        struct ifreq ifr = { .ifr_name = "veth0" };

        if (ioctl(inet, SIOCGIFMTU, &ifr)) {
            fail("SIOCGIFMTU");
        }
        printf("ioctl says %d\n", ifr.ifr_mtu);
    }
}

/* Each change is notified at least once; the last notification counts. */
static void
listen_to(int fd)
{
    struct pollfd pfd = { .fd = fd, .events = POLLIN };
    int last = -1, mtu;

    poll(&pfd, 1, 5000);
    while ((mtu = receive(fd, MSG_DONTWAIT)) != -1) {
        last = mtu;
    }
    printf("notified of %d\n", last);
}

int
main(int argc, char *argv[])
{
    int times = argc > 1 ? atoi(argv[1]) : 1;
    int listener = open_socket(0), fd = open_socket(0), group = RTNLGRP_LINK;
    int inet = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_nl any = { .nl_family = AF_NETLINK };
    struct ifreq ifr = { .ifr_name = "veth0" };

    if (bind(listener, (struct sockaddr *) &any, sizeof any)
        || setsockopt(listener, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group)
        || ioctl(inet, SIOCGIFINDEX, &ifr)) {
        fail("setup");
    }
    index_ = ifr.ifr_ifindex;
    look(fd, inet, times);
    printf("before: %d\n", receive(listener, MSG_DONTWAIT));
    send_request(fd, RTM_NEWLINK, NLM_F_ACK, 1400);
    receive(fd, 0);
    listen_to(listener);
    look(fd, inet, times);
    printf("before: %d\n", receive(listener, MSG_DONTWAIT));
    ifr.ifr_mtu = 1300;
    if (ioctl(inet, SIOCSIFMTU, &ifr)) {
        fail("SIOCSIFMTU");
    }
    listen_to(listener);
    look(fd, inet, times);
    return 0;
}
