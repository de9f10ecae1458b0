/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets and dumps across fork(): each process has a pool of its own. */

#include <semaphore.h>
#include <sys/stat.h>
#include "answers.h"
#include "batch.h"
#include "netns.h"
#include "processes.h"

/* How a child is made: fork(), or raw_fork(). */
static pid_t (*make_child)(void) = fork;

/* How many routes there are to be dumped: more than fit one datagram. */
static int n_routes;

#define MAX_SEEN 64

/* What one process has seen. */
struct seen {
    uint32_t ports[MAX_SEEN];   /* Port ids of the sockets that transactions went through. */
    int n_ports;
    ino_t sockets[MAX_SEEN];    /* Inodes of the open netlink sockets. */
    int n_sockets;
    int wrong;                  /* Number of wrong answers. */
    int done;                   /* What nl_dump_done() returned. */
    int n_messages;             /* What nl_dump_next() retrieved after the fork. */
    uint64_t sent, received;    /* By the end of the dump. */
};

/* What the processes of a test share: the parent's turn, the child's, a grandchild's. */
static struct {
    struct seen seen[3];
    sem_t turn[3];
} *shared;

static void
share_everything(void)
{
    int i;

    shared = share(sizeof *shared);
    for (i = 0; i < 3; i++) {
        sem_init(&shared->turn[i], 1, 0);
    }
}

static void
wait_for_turn(int who)
{
    while (sem_wait(&shared->turn[who])) {
        continue;
    }
}

static void
give_turn(int who)
{
    sem_post(&shared->turn[who]);
}

static void
note_port(struct seen *seen, uint32_t port)
{
    int i;

    for (i = 0; i < seen->n_ports; i++) {
        if (seen->ports[i] == port) {
            return;
        }
    }
    if (seen->n_ports < MAX_SEEN) {
        seen->ports[seen->n_ports++] = port;
    }
}

static bool
is_netlink_socket(int fd)
{
    socklen_t size = sizeof(int);
    int domain;

    return !getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) && domain == AF_NETLINK;
}

static void
note_sockets(struct seen *seen)
{
    struct stat stat;
    int fd;

    seen->n_sockets = 0;
    for (fd = 0; fd < 256; fd++) {
        if (is_netlink_socket(fd) && !fstat(fd, &stat) && seen->n_sockets < MAX_SEEN) {
            seen->sockets[seen->n_sockets++] = stat.st_ino;
        }
    }
}

/* Uses the pool in one process while others do the same in theirs. */
static void
use_pool(struct seen *seen)
{
    int i;

    for (i = 0; i < fewer(3000); i++) {
        uint32_t port = port_that_finds_loopback();

        if (port) {
            note_port(seen, port);
        } else {
            seen->wrong++;
        }
        seen->wrong += !deletion_is_refused();
    }
    for (i = 0; i < fewer(100); i++) {
        seen->wrong += !all_answers_are_right();
    }
    note_sockets(seen);
}

static void
check_nothing_is_shared(int a, int b)
{
    const struct seen *one = &shared->seen[a], *other = &shared->seen[b];
    int i, j;

    CHECK_INT(one->wrong, 0);
    CHECK_INT(other->wrong, 0);
    CHECK(one->n_ports > 0 && other->n_ports > 0);
    for (i = 0; i < one->n_ports; i++) {
        for (j = 0; j < other->n_ports; j++) {
            CHECK(one->ports[i] != other->ports[j]);
        }
    }
    for (i = 0; i < one->n_sockets; i++) {
        for (j = 0; j < other->n_sockets; j++) {
            CHECK(one->sockets[i] != other->sockets[j]);
        }
    }
}

/* A dump of routes, and the buffer of the process that reads it. */
static struct nl_dump dump;
static struct ofpbuf buf;

static void
start_dump(void)
{
    struct ofpbuf request;

    ofpbuf_init(&request, 64);
    ofpbuf_init(&buf, NL_DUMP_BUFSIZE);
    put_getroute(&request);
    nl_dump_start(&dump, NETLINK_ROUTE, &request);
    ofpbuf_uninit(&request);
}

/* Retrieves up to 'n' messages through 'buf', and marks the routes among them in 'marks', if that
 * is nonnull.  Returns how many there were. */
static int
read_dump(int n, unsigned char *marks)
{
    struct ofpbuf reply;
    int i;

    for (i = 0; i < n && nl_dump_next(&dump, &reply, &buf); i++) {
        int number = route_number(&reply);

        if (marks && number >= 0 && number < n_routes) {
            marks[number]++;
        }
    }
    return i;
}

static void
end_dump(struct seen *seen)
{
    struct nlsock_counters before, after;

    nlsock_counters(&before, sizeof before);
    seen->done = nl_dump_done(&dump);
    nlsock_counters(&after, sizeof after);
    seen->sent = after.sent - before.sent;
    seen->received = after.received - before.received;
    ofpbuf_uninit(&buf);
}

/* A dump that has been read is ended in both processes, one after the other. */

