#ifndef NLSOCK_GENERATED_NETLINK_SOCKET_H
#define NLSOCK_GENERATED_NETLINK_SOCKET_H

/* SPDX-License-Identifier: Apache-2.0 */
/* Generated from the Rust sources: see CONTRIBUTING.md.  Do not edit. */

/**
 * A request, one of a batch, and its result.
 */
struct nl_transaction {
  /**
   * The request to send, a buffer of the caller's.
   */
  struct ofpbuf *request;
  /**
   * An initialised buffer of the caller's, whose content the reply replaces; null if the caller
   * does not need the reply.
   */
  struct ofpbuf *reply;
  /**
   * The result: 0 or a positive errno value.
   */
  int error;
};

/**
 * A dump that is being read. Callers provide the memory, which need not be initialised, and do not
 * use the fields.
 */
struct nl_dump {
  /**
   * The socket that the dump is received on; null if none could be opened.
   */
  struct nl_sock *sock;
  /**
   * The sequence number of the request and of the messages that answer it.
   */
  uint32_t nl_seq;
  /**
   * 0 while there is more to receive, negative after the end, a positive errno value after a
   * failure.
   */
  int status;
  /**
   * Protects 'status', and lets one thread at a time receive from 'sock'.
   */
  struct ovs_mutex mutex;
};

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Opens a socket for 'protocol' (NETLINK_ROUTE, NETLINK_GENERIC, ...), connects it to the kernel,
 * and stores it in '*sockp'. The socket is closed on exec. After fork(), parent and child share it
 * and its messages.
 *
 * # Return value
 * 0 on success. Otherwise '*sockp' is null, and the value is one of:
 * - EPROTONOSUPPORT: the kernel does not have the protocol.
 * - EMFILE, ENFILE: too many file descriptors are open.
 * - Another errno value of socket(), connect() or getsockname().
 *
 * # Ownership
 * The caller frees the socket with nl_sock_destroy().
 */
int nl_sock_create(int protocol, struct nl_sock **sockp);

/**
 * Opens another socket for the protocol of 'src': see nl_sock_create(). Nothing else is taken over
 * from 'src'.
 */
int nl_sock_clone(const struct nl_sock *src, struct nl_sock **sockp);

/**
 * Closes 'sock' and frees it. Does nothing if 'sock' is null. Does not close the descriptor if it
 * is not the socket's any more: see nl_sock_fd().
 */
void nl_sock_destroy(struct nl_sock *sock);

/**
 * Subscribes 'sock' to 'multicast_group', a group of its protocol. The group numbers start at 1.
 * Does nothing if 'sock' is subscribed already.
 *
 * The 2014 interface allows transactions on a socket of the caller. Do not use a subscribed socket
 * for that: transactions discard notifications.
 *
 * # Return value
 * 0, or a positive errno value of setsockopt(): EINVAL if there is no such group, EPERM if the
 * group is for privileged processes only.
 */
int nl_sock_join_mcgroup(struct nl_sock *sock, unsigned int multicast_group);

/**
 * Ends the subscription of 'sock' to 'multicast_group', if there is one. Notifications that have
 * arrived can still be received.
 *
 * # Return value
 * 0, or a positive errno value of setsockopt(): EINVAL if there is no such group.
 */
int nl_sock_leave_mcgroup(struct nl_sock *sock, unsigned int multicast_group);

/**
 * Sends 'msg', which must hold a message, to the kernel. Sets three fields in its header, although
 * 'msg' is const: the length; the sequence number, to a new one; the port id, to that of 'sock'.
 *
 * # Return value
 * - 0: the kernel has the message.
 * - EAGAIN: there is no room in the kernel's buffer, and 'wait' is false. If 'wait' is true, the
 *   function blocks until there is room. Neither a signal nor the time limit of
 *   nlsock_sock_set_timeout() ends that; pthread_cancel() does.
 * - EMSGSIZE: the message does not fit in the socket's send buffer.
 * - EBADF: the program has closed the descriptor: see nl_sock_fd().
 * - Another errno value of sendto().
 *
 * # Ownership
 * 'msg' remains the caller's.
 */
