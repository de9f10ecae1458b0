/* SPDX-License-Identifier: Apache-2.0 */
/* Sizes that do not fit.  Nothing here touches as much memory as it asks for. */

#include "cases.h"

static enum kind kind;
static size_t n;
static struct ofpbuf b;
static void (*operation)(void);

static void reserve(void) { ofpbuf_reserve(&b, n); }
static void prealloc_headroom(void) { ofpbuf_prealloc_headroom(&b, n); }
static void prealloc_tailroom(void) { ofpbuf_prealloc_tailroom(&b, n); }
static void put_uninit(void) { ofpbuf_put_uninit(&b, n); }
static void push_uninit(void) { ofpbuf_push_uninit(&b, n); }

static void
init(void)
{
    ofpbuf_uninit(&b);
    ofpbuf_init(&b, n);
}

static void new_with_headroom(void) { b = *ofpbuf_new_with_headroom(16, n); }
static void use_const(void) { ofpbuf_use_const(&b, pattern, n); }

static void
operate(void)
{
    make(kind, &b);
    operation();
    show_fields("leaves", &b);
}

void
subject_huge(void)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } huges[] = {
        { "put_uninit", put_uninit }, { "push_uninit", push_uninit }, { "reserve", reserve },
        { "prealloc_headroom", prealloc_headroom }, { "prealloc_tailroom", prealloc_tailroom },
        { "init", init }, { "new_with_headroom", new_with_headroom }, { "use_const", use_const },
    };
    static const struct {
        const char *name;
        size_t n;
    } sizes[] = {
        { "UINT32_MAX - 64", UINT32_MAX - 64 }, { "UINT32_MAX - 8", UINT32_MAX - 8 },
        { "UINT32_MAX", UINT32_MAX }, { "UINT32_MAX + 1", (size_t) UINT32_MAX + 1 },
        { "SIZE_MAX / 2", SIZE_MAX / 2 }, { "SIZE_MAX - 8", SIZE_MAX - 8 },
        { "SIZE_MAX", SIZE_MAX },
    };
    void *memory = malloc((size_t) UINT32_MAX + 4096);
    size_t i, j;

    if (!memory) {
        puts("1..0 # SKIP the system gives no process 4 GiB of addresses");
        return;
    }
    free(memory);
    for (i = 0; i < N_ELEMENTS(huges); i++) {
        operation = huges[i].run;
        for (j = 0; j < N_ELEMENTS(sizes); j++) {
            n = sizes[j].n;
            kind = i == 2 ? EMPTY : SMALL;
            attempt(operate, "%s %s", huges[i].name, sizes[j].name);
        }
    }
}
