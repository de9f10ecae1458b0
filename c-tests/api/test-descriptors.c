/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors of the library that the program closes by mistake: the library leaves the files alone
 * that get their numbers next. */

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <time.h>
#include "answers.h"
#include "batch.h"
#include "descriptors.h"
#include "netns.h"
#if !OVS3
#include "poll-loop.h"
#endif

/* Returns the lowest descriptor that refers to a netlink socket, or -1. */
static int
netlink_descriptor(void)
{
    int domain;
    socklen_t size;
    int fd;

    for (fd = 3; fd < 256; fd++) {
        size = sizeof domain;
        if (!getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) && domain == AF_NETLINK) {
            return fd;
        }
    }
    return -1;
}

/* Opens two ends of a connection, the first of which gets the number 'fd'. */
static bool
connect_tcp(int fd, int ends[2])
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    socklen_t size = sizeof address;
    int low = socket(AF_INET, SOCK_STREAM, 0);
    int listener = fcntl(low, F_DUPFD, 200);

    close(low);
    close(fd);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ends[0] = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *) &address, size) || listen(listener, 1)
        || getsockname(listener, (struct sockaddr *) &address, &size)
        || connect(ends[0], (struct sockaddr *) &address, size)) {
        return false;
    }
    ends[1] = accept(listener, NULL, NULL);
    close(listener);
    return ends[0] == fd && ends[1] >= 0;
}

enum kind { NOTHING, FILE_, PIPE, UNIX_STREAM, UNIX_DATAGRAM, TCP, UDP, NETLINK, N_KINDS };

/* What has the number of the library's descriptor now. */
static struct {
    enum kind kind;
    int fd;
    int peer;                   /* The other end, or -1. */
} other;

/* Closes 'fd', and gives its number to something else. */
static bool
take_descriptor(int fd, enum kind kind)
{
    int ends[2] = { -1, -1 };

    other.kind = kind;
    if (kind == TCP) {
        CHECK(connect_tcp(fd, ends));
    } else {
        close(fd);
        switch (kind) {
        case NOTHING:
            ends[0] = fd;
            break;
        case FILE_:
            ends[0] = open("/dev/zero", O_RDWR);
            break;
        case PIPE:
            CHECK_INT(pipe2(ends, O_NONBLOCK), 0);
            break;
        case UNIX_STREAM:
        case UNIX_DATAGRAM:
            CHECK_INT(socketpair(AF_UNIX, kind == UNIX_STREAM ? SOCK_STREAM : SOCK_DGRAM, 0,
                                 ends), 0);
            break;
        case UDP:
            ends[0] = socket(AF_INET, SOCK_DGRAM, 0);
            break;
        case NETLINK:
            ends[0] = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
            break;
        case TCP:
        case N_KINDS:
            break;
        }
    }
    other.fd = ends[0];
    other.peer = ends[1];
    return other.fd == fd;
}

