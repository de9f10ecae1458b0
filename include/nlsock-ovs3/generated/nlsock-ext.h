#ifndef NLSOCK_GENERATED_NLSOCK_EXT_H
#define NLSOCK_GENERATED_NLSOCK_EXT_H

/* Generated from the Rust sources: see CONTRIBUTING.md.  Do not edit. */

/**
 * Numbers of events since the process started, or since nlsock_counters_reset().
 */
struct nlsock_counters {
  /**
   * Receives that reported that messages were lost (ENOBUFS).
   */
  uint64_t overflow;
  /**
   * Datagrams received.
   */
  uint64_t received;
  /**
   * Messages received that were longer than the room that was there for them: the allocation of
   * their buffer.
   */
  uint64_t recv_jumbo;
  /**
   * Messages sent.
   */
  uint64_t sent;
  /**
   * Messages that the kernel dropped. The kernel counts them; its count is read when a receive
   * fails with ENOBUFS.
   */
  uint64_t dropped;
  /**
   * Requests sent again because their replies may have been lost.
   */
  uint64_t resent;
  /**
   * Messages ignored because they did not answer a request that was waiting for a reply.
   */
  uint64_t stale;
  /**
   * Messages of other processes that were discarded: see nlsock_sock_set_kernel_only().
   */
  uint64_t spoofed;
  /**
   * Sockets from the pool that were closed after use instead of being returned to it: either
   * messages may still have been in their receive queues, or the sockets must not be used again.
   */
  uint64_t discarded;
};

/**
 * A function that gets log messages: see nlsock_log_set_handler().
 */
typedef void (*nlsock_log_handler)(void *aux, int level, const char *module, const char *text);

/**
 * What the kernel reported about a failure beyond an errno value: its extended acknowledgement
 * ("extack"). Offsets are in bytes from the start of the request's header; 0 means unknown.
 */
struct nlsock_extack {
  /**
   * The errno value; 0 if nothing failed.
   */
  int error;
  /**
   * The offset of the attribute that the kernel objects to.
   */
  uint32_t offset;
  /**
   * The number of attribute types in 'path'.
   */
  uint32_t n_path;
  /**
   * The types of the nested attributes that contain the attribute at 'offset', the outermost
   * first, and then the type of that attribute itself. If there are more than 8 types, the last
   * ones are left out.
   */
  uint16_t path[8];
  /**
   * Whether the request lacks an attribute that the kernel requires.
   */
  bool missing;
  /**
   * The type of the missing attribute. Only if 'missing'.
   */
  uint32_t missing_type;
  /**
   * The offset of the nested attribute that lacks the missing attribute; 0 if the top level of
   * the message lacks it. Only if 'missing'.
   */
  uint32_t missing_nest;
  /**
   * The kernel's error text, cut after 255 bytes; empty if there is none.
   */
  char message[256];
};

/**
 * Details of a dump that has ended.
 */
struct nlsock_dump_result {
  /**
   * The errno value in the message that ends the dump; 0 if that message contains none.
   * nl_dump_done() returns this value only after nlsock_set_strict_dumps().
   */
  int error;
  /**
   * Whether the table changed during the dump (NLM_F_DUMP_INTR). If so, entries may be missing
   * or appear twice.
   */
  bool interrupted;
  /**
   * Whether the message that ends the dump arrived.
   */
  bool complete;
  /**
   * The number of messages, without the one that ends the dump.
   */
  uint64_t messages;
  /**
   * The extended acknowledgement in the message that ends or refuses the dump.
   */
  struct nlsock_extack extack;
};

/**
 * Where a message came from.
 */
struct nlsock_source {
  /**
   * The port id of the sender; 0 for the kernel.
   */
  uint32_t port_id;
  /**
   * The multicast group that the message was sent to; 0 for none.
   */
  uint32_t group;
  /**
   * Whether the message came from another network namespace.
   */
  bool has_nsid;
  /**
   * The id that the other namespace has in the socket's own namespace. Only if 'has_nsid'.
   */
  int nsid;
};

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Fills in '*counters', whose size is 'size' (pass sizeof *counters). Fields that the library does
 * not know are set to 0.
 *
 * # Thread safety
 * Any thread may call it.
 */
