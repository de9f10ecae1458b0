/* SPDX-License-Identifier: Apache-2.0 */
/* System calls on netlink sockets.  The program runs on the real kernel and on the fake one, with
 * the same results.
 *
 * Of the kernel it only wants acknowledgements: of NLMSG_NOOP, which needs no privileges. */

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include "ask.h"
#include "../support/tap.h"

static void
duplicates_are_the_same_socket(void)
{
    int fd = open_socket(0), copies[4];

    copies[0] = dup(fd);
    copies[1] = dup2(fd, 100);
    copies[2] = dup3(fd, 101, O_CLOEXEC);
    copies[3] = fcntl(fd, F_DUPFD_CLOEXEC, 102);
    CHECK_INT(copies[1], 100);
    CHECK_INT(copies[2], 101);
    CHECK(copies[3] >= 102);
    CHECK_INT(fcntl(copies[1], F_GETFD), 0);
    CHECK_INT(fcntl(copies[2], F_GETFD), FD_CLOEXEC);
    for (uint32_t i = 0; i < 4; i++) {
        ask(fd, i);
        CHECK_INT(answer(copies[i], 0), i);
    }
    close(fd);
    for (uint32_t i = 0; i < 4; i++) {
        ask(copies[i], i);
        CHECK_INT(answer(copies[3], 0), i);
        CHECK_INT(close(copies[i]), 0);
        if (i == 3) {
            break;
        }
    }
    CHECK_INT(answer(copies[0], 0), -EBADF);
}

static void
dup2_closes_a_socket(void)
{
    int fd = open_socket(0), other = open_socket(0), file = open("/dev/null", O_RDWR);

    ask(other, 7);
    CHECK_INT(dup2(other, fd), fd);
    CHECK_INT(answer(fd, MSG_DONTWAIT), 7);
    CHECK_INT(dup2(file, fd), fd);
    CHECK_INT(answer(fd, 0), -ENOTSOCK);
    CHECK_INT(answer(other, MSG_DONTWAIT), -EAGAIN);
    close(fd);
    close(other);
    close(file);
}

static void
non_blocking(void)
{
    int fd = open_socket(SOCK_NONBLOCK), other = open_socket(0);

    CHECK_INT(answer(fd, 0), -EAGAIN);
    CHECK_INT(answer(other, MSG_DONTWAIT), -EAGAIN);
    fcntl(other, F_SETFL, fcntl(other, F_GETFL) | O_NONBLOCK);
    CHECK_INT(answer(other, 0), -EAGAIN);
    ask(other, 1);
    CHECK_INT(answer(other, 0), 1);
    close(fd);
    close(other);
}

static void
receive_timeout(void)
{
    struct timeval timeout = { 0, 50000 }, result = { 0, 0 };
    socklen_t size = sizeof result;
    int fd = open_socket(0);

    CHECK_INT(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout), 0);
    CHECK_INT(getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &result, &size), 0);
    /* The kernel rounds up to its ticks. */
    CHECK(result.tv_sec == 0 && result.tv_usec >= 50000 && result.tv_usec < 70000);
    CHECK_INT(answer(fd, 0), -EAGAIN);
    ask(fd, 1);
    CHECK_INT(answer(fd, 0), 1);
    close(fd);
}

static void
several_messages_in_a_call(void)
{
    struct nlmsghdr requests[3], answers[5][4];
    struct iovec out[3], in[5];
    struct mmsghdr sent[3], received[5];
    int fd = open_socket(0);

    memset(sent, 0, sizeof sent);
    memset(received, 0, sizeof received);
    for (uint32_t i = 0; i < 3; i++) {
        requests[i] = request(10 + i);
        out[i] = (struct iovec) { &requests[i], sizeof requests[i] };
        sent[i].msg_hdr.msg_iov = &out[i];
        sent[i].msg_hdr.msg_iovlen = 1;
    }
    for (int i = 0; i < 5; i++) {
        in[i] = (struct iovec) { answers[i], sizeof answers[i] };
        received[i].msg_hdr.msg_iov = &in[i];
        received[i].msg_hdr.msg_iovlen = 1;
    }
    CHECK_INT(sendmmsg(fd, sent, 3, 0), 3);
    CHECK_INT(sent[2].msg_len, sizeof requests[2]);
    CHECK_INT(recvmmsg(fd, received, 5, MSG_WAITFORONE, NULL), 3);
    for (uint32_t i = 0; i < 3; i++) {
        CHECK_INT(answers[i][0].nlmsg_seq, 10 + i);
        CHECK_INT(received[i].msg_len, ACK_SIZE);
    }
    CHECK_INT(recvmmsg(fd, received, 5, MSG_DONTWAIT, NULL), -1);
    CHECK_INT(errno, EAGAIN);
    close(fd);
}