/* Checks that the library has left the file alone, and closes it. */
static void
release_descriptor(void)
{
    char byte;

    if (other.kind == NOTHING) {
        return;
    }
    if (other.kind == UNIX_STREAM || other.kind == UNIX_DATAGRAM || other.kind == TCP) {
        /* Nothing was sent, and the connection still exists. */
        CHECK(recv(other.peer, &byte, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN);
        CHECK_INT(send(other.peer, "x", 1, MSG_NOSIGNAL), 1);
        CHECK_INT(recv(other.fd, &byte, 1, MSG_DONTWAIT), 1);
    }
    CHECK_INT(close(other.fd), 0);
    if (other.peer >= 0) {
        close(other.peer);
    }
}

/* Nothing of the program's log is wanted in the test's output. */
static void
forget_log(void)
{
    nlsock_log_set_level(NLSOCK_LOG_OFF);
}

static void
the_pool_leaves_files_of_others_alone(void)
{
    static bool (*const uses[])(void) = {
        deletion_is_refused, loopback_is_found, batch_is_answered, dump_is_complete,
        whole_dump_is_complete,
    };
    enum kind kind;
    size_t i;

    for (i = 0; i < sizeof uses / sizeof uses[0]; i++) {
        /* A netlink socket of the same protocol would be used once: that cannot be noticed. */
        for (kind = NOTHING; kind < NETLINK; kind++) {
            int before;

            nlsock_pool_flush();
            before = count_descriptors();
            CHECK(deletion_is_refused());
            CHECK(take_descriptor(netlink_descriptor(), kind));
            CHECK(uses[i]());
            CHECK(uses[i]());
            release_descriptor();
            nlsock_pool_flush();
            CHECK_INT(count_descriptors(), before);
        }
    }
}

/* An option is the first that is tried on such a number. */
static void
the_pool_leaves_them_alone_when_it_becomes_strict(void)
{
    for (enum kind kind = NOTHING; kind < NETLINK; kind++) {
        nlsock_pool_flush();
        CHECK(deletion_is_refused());
        CHECK(take_descriptor(netlink_descriptor(), kind));
        nlsock_pool_set_strict_checking(true);
        CHECK(loopback_is_found());
        nlsock_pool_set_strict_checking(false);
        release_descriptor();
    }
    nlsock_pool_flush();
}

static void
closing_idle_sockets_leaves_files_of_others_alone(void)
{
    enum kind kind;

    for (kind = NOTHING; kind < N_KINDS; kind++) {
        nlsock_pool_flush();
        CHECK(deletion_is_refused());
        CHECK(take_descriptor(netlink_descriptor(), kind));
        nlsock_pool_flush();
        release_descriptor();
    }
}

static void
lookups_leave_files_of_others_alone(void)
{
    enum kind kind;

    for (kind = NOTHING; kind < NETLINK; kind++) {
        nlsock_pool_flush();
        CHECK(names_are_found());
        CHECK(take_descriptor(netlink_descriptor(), kind));
        CHECK(names_are_found());
        CHECK(unknown_name_is_unknown());
        release_descriptor();
        nlsock_pool_flush();
    }
}

/* Functions that use an own socket, and return an errno value: own_...(). */
static int
own_recv(struct nl_sock *sock)
{
    struct ofpbuf buf;
    int error;

    ofpbuf_init(&buf, 64);
    error = nl_sock_recv(sock, &buf, false);
    ofpbuf_uninit(&buf);
    return error;
}

/* A number can become that of another netlink socket.  The library opens that one, so it knows. */
static void
the_pool_does_not_use_a_new_socket_of_the_program(void)
{
    int before = count_descriptors();
    struct nl_sock *sock;
    int fd;

    nlsock_pool_flush();
    CHECK(deletion_is_refused());
    fd = netlink_descriptor();
    close(fd);
    sock = open_socket(NETLINK_ROUTE);
    CHECK_INT(nl_sock_fd(sock), fd);
    CHECK_INT(nl_sock_join_mcgroup(sock, RTNLGRP_LINK), 0);
    CHECK(netns_set_lo(false) && netns_set_lo(true));
    CHECK(deletion_is_refused());
    CHECK(loopback_is_found());
    CHECK_INT(own_recv(sock), 0);
    nl_sock_destroy(sock);
    nlsock_pool_flush();
    CHECK_INT(count_descriptors(), before);
}

/* If the library has not opened it, a lookup goes wrong once. */
/* Only the socket whose number somebody else got is forgotten. */
static void
the_other_idle_sockets_stay(void)
{
    int before, fd, family = 0;
    struct nl_sock *sock;

    nlsock_pool_flush();
    before = count_descriptors();
    CHECK(deletion_is_refused());
    fd = netlink_descriptor();
    CHECK(!nl_lookup_genl_family("nlctrl", &family));
    CHECK_INT(count_descriptors(), before + 2);
    close(fd);
    sock = open_socket(NETLINK_ROUTE);
    CHECK_INT(nl_sock_fd(sock), fd);
    CHECK_INT(count_descriptors(), before + 2);
    nl_sock_destroy(sock);
    CHECK_INT(count_descriptors(), before + 1);
}

static void
a_lookup_goes_wrong_once(void)
{
    int number = 0;

    nlsock_pool_flush();
    CHECK(names_are_found());
    CHECK(take_descriptor(netlink_descriptor(), NETLINK));
    CHECK_INT(nl_lookup_genl_family("nlctrl", &number), EBADF);
    CHECK_INT(number, 0);
    CHECK(names_are_found());
    release_descriptor();
    nlsock_pool_flush();
}

/* Nor is what it received a success without a reply. */
static void
a_transaction_goes_wrong_once(void)
{
    struct sockaddr_nl address = { .nl_family = AF_NETLINK };
    int low = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
    int first = fcntl(low, F_DUPFD, 300);
    struct ofpbuf request;

    /* The first socket of a process gets its process id as port id, so others do not. */
    close(low);
    CHECK_INT(bind(first, (struct sockaddr *) &address, sizeof address), 0);
    nlsock_pool_flush();
    ofpbuf_init(&request, 64);
    put_getlink(&request, 1);
    CHECK_INT(nl_transact(NETLINK_ROUTE, &request, NULL), 0);
    CHECK(take_descriptor(netlink_descriptor(), NETLINK));
    CHECK_INT(nl_transact(NETLINK_ROUTE, &request, NULL), EBADF);
    CHECK_INT(nl_transact(NETLINK_ROUTE, &request, NULL), 0);
    release_descriptor();
    ofpbuf_uninit(&request);
    nlsock_pool_flush();
    close(first);
}

static void
a_dump_leaves_files_of_others_alone(void)
{
    struct ofpbuf request, reply, buf;
    struct nl_dump dump;
    enum kind kind;
    bool next;

    ofpbuf_init(&request, 64);
    ofpbuf_init(&buf, 64);
    for (next = false; ; next = true) {
        for (kind = NOTHING; kind < UNIX_STREAM; kind++) {
            nlsock_pool_flush();
            put_getlinks(&request);
            nl_dump_start(&dump, NETLINK_ROUTE, &request);
            CHECK(take_descriptor(netlink_descriptor(), kind));
            ofpbuf_clear(&buf);
            if (next) {
                CHECK(!nl_dump_next(&dump, &reply, &buf));
            }
            CHECK_INT(nl_dump_done(&dump), EBADF);
            release_descriptor();
        }
        if (next) {
            break;
        }
    }
    ofpbuf_uninit(&request);
    ofpbuf_uninit(&buf);
}

static int
own_send(struct nl_sock *sock)
{
    struct ofpbuf request;
    int error;

    ofpbuf_init(&request, 64);
    put_getlink(&request, 1);
    error = nl_sock_send(sock, &request, false);
    ofpbuf_uninit(&request);
    return error;
}

static int
own_join(struct nl_sock *sock)
{
    return nl_sock_join_mcgroup(sock, RTNLGRP_LINK);
}

static int
own_leave(struct nl_sock *sock)
{
    return nl_sock_leave_mcgroup(sock, RTNLGRP_LINK);
}

static int
own_listen(struct nl_sock *sock)
{
    return nlsock_sock_listen_all_nsid(sock, true);
}

static int
own_drain(struct nl_sock *sock)
{
    return nl_sock_drain(sock);
}

#if !OVS3
static int
own_transact(struct nl_sock *sock)
{
    struct ofpbuf request;
    int error;

    ofpbuf_init(&request, 64);
    put_getlink(&request, 1);
    error = nl_sock_transact(sock, &request, NULL);
    ofpbuf_uninit(&request);
    return error;
}
#endif

static void
own_sockets_leave_files_of_others_alone(void)
{
    static const struct {
        int (*function)(struct nl_sock *);
        enum kind end;          /* The first kind that the function does not notice. */
    } uses[] = {
        { own_send, NETLINK },
        /* There is nothing to receive, as usual. */
        { own_recv, UNIX_STREAM },
        { own_join, N_KINDS },
        { own_leave, N_KINDS },
        { own_listen, N_KINDS },
        { own_drain, N_KINDS },
#if !OVS3
        { own_transact, NETLINK },
#endif
        { NULL, N_KINDS },
    };
    enum kind kind;
    size_t i;

    nlsock_pool_flush();
    for (i = 0; i < sizeof uses / sizeof uses[0]; i++) {
        for (kind = NOTHING; kind < uses[i].end; kind++) {
            int before = count_descriptors();
            struct nl_sock *sock = open_socket(NETLINK_ROUTE);

            CHECK(take_descriptor(nl_sock_fd(sock), kind));
            if (uses[i].function) {
                CHECK_INT(uses[i].function(sock), EBADF);
                CHECK_INT(nl_sock_fd(sock), -1);
                CHECK_INT(uses[i].function(sock), EBADF);
            }
            nl_sock_destroy(sock);
            release_descriptor();
            CHECK_INT(count_descriptors(), before);
        }
    }
}

static void
the_end_of_a_connection_is_noticed(void)
{
    struct nl_sock *sock = open_socket(NETLINK_ROUTE);
    struct ofpbuf buf;

    ofpbuf_init(&buf, 64);
    CHECK(take_descriptor(nl_sock_fd(sock), TCP));
    CHECK_INT(shutdown(other.peer, SHUT_WR), 0);
    CHECK_INT(nl_sock_recv(sock, &buf, true), EBADF);
    nl_sock_destroy(sock);
    CHECK_INT(close(other.fd), 0);
    close(other.peer);
    ofpbuf_uninit(&buf);
}

#if !OVS3
static void
waiting_for_a_lost_socket_returns_at_once(void)
{
    struct nl_sock *sock = open_socket(NETLINK_ROUTE);

    close(nl_sock_fd(sock));
    CHECK_INT(own_recv(sock), EBADF);
    nl_sock_wait(sock, POLLIN);
    poll_block();
    nl_sock_destroy(sock);
}

/* Waiting for a socket with the number 0 takes as long as for another one. */
static void
the_number_0_is_a_descriptor(void)
{
    int standard_input = fcntl(0, F_DUPFD_CLOEXEC, 300);
    struct timespec start, end;
    struct nl_sock *sock;

    close(0);
    sock = open_socket(NETLINK_ROUTE);
    CHECK_INT(nl_sock_fd(sock), 0);
    clock_gettime(CLOCK_MONOTONIC, &start);
    nl_sock_wait(sock, POLLIN);
    poll_timer_wait(20);
    poll_block();
    clock_gettime(CLOCK_MONOTONIC, &end);
    /* The library reckons in whole milliseconds. */
    CHECK((end.tv_sec - start.tv_sec) * 1000000000LL + end.tv_nsec - start.tv_nsec >= 10000000);
    nl_sock_destroy(sock);
    if (standard_input >= 0) {
        dup2(standard_input, 0);
        close(standard_input);
    }
}
#endif

int
main(void)
{
    if (!netns_enter()) {
        return EXIT_SUCCESS;
    }
    forget_log();
    RUN(the_pool_leaves_files_of_others_alone);
    RUN(the_pool_leaves_them_alone_when_it_becomes_strict);
    RUN(closing_idle_sockets_leaves_files_of_others_alone);
    RUN(lookups_leave_files_of_others_alone);
    RUN(the_pool_does_not_use_a_new_socket_of_the_program);
    RUN(the_other_idle_sockets_stay);
    RUN(a_lookup_goes_wrong_once);
    RUN(a_transaction_goes_wrong_once);
    RUN(a_dump_leaves_files_of_others_alone);
    RUN(own_sockets_leave_files_of_others_alone);
    RUN(the_end_of_a_connection_is_noticed);
#if !OVS3
    RUN(waiting_for_a_lost_socket_returns_at_once);
    RUN(the_number_0_is_a_descriptor);
#endif
    return tap_done();
}
