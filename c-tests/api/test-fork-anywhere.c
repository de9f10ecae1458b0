/* SPDX-License-Identifier: Apache-2.0 */
/* fork() at any moment, in a signal handler that interrupts any function of the library, on any
 * thread.  test-fork-threads.c is about fork() on several threads.
 *
 * Nothing hangs, and every answer is right, in the parent and in the child.  Only a call that was
 * interrupted and goes on in the child may fail there: its socket is the parent's.  If the program
 * itself opened that socket, the two may take each other's messages. */

#include <dlfcn.h>
#include <pthread.h>
#include <sys/auxv.h>
#include <sys/time.h>
#include <ucontext.h>
#include "answers.h"
#include "netns.h"
#include "processes.h"
#include "signal-safe-malloc.h"
#include "tally.h"

#if defined(__GLIBC_PREREQ)
#if __GLIBC_PREREQ(2, 34)
#define HAVE__FORK 1
#endif
#endif

/* How a child is made: fork(), or _Fork(), which runs no handlers of pthread_atfork(). */
static pid_t (*make_child)(void) = fork;

/* What a child of the handler does. */
enum child {
    USES_LIBRARY,       /* Uses the library in the handler, and leaves. */
    GOES_ON             /* Returns from the handler, and uses the library later. */
};
static enum child child_kind;

/* Whether this process is a child that has gone on. */
static volatile sig_atomic_t in_child;

/* Whether the thread was interrupted by a handler whose child has gone on with the same call. */
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
    } else if (!disturbed || call->is_right != own_socket_works) {
        judge(right);
    }
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

/* After single instructions.
 *
 * The processor's trap flag brings a signal after each instruction, so whatever can be interrupted
 * is. */

#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

#define TRAP_FLAG 0x100

static volatile bool stepping;          /* Whether the next instructions are to be trapped. */
static volatile int n_steps;            /* Number of instructions so far. */
static volatile int fork_every;         /* Instructions from fork to fork, 0 for no forks. */

/* Whether an instruction is the kernel's, to read the clock.  It starts again if the clock has
 * ticked meanwhile, which would be for ever if each round took as long as a fork. */
static bool
reads_clock(greg_t instruction)
{
    unsigned long start = getauxval(AT_SYSINFO_EHDR);

    return (unsigned long) instruction - start < 16384;
}

static void
step(int signr, siginfo_t *info, void *context_)
{
    ucontext_t *context = context_;
    greg_t *registers = context->uc_mcontext.gregs;

    (void) signr;
    (void) info;
    n_steps++;
    if (fork_every && !(n_steps % fork_every) && !reads_clock(registers[REG_RIP])) {
        fork_in_handler();
    }
    if (!stepping || in_child) {
        registers[REG_EFL] &= ~TRAP_FLAG;
    }
}

static void
set_trap_flag(void)
{
    __asm__ volatile ("sub $128, %%rsp; pushfq; orl %0, (%%rsp); popfq; add $128, %%rsp"
                      : : "i" (TRAP_FLAG) : "memory", "cc");
}

static void
clear_trap_flag(void)
{
    __asm__ volatile ("sub $128, %%rsp; pushfq; andl %0, (%%rsp); popfq; add $128, %%rsp"
                      : : "i" (~TRAP_FLAG) : "memory", "cc");
}

/* The library's calls of pthread_sigmask() come here.  While signals are blocked, the flag is off:
 * the kernel ends a process that it cannot bring a trap to. */
