/* SPDX-License-Identifier: Apache-2.0 */
/* Options of sockets, and the lines about the receive buffer:
 *
 *   socket buffer N | maximum N | send-buffer N | privileged | without OPTION */

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include "fake-calls.h"
#include "fake-session.h"

#define DEFAULT_BUFFER 212992

static bool privileged;
static unsigned int forced_send_buffer;
static bool refused[32];       /* NETLINK_* options that the kernel does not have. */
static unsigned int max_buffer = DEFAULT_BUFFER, forced_buffer, last_buffer;

void
options_init(struct sock *sock)
{
    sock->send_buffer = forced_send_buffer ? forced_send_buffer : DEFAULT_BUFFER;
    sock->receive_buffer = last_buffer = forced_buffer ? forced_buffer : DEFAULT_BUFFER;
}

static void
set_buffer(struct sock *sock, void *size_)
{
    const unsigned int *size = size_;

    sock->receive_buffer = *size;
}

static void
set_send_buffer(struct sock *sock, void *size_)
{
    const unsigned int *size = size_;

    sock->send_buffer = *size;
}

void
options_reset(void)
{
    privileged = false;
    max_buffer = DEFAULT_BUFFER;
    forced_buffer = 0;
    forced_send_buffer = 0;
    memset(refused, 0, sizeof refused);
    for_each_sock(set_buffer, &max_buffer);
    for_each_sock(set_send_buffer, &max_buffer);
}

bool
options_force_buffer(void)
{
    return forced_buffer;
}

void
options_change(const struct fk_socket_setting *setting)
{
    unsigned int value = (unsigned int) setting->value;

    switch (setting->setting) {
    case FK_SETTING_BUFFER:
        forced_buffer = value;
        for_each_sock(set_buffer, &value);
        break;
    case FK_SETTING_MAXIMUM:
        max_buffer = value;
        break;
    case FK_SETTING_SEND_BUFFER:
        forced_send_buffer = value;
        for_each_sock(set_send_buffer, &value);
        break;
    case FK_SETTING_PRIVILEGED:
        privileged = true;
        break;
    case FK_SETTING_WITHOUT:
        refused[value % 32] = true;
        break;
    }
}

unsigned int
fake_receive_buffer(void)
{
    return last_buffer;
}

/* The calls. */

static unsigned int
doubled(int value, unsigned int most)
{
    unsigned int wanted = value < 0 ? 0 : (unsigned int) value;

    wanted = wanted < most ? wanted : most;
    return wanted * 2 < 2304 ? 2304 : wanted * 2;
}

/* An option of SOL_SOCKET.  Returns an errno value. */
static int
option_is_refused(const char *function, int name)
{
    char call[64];

    snprintf(call, sizeof call, "%s(SOL_SOCKET, %d)", function, name);
    refuse_call(call);
    return ENOPROTOOPT;
}

void
groups_set(struct sock *sock, uint32_t groups)
{
    uint32_t joined = groups & ~sock->groups[0];

    sock->groups[0] = groups;
    for (uint32_t group = 1; group <= 32; group++) {
        if (joined & 1u << (group - 1)) {
            replay_join(sock, group);
        }
    }
}

/* Returns 0 or an errno value. */
static int
change_membership(struct sock *sock, int group, bool joins)
{
    uint32_t *word, bit;

    if (group <= 0 || group > MAX_GROUP) {
        return EINVAL;
    }
    word = &sock->groups[(group - 1) / 32];
    bit = 1u << (group - 1) % 32;
    if (joins && !(*word & bit)) {
        int error;

        *word |= bit;
        error = replay_join(sock, (uint32_t) group);
        *word &= error ? ~bit : UINT32_MAX;
        return error;
    }
    *word = joins ? *word : *word & ~bit;
    return 0;
}

/* Returns 0 or an errno value. */
static int
set_timeout(struct sock *sock, int name, const void *value, socklen_t size)
{
    struct timeval tv;

    if (size < sizeof tv) {
        return EINVAL;
    }
    memcpy(&tv, value, sizeof tv);
    if (name == SO_RCVTIMEO) {
        sock->receive_timeout = tv.tv_sec * SECOND + tv.tv_usec * 1000ll;
    }
    return 0;
}

