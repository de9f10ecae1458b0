/* SPDX-License-Identifier: Apache-2.0 */
/* What a capture contains, and the errors of nlsock_capture_start(). */

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include "answers.h"
#include "descriptors.h"
#include "netns.h"
#include "pcapng.h"
#include "replaced.h"

static char folder[] = P_tmpdir "/test-capture-XXXXXX";
static char path[64];

/* Starts a new capture. */
static void
start(void)
{
    unlink(path);
    nlsock_pool_flush();
    CHECK_INT(nlsock_capture_start(path, 0), 0);
}

/* Ends the capture, and reads it. */
static void
stop(struct capture *capture)
{
    nlsock_capture_stop();
    capture_read(capture, path);
}

/* Checks that 'comment' has the words that every packet has, and ends in 'end'. */
static void
check_comment(const char *comment, const char *end)
{
    char start_of_comment[64];
    size_t length = strlen(comment), end_length = strlen(end);

    snprintf(start_of_comment, sizeof start_of_comment, "pid=%d socket=", (int) getpid());
    CHECK(!strncmp(comment, start_of_comment, strlen(start_of_comment)));
    CHECK(strstr(comment, " port="));
    CHECK_STR(length < end_length ? comment : comment + length - end_length, end);
}

static void
a_transaction_is_captured(void)
{
    struct capture capture;
    struct packet packet;
    struct nlmsghdr header;

    start();
    CHECK(loopback_is_found());
    stop(&capture);
    CHECK(capture_next(&capture, &packet));
    CHECK_INT(capture.sections, 1);
    CHECK(packet.outbound);
    CHECK_INT(packet.protocol, NETLINK_ROUTE);
    check_comment(packet.comment, " call=sendto");
    CHECK_INT(packet.size, NLMSG_HDRLEN + sizeof(struct ifinfomsg));
    memcpy(&header, packet.data, sizeof header);
    CHECK_INT(header.nlmsg_len, packet.size);
    CHECK_INT(header.nlmsg_type, RTM_GETLINK);

    CHECK(capture_next(&capture, &packet));
    CHECK(!packet.outbound);
    check_comment(packet.comment, " call=recvmsg");
    memcpy(&header, packet.data, sizeof header);
    CHECK_INT(header.nlmsg_len, packet.size);
    CHECK_INT(header.nlmsg_type, RTM_NEWLINK);
    CHECK(!capture_next(&capture, &packet) && !capture.wrong);
    capture_free(&capture);
}

static unsigned long long
socket_number(const struct packet *packet)
{
    const char *at = strstr(packet->comment, " socket=");

    return at ? strtoull(at + strlen(" socket="), NULL, 10) : 0;
}

static void
each_socket_has_a_number_of_its_own(void)
{
    unsigned long long pooled, own;
    struct capture capture;
    struct packet packet;

    start();
    CHECK(loopback_is_found());
    CHECK(own_socket_works());
    stop(&capture);
    CHECK(capture_next(&capture, &packet) && packet.outbound);
    pooled = socket_number(&packet);
    CHECK(capture_next(&capture, &packet) && !packet.outbound);
    CHECK(pooled && socket_number(&packet) == pooled);
    CHECK(capture_next(&capture, &packet) && packet.outbound);
    own = socket_number(&packet);
    CHECK(own && own != pooled);
    capture_free(&capture);
}

/* Each way to send or receive passes through the capture. */
static void
every_call_is_captured(void)
{
    struct capture capture;
    struct packet packet;
    size_t i;

    for (i = 0; i < N_CALLS; i++) {
        int sent = 0, received = 0;

        start();
        CHECK(calls[i].is_right());
        stop(&capture);
        while (capture_next(&capture, &packet)) {
            sent += packet.outbound && packet.original == packet.size;
            received += !packet.outbound;
        }
        CHECK(!capture.wrong);
        if (!sent || !received) {
            tap_diagnostic("%s: %d sent, %d received", calls[i].name, sent, received);
        }
        CHECK(sent && received);
        capture_free(&capture);
    }
}

