#ifndef NLSOCK_GENERATED_NLSOCK_SERVICES_H
#define NLSOCK_GENERATED_NLSOCK_SERVICES_H

/* SPDX-License-Identifier: Apache-2.0 */
/* Generated from the Rust sources: see CONTRIBUTING.md.  Do not edit. */

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Registers a log module of the program. The module gets the level that was last set for all
 * modules. Setting that level later changes the level of this module, too.
 *
 * # Ownership
 * The module must stay until nlsock_log_unregister().
 *
 * # Thread safety
 * Any thread may call it.
 */
void nlsock_log_register(struct vlog_module *module);

/**
 * Removes a log module of the program from the list of modules. Does nothing if the module is not
 * registered.
 *
 * # Thread safety
 * Any thread may call it.
 */
void nlsock_log_unregister(struct vlog_module *module);

/**
 * Sets the level of one log module of the program. The levels and the return values are those of
 * nlsock_log_set_level().
 */
int nlsock_log_set_module_level(struct vlog_module *module, int level);

/**
 * Logs 'text' at the level 'level' for a log module of the program, without checking the level of
 * the module. Does nothing if there is no such level.
 *
 * # Thread safety
 * Any thread may call it.
 */
void nlsock_log(const struct vlog_module *module, int level, const char *text);

/**
 * Returns whether a message of the program, of the level 'level', should not be logged: because
 * there were too many messages under 'limit', or because 'module' does not log that level.
 *
 * # Thread safety
 * Any thread may call it, also with the same 'limit'.
 */
bool nlsock_log_should_drop(const struct vlog_module *module,
                            int level,
                            struct vlog_rate_limit *limit);

/**
 * Makes the next nlsock_poll_block() of this thread wake up when one of 'events' (POLLIN, POLLOUT,
 * ...) occurs on 'fd'.
 */
void nlsock_poll_fd_wait(int fd, short events);

/**
 * Makes the next nlsock_poll_block() of this thread wake up after 'msec' milliseconds, or at once
 * if 'msec' is not positive.
 */
void nlsock_poll_timer_wait(long long msec);

/**
 * Makes the next nlsock_poll_block() of this thread wake up when nlsock_time_msec() reaches
 * 'when', which is in milliseconds.
 */
void nlsock_poll_timer_wait_until(long long when);

/**
 * Blocks until one of the conditions occurs that this thread has set since its last
 * nlsock_poll_block(), or until a signal handler has run. Then forgets the conditions. This
 * function is a cancellation point.
 */
void nlsock_poll_block(void);

/**
 * Returns the time of the monotonic clock in milliseconds.
 *
 * # Thread safety
 * Any thread may call it.
 */
long long nlsock_time_msec(void);

/**
 * Returns the text for an errno value.
 *
 * # Ownership
 * The string stays the library's: it is valid until this thread calls the function again or ends.
 *
 * # Thread safety
 * Any thread may call it.
 */
const char *nlsock_strerror(int error);

/**
 * Sets the program's name to the last component of the path 'name'.
 *
 * # Ownership
 * The string is copied.
 *
 * # Thread safety
 * No other thread may be running.
 */
void nlsock_set_program_name(const char *name);

/**
 * Returns the program's name, or an empty string if none was set.
 *
 * # Ownership
 * The string stays the library's, and is valid until the process ends.
 */
const char *nlsock_program_name(void);

/**
 * Logs that the assertion 'condition' failed in 'function' at the source location 'where', and
 * aborts.
 */
void nlsock_assert_failure(const char *where,
                           const char *function,
                           const char *condition) __attribute__((noreturn));

/**
 * Logs that memory is exhausted, and aborts.
 */
void nlsock_out_of_memory(void) __attribute__((noreturn));

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* NLSOCK_GENERATED_NLSOCK_SERVICES_H */
