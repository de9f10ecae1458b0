/* SPDX-License-Identifier: Apache-2.0 */
/* Random steps: what the program does. */

#include <stdio.h>
#include <string.h>
#include "generator-internal.h"

#define MAX_SELECTION 300

/* NETLINK_ROUTE, a number without a meaning here, NETLINK_GENERIC, NETLINK_NETFILTER. */
static const int protocols[] = { 0, 4, 16, 12 };

/* The socket to which the requests of a step go. */
static const char *
where(void)
{
    static char text[20];
    int i = below(MAX_OWN);

    text[0] = '\0';
    if (script.own[i] && percent(60)) {
        snprintf(text, sizeof text, " on %c", 'a' + i);
    } else if (percent(script.has[SOCKETS] ? 40 : 10)) {
        snprintf(text, sizeof text, " protocol %d", protocols[below(4)]);
    }
    return text;
}

/* Adds 'i' to a selection that starts with 'word'. */
static void
choose(char *selection, const char *word, int i)
{
    size_t used = strlen(selection);

    if (used) {
        snprintf(selection + used, MAX_SELECTION - used, ",%d", i);
    } else {
        snprintf(selection, MAX_SELECTION, " %s %d", word, i);
    }
}

/* Types of NETLINK_ROUTE: some whose failure is always reported, and others.  By default, an
 * acknowledgement stands for several of the first kind only (src/socket/transact/acks.rs).  Not 16
 * and 17, which begin and end a batch of NETLINK_NETFILTER. */
static const char *
type_of_requests(void)
{
    static const char *const types[] = {
        " type 18", " type 19", " type 20", " type 21", " type 24", " type 25", " type 26",
        " type 28", " type 32", " type 36", " type 104",
    };

    return percent(35) ? types[below((int) (sizeof types / sizeof types[0]))] : "";
}

static void
transactions(void)
{
    int n = percent(30) ? 1 : 1 + below(percent(70) ? 6 : 40);
    int first = script.n_requests + 1, last = script.n_requests + n;
    char acks[MAX_SELECTION] = "", no_replies[MAX_SELECTION] = "";
    int policy = below(3), without_reply = percent(30) ? 95 : 15;
    const char *start;

    for (int i = 1; i <= n; i++) {
        bool ack = policy == 0 || (policy == 1 && percent(50));

        request_rules(ack, first + i - 1, first, last);
        if (ack) {
            choose(acks, "ack", i);
        }
        if (percent(without_reply)) {
            choose(no_replies, "no-reply", i);
        }
    }
    faults(first, last);
    start = events();
    if (n == 1 && percent(70)) {
        add("%s transact%s%s%s%s", start, where(), acks, no_replies,
            percent(10) ? " until-reply" : "");
    } else {
        add("%s batch %d%s%s%s%s%s%s bytes %d", start, n, where(), acks, no_replies,
            percent(5) ? " until-reply" : percent(10) ? " one-datagram" : "",
            type_of_requests(), percent(25) ? " one-ack" : "",
            percent(80) ? 12 + below(100) : 12 + below(2000));
    }
    add("expect invariants");
    script.n_requests = last;
}

/* Requests, some of which are a netfilter batch. */
static void
netfilter(void)
{
    int n = 2 + below(percent(80) ? 8 : 150);
    int begin = percent(70) ? 1 : 1 + below(n);
    int end = percent(70) ? n : begin + below(n - begin + 1);
    int first = script.n_requests + 1;
    char acks[MAX_SELECTION] = "";
    int policy = below(3);
    const char *start;

    for (int i = 1; i <= n && i <= 60; i++) {
        bool ack = policy == 0 || (policy == 1 && percent(50));

        if (ack) {
            choose(acks, "ack", i);
        }
        if (i < begin || i > end) {
            request_rules(ack, first + i - 1, first, first + n - 1);
        } else if (percent(30)) {
            netfilter_rules(ack, first + i - 1);
        }
    }
    faults(first, first + n - 1);
    start = events();
    add("%s batch %d netfilter %d-%d%s bytes %d", start, n, begin, end, acks,
        12 + below(percent(80) ? 100 : 1000));
    add("expect invariants");
    script.n_requests += n;
}