int
pthread_sigmask(int how, const sigset_t *set, sigset_t *old)
{
    static int (*real)(int, const sigset_t *, sigset_t *);
    bool pause = stepping && !in_child;
    sigset_t now;
    int error;

    if (pause) {
        clear_trap_flag();
    }
    if (!real) {
        real = (int (*)(int, const sigset_t *, sigset_t *)) dlsym(RTLD_NEXT, "pthread_sigmask");
    }
    error = real(how, set, old);
    if (pause && !real(SIG_BLOCK, NULL, &now) && !sigismember(&now, SIGTRAP)) {
        set_trap_flag();
    }
    return error;
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

/* The call that the test is about, and how often to fork in it at most. */
static const struct call *this_call;
static int most_forks;

static void
fork_after_instructions(void)
{
    int every, n;

    if (runs_slowly()) {
        SKIP("valgrind does not trap single instructions");
    }
    start_counting();
    handle(SIGTRAP, step);
    CHECK(this_call->is_right());
    CHECK(this_call->is_right());
    /* The shorter of two calls: once a second, a call also looks for sockets that have been idle
     * for long, which takes as many instructions as the rest. */
    step_through(this_call, 0);
    n = n_steps;
    step_through(this_call, 0);
    n = n_steps < n ? n_steps : n;
    every = n / most_forks + 1;
    CHECK_INT(counts->forks, 0);
    step_through(this_call, every);
    check_tally(n / every / 2);
    CHECK(all_answers_are_right());
}

/* fork_after_instructions() for each call. */
static void
run_stepping(const char *what, int most)
{
    static char names[N_CALLS][128];
    size_t i;

    most_forks = most;
    for (i = 0; i < N_CALLS; i++) {
        snprintf(names[i], sizeof names[i], "%s: %s", what, calls[i].name);
        this_call = &calls[i];
        tap_run_alone(names[i], fork_after_instructions);
    }
}
#else
static void
run_stepping(const char *what, int most)
{
    (void) what;
    (void) most;
}
#endif

/* At random moments of a program with one thread. */

static unsigned int timer_state = 1;

/* Sends SIGALRM once, soon. */
static void
start_timer(void)
{
    struct itimerval timer = { { 0, 0 }, { 0, 0 } };

    timer.it_value.tv_usec = 20 + random_below(&timer_state, runs_slowly() ? 200000 : 200);
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
    int n = fewer(child_kind == GOES_ON ? 15 : 60);
    size_t i;

    if (SANITIZED) {
        SKIP("the sanitizer's functions cannot be interrupted");
    }
    start_counting();
    handle(SIGALRM, on_alarm);
    for (i = 0; i < N_CALLS; i++) {
        int end = forks_so_far() + n;

        start_timer();
        while (forks_so_far() < end) {
            make_call(&calls[i]);
        }
        setitimer(ITIMER_REAL, &off, NULL);
    }
    check_tally(n * (int) N_CALLS);
    CHECK(all_answers_are_right());
}

/* On any of several threads that are inside the library. */

enum { N_THREADS = 4 };

static _Atomic bool stop;

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
        pause_if_slow();
    }
    return NULL;
}

static void
fork_on_random_threads(void)
{
    pthread_t threads[N_THREADS];
    int n = fewer(child_kind == GOES_ON ? 100 : 400);
    unsigned int state = 1;
    uintptr_t i;

    if (SANITIZED) {
        SKIP("the sanitizer's functions cannot be interrupted");
    }
    start_counting();
    handle(SIGUSR1, on_signal);
    for (i = 0; i < N_THREADS; i++) {
        CHECK_INT(pthread_create(&threads[i], NULL, call_until_stopped, (void *) (i + 1)), 0);
    }
    while (forks_so_far() < n) {
        const struct timespec pause = { 0, 20000 + (long) random_below(&state, 200000) };

        pthread_kill(threads[random_below(&state, N_THREADS)], SIGUSR1);
        nanosleep(&pause, NULL);
    }
    stop = true;
    for (i = 0; i < N_THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    check_tally(n);
    CHECK(all_answers_are_right());
}

static void
fork_without_handlers(void)
{
#ifdef HAVE__FORK
    if (!children_can_tell()) {
        SKIP(WITHOUT_WIPEONFORK);
    }
    make_child = _Fork;
    fork_on_random_threads();
#else
    SKIP("no _Fork()");
#endif
}

int
main(void)
{
    if (!netns_enter()) {
        return EXIT_SUCCESS;
    }
    nlsock_log_set_handler(ignore_line, NULL);
    run_stepping("fork() after an instruction of", 150);
    RUN_ALONE(fork_at_random_moments);
    RUN_ALONE(fork_on_random_threads);
    RUN_ALONE(fork_without_handlers);
    child_kind = GOES_ON;
    run_stepping("going on in a child after an instruction of", 50);
    RUN_ALONE(fork_at_random_moments);
    RUN_ALONE(fork_on_random_threads);
    return tap_done();
}
