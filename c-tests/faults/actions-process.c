/* SPDX-License-Identifier: Apache-2.0 */
/* "do fork" and "do thread" lines: see actions.h and README.md. */

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "actions-internal.h"
#include "failing-calls.h"
#include "invariants.h"
#include "../support/processes.h"

/* If the kernel does not help, the library does not notice quiet forks, and promises no more. */
bool
fake_may_fork_quietly(void)
{
    static int noticed = -1;

    if (noticed < 0) {
        noticed = children_can_tell();
    }
    return noticed;
}

/* For lack of memory; every-call.c judges that. */
bool
fake_child_may_abort(void)
{
    return calls_may_differ && calls_may_differ();
}

bool
do_fork(struct tokens *t)
{
    fake_fork(tokens_take(t, "quietly"));
    return true;
}

struct job {
    struct tokens *tokens;
    bool understood;
};

static void *
run_job(void *job_)
{
    struct job *job = job_;
    pid_t before = getpid();

    job->understood = do_verb(job->tokens);
    if (getpid() != before) {
        /* In the child of a fork within the call, there is no other thread to go on with the
         * script. */
        bool good;

        actions.elapsed = fake_elapsed();
        good = invariants_hold();
        fflush(stdout);
        _exit(!good);
    }
    return NULL;
}

bool
do_thread(struct tokens *t)
{
    struct job job = { .tokens = t, .understood = true };
    pthread_t thread;
    void *result;

    if (pthread_create(&thread, NULL, run_job, &job) || pthread_join(thread, &result)) {
        abort();
    }
    actions.cancelled = result == PTHREAD_CANCELED;
    return job.understood;
}
