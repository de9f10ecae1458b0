/* SPDX-License-Identifier: Apache-2.0 */
/* Options of sockets, and the lines about the receive buffer:
 *
 *   socket buffer N | maximum N | send-buffer N | privileged | without OPTION */

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>
#include "fake-calls.h"

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

static bool
without(struct tokens *t)
{
    static const struct { const char *name; int option; } options[] = {
        { "pktinfo", NETLINK_PKTINFO }, { "ext-ack", NETLINK_EXT_ACK },
        { "cap-ack", NETLINK_CAP_ACK }, { "all-nsid", NETLINK_LISTEN_ALL_NSID },
        { "strict-check", NETLINK_GET_STRICT_CHK },
    };

    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        if (tokens_take(t, options[i].name)) {
            return refused[options[i].option] = true;
        }
    }
    return false;
}

bool
options_line(struct tokens *t)
{
    int value = 0;

    if (tokens_take(t, "buffer") && tokens_int(t, &value)) {
        forced_buffer = (unsigned int) value;
        for_each_sock(set_buffer, &forced_buffer);
    } else if (tokens_take(t, "maximum") && tokens_int(t, &value)) {
        max_buffer = (unsigned int) value;
    } else if (tokens_take(t, "send-buffer") && tokens_int(t, &value)) {
        forced_send_buffer = (unsigned int) value;
        for_each_sock(set_send_buffer, &forced_send_buffer);
    } else if (tokens_take(t, "without")) {
        return without(t);
    } else if (tokens_take(t, "privileged")) {
        privileged = true;
    } else {
        return false;
    }
    return true;
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

/* Returns 0 or an errno value. */
static int
set_option(struct sock *sock, int level, int name, const void *value, socklen_t size)
{
    int number = 0;

    if (level == SOL_SOCKET && (name == SO_RCVTIMEO || name == SO_SNDTIMEO)) {
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
    if (size < sizeof number) {
        return EINVAL;
    }
    memcpy(&number, value, sizeof number);
    if (level == SOL_SOCKET) {
        if ((name == SO_RCVBUFFORCE || name == SO_SNDBUFFORCE) && !privileged) {
            return EPERM;
        }
        if (name == SO_RCVBUF || name == SO_RCVBUFFORCE) {
            if (!forced_buffer) {
                sock->receive_buffer = last_buffer
                    = doubled(number, name == SO_RCVBUF ? max_buffer : 1u << 30);
            }
        }
        if ((name == SO_SNDBUF || name == SO_SNDBUFFORCE) && !forced_send_buffer) {
            sock->send_buffer = doubled(number, name == SO_SNDBUF ? max_buffer : 1u << 30);
        }
        return 0;
    }
    if (level == SOL_NETLINK && name >= 0 && name < 32 && refused[name]) {
        note_error(ENOPROTOOPT);
        return ENOPROTOOPT;
    }
    switch (level == SOL_NETLINK ? name : 0) {
    case NETLINK_EXT_ACK:
        sock->ext_ack = number;
        return 0;
    case NETLINK_CAP_ACK:
        sock->cap_ack = number;
        return 0;
    case NETLINK_PKTINFO:
        sock->pktinfo = number;
        return 0;
    case NETLINK_LISTEN_ALL_NSID:
        sock->all_nsid = number;
        return 0;
    case NETLINK_ADD_MEMBERSHIP:
    case NETLINK_DROP_MEMBERSHIP:
        return number ? 0 : EINVAL;
    case NETLINK_GET_STRICT_CHK:
    case NETLINK_NO_ENOBUFS:
    case NETLINK_BROADCAST_ERROR:
        return 0;
    default:
        return ENOPROTOOPT;
    }
}

REPLACES int
setsockopt(int fd, int level, int name, const void *value, socklen_t size)
{
    REAL(setsockopt, int, int, int, int, const void *, socklen_t)

    ENTER(FAKE_SETSOCKOPT, fd, real_setsockopt(fd, level, name, value, size))
    return (int) call_leave(0, set_option(sock, level, name, value, size));
}

/* Answers which socket a descriptor refers to.  That disturbs nobody, so it is not counted as a
 * call, and does not fail. */
static int
get_cookie(int fd, void *value, socklen_t *size)
{
    struct sock *sock;
    uint64_t cookie;

    pthread_mutex_lock(&fake_mutex);
    sock = sock_lookup(fd);
    cookie = sock ? (uint64_t) sock->number : 0;
    pthread_mutex_unlock(&fake_mutex);
    if (!sock) {
        return (int) syscall(SYS_getsockopt, fd, SOL_SOCKET, SO_COOKIE, value, size);
    }
    if (*size < sizeof cookie) {
        errno = EINVAL;
        return -1;
    }
    memcpy(value, &cookie, sizeof cookie);
    *size = sizeof cookie;
    return 0;
}

REPLACES int
getsockopt(int fd, int level, int name, void *value, socklen_t *size)
{
    REAL(getsockopt, int, int, int, int, void *, socklen_t *)
    uint32_t result[9] = { 0 };
    socklen_t actual = sizeof result[0];

    if (level == SOL_SOCKET && name == SO_COOKIE) {
        return get_cookie(fd, value, size);
    }
    ENTER(FAKE_GETSOCKOPT, fd, real_getsockopt(fd, level, name, value, size))
    if (level != SOL_SOCKET) {
        return (int) call_leave(-1, ENOPROTOOPT);
    }
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
        actual = sizeof result;
        break;
    case SO_ERROR:
        result[0] = (uint32_t) sock->error;
        sock->error = 0;
        break;
    case SO_TYPE:
        result[0] = SOCK_RAW;
        break;
    case SO_DOMAIN:
        result[0] = AF_NETLINK;
        break;
    case SO_PROTOCOL:
        result[0] = (uint32_t) sock->protocol;
        break;
    default:
        return (int) call_leave(-1, ENOPROTOOPT);
    }
    if (actual > *size) {
        actual = *size;
    }
    memcpy(value, result, actual);
    *size = actual;
    return (int) call_leave(0, 0);
}
