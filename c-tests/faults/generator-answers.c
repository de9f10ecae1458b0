/* SPDX-License-Identifier: Apache-2.0 */
/* Random rules: what the kernel answers, which system calls fail, what happens before them. */

#include <stdio.h>
#include <string.h>
#include "generator-internal.h"

#define MAX_TEXT 240

static const char *const refusals[] = { "ENOENT", "EEXIST", "EPERM", "EINVAL", "EBUSY", "ENODEV" };
static const char *const failures[] = {
    "ENOMEM", "EACCES", "ECONNREFUSED", "EMSGSIZE", "EBADF", "ENOBUFS",
};

/* Mostly small; some fill the receive buffer, some pass 64 KiB. */
static int
reply_size(void)
{
    int n = below(script.has[NO_MEMORY] ? 900 : 1000);

    return n < 900 ? below(400) : n < 980 ? 3000 + below(1000) : n < 997 ? 60000 + below(8000)
           : 300000;
}

/* Only if an acknowledgement is waited for, since these are only possible then. */
static void
acknowledged_answer(char *text, int id, int last)
{
    int n = below(12);

    if (n < 4) {
        static const char *const late[] = { "ack", "refuse ENOENT", "reply 40 bytes" };

        snprintf(text, MAX_TEXT, "%s late %d ms", ANY_OF(late), below(1500));
    } else if (n < 6) {
        snprintf(text, MAX_TEXT, "%s after poll", percent(50) ? "ack" : "refuse EPERM");
    } else if (n < 8 && id < last) {
        snprintf(text, MAX_TEXT, "%s after request %d", percent(50) ? "ack" : "refuse EPERM",
                 id + 1 + below(last - id));
    } else if (n < 10) {
        snprintf(text, MAX_TEXT, "%s", percent(50) ? "nothing" : "unprocessed");
    } else {
        snprintf(text, MAX_TEXT, "ack seq +%d", FAR + below(1000));
    }
}

/* An answer to a request, as a rule's items. */
static void
answer(char *text, bool ack, int id, int last)
{
    const char *refusal = ANY_OF(refusals);
    const char *verdict_end = ack ? "; ack" : "";
    int bytes = reply_size();
    int n = below(100);

    if (n < 40) {
        snprintf(text, MAX_TEXT, "default");
    } else if (n < 60) {
        snprintf(text, MAX_TEXT, "reply %d bytes%s%s", bytes, verdict_end,
                 ack && percent(30) ? " joined" : "");
    } else if (n < 70) {
        snprintf(text, MAX_TEXT, "refuse %s", refusal);
    } else if (n < 74) {
        snprintf(text, MAX_TEXT, "reply %d bytes joined%s%s", bytes, verdict_end,
                 ack ? " joined" : "");
    } else if (n < 76) {
        snprintf(text, MAX_TEXT, "refuse %s joined", refusal);
    } else if (n < 78 && ack) {
        /* In place of the acknowledgement.  Without one, the reply is the answer. */
        snprintf(text, MAX_TEXT, "reply %d bytes; refuse %s%s", bytes, refusal,
                 percent(50) ? " joined" : "");
    } else if (n < 80) {
        snprintf(text, MAX_TEXT, "reply %d bytes; reply 20 bytes%s%s", bytes,
                 percent(70) ? " joined" : " late 0 ms", verdict_end);
    } else if (n < 82) {
        snprintf(text, MAX_TEXT, "empty; default");
    } else if (n < 84) {
        snprintf(text, MAX_TEXT, "reply 30 bytes seq %s%d; default", percent(50) ? "+" : "-",
                 FAR + below(100));
    } else if (n < 86) {
        snprintf(text, MAX_TEXT, "reply %d bytes cut %d%s", 20 + below(100), 1 + below(30),
                 verdict_end);
    } else if (n < 87) {
        snprintf(text, MAX_TEXT, "garbage %d", 1 + below(100));
    } else if (n < 88) {
        snprintf(text, MAX_TEXT, "refuse EPERM short length 20");
    } else if (ack) {
        acknowledged_answer(text, id, last);
    } else {
        snprintf(text, MAX_TEXT, "reply %d bytes", bytes);
    }
}

/* Puts a control message into the answer, or in its place. */
static void
with_control(char *text)
{
    char answered[MAX_TEXT];
    int n = below(10);

    snprintf(answered, sizeof answered, "%s", text);
    if (n < 4) {
        snprintf(text, MAX_TEXT, "noop; %.200s%s", answered,
                 strchr(answered, ';') || strchr(answered, 'd') == answered ? "" : " joined");
    } else if (n < 7) {
        snprintf(text, MAX_TEXT, "%.200s; noop%s", answered, percent(50) ? " joined" : "");
    } else if (n < 9) {
        snprintf(text, MAX_TEXT, "overrun; %.200s", answered);
    } else {
        snprintf(text, MAX_TEXT, "%.200s; overrun%s", answered, percent(50) ? " joined" : "");
    }
}

