/* SPDX-License-Identifier: Apache-2.0 */
/* What happens to a thread just before a system call, as if by a signal handler or another thread:
 * it is cancelled, or the process forks.
 *
 * A random script always gives the same result, since the parent waits for its child, and a thread
 * is cancelled by itself. */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "fake-calls.h"

/* Real seconds for a child. */
#define PATIENCE 30

static bool child;
static int failed_children;

void
events_reset(void)
{
    child = false;
    failed_children = 0;
}

bool
fake_fork(bool quietly)
{
    int status;
    pid_t pid;

    fflush(NULL);
    pid = quietly && (!fake_may_fork_quietly || fake_may_fork_quietly()) ? _Fork() : fork();
    if (!pid) {
        child = true;
        failed_children = 0;
        alarm(PATIENCE);
        return true;
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid) {
        failed_children++;
    } else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT && fake_child_may_abort
               && fake_child_may_abort()) {
        abort();
    } else if (status) {
        failed_children++;
    }
    return false;
}

/* A child of vfork() would change the sockets of its parent. */
REPLACES pid_t
vfork(void)
{
    return fork();
}

bool
fake_is_child(void)
{
    return child;
}

int
fake_failed_children(void)
{
    return failed_children;
}

static bool
is_cancellation_point(enum fake_call call)
{
    return call == FAKE_CLOSE || call == FAKE_CONNECT || call == FAKE_SEND || call == FAKE_RECV
           || call == FAKE_POLL;
}

void
call_interrupt(enum fake_call call)
{
    enum fk_event event;

    fake_lock();
    event = faults_event(call);
    fake_unlock();
    if (event == FK_EVENT_CANCEL) {
        if (gettid() != getpid()) {
            pthread_cancel(pthread_self());
        }
    } else if (event && fake_fork(event == FK_EVENT_QUIET_FORK)) {
        note_fork();
    }
    if (is_cancellation_point(call)) {
        pthread_testcancel();
    }
}

struct sock *
call_lock(enum fake_call call, int fd)
{
    struct sock *sock = sock_lock(fd);

    if (sock && faults_have_events()) {
        fake_unlock();
        call_interrupt(call);
        sock = sock_lock(fd);
    }
    if (!sock) {
        descriptor_used(call, fd);
    }
    return sock;
}