static void
families_have_their_protocol(void)
{
    struct capture capture;
    struct packet packet;

    start();
    CHECK(names_are_found());
    CHECK(unknown_name_is_unknown());
    stop(&capture);
    while (capture_next(&capture, &packet)) {
        CHECK_INT(packet.protocol, NETLINK_GENERIC);
    }
    CHECK(!capture.wrong && capture.size > 200);
    capture_free(&capture);
}

static void
notifications_have_their_group(void)
{
    struct capture capture;
    struct packet packet;
    struct nl_sock *sock;
    struct ofpbuf buf;
    int received = 0;

    ofpbuf_init(&buf, 64);
    start();
    CHECK_INT(nl_sock_create(NETLINK_ROUTE, &sock), 0);
    CHECK_INT(nl_sock_join_mcgroup(sock, RTNLGRP_LINK), 0);
    CHECK_INT(nl_sock_join_mcgroup(sock, 1000000), EINVAL);
    CHECK(netns_set_lo(false) && netns_set_lo(true));
    while (!nl_sock_recv(sock, &buf, false)) {
        received++;
    }
    CHECK(received > 0);
    CHECK_INT(nl_sock_leave_mcgroup(sock, RTNLGRP_LINK), 0);
    stop(&capture);

    CHECK(capture_next(&capture, &packet) && packet.outbound);
    check_comment(packet.comment, " call=setsockopt join=1 data=none");
    CHECK(capture_next(&capture, &packet) && packet.outbound);
    check_comment(packet.comment, " call=setsockopt error=EINVAL join=1000000 data=none");
    for (; received > 0; received--) {
        CHECK(capture_next(&capture, &packet) && !packet.outbound);
        check_comment(packet.comment, " group=1 call=recvmsg");
    }
    CHECK(capture_next(&capture, &packet) && packet.outbound);
    check_comment(packet.comment, " call=setsockopt leave=1 data=none");
    CHECK(!capture_next(&capture, &packet) && !capture.wrong);
    capture_free(&capture);
    nl_sock_destroy(sock);
    ofpbuf_uninit(&buf);
}

static void
messages_of_processes_have_their_port_id(void)
{
    struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = 1 };
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_USERSOCK);
    struct nlmsghdr message = { .nlmsg_len = sizeof message, .nlmsg_type = 99 };
    socklen_t size = sizeof address;
    struct capture capture;
    struct packet packet;
    struct nl_sock *sock;
    struct ofpbuf buf;
    char end[64];

    ofpbuf_init(&buf, 64);
    CHECK_INT(nl_sock_create(NETLINK_USERSOCK, &sock), 0);
    CHECK_INT(nl_sock_join_mcgroup(sock, 1), 0);
    start();
    /* The kernel itself has no socket in the group. */
    sendto(fd, &message, sizeof message, 0, (struct sockaddr *) &address, sizeof address);
    CHECK_INT(getsockname(fd, (struct sockaddr *) &address, &size), 0);
    CHECK_INT(nl_sock_recv(sock, &buf, false), 0);
    stop(&capture);
    snprintf(end, sizeof end, " peer=%u group=1 call=recvmsg", address.nl_pid);
    CHECK(capture_next(&capture, &packet) && !packet.outbound);
    check_comment(packet.comment, end);
    capture_free(&capture);
    nl_sock_destroy(sock);
    ofpbuf_uninit(&buf);
    close(fd);
}

/* Fills the receive buffer of 'sock', by notifications that nobody reads. */
static void
overflow(struct nl_sock *sock)
{
    int small = 1;
    int i;

    CHECK_INT(setsockopt(nl_sock_fd(sock), SOL_SOCKET, SO_RCVBUF, &small, sizeof small), 0);
    for (i = 0; i < 100; i++) {
        CHECK(netns_set_lo(false) && netns_set_lo(true));
    }
}

