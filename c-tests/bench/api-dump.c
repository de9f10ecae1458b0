/* SPDX-License-Identifier: Apache-2.0 */
/* Dumps of routes, every one of which is parsed. */

#include <stdatomic.h>
#include "api.h"
#include "threads.h"

#define N_ATTRS (RTA_GATEWAY + 1)

static const struct nl_policy policy[N_ATTRS] = {
    [RTA_DST] = { .type = NL_A_U32, .optional = true },
    [RTA_OIF] = { .type = NL_A_U32, .optional = true },
    [RTA_GATEWAY] = { .type = NL_A_U32, .optional = true },
};

/* Routes that the table has at least. */
static long n_routes;

void
set_up_dump(long size)
{
    n_routes = size;
}

static void
start(struct nl_dump *dump)
{
    struct ofpbuf request;

    ofpbuf_init(&request, 0);
    put_getroute(&request);
    nl_dump_start(dump, NETLINK_ROUTE, &request);
    ofpbuf_uninit(&request);
}

/* Returns how many routes this thread got. */
static long
take(struct nl_dump *dump)
{
    uint64_t stub[NL_DUMP_BUFSIZE / 8];
    struct nlattr *attrs[N_ATTRS];
    struct ofpbuf reply, buf;
    long count = 0;

    ofpbuf_use_stub(&buf, stub, sizeof stub);
    while (nl_dump_next(dump, &reply, &buf)) {
        MUST(nl_policy_parse(&reply, NLMSG_HDRLEN + sizeof(struct rtmsg), policy, attrs, N_ATTRS));
        MUST(attrs[RTA_DST]);
        count++;
    }
    ofpbuf_uninit(&buf);
    return count;
}

long
run_dump(long n)
{
    struct nl_dump dump;
    long total = 0;
    long i;

    for (i = 0; i < n; i++) {
        long count;

        start(&dump);
        count = take(&dump);
        MUST(!nl_dump_done(&dump));
        MUST(count >= n_routes);
        total += count;
    }
    return total;
}

static struct nl_dump shared;
static atomic_long shared_count;

static void
take_share(long n)
{
    (void) n;
    shared_count += take(&shared);
}

long
run_dump_threads(long n)
{
    long i;

    shared_count = 0;
    for (i = 0; i < n; i++) {
        start(&shared);
        in_threads(2, take_share, 1);
        MUST(!nl_dump_done(&shared));
    }
    MUST(shared_count >= n * n_routes);
    return shared_count;
}
