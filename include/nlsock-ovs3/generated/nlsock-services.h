#ifndef NLSOCK_GENERATED_NLSOCK_SERVICES_H
#define NLSOCK_GENERATED_NLSOCK_SERVICES_H

/* Generated from the Rust sources: see CONTRIBUTING.md.  Do not edit. */

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Adds a log module of the program, which must stay until nlsock_log_unregister().
 */
void nlsock_log_register(struct vlog_module *module);

/**
 * Forgets a log module of the program.
 */
void nlsock_log_unregister(struct vlog_module *module);

/**
 * nlsock_log_set_level() for one module of the program.
 */
int nlsock_log_set_module_level(struct vlog_module *module, int level);

/**
 * Logs 'text' for a module of the program, whatever the module's level.
 */
void nlsock_log(const struct vlog_module *module, int level, const char *text);

/**
 * Returns whether 'limit' says that a message of the program is one too many.
 */
bool nlsock_log_should_drop(const struct vlog_module *module,
                            int level,
                            struct vlog_rate_limit *limit);

/**
 * Makes the thread's next nlsock_poll_block() wake up when one of 'events' occurs on 'fd'.
 */
void nlsock_poll_fd_wait(int fd, short events);

/**
 * Makes the thread's next nlsock_poll_block() wake up after 'msec' milliseconds, at once if that
 * is not positive.
 */
void nlsock_poll_timer_wait(long long msec);

/**
 * Makes the thread's next nlsock_poll_block() wake up when nlsock_time_msec() reaches 'when'.
 */
void nlsock_poll_timer_wait_until(long long when);

/**
 * Blocks until something happens that the thread asked for since its last call, or a signal is
 * handled.
 */
void nlsock_poll_block(void);

/**
 * Returns the monotonic clock in milliseconds.
 */
long long nlsock_time_msec(void);

/**
 * Returns the text for an errno value, good until the thread's next call.
 */
const char *nlsock_strerror(int error);

/**
 * Sets the program's name to a copy of 'name' without its directories. Not to be called while
 * other threads run.
 */
void nlsock_set_program_name(const char *name);

/**
 * Returns the program's name, empty if it was not set.
 */
const char *nlsock_program_name(void);

/**
 * Logs a failed assertion and aborts.
 */
void nlsock_assert_failure(const char *where,
                           const char *function,
                           const char *condition) __attribute__((noreturn));

/**
 * Ends the process for want of memory.
 */
void nlsock_out_of_memory(void) __attribute__((noreturn));

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* NLSOCK_GENERATED_NLSOCK_SERVICES_H */
