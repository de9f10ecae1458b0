/* SPDX-License-Identifier: Apache-2.0 */
/* Random scripts: see generator.h. */

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "generator-internal.h"

struct script script;
static uint64_t random_state;
static const uint8_t *choices;  /* Used instead of random numbers; null for random numbers. */
static size_t n_choices;

/* splitmix64: small, and the same everywhere. */
static uint64_t
random_number(void)
{
    uint64_t z = random_state += 0x9e3779b97f4a7c15u;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* The next choice of 'n'; the first one, which is the smallest or the usual one, if the bytes are
 * used up. */
static int
choose(int n)
{
    uint32_t value = 0;

    for (int range = n - 1; range; range >>= 8) {
        if (!n_choices) {
            return 0;
        }
        value = value << 8 | *choices++;
        n_choices--;
    }
    return (int) (value % (uint32_t) n);
}

int
below(int n)
{
    if (choices) {
        return choose(n);
    }
    return (int) (random_number() % (uint64_t) n);
}

bool
percent(int n)
{
    /* Without bytes, the answer is no. */
    return choices ? choose(100) >= 100 - n : below(100) < n;
}

const char *
any(const char *const *list, int n)
{
    return list[below(n)];
}

void
add(const char *format, ...)
{
    struct lines *lines = script.lines;
    va_list args;

    if (lines->n >= MAX_LINES) {
        abort();
    }
    va_start(args, format);
    if (vasprintf(&lines->line[lines->n], format, args) < 0) {
        abort();
    }
    va_end(args);
    lines->n++;
}

/* In percent. */
static const int feature_chances[N_FEATURES] = {
    [FAULTS] = 60, [SMALL_BUFFERS] = 30, [NO_MEMORY] = 15, [SOCKETS] = 40, [DEADLINES] = 25,
    [CONTROL] = 20, [STALE] = 30, [NETFILTER] = 20, [DESCRIPTORS] = 15, [FORKS] = 10,
    [THREADS] = 15,
};

static void
start(void)
{
    static const char *const options[] = { "pktinfo", "ext-ack", "cap-ack", "strict-check" };

    add("do acks %s", percent(80) ? "default" : "every");
    if (script.has[SMALL_BUFFERS]) {
        add("socket buffer %d", 3000 + below(60000));
        if (percent(30)) {
            add("socket send-buffer %d", 4608 + below(60000));
        }
    }
    if (script.has[FAULTS] && percent(5)) {
        add("socket without %s", ANY_OF(options));
    }
    if (script.has[SOCKETS]) {
        open_own();
        if (percent(50)) {
            open_own();
        }
    }
}

/* A socket of the program works again, too. */
static void
recovery_of_own(int i)
{
    add("do timeout 0 on %c", 'a' + i);
    add("do drain on %c", 'a' + i);
    add("do transact ack on %c", 'a' + i);
    add("expect request %d success", ++script.n_requests);
    add("expect invariants");
}

/* Once nothing is wrong with the kernel, nothing is with the library. */
static void
recovery(void)
{
    add("calm");
    add("do timeout 0");
    if (script.taken) {
        /* What the pool does not know yet would fail once. */
        add("do flush");
    }
    add("do transact ack");
    add("expect request %d success", ++script.n_requests);
    add("expect invariants");
    add("request %d: reply 33 bytes", script.n_requests + 2);
    add("request %d: refuse EEXIST", script.n_requests + 3);
    add("do batch 3 ack 1,3");
    add("expect request %d success", script.n_requests + 1);
    add("expect request %d reply 33 bytes", script.n_requests + 2);
    add("expect request %d error EEXIST", script.n_requests + 3);
    add("expect invariants");
    script.n_requests += 3;
    add("dump %d: part 2 messages of 40; part 1 messages of 52; done", ++script.n_dumps);
    add("do dump");
    add("expect dump %d 3 messages error 0", script.n_dumps);
    add("expect invariants");
    for (int i = 0; i < MAX_OWN && !script.taken; i++) {
        if (script.own[i]) {
            recovery_of_own(i);
        }
    }
    add("expect dumping = 0");
}

static void
make(struct lines *made)
{
    int steps;

    memset(&script, 0, sizeof script);
    script.lines = made;
    made->n = 0;
    for (int i = 0; i < N_FEATURES; i++) {
        script.has[i] = percent(feature_chances[i]);
    }
    script.has[SMALL_BUFFERS] &= !script.has[NO_MEMORY];
    if (choices) {
        /* These would disturb the fuzzer, which is in the same process. */
        script.has[DESCRIPTORS] = script.has[FORKS] = script.has[THREADS] = false;
    }
    start();
    steps = 1 + below(4);
    for (int i = 0; i < steps; i++) {
        step();
    }
    recovery();
}

void
generate(struct lines *made, unsigned long long seed, unsigned long long number)
{
    choices = NULL;
    random_state = seed * 1000003u + number;
    random_number();
    make(made);
}

void
generate_from(struct lines *made, const uint8_t *bytes, size_t size)
{
    choices = bytes;
    n_choices = size;
    make(made);
}
