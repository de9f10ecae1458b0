/* The fake kernel: sockets, their receive queues, a clock, and the system calls that reach them.
 *
 * Preloaded, or linked in front of libc, it takes the calls for AF_NETLINK sockets and passes all
 * others on.  A fake socket is an eventfd, so that descriptors are real: they can be counted, and
 * close() and exec do to them what they do.
 *
 * As in the kernel, a request is worked on while it is sent; a receive queue has a limit, and when
 * something does not fit, ENOBUFS becomes pending and everything is dropped until the queue has
 * been read empty (net/netlink/af_netlink.c: netlink_overrun(), netlink_rcv_wake()); pending
 * errors are reported before data; a dump goes on while it is read, and a second one on the same
 * socket is EBUSY until then.
 *
 * Time is the script's: CLOCK_MONOTONIC only moves when something waits, or a line says so. */

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "fake-internal.h"

#define MAX_FDS 4096
#define MAX_RECORDS 16384
#define MAX_FAULTS 64
/* What a datagram costs beyond its bytes: the structures around it. */
#define OVERHEAD 768
#define DEFAULT_BUFFER 212992
#define FIRST_PORT 5000
#define SECOND 1000000000ll
#define START_OF_TIME (1000 * SECOND)

const char *const fake_call_names[FAKE_N_CALLS] = {
    "socket", "close", "connect", "getsockname", "setsockopt", "getsockopt", "send", "recv", "poll",
};

/* A call that fails. */
struct fault {
    enum fake_call call;
    int skip;                   /* Calls that do not. */
    int times;                  /* Calls that do then; negative for all. */
    int error;
    int request;                /* Only sends of this request; 0 for any. */
    int larger;                 /* Only sends of more bytes. */
    int size, family;           /* getsockname(): -1, or what it says. */
};

int64_t fake_clock = START_OF_TIME;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct sock *socks[MAX_FDS];
static int n_socks;
static uint32_t next_port = FIRST_PORT;
static struct fault faults[MAX_FAULTS];
static int n_faults;
static struct fake_record records[MAX_RECORDS];
static size_t n_records;
static int n_sends;
static struct fake_troubles troubles;
static unsigned long calls[FAKE_N_CALLS], total_calls, limit = 100000;
static void (*hang_handler)(const char *);
static bool privileged;
static unsigned int max_buffer, forced_buffer, last_buffer;
static int foreign;
static bool trace;              /* FAKE_KERNEL_TRACE: says what happens on standard error. */

