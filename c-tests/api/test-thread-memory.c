/* SPDX-License-Identifier: Apache-2.0 */
/* test-thread-memory [PRELOAD]: what a thread costs that uses the library: resident memory, huge
 * pages, and system calls.  PRELOAD is the shared object that preload-hugepages.c was compiled
 * to. */

#include <dlfcn.h>
#include <pthread.h>
#include <sys/ptrace.h>
#include "answers.h"
#include "netns.h"
#include "processes.h"
#include "replaced.h"
#include "sizes.h"

/* Resident memory. */

enum { N_THREADS = 50 };

/* The most that a thread may take, in KiB. */
#define MOST 100

static pthread_barrier_t barrier;
static bool (*this_call)(void);

/* Uses as much of stack and heap as calls need. */
static __attribute__((noinline)) void
touch_memory(void)
{
    volatile char stack[65536];
    void *heap = malloc(65536);
    size_t i;

    memset(heap, 1, 65536);
    for (i = 0; i < sizeof stack; i += 1024) {
        stack[i] = 1;
    }
    free(heap);
}

static void *
call_once(void *right)
{
    touch_memory();
    pthread_barrier_wait(&barrier);
    /* Memory is looked at. */
    pthread_barrier_wait(&barrier);
    *(bool *) right = this_call();
    pthread_barrier_wait(&barrier);
    /* And again. */
    pthread_barrier_wait(&barrier);
    return NULL;
}

/* The huge pages of everything but the main stack and heap, in KiB.  Threads' stacks here are too
 * small for them. */
static long
huge_pages(void)
{
    FILE *stream = fopen("/proc/self/smaps", "r");
    bool counts = false;
    char line[1024];
    long sum = 0;

    if (!stream) {
        return 0;
    }
    while (fgets(line, sizeof line, stream)) {
        unsigned long start, end;
        long size;

        if (sscanf(line, "%lx-%lx ", &start, &end) == 2) {
            counts = !strstr(line, "[stack]") && !strstr(line, "[heap]");
        } else if (counts && sscanf(line, "AnonHugePages: %ld", &size) == 1) {
            sum += size;
        }
    }
    fclose(stream);
    return sum;
}

static void
measure_threads(void)
{
    pthread_t threads[N_THREADS];
    bool right[N_THREADS];
    long memory, huge;
    pthread_attr_t attr;
    int i;

    if (SANITIZED) {
        SKIP("a sanitizer takes memory of its own");
    }
    /* All threads' heaps are one, which has grown already. */
    mallopt(M_ARENA_MAX, 1);
    CHECK(this_call());
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, 512 * 1024);
    pthread_barrier_init(&barrier, NULL, N_THREADS + 1);
    for (i = 0; i < N_THREADS; i++) {
        CHECK_INT(pthread_create(&threads[i], &attr, call_once, &right[i]), 0);
    }
    pthread_barrier_wait(&barrier);
    huge = huge_pages();
    memory = resident();
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    memory = resident() - memory;
    huge = huge_pages() - huge;
    pthread_barrier_wait(&barrier);
    for (i = 0; i < N_THREADS; i++) {
        pthread_join(threads[i], NULL);
        CHECK(right[i]);
    }
    if (memory > MOST * N_THREADS) {
        tap_diagnostic("%ld KiB a thread", memory / N_THREADS);
    }
    CHECK(memory <= MOST * N_THREADS);
    CHECK_INT(huge, 0);
}

static void
a_thread_that_transacts_takes_little(void)
{
    this_call = loopback_is_found;
    measure_threads();
}

static void
a_thread_that_makes_all_calls_takes_little(void)
{
    this_call = all_answers_are_right;
    measure_threads();
}

/* The size of a datagram in bytes, and how many threads receive it. */
static size_t datagram_size;
enum { N_RECEIVERS = 4 };