int nl_sock_send(struct nl_sock *sock, const struct ofpbuf *msg, bool wait);

/**
 * Does the same as nl_sock_send(), but with 'nlmsg_seq' as the sequence number. For example, a
 * reply repeats the sequence number of its request.
 */
int nl_sock_send_seq(struct nl_sock *sock, const struct ofpbuf *msg, uint32_t nlmsg_seq, bool wait);

/**
 * Discards the messages that 'sock' has received so far. The function is a cancellation point.
 *
 * # Return value
 * 0, or a positive errno value of recv(): ENOBUFS if the kernel reports again and again that
 * messages were lost. EBADF if the program has closed the descriptor: see nl_sock_fd().
 */
int nl_sock_drain(struct nl_sock *sock);

/**
 * Makes the next poll_block() of this thread wake up when one of 'events' (POLLIN, POLLOUT, ...)
 * occurs on 'sock'. In a process without Open vSwitch, nlsock_poll_block() takes the place of
 * poll_block().
 */
void nl_sock_wait(const struct nl_sock *sock, short events);

/**
 * Returns the file descriptor of 'sock', for use with poll() and similar functions.
 *
 * # Ownership
 * The descriptor stays the socket's: do not close it. If the program closes it all the same, the
 * kernel gives its number to the next file that is opened. When the library notices that, by a
 * system call that fails or before it closes the number, it forgets the number: it leaves the new
 * file alone, functions on 'sock' fail with EBADF, and this function returns -1. So this protects
 * the new file as far as possible, but not completely:
 * - If it is a socket with something to receive, a receive may take one datagram from it.
 * - If it is a SOCK_SEQPACKET socket of AF_UNIX, one request may be sent on it.
 * - If it is a netlink socket of the same protocol, transactions and dumps are carried out on it:
 *   the kernel answers there, too. They notice it if it has another port id.
 *
 * The same is true of the descriptors of the pool. To notice a new file in all cases, each call
 * would have to make one more system call.
 */
int nl_sock_fd(const struct nl_sock *sock);

/**
 * Returns the port id (the "netlink pid") that the kernel gave to 'sock'.
 */
uint32_t nl_sock_pid(const struct nl_sock *sock);

/**
 * Receives one datagram into 'buf', in place of its content. 'buf' must have an allocation of at
 * least NLMSG_HDRLEN bytes; the size of a typical message is best. If the datagram is larger, the
 * allocation grows.
 *
 * If 'nsid' is nonnull, stores in '*nsid' the id of the network namespace that the message came
 * from, or -1 if that is the namespace of 'sock': see nl_sock_listen_all_nsid().
 *
 * NLMSG_NOOP messages, which mean nothing, are removed.
 *
 * If 'wait' is true, waits for a datagram. A signal does not end the wait: after the handler has
 * returned, the function waits again, whether or not SA_RESTART is set. These end it:
 * - a time limit: see nlsock_sock_set_timeout().
 * - pthread_cancel(): the function is a cancellation point.
 *
 * A program that has to react to signals passes false as 'wait', and waits by ppoll() on
 * nl_sock_fd() instead: that fails with EINTR. It can also wait for a signalfd, an eventfd or a
 * pipe together with the socket.
 *
 * # Return value
 * 0 on success. Otherwise 'buf' is empty, and the value is one of:
 * - EAGAIN: there is nothing to receive, and 'wait' is false.
 * - ETIMEDOUT: nothing arrived within the time limit.
 * - ENOBUFS: messages were lost since the last call, because the socket's receive buffer was full,
 *   or the kernel had no memory. The messages that were not lost can still be received. Also if
 *   the kernel reports the loss by NLMSG_OVERRUN; other messages in that datagram are then lost.
 * - EPROTO: the datagram does not start with a message, and is discarded.
 * - EBADF: the program has closed the descriptor: see nl_sock_fd().
 * - E2BIG: the datagram is too long, and is discarded. The limit is at least 4 MiB; if the
 *   allocation of 'buf' is larger than 64 KiB, it is that allocation plus 4 MiB. If memory was
 *   short when the thread first called the library, it is the allocation plus 64 KiB.
 * - Another errno value of recv().
 *
 * # Thread safety
 * Several threads may receive from one socket at the same time, each with a buffer of its own.
 */
