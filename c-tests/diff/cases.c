/* SPDX-License-Identifier: Apache-2.0 */
/* The program: names the cases, prints what happens, runs a subject. */

#include "cases.h"
#include <inttypes.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

uint8_t pattern[70000];

static const char *subject_name;
static char case_name[128];
static int *line;               /* Shared with the children. */

/* Cases. */

static void
set_name(const char *format, va_list args)
{
    vsnprintf(case_name, sizeof case_name, format, args);
    *line = 0;
}

/* Prints what was logged after the last line. */
static void
end_case(void)
{
    if (is_logged()) {
        say("logged");
    }
}

void
begin_case(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    set_name(format, args);
    va_end(args);
}

void
say(const char *format, ...)
{
    char key[sizeof case_name + 64];
    va_list args;

    snprintf(key, sizeof key, "%s/%s.%d", subject_name, case_name, ++*line);
    say_log(key);
    printf("%s: ", key);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
}

void
attempt(void (*function)(void), const char *format, ...)
{
    va_list args;
    pid_t child;
    int status;

    va_start(args, format);
    set_name(format, args);
    va_end(args);
    fflush(stdout);
    child = fork();
    if (!child) {
        function();
        end_case();
        fflush(stdout);
        _exit(0);
    }
    if (child < 0 || waitpid(child, &status, 0) != child) {
        abort();
    }
    /* The log line about an abort is worded differently on purpose. */
    forget_log("");
    if (status) {
        say("ends by %s", WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "exit()");
    }
}

/* Buffers. */

void
describe_bytes(const void *bytes, size_t size, char *text)
{
    const uint8_t *p = bytes;
    uint64_t hash = UINT64_C(14695981039346656037);
    size_t i;

    *text = '\0';
    if (size > 1 << 20) {
        strcpy(text, "many");
    } else if (size > 32) {
        for (i = 0; i < size; i++) {
            hash = (hash ^ p[i]) * UINT64_C(1099511628211);
        }
        sprintf(text, "#%016" PRIx64, hash);
    } else {
        for (i = 0; i < size; i++) {
            sprintf(text + 2 * i, "%02x", p[i]);
        }
    }
}

static void
describe_pointer(const void *base, const void *p, char *text)
{
    if (p && !base) {
        strcpy(text, "left");
    } else if (p) {
        sprintf(text, "%+" PRIdPTR, (intptr_t) ((uintptr_t) p - (uintptr_t) base));
    } else {
        strcpy(text, "null");
    }
}

static void
describe_fields(const struct ofpbuf *b, char *text, size_t size)
{
    const void *base = ofpbuf_base(b), *data = ofpbuf_data(b);
    uint64_t head = (uintptr_t) data - (uintptr_t) base;
    char at[32], rest[128];

    describe_pointer(base, data, at);
#ifndef FLAVOUR_2014
    {
        char header[32], msg[32];

        describe_pointer(base, b->header, header);
        describe_pointer(base, b->msg, msg);
        sprintf(rest, "header=%s msg=%s", header, msg);
    }
#else
    {
        char frame[32];

        describe_pointer(base, b->frame, frame);
        sprintf(rest, "frame=%s l2.5=%u l3=%u l4=%u", frame, b->l2_5_ofs, b->l3_ofs, b->l4_ofs);
    }
#endif
    snprintf(text, size, "base=%s data=%s size=%u allocated=%u head=%" PRId64 " tail=%" PRId64
             " %s source=%d list=%s", base ? "set" : "null", at, ofpbuf_size(b),
             b->allocated, (int64_t) head, (int64_t) (b->allocated - head - ofpbuf_size(b)), rest,
             b->source, (uintptr_t) b->list_node.prev == UINTPTR_MAX / 15 * 12
             && b->list_node.next == b->list_node.prev ? "poison" : "other");
}

