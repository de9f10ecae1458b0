/* SPDX-License-Identifier: Apache-2.0 */
/* Socket options that the kernel refuses, as an older one does, and what is logged about that. */

#include "batch.h"
#include "message.h"
#include "netns.h"
#include "nlsock-ext.h"
#include "replaced.h"

#ifndef SOL_NETLINK
#define SOL_NETLINK 270
#endif
#ifndef NETLINK_EXT_ACK
#define NETLINK_EXT_ACK 11
#endif
#ifndef NETLINK_GET_STRICT_CHK
#define NETLINK_GET_STRICT_CHK 12
#endif

#define WARN(TEXT) "3 netlink_socket " TEXT "\n"

/* The option that is refused, and the errno value. */
static int refused_level, refused_option, refused_with;
/* The largest value that SO_SNDBUF takes, if not 0. */
static int send_buffer_limit;

int
setsockopt(int fd, int level, int option, const void *value, socklen_t size)
{
    static int (*function)(int, int, int, const void *, socklen_t);

    if (!function) {
        function = (int (*)(int, int, int, const void *, socklen_t)) real("setsockopt");
    }
    if (refused_with && level == refused_level && option == refused_option) {
        errno = refused_with;
        return -1;
    }
    if (level == SOL_SOCKET && option == SO_SNDBUF && send_buffer_limit
        && *(const int *) value > send_buffer_limit) {
        value = &send_buffer_limit;
    }
    return function(fd, level, option, value, size);
}

/* Opens a socket with this option refused.  Puts into log_text what is logged. */
static void
open_without(int level, int option, int error)
{
    refused_level = level;
    refused_option = option;
    refused_with = error;
    nlsock_log_set_level(NLSOCK_LOG_WARN);
    nl_sock_destroy(open_socket(NETLINK_ROUTE));
    refused_with = 0;
}

static void
a_receive_buffer_that_stays_small_is_logged(void)
{
    open_without(SOL_SOCKET, SO_RCVBUFFORCE, ENOMEM);
    CHECK_LOG(OVS3 ? WARN("setting 4194304-byte socket receive buffer failed (Cannot allocate"
                          " memory)")
              : WARN("setting 1048576-byte socket receive buffer failed (Cannot allocate memory)"));
    /* An unprivileged process uses another option. */
    open_without(SOL_SOCKET, SO_RCVBUFFORCE, EPERM);
    CHECK_LOG("");
}

static void
extended_acks_are_expected_in_the_3_x_interface(void)
{
    open_without(SOL_NETLINK, NETLINK_EXT_ACK, ENOPROTOOPT);
    CHECK_LOG(OVS3 ? WARN("setting extended ack support failed (Protocol not available)") : "");
}

/* Dumps routes, which the 3.x interface lets the kernel filter. */
static void
dump_routes(int level, int error)
{
    struct ofpbuf request;
    struct nl_dump dump;

    refused_level = SOL_NETLINK;
    refused_option = NETLINK_GET_STRICT_CHK;
    refused_with = error;
    nlsock_log_set_level(level);
    nlsock_pool_flush();
    ofpbuf_init(&request, 64);
    put_getroute(&request);
    nl_dump_start(&dump, NETLINK_ROUTE, &request);
    CHECK_INT(nl_dump_done(&dump), 0);
    ofpbuf_uninit(&request);
    refused_with = 0;
    nlsock_log_set_level(NLSOCK_LOG_WARN);
}

static void
a_kernel_without_strict_checking_is_no_reason_for_a_warning(void)
{
    dump_routes(NLSOCK_LOG_WARN, ENOPROTOOPT);
    CHECK_LOG("");
    dump_routes(NLSOCK_LOG_DBG, ENOPROTOOPT);
    CHECK_INT(OVS3, strstr(log_text, "could not enable strict checking") != NULL);
    log_text[0] = '\0';
    dump_routes(NLSOCK_LOG_WARN, ENOMEM);
    CHECK_LOG(OVS3 ? WARN("netlink: could not enable strict checking (Cannot allocate memory)")
              : "");
}

#if OVS3
static void
that_messages_of_other_namespaces_are_refused_is_returned(void)
{
    struct nl_sock *sock = open_socket(NETLINK_ROUTE);

    refused_level = SOL_NETLINK;
    refused_option = NETLINK_LISTEN_ALL_NSID;
    refused_with = EPERM;
    CHECK_INT(nl_sock_listen_all_nsid(sock, true), EPERM);
    refused_with = 0;
    nl_sock_destroy(sock);
    log_text[0] = '\0';
}
#endif

/* Sends a datagram that does not fit in the send buffer of 'sock', which the process may not
 * enlarge. */
static void
send_too_much(struct nl_sock *sock)
{
    enum { N = 80, SIZE = 60000 };
    struct nl_transaction transactions[N], *pointers[N];
    struct ofpbuf request;

    ofpbuf_init(&request, NLMSG_HDRLEN + SIZE);
    nl_msg_put_nlmsghdr(&request, 0, RTM_GETLINK, NLM_F_REQUEST);
    memset(nl_msg_put_uninit(&request, SIZE), 0, SIZE);
    for (int i = 0; i < N; i++) {
        transactions[i] = (struct nl_transaction) { .request = &request };
        pointers[i] = &transactions[i];
    }
    nlsock_sock_transact_multiple(sock, pointers, N, NLSOCK_ONE_DATAGRAM);
    CHECK_INT(transactions[N - 1].error, EMSGSIZE);
    ofpbuf_uninit(&request);
}

static int
send_buffer(struct nl_sock *sock)
{
    int size = 0;
    socklen_t length = sizeof size;

    CHECK_INT(getsockopt(nl_sock_fd(sock), SOL_SOCKET, SO_SNDBUF, &size, &length), 0);
    return size;
}

/* The system's limit may be lower than what a process with privileges has set before. */
static void
a_send_buffer_never_shrinks(void)
{
    struct nl_sock *sock = open_socket(NETLINK_ROUTE);
    int before = send_buffer(sock);

    nlsock_log_set_level(NLSOCK_LOG_OFF);
    refused_level = SOL_SOCKET;
    refused_option = SO_SNDBUFFORCE;
    refused_with = EPERM;
    send_buffer_limit = before / 4;
    send_too_much(sock);
    CHECK_INT(send_buffer(sock), before);
    /* A limit that is higher is used, and the program gets its own size back. */
    send_buffer_limit = before / 2 + 4096;
    send_too_much(sock);
    CHECK_INT(send_buffer(sock), before);
    refused_with = 0;
    send_buffer_limit = 0;
    nl_sock_destroy(sock);
}

int
main(void)
{
    if (!netns_enter()) {
        return EXIT_SUCCESS;
    }
    clocks_are_fast = true;
    record_log();
    RUN(a_receive_buffer_that_stays_small_is_logged);
    RUN(a_send_buffer_never_shrinks);
    RUN(extended_acks_are_expected_in_the_3_x_interface);
    RUN(a_kernel_without_strict_checking_is_no_reason_for_a_warning);
#if OVS3
    RUN(that_messages_of_other_namespaces_are_refused_is_returned);
#endif
    return tap_done();
}