/* Receives a multicast datagram of that size into a smaller buffer. */
static void *
receive_long(void *right)
{
    struct nl_sock *sock;
    struct ofpbuf buf;

    ofpbuf_init(&buf, 64);
    *(bool *) right = (!nl_sock_create(NETLINK_USERSOCK, &sock)
                       && !nl_sock_join_mcgroup(sock, 1));
    pthread_barrier_wait(&barrier);
    /* It is sent. */
    pthread_barrier_wait(&barrier);
    *(bool *) right &= (!nl_sock_recv(sock, &buf, false)
                        && ofpbuf_size(&buf) == datagram_size);
    nl_sock_destroy(sock);
    ofpbuf_uninit(&buf);
    /* So that each thread has memory of its own. */
    pthread_barrier_wait(&barrier);
    return NULL;
}

/* Sends a datagram of that size to the receivers. */
static void
send_datagram(void)
{
    struct sockaddr_nl group = { .nl_family = AF_NETLINK, .nl_groups = 1 };
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_USERSOCK);
    struct nlmsghdr *datagram = calloc(1, datagram_size);

    datagram->nlmsg_len = (uint32_t) datagram_size;
    datagram->nlmsg_type = 99;
    /* The kernel itself has no socket in the group. */
    sendto(fd, datagram, datagram_size, 0, (struct sockaddr *) &group, sizeof group);
    free(datagram);
    close(fd);
}

/* Lets threads receive a datagram of this size, and end. */
static void
let_threads_receive(size_t size)
{
    pthread_t threads[N_RECEIVERS];
    bool right[N_RECEIVERS];

    datagram_size = size;
    pthread_barrier_init(&barrier, NULL, N_RECEIVERS + 1);
    for (int i = 0; i < N_RECEIVERS; i++) {
        CHECK_INT(pthread_create(&threads[i], NULL, receive_long, &right[i]), 0);
    }
    pthread_barrier_wait(&barrier);
    send_datagram();
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    for (int i = 0; i < N_RECEIVERS; i++) {
        pthread_join(threads[i], NULL);
        CHECK(right[i]);
    }
    pthread_barrier_destroy(&barrier);
}

static void
what_threads_received_does_not_stay(void)
{
    long before, more;

    if (SANITIZED) {
        SKIP("a sanitizer takes memory of its own");
    }
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_MMAP_THRESHOLD, 65536);
    let_threads_receive(64);
    before = resident();
    let_threads_receive(160000);
    more = resident() - before;
    if (more > 300) {
        tap_diagnostic("%ld KiB stay", more);
    }
    CHECK(more <= 300);
}

/* Whether large mappings fail. */
static bool large_mappings_fail;

void *
mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
    static void *(*function)(void *, size_t, int, int, int, off_t);

    if (large_mappings_fail && size > 1 << 20 && size < 8 << 20) {
        errno = ENOMEM;
        return MAP_FAILED;
    }
    if (!function) {
        function = (void *(*)(void *, size_t, int, int, int, off_t)) real("mmap");
    }
    return function(address, size, protection, flags, fd, offset);
}

static void *
use_library(void *right)
{
    *(bool *) right = loopback_is_found();
    return NULL;
}

/* The memory of a thread that got less than others is not kept for them. */
static void
a_thread_with_little_memory_passes_none_on(void)
{
    pthread_t thread;
    bool right;

    large_mappings_fail = true;
    CHECK_INT(pthread_create(&thread, NULL, use_library, &right), 0);
    pthread_join(thread, NULL);
    large_mappings_fail = false;
    CHECK(right);
    let_threads_receive(160000);
}

/* The same where each large mapping gets huge pages. */

/* Returns whether a large mapping has huge pages. */
static bool
have_huge_pages(void)
{
    size_t size = 8 << 20;
    char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    long before = huge_pages();
    bool have;

    if (p == MAP_FAILED) {
        return false;
    }
    memset(p, 1, size);
    have = huge_pages() > before;
    munmap(p, size);
    return have;
}

static void
measure_with_huge_pages(void)
{
    bool *wanted = dlsym(RTLD_DEFAULT, "preload_hugepages");

    if (!wanted) {
        SKIP("preload-hugepages is not preloaded");
    }
    *wanted = true;
    if (!have_huge_pages()) {
        SKIP("the kernel gives no huge pages");
    }
    measure_threads();
}

