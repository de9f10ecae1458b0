/* SPDX-License-Identifier: Apache-2.0 */
/* nlsock-ext.h: where messages come from. */

#include <fcntl.h>
#include <pthread.h>
#include "batch.h"
#include "netns.h"
#include "nlsock-ext.h"
#include "pcapng.h"
#include "replaced.h"

/* How often the library has set the option NETLINK_PKTINFO, and whether that fails. */
static int n_pktinfo;
static bool pktinfo_fails;

int
setsockopt(int fd, int level, int name, const void *value, socklen_t size)
{
    static int (*function)(int, int, int, const void *, socklen_t);

    if (!function) {
        function = (int (*)(int, int, int, const void *, socklen_t)) real("setsockopt");
    }
    if (level == SOL_NETLINK && name == NETLINK_PKTINFO) {
        n_pktinfo++;
        if (pktinfo_fails) {
            errno = ENOPROTOOPT;
            return -1;
        }
    }
    return function(fd, level, name, value, size);
}

/* Multicasts a datagram to group 'group' of NETLINK_USERSOCK. */
static bool
multicast_bytes(int fd, unsigned int group, const void *data, size_t size)
{
    struct sockaddr_nl address;

    memset(&address, 0, sizeof address);
    address.nl_family = AF_NETLINK;
    address.nl_groups = 1u << (group - 1);
    /* Every message also goes to the kernel, which has no socket to receive it. */
    return (sendto(fd, data, size, 0, (struct sockaddr *) &address, sizeof address) > 0
            || errno == ECONNREFUSED);
}

/* Multicasts a message to group 'group' of NETLINK_USERSOCK. */
static bool
multicast(int fd, unsigned int group)
{
    struct nlmsghdr h;

    memset(&h, 0, sizeof h);
    h.nlmsg_len = sizeof h;
    h.nlmsg_type = 99;
    return multicast_bytes(fd, group, &h, sizeof h);
}

static void
messages_of_other_processes_can_be_told_and_refused(void)
{
    struct nl_sock *sock = open_socket(NETLINK_USERSOCK);
    struct nlsock_counters before, after;
    struct nlsock_source source;
    struct nl_sock *sender;
    struct ofpbuf buf;

    ofpbuf_init(&buf, 64);
    sender = open_socket(NETLINK_USERSOCK);
    CHECK_INT(nl_sock_join_mcgroup(sock, 3), 0);
    if (!multicast(nl_sock_fd(sender), 3)) {
        nl_sock_destroy(sock);
        nl_sock_destroy(sender);
        ofpbuf_uninit(&buf);
        SKIP("this user may not multicast");
    }
    CHECK_INT(nlsock_sock_recv_from(sock, &buf, false, &source, sizeof source), 0);
    CHECK_INT(nl_msg_nlmsghdr(&buf)->nlmsg_type, 99);
    CHECK_INT(source.port_id, nl_sock_pid(sender));
    CHECK_INT(source.group, 3);
    CHECK(!source.has_nsid);

    nlsock_sock_set_kernel_only(sock, true);
    nlsock_counters(&before, sizeof before);
    CHECK(multicast(nl_sock_fd(sender), 3));
    CHECK_INT(nl_sock_recv(sock, &buf, false), EAGAIN);
    nlsock_counters(&after, sizeof after);
    CHECK_INT(after.spoofed - before.spoofed, 1);
    CHECK_INT(after.received, before.received);
    nlsock_sock_set_kernel_only(sock, false);
    CHECK(multicast(nl_sock_fd(sender), 3));
    CHECK_INT(nl_sock_recv(sock, &buf, false), 0);
    nl_sock_destroy(sock);
    nl_sock_destroy(sender);
    ofpbuf_uninit(&buf);
}

