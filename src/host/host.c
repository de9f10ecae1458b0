/* SPDX-License-Identifier: Apache-2.0 */
/* Access to the log, the counters, the poll loop and the assertion handler of Open vSwitch, if the
 * process contains it.
 *
 * The functions are weak references: their addresses are null if the process does not have them.
 * This is C because Rust assumes that the address of a function is never null.  The prototypes are
 * those of Open vSwitch 2.3.90 and, with NLSOCK_OVS3, of 3.1. */

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

/* The times in struct vlog_rate_limit have this size in the Rust code, which otherwise would write
 * past the structure of a host. */
_Static_assert(sizeof(time_t) == sizeof(long), "a time_t of 64 bits on a platform of 32 bits");

#define WEAK __attribute__((weak))

struct coverage_counter;
struct list;
struct vlog_module;

#ifdef NLSOCK_OVS3
void vlog_insert_module(void *module) WEAK;
#else
extern struct list vlog_modules WEAK;
void list_insert(struct list *before, struct list *elem) WEAK;
#endif
struct vlog_module *vlog_module_from_name(const char *name) WEAK;
void vlog_valist(const void *module, int level, const char *format, va_list) WEAK;
bool vlog_should_drop(const void *module, int level, void *rate_limit) WEAK;
void coverage_counter_register(void *counter) WEAK;
void poll_fd_wait_at(int fd, short events, const char *where) WEAK;
void ovs_assert_failure(const char *where, const char *function, const char *condition) WEAK;

/* The log modules and counters of the original's netlink code.  The process contains them if this
 * library was preloaded before a shared libopenvswitch.  Constructors of the original register them
 * with Open vSwitch, before or after the constructor of this library.  Their addresses are known
 * already. */
#ifdef NLSOCK_OVS3
extern struct vlog_module *VLM_netlink_socket WEAK;
extern struct vlog_module *VLM_netlink WEAK;
#define ORIGINAL_MODULE(NAME) (&VLM_##NAME ? VLM_##NAME : NULL)
#else
extern struct vlog_module VLM_netlink_socket WEAK;
extern struct vlog_module VLM_netlink WEAK;
#define ORIGINAL_MODULE(NAME) (&VLM_##NAME)
#endif
extern struct coverage_counter counter_netlink_overflow WEAK;
extern struct coverage_counter counter_netlink_received WEAK;
extern struct coverage_counter counter_netlink_recv_jumbo WEAK;
extern struct coverage_counter counter_netlink_sent WEAK;

/* Returns whether the process has Open vSwitch's log.  All of the functions must be there: another
 * program may have, for example, a list_insert() of its own. */
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

/* Adds 'module' to Open vSwitch's list of log modules.  Its list element is its first field. */
void
nlsock_host_log_register(void *module)
{
#ifdef NLSOCK_OVS3
    vlog_insert_module(module);
#else
    list_insert(&vlog_modules, module);
#endif
}

/* Returns the original's log module 'name'; null if there is none.  If the original does not
 * export its modules, this finds a module only after the original's constructor has registered
 * it. */
void *
nlsock_host_log_module(const char *name)
{
    void *module = NULL;

    if (!strcmp(name, "netlink_socket")) {
        module = ORIGINAL_MODULE(netlink_socket);
    } else if (!strcmp(name, "netlink")) {
        module = ORIGINAL_MODULE(netlink);
    }
    if (!module && vlog_module_from_name) {
        module = vlog_module_from_name(name);
    }
    return module;
}

/* Calls vlog_valist() with the arguments of 'format'. */
static void
call_vlog_valist(const void *module, int level, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vlog_valist(module, level, format, args);
    va_end(args);
}

void
nlsock_host_log(const void *module, int level, const char *message)
{
    call_vlog_valist(module, level, "%s", message);
}

bool
nlsock_host_log_should_drop(const void *module, int level, void *rate_limit)
{
    return vlog_should_drop(module, level, rate_limit);
}

/* Returns the original's counter 'name'; null if there is none.  Open vSwitch has no function to
 * find a registered counter. */
void *
nlsock_host_counter(const char *name)
{
    const struct {
        const char *name;
        void *counter;
    } counters[] = {
        { "netlink_overflow", &counter_netlink_overflow },
        { "netlink_received", &counter_netlink_received },
        { "netlink_recv_jumbo", &counter_netlink_recv_jumbo },
        { "netlink_sent", &counter_netlink_sent },
    };
    size_t i;

    for (i = 0; i < sizeof counters / sizeof counters[0]; i++) {
        if (!strcmp(name, counters[i].name)) {
            return counters[i].counter;
        }
    }
    return NULL;
}

/* The following functions return false if the process does not have the function that they call. */

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
