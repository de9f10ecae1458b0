#ifndef NLSOCK_GENERATED_NLSOCK_EXT_H
#define NLSOCK_GENERATED_NLSOCK_EXT_H

/* SPDX-License-Identifier: Apache-2.0 */
/* Generated from the Rust sources: see CONTRIBUTING.md.  Do not edit. */

/* The version of these headers: see nlsock_version(). */
#define NLSOCK_VERSION "1.0.0"

/**
 * A flag for nlsock_transact_multiple() and nlsock_dump_start(): only a reply or an error ends a
 * request; an acknowledgement does not.
 */
#define NLSOCK_AWAIT_REPLY 1

/**
 * A flag for nlsock_transact_multiple(): all requests are sent in one datagram, or none is sent.
 */
#define NLSOCK_ONE_DATAGRAM 2

/**
 * A flag for nlsock_dump_start() and nlsock_dump_all_flags(): makes the kernel check the request
 * strictly, as after nlsock_pool_set_strict_checking().
 */
#define NLSOCK_STRICT_CHECKING 4

/**
 * A flag for nlsock_dump_all_flags(): returns the table even if it changed during the dump.
 */
#define NLSOCK_EVEN_IF_CHANGED 8

/**
 * A flag for nlsock_transact_multiple(): one acknowledgement for each datagram suffices.
 */
#define NLSOCK_ONE_ACK 16

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
 * What the kernel requires of an attribute, as far as it reported that (since Linux 5.10).
 */
struct nlsock_extack_policy {
  /**
   * The type of the payload, one of NL_ATTR_TYPE_U8, ... in <linux/netlink.h>; 0 if the kernel
   * reported no requirements.
   */
  uint32_t type;
  /**
   * The least payload size in bytes; 0 if there is no such limit.
   */
  uint32_t min_len;
  /**
   * The greatest payload size in bytes; 0 if there is no such limit.
   */
  uint32_t max_len;
  /**
   * Whether 'min' and 'max' are known.
   */
  bool has_range;
  /**
   * Whether 'min' and 'max' are signed. If so, convert them to int64_t.
   */
  bool is_signed;
  /**
   * The least value. Only if 'has_range'.
   */
  uint64_t min;
  /**
   * The greatest value. Only if 'has_range'.
   */
  uint64_t max;
  /**
   * The bits that may be set in the value; 0 if that is unknown.
   */
  uint64_t mask;
};

/**
 * What the kernel reported beyond success or an errno value: its extended acknowledgement
 * ("extack"). Offsets are in bytes from the start of the request's header; 0 means unknown.
 */