/* The datagrams of other processes that are not messages. */
static void
what_others_send_is_refused_whatever_it_contains(void)
{
    static const int fills[] = { 0, 0xff, 0xfe, 0x7f };
    static const size_t sizes[] = { 1, 3, 4, 11, 15, 16, 28, 32, 105, 200, 70000 };
    static const size_t rooms[] = { 16, 64, 4096, 100000 };
    static char datagram[70000];
    struct nl_sock *sock = open_socket(NETLINK_USERSOCK);
    struct nl_sock *sender = open_socket(NETLINK_USERSOCK);
    struct nlsock_source source;
    size_t i, j, k, ways;

    CHECK_INT(nl_sock_join_mcgroup(sock, 3), 0);
    if (!multicast(nl_sock_fd(sender), 3)) {
        nl_sock_destroy(sock);
        nl_sock_destroy(sender);
        SKIP("this user may not multicast");
    }
    CHECK_INT(nl_sock_drain(sock), 0);
    for (i = 0; i < sizeof fills / sizeof fills[0]; i++) {
        memset(datagram, fills[i], sizeof datagram);
        for (j = 0; j < sizeof sizes / sizeof sizes[0]; j++) {
            for (k = 0; k < sizeof rooms / sizeof rooms[0]; k++) {
                for (ways = 0; ways < 4; ways++) {
                    bool kernel_only = ways & 1, with_source = ways & 2;
                    struct nlsock_counters before, after;
                    struct ofpbuf buf;

                    ofpbuf_init(&buf, rooms[k]);
                    nlsock_sock_set_kernel_only(sock, kernel_only);
                    nlsock_counters(&before, sizeof before);
                    CHECK(multicast_bytes(nl_sock_fd(sender), 3, datagram, sizes[j]));
                    CHECK_INT(with_source ? nlsock_sock_recv_from(sock, &buf, false, &source,
                                                                  sizeof source)
                              : nl_sock_recv(sock, &buf, false),
                              kernel_only ? EAGAIN : EPROTO);
                    CHECK_INT(ofpbuf_size(&buf), 0);
                    nlsock_counters(&after, sizeof after);
                    CHECK_INT(after.spoofed - before.spoofed, kernel_only);
                    CHECK_INT(after.overflow, before.overflow);
                    ofpbuf_uninit(&buf);
                }
            }
        }
    }
    nl_sock_destroy(sock);
    nl_sock_destroy(sender);
}

/* What a stranger multicasts does not get into a transaction of the caller's own socket. */
static void
what_others_send_is_not_an_answer(void)
{
    struct nl_sock *sock = open_socket(NETLINK_USERSOCK);
    struct nl_sock *sender = open_socket(NETLINK_USERSOCK);
    struct { struct nlmsghdr h; int error; } refusal;
    socklen_t size = sizeof(int);
    struct ofpbuf buf;
    int i, room;

    CHECK_INT(nl_sock_join_mcgroup(sock, 3), 0);
    CHECK(!getsockopt(nl_sock_fd(sock), SOL_SOCKET, SO_RCVBUF, &room, &size));
    nlsock_sock_set_kernel_only(sock, true);
    if (!multicast(nl_sock_fd(sender), 3)) {
        nl_sock_destroy(sock);
        nl_sock_destroy(sender);
        SKIP("this user may not multicast");
    }
    ofpbuf_init(&buf, 64);
    memset(&refusal, 0, sizeof refusal);
    refusal.h.nlmsg_len = sizeof refusal;
    refusal.h.nlmsg_type = NLMSG_ERROR;
    refusal.error = -EEXIST;
    /* As many as fit in the receive buffer, which is small without privileges. */
    for (i = 0; i < 2000 && i < room / 1024; i++) {
        refusal.h.nlmsg_seq = (uint32_t) i;
        CHECK(multicast_bytes(nl_sock_fd(sender), 3, &refusal, sizeof refusal));
    }
    /* A receive that does not wait returns although more of it may arrive. */
    CHECK_INT(nl_sock_recv(sock, &buf, false), EAGAIN);
    CHECK(i < 2000 || !nothing_is_queued(nl_sock_fd(sock)));
    CHECK_INT(nl_sock_recv(sock, &buf, false), EAGAIN);
    CHECK_INT(nl_sock_recv(sock, &buf, false), EAGAIN);
    CHECK(nothing_is_queued(nl_sock_fd(sock)));
    nl_sock_destroy(sock);
    nl_sock_destroy(sender);
    ofpbuf_uninit(&buf);
}