/* Options of SOL_SOCKET.  Returns 0 or an errno value. */
static int
set_socket_option(struct sock *sock, int name, int number)
{
    switch (name) {
    case SO_RCVBUFFORCE:
    case SO_RCVBUF:
        if (name == SO_RCVBUFFORCE && !privileged) {
            return EPERM;
        } else if (!forced_buffer) {
            sock->receive_buffer = last_buffer
                = doubled(number, name == SO_RCVBUF ? max_buffer : 1u << 30);
        }
        return 0;
    case SO_SNDBUFFORCE:
    case SO_SNDBUF:
        if (name == SO_SNDBUFFORCE && !privileged) {
            return EPERM;
        } else if (!forced_send_buffer) {
            sock->send_buffer = doubled(number, name == SO_SNDBUF ? max_buffer : 1u << 30);
        }
        return 0;
    case SO_PRIORITY: case SO_MARK: case SO_REUSEADDR: case SO_KEEPALIVE: case SO_BROADCAST:
    case SO_LINGER: case SO_DONTROUTE: case SO_RCVLOWAT: case SO_BUSY_POLL:
        return 0;
    default:
        return option_is_refused("setsockopt", name);
    }
}

/* Options of SOL_NETLINK.  Returns 0 or an errno value. */
static int
set_netlink_option(struct sock *sock, int name, int number)
{
    if (name >= 0 && name < 32 && refused[name]) {
        note_error(ENOPROTOOPT);
        return ENOPROTOOPT;
    }
    switch (name) {
    case NETLINK_ADD_MEMBERSHIP:
    case NETLINK_DROP_MEMBERSHIP:
        return change_membership(sock, number, name == NETLINK_ADD_MEMBERSHIP);
    case NETLINK_PKTINFO: case NETLINK_BROADCAST_ERROR: case NETLINK_NO_ENOBUFS:
    case NETLINK_LISTEN_ALL_NSID: case NETLINK_CAP_ACK: case NETLINK_EXT_ACK:
    case NETLINK_GET_STRICT_CHK:
        sock->options &= ~(1u << name);
        sock->options |= (number ? 1u : 0) << name;
        return 0;
    default:
        return ENOPROTOOPT;
    }
}

/* Returns 0 or an errno value. */
static int
set_option(struct sock *sock, int level, int name, const void *value, socklen_t size)
{
    int number = 0;

    if (level == SOL_SOCKET && (name == SO_RCVTIMEO || name == SO_SNDTIMEO)) {
        return set_timeout(sock, name, value, size);
    } else if (size < sizeof number) {
        return EINVAL;
    }
    memcpy(&number, value, sizeof number);
    return level == SOL_SOCKET ? set_socket_option(sock, name, number)
           : level == SOL_NETLINK ? set_netlink_option(sock, name, number) : ENOPROTOOPT;
}

REPLACES int
setsockopt(int fd, int level, int name, const void *value, socklen_t size)
{
    REAL(setsockopt, int, int, int, int, const void *, socklen_t)

    ENTER(FAKE_SETSOCKOPT, fd, record_option(fd, level, name, value, size,
                                             real_setsockopt(fd, level, name, value, size)))
    return (int) call_leave(0, set_option(sock, level, name, value, size));
}

/* Answers which socket a descriptor refers to.  That disturbs nobody, so it is not counted as a
 * call, and does not fail. */
static int
get_cookie(int fd, void *value, socklen_t *size)
{
    REAL(getsockopt, int, int, int, int, void *, socklen_t *)
    struct sock *sock = sock_lock(fd);
    uint64_t cookie;

    if (!sock) {
        return real_getsockopt(fd, SOL_SOCKET, SO_COOKIE, value, size);
    }
    cookie = (uint64_t) sock->number;
    fake_unlock();
    if (*size < sizeof cookie) {
        errno = EINVAL;
        return -1;
    }
    memcpy(value, &cookie, sizeof cookie);
    *size = sizeof cookie;
    return 0;
}