int nl_sock_recv(struct nl_sock *sock, struct ofpbuf *buf, int *nsid, bool wait);

/**
 * If 'enable', makes 'sock' also receive multicasts from all network namespaces that have an id
 * (nsid) in the namespace of 'sock'. Off by default.
 *
 * # Return value
 * 0, or a positive errno value of setsockopt(): EPERM without the capability CAP_NET_BROADCAST;
 * ENOPROTOOPT if the kernel does not know the option. EBADF if the program has closed the
 * descriptor: see nl_sock_fd().
 */
int nl_sock_listen_all_nsid(struct nl_sock *sock, bool enable);

/**
 * Sends 'request' to the kernel on a socket of 'protocol' from the pool, and receives the reply:
 * see nl_transact_multiple(). If 'replyp' is nonnull, stores the reply in '*replyp', or null on
 * failure. If the kernel sent no more than an acknowledgement, the reply is an empty buffer.
 *
 * The request applies to the network namespace of the socket, which may not be that of the thread:
 * see nlsock_pool_set_netns_aware().
 *
 * # Return value
 * - 0: the request was successful.
 * - EPROTONOSUPPORT: the kernel does not have the protocol.
 * - ETIMEDOUT, ENOBUFS, EPROTO, E2BIG: as for nl_transact_multiple().
 * - Another positive errno value: the kernel refused the request with this error, or the socket
 *   could not be opened or used.
 *
 * # Ownership
 * 'request' stays the caller's; its header is changed as by nl_sock_send(). The caller frees the
 * reply with ofpbuf_delete().
 *
 * # Thread safety
 * Any thread may call it.
 */
int nl_transact(int protocol, const struct ofpbuf *request, struct ofpbuf **replyp);