static void
a_thread_that_transacts_takes_no_huge_page(void)
{
    this_call = loopback_is_found;
    measure_with_huge_pages();
}

static void
a_thread_that_makes_all_calls_takes_no_huge_page(void)
{
    this_call = all_answers_are_right;
    measure_with_huge_pages();
}

/* System calls.
 *
 * A process traces another one, which marks the calls of the library by system calls without an
 * effect. */

#if defined(__GLIBC_PREREQ)
#if __GLIBC_PREREQ(2, 30)
#define COUNT_SYSTEM_CALLS 1
#endif
#endif

#ifdef COUNT_SYSTEM_CALLS
/* The second argument of getppid(), which has none. */
#define MARK 0x6e6c736f

/* How many system calls more than the second call of a thread its first may make: of a thread whose
 * memory is new, and of one that gets the memory of a thread that has ended. */
#define MOST_MORE 4
#define MOST_MORE_AFTER_ANOTHER 0

/* What a thread does that has ended before.  Null if there is none. */
static void *(*call_before)(void *);

static void
mark(void)
{
    syscall(SYS_getppid, 0, MARK);
}

static void *
call_twice(void *aux)
{
    touch_memory();
    mark();
    this_call();
    mark();
    this_call();
    mark();
    return aux;
}

static void *
call_as_before(void *aux)
{
    this_call();
    return aux;
}

/* Writes to more of the thread's memory than usual. */
static void *
receive_much(void *aux)
{
    struct nl_sock *receiver;
    struct ofpbuf buf;

    ofpbuf_init(&buf, 64);
    datagram_size = 50000;
    if (nl_sock_create(NETLINK_USERSOCK, &receiver) || nl_sock_join_mcgroup(receiver, 1)) {
        _exit(1);
    }
    send_datagram();
    if (nl_sock_recv(receiver, &buf, false) || ofpbuf_size(&buf) != datagram_size) {
        _exit(1);
    }
    ofpbuf_uninit(&buf);
    nl_sock_destroy(receiver);
    return aux;
}

static void
be_traced(void)
{
    pthread_t thread;

    mallopt(M_ARENA_MAX, 1);
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL)) {
        _exit(2);
    }
    raise(SIGSTOP);
    /* The process has all that it keeps, and a socket for the thread in the pool. */
    this_call();
    this_call();
    if (call_before) {
        if (pthread_create(&thread, NULL, call_before, NULL)) {
            _exit(1);
        }
        pthread_join(thread, NULL);
    }
    if (pthread_create(&thread, NULL, call_twice, NULL)) {
        _exit(1);
    }
    pthread_join(thread, NULL);
    _exit(0);
}

/* Runs the stopped child until it exits.  Stores in 'counts' how many system calls it makes
 * between its marks.  Returns its status, or -1 if it cannot be traced. */
static int
count_system_calls(pid_t child, int counts[2])
{
    long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL;
    int n_marks = 0;
    pid_t pid;
    int status;

    if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status)
        || ptrace(PTRACE_SETOPTIONS, child, NULL, (void *) options)
        || ptrace(PTRACE_SYSCALL, child, NULL, NULL)) {
        return -1;
    }
    while ((pid = waitpid(-1, &status, __WALL)) > 0) {
        struct __ptrace_syscall_info info;
        int signr = 0;

        if (!WIFSTOPPED(status)) {
            if (pid == child) {
                return status;
            }
            continue;
        }
        if (WSTOPSIG(status) == (SIGTRAP | 0x80)) {
            if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *) sizeof info, &info) <= 0) {
                return -1;
            }
            if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
                if (info.entry.nr == SYS_getppid && info.entry.args[1] == MARK) {
                    n_marks++;
                } else if (pid != child && (n_marks == 1 || n_marks == 2)) {
                    counts[n_marks - 1]++;
                }
            }
        } else if (WSTOPSIG(status) != SIGTRAP && WSTOPSIG(status) != SIGSTOP) {
            signr = WSTOPSIG(status);
        }
        ptrace(PTRACE_SYSCALL, pid, NULL, (void *) (intptr_t) signr);
    }
    return -1;
}

