/* SPDX-License-Identifier: Apache-2.0 */
/* nl_msg_nlmsgerr(): errors and acknowledgements of the kernel. */

#include "cases.h"
#include <limits.h>

static struct ofpbuf msg;

static void
put_error(uint16_t type, uint16_t flags, int32_t code, uint32_t inner)
{
    struct nlmsgerr e;

    nl_msg_put_nlmsghdr(&msg, 0, type, flags);
    memset(&e, 0, sizeof e);
    e.error = code;
    e.msg.nlmsg_len = inner;
    ofpbuf_put(&msg, &e, sizeof e);
}

static void
look(void)
{
    const char *text = "untouched";
    int error = 12345;
    bool is;

#ifndef FLAVOUR_2014
    is = (nl_msg_nlmsgerr)(&msg, &error, &text);
    say("%d, %d, %s", is, error, text);
    text = "untouched";
    is = (nl_msg_nlmsgerr)(&msg, NULL, &text);
    say("%d, %s", is, text);
    is = (nl_msg_nlmsgerr)(&msg, &error, NULL);
    say("%d, %d", is, error);
    say("%d", (nl_msg_nlmsgerr)(&msg, NULL, NULL));
#else
    is = nl_msg_nlmsgerr(&msg, &error);
    say("%d, %d, %s", is, error, text);
    say("%d", nl_msg_nlmsgerr(&msg, NULL));
#endif
}

static void
cuts(void)
{
    uint32_t size;

    for (size = ofpbuf_size(&msg); size > 12; size--) {
        ofpbuf_set_size(&msg, size);
        look();
    }
}

static void
codes(void)
{
    static const int32_t values[] = {
        0, -1, -2, -17, -133, -4096, 1, 17, INT_MIN, INT_MIN + 1, INT_MAX,
    };
    static const uint16_t types[] = { NLMSG_ERROR, NLMSG_DONE, NLMSG_NOOP, 16 };
    size_t i, j;

    for (i = 0; i < N_ELEMENTS(types); i++) {
        for (j = 0; j < N_ELEMENTS(values); j++) {
            ofpbuf_init(&msg, 0);
            put_error(types[i], 0, values[j], 16);
            attempt(look, "type %d code %d", types[i], values[j]);
            ofpbuf_uninit(&msg);
        }
    }
    ofpbuf_init(&msg, 0);
    put_error(NLMSG_ERROR, 0, -1, 16);
    attempt(cuts, "cut");
    ofpbuf_uninit(&msg);
}

#ifndef FLAVOUR_2014
static void
look_for_words(void)
{
    const char *text = "untouched";
    int error;

    (nl_msg_nlmsgerr)(&msg, &error, &text);
    forget_log("");
    say("%s", text);
}

/* After the error: 'inner' bytes of the request, unless the flags say that it is capped, and an
 * error text. */
static void
words(void)
{
    static const uint16_t flags[] = { 0, 0x100, 0x200, 0x300 };
    static const uint32_t inners[] = { 0, 15, 16, 20, 24, 0x7fffffff, 0xffffffff };
    static const char *const kinds[] = { "text", "open", "short", "other", "twice", "none" };
    size_t i, j, k;

    for (i = 0; i < N_ELEMENTS(flags); i++) {
        for (j = 0; j < N_ELEMENTS(inners); j++) {
            for (k = 0; k < N_ELEMENTS(kinds); k++) {
                ofpbuf_init(&msg, 0);
                put_error(NLMSG_ERROR, flags[i], k ? -22 : -95, inners[j]);
                if (inners[j] > 16 && inners[j] < 100 && !(flags[i] & 0x100)) {
                    ofpbuf_put(&msg, pattern, inners[j] - 16);
                }
                switch (k) {
                case 0: nl_msg_put_string(&msg, 1, "because"); break;
                case 1: nl_msg_put_unspec(&msg, 1, "open", 4); break;
                case 2: nl_msg_put_unspec(&msg, 1, "", 0); break;
                case 3: nl_msg_put_u32(&msg, 2, 77); break;
                case 4: nl_msg_put_string(&msg, 1, "a"); nl_msg_put_string(&msg, 1, "b"); break;
                case 5: break;
                }
                attempt(look, "flags %#x inner %u %s", flags[i], inners[j], kinds[k]);
                ofpbuf_put(&msg, "zz", 2);
                attempt(look, "flags %#x inner %u %s and garbage", flags[i], inners[j], kinds[k]);
                ofpbuf_uninit(&msg);
            }
        }
    }
    ofpbuf_init(&msg, 0);
    put_error(NLMSG_ERROR, 0x300, 0, 16);
    nl_msg_put_string(&msg, 1, "a warning");
    attempt(look, "words on success");
    ofpbuf_uninit(&msg);
    /* The kernel pads what it quotes. */
    ofpbuf_init(&msg, 0);
    put_error(NLMSG_ERROR, 0x200, -22, 17);
    ofpbuf_put(&msg, "x\0\0", 4);
    nl_msg_put_string(&msg, 1, "because");
    attempt(look_for_words, "words behind a request of 17 bytes");
    ofpbuf_uninit(&msg);
}
#endif

void
subject_errors(void)
{
    codes();
#ifndef FLAVOUR_2014
    words();
#endif
}
