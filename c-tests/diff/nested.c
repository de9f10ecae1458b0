/* SPDX-License-Identifier: Apache-2.0 */
/* Attributes within attributes: started, ended, taken back, wrapped. */

#include "cases.h"

static struct ofpbuf b;
static size_t n;

static void
start(void)
{
    ofpbuf_init(&b, 0);
    nl_msg_put_u32(&b, 1, 2);
}

static void
leave(void)
{
    show("leaves", &b);
    ofpbuf_uninit(&b);
}

static void
end(void)
{
    size_t offset;

    start();
    offset = nl_msg_start_nested(&b, 0x8000 | 5);
    say("offset %zu", offset);
    nl_msg_put_uninit(&b, n);
    memset((char *) ofpbuf_data(&b) + offset + 4, 0x11, ofpbuf_size(&b) - offset - 4);
    nl_msg_end_nested(&b, offset);
    leave();
}

static void
end_bytes(void)
{
    size_t offset;

    start();
    offset = nl_msg_start_nested(&b, 5);
    ofpbuf_put_zeros(&b, n);
    nl_msg_end_nested(&b, offset);
    leave();
}

static void
end_at(void)
{
    start();
    ofpbuf_put_zeros(&b, 8);
    nl_msg_end_nested(&b, n);
    leave();
}

#ifndef FLAVOUR_2014
static void
end_non_empty(void)
{
    size_t offset;

    start();
    offset = nl_msg_start_nested(&b, 5);
    ofpbuf_put_zeros(&b, n);
    say("dropped %d", nl_msg_end_non_empty_nested(&b, offset));
    leave();
}

static void
cancel(void)
{
    size_t offset;

    start();
    offset = nl_msg_start_nested(&b, 5);
    ofpbuf_put_zeros(&b, n);
    nl_msg_cancel_nested(&b, offset);
    leave();
}

/* Without an attribute at that offset, the result is undefined. */
static void
cancel_at(void)
{
    start();
    nl_msg_cancel_nested(&b, n);
    show_fields("leaves", &b);
    ofpbuf_uninit(&b);
}

static void
reset_size(void)
{
    start();
    nl_msg_reset_size(&b, n);
    show_fields("leaves", &b);
    ofpbuf_uninit(&b);
}

static void
with_flag(void)
{
    start();
    say("offset %zu", start_nested_with_flag(&b, (uint16_t) n));
    leave();
}

static void
wrap(void)
{
    start();
    wrap_nested(&b, 9, 4, n);
    leave();
}
#endif

/* Three levels, of which one is taken back. */
static void
levels(void)
{
    size_t outer, middle, inner;

    start();
    outer = nl_msg_start_nested(&b, 10);
    nl_msg_put_u8(&b, 11, 0xee);
    middle = nl_msg_start_nested(&b, 12);
    inner = nl_msg_start_nested(&b, 13);
    nl_msg_put_string(&b, 14, "inner");
    nl_msg_end_nested(&b, inner);
    show("inner", &b);
    nl_msg_end_nested(&b, middle);
    show("middle", &b);
    nl_msg_put_nested(&b, 15, (char *) ofpbuf_data(&b) + 200, 0);
    nl_msg_end_nested(&b, outer);
    leave();
}

void
subject_nested(void)
{
    static const struct {
        const char *name;
        void (*run)(void);
        bool places;
    } operations[] = {
        { "end_nested", end, false }, { "end_nested unpadded", end_bytes, false },
        { "end_nested at", end_at, true },
#ifndef FLAVOUR_2014
        { "end_non_empty_nested", end_non_empty, false }, { "cancel_nested", cancel, false },
        { "cancel_nested at", cancel_at, true }, { "reset_size", reset_size, true },
        { "start_nested_with_flag", with_flag, false }, { "wrap_nested", wrap, false },
#endif
    };
    /* Sizes that are put; the first few are also places, of which the last is none. */
    enum { PLACES = 6 };
    static const size_t sizes[] = {
        0, 1, 3, 4, 8, 12, 13, 16, 17, 20, 1000, 65524, 65528, 65530, 65531, 65532, 65535, 65536,
        131068
    };
    size_t i, j;

    for (i = 0; i < N_ELEMENTS(operations); i++) {
        for (j = 0; j < (operations[i].places ? PLACES : N_ELEMENTS(sizes)); j++) {
            n = sizes[j];
            attempt(operations[i].run, "%s %zu", operations[i].name, n);
        }
    }
    attempt(levels, "levels");
}
