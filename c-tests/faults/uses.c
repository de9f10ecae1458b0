/* SPDX-License-Identifier: Apache-2.0 */
/* What scripts do not do with the library: for every-call.c, and for both interfaces.
 *
 * Every use gives the right result, or, if a call has failed, an error.  A wrong result is never
 * right. */

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <sys/resource.h>
#include "failing-calls.h"
#include "fake-kernel.h"
struct vlog_module;
struct vlog_rate_limit;
#include "generated/nlsock-services.h"
#include "nlsock-ext.h"
#include "../support/flavour.h"
#include "../support/tap.h"

#define N 4

/* Returns whether 'error' is the right result where there is none without a failing call. */
static bool
may_fail(int error)
{
    return error > 0 && results_may_differ && results_may_differ();
}

/* Aborts if a child has aborted for lack of memory, as in run-script.c. */
static void
abort_if_child_did(int status)
{
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT && may_fail(ENOMEM)) {
        abort();
    }
}

static void
kernel(const char *line)
{
    CHECK(fake_line(line));
}

static struct ofpbuf *
new_request(uint32_t kind, uint32_t id, uint32_t flags)
{
    struct fake_payload payload = { FAKE_MAGIC, kind, id };
    struct ofpbuf *request = ofpbuf_new(0);

    nl_msg_put_nlmsghdr(request, 0, FAKE_REQUEST_TYPE, NLM_F_REQUEST | flags);
    nl_msg_put(request, &payload, sizeof payload);
    return request;
}

/* Returns whether a reply of 'size' bytes has what the fake kernel answers to request 'id'. */
static bool
answers(const struct ofpbuf *reply, uint32_t id, size_t size)
{
    const uint8_t *data = ofpbuf_data(reply);

    if (ofpbuf_size(reply) != NLMSG_HDRLEN + size) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        if (data[NLMSG_HDRLEN + i] != fake_pattern(FAKE_REQUEST, (int) id, 0, i)) {
            return false;
        }
    }
    return true;
}

/* Request 1 has a reply of 100 bytes. */
static void
transact(void)
{
    struct ofpbuf *request = new_request(FAKE_REQUEST, 1, NLM_F_ACK), *reply;
    int error = nl_transact(0, request, &reply);

    CHECK(error ? !reply && may_fail(error) : answers(reply, 1, 100));
    ofpbuf_delete(reply);
    ofpbuf_delete(request);
}

/* Requests 11 to 14 are refused, with a text. */
static void
refused_batch(void)
{
    struct nl_transaction transactions[N], *pointers[N];
    struct nlsock_extack extack;

    for (uint32_t i = 0; i < N; i++) {
        transactions[i].request = new_request(FAKE_REQUEST, 11 + i, NLM_F_ACK);
        transactions[i].reply = NULL;
        pointers[i] = &transactions[i];
    }
    nl_transact_multiple(0, pointers, N);
    for (int i = 0; i < N; i++) {
        CHECK(transactions[i].error == EPERM || may_fail(transactions[i].error));
        if (nlsock_batch_extack((size_t) i, &extack, sizeof extack)) {
            CHECK(!strcmp(extack.message, "no"));
        } else {
            CHECK(may_fail(EPERM));
        }
        ofpbuf_delete(transactions[i].request);
    }
}

static void
whole_dump(void)
{
    struct ofpbuf *request = new_request(FAKE_DUMP, 1, 0), *all = NULL;
    int error = nlsock_dump_all(0, request, 3, 0, &all);

    CHECK(error ? may_fail(error) && !all : ofpbuf_size(all) == 6 * (NLMSG_HDRLEN + 100));
    ofpbuf_delete(all);
    ofpbuf_delete(request);
}

static void
lookups(void)
{
    unsigned int group = 0;
    int number = 0, error = nl_lookup_genl_family("fam", &number);

    CHECK(error ? may_fail(error) : number == 33);
    error = nl_lookup_genl_mcgroup("fam", "events", &group);
    CHECK(error ? may_fail(error) : group == 7);
}

static void
in_present_namespace(void)
{
    nlsock_pool_set_netns_aware(true);
    transact();
    transact();
    lookups();
    nlsock_pool_set_netns_aware(false);
}

/* Receives on an own socket in all ways: from whom, only from the kernel, into a large buffer. */
static void
own_socket(void)
{
    struct ofpbuf *request = new_request(FAKE_REQUEST, 4, 0), *buf = ofpbuf_new(100000);
    struct nlsock_source source = { .port_id = 1 };
    struct nl_sock *sock;
    int error = nl_sock_create(0, &sock);

    CHECK(error ? may_fail(error) && !sock : sock != NULL);
    if (sock) {
        error = nl_sock_send(sock, request, true);
        if (!error) {
            error = nlsock_sock_recv_from(sock, buf, false, &source, sizeof source);
        }
        CHECK(error ? may_fail(error) : answers(buf, 4, 100) && !source.port_id);
        nlsock_sock_set_kernel_only(sock, true);
        nlsock_sock_set_timeout(sock, 100);
        error = nl_sock_send(sock, request, true);
        if (!error) {
            error = nl_sock_recv(sock, buf, true);
        }
        CHECK(error ? may_fail(error) : answers(buf, 4, 100));
        nl_sock_wait(sock, POLLIN);
        nlsock_poll_timer_wait(10);
        nlsock_poll_block();
        nl_sock_destroy(sock);
    }
    ofpbuf_delete(buf);
    ofpbuf_delete(request);
}