/**
 * Sends the requests of 'n' transactions to the kernel, in order and several at a time, on a
 * socket of 'protocol' from the pool, and receives the replies. Stores the result of each
 * transaction in its 'error'. If its 'reply' is nonnull, replaces the content of that buffer by
 * the reply; the buffer is empty if there was an error, or if the kernel sent no more than an
 * acknowledgement.
 *
 * A request is successful if the kernel replied to it or acknowledged it. It is also successful if
 * it asked for no acknowledgement and the receive queue is empty: the kernel works on a request
 * while the request is being sent, so a refusal would be in the queue, unless messages were lost.
 * If a request has the flag NLM_F_ACK, the function waits for the acknowledgement, also after a
 * reply: for a second, or for the time set by nlsock_sock_set_timeout().
 *
 * Of NETLINK_NETFILTER, all requests from NFNL_MSG_BATCH_BEGIN to NFNL_MSG_BATCH_END are sent in
 * one datagram, since the kernel carries them out as a whole or not at all. If the datagram does
 * not fit in the send buffer, the send buffer is enlarged as far as the system allows. Such a
 * batch is never sent again. If its acknowledgements may not fit in the receive buffer, the
 * receive buffer is enlarged; a process that may not do that (it has no CAP_NET_ADMIN in the
 * initial user namespace) sends the messages between the first and the last one without NLM_F_ACK,
 * and gets no acknowledgements of them. Refusals arrive all the same.
 *
 * With NETLINK_FIB_LOOKUP and NETLINK_CONNECTOR, each request is sent in a datagram of its own:
 * the kernel reads only the first message of a datagram.
 *
 * An answer has the port id of the socket (see nl_sock_pid()), or 0. A message with another one is
 * ignored, also if its sequence number is right: on a socket that has joined a multicast group, it
 * is a notification about the request of another socket.
 *
 * If a request is for a dump, and an NLMSG_DONE that contains an errno value is all that the
 * kernel sends, the transaction is successful, and that message is the reply, as in the original.
 * The errno value is logged, and nlsock_last_extack() returns it. After nlsock_set_strict_dumps(),
 * it is the result.
 *
 * If replies were lost because the socket's receive buffer overflowed, the first request whose
 * result is uncertain, and all that follow it, are sent again, fewer at a time. So requests must
 * be idempotent. If they are not, use nlsock_transact_multiple() with NLSOCK_ONE_DATAGRAM, which
 * never sends a request twice.
 *
 * The requests apply to the network namespace of the socket, which may not be that of the thread:
 * see nlsock_pool_set_netns_aware().
 *
 * # Return value
 * Each 'error' is 0 or a positive errno value:
 * - ETIMEDOUT: no acknowledgement arrived in time. The kernel may have done what was requested.
 * - ENOBUFS: the reply was lost, or the kernel had no memory for the request, several times. Or,
 *   of a netfilter batch, replies (as those to NLM_F_ECHO) were lost: the kernel may have carried
 *   it out.
 * - EPROTO: something arrived that is not a message, and may have been the reply; or the kernel's
 *   error message is malformed.
 * - EMSGSIZE: the request does not fit in the socket's send buffer; of a netfilter batch, every
 *   transaction has this error.
 * - ECANCELED: the kernel did not carry out the netfilter batch, because it refused another
 *   request in it, or because there is no NFNL_MSG_BATCH_END.
 * - E2BIG: the reply is longer than 4 MiB, or something that long arrived and may have been the
 *   reply. If memory was short when the thread first called the library, the limit is 64 KiB.
 * - Another value: the kernel refused the request with this error, or the request could not be
 *   sent. If no socket could be opened, every transaction has that error.
 *
 * The other requests are sent even if one of them fails.
 *
 * # Ownership
 * The array, the requests and the replies stay the caller's. The headers of the requests are
 * changed as by nl_sock_send().
 *
 * # Thread safety
 * Any thread may call it.
 */
void nl_transact_multiple(int protocol, struct nl_transaction **transactions, size_t n);

/**
 * Starts a dump by sending 'request' to the kernel on a socket of 'protocol' from the pool. If
 * this fails, nl_dump_next() returns false and nl_dump_done() returns the error.
 *
 * 'dump' need not be initialised. It must not be moved or copied before nl_dump_done(), which must
 * be called for every dump.
 *
 * Only the process that starts the dump can read it: a child of fork() cannot continue it.
 *
 * The dump shows the network namespace of the socket, which may not be that of the thread: see
 * nlsock_pool_set_netns_aware().
 *
 * By default, the kernel ignores most fields and attributes of 'request', and sends the whole
 * table: see nlsock_dump_start(). The 3.x interface has some requests of NETLINK_ROUTE checked
 * strictly: those for addresses, routes, neighbours or rules that have a whole header, and nothing
 * that the kernel would refuse. The kernel then filters these tables by the request.
 *
 * # Ownership
 * 'request' stays the caller's. Its header is changed as by nl_sock_send(), and the flags
 * NLM_F_DUMP and NLM_F_ACK are set in it.
 *
 * # Thread safety
 * Any thread may call it, with a 'dump' that no other thread uses.
 */
void nl_dump_start(struct nl_dump *dump, int protocol, const struct ofpbuf *request);