static void
lost_messages_are_captured_as_an_error(void)
{
    struct capture capture;
    struct packet packet;
    struct nl_sock *sock;
    struct ofpbuf buf;

    ofpbuf_init(&buf, 64);
    CHECK_INT(nl_sock_create(NETLINK_ROUTE, &sock), 0);
    CHECK_INT(nl_sock_join_mcgroup(sock, RTNLGRP_LINK), 0);
    overflow(sock);
    start();
    CHECK_INT(nl_sock_recv(sock, &buf, false), ENOBUFS);
    CHECK_INT(nl_sock_drain(sock), 0);
    stop(&capture);
    CHECK(capture_next(&capture, &packet) && !packet.outbound);
    check_comment(packet.comment, " call=recvmsg error=ENOBUFS data=none");
    CHECK_INT(packet.size, NLMSG_HDRLEN);

    /* What is discarded is known by its length only. */
    CHECK(capture_next(&capture, &packet) && !packet.outbound);
    check_comment(packet.comment, " group=1 call=recvmsg");
    CHECK(!packet.size && packet.original > NLMSG_HDRLEN);
    capture_free(&capture);
    nl_sock_destroy(sock);
    ofpbuf_uninit(&buf);
}

/* The part of a message that does not fit in the caller's buffer comes from other memory. */
static void
a_message_in_two_parts_is_captured_whole(void)
{
    struct nlsock_source source;
    struct capture capture;
    struct packet packet;
    struct ofpbuf buf;
    struct nl_sock *sock;

    ofpbuf_init(&buf, 64);
    CHECK_INT(nl_sock_create(NETLINK_ROUTE, &sock), 0);
    put_getlink(&buf, 1);
    start();
    CHECK_INT(nl_sock_send(sock, &buf, true), 0);
    CHECK_INT(nlsock_sock_recv_from(sock, &buf, true, &source, sizeof source), 0);
    stop(&capture);
    CHECK(ofpbuf_size(&buf) > 64);
    CHECK(capture_next(&capture, &packet) && packet.outbound);
    CHECK(capture_next(&capture, &packet) && !packet.outbound);
    CHECK_INT(packet.size, ofpbuf_size(&buf));
    CHECK_INT(packet.original, ofpbuf_size(&buf));
    CHECK(!memcmp(packet.data, ofpbuf_data(&buf), packet.size));
    CHECK(!capture_next(&capture, &packet) && !capture.wrong);
    capture_free(&capture);
    nl_sock_destroy(sock);
    ofpbuf_uninit(&buf);
}

static void
what_cannot_be_sent_is_captured_as_an_error(void)
{
    struct capture capture;
    struct packet packet;
    struct ofpbuf request;
    struct nl_sock *sock;
    int small = 1;

    CHECK_INT(nl_sock_create(NETLINK_ROUTE, &sock), 0);
    CHECK_INT(setsockopt(nl_sock_fd(sock), SOL_SOCKET, SO_SNDBUF, &small, sizeof small), 0);
    ofpbuf_init(&request, 0);
    put_getlink(&request, 1);
    ofpbuf_put_zeros(&request, 20000);
    start();
    CHECK_INT(nl_sock_send(sock, &request, true), EMSGSIZE);
    stop(&capture);
    CHECK(capture_next(&capture, &packet) && packet.outbound);
    check_comment(packet.comment, " call=sendto error=EMSGSIZE");
    CHECK_INT(packet.size, ofpbuf_size(&request));
    capture_free(&capture);
    nl_sock_destroy(sock);
    ofpbuf_uninit(&request);
}

static void
what_cannot_be_opened_is_captured(void)
{
    struct capture capture;
    struct packet packet;
    struct nl_sock *sock;

    start();
    CHECK_INT(nl_sock_create(31, &sock), EPROTONOSUPPORT);
    stop(&capture);
    CHECK(capture_next(&capture, &packet) && packet.outbound);
    CHECK_INT(packet.protocol, 31);
    CHECK(strstr(packet.comment, " call=socket error=EPROTONOSUPPORT data=none"));
    capture_free(&capture);
}

/* The function of the C library that fails; null for none. */
static const char *failing;