static void
read_and_write(void)
{
    struct nlmsghdr message = request(1), parts[4];
    struct iovec out[2] = { { &message, 8 }, { (char *) &message + 8, sizeof message - 8 } };
    struct iovec in[2] = { { parts, 20 }, { (char *) parts + 20, sizeof parts - 20 } };
    int fd = open_socket(0);

    CHECK_INT(write(fd, &message, sizeof message), sizeof message);
    CHECK_INT(read(fd, parts, sizeof parts), ACK_SIZE);
    message.nlmsg_seq = 2;
    CHECK_INT(writev(fd, out, 2), sizeof message);
    CHECK_INT(readv(fd, in, 2), ACK_SIZE);
    CHECK_INT(parts[0].nlmsg_seq, 2);
    close(fd);
}

static void
peek_and_truncate(void)
{
    char data[ACK_SIZE];
    struct iovec iov = { data, 10 };
    struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
    struct sockaddr_nl from;
    socklen_t size = sizeof from;
    int fd = open_socket(0);

    ask(fd, 1);
    CHECK_INT(recv(fd, NULL, 0, MSG_PEEK | MSG_TRUNC), ACK_SIZE);
    CHECK_INT(recv(fd, data, sizeof data, MSG_PEEK), ACK_SIZE);
    memset(&from, 0xff, sizeof from);
    CHECK_INT(recvfrom(fd, data, 4, MSG_PEEK, (struct sockaddr *) &from, &size), 4);
    CHECK_INT(size, sizeof from);
    CHECK_INT(from.nl_family, AF_NETLINK);
    CHECK_INT(from.nl_pid, 0);
    CHECK_INT(from.nl_groups, 0);
    CHECK_INT(recvmsg(fd, &msg, 0), 10);
    CHECK_INT(msg.msg_flags, MSG_TRUNC);
    CHECK_INT(answer(fd, MSG_DONTWAIT), -EAGAIN);
    ask(fd, 2);
    CHECK_INT(recvmsg(fd, &msg, MSG_TRUNC), ACK_SIZE);
    close(fd);
}

static int
bind_to(int fd, uint32_t port, uint32_t groups)
{
    struct sockaddr_nl nl = { .nl_family = AF_NETLINK, .nl_pid = port, .nl_groups = groups };

    return bind(fd, (struct sockaddr *) &nl, sizeof nl) ? -errno : 0;
}

static struct sockaddr_nl
name_of(int fd)
{
    struct sockaddr_nl nl;
    socklen_t size = sizeof nl;

    CHECK_INT(getsockname(fd, (struct sockaddr *) &nl, &size), 0);
    CHECK_INT(size, sizeof nl);
    CHECK_INT(nl.nl_family, AF_NETLINK);
    return nl;
}

static void
port_ids(void)
{
    int fd = open_socket(0), other = open_socket(0);

    CHECK_INT(name_of(fd).nl_pid, 0);
    CHECK_INT(bind_to(fd, 4000000001u, 0), 0);
    CHECK_INT(name_of(fd).nl_pid, 4000000001u);
    CHECK_INT(bind_to(fd, 4000000002u, 0), -EINVAL);
    CHECK_INT(bind_to(other, 4000000001u, 0), -EADDRINUSE);
    CHECK_INT(bind_to(other, 0, 0), 0);
    CHECK(name_of(other).nl_pid != 0 && name_of(other).nl_pid != 4000000001u);
    close(fd);
    fd = open_socket(0);
    CHECK_INT(bind_to(fd, 4000000001u, 0), 0);
    ask(fd, 1);
    CHECK_INT(answer(fd, 0), 1);
    close(fd);
    close(other);
}

static int
membership(int fd, int option, int group)
{
    return setsockopt(fd, SOL_NETLINK, option, &group, sizeof group) ? -errno : 0;
}