/* A receive finds the kernel's message behind a stranger's. */
static void
what_others_send_hides_nothing(void)
{
    struct nl_sock *sock = open_socket(NETLINK_ROUTE);
    struct nl_sock *sender = open_socket(NETLINK_ROUTE);
    struct ofpbuf buf;

    CHECK_INT(nl_sock_join_mcgroup(sock, RTNLGRP_LINK), 0);
    nlsock_sock_set_kernel_only(sock, true);
    if (!multicast(nl_sock_fd(sender), RTNLGRP_LINK)) {
        nl_sock_destroy(sock);
        nl_sock_destroy(sender);
        SKIP("this user may not multicast");
    }
    ofpbuf_init(&buf, 64);
    put_getlink(&buf, 1);
    CHECK_INT(nl_sock_send(sock, &buf, true), 0);
    CHECK_INT(nl_sock_recv(sock, &buf, false), 0);
    CHECK_INT(message_type(&buf), RTM_NEWLINK);
    /* So does one with a deadline. */
    nlsock_sock_set_timeout(sock, 60000);
    CHECK(multicast(nl_sock_fd(sender), RTNLGRP_LINK));
    put_getlink(&buf, 1);
    CHECK_INT(nl_sock_send(sock, &buf, true), 0);
    CHECK_INT(nl_sock_recv(sock, &buf, true), 0);
    CHECK_INT(message_type(&buf), RTM_NEWLINK);
    nl_sock_destroy(sock);
    nl_sock_destroy(sender);
    ofpbuf_uninit(&buf);
}

static void
the_group_may_be_unknown(void)
{
    struct nl_sock *sock = open_socket(NETLINK_ROUTE);
    struct nlsock_source source;
    struct ofpbuf buf;

    ofpbuf_init(&buf, 64);
    CHECK_INT(nl_sock_join_mcgroup(sock, RTNLGRP_LINK), 0);
    CHECK(netns_set_lo(false) && netns_set_lo(true));
    pktinfo_fails = true;
    n_pktinfo = 0;
    CHECK_INT(nlsock_sock_recv_from(sock, &buf, false, &source, sizeof source), 0);
    CHECK_INT(nlsock_sock_recv_from(sock, &buf, false, &source, sizeof source), 0);
    pktinfo_fails = false;
    CHECK_INT(message_type(&buf), RTM_NEWLINK);
    CHECK_INT(source.port_id, 0);
    CHECK_INT(source.group, 0);
    CHECK_INT(n_pktinfo, 1);
    nl_sock_destroy(sock);
    ofpbuf_uninit(&buf);
}

static void
the_option_for_groups_is_set_once_and_only_if_it_is_needed(void)
{
    struct nl_sock *sock = open_socket(NETLINK_ROUTE);
    struct nlsock_source source;
    struct ofpbuf buf;
    int nsid = 0;

    ofpbuf_init(&buf, 64);
    CHECK_INT(nl_sock_join_mcgroup(sock, RTNLGRP_LINK), 0);
    CHECK(netns_set_lo(false) && netns_set_lo(true) && netns_set_lo(false) && netns_set_lo(true));
    n_pktinfo = 0;
#if OVS3
    CHECK_INT((nl_sock_recv)(sock, &buf, &nsid, false), 0);
    CHECK_INT(nsid, -1);
#else
    CHECK_INT(nl_sock_recv(sock, &buf, false), nsid);
#endif
    CHECK_INT(n_pktinfo, 0);
    CHECK_INT(nlsock_sock_recv_from(sock, &buf, false, &source, sizeof source), 0);
    CHECK_INT(source.group, RTNLGRP_LINK);
    CHECK_INT(nlsock_sock_recv_from(sock, &buf, false, &source, sizeof source), 0);
    CHECK_INT(source.group, RTNLGRP_LINK);
    CHECK_INT(n_pktinfo, 1);
    nl_sock_destroy(sock);
    ofpbuf_uninit(&buf);
}