static void
end_in_both(int first)
{
    pid_t child;
    int who;

    share_everything();
    CHECK(all_answers_are_right());
    start_dump();
    CHECK(read_dump(INT32_MAX, NULL) >= n_routes);
    child = make_child();
    who = !child;
    if (who != first) {
        wait_for_turn(who);
    }
    end_dump(&shared->seen[who]);
    give_turn(!who);
    if (who == first) {
        wait_for_turn(who);
    }
    /* From here on, both at once. */
    use_pool(&shared->seen[who]);
    if (!child) {
        leave(true);
    }
    CHECK(left_right(child));
    CHECK_INT(shared->seen[0].done, 0);
    CHECK_INT(shared->seen[1].sent, 0);
    CHECK_INT(shared->seen[1].received, 0);
    check_nothing_is_shared(0, 1);
}

static void end_in_parent_first(void) { end_in_both(0); }
static void end_in_child_first(void) { end_in_both(1); }

/* A dump that is read half is the parent's: the child takes nothing of it. */

/* What the child does with the dump, having told what it sees. */
static void
end_without_reading(void)
{
    end_dump(&shared->seen[1]);
}

static void
read_and_end(void)
{
    struct nlsock_counters before, after;
    struct ofpbuf reply, fresh;

    ofpbuf_init(&fresh, NL_DUMP_BUFSIZE);
    ofpbuf_put_zeros(&fresh, 0);
    memset(&reply, 0xee, sizeof reply);
    nlsock_counters(&before, sizeof before);
    if (nl_dump_next(&dump, &reply, &fresh) || ofpbuf_size(&reply) || ofpbuf_data(&reply)) {
        shared->seen[1].wrong++;
    }
    nlsock_counters(&after, sizeof after);
    shared->seen[1].wrong += before.received != after.received;
    ofpbuf_uninit(&fresh);
    end_dump(&shared->seen[1]);
}

/* What the parent had received before the fork is in the child's copy of the buffer.  More must
 * not come. */
static void
read_on_and_end(void)
{
    uint32_t left = ofpbuf_size(&buf);

    shared->seen[1].n_messages = read_dump(INT32_MAX, NULL);
    shared->seen[1].wrong += shared->seen[1].n_messages > (int) (left / NLMSG_HDRLEN);
    end_dump(&shared->seen[1]);
}

static void
leave_dump_to_parent(void (*in_child)(void))
{
    unsigned char *marks = calloc((size_t) n_routes, 1);
    pid_t child;
    int i;

    share_everything();
    start_dump();
    CHECK_INT(read_dump(10, marks), 10);
    child = make_child();
    if (!child) {
        in_child();
        use_pool(&shared->seen[1]);
        leave(true);
    }
    CHECK(left_right(child));
    CHECK(shared->seen[1].done > 0);
    CHECK_INT(shared->seen[1].sent, 0);
    CHECK_INT(shared->seen[1].received, 0);
    read_dump(INT32_MAX, marks);
    end_dump(&shared->seen[0]);
    CHECK_INT(shared->seen[0].done, 0);
    for (i = 0; i < n_routes; i++) {
        CHECK_INT(marks[i], 1);
    }
    use_pool(&shared->seen[0]);
    check_nothing_is_shared(0, 1);
    free(marks);
}

static void child_ends_half_a_dump(void) { leave_dump_to_parent(end_without_reading); }
static void child_reads_half_a_dump(void) { leave_dump_to_parent(read_and_end); }
static void child_reads_on_in_its_buffer(void) { leave_dump_to_parent(read_on_and_end); }

/* The parent has ended the dump, and uses the socket again, while the child ends its copy. */
static void
child_ends_what_the_parent_has_ended(void)
{
    pid_t child;

    share_everything();
    start_dump();
    CHECK_INT(read_dump(10, NULL), 10);
    child = make_child();
    if (!child) {
        wait_for_turn(1);
        end_dump(&shared->seen[1]);
        use_pool(&shared->seen[1]);
        leave(true);
    }
    end_dump(&shared->seen[0]);
    CHECK_INT(shared->seen[0].done, 0);
    give_turn(1);
    use_pool(&shared->seen[0]);
    CHECK(left_right(child));
    CHECK(shared->seen[1].done > 0);
    CHECK_INT(shared->seen[1].sent, 0);
    CHECK_INT(shared->seen[1].received, 0);
    check_nothing_is_shared(0, 1);
}

/* Three generations end one dump, the youngest first, and use their pools at the same time. */
static void
three_generations_share_nothing(void)
{
    pid_t child, grandchild;

    share_everything();
    CHECK(all_answers_are_right());
    start_dump();
    CHECK(read_dump(INT32_MAX, NULL) >= n_routes);
    child = make_child();
    if (!child) {
        bool right = all_answers_are_right();

        grandchild = make_child();
        if (!grandchild) {
            right = all_answers_are_right();
            end_dump(&shared->seen[2]);
            give_turn(1);
            use_pool(&shared->seen[2]);
            leave(right);
        }
        wait_for_turn(1);
        end_dump(&shared->seen[1]);
        give_turn(0);
        use_pool(&shared->seen[1]);
        leave(left_right(grandchild) && right);
    }
    wait_for_turn(0);
    end_dump(&shared->seen[0]);
    use_pool(&shared->seen[0]);
    CHECK(left_right(child));
    CHECK_INT(shared->seen[0].done, 0);
    check_nothing_is_shared(0, 1);
    check_nothing_is_shared(0, 2);
    check_nothing_is_shared(1, 2);
}