/* The words that the kernel has for the groups of the protocol. */
static socklen_t
group_bytes(const struct sock *sock)
{
    socklen_t words = sock->protocol == NETLINK_ROUTE ? (RTNLGRP_MAX + 31) / 32 : 1;

    for (socklen_t i = words; i < GROUP_WORDS; i++) {
        words = sock->groups[i] ? i + 1 : words;
    }
    return words * (socklen_t) sizeof sock->groups[0];
}

/* What getsockopt() says: at most 'result[]', of which it returns the size; 0 for an option that
 * does not exist. */
static socklen_t
get_socket_option(struct sock *sock, int name, uint32_t result[9])
{
    struct timeval tv;

    switch (name) {
    case SO_RCVBUF:
        result[0] = sock->receive_buffer;
        break;
    case SO_SNDBUF:
        result[0] = sock->send_buffer;
        break;
    case SO_MEMINFO:
        /* In the order of SK_MEMINFO_*: the first two, and the last, which are drops. */
        result[0] = sock->queued_bytes;
        result[1] = sock->receive_buffer;
        result[8] = sock->drops;
        return 9 * sizeof result[0];
    case SO_ERROR:
        result[0] = (uint32_t) sock->error;
        sock->error = 0;
        ready_update(sock);
        break;
    case SO_TYPE:
        result[0] = (uint32_t) sock->type;
        break;
    case SO_DOMAIN:
        result[0] = AF_NETLINK;
        break;
    case SO_PROTOCOL:
        result[0] = (uint32_t) sock->protocol;
        break;
    case SO_ACCEPTCONN:
        break;
    case SO_RCVTIMEO:
        tv.tv_sec = (time_t) (sock->receive_timeout / SECOND);
        tv.tv_usec = (suseconds_t) (sock->receive_timeout % SECOND / 1000);
        memcpy(result, &tv, sizeof tv);
        return sizeof tv;
    default:
        return 0;
    }
    return sizeof result[0];
}

/* The same for SOL_NETLINK. */
static socklen_t
get_netlink_option(const struct sock *sock, int name, uint32_t result[GROUP_WORDS])
{
    switch (name) {
    case NETLINK_LIST_MEMBERSHIPS:
        memcpy(result, sock->groups, sizeof sock->groups);
        return group_bytes(sock);
    case NETLINK_PKTINFO: case NETLINK_BROADCAST_ERROR: case NETLINK_NO_ENOBUFS:
    case NETLINK_LISTEN_ALL_NSID: case NETLINK_CAP_ACK: case NETLINK_EXT_ACK:
    case NETLINK_GET_STRICT_CHK:
        result[0] = refused[name] ? 0 : sock_has(sock, name);
        return refused[name] ? 0 : sizeof result[0];
    default:
        return 0;
    }
}

REPLACES int
getsockopt(int fd, int level, int name, void *value, socklen_t *size)
{
    REAL(getsockopt, int, int, int, int, void *, socklen_t *)
    uint32_t result[GROUP_WORDS] = { 0 };
    socklen_t actual = 0;

    if (level == SOL_SOCKET && name == SO_COOKIE) {
        return get_cookie(fd, value, size);
    }
    ENTER(FAKE_GETSOCKOPT, fd, real_getsockopt(fd, level, name, value, size))
    if (level == SOL_SOCKET) {
        actual = get_socket_option(sock, name, result);
    } else if (level == SOL_NETLINK) {
        actual = get_netlink_option(sock, name, result);
    }
    if (!actual) {
        return (int) call_leave(-1, level == SOL_SOCKET ? option_is_refused("getsockopt", name)
                                    : ENOPROTOOPT);
    }
    memcpy(value, result, actual < *size ? actual : *size);
    /* Of the list of groups, it is the size of the whole. */
    if (actual < *size || (level == SOL_NETLINK && name == NETLINK_LIST_MEMBERSHIPS)) {
        *size = actual;
    }
    return (int) call_leave(0, 0);
}