static void
the_kernel_is_the_source_of_its_messages(void)
{
    struct nl_sock *sock = open_socket(NETLINK_ROUTE);
    struct nlsock_source source;
    struct ofpbuf buf;

    ofpbuf_init(&buf, 64);
    nlsock_sock_set_kernel_only(sock, true);
    CHECK_INT(nl_sock_join_mcgroup(sock, RTNLGRP_LINK), 0);
    CHECK(netns_set_lo(false));
    CHECK_INT(nlsock_sock_recv_from(sock, &buf, true, &source, sizeof source), 0);
    CHECK_INT(source.port_id, 0);
    CHECK_INT(source.group, RTNLGRP_LINK);
    CHECK(!source.has_nsid);
    CHECK(netns_set_lo(true));
    put_getlink(&buf, 1);
    CHECK_INT(nl_sock_transact(sock, &buf, NULL), 0);
    nl_sock_destroy(sock);
    ofpbuf_uninit(&buf);
}

/* Changes a link in a new network namespace, which has a number (nsid) in the namespace of
 * 'sock'. */
static void *
change_link_elsewhere(void *ok)
{
    struct ofpbuf request;
    struct nl_sock *sock;
    uint32_t *header;
    int error;

    /* The socket stays in the old namespace, in which the new one gets its number. */
    if (nl_sock_create(NETLINK_ROUTE, &sock) || unshare(CLONE_NEWNET)) {
        return NULL;
    }
    ofpbuf_init(&request, 64);
    nl_msg_put_nlmsghdr(&request, 0, RTM_NEWNSID, NLM_F_REQUEST | NLM_F_ACK);
    header = nl_msg_put_uninit(&request, 4);        /* struct rtgenmsg, padded. */
    *header = 0;
    nl_msg_put_u32(&request, 1 /* NETNSA_NSID */, 42);
    nl_msg_put_u32(&request, 3 /* NETNSA_FD */,
                   (uint32_t) open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
    *(bool *) ok = !nl_sock_send(sock, &request, true) && !nl_sock_recv(sock, &request, true)
                   && nl_msg_nlmsgerr(&request, &error) && !error && netns_set_lo(true);
    nl_sock_destroy(sock);
    ofpbuf_uninit(&request);
    return NULL;
}

static void
other_namespaces_can_be_listened_to(void)
{
    struct nl_sock *sock = open_socket(NETLINK_ROUTE);
    struct nlsock_source source;
    bool found = false;
    bool ok = false;
    struct ofpbuf buf;
    pthread_t thread;
    int error = nlsock_sock_listen_all_nsid(sock, true);

    if (error) {
        nl_sock_destroy(sock);
        SKIP("this user may not listen to other namespaces");
    }
    ofpbuf_init(&buf, 4096);
    CHECK_INT(nl_sock_join_mcgroup(sock, RTNLGRP_LINK), 0);
    CHECK_INT(pthread_create(&thread, NULL, change_link_elsewhere, &ok), 0);
    CHECK_INT(pthread_join(thread, NULL), 0);
    if (ok) {
        char path[] = P_tmpdir "/test-source-XXXXXX";
        struct capture capture;
        struct packet packet;

        close(mkstemp(path));
        CHECK_INT(nlsock_capture_start(path, 0), 0);
        while (!nlsock_sock_recv_from(sock, &buf, false, &source, sizeof source)) {
            found = found || (source.has_nsid && source.nsid == 42);
        }
        nlsock_capture_stop();
        CHECK(found);
        /* The capture has it, too. */
        capture_read(&capture, path);
        for (found = false; capture_next(&capture, &packet);) {
            found = found || strstr(packet.comment, " nsid=42 ");
        }
        CHECK(found);
        capture_free(&capture);
        unlink(path);
    }
    CHECK_INT(nlsock_sock_listen_all_nsid(sock, false), 0);
    nl_sock_destroy(sock);
    ofpbuf_uninit(&buf);
    if (!ok) {
        SKIP("namespaces cannot be numbered here");
    }
}

int
main(void)
{
    if (!netns_enter()) {
        return EXIT_SUCCESS;
    }
    RUN(messages_of_other_processes_can_be_told_and_refused);
    nlsock_log_set_level(NLSOCK_LOG_OFF);
    RUN(what_others_send_is_refused_whatever_it_contains);
    RUN(what_others_send_is_not_an_answer);
    RUN(what_others_send_hides_nothing);
    RUN(the_kernel_is_the_source_of_its_messages);
    RUN(the_group_may_be_unknown);
    RUN(the_option_for_groups_is_set_once_and_only_if_it_is_needed);
    RUN(other_namespaces_can_be_listened_to);
    return tap_done();
}
