/* SPDX-License-Identifier: Apache-2.0 */
/* Requests as bytes, for the drivers that do not use the library's interface.  The driver of bare
 * system calls has one open socket and one buffer, and reads only the part of an answer that shows
 * whether it is the right one. */

#ifndef RAW_H
#define RAW_H 1

#include <unistd.h>
#include "driver.h"
#include "routes.h"

/* The kernel's datagrams are smaller. */
#define RAW_BUFFER 65536

struct link_request {
    struct nlmsghdr header;
    struct ifinfomsg ifi;
};

static inline struct link_request
link_request(int ifindex)
{
    struct link_request r;

    memset(&r, 0, sizeof r);
    r.header.nlmsg_len = sizeof r;
    r.header.nlmsg_type = RTM_GETLINK;
    r.header.nlmsg_flags = NLM_F_REQUEST;
    r.ifi.ifi_index = ifindex;
    return r;
}

struct dump_request {
    struct nlmsghdr header;
    struct rtmsg rtm;
};

static inline struct dump_request
dump_request(void)
{
    struct dump_request r;

    memset(&r, 0, sizeof r);
    r.header.nlmsg_len = sizeof r;
    r.header.nlmsg_type = RTM_GETROUTE;
    r.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    r.rtm.rtm_family = AF_INET;
    return r;
}

/* Two batches, of even and of odd routes if the kernel is to echo them. */
struct raw_batch {
    long n;
    bool ack, echo;
    struct route_request *requests[2];
};

static inline void
make_raw_batch(struct raw_batch *b, long size, uint16_t flags)
{
    int odd;
    long i;

    b->n = size;
    b->ack = (flags & NLM_F_ACK) != 0;
    b->echo = (flags & NLM_F_ECHO) != 0;
    for (odd = 0; odd < 2; odd++) {
        b->requests[odd] = calloc((size_t) size, sizeof *b->requests[odd]);
        MUST(b->requests[odd]);
        for (i = 0; i < size; i++) {
            b->requests[odd][i] = route_request(i, b->echo && odd, flags);
        }
    }
}

/* Sends a batch and takes the answers.  Null in place of 'requests' means that it makes them,
 * too. */
typedef void batch_function(const struct route_request *requests);

/* Runs the batches in turn, 'n' times.  Returns the number of requests. */
static inline long
repeat_batches(const struct raw_batch *b, batch_function *do_batch, long n)
{
    static unsigned int turn;
    long i;

    for (i = 0; i < n; i++) {
        do_batch(b->requests[turn++ % 2]);
    }
    return n * b->n;
}

/* The same with requests that are made each time. */
static inline long
repeat_batch_build(const struct raw_batch *b, batch_function *do_batch, long n)
{
    long i;

    for (i = 0; i < n; i++) {
        do_batch(NULL);
    }
    return n * b->n;
}

/* raw.c: a socket that is connected to the kernel. */
int raw_socket(int protocol);

/* raw-transact.c */
void set_up_raw_refused(long size);
void set_up_raw_getlink(long size);
long run_raw_refused(long n);
long run_raw_getlink(long n);
void set_up_raw_refused_threads(long size);
long run_raw_refused_threads(long n);
long run_raw_new_thread(long n);
void set_up_raw_batch_quiet(long size);
void set_up_raw_batch_ack(long size);
void set_up_raw_batch_echo(long size);
long run_raw_batch(long n);
long run_raw_batch_build(long n);

/* raw-names.c */
void set_up_raw_names(long size);
long run_raw_family(long n);
long run_raw_group(long n);

/* raw-dump.c */
void set_up_raw_dump(long size);
long run_raw_dump(long n);
long run_raw_dump_threads(long n);

#endif /* raw.h */
