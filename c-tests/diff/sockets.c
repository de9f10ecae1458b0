/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets: made, asked, sent to, received from. */

#include "one-socket.h"
#include <fcntl.h>
#include <poll.h>

#ifndef SOL_NETLINK
#define SOL_NETLINK 270
#endif

/* The host's poll loop, or what stands in for it. */
extern void poll_block(void) __attribute__((weak));
extern void nlsock_poll_block(void) __attribute__((weak));

static void
protocols(void)
{
    static const int numbers[] = { 0, 1, 2, 4, 16, 22, 31, 32, 255, 100000, -1 };
    struct nl_sock *other;
    size_t i;

    for (i = 0; i < N_ELEMENTS(numbers); i++) {
        int error;

        begin_case("create %d", numbers[i]);
        sock = (void *) 1;
        error = nl_sock_create(numbers[i], &sock);
        say("returns %d, null %d", error, !sock);
        if (!error) {
            other = NULL;
            say("clone %d", nl_sock_clone(sock, &other));
            say("port set %d, another %d, descriptors %d", nl_sock_pid(sock) != 0,
                nl_sock_pid(sock) != nl_sock_pid(other), nl_sock_fd(sock) != nl_sock_fd(other));
            nl_sock_destroy(other);
            nl_sock_destroy(sock);
        }
    }
    nl_sock_destroy(NULL);
}

static int
option(int level, int name)
{
    socklen_t size = sizeof(int);
    int value = -1;

    return getsockopt(nl_sock_fd(sock), level, name, &value, &size) ? -errno : value;
}

static void
options(void)
{
    struct sockaddr_nl address;
    socklen_t size = sizeof address;

    begin_case("options");
    open_socket(NETLINK_ROUTE);
    say("type %d, protocol %d, receive buffer %d, send buffer %d", option(SOL_SOCKET, SO_TYPE),
        option(SOL_SOCKET, SO_PROTOCOL), option(SOL_SOCKET, SO_RCVBUF),
        option(SOL_SOCKET, SO_SNDBUF));
    say("extended acknowledgements %d", option(SOL_NETLINK, 11 /* NETLINK_EXT_ACK */));
    say("capped acknowledgements %d", option(SOL_NETLINK, 10 /* NETLINK_CAP_ACK */));
    say("flags %#x", fcntl(nl_sock_fd(sock), F_GETFL));
    say("close on exec %d", fcntl(nl_sock_fd(sock), F_GETFD));
    say("peer %d", getpeername(nl_sock_fd(sock), (struct sockaddr *) &address, &size));
    say("number %u, groups %#x", address.nl_pid, address.nl_groups);
    say("own %d", getsockname(nl_sock_fd(sock), (struct sockaddr *) &address, &size));
    say("number told %d", address.nl_pid == nl_sock_pid(sock));
    close_socket();
}

static void
say_sent(uint32_t port)
{
    const struct nlmsghdr *h = nl_msg_nlmsghdr(&request);

    say("sent length %u, seq %u, port ours %d", h->nlmsg_len, h->nlmsg_seq, h->nlmsg_pid == port);
}

static void
send_and_receive(void)
{
    uint32_t port;
    int i;

    begin_case("send");
    open_socket(NETLINK_ROUTE);
    port = nl_sock_pid(sock);
    say("nothing there: %d", nl_sock_recv(sock, &reply, false));
    show("leaves", &reply);
    for (i = 0; i < 3; i++) {
        put_getlink(&request, 1);
        say("sends %d", nl_sock_send(sock, &request, i & 1));
        say_sent(port);
        say("receives %d", nl_sock_recv(sock, &reply, i & 1));
        say_message("received", &reply, &request);
        show_fields("buffer", &reply);
    }
    say("sends %d", nl_sock_send_seq(sock, &request, 0xdeadbeef, true));
    say_sent(port);
    say("receives %d", nl_sock_recv(sock, &reply, true));
    say_message("received", &reply, &request);
    put_getlink(&request, 4711);
    say("sends %d", nl_sock_send(sock, &request, true));
    say("receives %d", nl_sock_recv(sock, &reply, true));
    say_message("refusal", &reply, &request);
    ofpbuf_clear(&request);
    nl_msg_put_nlmsghdr(&request, 0, 3, NLM_F_REQUEST | NLM_F_ACK);
    say("sends %d", nl_sock_send(sock, &request, true));
    say("receives %d", nl_sock_recv(sock, &reply, true));
    say_message("control", &reply, &request);
    ofpbuf_clear(&request);
    nl_msg_put_nlmsghdr(&request, 0, 65535, NLM_F_REQUEST);
    nl_msg_put_unspec_zero(&request, 1, 2000);
    say("sends %d", nl_sock_send(sock, &request, true));
    say("receives %d", nl_sock_recv(sock, &reply, true));
    say_message("unknown", &reply, &request);
    show_fields("buffer", &reply);
    say("nothing left: %d", nl_sock_recv(sock, &reply, false));
    close_socket();
}