/* The functions behind this library's. */
#define REAL(NAME, TYPE, ...)                                                   \
    static TYPE (*real_##NAME)(__VA_ARGS__);                                    \
    if (!real_##NAME) {                                                         \
        *(void **) &real_##NAME = dlsym(RTLD_NEXT, #NAME);                      \
    }

static void __attribute__((noreturn))
hang(const char *why)
{
    /* What a handler cleans up is not counted. */
    total_calls = 0;
    pthread_mutex_unlock(&mutex);
    if (hang_handler) {
        hang_handler(why);
    }
    fprintf(stderr, "fake kernel: hang: %s\n", why);
    _exit(124);
}

/* Queues and datagrams. */

void
queue_add(struct queue *queue, struct datagram *d)
{
    d->next = NULL;
    if (queue->tail) {
        queue->tail->next = d;
    } else {
        queue->head = d;
    }
    queue->tail = d;
}

static struct datagram *
queue_pop(struct queue *queue)
{
    struct datagram *d = queue->head;

    if (d) {
        queue->head = d->next;
        if (!queue->head) {
            queue->tail = NULL;
        }
        d->next = NULL;
    }
    return d;
}

void
datagram_free(struct datagram *d)
{
    free(d->data);
    free(d);
}

static void
queue_clear(struct queue *queue)
{
    struct datagram *d;

    while ((d = queue_pop(queue))) {
        datagram_free(d);
    }
}

static void
sock_clear(struct sock *sock)
{
    queue_clear(&sock->queue);
    queue_clear(&sock->held);
    queue_clear(&sock->dump);
    sock->queued_bytes = 0;
    sock->error = 0;
    sock->congested = false;
}

void
for_each_sock(void (*f)(struct sock *, void *), void *aux)
{
    for (int fd = 0; fd < MAX_FDS; fd++) {
        if (socks[fd]) {
            f(socks[fd], aux);
        }
    }
}

/* What became of requests. */

struct fake_record *
record_find(const struct sock *sock, uint32_t seq)
{
    for (size_t i = n_records; i-- > 0;) {
        if (records[i].socket == sock->number && records[i].seq == seq) {
            return &records[i];
        }
    }
    return NULL;
}

static struct fake_record *
record_new(const struct sock *sock, const struct nlmsghdr *h, int position)
{
    struct fake_record *record;
    struct fake_payload payload = { 0, 0, 0 };

    if (n_records >= MAX_RECORDS) {
        hang("too many requests");
    }
    record = &records[n_records];
    memset(record, 0, sizeof *record);
    if (h->nlmsg_len >= NLMSG_HDRLEN + sizeof payload) {
        memcpy(&payload, NLMSG_DATA(h), sizeof payload);
    }
    if (payload.magic == FAKE_MAGIC) {
        record->kind = payload.kind == FAKE_DUMP ? FAKE_DUMP : FAKE_REQUEST;
        record->id = (int) payload.id;
    } else {
        record->kind = sock->protocol == NETLINK_GENERIC && h->nlmsg_type == 0x10 ? FAKE_LOOKUP
                       : FAKE_OTHER;
    }
    record->try = 1;
    for (size_t i = n_records; i-- > 0;) {
        if (records[i].kind == record->kind && records[i].id == record->id) {
            record->try = records[i].try + 1;
            break;
        }
    }
    record->socket = sock->number;
    record->send = n_sends;
    record->position = position;
    record->seq = h->nlmsg_seq;
    record->type = h->nlmsg_type;
    record->flags = h->nlmsg_flags;
    n_records++;
    return record;
}

enum fate { POSTED, DROPPED, DELIVERED };

static void
note_message(struct fake_record *record, const struct nlmsghdr *h, size_t here, enum fate fate)
{
    bool verdict = h->nlmsg_type == NLMSG_ERROR;
    int error = 0;

    if (fate == DROPPED) {
        record->dropped++;
        return;
    }
    if (here >= NLMSG_HDRLEN + sizeof error) {
        memcpy(&error, NLMSG_DATA(h), sizeof error);
    }
    if (fate == POSTED) {
        record->generated += !verdict && h->nlmsg_type != NLMSG_DONE;
    } else if (verdict) {
        if (h->nlmsg_len < NLMSG_LENGTH(sizeof(struct nlmsgerr)) || error > 0
            || error == INT32_MIN) {
            troubles.malformed = true;
        } else if (error) {
            record->refusal = -error;
        } else {
            record->acks++;
        }
    } else if (h->nlmsg_type == NLMSG_DONE) {
        record->done = true;
        record->done_error = -error;
    } else if (!record->replies++) {
        record->reply_size = h->nlmsg_len;
    }
}

static void
trace_message(const struct sock *sock, const struct nlmsghdr *h, enum fate fate)
{
    static const char *const names[] = { "posted", "dropped", "delivered" };
    int error = 0;

    if (h->nlmsg_type == NLMSG_ERROR) {
        memcpy(&error, NLMSG_DATA(h), sizeof error);
    }
    fprintf(stderr, "fake kernel: socket %d: %s type %d, %u bytes, seq %u, error %d\n",
            sock->number, names[fate], h->nlmsg_type, h->nlmsg_len, h->nlmsg_seq, -error);
}

/* Goes through the 'size' bytes that are there of a datagram of 'total' as a receiver would. */
static void
note_datagram(const struct sock *sock, const uint8_t *data, size_t size, size_t total,
              enum fate fate)
{
    bool cut = size < total;
    size_t offset = 0;

    while (size - offset >= NLMSG_HDRLEN) {
        struct nlmsghdr *h = (struct nlmsghdr *) (void *) (uintptr_t) (data + offset);
        struct fake_record *record = record_find(sock, h->nlmsg_seq);
        size_t here = size - offset;
        bool whole = h->nlmsg_len >= NLMSG_HDRLEN && h->nlmsg_len <= here;
        bool verdict = h->nlmsg_type == NLMSG_ERROR && here >= NLMSG_HDRLEN + sizeof(int);
        bool stale = record && fate == DELIVERED && record->send != sock->last_send;

        if (trace) {
            trace_message(sock, h, fate);
        }
        if (record && !stale && (whole || (cut && verdict) || fate == DROPPED)) {
            note_message(record, h, here, fate);
        }
        if (!whole) {
            troubles.garbage |= fate == DELIVERED && !cut;
            return;
        }
        offset += NLMSG_ALIGN(h->nlmsg_len);
        if (offset >= size) {
            return;
        }
    }
    troubles.garbage |= fate == DELIVERED && !cut && size;
}

/* Posting to sockets. */

static void
overrun(struct sock *sock, const struct datagram *d)
{
    if (!sock->congested) {
        sock->congested = true;
        sock->error = ENOBUFS;
    }
    sock->drops++;
    troubles.dropped++;
    note_datagram(sock, d->data, d->size, d->size, DROPPED);
}

static void
enqueue(struct sock *sock, struct datagram *d)
{
    if (d->error) {
        sock->error = d->error;
        troubles.errors[d->error & 255] = true;
        datagram_free(d);
    } else if (d->lost || sock->congested || sock->queued_bytes > sock->receive_buffer) {
        overrun(sock, d);
        datagram_free(d);
    } else if (d->joined && sock->queue.tail && !sock->queue.tail->cut) {
        struct datagram *tail = sock->queue.tail;
        size_t start = NLMSG_ALIGN(tail->size);

        tail->data = realloc(tail->data, start + d->size + 1);
        memset(tail->data + tail->size, 0, start - tail->size);
        memcpy(tail->data + start, d->data, d->size);
        sock->queued_bytes += (unsigned int) (start + d->size - tail->size);
        tail->size = start + d->size;
        tail->cut = d->cut;
        datagram_free(d);
    } else {
        sock->queued_bytes += (unsigned int) d->size + OVERHEAD;
        queue_add(&sock->queue, d);
    }
}

void
sock_post(struct sock *sock, struct datagram *d)
{
    note_datagram(sock, d->data, d->size, d->size, POSTED);
    if (d->when == WHEN_NOW) {
        enqueue(sock, d);
    } else {
        d->late = true;
        queue_add(&sock->held, d);
    }
}

/* The kernel goes on with a dump while the queue is at most half full. */
static void
dump_on(struct sock *sock)
{
    if (sock->dump.head && sock->queued_bytes <= sock->receive_buffer / 2) {
        do {
            enqueue(sock, queue_pop(&sock->dump));
        } while (sock->dump.head && sock->dump.head->joined);
    }
}

void
sock_post_dump(struct sock *sock, struct queue *queue)
{
    for (struct datagram *d = queue->head; d; d = d->next) {
        note_datagram(sock, d->data, d->size, d->size, POSTED);
    }
    sock->dump = *queue;
    dump_on(sock);
}

/* Queues what has been held long enough. */
static void
release(struct sock *sock, bool polling, int request)
{
    struct queue held = sock->held;
    struct datagram *d;

    sock->held.head = sock->held.tail = NULL;
    while ((d = queue_pop(&held))) {
        if ((d->when == WHEN_CLOCK && d->at <= fake_clock) || (d->when == WHEN_POLL && polling)
            || (d->when == WHEN_REQUEST && d->at == request)) {
            enqueue(sock, d);
        } else {
            queue_add(&sock->held, d);
        }
    }
}

/* Waits: the clock moves to 'until', or to the first thing that happens before.  Returns whether
 * anything did. */
static bool
wait_until(struct sock *const *list, int n, int64_t until)
{
    int64_t next = INT64_MAX;

    for (int i = 0; i < n; i++) {
        release(list[i], true, 0);
        if (list[i]->queue.head || list[i]->error) {
            return true;
        }
        for (struct datagram *d = list[i]->held.head; d; d = d->next) {
            if (d->when == WHEN_CLOCK && d->at < next) {
                next = d->at;
            }
        }
    }
    if (next > until) {
        if (until == INT64_MAX) {
            hang("waits for something that never comes");
        }
        fake_clock = until > fake_clock ? until : fake_clock;
        return false;
    }
    fake_clock = next;
    return wait_until(list, n, until);
}

/* System calls. */

static struct sock *
lookup(int fd)
{
    return fd >= 0 && fd < MAX_FDS ? socks[fd] : NULL;
}

static bool
sends_request(const uint8_t *data, size_t size, int id)
{
    size_t offset = 0;

    while (size - offset >= NLMSG_HDRLEN + sizeof(struct fake_payload)) {
        const struct nlmsghdr *h = (const void *) (data + offset);
        struct fake_payload payload;

        memcpy(&payload, data + offset + NLMSG_HDRLEN, sizeof payload);
        if (payload.magic == FAKE_MAGIC && (int) payload.id == id) {
            return true;
        }
        if (h->nlmsg_len < NLMSG_HDRLEN) {
            return false;
        }
        offset += NLMSG_ALIGN(h->nlmsg_len);
        if (offset > size) {
            return false;
        }
    }
    return false;
}

/* Counts a call, and returns the fault that it meets, if any. */
static const struct fault *
enter(enum fake_call call, const struct sock *sock, const uint8_t *data, size_t size)
{
    calls[call]++;
    if (trace) {
        fprintf(stderr, "fake kernel: socket %d: %s()\n", sock ? sock->number : 0,
                fake_call_names[call]);
    }
    if (++total_calls > limit) {
        hang("too many system calls");
    }
    if (sock && call != FAKE_CLOSE && sock->owner != getpid()) {
        foreign++;
    }
    for (int i = 0; i < n_faults; i++) {
        struct fault *fault = &faults[i];

        if (fault->call != call || !fault->times
            || (fault->request && !sends_request(data, size, fault->request))
            || (fault->larger && size <= (size_t) fault->larger)) {
            continue;
        }
        if (fault->skip) {
            fault->skip--;
            continue;
        }
        if (fault->times > 0) {
            fault->times--;
        }
        if (trace) {
            fprintf(stderr, "fake kernel: fails: %s\n", errno_name(fault->error));
        }
        troubles.errors[fault->error & 255] = true;
        return fault;
    }
    return NULL;
}

/* Ends a call: 'result', or -1 and errno if there is an error. */
static ssize_t
leave(ssize_t result, int error)
{
    pthread_mutex_unlock(&mutex);
    if (error) {
        errno = error;
        return -1;
    }
    return result;
}

/* As most calls begin: passes on what is no fake socket, and fails where the script says so. */
#define ENTER(CALL, FD, PASS_ON)                                                \
    struct sock *sock;                                                          \
    const struct fault *fault;                                                  \
    pthread_mutex_lock(&mutex);                                                 \
    sock = lookup(FD);                                                          \
    if (!sock) {                                                                \
        pthread_mutex_unlock(&mutex);                                           \
        return PASS_ON;                                                         \
    }                                                                           \
    fault = enter(CALL, sock, NULL, 0);                                         \
    if (fault && fault->error) {                                                \
        return (int) leave(-1, fault->error);                                   \
    }

int
socket(int domain, int type, int protocol)
{
    REAL(socket, int, int, int, int)
    const struct fault *fault;
    struct sock *sock;
    int fd;

    if (domain != AF_NETLINK) {
        return real_socket(domain, type, protocol);
    }
    pthread_mutex_lock(&mutex);
    fault = enter(FAKE_SOCKET, NULL, NULL, 0);
    if (fault || protocol < 0 || protocol >= 32) {
        return (int) leave(-1, fault ? fault->error : EPROTONOSUPPORT);
    }
    fd = eventfd(0, (type & SOCK_CLOEXEC ? EFD_CLOEXEC : 0)
                    | (type & SOCK_NONBLOCK ? EFD_NONBLOCK : 0));
    if (fd < 0 || fd >= MAX_FDS) {
        hang("no descriptor left");
    }
    sock = calloc(1, sizeof *sock);
    sock->number = ++n_socks;
    sock->protocol = protocol;
    sock->owner = getpid();
    sock->receive_buffer = last_buffer = forced_buffer ? forced_buffer : DEFAULT_BUFFER;
    socks[fd] = sock;
    return (int) leave(fd, 0);
}

int
close(int fd)
{
    const struct fault *fault = NULL;

    pthread_mutex_lock(&mutex);
    if (lookup(fd)) {
        fault = enter(FAKE_CLOSE, socks[fd], NULL, 0);
        sock_clear(socks[fd]);
        free(socks[fd]);
        socks[fd] = NULL;
    }
    pthread_mutex_unlock(&mutex);
    /* As in Linux, the descriptor is gone whatever close() says. */
    if (syscall(SYS_close, fd) < 0) {
        return -1;
    }
    if (fault) {
        errno = fault->error;
        return -1;
    }
    return 0;
}

static void
assign_port(struct sock *sock)
{
    if (!sock->port) {
        sock->port = next_port++;
    }
}

int
connect(int fd, const struct sockaddr *address, socklen_t size)
{
    REAL(connect, int, int, const struct sockaddr *, socklen_t)
    const struct sockaddr_nl *nl = (const void *) address;
    int error = 0;

    ENTER(FAKE_CONNECT, fd, real_connect(fd, address, size))
    if (size < sizeof *nl || nl->nl_family != AF_NETLINK) {
        error = EINVAL;
    } else if (nl->nl_pid) {
        error = ECONNREFUSED;
    } else {
        assign_port(sock);
    }
    return (int) leave(0, error);
}

int
bind(int fd, const struct sockaddr *address, socklen_t size)
{
    REAL(bind, int, int, const struct sockaddr *, socklen_t)
    const struct sockaddr_nl *nl = (const void *) address;

    ENTER(FAKE_CONNECT, fd, real_bind(fd, address, size))
    if (size < sizeof *nl || nl->nl_family != AF_NETLINK) {
        return (int) leave(-1, EINVAL);
    }
    if (nl->nl_pid) {
        sock->port = nl->nl_pid;
    }
    assign_port(sock);
    return (int) leave(0, 0);
}

int
getsockname(int fd, struct sockaddr *address, socklen_t *size)
{
    REAL(getsockname, int, int, struct sockaddr *, socklen_t *)
    struct sockaddr_nl nl;
    socklen_t actual = sizeof nl;

    ENTER(FAKE_GETSOCKNAME, fd, real_getsockname(fd, address, size))
    memset(&nl, 0, sizeof nl);
    nl.nl_family = fault && fault->family >= 0 ? (sa_family_t) fault->family : AF_NETLINK;
    nl.nl_pid = sock->port;
    if (fault && fault->size >= 0) {
        actual = (socklen_t) fault->size;
    }
    memcpy(address, &nl, actual < *size ? actual : *size);
    *size = actual;
    return (int) leave(0, 0);
}

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
        if (name == SO_RCVBUFFORCE && !privileged) {
            return EPERM;
        }
        if (name == SO_RCVBUF || name == SO_RCVBUFFORCE) {
            if (!forced_buffer) {
                sock->receive_buffer = last_buffer
                    = doubled(number, name == SO_RCVBUF ? max_buffer : 1u << 30);
            }
        }
        return 0;
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

int
setsockopt(int fd, int level, int name, const void *value, socklen_t size)
{
    REAL(setsockopt, int, int, int, int, const void *, socklen_t)

    ENTER(FAKE_SETSOCKOPT, fd, real_setsockopt(fd, level, name, value, size))
    return (int) leave(0, set_option(sock, level, name, value, size));
}

int
getsockopt(int fd, int level, int name, void *value, socklen_t *size)
{
    REAL(getsockopt, int, int, int, int, void *, socklen_t *)
    uint32_t result[9] = { 0 };
    socklen_t actual = sizeof result[0];

    ENTER(FAKE_GETSOCKOPT, fd, real_getsockopt(fd, level, name, value, size))
    if (level != SOL_SOCKET) {
        return (int) leave(-1, ENOPROTOOPT);
    }
    switch (name) {
    case SO_RCVBUF:
        result[0] = sock->receive_buffer;
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
        return (int) leave(-1, ENOPROTOOPT);
    }
    if (actual > *size) {
        actual = *size;
    }
    memcpy(value, result, actual);
    *size = actual;
    return (int) leave(0, 0);
}

/* The kernel works on a datagram.  Takes 'data', whose ownership passes here. */
static ssize_t
do_send(struct sock *sock, uint8_t *data, size_t size, const struct sockaddr_nl *to)
{
    const struct fault *fault = enter(FAKE_SEND, sock, data, size);
    size_t offset = 0;
    int position = 0;
    int error = fault ? fault->error : to && to->nl_pid ? ECONNREFUSED : 0;

    if (error) {
        free(data);
        return leave(-1, error);
    }
    assign_port(sock);
    sock->last_send = ++n_sends;
    while (size - offset >= NLMSG_HDRLEN) {
        const struct nlmsghdr *h = (const void *) (data + offset);
        struct fake_record *record;

        if (h->nlmsg_len < NLMSG_HDRLEN || h->nlmsg_len > size - offset) {
            break;
        }
        record = record_new(sock, h, ++position);
        answers_process(sock, h, record);
        release(sock, false, record->kind == FAKE_REQUEST ? record->id : 0);
        offset += NLMSG_ALIGN(h->nlmsg_len);
        if (offset >= size) {
            break;
        }
    }
    free(data);
    return leave((ssize_t) size, 0);
}

static uint8_t *
gather(const struct iovec *iov, size_t n, size_t *size)
{
    uint8_t *data;

    *size = 0;
    for (size_t i = 0; i < n; i++) {
        *size += iov[i].iov_len;
    }
    data = malloc(*size + 1);
    *size = 0;
    for (size_t i = 0; i < n; i++) {
        memcpy(data + *size, iov[i].iov_base, iov[i].iov_len);
        *size += iov[i].iov_len;
    }
    return data;
}

ssize_t
sendmsg(int fd, const struct msghdr *msg, int flags)
{
    REAL(sendmsg, ssize_t, int, const struct msghdr *, int)
    struct sock *sock;
    uint8_t *data;
    size_t size;

    pthread_mutex_lock(&mutex);
    sock = lookup(fd);
    if (!sock) {
        pthread_mutex_unlock(&mutex);
        return real_sendmsg(fd, msg, flags);
    }
    data = gather(msg->msg_iov, msg->msg_iovlen, &size);
    return do_send(sock, data, size, msg->msg_name);
}

ssize_t
sendto(int fd, const void *data, size_t size, int flags, const struct sockaddr *to,
       socklen_t to_size)
{
    REAL(sendto, ssize_t, int, const void *, size_t, int, const struct sockaddr *, socklen_t)
    struct iovec iov = { .iov_base = (void *) (uintptr_t) data, .iov_len = size };
    struct sock *sock;

    pthread_mutex_lock(&mutex);
    sock = lookup(fd);
    if (!sock) {
        pthread_mutex_unlock(&mutex);
        return real_sendto(fd, data, size, flags, to, to_size);
    }
    return do_send(sock, gather(&iov, 1, &size), size, (const void *) to);
}

ssize_t
send(int fd, const void *data, size_t size, int flags)
{
    return sendto(fd, data, size, flags, NULL, 0);
}

static void
add_control(struct msghdr *msg, size_t room, int type, const void *data, size_t size)
{
    struct cmsghdr *c = (void *) ((uint8_t *) msg->msg_control + msg->msg_controllen);

    if (room - msg->msg_controllen < CMSG_SPACE(size)) {
        msg->msg_flags |= MSG_CTRUNC;
        return;
    }
    c->cmsg_level = SOL_NETLINK;
    c->cmsg_type = type;
    c->cmsg_len = CMSG_LEN(size);
    memcpy(CMSG_DATA(c), data, size);
    msg->msg_controllen += CMSG_SPACE(size);
}

/* Fills in who sent the datagram, and the control messages that the socket asked for. */
static void
describe(const struct sock *sock, const struct datagram *d, struct msghdr *msg)
{
    size_t room = msg->msg_controllen;

    if (msg->msg_name) {
        struct sockaddr_nl nl;

        memset(&nl, 0, sizeof nl);
        nl.nl_family = AF_NETLINK;
        nl.nl_pid = d->port;
        nl.nl_groups = d->group && d->group <= 32 ? 1u << (d->group - 1) : 0;
        memcpy(msg->msg_name, &nl, msg->msg_namelen < sizeof nl ? msg->msg_namelen : sizeof nl);
        msg->msg_namelen = sizeof nl;
    }
    msg->msg_controllen = 0;
    if (msg->msg_control && sock->pktinfo) {
        struct nl_pktinfo info = { .group = d->group };

        add_control(msg, room, NETLINK_PKTINFO, &info, sizeof info);
    }
    if (msg->msg_control && sock->all_nsid && d->nsid != NO_NSID) {
        add_control(msg, room, NETLINK_LISTEN_ALL_NSID, &d->nsid, sizeof d->nsid);
    }
}

/* Copies a datagram to where the caller wants it.  Returns how much of it fits. */
static size_t
scatter(const struct datagram *d, const struct msghdr *msg)
{
    size_t copied = 0;

    for (size_t i = 0; i < msg->msg_iovlen && copied < d->size; i++) {
        size_t part = d->size - copied;

        part = part < msg->msg_iov[i].iov_len ? part : msg->msg_iov[i].iov_len;
        if (part) {
            memcpy(msg->msg_iov[i].iov_base, d->data + copied, part);
        }
        copied += part;
    }
    return copied;
}

static ssize_t
do_recv(struct sock *sock, int fd, struct msghdr *msg, int flags)
{
    const struct fault *fault = enter(FAKE_RECV, sock, NULL, 0);
    struct datagram *d;
    size_t copied;
    ssize_t result;

    if (fault) {
        return leave(-1, fault->error);
    }
    release(sock, false, 0);
    if (!sock->queue.head && !sock->error
        && !(flags & MSG_DONTWAIT) && !(fcntl(fd, F_GETFL) & O_NONBLOCK)) {
        wait_until(&sock, 1,
                   sock->receive_timeout ? fake_clock + sock->receive_timeout : INT64_MAX);
    }
    if (sock->error) {
        int error = sock->error;

        sock->error = 0;
        sock->congested &= sock->queue.head != NULL;
        return leave(-1, error);
    }
    d = sock->queue.head;
    if (!d) {
        sock->congested = false;
        return leave(-1, EAGAIN);
    }
    copied = scatter(d, msg);
    msg->msg_flags = copied < d->size ? MSG_TRUNC : 0;
    describe(sock, d, msg);
    result = (ssize_t) (flags & MSG_TRUNC ? d->size : copied);
    if (!(flags & MSG_PEEK)) {
        queue_pop(&sock->queue);
        sock->queued_bytes -= (unsigned int) d->size + OVERHEAD;
        note_datagram(sock, d->data, copied, d->size, DELIVERED);
        datagram_free(d);
        dump_on(sock);
        sock->congested &= sock->queue.head != NULL;
    }
    return leave(result, 0);
}

ssize_t
recvmsg(int fd, struct msghdr *msg, int flags)
{
    REAL(recvmsg, ssize_t, int, struct msghdr *, int)
    struct sock *sock;

    pthread_mutex_lock(&mutex);
    sock = lookup(fd);
    if (!sock) {
        pthread_mutex_unlock(&mutex);
        return real_recvmsg(fd, msg, flags);
    }
    return do_recv(sock, fd, msg, flags);
}

ssize_t
recvfrom(int fd, void *data, size_t size, int flags, struct sockaddr *from, socklen_t *from_size)
{
    REAL(recvfrom, ssize_t, int, void *, size_t, int, struct sockaddr *, socklen_t *)
    struct iovec iov = { .iov_base = data, .iov_len = size };
    struct msghdr msg;
    struct sock *sock;
    ssize_t result;

    pthread_mutex_lock(&mutex);
    sock = lookup(fd);
    if (!sock) {
        pthread_mutex_unlock(&mutex);
        return real_recvfrom(fd, data, size, flags, from, from_size);
    }
    memset(&msg, 0, sizeof msg);
    msg.msg_iov = &iov;
    msg.msg_iovlen = 1;
    msg.msg_name = from;
    msg.msg_namelen = from_size ? *from_size : 0;
    result = do_recv(sock, fd, &msg, flags);
    if (from_size) {
        *from_size = msg.msg_namelen;
    }
    return result;
}

ssize_t
recv(int fd, void *data, size_t size, int flags)
{
    return recvfrom(fd, data, size, flags, NULL, NULL);
}

ssize_t
read(int fd, void *data, size_t size)
{
    bool fake;

    pthread_mutex_lock(&mutex);
    fake = lookup(fd) != NULL;
    pthread_mutex_unlock(&mutex);
    return fake ? recv(fd, data, size, 0) : syscall(SYS_read, fd, data, size);
}

/* poll() of which at least one descriptor is a fake socket, for 'timeout' nanoseconds; INT64_MAX
 * for ever.  Other descriptors are only looked at. */
static int
do_poll(struct pollfd *fds, nfds_t n, int64_t timeout)
{
    struct sock *list[64];
    const struct fault *fault = enter(FAKE_POLL, NULL, NULL, 0);
    int64_t until = timeout == INT64_MAX ? timeout : fake_clock + timeout;
    int n_fake = 0, ready = 0;
    struct timespec none = { 0, 0 };

    if (fault) {
        return (int) leave(-1, fault->error);
    }
    for (nfds_t i = 0; i < n && n_fake < 64; i++) {
        struct sock *sock = lookup(fds[i].fd);

        fds[i].revents = 0;
        if (sock && fds[i].events & (POLLIN | POLLRDNORM)) {
            list[n_fake++] = sock;
        } else if (sock) {
            ready += fds[i].events != 0;
        } else {
            ready += syscall(SYS_ppoll, &fds[i], 1, &none, NULL, 0) > 0;
        }
    }
    if (!ready) {
        wait_until(list, n_fake, until);
    }
    ready = 0;
    for (nfds_t i = 0; i < n; i++) {
        struct sock *sock = lookup(fds[i].fd);

        if (sock) {
            release(sock, true, 0);
            fds[i].revents = (short) ((sock->queue.head || sock->error ? POLLIN | POLLRDNORM : 0)
                                      | POLLOUT | POLLWRNORM);
            fds[i].revents &= fds[i].events;
            fds[i].revents |= sock->error ? POLLERR : 0;
        }
        ready += fds[i].revents != 0;
    }
    return (int) leave(ready, 0);
}

/* Locks if so. */
static bool
any_fake(const struct pollfd *fds, nfds_t n)
{
    pthread_mutex_lock(&mutex);
    for (nfds_t i = 0; i < n; i++) {
        if (lookup(fds[i].fd)) {
            return true;
        }
    }
    pthread_mutex_unlock(&mutex);
    return false;
}

int
poll(struct pollfd *fds, nfds_t n, int timeout)
{
    REAL(poll, int, struct pollfd *, nfds_t, int)

    return any_fake(fds, n) ? do_poll(fds, n, timeout < 0 ? INT64_MAX : timeout * 1000000ll)
           : real_poll(fds, n, timeout);
}

int
ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask)
{
    REAL(ppoll, int, struct pollfd *, nfds_t, const struct timespec *, const sigset_t *)

    return any_fake(fds, n)
           ? do_poll(fds, n, timeout ? timeout->tv_sec * SECOND + timeout->tv_nsec : INT64_MAX)
           : real_ppoll(fds, n, timeout, mask);
}