int
connect(int fd, const struct sockaddr *address, socklen_t size)
{
    int (*function)(int, const struct sockaddr *, socklen_t)
        = (int (*)(int, const struct sockaddr *, socklen_t)) real("connect");

    if (failing && !strcmp(failing, "connect")) {
        errno = ENOMEM;
        return -1;
    }
    return function(fd, address, size);
}

int
getsockname(int fd, struct sockaddr *address, socklen_t *size)
{
    int (*function)(int, struct sockaddr *, socklen_t *)
        = (int (*)(int, struct sockaddr *, socklen_t *)) real("getsockname");

    if (failing && !strcmp(failing, "getsockname")) {
        errno = ENOMEM;
        return -1;
    }
    return function(fd, address, size);
}

static void
the_call_that_failed_is_named(void)
{
    const char *names[] = { "connect", "getsockname" };
    struct capture capture;
    struct packet packet;
    struct nl_sock *sock;
    char expected[64];

    for (int i = 0; i < 2; i++) {
        start();
        failing = names[i];
        CHECK_INT(nl_sock_create(NETLINK_ROUTE, &sock), ENOMEM);
        failing = NULL;
        stop(&capture);
        CHECK(capture_next(&capture, &packet) && packet.outbound);
        snprintf(expected, sizeof expected, " call=%s error=ENOMEM data=none", names[i]);
        CHECK(strstr(packet.comment, expected));
        capture_free(&capture);
    }
}

static void
packets_have_the_time(void)
{
    struct timespec before, after;
    struct capture capture;
    struct packet packet;
    uint64_t time;

    start();
    clock_gettime(CLOCK_REALTIME, &before);
    CHECK(deletion_is_refused());
    clock_gettime(CLOCK_REALTIME, &after);
    stop(&capture);
    CHECK(capture_next(&capture, &packet));
    /* The fields of the block before the header of the packet. */
    time = (uint64_t) capture_word(packet.data - 32) << 32 | capture_word(packet.data - 28);
    CHECK(time >= (uint64_t) before.tv_sec * 1000000000 + (uint64_t) before.tv_nsec);
    CHECK(time <= (uint64_t) after.tv_sec * 1000000000 + (uint64_t) after.tv_nsec);
    capture_free(&capture);
}

static void
a_capture_is_added_to(void)
{
    struct capture capture;
    struct packet packet;
    struct stat status;
    int packets = 0;

    start();
    CHECK(deletion_is_refused());
    nlsock_capture_stop();
    CHECK(deletion_is_refused());
    CHECK_INT(nlsock_capture_start(path, 0), 0);
    CHECK(deletion_is_refused());
    stop(&capture);
    while (capture_next(&capture, &packet)) {
        packets++;
    }
    CHECK(!capture.wrong);
    CHECK_INT(capture.sections, 2);
    CHECK_INT(packets, 4);
    capture_free(&capture);
    CHECK(!stat(path, &status) && (status.st_mode & 0777) == 0600);
}

static void
errors_are_returned(void)
{
    char long_path[8192], link_path[80];
    FILE *file;
    int fd;

    start();
    CHECK_INT(nlsock_capture_start(path, 0), EBUSY);
    nlsock_capture_stop();
    nlsock_capture_stop();
    CHECK_INT(nlsock_capture_start(path, 1), EINVAL);
    CHECK_INT(nlsock_capture_start("", 0), ENOENT);
    CHECK_INT(nlsock_capture_start("/no such folder/file", 0), ENOENT);
    CHECK_INT(nlsock_capture_start(folder, 0), EISDIR);
    CHECK_INT(nlsock_capture_start("/dev/full", 0), EINVAL);
    memset(long_path, 'x', sizeof long_path - 1);
    long_path[sizeof long_path - 1] = '\0';
    CHECK_INT(nlsock_capture_start(long_path, 0), ENAMETOOLONG);
    snprintf(link_path, sizeof link_path, "%s-link", path);
    CHECK_INT(symlink(path, link_path), 0);
    CHECK_INT(nlsock_capture_start(link_path, 0), ELOOP);
    unlink(link_path);
    CHECK_INT(mkfifo(link_path, 0600), 0);
    CHECK_INT(nlsock_capture_start(link_path, 0), EINVAL);
    unlink(link_path);

    /* A file that somebody else may read has another owner or another name. */
    CHECK_INT(link(path, link_path), 0);
    CHECK_INT(nlsock_capture_start(path, 0), EPERM);
    unlink(link_path);
    if (!chown(path, 1, (gid_t) -1)) {
        CHECK_INT(nlsock_capture_start(path, 0), EPERM);
    }

    /* A file of somebody else is left as it is. */
    unlink(path);
    file = fopen(path, "w");
    fputs("a file of somebody else\n", file);
    fclose(file);
    CHECK_INT(nlsock_capture_start(path, 0), EINVAL);
    fd = open(path, O_RDONLY);
    CHECK_INT(lseek(fd, 0, SEEK_END), 24);
    close(fd);
}