/* A grandchild, whose parent never touched the library, ends the dump of its grandparent. */
static void
a_grandchild_takes_nothing_either(void)
{
    pid_t child, grandchild;
    int n;

    share_everything();
    start_dump();
    CHECK_INT(read_dump(10, NULL), 10);
    child = make_child();
    if (!child) {
        grandchild = make_child();
        if (!grandchild) {
            read_and_end();
            use_pool(&shared->seen[1]);
            leave(true);
        }
        leave(left_right(grandchild));
    }
    CHECK(left_right(child));
    CHECK(shared->seen[1].done > 0);
    n = read_dump(INT32_MAX, NULL);
    CHECK(n >= n_routes - 10);
    end_dump(&shared->seen[0]);
    CHECK_INT(shared->seen[0].done, 0);
    use_pool(&shared->seen[0]);
    check_nothing_is_shared(0, 1);
}

/* A flush in the child closes what the parent has in its pool, for the child only. */
static void
a_flush_leaves_no_socket_of_the_parent(void)
{
    struct seen *parent, *of_child;
    pid_t child;
    int i, j;

    share_everything();
    parent = &shared->seen[0];
    of_child = &shared->seen[1];
    CHECK(all_answers_are_right());
    note_sockets(parent);
    CHECK(parent->n_sockets > 0);
    child = make_child();
    if (!child) {
        bool right = all_answers_are_right();

        nlsock_pool_flush();
        note_sockets(of_child);
        leave(right);
    }
    CHECK(left_right(child));
    for (i = 0; i < parent->n_sockets; i++) {
        for (j = 0; j < of_child->n_sockets; j++) {
            CHECK(parent->sockets[i] != of_child->sockets[j]);
        }
    }
    CHECK(all_answers_are_right());
}

/* A caller's own socket: the child may close it, and then it still works in the parent. */
static void
a_child_closes_a_socket_of_the_parent(void)
{
    struct nl_sock *sock = open_socket(NETLINK_ROUTE);
    struct ofpbuf request;
    pid_t child;

    ofpbuf_init(&request, 64);
    put_getlink(&request, 1);
    CHECK_INT(nl_sock_send(sock, &request, true), 0);
    child = make_child();
    if (!child) {
        nl_sock_destroy(sock);
        leave(all_answers_are_right());
    }
    CHECK(left_right(child));
    CHECK_INT(nl_sock_recv(sock, &request, false), 0);
    CHECK(describes_loopback(&request));
    CHECK_INT(nl_sock_recv(sock, &request, false), EAGAIN);
    nl_sock_destroy(sock);
    ofpbuf_uninit(&request);
}

/* The same for children that no handler of pthread_atfork() was run for. */

static void
with_raw_children(void (*test)(void))
{
    if (!children_can_tell()) {
        SKIP(WITHOUT_WIPEONFORK);
    } else if (SANITIZED) {
        SKIP("the sanitizer has to know of children");
    }
    make_child = raw_fork;
    test();
}

#define RAW(TEST)                                                               \
    static void raw_##TEST(void) { with_raw_children(TEST); }
RAW(end_in_parent_first)
RAW(end_in_child_first)
RAW(child_ends_half_a_dump)
RAW(child_reads_half_a_dump)
RAW(child_reads_on_in_its_buffer)
RAW(child_ends_what_the_parent_has_ended)
RAW(three_generations_share_nothing)
RAW(a_grandchild_takes_nothing_either)
RAW(a_flush_leaves_no_socket_of_the_parent)
RAW(a_child_closes_a_socket_of_the_parent)

#define RUN_BOTH(TEST) (RUN_ALONE(TEST), RUN_ALONE(raw_##TEST))

int
main(void)
{
    if (!netns_enter()) {
        return EXIT_SUCCESS;
    }
    nlsock_log_set_handler(ignore_line, NULL);
    n_routes = runs_slowly() ? 700 : 1000;
    add_routes((unsigned int) n_routes);
    nlsock_pool_flush();
    RUN_BOTH(end_in_parent_first);
    RUN_BOTH(end_in_child_first);
    RUN_BOTH(child_ends_half_a_dump);
    RUN_BOTH(child_reads_half_a_dump);
    RUN_BOTH(child_reads_on_in_its_buffer);
    RUN_BOTH(child_ends_what_the_parent_has_ended);
    RUN_BOTH(three_generations_share_nothing);
    RUN_BOTH(a_grandchild_takes_nothing_either);
    RUN_BOTH(a_flush_leaves_no_socket_of_the_parent);
    RUN_BOTH(a_child_closes_a_socket_of_the_parent);
    return tap_done();
}
