/* SPDX-License-Identifier: Apache-2.0 */
/* Questions to which there is one right answer.  They allocate nothing but what the library
 * allocates.  A thread that asks them may be cancelled: they give back what they have. */

#ifndef ANSWERS_H
#define ANSWERS_H 1

#include <errno.h>
#include <linux/genetlink.h>
#include <pthread.h>
#include "kernel.h"
#include "nlsock-ext.h"

/* The number of a route that no test adds. */
#define MISSING_ROUTE 60000

/* Memory for a request. */
struct request_memory {
    uint64_t words[16];
};

static inline void
use_request_memory(struct ofpbuf *request, struct request_memory *memory)
{
    ofpbuf_use_stub(request, memory, sizeof *memory);
}

static inline void
delete_reply(void *replyp)
{
    ofpbuf_delete(*(struct ofpbuf **) replyp);
}

static inline void
destroy_socket(void *sockp)
{
    nl_sock_destroy(*(struct nl_sock **) sockp);
}

/* Deletes a route that does not exist.  Returns whether that is refused. */
static inline bool
deletion_is_refused(void)
{
    struct request_memory memory;
    struct ofpbuf request;
    int error;

    use_request_memory(&request, &memory);
    put_route(&request, RTM_DELROUTE, 0, MISSING_ROUTE);
    error = nl_transact(NETLINK_ROUTE, &request, NULL);
    ofpbuf_uninit(&request);
    return error == ESRCH;
}

/* Returns whether 'reply' describes the loopback device. */
static inline bool
describes_loopback(const struct ofpbuf *reply)
{
    const struct ifinfomsg *ifi;

    if (ofpbuf_size(reply) < NLMSG_HDRLEN + sizeof *ifi
        || nl_msg_nlmsghdr(reply)->nlmsg_type != RTM_NEWLINK) {
        return false;
    }
    ifi = (const struct ifinfomsg *) ((const char *) ofpbuf_data(reply) + NLMSG_HDRLEN);
    return ifi->ifi_index == 1;
}

/* Asks for the loopback device.  Returns the port id of the socket that it was asked through, or 0
 * if the answer is wrong. */
static inline uint32_t
port_that_finds_loopback(void)
{
    struct request_memory memory;
    struct ofpbuf request, *reply = NULL;
    volatile uint32_t port = 0;

    use_request_memory(&request, &memory);
    put_getlink(&request, 1);
    pthread_cleanup_push(delete_reply, &reply);
    if (!nl_transact(NETLINK_ROUTE, &request, &reply) && describes_loopback(reply)) {
        port = nl_msg_nlmsghdr(reply)->nlmsg_pid;
    }
    pthread_cleanup_pop(true);
    ofpbuf_uninit(&request);
    return port;
}

static inline bool
loopback_is_found(void)
{
    return port_that_finds_loopback() != 0;
}

/* Does both in one batch, several times.  Returns whether all answers are right. */
static inline bool
batch_is_answered(void)
{
    enum { N = 8 };
    struct request_memory memory[N];
    struct nl_transaction transactions[N], *pointers[N];
    struct ofpbuf requests[N], replies[N];
    uint64_t reply_memory[N][256];
    bool right = true;
    unsigned int i;

    for (i = 0; i < N; i++) {
        use_request_memory(&requests[i], &memory[i]);
        ofpbuf_use_stub(&replies[i], reply_memory[i], sizeof reply_memory[i]);
        if (i % 2) {
            put_getlink(&requests[i], 1);
        } else {
            put_route(&requests[i], RTM_DELROUTE, 0, MISSING_ROUTE);
        }
        transactions[i].request = &requests[i];
        transactions[i].reply = &replies[i];
        transactions[i].error = -1;
        pointers[i] = &transactions[i];
    }
    nl_transact_multiple(NETLINK_ROUTE, pointers, N);
    for (i = 0; i < N; i++) {
        right = right && (i % 2 ? !transactions[i].error && describes_loopback(&replies[i])
                          : transactions[i].error == ESRCH && !ofpbuf_size(&replies[i]));
        ofpbuf_uninit(&requests[i]);
        ofpbuf_uninit(&replies[i]);
    }
    return right;
}

/* Puts a dump of links into 'request'. */
static inline void
put_getlinks(struct ofpbuf *request)
{
    put_getlink(request, 0);
}

/* Ends a dump whose thread is cancelled.  That is also right if nl_dump_start() did not return. */
static inline void
end_dump_of_cancelled(void *dump)
{
    nl_dump_done((struct nl_dump *) dump);
}

/* Dumps the links.  Returns whether loopback is there and the dump ends well. */
static inline bool
dump_is_complete(void)
{
    struct request_memory memory;
    uint64_t buffer_memory[NL_DUMP_BUFSIZE / 8];
    struct ofpbuf request, reply, buf;
    volatile bool found = false;
    struct nl_dump dump;
    int error = -1;

    use_request_memory(&request, &memory);
    ofpbuf_use_stub(&buf, buffer_memory, sizeof buffer_memory);
    put_getlinks(&request);
    memset(&dump, 0xee, sizeof dump);
    pthread_cleanup_push(end_dump_of_cancelled, &dump);
    nl_dump_start(&dump, NETLINK_ROUTE, &request);
    while (nl_dump_next(&dump, &reply, &buf)) {
        found = found || describes_loopback(&reply);
    }
    error = nl_dump_done(&dump);
    pthread_cleanup_pop(false);
    ofpbuf_uninit(&buf);
    ofpbuf_uninit(&request);
    return !error && found;
}