void nlsock_counters(struct nlsock_counters *counters, size_t size);

/**
 * Makes the counts of nlsock_counters() start at 0 again. Open vSwitch's coverage counters are not
 * reset.
 *
 * # Thread safety
 * Any thread may call it.
 */
void nlsock_counters_reset(void);

/**
 * Sets the level of the log to 'level', one of NLSOCK_LOG_OFF to NLSOCK_LOG_DBG: messages of less
 * severe levels are not logged.
 *
 * # Return value
 * - 0: the level is set.
 * - EINVAL: there is no such level.
 * - EOPNOTSUPP: the process has Open vSwitch's log. Use its "vlog/set".
 *
 * # Thread safety
 * Any thread may call it.
 */
int nlsock_log_set_level(int level);

/**
 * Makes log messages go to 'handler' instead of standard error. 'aux' is passed to the handler. If
 * 'handler' is null, messages go to standard error again.
 *
 * The handler gets the level, the name of the log module and the text, without a newline. The
 * library's own texts have at most 2047 bytes; a longer one is cut, and ends in "...".
 *
 * The handler may call the library, but must not use the socket or the dump that the interrupted
 * function works on. Transactions of the handler replace those that nlsock_last_extack() and
 * nlsock_batch_extack() report on.
 *
 * The handler may be left by longjmp() or by a C++ exception, and the thread may be cancelled in
 * it. The library loses neither memory nor descriptors then. The interrupted function has no
 * result: do not use what it would have returned or stored. There are two exceptions:
 * - If the function stores the address of a new socket or buffer, the stored pointer is now null,
 *   or the caller must free the object.
 * - A dump must still be ended by nl_dump_done(). So that this also works if nl_dump_start() was
 *   interrupted, set its 'dump' to zeros before the call.
 *
 * # Return value
 * 0, or EOPNOTSUPP if the process has Open vSwitch's log.
 *
 * # Ownership
 * The strings passed to the handler are valid until it returns.
 *
 * # Thread safety
 * Any thread may call this function. The handler may be called by any thread, and by several at
 * the same time. For a moment, other threads may still call the previous handler.
 */
int nlsock_log_set_handler(nlsock_log_handler handler, void *aux);

/**
 * Fills in '*result', whose size is 'size' (pass sizeof *result), with details of the last dump
 * that this thread ended by nl_dump_done() or nlsock_dump_all().
 */
void nlsock_dump_result(struct nlsock_dump_result *result, size_t size);

/**
 * If 'strict', makes nl_dump_done() also return the errno value in the message that ends a dump,
 * and EINTR if the table changed during the dump. Off by default, since the original library
 * ignores both. Applies to all threads.
 *
 * # Thread safety
 * Any thread may call it.
 */
void nlsock_set_strict_dumps(bool strict);

/**
 * Dumps a whole table into one buffer: sends 'request' on a socket of 'protocol' from the pool, as
 * nl_dump_start() does, and collects the messages. If the table changed during the dump, dumps it
 * again, up to 'tries' times in all. Stops after 'timeout_ms' milliseconds; 0 means no limit.
 *
 * # Return value
 * On success, 0, and '*replyp' holds all messages, one after the other; nl_msg_next() gets each of
 * them. Otherwise '*replyp' is null, and the value is one of:
 * - EINTR: the table changed during each of the dumps.
 * - ETIMEDOUT: the time limit passed.
 * - EMSGSIZE: the messages have more than 2 GiB in all.
 * - Another positive errno value: an error of nl_dump_done(), or the errno value in the message
 *   that ends the dump.
 *
 * # Ownership
 * 'request' stays the caller's; its header is changed as by nl_dump_start(). The caller frees the
 * reply with ofpbuf_delete().
 *
 * # Thread safety
 * Any thread may call it.
 */
int nlsock_dump_all(int protocol,
                    const struct ofpbuf *request,
                    unsigned int tries,
                    unsigned int timeout_ms,
                    struct ofpbuf **replyp);

/**
 * Fills in '*extack', whose size is 'size' (pass sizeof *extack), with what the kernel reported
 * about the last transaction, lookup or dump of this thread that failed. If several transactions
 * of a batch failed, this is the last of them.
 */
