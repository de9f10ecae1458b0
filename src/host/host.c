/* What the process may bring along: Open vSwitch's log, counters, poll loop and assertion hook.
 *
 * These are weak references, which only C can take the address of reliably: Rust folds it to
 * non-null.  The contract is section "Host services" of the 2014 interface; the prototypes are
 * those of Open vSwitch 2.3.90 and, with NLSOCK_OVS3, of 3.1. */

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#define WEAK __attribute__((weak))

struct list;

#ifdef NLSOCK_OVS3
void vlog_insert_module(void *module) WEAK;
#else
extern struct list vlog_modules WEAK;
void list_insert(struct list *before, struct list *elem) WEAK;
#endif
void vlog_valist(const void *module, int level, const char *format, va_list) WEAK;
bool vlog_should_drop(const void *module, int level, void *rate_limit) WEAK;
void coverage_counter_register(void *counter) WEAK;
void poll_fd_wait_at(int fd, short events, const char *where) WEAK;
void ovs_assert_failure(const char *where, const char *function, const char *condition) WEAK;

/* Either all of the host's log is used or nothing: a stray list_insert() in some other program
 * is not a host. */
bool
nlsock_host_has_log(void)
{
#ifdef NLSOCK_OVS3
    bool has_list = vlog_insert_module;
#else
    bool has_list = &vlog_modules && list_insert;
#endif

    return has_list && vlog_valist && vlog_should_drop;
}

/* Puts 'module', whose list element comes first, on the host's list. */
void
nlsock_host_log_register(void *module)
{
#ifdef NLSOCK_OVS3
    vlog_insert_module(module);
#else
    list_insert(&vlog_modules, module);
#endif
}

static void
relay(const void *module, int level, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vlog_valist(module, level, format, args);
    va_end(args);
}

void
nlsock_host_log(const void *module, int level, const char *message)
{
    relay(module, level, "%s", message);
}

bool
nlsock_host_log_should_drop(const void *module, int level, void *rate_limit)
{
    return vlog_should_drop(module, level, rate_limit);
}

/* These return false where the host has no such service. */

bool
nlsock_host_counter_register(void *counter)
{
    if (!coverage_counter_register) {
        return false;
    }
    coverage_counter_register(counter);
    return true;
}

bool
nlsock_host_poll_fd_wait(int fd, short events, const char *where)
{
    if (!poll_fd_wait_at) {
        return false;
    }
    poll_fd_wait_at(fd, events, where);
    return true;
}

bool
nlsock_host_assert_failure(const char *where, const char *function, const char *condition)
{
    if (!ovs_assert_failure) {
        return false;
    }
    ovs_assert_failure(where, function, condition);
    return true;
}
