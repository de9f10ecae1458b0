/* SPDX-License-Identifier: Apache-2.0 */
/* See jobs.h.  Process j runs the scripts j, j + n, j + 2 n, ... */

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "jobs.h"

#define REPORT_MS 10000

static struct jobs *jobs;
static int own;

struct jobs *
jobs_new(unsigned long long first, unsigned long long count, int n)
{
    jobs = mmap(NULL, sizeof *jobs, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (jobs == MAP_FAILED || count >= ~0u) {
        abort();
    }
    jobs->first = first;
    jobs->count = count;
    jobs->n = n > 0 ? n : get_nprocs();
    jobs->n = jobs->n < MAX_JOBS ? jobs->n : MAX_JOBS;
    jobs->violation = ~0u;
    return jobs;
}

struct job *
jobs_own(void)
{
    return &jobs->job[own];
}

void
jobs_violation(void)
{
    unsigned int index = (unsigned int) (jobs->job[own].number - jobs->first);
    unsigned int lowest = jobs->violation;

    while (index < lowest && !__atomic_compare_exchange_n(&jobs->violation, &lowest, index, false,
                                                          __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
    }
}

static int
work(int j, void (*run)(unsigned long long), int (*finish)(void))
{
    unsigned long long end = jobs->first + jobs->count;

    own = j;
    for (unsigned long long i = jobs->first + (unsigned) j;
         i < end && i - jobs->first < jobs->violation; i += (unsigned) jobs->n) {
        jobs->job[j].number = i;
        run(i);
        jobs->job[j].done++;
    }
    return finish();
}

static void
report(time_t start)
{
    unsigned long long done = 0;
    double seconds = difftime(time(NULL), start);

    for (int j = 0; j < jobs->n; j++) {
        done += jobs->job[j].done;
    }
    fprintf(stderr, "# %llu of %llu scripts, about %.0f s left\n", done, jobs->count,
            done ? (double) (jobs->count - done) * seconds / (double) done : 0.0);
}

static void
print_output(int fd)
{
    char text[4096];
    ssize_t n;

    lseek(fd, 0, SEEK_SET);
    while ((n = read(fd, text, sizeof text)) > 0) {
        fwrite(text, 1, (size_t) n, stdout);
    }
}

/* Returns whether all processes ended with status 0. */
static bool
collect(const pid_t *pids, const int *outputs)
{
    bool good = true;

    for (int j = 0; j < jobs->n; j++) {
        int status;

        if (waitpid(pids[j], &status, 0) != pids[j]) {
            abort();
        }
        if (status) {
            good = false;
            own = j;
            if (WIFSIGNALED(status)) {
                dprintf(outputs[j], "# script %llu: %s\n", jobs->job[j].number,
                        strsignal(WTERMSIG(status)));
            }
            jobs_violation();
        }
    }
    for (int j = 0; j < jobs->n; j++) {
        if (!good && jobs->job[j].number - jobs->first == jobs->violation) {
            print_output(outputs[j]);
        }
        close(outputs[j]);
    }
    return good;
}

bool
jobs_run(void (*run)(unsigned long long), int (*finish)(void), bool progress)
{
    pid_t pids[MAX_JOBS];
    int outputs[MAX_JOBS], ends[2];
    struct pollfd fd;
    time_t start = time(NULL);

    if (jobs->n == 1) {
        return !work(0, run, finish);
    }
    /* The pipe is closed when the last process has ended. */
    if (pipe(ends)) {
        abort();
    }
    for (int j = 0; j < jobs->n; j++) {
        outputs[j] = memfd_create("output", MFD_CLOEXEC);
        fflush(NULL);
        pids[j] = fork();
        if (!pids[j]) {
            close(ends[0]);
            dup2(outputs[j], STDOUT_FILENO);
            exit(work(j, run, finish));
        }
    }
    close(ends[1]);
    fd = (struct pollfd) { .fd = ends[0], .events = POLLIN };
    while (!poll(&fd, 1, REPORT_MS)) {
        if (progress) {
            report(start);
        }
    }
    close(ends[0]);
    return collect(pids, outputs);
}