/* Time. */

int
clock_gettime(clockid_t id, struct timespec *ts)
{
    if (id == CLOCK_MONOTONIC || id == CLOCK_MONOTONIC_COARSE || id == CLOCK_BOOTTIME
        || id == CLOCK_MONOTONIC_RAW) {
        pthread_mutex_lock(&mutex);
        ts->tv_sec = fake_clock / SECOND;
        ts->tv_nsec = fake_clock % SECOND;
        pthread_mutex_unlock(&mutex);
        return 0;
    }
    return (int) syscall(SYS_clock_gettime, id, ts);
}

int
nanosleep(const struct timespec *ts, struct timespec *left)
{
    pthread_mutex_lock(&mutex);
    enter(FAKE_POLL, NULL, NULL, 0);
    fake_clock += ts->tv_sec * SECOND + ts->tv_nsec;
    pthread_mutex_unlock(&mutex);
    if (left) {
        left->tv_sec = left->tv_nsec = 0;
    }
    return 0;
}

int
clock_nanosleep(clockid_t id, int flags, const struct timespec *ts, struct timespec *left)
{
    struct timespec now = { 0, 0 }, rest = *ts;

    if (flags & TIMER_ABSTIME) {
        int64_t until;

        clock_gettime(id, &now);
        until = (ts->tv_sec - now.tv_sec) * SECOND + ts->tv_nsec - now.tv_nsec;
        until = until > 0 ? until : 0;
        rest.tv_sec = until / SECOND;
        rest.tv_nsec = until % SECOND;
    }
    return nanosleep(&rest, flags & TIMER_ABSTIME ? NULL : left);
}

