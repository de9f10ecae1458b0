/* What the process may bring along: Open vSwitch's log, counters, poll loop and assertion hook.
 *
 * These are weak references, which only C can take the address of reliably: Rust folds it to
 * non-null.  The contract is section "Host services" of the 2014 interface; the prototypes are
 * those of Open vSwitch 2.3.90 and, with NLSOCK_OVS3, of 3.1. */

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

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

/* What the original's objects define.  They are in the process, too, where this library was put
 * before a shared libopenvswitch: then their constructors register these with the host, before or
 * after ours run.  The addresses are there before either. */
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

/* The host's module of the name, or null.  Where the original's data is hidden, the host's list has
 * it once the original's constructor has run. */
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

/* The original's counter of the name, or null.  The host's list of them cannot be seen. */
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