/* The same by nlsock_dump_all(). */
static inline bool
whole_dump_is_complete(void)
{
    struct request_memory memory;
    struct ofpbuf request, *all = NULL;
    bool right = false;

    use_request_memory(&request, &memory);
    put_getlinks(&request);
    pthread_cleanup_push(delete_reply, &all);
    right = !nlsock_dump_all(NETLINK_ROUTE, &request, 5, 0, &all) && describes_loopback(all);
    pthread_cleanup_pop(true);
    ofpbuf_uninit(&request);
    return right;
}

static inline bool
names_are_found(void)
{
    unsigned int group = 0;
    int number = 0;

    return !nl_lookup_genl_family("nlctrl", &number) && number == GENL_ID_CTRL
           && !nl_lookup_genl_mcgroup("nlctrl", "notify", &group) && group > 0;
}

static inline bool
unknown_name_is_unknown(void)
{
    int number = 0;

    return nl_lookup_genl_family("no such family", &number) == ENOENT && number == -ENOENT;
}

/* Opens a socket, sends and receives through it, and closes it. */
static inline bool
own_socket_works(void)
{
    uint64_t reply_memory[NL_DUMP_BUFSIZE / 8];
    struct request_memory memory;
    struct ofpbuf request, reply;
    struct nl_sock *sock = NULL;
    bool right = false;

    if (nl_sock_create(NETLINK_ROUTE, &sock)) {
        return false;
    }
    pthread_cleanup_push(destroy_socket, &sock);
    /* The reply is there when the request has been sent.  Somebody else may take it. */
    nlsock_sock_set_timeout(sock, 2);
    use_request_memory(&request, &memory);
    ofpbuf_use_stub(&reply, reply_memory, sizeof reply_memory);
    put_getlink(&request, 1);
    right = !nl_sock_send(sock, &request, true) && !nl_sock_recv(sock, &reply, true)
            && describes_loopback(&reply);
    ofpbuf_uninit(&reply);
    ofpbuf_uninit(&request);
    pthread_cleanup_pop(true);
    return right;
}

/* Closes the idle sockets, and opens one again. */
static inline bool
flushed_pool_works(void)
{
    nlsock_pool_flush();
    return deletion_is_refused();
}

/* Validates an attribute that is too short.  That logs a line of level DBG with a rate limit. */
static inline bool
short_attribute_is_refused(void)
{
    static const struct nl_policy policy = { .type = NL_A_U32 };
    struct nlattr nla = { .nla_len = sizeof nla, .nla_type = 1 };

    return !nl_attr_validate(&nla, &policy);
}

static inline void
ignore_line(void *aux, int level, const char *module, const char *text)
{
    (void) aux;
    (void) level;
    (void) module;
    (void) text;
}

/* The level that lines_are_logged() leaves behind. */
static int usual_level = NLSOCK_LOG_WARN;

/* Sets the level, for the whole test. */
static inline void
set_usual_level(int level)
{
    usual_level = level;
    nlsock_log_set_level(level);
}

/* Logs lines with a rate limit, and without one.  Other threads log more meanwhile. */
static inline bool
lines_are_logged(void)
{
    struct nl_sock *sock = NULL;
    bool right;

    nlsock_log_set_level(NLSOCK_LOG_DBG);
    right = short_attribute_is_refused() && deletion_is_refused();
    nlsock_log_set_level(usual_level);
    if (nl_sock_create(NETLINK_ROUTE, &sock)) {
        return false;
    }
    pthread_cleanup_push(destroy_socket, &sock);
    right = right && nl_sock_join_mcgroup(sock, 1000000) == EINVAL;
    pthread_cleanup_pop(true);
    return right;
}

struct call {
    const char *name;
    bool (*is_right)(void);
};

static const struct call calls[] = {
    { "nl_transact without a reply", deletion_is_refused },
    { "nl_transact with a reply", loopback_is_found },
    { "nl_transact_multiple", batch_is_answered },
    { "dump", dump_is_complete },
    { "nlsock_dump_all", whole_dump_is_complete },
    { "lookup", names_are_found },
    { "lookup of an unknown name", unknown_name_is_unknown },
    { "own socket", own_socket_works },
    { "flush", flushed_pool_works },
    { "log", lines_are_logged },
};

#define N_CALLS (sizeof calls / sizeof calls[0])

/* Makes every call once.  Returns whether all answers are right. */
static inline bool
all_answers_are_right(void)
{
    size_t i;

    for (i = 0; i < N_CALLS; i++) {
        if (!calls[i].is_right()) {
            return false;
        }
    }
    return true;
}

#endif /* answers.h */