/* Lines of the script. */

/* call NAME [number K] [of request N] [larger N] fails ERRNO [N times|always]
 * call getsockname says [family N] [size N] */
static bool
call_line(struct words *w)
{
    struct fault fault = { .times = 1, .size = -1, .family = -1 };
    const char *name = words_next(w);
    int number = 1;
    int call = 0;

    if (!name || n_faults >= MAX_FAULTS) {
        return false;
    }
    while (call < FAKE_N_CALLS && strcmp(name, fake_call_names[call])) {
        call++;
    }
    if (call >= FAKE_N_CALLS) {
        return false;
    }
    fault.call = (enum fake_call) call;
    for (;;) {
        if (words_take(w, "number")) {
            if (!words_int(w, &number)) {
                return false;
            }
        } else if (words_take(w, "of") && words_take(w, "request")) {
            if (!words_int(w, &fault.request)) {
                return false;
            }
        } else if (words_take(w, "larger")) {
            if (!words_int(w, &fault.larger)) {
                return false;
            }
        } else {
            break;
        }
    }
    fault.skip = number - 1;
    if (words_take(w, "says")) {
        if (words_take(w, "family") && !words_int(w, &fault.family)) {
            return false;
        }
        if (words_take(w, "size") && !words_int(w, &fault.size)) {
            return false;
        }
    } else if (!words_take(w, "fails") || !words_errno(w, &fault.error)) {
        return false;
    }
    if (words_take(w, "always")) {
        fault.times = -1;
    } else if (words_int(w, &fault.times) && !words_take(w, "times")) {
        return false;
    }
    faults[n_faults++] = fault;
    return true;
}