/**
 * Makes 'reply' a view of the next message of 'dump'. Takes the message from 'buf'; if 'buf' is
 * empty, first receives a datagram into it.
 *
 * 'buf' must be initialised, with an allocation of at least NLMSG_HDRLEN bytes; NL_DUMP_BUFSIZE is
 * a good size. 'reply' need not be initialised.
 *
 * In a child of the process that started the dump, returns only the messages that 'buf' already
 * holds, and leaves the parent's socket alone.
 *
 * # Return value
 * True if there is a message. False at the end of the dump or after a failure: then 'reply' has
 * neither data nor size, and nl_dump_done() returns the error.
 *
 * # Ownership
 * The message is in the memory of 'buf': 'reply' is valid until the next call with the same 'buf'.
 *
 * # Thread safety
 * Several threads may read one dump at a time, each with buffers of its own. Each message reaches
 * exactly one of them. After the function has returned false to one thread, the others may still
 * get the messages that are in their buffers.
 */
bool nl_dump_next(struct nl_dump *dump, struct ofpbuf *reply, struct ofpbuf *buf);

/**
 * Ends 'dump', and returns its socket to the pool. If the program has not read all of the dump,
 * reads what is left of it, but not more than 64 datagrams, which are about 2 MiB of a long table.
 * If that is not enough, closes the socket. What was not read is not an error:
 * nlsock_dump_result() reports that the dump is not complete.
 *
 * # Return value
 * 0 if the dump was successful, as far as it was read. Otherwise the first error:
 * - ENOBUFS: messages were lost.
 * - EPROTO: the dump stopped before its end, or something arrived that is not a message.
 * - E2BIG: a datagram was too long to be received: see nl_sock_recv().
 * - ETIMEDOUT: the time set by nlsock_sock_set_timeout() passed.
 * - EBADF: a parent of this process started the dump, and the dump had not ended before the fork.
 *   The parent's socket is left alone.
 * - Another positive errno value: the kernel refused the dump with this error, or the socket could
 *   not be opened or used.
 *
 * The message that ends a dump may contain an errno value, too. The function returns that value
 * only after nlsock_set_strict_dumps(); nlsock_dump_result() always reports it.
 *
 * # Thread safety
 * No other thread may be in nl_dump_next() for this dump, or call nl_dump_next() for it later.
 */
int nl_dump_done(struct nl_dump *dump);

/**
 * Finds the number of the generic netlink family 'name' and stores it in '*number'.
 *
 * '*number' caches the kernel's answer: the kernel is asked only if '*number' is 0. If the kernel
 * answers that there is no such family, '*number' becomes the negative errno value, which later
 * calls return without another lookup. After any other failure, '*number' is still 0, and the next
 * call asks again.
 *
 * The kernel is asked on an idle socket of an earlier lookup, whatever the network namespace of
 * that socket. If the kernel does not find the family there, it is asked in the thread's
 * namespace. Nearly all families exist in all namespaces. But a thread that has left the first
 * namespace may get, instead of ENOENT, the number of a family that only the first one has.
 * nlsock_pool_set_netns_aware() prevents that.
 *
 * # Return value
 * - 0: '*number' is the family's number.
 * - ENOENT: there is no such family.
 * - EINVAL, ERANGE: the kernel does not accept the name, since it is too long.
 * - EPROTO: the kernel's reply makes no sense.
 * - EMFILE, ENFILE, ENOMEM, ENOBUFS, ...: the kernel could not be asked, or could not answer.
 *
 * # Thread safety
 * Any thread may call it, with a '*number' that no other thread uses at the same time.
 */
int nl_lookup_genl_family(const char *name, int *number);

/**
 * Finds the number of the multicast group 'group_name' of the generic netlink family
 * 'family_name', for nl_sock_join_mcgroup(), and stores it in '*multicast_group'; 0 on failure.
 * The group may be one of the first network namespace, as the family of nl_lookup_genl_family().
 *
 * # Return value
 * - 0: '*multicast_group' is the group's number.
 * - ENOENT: there is no such family.
 * - EPROTO: the family does not have such a group, or the kernel's reply makes no sense.
 * - Another positive errno value: the kernel could not be asked.
 *
 * # Thread safety
 * Any thread may call it.
 */
int nl_lookup_genl_mcgroup(const char *family_name,
                           const char *group_name,
                           unsigned int *multicast_group);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* NLSOCK_GENERATED_NETLINK_SOCKET_H */
