#ifndef NLSOCK_GENERATED_NLSOCK_EXT_H
#define NLSOCK_GENERATED_NLSOCK_EXT_H

/* Generated from the Rust sources: see CONTRIBUTING.md.  Do not edit. */

/**
 * Event counts since the process started. Later versions may add fields at the end.
 */
struct nlsock_counters {
  /**
   * Receives that found that messages had been lost (ENOBUFS).
   */
  uint64_t overflow;
  /**
   * Datagrams received.
   */
  uint64_t received;
  /**
   * Datagrams received that were larger than the buffer's allocation.
   */
  uint64_t recv_jumbo;
  /**
   * Messages sent.
   */
  uint64_t sent;
};

/**
 * Receives a log message in place of standard error: 'aux', level, module, text.
 */
typedef void (*nlsock_log_handler)(void *aux, int level, const char *module, const char *text);

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Fills in '*counters', whose size in bytes the caller gives as 'size': sizeof *counters. Fields
 * that the library does not know are set to 0. Any thread may call it.
 */
void nlsock_counters(struct nlsock_counters *counters, size_t size);

/**
 * Sets how much is logged: one of NLSOCK_LOG_OFF to NLSOCK_LOG_DBG. Returns 0; EINVAL for another
 * level; EOPNOTSUPP in a process that has Open vSwitch's log, whose "vlog/set" decides there.
 * Any thread may call it.
 */
int nlsock_log_set_level(int level);

/**
 * Makes log messages go to 'handler', with 'aux', in place of standard error; null undoes that.
 * Returns 0, or EOPNOTSUPP in a process that has Open vSwitch's log. Any thread may call it.
 *
 * The handler gets the level, the module's name and the text, without a newline, and must not
 * keep the strings. Any thread may call it at any time, several at once; it may call the library.
 */
int nlsock_log_set_handler(nlsock_log_handler handler, void *aux);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* NLSOCK_GENERATED_NLSOCK_EXT_H */