static void
count_calls_of_a_thread(void)
{
    int most_more = call_before ? MOST_MORE_AFTER_ANOTHER : MOST_MORE;
    int counts[2] = { 0, 0 };
    int status;
    pid_t child;

    if (runs_slowly() || SANITIZED) {
        SKIP("valgrind and sanitizers make system calls of their own");
    }
    child = fork();
    if (!child) {
        be_traced();
    }
    status = count_system_calls(child, counts);
    if (status == -1) {
        kill(child, SIGKILL);
        SKIP("no ptrace() of system calls");
    }
    CHECK_INT(status, 0);
    CHECK(counts[1] > 0);
    CHECK(counts[0] >= counts[1]);
    if (counts[0] - counts[1] > most_more) {
        tap_diagnostic("%d system calls, then %d", counts[0], counts[1]);
    }
    CHECK(counts[0] - counts[1] <= most_more);
    /* Then this is a transaction: one call to send, and one to receive. */
    if (call_before) {
        CHECK_INT(counts[1], 2);
    }
}

/* For the socket of receive_once(). */
static struct nl_sock *sock;

/* Sends through a socket of the program's own, and receives the answer. */
static bool
receive_once(void)
{
    uint64_t reply_memory[NL_DUMP_BUFSIZE / 8];
    struct request_memory memory;
    struct ofpbuf request, reply;
    bool right;

    use_request_memory(&request, &memory);
    ofpbuf_use_stub(&reply, reply_memory, sizeof reply_memory);
    put_getlink(&request, 1);
    right = (sock || !nl_sock_create(NETLINK_ROUTE, &sock))
            && !nl_sock_send(sock, &request, true) && !nl_sock_recv(sock, &reply, true)
            && describes_loopback(&reply);
    ofpbuf_uninit(&reply);
    ofpbuf_uninit(&request);
    return right;
}

static const struct call first_calls[] = {
    { "nl_transact without a reply", deletion_is_refused },
    { "nl_transact with a reply", loopback_is_found },
    { "nl_transact_multiple", batch_is_answered },
    { "dump", dump_is_complete },
    { "nlsock_dump_all", whole_dump_is_complete },
    { "lookup", names_are_found },
    { "nl_sock_recv", receive_once },
};

static void
run_counting(void)
{
    enum { N = sizeof first_calls / sizeof first_calls[0] };
    static char names[N][128];
    size_t i;

    for (i = 0; i < N; i++) {
        snprintf(names[i], sizeof names[i], "system calls of the first %s", first_calls[i].name);
        this_call = first_calls[i].is_right;
        tap_run_alone(names[i], count_calls_of_a_thread);
    }
    this_call = loopback_is_found;
    call_before = call_as_before;
    tap_run_alone("system calls after another thread", count_calls_of_a_thread);
    call_before = receive_much;
    tap_run_alone("system calls after a thread that received much", count_calls_of_a_thread);
}
#else
static void
run_counting(void)
{
}
#endif

int
main(int argc, char *argv[])
{
    if (argc > 1 && !getenv("LD_PRELOAD")) {
        setenv("LD_PRELOAD", argv[1], 1);
        execv("/proc/self/exe", argv);
        perror("execv");
        return EXIT_FAILURE;
    }
    if (!netns_enter()) {
        return EXIT_SUCCESS;
    }
    nlsock_log_set_handler(ignore_line, NULL);
    RUN_ALONE(a_thread_that_transacts_takes_little);
    RUN_ALONE(a_thread_that_makes_all_calls_takes_little);
    RUN_ALONE(what_threads_received_does_not_stay);
    RUN_ALONE(a_thread_with_little_memory_passes_none_on);
    RUN_ALONE(a_thread_that_transacts_takes_no_huge_page);
    RUN_ALONE(a_thread_that_makes_all_calls_takes_no_huge_page);
    run_counting();
    return tap_done();
}