struct nlsock_extack {
  /**
   * The errno value; 0 if nothing failed. The kernel may also comment on a success, mostly with
   * a warning in 'message'.
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
   * The kernel's error text, cut after 255 bytes; empty if there is none. It may contain any
   * character: see nlsock_extack_format().
   */
  char message[256];
  /**
   * The number of bytes in 'cookie'.
   */
  uint32_t cookie_len;
  /**
   * An identifier, whose meaning depends on the protocol.
   */
  uint8_t cookie[20];
  /**
   * What the kernel requires of the attribute at 'offset'.
   */
  struct nlsock_extack_policy policy;
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
 * In a process with Open vSwitch, 'overflow', 'received', 'recv_jumbo' and 'sent' are also in the
 * output of "coverage/show". That has them twice if the library was preloaded over a
 * libopenvswitch that hides its symbols. On MIPS with 32 bits, the counters start at 0 again after
 * 2^32 events.
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
 * When the process starts, the level is that of the environment variable NLSOCK_LOG ("off", "err",
 * "warn", "info" or "dbg"), or NLSOCK_LOG_WARN. Set-user-id programs and programs with file
 * capabilities ignore the variable.
 *
 * The library's own texts have at most 2047 bytes; a longer one is cut, and ends in "...". At the
 * level NLSOCK_LOG_DBG, it logs up to 600 lines at once, and 60 a minute after that.
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
 * The handler gets the level, the name of the log module and the text, without a newline. Texts
 * have at most the length that nlsock_log_set_level() states.
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
 * What an interrupted function holds is released by a later call of the thread, or when the thread
 * ends. If calls are interrupted at ever deeper places of the stack, what they hold beyond 16
 * sockets and buffers is lost. What a call on the stack of a coroutine or of a signal handler
 * holds is released only when the thread ends.
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
 * that this thread ended by nl_dump_done() or nlsock_dump_all(). All fields are 0 if there was
 * none.
 *
 * # Thread safety
 * Any thread may call it; each has results of its own.
 */
void nlsock_dump_result(struct nlsock_dump_result *result, size_t size);

/**
 * If 'strict', makes nl_dump_done() also return the errno value in the message that ends a dump,
 * and EINTR if the table changed during the dump. nl_transact() and similar functions then fail
 * with such an errno value, too. Off by default, since the original library ignores all of this.
 * Applies to all threads.
 *
 * # Thread safety
 * Any thread may call it.
 */
void nlsock_set_strict_dumps(bool strict);

/**
 * Dumps a whole table into one buffer: sends 'request' on a socket of 'protocol' from the pool, as
 * nl_dump_start() does, and collects the messages. If the table changed during the dump, dumps it
 * again, up to 'tries' times in all; 0 means 1. Stops after 'timeout_ms' milliseconds, which is
 * for all dumps together; 0 means no limit. If nlsock_sock_set_timeout() has set a limit for the
 * pool, it applies to each dump as well.
 *
 * # Return value
 * On success, 0, and '*replyp' holds all messages, one after the other; nl_msg_next() gets each of
 * them. Otherwise '*replyp' is null, and the value is one of:
 * - EINTR: the table changed during each of the dumps. nlsock_dump_all_flags() can return the
 *   table all the same.
 * - ETIMEDOUT: the time limit passed.
 * - EMSGSIZE: the messages have more than 2 GiB in all.
 * - EPROTO: the dump stopped before its end; or the kernel acknowledged the request, but sent no
 *   table.
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
 * about the last transaction, lookup or dump of this thread that failed, or that succeeded and on
 * which the kernel commented, mostly with a warning. 'error' is 0 after such a success. A success
 * without a comment changes nothing.
 *
 * Of a batch with several transactions, this is the last one that failed; if none failed, the last
 * one on which the kernel commented. nlsock_batch_extack() reports on each of them.
 *
 * If the message that ends a dump contains an errno value, 'error' has that value, although
 * nl_dump_done() may have returned 0.
 *
 * # Thread safety
 * Any thread may call it; each has results of its own.
 */
void nlsock_last_extack(struct nlsock_extack *extack, size_t size);

/**
 * Fills in '*extack', whose size is 'size' (pass sizeof *extack), with what the kernel reported
 * about the transaction at 'index' of the last batch of this thread, that is, of its last call
 * that carried out transactions. A single transaction or a lookup is a batch of one. 'error' is 0
 * if the transaction succeeded. If the kernel reported nothing but success or an errno value, or
 * if there is no transaction at 'index', sets all fields to 0.
 *
 * The kernel can comment on a success only in an acknowledgement. By default, some transactions of
 * a batch get none of their own: see nlsock_set_every_ack().
 *
 * # Return value
 * Whether the kernel reported more than success or an errno value.
 *
 * # Thread safety
 * Any thread may call it; each has results of its own.
 */
bool nlsock_batch_extack(size_t index, struct nlsock_extack *extack, size_t size);

/**
 * Sets a time limit of 'timeout_ms' milliseconds on 'sock', for each nl_sock_recv() that waits and
 * for each call that carries out transactions. What is not done within the limit fails with
 * ETIMEDOUT. The socket stays usable: later calls ignore replies that arrive late. With 0, the
 * default, nl_sock_recv() waits without a limit, and a transaction waits one second for an
 * acknowledgement that it asked for, or for a reply that it must wait for (NLSOCK_AWAIT_REPLY).
 *
 * After the limit, nothing more is sent. The kernel may have carried out requests whose error is
 * ETIMEDOUT.
 *
 * If 'sock' is null, sets the limit for all sockets of the pool: for each later call that carries
 * out transactions, and for each later dump as a whole. Lookups have no limit, since the kernel
 * answers them at once.
 *
 * # Thread safety
 * Any thread may call it, also while others use 'sock'.
 */
void nlsock_sock_set_timeout(struct nl_sock *sock, unsigned int timeout_ms);

/**
 * If 'kernel_only', makes 'sock' discard datagrams that other processes sent, whatever they
 * contain, and count them as 'spoofed'. Off by default.
 *
 * # Thread safety
 * Any thread may call it, also while others use 'sock'.
 */
void nlsock_sock_set_kernel_only(struct nl_sock *sock, bool kernel_only);

/**
 * If 'extended', makes the kernel explain its errno values in the error messages that 'sock'
 * receives (NETLINK_EXT_ACK, since Linux 4.12). In the 2014 interface, this is off by default;
 * nlsock_last_extack() then reports only errno values of nl_sock_transact(). In the 3.x interface,
 * it is on by default. On sockets of the pool it is always on.
 *
 * # Return value
 * 0, or a positive errno value of setsockopt(): ENOPROTOOPT if the kernel does not know the
 * option. EBADF if the program has closed the descriptor: see nl_sock_fd().
 */
int nlsock_sock_set_extended_acks(struct nl_sock *sock, bool extended);

/**
 * If 'listen', makes 'sock' also receive multicasts from all network namespaces that have an id
 * (nsid) in the namespace of 'sock'. Off by default.
 *
 * # Return value
 * 0, or a positive errno value of setsockopt(): EPERM without the capability CAP_NET_BROADCAST;
 * ENOPROTOOPT if the kernel does not know the option. EBADF if the program has closed the
 * descriptor: see nl_sock_fd().
 */
int nlsock_sock_listen_all_nsid(struct nl_sock *sock, bool listen);

/**
 * Does the same as nl_sock_recv(), and fills in '*source', whose size is 'size' (pass sizeof
 * *source), with the origin of the message.
 *
 * The first call on 'sock' sets the socket option NETLINK_PKTINFO, without which the kernel does
 * not report the group. If the kernel refuses the option, the group is 0.
 *
 * # Return value
 * As for nl_sock_recv(). On failure, all fields of '*source' are 0.
 *
 * # Thread safety
 * As for nl_sock_recv(). Each thread provides a '*source' of its own.
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
 * the thread is in. Needed if threads change their namespace by setns() or unshare(). The pool
 * then keeps no idle sockets, since each would keep its namespace alive: every call opens a
 * socket, and closes it at its end. Off by default, since that takes about ten system calls: a
 * transaction that the kernel refuses takes four to five times as long. Closes all idle sockets
 * when it is switched on. Applies to all threads.
 *
 * # Thread safety
 * Any thread may call it.
 */
void nlsock_pool_set_netns_aware(bool aware);

/**
 * Does the same as nl_transact(), but only a reply or an error ends the transaction. An
 * acknowledgement does not, nor does an empty receive queue.
 *
 * Needed if the kernel replies after it has acknowledged the request, or after send() has
 * returned:
 * - NETLINK_AUDIT: AUDIT_GET, AUDIT_GET_FEATURE, AUDIT_SIGNAL_INFO and AUDIT_TTY_GET. A thread of
 *   the kernel replies (kernel/audit.c). AUDIT_LIST_RULES has many replies: see
 *   nlsock_dump_start().
 * - NETLINK_CONNECTOR: some users of the connector, for example w1, reply in a thread of theirs,
 *   and the kernel never acknowledges a message (drivers/connector/connector.c).
 *
 * NETLINK_ROUTE, NETLINK_GENERIC, NETLINK_NETFILTER, NETLINK_XFRM, NETLINK_SOCK_DIAG,
 * NETLINK_CRYPTO, NETLINK_FIB_LOOKUP and NETLINK_RDMA reply during send(). With these, the
 * function is useful if success without a reply is not acceptable.
 *
 * # Return value
 * As for nl_transact(), and
 * - ETIMEDOUT: no reply arrived within the time set by nlsock_sock_set_timeout(), or within a
 *   second if no time is set. The kernel may have acknowledged the request.
 *
 * # Ownership
 * As for nl_transact().
 *
 * # Thread safety
 * Any thread may call it.
 */
int nlsock_transact_reply(int protocol, const struct ofpbuf *request, struct ofpbuf **replyp);

/**
 * Does the same as nlsock_transact_reply(), but on 'sock'.
 *
 * # Thread safety
 * One thread at a time may use 'sock'.
 */
int nlsock_sock_transact_reply(struct nl_sock *sock,
                               const struct ofpbuf *request,
                               struct ofpbuf **replyp);

/**
 * Does the same as nl_transact_multiple(), with these changes:
 *
 * - NLSOCK_AWAIT_REPLY in 'flags': only a reply or an error ends a transaction: see
 *   nlsock_transact_reply(). A request that gets none in time fails with ETIMEDOUT. The messages
 *   that begin and end a batch of NETLINK_NETFILTER have no reply, and are not waited for.
 * - NLSOCK_ONE_DATAGRAM in 'flags': all requests are sent in one datagram, and only once, or none
 *   is sent. If the datagram does not fit in the send buffer, the send buffer is enlarged as far
 *   as the system allows; if that does not suffice, all transactions fail with EMSGSIZE. If
 *   answers were lost, nothing is sent again: the requests whose outcome is uncertain fail with
 *   ENOBUFS, and the kernel may have carried them out. With NETLINK_NETFILTER, if a batch (from
 *   NFNL_MSG_BATCH_BEGIN to NFNL_MSG_BATCH_END) is not the whole of the array, all transactions
 *   fail with EINVAL: the kernel would ignore what follows the batch. So do several requests with
 *   NETLINK_FIB_LOOKUP or NETLINK_CONNECTOR, of which it ignores all but the first.
 * - NLSOCK_ONE_ACK in 'flags': of the transactions on NETLINK_ROUTE and NETLINK_GENERIC that are
 *   sent together, with NLM_F_ACK and without a reply buffer, only the last is acknowledged, which
 *   is faster. See nlsock_set_every_ack() for how it works, and for the changes for which this is
 *   done without the flag. The flag has a risk: if the kernel's code for a request returns EINTR,
 *   as a driver may when a signal arrives, the kernel sends no answer, and the transaction counts
 *   as successful, although it failed. Requests for dumps keep their acknowledgements; with
 *   NETLINK_GENERIC, these are all with a bit of NLM_F_DUMP, which are also NLM_F_REPLACE and
 *   NLM_F_EXCL. The flag has no effect together with one of the other flags, nor in
 *   nlsock_sock_transact_multiple().
 *
 * If there are other flags, all transactions fail with EINVAL.
 *
 * # Thread safety
 * Any thread may call it.
 */
void nlsock_transact_multiple(int protocol,
                              struct nl_transaction **transactions,
                              size_t n,
                              unsigned int flags);

/**
 * Does the same as nlsock_transact_multiple(), but on 'sock'.
 *
 * # Thread safety
 * One thread at a time may use 'sock'.
 */
void nlsock_sock_transact_multiple(struct nl_sock *sock,
                                   struct nl_transaction **transactions,
                                   size_t n,
                                   unsigned int flags);

/**
 * If 'every' is true, each transaction with NLM_F_ACK gets an acknowledgement of its own, in all
 * threads, from the next datagram on. If it is false, which is the default, the library saves
 * acknowledgements of changes of addresses, routes, neighbours (not those of bridges), rules and
 * next hops on NETLINK_ROUTE:
 *
 * - Of those that nl_transact_multiple() sends together on sockets of the pool, with NLM_F_ACK and
 *   without a reply buffer, only the last has NLM_F_ACK when it is sent. In the caller's requests,
 *   the flag stays.
 * - The kernel works on the requests of a datagram in their order, and reports each error of these
 *   changes: no code of theirs is known that returns EINTR (see NLSOCK_ONE_ACK). So the answer to
 *   the last also says that those before it without an error were successful.
 * - If answers may have been lost, the requests that they may concern are sent again, each with
 *   its own flag. If no answer arrives, they fail with ETIMEDOUT.
 *
 * NLSOCK_ONE_ACK does the same for other changes.
 *
 * nlsock_set_every_ack(true) is needed if nlsock_batch_extack() is to return what the kernel tells
 * in the acknowledgements of successful requests.
 *
 * # Thread safety
 * Any thread may call it.
 */
void nlsock_set_every_ack(bool every);

/**
 * If 'strict', makes the kernel check requests for data on 'sock' strictly (the socket option
 * NETLINK_GET_STRICT_CHK, since Linux 4.20). Off by default.
 *
 * Without strict checking, the kernel ignores most fields of the header of a dump request, and
 * attributes that it does not know. With it, the kernel
 * - filters some dumps by these fields and attributes: for example, routes by 'rtm_table' and
 *   addresses by 'ifa_index';
 * - refuses a request, mostly with EINVAL, if its header is not complete, if a field or an
 *   attribute of it is not known for such a request, or if fields are set that must be 0.
 *
 * The protocol NETLINK_ROUTE supports it. Other protocols accept the option; it makes no
 * difference to them.
 *
 * # Return value
 * 0, or a positive errno value of setsockopt(): ENOPROTOOPT before Linux 4.20. EBADF if the
 * program has closed the descriptor: see nl_sock_fd().
 *
 * # Thread safety
 * Any thread may call it, also while others use 'sock'.
 */
int nlsock_sock_set_strict_checking(struct nl_sock *sock, bool strict);

/**
 * If 'strict', makes the kernel check requests strictly on all sockets from the pool: in
 * transactions and dumps that start later, by any thread, but not in lookups. See
 * nlsock_sock_set_strict_checking(). Off by default. Before Linux 4.20, these calls then fail with
 * ENOPROTOOPT.
 *
 * To have only one dump checked, use nlsock_dump_start() or nlsock_dump_all_flags() instead: other
 * parts of the process may send requests that the kernel would refuse.
 *
 * # Thread safety
 * Any thread may call it.
 */
void nlsock_pool_set_strict_checking(bool strict);

/**
 * Does the same as nl_dump_start(), with 'flags': 0, or one or both of
 * - NLSOCK_STRICT_CHECKING: the kernel checks the request strictly. Before Linux 4.20,
 *   nl_dump_done() then returns ENOPROTOOPT.
 * - NLSOCK_AWAIT_REPLY: for a protocol that acknowledges the request before it answers:
 *   AUDIT_LIST_RULES of NETLINK_AUDIT, for example. An acknowledgement does not end the dump and
 *   is not a message of it, and nl_dump_next() and nl_dump_done() wait for the messages: until the
 *   dump ends, or until the time limit of the pool's sockets has passed
 *   (nlsock_sock_set_timeout()). If there is no limit, the whole dump may take a second. After
 *   that, they fail with ETIMEDOUT. The dump ends with NLMSG_DONE, or with an acknowledged reply
 *   that is not a part of a dump.
 *
 * With other flags, nl_dump_done() returns EINVAL.
 *
 * # Ownership, thread safety
 * As for nl_dump_start().
 */
void nlsock_dump_start(struct nl_dump *dump,
                       int protocol,
                       const struct ofpbuf *request,
                       unsigned int flags);

/**
 * Does the same as nlsock_dump_all(), with 'flags': 0, or one or both of
 * - NLSOCK_STRICT_CHECKING: the kernel checks the request strictly. Before Linux 4.20, the
 *   function then returns ENOPROTOOPT.
 * - NLSOCK_EVEN_IF_CHANGED: if the table changed during each of the dumps, the function
 *   returns EINTR, and '*replyp' holds all messages of the last of these dumps that reached its
 *   end. Entries may be missing or appear twice. The same happens if the time limit passes after a
 *   dump has reached its end. With any other error, for example ENOBUFS in the second dump,
 *   '*replyp' is null, even if an earlier dump reached its end.
 *
 * # Return value
 * The values of nlsock_dump_all(). Also EINVAL if 'flags' has another bit.
 *
 * # Ownership
 * As with nlsock_dump_all(). The caller frees '*replyp' with ofpbuf_delete() whatever the
 * function returned; that does nothing if '*replyp' is null.
 *
 * # Thread safety
 * Any thread may call it.
 */
int nlsock_dump_all_flags(int protocol,
                          const struct ofpbuf *request,
                          unsigned int flags,
                          unsigned int tries,
                          unsigned int timeout_ms,
                          struct ofpbuf **replyp);

/**
 * Appends an attribute of type 'type' that holds the signed 8-bit integer 'value'.
 */
void nlsock_msg_put_s8(struct ofpbuf *msg, uint16_t type, int8_t value);

/**
 * Appends an attribute of type 'type' that holds the signed 16-bit integer 'value'.
 */
void nlsock_msg_put_s16(struct ofpbuf *msg, uint16_t type, int16_t value);

/**
 * Appends an attribute of type 'type' that holds the signed 32-bit integer 'value'.
 */
void nlsock_msg_put_s32(struct ofpbuf *msg, uint16_t type, int32_t value);

/**
 * Appends an attribute of type 'type' that holds the signed 64-bit integer 'value'.
 */
void nlsock_msg_put_s64(struct ofpbuf *msg, uint16_t type, int64_t value);

/**
 * Appends an attribute of type 'type' that holds the integer 'value' in 4 bytes if they suffice,
 * otherwise in 8. The kernel calls that type of payload NLA_UINT (since Linux 6.7).
 */
void nlsock_msg_put_uint(struct ofpbuf *msg, uint16_t type, uint64_t value);

/**
 * Appends an attribute of type 'type' that holds the signed integer 'value' in 4 bytes if they
 * suffice, otherwise in 8. The kernel calls that type of payload NLA_SINT (since Linux 6.7).
 */
void nlsock_msg_put_sint(struct ofpbuf *msg, uint16_t type, int64_t value);

/**
 * Does the same as nl_msg_start_nested(), and sets the flag NLA_F_NESTED in the type. The kernel
 * requires the flag in some requests. nl_attr_type() ignores it.
 */
size_t nlsock_msg_start_nested(struct ofpbuf *msg, uint16_t type);

/**
 * Removes the attribute that nlsock_msg_start_nested() or nl_msg_start_nested() started at
 * 'offset', with everything that was appended since then. It may have been ended already.
 */
void nlsock_msg_cancel_nested(struct ofpbuf *msg, size_t offset);

/**
 * Returns the signed 8-bit integer in the payload of 'nla', which must have at least 1 byte.
 */
int8_t nlsock_attr_get_s8(const struct nlattr *nla);

/**
 * Returns the signed 16-bit integer in the payload of 'nla', which must have at least 2 bytes.
 */
int16_t nlsock_attr_get_s16(const struct nlattr *nla);

/**
 * Returns the signed 32-bit integer in the payload of 'nla', which must have at least 4 bytes.
 */
int32_t nlsock_attr_get_s32(const struct nlattr *nla);

/**
 * Returns the signed 64-bit integer in the payload of 'nla', which must have at least 8 bytes.
 */
int64_t nlsock_attr_get_s64(const struct nlattr *nla);

/**
 * Returns the integer in the payload of 'nla': of 64 bits if the payload has at least 8 bytes,
 * otherwise of 32 bits; it must have at least 4 bytes. See nlsock_msg_put_uint(), and
 * NLSOCK_POLICY_UINT.
 */
uint64_t nlsock_attr_get_uint(const struct nlattr *nla);

/**
 * Returns the signed integer in the payload of 'nla': of 64 bits if the payload has at least 8
 * bytes, otherwise of 32 bits; it must have at least 4 bytes. See nlsock_msg_put_sint(), and
 * NLSOCK_POLICY_SINT.
 */
int64_t nlsock_attr_get_sint(const struct nlattr *nla);

/**
 * Fills in '*extack', whose size is 'size' (pass sizeof *extack), with what the kernel reported in
 * 'msg', a message that nl_sock_recv() has received: an NLMSG_ERROR message, or NLMSG_DONE, which
 * ends a dump. 'request' is the request that it answers, to find the path to the attribute
 * concerned; it may be null. If 'msg' is another message, or the kernel reported nothing but
 * success or an errno value, sets all fields to 0.
 *
 * The kernel reports more only to sockets with the option NETLINK_EXT_ACK.
 *
 * # Return value
 * Whether the kernel reported more than success or an errno value.
 *
 * # Thread safety
 * Any thread may call it, also while others read the messages.
 */
bool nlsock_msg_extack(const struct ofpbuf *msg,
                       const struct ofpbuf *request,
                       struct nlsock_extack *extack,
                       size_t size);

/**
 * Writes '*extack', whose size is 'extack_size' (pass sizeof *extack), as one line of text to
 * 'text'. The line has the text of the errno value, then the kernel's error text, then in
 * parentheses the attribute concerned (the types that lead to it, the outermost first, and its
 * offset), what the kernel requires of it, a missing attribute, and the cookie, as far as the
 * kernel reported them. For example:
 *
 *   Invalid argument: Device does not exist (attribute 4 at offset 36)
 *
 * Control characters and bytes that are not UTF-8 are escaped as in C, so the text is one line,
 * and can be shown on a terminal.
 *
 * 'text' has 'size' bytes. A text that does not fit is cut between two characters; there is always
 * a NUL at the end. With a 'size' of 0, which only finds out the length, 'text' may be null.
 *
 * # Return value
 * The length of the whole text, without the NUL. So the text was cut if this is 'size' or more.
 *
 * # Thread safety
 * Any thread may call it.
 */
size_t nlsock_extack_format(const struct nlsock_extack *extack,
                            size_t extack_size,
                            char *text,
                            size_t size);

/**
 * Writes a description of 'msg', a message of the protocol 'protocol' (NETLINK_ROUTE, ...), to
 * 'text', as the library's log shows it at debug level: one line with the header; the errno value
 * in an error message or at the end of a dump, and the request that is answered; or a generic
 * netlink header. A generic netlink family has its name if it was looked up. For example:
 *
 *   nl(len:20, type=3(done), flags=0, seq=1, pid=10418 done(0)
 *
 * The parenthesis after "nl" is not closed, as in the original. If 'msg' is too short for a
 * header, writes "nl(truncated)". Other content is not shown.
 *
 * 'text', 'size' and the return value are those of nlsock_extack_format().
 *
 * # Thread safety
 * Any thread may call it, also while others read 'msg'.
 */
size_t nlsock_msg_format(const struct ofpbuf *msg, int protocol, char *text, size_t size);

/**
 * Returns the version of the library that the program runs with. NLSOCK_VERSION is the version of
 * the headers that it was compiled with. Both are strings of the form "1.0.0".
 *
 * # Ownership
 * The string is constant.
 *
 * # Thread safety
 * Any thread may call it.
 */
const char *nlsock_version(void);

/**
 * Starts a capture: writes every message that the process sends and receives by the library to the
 * file 'path', in the format pcapng, which Wireshark and tshark read. 'flags' must be 0. If the
 * file is a capture already, it is added to. If there is no such file, it is created; only its
 * owner may read it. The folder must not be writable by other users; the library does not check
 * that.
 *
 * NLSOCK_CAPTURE=FILE in the environment starts a capture when the process starts. Set-user-id
 * programs and programs with file capabilities ignore it, and NLSOCK_CAPTURE_SIZE.
 *
 * If the file would exceed 64 MiB, the capture goes on in a file whose name has ".1" after it,
 * then ".2" and so on. These files are never removed. Another limit is the value of
 * NLSOCK_CAPTURE_SIZE when the process starts: a number of bytes, of at least 64K, perhaps with K,
 * M or G after it. The library asks the kernel for the size of the file after each sixteenth of
 * the limit, or 1 MiB, at the latest. So several threads and processes may exceed the limit: each
 * process by that much, and by what its threads write while one of them opens the next file. If
 * there is no descriptor for the next file, the capture stays with the present one, and
 * tries again later.
 *
 * A file whose end is cut off, because the disk was full or a process was killed, is left as it
 * is, and the capture goes on in the next one: readers would not find what follows. This is only
 * noticed when a process opens the file. So if a process is killed while it writes, readers do not
 * find what processes that have the file open append after that.
 *
 * All threads and children of the process write to the same file. A new program that a child
 * executes does only if it uses the library and NLSOCK_CAPTURE is set. Linux writes each message
 * as a whole, so messages of several threads and processes do not get mixed up. This holds for
 * file systems of the machine, but not for NFS and 9P. Of a message of more than 256 KiB, the
 * start is written.
 *
 * For each message, one more system call is made. It may wait for the disk. If it fails, for
 * example because the disk is full, the capture ends, and the library logs that once, as a
 * warning: in the next call that sends or receives, or, if the process has no log of Open vSwitch,
 * on standard error when the process ends by exit(). No other function fails because of the
 * capture.
 *
 * If the size of files is limited (RLIMIT_FSIZE), the library blocks SIGXFSZ during that call. It
 * looks at the limit when a capture starts, in a child, and when it asks for the size of the file.
 * So a program that sets the limit itself has to do so before the capture starts, or has to ignore
 * SIGXFSZ. Otherwise, the signal may end the process.
 *
 * The descriptor of the file has a high number, and is closed on exec. If the program has closed
 * it, for example when it became a daemon, the library opens the file again. It never writes to a
 * pipe, a socket or a terminal that has got the number. It may write to another device, or to a
 * regular file, that has got the number, since it only compares the files after a fork, when
 * writing has failed, and when it asks for the size of the file: at the latest after a sixteenth
 * of the limit, or 1 MiB. To open a file, FILE.1 included, the process needs the rights to do so
 * at that time.
 *
 * # Return value
 * - 0: the capture has been started.
 * - EBUSY: there is a capture already.
 * - EINVAL: 'flags' is not 0, or the file is neither empty nor a capture, or not a regular file.
 * - EPERM: the file existed, and has more than one name, or belongs neither to the effective user
 *   of the process nor to root.
 * - ELOOP: 'path' is a symbolic link.
 * - ENAMETOOLONG: 'path', with the current folder before it if it is relative, is too long.
 * - ENOSPC: there is no room for the start of a capture.
 * - EFBIG: there is no room within the limit of the process (RLIMIT_FSIZE).
 * - Another positive errno value: an error of open(), fstat(), pread(), pwritev() or getcwd().
 *
 * # Ownership
 * 'path' stays the caller's. The library keeps a copy, and a few hundred bytes, for each capture
 * that was started; they are not freed.
 *
 * # Thread safety
 * Any thread may call it. What other threads send and receive meanwhile may be missing.
 */
int nlsock_capture_start(const char *path, unsigned int flags);

/**
 * Ends the capture, if there is one, and closes its file. Children that were forked before go on
 * with theirs.
 *
 * # Thread safety
 * Any thread may call it. If other threads are just writing to the file, the last of them closes
 * it. If the process was forked by one thread while another was writing, the file
 * stays open in the child.
 */
void nlsock_capture_stop(void);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* NLSOCK_GENERATED_NLSOCK_EXT_H */