void
describe(const struct ofpbuf *b, char *text, size_t size)
{
    char bytes[DESCRIBED] = "none";
    size_t used;

    describe_fields(b, text, size);
    if (ofpbuf_data(b)) {
        describe_bytes(ofpbuf_data(b), ofpbuf_size(b), bytes);
    }
    used = strlen(text);
    snprintf(text + used, size - used, " bytes=%s", bytes);
}

void
show(const char *what, const struct ofpbuf *b)
{
    char text[512];

    describe(b, text, sizeof text);
    say("%s %s", what, text);
}

void
show_fields(const char *what, const struct ofpbuf *b)
{
    char text[512];

    describe_fields(b, text, sizeof text);
    say("%s %s", what, text);
}

void
show_at(const char *what, const struct ofpbuf *b, const void *p)
{
    char text[32];

    describe_pointer(ofpbuf_base(b), p, text);
    say("%s %s", what, text);
}

const char *const kind_names[N_KINDS] = {
    "empty", "small", "headroom", "full", "stub", "stack", "const", "data"
};

/* Makes 'b' a buffer with up to 8 bytes in it, and of 24 or less. */
void
make(enum kind kind, struct ofpbuf *b)
{
    static uint64_t memory[3];

    memcpy(memory, pattern + 200, sizeof memory);
    switch (kind) {
    case EMPTY: ofpbuf_init(b, 0); return;
    case SMALL: ofpbuf_init(b, 16); break;
    case HEADROOM: ofpbuf_init(b, 24); ofpbuf_reserve(b, 8); break;
    case FULL: ofpbuf_init(b, 8); break;
    case STUB: ofpbuf_use_stub(b, memory, sizeof memory); ofpbuf_reserve(b, 4); break;
    case STACK: ofpbuf_use_stack(b, memory, sizeof memory); ofpbuf_reserve(b, 12); break;
    case CONST: ofpbuf_use_const(b, memory, 8); return;
#ifndef FLAVOUR_2014
    case DATA: ofpbuf_use_data(b, memory, 8); return;
#else
    case DATA: ofpbuf_use_stub(b, memory, 8); break;
#endif
    case N_KINDS: abort();
    }
    ofpbuf_put(b, pattern, 8);
}

/* The program: SUBJECT, or "random COUNT SEED". */

static const struct {
    const char *name;
    subject *run;
} subjects[] = {
    { "buffers", subject_buffers },
    { "huge", subject_huge },
    { "inlines", subject_inlines },
    { "messages", subject_messages },
    { "nested", subject_nested },
    { "attributes", subject_attributes },
    { "validate", subject_validate },
    { "parse", subject_parse },
    { "errors", subject_errors },
    { "sockets", subject_sockets },
    { "groups", subject_groups },
    { "transactions", subject_transactions },
    { "dumps", subject_dumps },
    { "lookups", subject_lookups },
};

int
main(int argc, char *argv[])
{
    static const struct rlimit no_cores = { 0, 0 };
    size_t i;

    for (i = 0; i < sizeof pattern; i++) {
        pattern[i] = (uint8_t) (i * 7 + i / 256 + 1);
    }
    setrlimit(RLIMIT_CORE, &no_cores);
    line = mmap(NULL, sizeof *line, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (line == MAP_FAILED) {
        abort();
    }
    if (argc == 4 && !strcmp(argv[1], "random")) {
        start_log("off");
        seed(strtoull(argv[3], NULL, 10));
        return random_steps(strtoul(argv[2], NULL, 10));
    }
    for (i = 0; argc == 2 && i < N_ELEMENTS(subjects); i++) {
        if (!strcmp(argv[1], subjects[i].name)) {
            subject_name = argv[1];
            /* So that a child that ends early loses nothing. */
            setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
            start_log("dbg");
            subjects[i].run();
            end_case();
            return fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
        }
    }
    for (i = 0; argc == 1 && i < N_ELEMENTS(subjects); i++) {
        puts(subjects[i].name);
    }
    return argc == 1 ? EXIT_SUCCESS : 2;
}