static void
force_buffer(struct sock *sock, void *aux)
{
    (void) aux;
    sock->receive_buffer = forced_buffer;
}

/* socket buffer N | maximum N | privileged */
static bool
socket_line(struct words *w)
{
    int value = 0;

    if (words_take(w, "buffer") && words_int(w, &value)) {
        forced_buffer = (unsigned int) value;
        for_each_sock(force_buffer, NULL);
    } else if (words_take(w, "maximum") && words_int(w, &value)) {
        max_buffer = (unsigned int) value;
    } else if (words_take(w, "privileged")) {
        privileged = true;
    } else {
        return false;
    }
    return true;
}

/* clock N s|ms */
static bool
clock_line(struct words *w)
{
    int value = 0;

    if (!words_int(w, &value)) {
        return false;
    }
    if (words_take(w, "s")) {
        fake_clock += value * SECOND;
    } else if (words_take(w, "ms")) {
        fake_clock += value * (SECOND / 1000);
    } else {
        return false;
    }
    return true;
}

bool
fake_line(struct words *w)
{
    bool ok = false;

    pthread_mutex_lock(&mutex);
    if (words_take(w, "call")) {
        ok = call_line(w);
    } else if (words_take(w, "socket")) {
        ok = socket_line(w);
    } else if (words_take(w, "clock")) {
        ok = clock_line(w);
    } else if (words_take(w, "calm")) {
        answers_reset();
        n_faults = 0;
        ok = true;
    } else if (words_take(w, "deliver")) {
        answers_deliver(w, &ok);
    } else {
        ok = answers_line(w);
    }
    pthread_mutex_unlock(&mutex);
    return ok && words_end(w);
}

