#ifndef NLSOCK_GENERATED_NLSOCK_EXT_H
#define NLSOCK_GENERATED_NLSOCK_EXT_H

/* Generated from the Rust sources: see CONTRIBUTING.md.  Do not edit. */

/**
 * Event counts since the process started, or since nlsock_counters_reset().
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
  /**
   * Messages that the kernel dropped, as it said itself when a receive found some lost.
   */
  uint64_t dropped;
  /**
   * Requests sent again because their replies may have been lost.
   */
  uint64_t resent;
  /**
   * Messages ignored because they answered no present request.
   */
  uint64_t stale;
  /**
   * Messages of other processes ignored: see nlsock_sock_set_kernel_only().
   */
  uint64_t spoofed;
  /**
   * Pooled sockets closed because they were not idle, or of another network namespace.
   */
  uint64_t discarded;
};

/**
 * Receives a log message in place of standard error: 'aux', level, module, text.
 */
typedef void (*nlsock_log_handler)(void *aux, int level, const char *module, const char *text);

/**
 * What the kernel said of a failure beyond an errno value, as far as it said anything. Offsets
 * count bytes from the start of the request's header; 0 stands for unknown.
 */
struct nlsock_extack {
  /**
   * The errno value, 0 if nothing failed.
   */
  int error;
  /**
   * Where the offending attribute starts.
   */
  uint32_t offset;
  /**
   * Number of types in 'path'.
   */
  uint32_t n_path;
  /**
   * The types of the attributes that lead to the offending one, its own last; cut after these.
   */
  uint16_t path[8];
  /**
   * Whether an attribute is missing.
   */
  bool missing;
  /**
   * Its type, if so.
   */
  uint32_t missing_type;
  /**
   * Where the attribute starts that it is missing from, 0 for the message itself.
   */
  uint32_t missing_nest;
  /**
   * Text for people, empty if none; cut after 255 bytes.
   */
  char message[256];
};

/**
 * How a dump went.
 */
struct nlsock_dump_result {
  /**
   * The errno value with which the kernel ended the dump, 0 for none. nl_dump_done() does not
   * tell it unless nlsock_set_strict_dumps() says so.
   */
  int error;
  /**
   * Whether the table changed while it was dumped (NLM_F_DUMP_INTR), so that messages may be
   * missing or there twice.
   */
  bool interrupted;
  /**
   * Whether the kernel announced the end.
   */
  bool complete;
  /**
   * Number of messages, without the announcement of the end.
   */
  uint64_t messages;
  /**
   * What the kernel said beyond that.
   */
  struct nlsock_extack extack;
};

/**
 * Where a message came from.
 */
struct nlsock_source {
  /**
   * Port id of the sender, 0 for the kernel.
   */
  uint32_t port_id;
  /**
   * Multicast group that the message was sent to, 0 for none.
   */
  uint32_t group;
  /**
   * Whether it came from another network namespace.
   */
  bool has_nsid;
  /**
   * That namespace's number in the socket's own namespace, if so.
   */
  int nsid;
};

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Fills in '*counters', whose size in bytes the caller gives as 'size': sizeof *counters. Fields
 * that the library does not know are set to 0. Any thread may call it.
 */
void nlsock_counters(struct nlsock_counters *counters, size_t size);

/**
 * Makes the counts of nlsock_counters() start at 0 again. Open vSwitch's coverage counters go on.
 * Any thread may call it.
 */
void nlsock_counters_reset(void);

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
 * keep the strings. Any thread may call it at any time, several at once; it may call the library,
 * but not use the socket or dump that the message is about. What it transacts counts as the thread's
 * last batch for nlsock_last_extack() and nlsock_batch_extack().
 */
int nlsock_log_set_handler(nlsock_log_handler handler,
                           void *aux);

/**
 * Tells how the last dump went that the thread ended by nl_dump_done() or nlsock_dump_all(), beyond
 * what those return. 'size' is sizeof *result.
 */
void nlsock_dump_result(struct nlsock_dump_result *result, size_t size);

/**
 * Makes nl_dump_done() also return the errno value with which the kernel ended a dump, which the
 * original never told, and EINTR if the table changed while it was dumped. Off at first. For all
 * threads.
 */
void nlsock_set_strict_dumps(bool strict);

/**
 * Dumps a whole table: sends 'request' on a pooled socket of 'protocol', as nl_dump_start() does,
 * and again, up to 'tries' times in all and within 'timeout_ms' milliseconds (0 for no limit), if
 * the table changed meanwhile.
 *
 * Returns 0 and stores in '*replyp' all messages, one behind the other, to be taken off by
 * nl_msg_next(); the caller frees it with ofpbuf_delete(). Or returns a positive errno value and
 * stores null: EINTR if the table never stood still, ETIMEDOUT, EMSGSIZE for more than 2 GiB, or
 * whatever ended the dump. Any thread may call it.
 */
int nlsock_dump_all(int protocol,
                    const struct ofpbuf *request,
                    unsigned int tries,
                    unsigned int timeout_ms,
                    struct ofpbuf **replyp);

/**
 * Tells what the kernel said of the thread's last transaction, batch or dump that failed, beyond
 * its errno value. Of a batch, that is the last transaction in it that failed. 'size' is
 * sizeof *extack.
 */
void nlsock_last_extack(struct nlsock_extack *extack, size_t size);

/**
 * The same of one transaction, by its index, in the last batch of the thread. Returns whether the
 * kernel said anything of it. 'size' is sizeof *extack.
 */
bool nlsock_batch_extack(size_t index, struct nlsock_extack *extack, size_t size);

/**
 * Makes blocking receives and transactions on 'sock' end in ETIMEDOUT after 'timeout_ms'
 * milliseconds; 0, the default, for never. The socket stays usable: what arrives late is ignored.
 * Of a batch, nothing is sent after that; what was sent may have been done although its error is
 * ETIMEDOUT. A null 'sock' stands for all pooled sockets, and so for dumps.
 */
void nlsock_sock_set_timeout(struct nl_sock *sock, unsigned int timeout_ms);

/**
 * Makes 'sock' ignore, and count, what other processes multicast. Off at first.
 */
void nlsock_sock_set_kernel_only(struct nl_sock *sock, bool kernel_only);

/**
 * Makes 'sock' receive multicasts of every network namespace that has a number in its own. Off at
 * first. Returns 0 or a positive errno value: EPERM without the capability CAP_NET_BROADCAST.
 */
int nlsock_sock_listen_all_nsid(struct nl_sock *sock, bool listen);

/**
 * nl_sock_recv() that also tells where the message came from. 'size' is sizeof *source.
 */
int nlsock_sock_recv_from(struct nl_sock *sock,
                          struct ofpbuf *buf,
                          bool wait,
                          struct nlsock_source *source,
                          size_t size);

/**
 * Closes all idle sockets in the pool. Any thread may call it.
 *
 * Without it, a socket that nobody wanted for a minute is closed when the pool is used next.
 */
void nlsock_pool_flush(void);

/**
 * Makes the pool give a thread only sockets of the network namespace that it is in. Off at first,
 * since every use of the pool then costs a system call more. For all threads.
 */
void nlsock_pool_set_netns_aware(bool aware);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* NLSOCK_GENERATED_NLSOCK_EXT_H */