/* What the program's log handler does. */
static enum { NOTHING, CALL_LIBRARY, LEAVE, FORK } handling;
static jmp_buf before;
static bool is_child;
static int child_status;

static void
handle(void *aux, int level, const char *module, const char *text)
{
    int what = handling;

    (void) aux;
    (void) module;
    if (level < NLSOCK_LOG_ERR) {
        /* The last line: an assertion.  every-call.c wants to see it. */
        dprintf(STDERR_FILENO, "%s\n", text);
        return;
    }
    handling = NOTHING;
    if (what == CALL_LIBRARY) {
        transact();
    } else if (what == LEAVE) {
        longjmp(before, 1);
    } else if (what == FORK) {
        fflush(stdout);
        is_child = !fork();
        tap_bad &= !is_child;
        if (!is_child) {
            /* So that calls have the same numbers in each run. */
            wait(&child_status);
        }
    }
}

static void
handler_calls_library(void)
{
    handling = CALL_LIBRARY;
    transact();
}

static void
handler_leaves(void)
{
    struct ofpbuf *request = new_request(FAKE_REQUEST, 2, NLM_F_ACK);

    handling = LEAVE;
    if (!setjmp(before)) {
        nl_transact(0, request, NULL);
    }
    ofpbuf_delete(request);
    transact();
}

/* The child goes on with the call, which must not use the socket of its parent. */
static void
handler_forks(void)
{
    struct ofpbuf *request = new_request(FAKE_REQUEST, 3, NLM_F_ACK);
    int error;

    child_status = 0;
    handling = FORK;
    error = nl_transact(0, request, NULL);
    ofpbuf_delete(request);
    if (is_child) {
        CHECK(error && !fake_foreign());
        transact();
        fflush(stdout);
        _exit(tap_bad);
    }
    CHECK(!error || may_fail(error));
    abort_if_child_did(child_status);
    CHECK(!child_status);
}

static void *
use_in_thread(void *arg)
{
    transact();
    refused_batch();
    return arg;
}

static void
in_thread(void)
{
    pthread_t thread;

    CHECK(!pthread_create(&thread, NULL, use_in_thread, NULL));
    CHECK(!pthread_join(thread, NULL));
}

/* Removes the files of a capture. */
static void
remove_files(const char *path)
{
    char further[80];

    snprintf(further, sizeof further, "%s", path);
    for (int i = 1; !unlink(further); i++) {
        snprintf(further, sizeof further, "%s.%d", path, i);
    }
}

/* Writes a capture that is almost full if NLSOCK_CAPTURE_SIZE is 64K: a section, and a block that
 * readers ignore. */
static void
write_long_file(const char *path)
{
    static uint32_t words[15 << 10] = {
        0x0a0d0d0a, 28, 0x1a2b3c4d, 1, 0xffffffff, 0xffffffff, 28,
        0x40000bad, sizeof words - 28
    };
    FILE *file = fopen(path, "wb");

    words[sizeof words / sizeof *words - 1] = sizeof words - 28;
    CHECK(file && fwrite(words, sizeof words, 1, file) == 1);
    CHECK(!fclose(file));
}

/* Starts a capture, and adds to it, also in a child.  It goes on in another file. */
static void
captured(void)
{
    struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };
    const char *folder = getenv("CAPTURE_FOLDER");
    char path[64];
    int error, status;
    pid_t child;

    snprintf(path, sizeof path, "nlsock-capture-%d", (int) getpid());
    CHECK_INT(chdir(folder ? folder : P_tmpdir), 0);
    /* Those of a run that was aborted, and had the same number. */
    remove_files(path);
    write_long_file(path);
    for (int i = 0; i < 2; i++) {
        error = nlsock_capture_start(path, 0);
        CHECK(!error || (calls_may_differ && calls_may_differ()));
        for (int j = 0; j < 15; j++) {
            transact();
        }
        fflush(stdout);
        child = fork();
        if (!child) {
            transact();
            _exit(tap_bad);
        }
        CHECK(waitpid(child, &status, 0) == child);
        abort_if_child_did(status);
        CHECK(!status);
        nlsock_capture_stop();
        /* The second time, SIGXFSZ has to be blocked. */
        limit.rlim_cur = 1 << 30;
        CHECK_INT(setrlimit(RLIMIT_FSIZE, &limit), 0);
    }
    remove_files(path);
}

static void
all_uses(void)
{
    kernel("request 1: reply 100; ack");
    kernel("request 4: reply 100");
    kernel("request 11-14: refuse EPERM text \"no\"");
    kernel("dump *: part 3 messages of 100; part 3 messages of 100; done");
    kernel("lookup *: family 33 mcgroup events 7");
    nlsock_log_set_level(NLSOCK_LOG_DBG);
    nlsock_log_set_handler(handle, NULL);
    transact();
    refused_batch();
    whole_dump();
    lookups();
    in_present_namespace();
    own_socket();
    captured();
    handler_calls_library();
    handler_leaves();
    handler_forks();
    in_thread();
    nlsock_pool_flush();
}

static void
uses(void)
{
    const char *lost;

    all_uses();
    if (no_call_fails_now) {
        no_call_fails_now();
        fake_reset();
        all_uses();
        lost = what_is_lost();
        if (lost) {
            tap_diagnostic("%s", lost);
            tap_bad = true;
        }
    }
}

int
main(void)
{
    fake_reset();
    RUN(uses);
    return tap_done();
}