/* What can be told and asked. */

static void
clear_one(struct sock *sock, void *aux)
{
    (void) aux;
    sock_clear(sock);
    sock->receive_buffer = DEFAULT_BUFFER;
}

void
fake_reset(void)
{
    pthread_mutex_lock(&mutex);
    for_each_sock(clear_one, NULL);
    answers_reset();
    n_faults = n_sends = foreign = 0;
    n_records = 0;
    total_calls = 0;
    privileged = false;
    max_buffer = DEFAULT_BUFFER;
    forced_buffer = 0;
    pthread_mutex_unlock(&mutex);
    fake_begin();
}

void
fake_begin(void)
{
    pthread_mutex_lock(&mutex);
    memset(calls, 0, sizeof calls);
    memset(&troubles, 0, sizeof troubles);
    pthread_mutex_unlock(&mutex);
}

void
fake_limit(unsigned long new_limit, void (*handler)(const char *))
{
    limit = new_limit;
    hang_handler = handler;
}

const struct fake_record *
fake_records(size_t *n)
{
    *n = n_records;
    return records;
}

const struct fake_troubles *
fake_troubles(void)
{
    return &troubles;
}

unsigned long
fake_calls(enum fake_call call)
{
    return calls[call];
}

unsigned long
fake_total_calls(void)
{
    unsigned long sum = 0;

    for (int i = 0; i < FAKE_N_CALLS; i++) {
        sum += calls[i];
    }
    return sum;
}

