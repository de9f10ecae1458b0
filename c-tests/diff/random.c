/* SPDX-License-Identifier: Apache-2.0 */
/* Random operations: the generator, and what is printed after each step.
 *
 * Each step is one line: its number, the number of the buffer, the operation with arguments and
 * result, and every field of the buffer.  The same seed makes the same steps. */

#include "random.h"
#include <stdarg.h>

struct slot slots[N_SLOTS];

static uint64_t state;

void
seed(uint64_t value)
{
    state = value * UINT64_C(0x9e3779b97f4a7c15) + 1;
}

/* xorshift64*. */
uint32_t
below(uint32_t limit)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (uint32_t) ((state * UINT64_C(2685821657736338717)) >> 32) % limit;
}

static char notes[4096];

void
note(const char *format, ...)
{
    size_t used = strlen(notes);
    va_list args;

    va_start(args, format);
    vsnprintf(notes + used, sizeof notes - used, format, args);
    va_end(args);
}

void
note_at(const struct ofpbuf *b, const void *p)
{
    if (p) {
        note(" at %td", (const char *) p - (const char *) ofpbuf_base(b));
    } else {
        note(" null");
    }
}

void
note_bytes(const void *bytes, size_t size)
{
    char text[DESCRIBED];

    describe_bytes(bytes, size, text);
    note(" %s", text);
}

size_t
some_size(void)
{
    switch (below(16)) {
    case 0: return 0;
    case 1: return 60 + below(10);
    case 2: return below(300);
    case 3: return below(64) ? below(100) : below(3000);
    default: return below(33);
    }
}

size_t
size_behind(const struct slot *s)
{
    size_t size = some_size(), room = ofpbuf_tailroom(&s->b);

    return s->b.source == OFPBUF_STACK && size > room ? below((uint32_t) room + 1) : size;
}

size_t
size_before(const struct slot *s)
{
    size_t size = some_size(), room = ofpbuf_headroom(&s->b);

    return s->b.source == OFPBUF_STACK && size > room ? below((uint32_t) room + 1) : size;
}

const uint8_t *
some_bytes(size_t size)
{
    return pattern + below((uint32_t) (sizeof pattern - size));
}

void
fill(void *p, size_t size)
{
    if (size) {
        memcpy(p, some_bytes(size), size);
    }
}

void
moved(struct slot *s)
{
    s->depth = 0;
}

void
start_slot(struct slot *s)
{
    size_t size = some_size() % MEMORY;

    note(" %zu", size);
    moved(s);
    memcpy(s->memory, some_bytes(MEMORY), MEMORY);
    switch (below(7)) {
    case 0: ofpbuf_use_stub(&s->b, s->memory, size); break;
    case 1: ofpbuf_use_stack(&s->b, s->memory, MEMORY); break;
    case 2: ofpbuf_use_const(&s->b, s->memory, size); break;
#ifndef FLAVOUR_2014
    case 3: ofpbuf_use_data(&s->b, s->memory, size); break;
    case 4: {
        struct ds ds = { malloc(size + 1), size / 2, size };

        fill(ds.string, size + 1);
        ofpbuf_use_ds(&s->b, &ds);
        break;
    }
#endif
    default: ofpbuf_init(&s->b, size); break;
    }
}

static const struct operation *
some_operation(void)
{
    const struct {
        const struct operation *operations;
        uint32_t n;
    } kinds[] = {
        { buffer_operations, n_buffer_operations }, { whole_operations, n_whole_operations },
        { message_operations, n_message_operations }, { reading_operations, n_reading_operations },
    };
    uint32_t all = 0, which;
    size_t i;

    for (i = 0; i < N_ELEMENTS(kinds); i++) {
        all += kinds[i].n;
    }
    which = below(all);
    for (i = 0; which >= kinds[i].n; i++) {
        which -= kinds[i].n;
    }
    return &kinds[i].operations[which];
}

static void
step(unsigned long number)
{
    uint32_t index = below(N_SLOTS);
    struct slot *s = &slots[index];
    const struct operation *operation = some_operation();
    char text[512];

    notes[0] = '\0';
    operation->run(s);
    describe(&s->b, text, sizeof text);
    printf("%lu [%u] %s%s => %s\n", number, index, operation->name, notes, text);
    if (ofpbuf_size(&s->b) > LARGE) {
        notes[0] = '\0';
        ofpbuf_uninit(&s->b);
        start_slot(s);
        describe(&s->b, text, sizeof text);
        printf("%lu [%u] anew%s => %s\n", number, index, notes, text);
    }
}

int
random_steps(unsigned long count)
{
    unsigned long i;

    for (i = 0; i < N_SLOTS; i++) {
        start_slot(&slots[i]);
    }
    for (i = 1; i <= count; i++) {
        step(i);
    }
    for (i = 0; i < N_SLOTS; i++) {
        ofpbuf_uninit(&slots[i].b);
    }
    return fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