static void
groups(void)
{
    uint32_t list[8] = { 0 };
    socklen_t size = sizeof list;
    int fd = open_socket(0);

    CHECK_INT(bind_to(fd, 0, RTMGRP_LINK | RTMGRP_NOTIFY), 0);
    CHECK_INT(name_of(fd).nl_groups, RTMGRP_LINK | RTMGRP_NOTIFY);
    CHECK_INT(membership(fd, NETLINK_ADD_MEMBERSHIP, RTNLGRP_IPV6_IFADDR), 0);
    CHECK_INT(membership(fd, NETLINK_DROP_MEMBERSHIP, RTNLGRP_NOTIFY), 0);
    CHECK_INT(membership(fd, NETLINK_ADD_MEMBERSHIP, 0), -EINVAL);
    CHECK_INT(name_of(fd).nl_groups, RTMGRP_LINK | RTMGRP_IPV6_IFADDR);
    CHECK_INT(getsockopt(fd, SOL_NETLINK, NETLINK_LIST_MEMBERSHIPS, list, &size), 0);
    CHECK(size >= 4 && size % 4 == 0);
    CHECK_INT(list[0], RTMGRP_LINK | RTMGRP_IPV6_IFADDR);
    close(fd);
}

static int
option(int fd, int level, int name)
{
    int value = -1;
    socklen_t size = sizeof value;

    return getsockopt(fd, level, name, &value, &size) ? -errno : value;
}

static void
options(void)
{
    static const int names[] = { NETLINK_PKTINFO, NETLINK_NO_ENOBUFS, NETLINK_CAP_ACK,
                                 NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK };
    int fd = socket(AF_NETLINK, SOCK_DGRAM, NETLINK_GENERIC);

    CHECK_INT(option(fd, SOL_SOCKET, SO_TYPE), SOCK_DGRAM);
    CHECK_INT(option(fd, SOL_SOCKET, SO_DOMAIN), AF_NETLINK);
    CHECK_INT(option(fd, SOL_SOCKET, SO_PROTOCOL), NETLINK_GENERIC);
    CHECK_INT(option(fd, SOL_SOCKET, SO_ERROR), 0);
    CHECK_INT(option(fd, SOL_NETLINK, 999), -ENOPROTOOPT);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        CHECK_INT(option(fd, SOL_NETLINK, names[i]), 0);
        CHECK_INT(membership(fd, names[i], 1), 0);
        CHECK_INT(option(fd, SOL_NETLINK, names[i]), 1);
    }
    close(fd);
    CHECK(socket(AF_NETLINK, SOCK_STREAM, NETLINK_ROUTE) < 0 && errno == ESOCKTNOSUPPORT);
    CHECK(socket(AF_NETLINK, SOCK_RAW, 99) < 0 && errno == EPROTONOSUPPORT);
}

static void
connected(void)
{
    struct sockaddr_nl nl = { .nl_family = AF_NETLINK };
    socklen_t size = sizeof nl;
    int fd = open_socket(0);

    CHECK_INT(connect(fd, (struct sockaddr *) &nl, sizeof nl), 0);
    CHECK(name_of(fd).nl_pid != 0);
    CHECK_INT(getpeername(fd, (struct sockaddr *) &nl, &size), 0);
    CHECK_INT(size, sizeof nl);
    CHECK_INT(nl.nl_pid, 0);
    ask(fd, 1);
    CHECK_INT(answer(fd, 0), 1);
    close(fd);
}

static void *
receive(void *fd)
{
    return (void *) (intptr_t) answer(*(int *) fd, 0);
}

static void
wait_a_little(void)
{
    const struct timespec pause = { 0, 20000000 };

    nanosleep(&pause, NULL);
}

static void
a_thread_sends_what_another_waits_for(void)
{
    int fd = open_socket(0);
    pthread_t thread;
    void *result;

    pthread_create(&thread, NULL, receive, &fd);
    wait_a_little();
    ask(fd, 5);
    pthread_join(thread, &result);
    CHECK_INT((intptr_t) result, 5);
    close(fd);
}

static void
a_waiting_thread_can_be_cancelled(void)
{
    int fd = open_socket(0);
    pthread_t thread;
    void *result;

    pthread_create(&thread, NULL, receive, &fd);
    wait_a_little();
    pthread_cancel(thread);
    pthread_join(thread, &result);
    CHECK(result == PTHREAD_CANCELED);
    ask(fd, 6);
    CHECK_INT(answer(fd, 0), 6);
    close(fd);
}

static volatile int handled_fd;

static void
handle(int number)
{
    (void) number;
    ask(handled_fd, 9);
}

/* Returns what a receive returns that SIGALRM interrupts, whose handler sends a request. */
static int
interrupted(int flags)
{
    struct sigaction action = { .sa_handler = handle, .sa_flags = flags };
    const struct itimerval soon = { .it_value = { 0, 20000 } };
    int fd = open_socket(0), result;

    handled_fd = fd;
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &soon, NULL);
    result = answer(fd, 0);
    close(fd);
    return result;
}

