/* fork() at any moment: in a signal handler that interrupts any function of the library, on any
 * thread, and from several threads at once.
 *
 * Nothing hangs, and every answer is right, in the parent and in the child.  Only a call that was
 * interrupted and then goes on in the child may fail, in both: its socket is one that the two
 * share. */

#include <pthread.h>
#include <sys/time.h>
#include <ucontext.h>
#include "answers.h"
#include "netns.h"
#include "processes.h"
#include "signal-safe-malloc.h"

/* How a child is made. */
static pid_t (*make_child)(void) = fork;

/* What is counted in all processes of a test. */
static struct {
    int forks;          /* Number of children made by handlers. */
    int wrong;          /* Number of wrong answers. */
} *counts;

static void
count(int *counter)
{
    __atomic_add_fetch(counter, 1, __ATOMIC_RELAXED);
}

static void
judge(bool right)
{
    if (!right) {
        count(&counts->wrong);
    }
}

static void *
use_library(void *right)
{
    *(bool *) right = all_answers_are_right();
    return NULL;
}

/* Starts threads that use the library.  Returns whether they got the right answers. */
static bool
threads_get_answers(void)
{
    enum { N = 2 };
    pthread_t threads[N];
    bool right[N];
    bool all = true;
    int i;

    for (i = 0; i < N; i++) {
        if (pthread_create(&threads[i], NULL, use_library, &right[i])) {
            return false;
        }
    }
    for (i = 0; i < N; i++) {
        pthread_join(threads[i], NULL);
        all = all && right[i];
    }
    return all;
}

/* What a child of the handler does. */
enum child {
    USES_LIBRARY,       /* Uses the library in the handler, and leaves. */
    GOES_ON             /* Returns from the handler, and uses the library later. */
};
static enum child child_kind;

/* Whether this process is a child that has gone on. */
static volatile sig_atomic_t in_child;

/* Whether the thread was interrupted by a handler whose child has gone on. */
static _Thread_local volatile sig_atomic_t disturbed;

/* Forks.  Called by handlers, with all signals blocked. */
static void
fork_in_handler(void)
{
    int save_errno = errno;
    int number = __atomic_add_fetch(&counts->forks, 1, __ATOMIC_RELAXED);
    pid_t child = make_child();

    if (!child && child_kind == GOES_ON) {
        in_child = true;
    } else if (!child) {
        /* All of it sometimes, for it takes a while. */
        leave(number % 16 ? deletion_is_refused() && loopback_is_found()
              : all_answers_are_right() && threads_get_answers());
    } else {
        disturbed = child_kind == GOES_ON;
        judge(child > 0 && left_right(child));
    }
    errno = save_errno;
}

/* Makes one call while handlers fork. */
static void
make_call(const struct call *call)
{
    bool right;

    disturbed = false;
    right = call->is_right();
    if (in_child) {
        leave(all_answers_are_right() && threads_get_answers());
    } else if (!disturbed) {
        judge(right);
    }
}

static void
start_counting(void)
{
    counts = share(sizeof *counts);
}

static void
check_counts(int forks)
{
    CHECK_INT(counts->wrong, 0);
    CHECK(counts->forks >= forks);
}

static void
handle(int signr, void (*handler)(int, siginfo_t *, void *))
{
    struct sigaction action;

    memset(&action, 0, sizeof action);
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    sigfillset(&action.sa_mask);
    sigaction(signr, &action, NULL);
}

/* Returns a random number below 'n'.  The sequence is the same in each run. */
static unsigned int
random_below(unsigned int *state, unsigned int n)
{
    *state = *state * 1103515245 + 12345;
    return (*state >> 8) % n;
}

/* After single instructions.
 *
 * The processor's trap flag brings a signal after each instruction, so whatever can be interrupted
 * is. */

#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

#define TRAP_FLAG 0x100

static volatile bool stepping;          /* Whether the next instructions are to be trapped. */
static volatile int n_steps;            /* Number of instructions so far. */
static volatile int fork_every;         /* How many instructions lie between forks, 0 for no forks. */

static void
step(int signr, siginfo_t *info, void *context_)
{
    ucontext_t *context = context_;

    (void) signr;
    (void) info;
    n_steps++;
    if (fork_every && !(n_steps % fork_every)) {
        fork_in_handler();
    }
    if (!stepping || in_child) {
        context->uc_mcontext.gregs[REG_EFL] &= ~TRAP_FLAG;
    }
}

static void
set_trap_flag(void)
{
    __asm__ volatile ("pushfq; orl %0, (%%rsp); popfq" : : "i" (TRAP_FLAG) : "memory", "cc");
}

/* Makes a call while a handler forks after every 'every'th instruction. */
static void
step_through(const struct call *call, int every)
{
    n_steps = 0;
    fork_every = every;
    stepping = true;
    set_trap_flag();
    make_call(call);
    stepping = false;
    fork_every = 0;
}

/* The call that the test is about. */
static const struct call *this_call;

static void
fork_after_instructions(void)
{
    const int most = 400;
    int every, n;

    if (runs_slowly()) {
        SKIP_ALONE("valgrind does not trap single instructions");
    }
    start_counting();
    handle(SIGTRAP, step);
    CHECK(this_call->is_right());
    CHECK(this_call->is_right());
    step_through(this_call, 0);
    n = n_steps;
    every = n / most + 1;
    CHECK_INT(counts->forks, 0);
    step_through(this_call, every);
    check_counts(n / every / 2);
    CHECK(all_answers_are_right());
}