int
fake_open(void)
{
    int n = 0;

    for (int fd = 0; fd < MAX_FDS; fd++) {
        n += socks[fd] != NULL;
    }
    return n;
}

int
fake_inherited(void)
{
    int n = 0;

    for (int fd = 0; fd < MAX_FDS; fd++) {
        n += socks[fd] && !(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    }
    return n;
}

int
fake_queued(bool with_late)
{
    int n = 0;

    for (int fd = 0; fd < MAX_FDS; fd++) {
        for (struct datagram *d = socks[fd] ? socks[fd]->queue.head : NULL; d; d = d->next) {
            n += with_late || !d->late;
        }
    }
    return n;
}

int
fake_running_dumps(void)
{
    int n = 0;

    for (int fd = 0; fd < MAX_FDS; fd++) {
        n += socks[fd] && socks[fd]->dump.head;
    }
    return n;
}

unsigned int
fake_receive_buffer(void)
{
    return last_buffer;
}

int
fake_foreign(void)
{
    return foreign;
}

/* Below a program of its own kind, a script can be given in the environment: its lines for the
 * kernel apply from the start, the others do not. */
static void __attribute__((constructor))
begin(void)
{
    const char *path = getenv("FAKE_KERNEL_SCRIPT");
    char line[4096];
    FILE *file;

    trace = getenv("FAKE_KERNEL_TRACE") != NULL;
    max_buffer = DEFAULT_BUFFER;
    if (!path) {
        return;
    }
    file = fopen(path, "r");
    if (!file) {
        fprintf(stderr, "fake kernel: %s: %s\n", path, strerror(errno));
        _exit(125);
    }
    while (fgets(line, sizeof line, file)) {
        struct words w;

        if (words_split(&w, line) && !words_end(&w) && strcmp(w.word[0], "do")
            && strcmp(w.word[0], "expect") && strcmp(w.word[0], "limit") && !fake_line(&w)) {
            fprintf(stderr, "fake kernel: %s: not understood: %s", path, line);
            _exit(125);
        }
        words_free(&w);
    }
    fclose(file);
}
