/* SPDX-License-Identifier: Apache-2.0 */
/* Looks up several links by name, and shows for each whether that worked.
 *
 *   batch-errors NAME...
 *
 *   cc -o batch-errors batch-errors.c $(pkg-config --cflags --libs nlsock)
 *
 * All requests are sent together, which is faster than one after another.  Each has its own result:
 * if one fails, the others can still succeed. */

#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "netlink-socket.h"
#include "netlink.h"
#include "nlsock-ext.h"
#include "ofpbuf.h"

struct lookup {
    struct nl_transaction transaction;
    struct ofpbuf request;
    struct ofpbuf reply;
};

/* Prepares a request for the link 'name'. */
static void
lookup_init(struct lookup *lookup, const char *name)
{
    struct ifinfomsg ifi = { .ifi_family = 0 };

    ofpbuf_init(&lookup->request, 0);
    nl_msg_put_nlmsghdr(&lookup->request, sizeof ifi, RTM_GETLINK, NLM_F_REQUEST);
    nl_msg_put(&lookup->request, &ifi, sizeof ifi);
    nl_msg_put_string(&lookup->request, IFLA_IFNAME, name);

    ofpbuf_init(&lookup->reply, 4096);
    lookup->transaction.request = &lookup->request;
    /* This may be null if the reply is not needed. */
    lookup->transaction.reply = &lookup->reply;
}

/* Prints the result of the lookup with this index in the batch.  Returns whether it succeeded. */
static bool
print_result(const char *name, const struct lookup *lookup, size_t index)
{
    const struct ifinfomsg *ifi = ofpbuf_at(&lookup->reply, NLMSG_HDRLEN, sizeof *ifi);
    struct nlsock_extack extack;

    if (!lookup->transaction.error && ifi) {
        printf("%s: index %d\n", name, ifi->ifi_index);
        return true;
    }
    printf("%s: %s", name, lookup->transaction.error ? strerror(lookup->transaction.error)
                                                     : "the reply is too short");
    /* Has the kernel sent more than an errno value? */
    if (nlsock_batch_extack(index, &extack, sizeof extack)) {
        if (extack.message[0]) {
            printf(": %s", extack.message);
        }
        if (extack.n_path) {
            printf(" (attribute %u, at byte %u of the request)", extack.path[extack.n_path - 1],
                   extack.offset);
        }
    }
    putchar('\n');
    return false;
}

int
main(int argc, char *argv[])
{
    size_t n = (size_t) argc - 1;
    struct lookup *lookups = calloc(n + 1, sizeof *lookups);
    struct nl_transaction **batch = calloc(n + 1, sizeof *batch);
    bool ok = true;

    if (!lookups || !batch) {
        abort();
    }
    for (size_t i = 0; i < n; i++) {
        lookup_init(&lookups[i], argv[i + 1]);
        batch[i] = &lookups[i].transaction;
    }

    /* Returns nothing: the 'error' of each transaction is its result. */
    nl_transact_multiple(NETLINK_ROUTE, batch, n);

    for (size_t i = 0; i < n; i++) {
        ok &= print_result(argv[i + 1], &lookups[i], i);
        ofpbuf_uninit(&lookups[i].request);
        ofpbuf_uninit(&lookups[i].reply);
    }
    free(lookups);
    free(batch);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