/* fork_after_instructions() for each call. */
static void
run_stepping(const char *what)
{
    static char names[N_CALLS][128];
    size_t i;

    for (i = 0; i < N_CALLS; i++) {
        snprintf(names[i], sizeof names[i], "%s: %s", what, calls[i].name);
        this_call = &calls[i];
        alone_test = fork_after_instructions;
        tap_run(names[i], run_alone);
    }
}
#else
static void
run_stepping(const char *what)
{
    (void) what;
}
#endif

/* At random moments of a program with one thread. */

static unsigned int timer_state = 1;

/* Sends SIGALRM once, soon. */
static void
start_timer(void)
{
    struct itimerval timer = { { 0, 0 }, { 0, 0 } };

    timer.it_value.tv_usec = 20 + random_below(&timer_state, 200);
    setitimer(ITIMER_REAL, &timer, NULL);
}

static void
on_alarm(int signr, siginfo_t *info, void *context)
{
    (void) signr;
    (void) info;
    (void) context;
    fork_in_handler();
    if (!in_child) {
        start_timer();
    }
}

static void
fork_at_random_moments(void)
{
    const struct itimerval off = { { 0, 0 }, { 0, 0 } };
    int n = fewer(60);
    size_t i;

    if (SANITIZED) {
        SKIP_ALONE("the sanitizer's functions cannot be interrupted");
    }
    start_counting();
    handle(SIGALRM, on_alarm);
    for (i = 0; i < N_CALLS; i++) {
        int end = counts->forks + n;

        start_timer();
        while (counts->forks < end) {
            make_call(&calls[i]);
        }
        setitimer(ITIMER_REAL, &off, NULL);
    }
    check_counts(n * (int) N_CALLS);
    CHECK(all_answers_are_right());
}

/* On any of several threads that are inside the library. */

enum { N_THREADS = 4 };

static volatile bool stop;

static void
on_signal(int signr, siginfo_t *info, void *context)
{
    (void) signr;
    (void) info;
    (void) context;
    fork_in_handler();
}

static void *
call_until_stopped(void *seed)
{
    unsigned int state = (unsigned int) (uintptr_t) seed;

    while (!stop) {
        make_call(&calls[random_below(&state, N_CALLS)]);
    }
    return NULL;
}

static void
fork_on_random_threads(void)
{
    pthread_t threads[N_THREADS];
    int n = fewer(400);
    unsigned int state = 1;
    uintptr_t i;

    if (SANITIZED) {
        SKIP_ALONE("the sanitizer's functions cannot be interrupted");
    }
    start_counting();
    handle(SIGUSR1, on_signal);
    for (i = 0; i < N_THREADS; i++) {
        CHECK_INT(pthread_create(&threads[i], NULL, call_until_stopped, (void *) (i + 1)), 0);
    }
    while (counts->forks < n) {
        const struct timespec pause = { 0, 20000 + (long) random_below(&state, 200000) };

        pthread_kill(threads[random_below(&state, N_THREADS)], SIGUSR1);
        nanosleep(&pause, NULL);
    }
    stop = true;
    for (i = 0; i < N_THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    check_counts(n);
    CHECK(all_answers_are_right());
}

/* From several threads, while others are inside the library. */

enum { N_FORKING = 3, N_FORKS = 20000 };

static void *
fork_often(void *seed)
{
    unsigned int state = (unsigned int) (uintptr_t) seed;
    int n = fewer(N_FORKS) / N_FORKING + 1;
    int i;

    for (i = 0; i < n; i++) {
        pid_t child;

        if (random_below(&state, 2)) {
            judge(calls[random_below(&state, N_CALLS)].is_right());
        }
        child = make_child();
        if (!child) {
            leave(i % 50 ? true : i % 500 ? all_answers_are_right() : threads_get_answers());
        }
        count(&counts->forks);
        judge(child > 0 && left_right(child));
    }
    return NULL;
}

static void
fork_many_times(void)
{
    pthread_t threads[N_THREADS], forking[N_FORKING];
    uintptr_t i;

    start_counting();
    for (i = 0; i < N_THREADS / 2; i++) {
        CHECK_INT(pthread_create(&threads[i], NULL, call_until_stopped, (void *) (i + 1)), 0);
    }
    for (i = 0; i < N_FORKING; i++) {
        CHECK_INT(pthread_create(&forking[i], NULL, fork_often, (void *) (i + 100)), 0);
    }
    for (i = 0; i < N_FORKING; i++) {
        pthread_join(forking[i], NULL);
    }
    stop = true;
    for (i = 0; i < N_THREADS / 2; i++) {
        pthread_join(threads[i], NULL);
    }
    check_counts(fewer(N_FORKS));
    CHECK(all_answers_are_right());
}

int
main(void)
{
    if (!netns_enter("test-fork-anywhere")) {
        return EXIT_SUCCESS;
    }
    run_stepping("fork() after an instruction of");
    RUN_ALONE(fork_at_random_moments);
    RUN_ALONE(fork_on_random_threads);
    RUN_ALONE(fork_many_times);
    child_kind = GOES_ON;
    run_stepping("going on in the child after an instruction of");
    RUN_ALONE(fork_at_random_moments);
    RUN_ALONE(fork_on_random_threads);
    return tap_done();
}