static void
dump(void)
{
    const char *start;
    char options[100] = "";

    dump_rules(++script.n_dumps);
    if (percent(20)) {
        faults(1, 1);
    }
    start = percent(30) ? events() : "do";
    if (percent(30)) {
        snprintf(options, sizeof options, " stop %d", below(8));
    }
    if (script.has[DEADLINES] && percent(30)) {
        snprintf(options + strlen(options), sizeof options - strlen(options), " slow %d",
                 below(300));
    }
    if (script.has[FORKS] && percent(40)) {
        snprintf(options + strlen(options), sizeof options - strlen(options), " fork %d%s",
                 below(5), percent(40) ? " quietly" : "");
    }
    if (script.has[SOCKETS] && percent(30)) {
        snprintf(options + strlen(options), sizeof options - strlen(options), " protocol %d",
                 protocols[below(4)]);
    }
    add("%s dump%s buffer %d", start, options, 16 + below(8192));
    add("expect invariants");
}

static void
lookup(void)
{
    static const char *const answers[] = {
        "family 30", "family 30 mcgroup events 4", "refuse ENOENT", "nothing", "ack",
        "family 30 length 20 cut 8", "family 0", "reply 8 bytes", "family 30 lost", "garbage 30",
    };

    add("lookup *: %s", ANY_OF(answers));
    if (percent(20)) {
        faults(1, 1);
    }
    add("%s lookup random%s", percent(30) ? events() : "do", percent(30) ? " group events" : "");
}

static void
deliver(void)
{
    int n = below(10);

    if (n < 5) {
        add("deliver reply %d bytes seq %d; empty", below(100),
            percent(20) ? 0 : FAR + below(2000));
    } else if (n < 7 && script.has[STALE]) {
        add("deliver reply %d bytes seq 0 late %d ms; reply 20 bytes seq 0 late %d ms", below(100),
            below(500), below(1500));
    } else if (n < 8 && script.has[CONTROL]) {
        add("deliver noop seq 0; %s seq 0", percent(30) ? "overrun" : "reply 20 bytes");
    } else {
        add("clock %d ms", below(200000));
    }
}

/* What a program does with a socket of its own beside transactions. */
static void
own_socket(void)
{
    char name = (char) ('a' + below(MAX_OWN));
    int n = below(10);

    if (!script.own[name - 'a']) {
        open_own();
    } else if (n < 2) {
        add("do drain on %c", name);
    } else if (n < 4) {
        add("do recv on %c", name);
    } else if (n < 5) {
        add("do send on %c ack", name);
        script.n_requests++;
    } else if (n < 6) {
        add("do join %d on %c", below(4), name);
    } else if (n < 7) {
        add("%s destroy %c", events(), name);
        script.own[name - 'a'] = false;
    } else {
        /* The call blocks: something has to come, or the thread be cancelled. */
        if (script.has[THREADS] && percent(60)) {
            /* Without a rule of an earlier line that would take the place of this one. */
            add("calm");
            add("call recv cancels");
            add("do thread recv on %c wait", name);
        } else {
            add("deliver reply %d bytes seq 0", below(100));
            add("%s recv on %c wait", events(), name);
        }
    }
    add("expect invariants");
}

static void
deadline(void)
{
    int i = below(MAX_OWN);
    int milliseconds = percent(20) ? 0 : 1 + below(percent(50) ? 50 : 2000);

    if (script.own[i] && percent(50)) {
        add("do timeout %d on %c", milliseconds, 'a' + i);
    } else {
        add("do timeout %d", milliseconds);
    }
}

static void
descriptor(void)
{
    add("descriptor %s %s", percent(30) ? "*" : percent(50) ? "1" : "2",
        percent(50) ? "closed" : "reused");
    script.taken = true;
}

void
open_own(void)
{
    for (int i = 0; i < MAX_OWN; i++) {
        if (!script.own[i]) {
            add("do create %c protocol %d", 'a' + i, protocols[below(4)]);
            script.own[i] = true;
            return;
        }
    }
}

void
step(void)
{
    int n = below(100);

    if (script.has[DEADLINES] && percent(30)) {
        deadline();
    }
    if (script.has[FORKS] && percent(15)) {
        add("do fork%s", percent(50) ? " quietly" : "");
    }
    if (script.has[DESCRIPTORS] && percent(20)) {
        descriptor();
    }
    if (script.has[NETFILTER] && percent(40)) {
        netfilter();
    } else if (script.has[SOCKETS] && percent(20)) {
        own_socket();
    } else if (n < 60) {
        transactions();
    } else if (n < 80) {
        dump();
    } else if (n < 88) {
        lookup();
    } else if (n < 97) {
        deliver();
    } else {
        add("do flush");
    }
}