/* Puts an answer before it whose number is before those of the round, whose first request is
 * 'first'. */
static void
with_stale(char *text, int id, int first)
{
    static const char *const stale[] = { "ack", "refuse EIO", "reply 24 bytes" };
    char answered[MAX_TEXT];

    snprintf(answered, sizeof answered, "%s", text);
    snprintf(text, MAX_TEXT, "%s seq -%d; %.200s", ANY_OF(stale), id - first + 1 + below(4),
             answered);
}

/* Answers that were lost. */
static void
losses(bool ack, int id)
{
    int n = below(100);

    if (script.has[NO_MEMORY]) {
        if (n < 10) {
            add("request %d%s: refuse %s no-memory", id, percent(70) ? " try 1" : "",
                ANY_OF(refusals));
        }
    } else if (n < 4) {
        add("request %d try 1: %s lost", id, percent(50) ? "refuse EEXIST" : "reply 50 bytes");
    } else if (n < 6 && ack) {
        add("request %d try 1: ack lost", id);
    } else if (n < 7) {
        add("request %d: refuse ENOENT lost", id);
    } else if (n < 8) {
        add("request %d try %d: reply %d bytes; reply 10 bytes lost", id, 1 + below(2), below(100));
    }
}

void
request_rules(bool ack, int id, int first, int last)
{
    char text[MAX_TEXT];

    answer(text, ack, id, last);
    if (script.has[CONTROL] && percent(20)) {
        with_control(text);
    } else if (script.has[STALE] && percent(20)) {
        with_stale(text, id, first);
    } else if (ack && percent(3)) {
        snprintf(text, sizeof text, "ack; reply %d bytes%s", below(200),
                 percent(30) ? " joined" : percent(30) ? " late 5 ms" : "");
    }
    if (strcmp(text, "default")) {
        add("request %d: %s", id, text);
    }
    losses(ack, id);
}

void
netfilter_rules(bool ack, int id)
{
    int n = below(100);

    if (n < 4) {
        add("request %d: refuse %s", id, ANY_OF(refusals));
    } else if (n < 5) {
        add("request %d: refuse ENOMEM", id);
    } else if (n < 10) {
        add("request %d: reply %d bytes%s", id, reply_size(), ack ? "; ack" : "");
    } else if (n < 12 && !script.has[NO_MEMORY]) {
        add("request %d try 1: %s lost", id, ack && percent(50) ? "ack" : "refuse EEXIST");
    } else if (n < 13 && script.has[NO_MEMORY]) {
        add("request %d%s: refuse EPERM no-memory", id, percent(50) ? " try 1" : "");
    }
}

/* Dumps. */

void
dump_rules(int id)
{
    static const char *const others[] = {
        "part 2 messages of 20 lost", "part 1 messages of 20 seq 0", "part 1 messages of 20 seq -9",
        "empty", "garbage 20", "error ENOBUFS", "error ENOMEM", "refuse EIO",
        "part 1 messages of 70000", "part 2 messages of 52 interrupted",
        "part 1 messages of 52 cut 7",
    };
    static const char *const control[] = { "noop", "noop joined", "overrun", "noop seq 0" };
    char text[1000] = "";
    int parts = below(6);
    bool usual = false;         /* The datagram that the next part may join. */

    for (int i = 0; i < parts; i++) {
        size_t used = strlen(text);

        if (script.has[CONTROL] && percent(15)) {
            snprintf(text + used, sizeof text - used, "%s; ", ANY_OF(control));
            usual = false;
        } else if (percent(8)) {
            snprintf(text + used, sizeof text - used, "%s; ", ANY_OF(others));
            usual = false;
        } else if (script.has[STALE] && percent(20)) {
            snprintf(text + used, sizeof text - used, "part %d messages of 24 seq %d; ",
                     1 + below(3), percent(50) ? 0 : FAR + below(10));
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
    add("dump %d: %s", id, percent(4) ? "refuse EOPNOTSUPP" : text);
}

/* System calls. */

static void
failing_calls(int first, int last)
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
    if (percent(8) && !script.has[NO_MEMORY]) {
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

void
faults(int first, int last)
{
    if (script.has[FAULTS]) {
        failing_calls(first, last);
    }
    if (script.has[DESCRIPTORS] && percent(20)) {
        static const char *const calls[] = { "send", "recv", "recv", "getsockopt", "setsockopt" };

        add("call %s number %d finds %s", ANY_OF(calls), 1 + below(4),
            percent(50) ? "closed" : "reused");
        script.taken = true;
    }
}

const char *
events(void)
{
    static const char *const calls[] = { "send", "recv", "recv", "poll", "socket", "close" };

    if (script.has[FORKS] && percent(20)) {
        add("call %s number %d forks", ANY_OF(calls), 1 + below(4));
    }
    if (!script.has[THREADS] || percent(30)) {
        return "do";
    }
    if (percent(60)) {
        add("call %s number %d cancels", ANY_OF(calls), 1 + below(4));
    }
    return "do thread";
}
