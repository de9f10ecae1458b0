/* SPDX-License-Identifier: Apache-2.0 */
/* What the cases on the real kernel share: a network namespace of their own, and printing a message
 * without the values that the kernel chooses. */

#ifndef NETWORK_H
#define NETWORK_H 1

#include "cases.h"
#include "kernel.h"
#include "netns.h"

/* Moves to a network namespace that only has lo.  If that is not possible, prints why and ends the
 * program. */
static inline void
enter_network(void)
{
    if (geteuid()) {
        puts("1..0 # SKIP needs root, without which the original has another receive buffer");
        exit(EXIT_SUCCESS);
    }
    if (!netns_enter()) {
        exit(EXIT_SUCCESS);
    }
}

/* Prints what is in 'msg', which is the answer to 'request', or the request itself. */
static inline void
say_message(const char *what, const struct ofpbuf *msg, const struct ofpbuf *request)
{
    const struct nlmsghdr *h = ofpbuf_at(msg, 0, sizeof *h);
    const struct nlmsghdr *asked = nl_msg_nlmsghdr(request);
    uint32_t size = ofpbuf_size(msg);
    char text[DESCRIBED] = "with times in it";
    uint8_t *copy;
    uint32_t i;

    if (!h) {
        say("%s: %u bytes", what, size);
        return;
    }
    if (h->nlmsg_type != RTM_NEWLINK || asked->nlmsg_type != RTM_GETLINK) {
        /* Errors quote the request, with what the library and the kernel choose. */
        copy = malloc(size);
        memcpy(copy, h, size);
        for (i = 16; i + 8 <= size; i += 4) {
            if (!memcmp(copy + i, &asked->nlmsg_seq, 8)) {
                memset(copy + i, 0x77, 8);
            }
        }
        describe_bytes(copy + 16, size - 16, text);
        free(copy);
    }
    say("%s: %u bytes, length %u, type %u, flags %#x, seq %s, port %s, %s", what, size,
        h->nlmsg_len, h->nlmsg_type, h->nlmsg_flags,
        h->nlmsg_seq == asked->nlmsg_seq ? "as asked" : h->nlmsg_seq ? "other" : "0",
        h->nlmsg_pid == asked->nlmsg_pid ? "as asked" : h->nlmsg_pid ? "other" : "0", text);
}

#endif /* network.h */