void nlsock_last_extack(struct nlsock_extack *extack, size_t size);

/**
 * Fills in '*extack', whose size is 'size' (pass sizeof *extack), with what the kernel reported
 * about the transaction at 'index' of the last batch of this thread. A single transaction or a
 * lookup is a batch of one. If the kernel reported nothing but an errno value, or the transaction
 * did not fail, sets all fields to 0.
 *
 * # Return value
 * Whether the kernel reported more than an errno value.
 */
bool nlsock_batch_extack(size_t index, struct nlsock_extack *extack, size_t size);

/**
 * Sets a time limit of 'timeout_ms' milliseconds on 'sock', for each nl_sock_recv() that waits and
 * for each batch of transactions; 0, the default, means no limit. What is not done within the
 * limit fails with ETIMEDOUT. The socket stays usable: later calls ignore replies that arrive
 * late.
 *
 * In a batch, nothing is sent after the limit. The kernel may have carried out requests whose
 * error is ETIMEDOUT.
 *
 * If 'sock' is null, sets the limit for all sockets of the pool: for each batch of transactions
 * that starts later, and for each later dump as a whole. Lookups have no limit, since the kernel
 * answers them at once.
 *
 * # Thread safety
 * Any thread may call it, also while others use 'sock'.
 */
void nlsock_sock_set_timeout(struct nl_sock *sock, unsigned int timeout_ms);

/**
 * If 'kernel_only', makes 'sock' discard datagrams that other processes sent, whatever they contain,
 * and count them as 'spoofed'. Off by default.
 *
 * # Thread safety
 * Any thread may call it, also while others use 'sock'.
 */
void nlsock_sock_set_kernel_only(struct nl_sock *sock,
                                 bool kernel_only);

/**
 * If 'extended', makes the kernel explain its errno values in the error messages that 'sock'
 * receives (NETLINK_EXT_ACK, since Linux 4.12). In the 2014 interface, this is off by default;
 * nlsock_last_extack() then reports only errno values of nl_sock_transact(). In the 3.x interface, it
 * is on by default. On sockets of the pool it is always on.
 *
 * # Return value
 * 0, or a positive errno value of setsockopt(): ENOPROTOOPT if the kernel does not know the option.
 */
int nlsock_sock_set_extended_acks(struct nl_sock *sock,
                                  bool extended);

/**
 * If 'listen', makes 'sock' also receive multicasts from all network namespaces that have an id
 * (nsid) in the namespace of 'sock'. Off by default.
 *
 * # Return value
 * 0, or a positive errno value of setsockopt(): EPERM without the capability CAP_NET_BROADCAST.
 */
int nlsock_sock_listen_all_nsid(struct nl_sock *sock, bool listen);

/**
 * Does the same as nl_sock_recv(), and fills in '*source', whose size is 'size' (pass sizeof
 * *source), with the origin of the message.
 *
 * The first call on 'sock' sets the socket option NETLINK_PKTINFO, without which the kernel does not
 * report the group. If the kernel refuses the option, the group is 0.
 */
int nlsock_sock_recv_from(struct nl_sock *sock,
                          struct ofpbuf *buf,
                          bool wait,
                          struct nlsock_source *source,
                          size_t size);

/**
 * Closes all idle sockets in the pool. Without this call, a socket that has been idle for a minute
 * is closed when another socket is returned to the pool.
 *
 * # Thread safety
 * Any thread may call it.
 */
void nlsock_pool_flush(void);

/**
 * If 'aware', makes transactions, dumps and lookups use only sockets of the network namespace that
 * the thread is in. Needed if threads change their namespace by setns() or unshare(). The pool then
 * keeps no idle sockets, since each would keep its namespace alive: every call opens a socket, and
 * closes it at its end. Off by default, since that takes about ten system calls. Closes all idle
 * sockets when it is switched on. Applies to all threads.
 *
 * # Thread safety
 * Any thread may call it.
 */
void nlsock_pool_set_netns_aware(bool aware);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* NLSOCK_GENERATED_NLSOCK_EXT_H */