#ifndef FLAVOUR_2014
static void
namespaces(void)
{
    int nsid = 77;

    begin_case("nsid");
    open_socket(NETLINK_ROUTE);
    say("nothing there: %d", (nl_sock_recv)(sock, &reply, &nsid, false));
    say("nsid %d", nsid);
    put_getlink(&request, 1);
    say("sends %d", nl_sock_send(sock, &request, true));
    say("receives %d", (nl_sock_recv)(sock, &reply, &nsid, true));
    say("nsid %d", nsid);
    say("all %d", nl_sock_listen_all_nsid(sock, true));
    say("joins %d", nl_sock_join_mcgroup(sock, RTNLGRP_LINK));
    netns_set_lo(false);
    nsid = 77;
    say("receives %d", (nl_sock_recv)(sock, &reply, &nsid, true));
    say("nsid %d", nsid);
    say("own only %d", nl_sock_listen_all_nsid(sock, false));
    netns_set_lo(true);
    close_socket();
}
#endif

#ifdef FLAVOUR_2014
static void
transact(void)
{
    struct ofpbuf *answer = NULL;
    struct nl_transaction transaction = { &request, &reply, -1 };
    struct nl_transaction *pointer = &transaction;

    begin_case("transact");
    open_socket(NETLINK_ROUTE);
    put_getlink(&request, 1);
    say("returns %d", nl_sock_transact(sock, &request, &answer));
    say_message("reply", answer, &request);
    ofpbuf_delete(answer);
    nl_sock_transact_multiple(sock, &pointer, 1);
    say("error %d", transaction.error);
    say_message("reply", &reply, &request);
    close_socket();
}
#endif

/* Into buffers of each size and kind. */
static enum kind kind;

static void
receive_into(void)
{
    struct ofpbuf b;
    int i;

    open_socket(NETLINK_ROUTE);
    make(kind, &b);
    put_getlink(&request, 1);
    for (i = 0; i < 2; i++) {
        say("sends %d", nl_sock_send(sock, &request, true));
        say("receives %d", nl_sock_recv(sock, &b, true));
        show_fields("buffer", &b);
    }
    ofpbuf_uninit(&b);
    close_socket();
}

static size_t room;

static void
receive_with_room(void)
{
    struct ofpbuf b;

    open_socket(NETLINK_ROUTE);
    ofpbuf_init(&b, room);
    say("nothing there: %d", nl_sock_recv(sock, &b, false));
    put_getlink(&request, 4711);
    say("sends %d", nl_sock_send(sock, &request, true));
    say("receives %d", nl_sock_recv(sock, &b, true));
    say_message("received", &b, &request);
    say("allocated %u", b.allocated);
    ofpbuf_uninit(&b);
    close_socket();
}

static void
send_short(void)
{
    open_socket(NETLINK_ROUTE);
    ofpbuf_put_zeros(&request, 15);
    say("sends %d", nl_sock_send(sock, &request, true));
}

static void
send_closed(void)
{
    open_socket(NETLINK_ROUTE);
    put_getlink(&request, 1);
    close(nl_sock_fd(sock));
    say("sends %d", nl_sock_send(sock, &request, true));
    say("receives %d", nl_sock_recv(sock, &reply, true));
    show_fields("buffer", &reply);
    say("joins %d", nl_sock_join_mcgroup(sock, 1));
    say("leaves %d", nl_sock_leave_mcgroup(sock, 1));
    say("drains %d", nl_sock_drain(sock));
}

static void
drain(void)
{
    int i;

    begin_case("drain");
    open_socket(NETLINK_ROUTE);
    say("drains %d", nl_sock_drain(sock));
    for (i = 0; i < 5; i++) {
        put_getlink(&request, 1);
        nl_sock_send(sock, &request, true);
    }
    say("receives %d", nl_sock_recv(sock, &reply, false));
    say("drains %d", nl_sock_drain(sock));
    say("receives %d", nl_sock_recv(sock, &reply, false));
    say("drains %d", nl_sock_drain(sock));
    close_socket();
}

static void
wait(void)
{
    begin_case("wait");
    open_socket(NETLINK_ROUTE);
    put_getlink(&request, 1);
    say("sends %d", nl_sock_send(sock, &request, true));
    nl_sock_wait(sock, POLLIN);
    (poll_block ? poll_block : nlsock_poll_block)();
    say("receives %d", nl_sock_recv(sock, &reply, false));
    nl_sock_wait(sock, POLLOUT);
    (poll_block ? poll_block : nlsock_poll_block)();
    say("receives %d", nl_sock_recv(sock, &reply, false));
    close_socket();
}

void
subject_sockets(void)
{
    enter_network();
    protocols();
    options();
    send_and_receive();
#ifndef FLAVOUR_2014
    namespaces();
#else
    transact();
#endif
    for (kind = 0; kind < N_KINDS; kind++) {
        attempt(receive_into, "receive into %s", kind_names[kind]);
    }
    for (room = 0; room < 64; room += room < 20 ? 1 : 8) {
        attempt(receive_with_room, "receive with room for %zu", room);
    }
    attempt(send_short, "send too little");
    attempt(send_closed, "closed");
    drain();
    wait();
}
