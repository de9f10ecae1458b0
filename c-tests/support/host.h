/* SPDX-License-Identifier: Apache-2.0 */
/* A stand-in for the services of an Open vSwitch process that the library uses if they are there:
 * log, coverage counters, poll loop, assertion hook.  It records the arguments of the calls. */

#ifndef HOST_H
#define HOST_H 1

#include <errno.h>
#include <stdarg.h>
#include <time.h>
#include "netlink-socket.h"
#include "tap.h"

struct vlog_module {
    struct list list;
    const char *name;
    int levels[3];
    int min_level;
    bool honor_rate_limits;
};

struct coverage_counter {
    const char *name;
    unsigned int (*count)(void);
    unsigned long long int total, last_total;
    unsigned int min[12], hr[60];
};

struct vlog_rate_limit {
    unsigned int rate, burst, tokens;
    long long int last_fill;
    time_t first_dropped, last_dropped;
    unsigned int n_dropped;
    struct ovs_mutex mutex;
};

/* All log modules.  The test defines it, with the modules that are there from the start. */
extern struct list vlog_modules;

static struct coverage_counter *counters[10];
static int n_counters;

static char text[4096];
static const struct vlog_module *text_module;
static struct vlog_rate_limit *text_limit;
static bool drop;

static int waited_fd;
static short waited_events;
static const char *waited_where;

struct vlog_module *vlog_module_from_name(const char *name);
void list_insert(struct list *before, struct list *elem);
void vlog_valist(const struct vlog_module *, int level, const char *format, va_list);
bool vlog_should_drop(const struct vlog_module *, int level, struct vlog_rate_limit *);
void coverage_counter_register(struct coverage_counter *);
void poll_fd_wait_at(int fd, short events, const char *where);
void ovs_assert_failure(const char *where, const char *function, const char *condition);

void
list_insert(struct list *before, struct list *elem)
{
    elem->prev = before->prev;
    elem->next = before;
    before->prev->next = elem;
    before->prev = elem;
}

void
vlog_valist(const struct vlog_module *module, int level, const char *format, va_list args)
{
    size_t used = strlen(text);

    text_module = module;
    used += (size_t) snprintf(text + used, sizeof text - used, "%d ", level);
    vsnprintf(text + used, sizeof text - used, format, args);
    errno = EXDEV;
}

bool
vlog_should_drop(const struct vlog_module *module, int level, struct vlog_rate_limit *limit)
{
    text_limit = limit;
    return drop || module->min_level < level;
}

void
coverage_counter_register(struct coverage_counter *counter)
{
    counters[n_counters++] = counter;
}

void
poll_fd_wait_at(int fd, short events, const char *where)
{
    waited_fd = fd;
    waited_events = events;
    waited_where = where;
}

void
ovs_assert_failure(const char *where, const char *function, const char *condition)
{
    fprintf(stderr, "host: %s|%s|%s\n", where, function, condition);
    _exit(42);
}

static inline struct vlog_module *
find_module(const char *name)
{
    struct vlog_module *found = NULL;
    struct list *node;

    for (node = vlog_modules.next; node != &vlog_modules; node = node->next) {
        struct vlog_module *module = (struct vlog_module *) node;

        if (!strcmp(module->name, name)) {
            CHECK(!found);
            found = module;
        }
    }
    return found;
}

struct vlog_module *
vlog_module_from_name(const char *name)
{
    return find_module(name);
}

/* Returns how much the counter has grown since the last call. */
static inline unsigned int
news(const char *name)
{
    int i;

    for (i = 0; i < n_counters; i++) {
        if (!strcmp(counters[i]->name, name)) {
            return counters[i]->count();
        }
    }
    CHECK(!"no such counter");
    return 0;
}

#endif /* host.h */
