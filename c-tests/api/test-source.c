/* nlsock-ext.h: where messages come from. */

#include <fcntl.h>
#include <pthread.h>
#include "batch.h"
#include "netns.h"
#include "nlsock-ext.h"

/* Multicasts a message to group 'group' of NETLINK_USERSOCK. */
static bool
multicast(int fd, unsigned int group)
{
    struct sockaddr_nl address;
    struct nlmsghdr h;

    memset(&address, 0, sizeof address);
    address.nl_family = AF_NETLINK;
    address.nl_groups = 1u << (group - 1);
    memset(&h, 0, sizeof h);
    h.nlmsg_len = sizeof h;
    h.nlmsg_type = 99;
    /* Every message also goes to the kernel, which has no socket to receive it. */
    return (sendto(fd, &h, sizeof h, 0, (struct sockaddr *) &address, sizeof address) > 0
            || errno == ECONNREFUSED);
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
        while (!nlsock_sock_recv_from(sock, &buf, false, &source, sizeof source)) {
            found = found || (source.has_nsid && source.nsid == 42);
        }
        CHECK(found);
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
    RUN(the_kernel_is_the_source_of_its_messages);
    RUN(other_namespaces_can_be_listened_to);
    return tap_done();
}