static void
a_relative_path_stays_the_same(void)
{
    struct capture capture;
    struct packet packet;

    unlink(path);
    CHECK_INT(chdir(folder), 0);
    CHECK_INT(nlsock_capture_start("capture", 0), 0);
    CHECK_INT(chdir("/"), 0);
    CHECK(deletion_is_refused());
    stop(&capture);
    CHECK(capture_next(&capture, &packet));
    capture_free(&capture);
}

static void
no_descriptor_is_left(void)
{
    int before;

    nlsock_pool_flush();
    before = count_descriptors();
    start();
    CHECK_INT(count_descriptors(), before + 1);
    CHECK(all_answers_are_right());
    nlsock_capture_stop();
    nlsock_pool_flush();
    CHECK_INT(count_descriptors(), before);
}

/* Of a long datagram, the start is written, so that tshark can read it.  The capture goes on. */
static void
a_long_datagram_is_shortened(void)
{
    enum { LONG = 20 << 20 };
    struct capture capture;
    struct packet packet;
    struct ofpbuf request;
    struct nl_sock *sock;

    CHECK_INT(nl_sock_create(NETLINK_ROUTE, &sock), 0);
    ofpbuf_init(&request, LONG);
    put_getlink(&request, 1);
    ofpbuf_put_zeros(&request, LONG - 100);
    start();
    CHECK(nl_sock_send(sock, &request, true) > 0);
    CHECK(deletion_is_refused());
    stop(&capture);
    CHECK(capture_next(&capture, &packet) && packet.outbound);
    CHECK(packet.original > LONG - 100);
    CHECK_INT(packet.size, (256 << 10) - 16);
    CHECK(capture_next(&capture, &packet) && packet.outbound);
    CHECK(capture_next(&capture, &packet) && !packet.outbound);
    CHECK(!capture_next(&capture, &packet) && !capture.wrong);
    capture_free(&capture);
    ofpbuf_uninit(&request);
    nl_sock_destroy(sock);
}

int
main(void)
{
    /* The one of the environment. */
    nlsock_capture_stop();
    nlsock_log_set_handler(ignore_line, NULL);
    if (!netns_enter()) {
        return EXIT_SUCCESS;
    }
    if (!mkdtemp(folder)) {
        perror(folder);
        return EXIT_FAILURE;
    }
    snprintf(path, sizeof path, "%s/capture", folder);
    RUN(a_transaction_is_captured);
    RUN(each_socket_has_a_number_of_its_own);
    RUN(every_call_is_captured);
    RUN(families_have_their_protocol);
    RUN(notifications_have_their_group);
    RUN(messages_of_processes_have_their_port_id);
    RUN(lost_messages_are_captured_as_an_error);
    RUN(a_message_in_two_parts_is_captured_whole);
    RUN(what_cannot_be_sent_is_captured_as_an_error);
    RUN(what_cannot_be_opened_is_captured);
    RUN(the_call_that_failed_is_named);
    RUN(packets_have_the_time);
    RUN(a_capture_is_added_to);
    RUN(errors_are_returned);
    RUN(a_relative_path_stays_the_same);
    RUN(no_descriptor_is_left);
    RUN(a_long_datagram_is_shortened);
    unlink(path);
    rmdir(folder);
    return tap_done();
}