static void
signals(void)
{
    CHECK_INT(interrupted(0), -EINTR);
    CHECK_INT(interrupted(SA_RESTART), 9);
}

static void
a_child_goes_on(void)
{
    int fd = open_socket(0), status = -1;
    pid_t child;

    ask(fd, 1);
    CHECK_INT(answer(fd, 0), 1);
    child = fork();
    if (!child) {
        ask(fd, 2);
        _exit(answer(fd, 0) == 2 && answer(fd, MSG_DONTWAIT) == -EAGAIN ? 0 : 1);
    }
    CHECK_INT(waitpid(child, &status, 0), child);
    CHECK_INT(status, 0);
    ask(fd, 3);
    CHECK_INT(answer(fd, 0), 3);
    close(fd);
}

static void
a_child_of_vfork_closes_its_copy(void)
{
    int fd = open_socket(0), status = -1;
    pid_t child = vfork();

    if (!child) {
        _exit(close(fd) ? 1 : 0);
    }
    CHECK_INT(waitpid(child, &status, 0), child);
    CHECK_INT(status, 0);
    ask(fd, 1);
    CHECK_INT(answer(fd, 0), 1);
    close(fd);
}

static void
descriptors_are_inherited_or_not(void)
{
    int fds[2] = { open_socket(SOCK_CLOEXEC), open_socket(0) };
    char command[64];

    snprintf(command, sizeof command, "[ ! -e /proc/self/fd/%d ] && [ -e /proc/self/fd/%d ]",
             fds[0], fds[1]);
    CHECK_INT(system(command), 0);
    close(fds[0]);
    close(fds[1]);
}

/* Descriptors with higher numbers than most programs have. */
static void
high_descriptors(void)
{
    struct rlimit limit;
    int fd = open_socket(0), file = open("/dev/null", O_RDWR);

    CHECK_INT(getrlimit(RLIMIT_NOFILE, &limit), 0);
    if (limit.rlim_max <= 5000) {
        SKIP("there are too few descriptors");
    }
    limit.rlim_cur = limit.rlim_max;
    CHECK_INT(setrlimit(RLIMIT_NOFILE, &limit), 0);
    CHECK_INT(dup2(fd, 5000), 5000);
    ask(5000, 1);
    CHECK_INT(answer(5000, 0), 1);
    CHECK_INT(dup2(file, 5000), 5000);
    CHECK_INT(answer(5000, 0), -ENOTSOCK);
    close(5000);
    close(file);
    close(fd);
}

static void
wrong_addresses(void)
{
    struct sockaddr_nl nl = { .nl_family = AF_NETLINK };
    struct nlmsghdr message = request(1);
    int fd = open_socket(0);

    CHECK(sendto(fd, &message, sizeof message, 0, (struct sockaddr *) &nl, 4) < 0);
    CHECK_INT(errno, EINVAL);
    CHECK_INT(sendto(fd, &message, sizeof message, 0, (struct sockaddr *) &nl, sizeof nl),
              sizeof message);
    CHECK_INT(answer(fd, 0), 1);
    nl.nl_family = AF_INET;
    CHECK(sendto(fd, &message, sizeof message, 0, (struct sockaddr *) &nl, sizeof nl) < 0);
    CHECK_INT(errno, EINVAL);
    close(fd);
}

static void
closed_ranges(void)
{
    int fds[2] = { open_socket(0), open_socket(0) };

    CHECK_INT(close_range((unsigned) fds[0], (unsigned) fds[0], 0), 0);
    CHECK_INT(answer(fds[0], 0), -EBADF);
    ask(fds[1], 1);
    CHECK_INT(answer(fds[1], 0), 1);
    close(fds[1]);
}

int
main(void)
{
    RUN(duplicates_are_the_same_socket);
    RUN(dup2_closes_a_socket);
    RUN(non_blocking);
    RUN(receive_timeout);
    RUN(several_messages_in_a_call);
    RUN(read_and_write);
    RUN(peek_and_truncate);
    RUN(port_ids);
    RUN(groups);
    RUN(options);
    RUN(connected);
    RUN(a_thread_sends_what_another_waits_for);
    RUN(a_waiting_thread_can_be_cancelled);
    RUN(signals);
    RUN(a_child_goes_on);
    RUN(a_child_of_vfork_closes_its_copy);
    RUN(descriptors_are_inherited_or_not);
    RUN(closed_ranges);
    RUN(high_descriptors);
    RUN(wrong_addresses);
    return tap_done();
}
