/* Random scripts: see generator.h. */

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "generator.h"

/* Sequence numbers that no request has: this one, or one with this distance. */
#define FAR 1000000

static uint64_t random_state;
static const uint8_t *choices;  /* Used instead of random numbers; null for random numbers. */
static size_t n_choices;
static struct lines *lines;     /* Those that are being made. */

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

static int
below(int n)
{
    if (choices) {
        return choose(n);
    }
    return (int) (random_number() % (uint64_t) n);
}

static bool
percent(int n)
{
    /* Without bytes, the answer is no. */
    return choices ? choose(100) >= 100 - n : below(100) < n;
}

static const char *
any(const char *const *list, int n)
{
    return list[below(n)];
}

#define ANY_OF(LIST) any(LIST, (int) (sizeof LIST / sizeof LIST[0]))

static const char *const refusals[] = { "ENOENT", "EEXIST", "EPERM", "EINVAL", "EBUSY", "ENODEV" };
static const char *const failures[] = {
    "ENOMEM", "EACCES", "ECONNREFUSED", "EMSGSIZE", "EBADF", "ENOBUFS",
};

/* The script as it grows. */

static void __attribute__((format(printf, 1, 2)))
add(const char *format, ...)
{
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

/* Mostly small; some fill the receive buffer, some pass 64 KiB. */
static int
reply_size(void)
{
    int n = below(1000);

    return n < 900 ? below(400) : n < 980 ? 3000 + below(1000) : n < 997 ? 60000 + below(8000)
           : 300000;
}

/* An answer to a request, as a rule's items. */
static void
answer(char *text, size_t size, bool ack, int id, int last)
{
    const char *refusal = ANY_OF(refusals);
    const char *verdict_end = ack ? "; ack" : "";
    int bytes = reply_size();
    int n = below(100);

    if (n < 40) {
        snprintf(text, size, "default");
    } else if (n < 60) {
        snprintf(text, size, "reply %d bytes%s%s", bytes, verdict_end,
                 ack && percent(30) ? " joined" : "");
    } else if (n < 70) {
        snprintf(text, size, "refuse %s", refusal);
    } else if (n < 74) {
        snprintf(text, size, "reply %d bytes joined%s%s", bytes, verdict_end, ack ? " joined" : "");
    } else if (n < 76) {
        snprintf(text, size, "refuse %s joined", refusal);
    } else if (n < 78 && ack) {
        /* In place of the acknowledgement.  Without one, the reply is the answer. */
        snprintf(text, size, "reply %d bytes; refuse %s%s", bytes, refusal,
                 percent(50) ? " joined" : "");
    } else if (n < 80) {
        snprintf(text, size, "reply %d bytes; reply 20 bytes%s%s", bytes,
                 percent(70) ? " joined" : " late 0 ms", verdict_end);
    } else if (n < 82) {
        snprintf(text, size, "empty; default");
    } else if (n < 84) {
        snprintf(text, size, "reply 30 bytes seq %s%d; default", percent(50) ? "+" : "-",
                 FAR + below(100));
    } else if (n < 86) {
        snprintf(text, size, "reply %d bytes cut %d%s", 20 + below(100), 1 + below(30),
                 verdict_end);
    } else if (n < 87) {
        snprintf(text, size, "garbage %d", 1 + below(100));
    } else if (n < 88) {
        snprintf(text, size, "refuse EPERM short length 20");
    } else if (!ack) {
        snprintf(text, size, "reply %d bytes", bytes);
    } else if (n < 92) {
        /* Only if an acknowledgement is waited for, since it is only possible then. */
        static const char *const late[] = { "ack", "refuse ENOENT", "reply 40 bytes" };

        snprintf(text, size, "%s late %d ms", ANY_OF(late), below(1500));
    } else if (n < 94) {
        snprintf(text, size, "%s after poll", percent(50) ? "ack" : "refuse EPERM");
    } else if (n < 96 && id < last) {
        snprintf(text, size, "%s after request %d", percent(50) ? "ack" : "refuse EPERM",
                 id + 1 + below(last - id));
    } else if (n < 98) {
        snprintf(text, size, "%s", percent(50) ? "nothing" : "unprocessed");
    } else {
        snprintf(text, size, "ack seq +%d", FAR + below(1000));
    }
}

/* Rules for request 'id', which the step's requests up to 'last' follow. */
static void
request_rules(bool ack, int id, int last)
{
    char text[200];
    int n = below(100);

    answer(text, sizeof text, ack, id, last);
    if (strcmp(text, "default")) {
        add("request %d: %s", id, text);
    }
    if (n < 4) {
        add("request %d try 1: %s lost", id, percent(50) ? "refuse EEXIST" : "reply 50 bytes");
    } else if (n < 6 && ack) {
        add("request %d try 1: ack lost", id);
    } else if (n < 7) {
        add("request %d: refuse ENOENT lost", id);
    } else if (n < 8) {
        add("request %d try %d: reply %d bytes; reply 10 bytes lost", id, 1 + below(2), below(100));
    }
}

static void
faults(int first, int last)
{
    if (percent(10)) {
        add("call recv number %d fails EINTR %d times", 1 + below(3), 1 + below(4));
    }
    if (percent(5)) {
        add("call send fails EINTR %d times", 1 + below(4));
    }
    if (percent(5)) {
        add("call poll fails EINTR %d times", 1 + below(4));
    }
    if (percent(8)) {
        add("call recv number %d fails ENOBUFS %d times", 1 + below(6), 1 + below(3));
    }
    if (percent(4)) {
        add("call recv number %d fails %s %s", 1 + below(6), ANY_OF(failures),
            percent(20) ? "always" : "1 times");
    }
    if (percent(4)) {
        add("call send of request %d fails %s %s", first + below(last - first + 1),
            ANY_OF(failures), percent(60) ? "always" : "1 times");
    }
    if (percent(2)) {
        add("call send fails %s %d times", ANY_OF(failures), 1 + below(3));
    }
    if (percent(2)) {
        add("call socket fails EMFILE");
    }
    if (percent(1)) {
        add("call poll fails ENOMEM");
    }
    if (percent(3)) {
        add("call %s fails ENOMEM", percent(50) ? "getsockname" : "getsockopt");
    }
}

/* The socket to which the requests of a step go. */
static const char *
where(bool own)
{
    return own && percent(50) ? " on a" : percent(10) ? " protocol 4" : "";
}

static void
transactions(int *n_requests, bool own)
{
    int n = percent(30) ? 1 : 1 + below(percent(70) ? 6 : 40);
    int first = *n_requests + 1, last = *n_requests + n;
    char acks[300] = "", no_replies[300] = "";
    int policy = below(3);

    for (int i = 1; i <= n; i++) {
        bool ack = policy == 0 || (policy == 1 && percent(50));
        size_t used = strlen(acks);

        request_rules(ack, first + i - 1, last);
        if (ack) {
            snprintf(acks + used, sizeof acks - used, "%s%d", used ? "," : " ack ", i);
        }
        used = strlen(no_replies);
        if (percent(15)) {
            snprintf(no_replies + used, sizeof no_replies - used, "%s%d",
                     used ? "," : " no-reply ", i);
        }
    }
    faults(first, last);
    if (n == 1 && percent(70)) {
        add("do transact%s%s%s", where(own), acks, no_replies);
    } else {
        add("do batch %d%s%s%s bytes %d", n, where(own), acks, no_replies,
            percent(80) ? 12 + below(100) : 12 + below(2000));
    }
    add("expect invariants");
    *n_requests = last;
}

static void
dump(int *n_dumps)
{
    static const char *const others[] = {
        "part 2 messages of 20 lost", "part 1 messages of 20 seq 0", "part 1 messages of 20 seq -9",
        "empty", "garbage 20", "error ENOBUFS", "error ENOMEM", "refuse EIO",
        "part 1 messages of 70000", "part 2 messages of 52 interrupted",
        "part 1 messages of 52 cut 7",
    };
    char text[1000] = "";
    int parts = below(6);
    bool usual = false;         /* The datagram that the next part may join. */

    for (int i = 0; i < parts; i++) {
        size_t used = strlen(text);

        if (percent(8)) {
            snprintf(text + used, sizeof text - used, "%s; ", ANY_OF(others));
            usual = false;
        } else {
            snprintf(text + used, sizeof text - used, "part %d messages of %d%s; ",
                     1 + below(percent(80) ? 5 : 40), 4 * below(75),
                     usual && percent(10) ? " joined" : "");
            usual = true;
        }
    }
    if (percent(5)) {
        strcat(text, "nothing");
    } else if (percent(5)) {
        strcat(text, "done EINVAL");
    } else {
        strcat(text, usual && parts && percent(30) ? "done joined" : "done");
    }
    ++*n_dumps;
    add("dump %d: %s", *n_dumps, percent(4) ? "refuse EOPNOTSUPP" : text);
    if (percent(20)) {
        faults(1, 1);
    }
    if (percent(30)) {
        add("do dump stop %d buffer %d", below(8), 16 + below(8192));
    } else {
        add("do dump buffer %d", 16 + below(8192));
    }
    add("expect invariants");
}

static void
other(bool own)
{
    static const char *const lookups[] = {
        "family 30", "family 30 mcgroup events 4", "refuse ENOENT", "nothing", "ack",
        "family 30 length 20 cut 8", "family 0", "reply 8 bytes", "family 30 lost", "garbage 30",
    };
    int n = below(5);

    if (n == 0) {
        add("lookup *: %s", ANY_OF(lookups));
        add("do lookup random%s", percent(30) ? " group events" : "");
    } else if (n == 1) {
        add("clock %d ms", below(200000));
    } else if (n == 2) {
        add("deliver reply %d bytes seq %d; empty", below(100),
            percent(20) ? 0 : FAR + below(2000));
    } else if (own) {
        add(n == 3 ? "do drain on a" : "do recv on a");
    }
}

/* Once nothing is wrong with the kernel, nothing is with the library. */
static void
recovery(int n_requests, int n_dumps)
{
    add("calm");
    add("do transact ack");
    add("expect request %d success", n_requests + 1);
    add("expect invariants");
    add("request %d: reply 33 bytes", n_requests + 3);
    add("request %d: refuse EEXIST", n_requests + 4);
    add("do batch 3 ack 1,3");
    add("expect request %d success", n_requests + 2);
    add("expect request %d reply 33 bytes", n_requests + 3);
    add("expect request %d error EEXIST", n_requests + 4);
    add("expect invariants");
    add("dump %d: part 2 messages of 40; part 1 messages of 52; done", n_dumps + 1);
    add("do dump");
    add("expect dump %d 3 messages error 0", n_dumps + 1);
    add("expect invariants");
    add("expect dumping = 0");
}

static void
make(struct lines *made)
{
    int steps, n_requests = 0, n_dumps = 0;
    bool own;

    lines = made;
    lines->n = 0;
    steps = 1 + below(3);
    own = percent(30);
    if (percent(30)) {
        add("socket buffer %d", 3000 + below(60000));
    }
    if (own) {
        add("do create a");
    }
    for (int i = 0; i < steps; i++) {
        int n = below(10);

        if (n < 6) {
            transactions(&n_requests, own);
        } else if (n < 8) {
            dump(&n_dumps);
        } else {
            other(own);
        }
    }
    recovery(n_requests, n_dumps);
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
