#ifndef NLSOCK_GENERATED_NETLINK_SOCKET_H
#define NLSOCK_GENERATED_NETLINK_SOCKET_H

/* Generated from the Rust sources: see CONTRIBUTING.md.  Do not edit. */

/**
 * One request of a batch and its outcome.
 */
struct nl_transaction {
  /**
   * The request to send. Owned by the caller.
   */
  struct ofpbuf *request;
  /**
   * Null where the reply does not matter; else an initialised buffer, owned by the caller,
   * which the reply replaces.
   */
  struct ofpbuf *reply;
  /**
   * Result: 0 or a positive errno value.
   */
  int error;
};

/**
 * A mutex as Open vSwitch lays it out.
 */
struct ovs_mutex {
  /**
   * The lock itself.
   */
  pthread_mutex_t lock;
  /**
   * Source location of the thread that holds the lock.
   */
  const char *where;
};

/**
 * A dump in progress. Callers provide the memory, initialised or not, and touch no field.
 */
struct nl_dump {
  /**
   * Socket being dumped; null if none could be had.
   */
  struct nl_sock *sock;
  /**
   * Sequence number that the replies carry.
   */
  uint32_t nl_seq;
  /**
   * 0 in progress, positive errno value failed, negative ended.
   */
  int status;
  /**
   * Protects 'status' and serialises receiving from 'sock'.
   */
  struct ovs_mutex mutex;
};

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Opens a socket for 'protocol' (NETLINK_ROUTE, NETLINK_GENERIC, ...) that is connected to the
 * kernel and closed on exec. Returns 0 and stores it in '*sockp', to be closed with
 * nl_sock_destroy(); or returns a positive errno value (EPROTONOSUPPORT where the kernel lacks the
 * protocol, EMFILE, ...) and stores null.
 */
int nl_sock_create(int protocol, struct nl_sock **sockp);

/**
 * Opens a socket for the protocol of 'src': see nl_sock_create().
 */
int nl_sock_clone(const struct nl_sock *src, struct nl_sock **sockp);

/**
 * Closes and frees 'sock', which may be null.
 */
void nl_sock_destroy(struct nl_sock *sock);

/**
 * Subscribes 'sock' to a multicast group of its protocol; groups count from 1. Joining twice is no
 * error. Returns 0 or a positive errno value.
 *
 * A subscribed socket must not be used for transactions and dumps: they discard notifications.
 */
int nl_sock_join_mcgroup(struct nl_sock *sock, unsigned int multicast_group);

/**
 * Ends a subscription; what has arrived already can still be received. Leaving a group that the
 * socket is not in is no error. Returns 0 or a positive errno value.
 */
int nl_sock_leave_mcgroup(struct nl_sock *sock, unsigned int multicast_group);

/**
 * Sends 'msg', which must hold a message, to the kernel. Its header is changed: length, a fresh
 * sequence number, and the port id of 'sock'.
 *
 * Returns 0 or a positive errno value. If there is no room in the socket's buffer, waits for it if
 * 'wait' is true, else returns EAGAIN.
 */
int nl_sock_send(struct nl_sock *sock, const struct ofpbuf *msg, bool wait);

/**
 * nl_sock_send() with the sequence number 'nlmsg_seq', for a message that answers another.
 */
int nl_sock_send_seq(struct nl_sock *sock, const struct ofpbuf *msg, uint32_t nlmsg_seq, bool wait);

/**
 * Discards all that 'sock' has received. Returns 0 or a positive errno value.
 */
int nl_sock_drain(struct nl_sock *sock);

/**
 * Makes the thread's next poll_block() wake up when one of 'events' (POLLIN, POLLOUT, ...) occurs
 * on 'sock': Open vSwitch's where the process has it, else nlsock_poll_block().
 */
void nl_sock_wait(const struct nl_sock *sock, short events);

/**
 * Returns the file descriptor of 'sock', for poll() and the like. It stays the socket's.
 */
int nl_sock_fd(const struct nl_sock *sock);

/**
 * Returns the port id (the "netlink pid") that the kernel gave to 'sock'.
 */
uint32_t nl_sock_pid(const struct nl_sock *sock);

/**
 * Receives one datagram into 'buf', in place of its content. 'buf' must have an allocation of at
 * least NLMSG_HDRLEN bytes; enough for a typical message is best. It grows as needed.
 *
 * Returns 0, or a positive errno value and empties 'buf': EAGAIN if there is nothing to receive
 * and 'wait' is false; ENOBUFS if messages were lost since the last call, after which those that
 * were not can be received; EPROTO for what is no message; E2BIG if the datagram passes the
 * allocation of 'buf' by more than 4 MiB, which the kernel does not send.
 *
 * Several threads may receive from one socket at a time, each with a buffer of its own.
 *
 * If 'nsid' is nonnull, stores in it the number of the network namespace that the message came
 * from: -1 for the socket's own. See nl_sock_listen_all_nsid().
 */
int nl_sock_recv(struct nl_sock *sock, struct ofpbuf *buf, int *nsid, bool wait);

/**
 * Makes 'sock' receive multicasts of every network namespace that has a number in its own, or no
 * longer. Returns 0 or a positive errno value: EPERM without the capability CAP_NET_BROADCAST.
 */
int nl_sock_listen_all_nsid(struct nl_sock *sock, bool enable);

/**
 * Sends 'request' on a pooled socket of 'protocol' and receives the kernel's answer: see
 * nl_transact_multiple(). Returns 0 or a positive errno value, EPROTONOSUPPORT for a protocol that
 * is not one. Any thread may call it.
 *
 * If 'replyp' is nonnull, stores in it the reply, which the caller frees with ofpbuf_delete(), or
 * null on failure.
 */
int nl_transact(int protocol, const struct ofpbuf *request, struct ofpbuf **replyp);

/**
 * Sends the 'n' requests that 'transactions' points to on a pooled socket of 'protocol', in order
 * and several at a time, and receives the kernel's answers. Any thread may call it. If there is no
 * socket, its error is that of every transaction.
 *
 * The arrays, requests and replies stay the caller's; the headers
 * of the requests are changed as by nl_sock_send().
 *
 * Stores in each 'error' 0 or a positive errno value. A nonnull 'reply' receives the reply, and
 * nothing else; it is empty if there was an error, or nothing to say but success.
 *
 * When is a request successful? When the kernel replied to it or acknowledged it. Also, since the
 * kernel works on requests while they are sent, when the receive queue has been read to its end,
 * nothing in it was lost, and there was no refusal. But an acknowledgement that a request asks for
 * (NLM_F_ACK) must come: it is waited for, up to a second or nlsock_sock_set_timeout(), also
 * behind a reply; else the error is ETIMEDOUT.
 *
 * If the receive buffer overflowed, the queue is read to its end, and what is in it counts. The
 * requests behind the last one that is answered are sent again, fewer at a time, so requests must
 * be idempotent. One that does not get through in a number of tries ends in ENOBUFS.
 *
 * Whatever else fails is the error of the requests that it concerns; the others go on. A datagram
 * that is no message makes the requests without an answer fail with EPROTO.
 */
void nl_transact_multiple(int protocol, struct nl_transaction **transactions, size_t n);

/**
 * Starts a dump by sending 'request' on a pooled socket of 'protocol'. 'dump' may be uninitialised
 * memory; it must stay where it is until nl_dump_done(), which reports any error. 'request' stays
 * the caller's; its header is changed as by nl_sock_send(), and NLM_F_DUMP and NLM_F_ACK are set.
 */
void nl_dump_start(struct nl_dump *dump, int protocol, const struct ofpbuf *request);

/**
 * Retrieves the next message of 'dump': makes 'reply' a view of it, and returns true. At the end
 * or on failure returns false, and 'reply' has neither data nor size; nl_dump_done() tells which.
 *
 * 'buf' must be initialised, with an allocation of at least NLMSG_HDRLEN bytes (NL_DUMP_BUFSIZE is
 * a good size). It holds the messages received but not yet retrieved, so 'reply' is good until
 * its next use.
 *
 * Several threads may call this for one dump, each with buffers of its own: every message reaches
 * exactly one of them. Once it returns false, the others may retrieve what is in their buffers.
 */
bool nl_dump_next(struct nl_dump *dump, struct ofpbuf *reply, struct ofpbuf *buf);

/**
 * Ends 'dump', reading what is left of it. Returns 0, or a positive errno value if the dump
 * failed at any point: ENOBUFS if parts were lost, EPROTO if it stopped before its end. No thread
 * may be in nl_dump_next().
 *
 * The errno value that the kernel may put into the message that ends a dump is told by
 * nlsock_dump_result(), and returned here after nlsock_set_strict_dumps().
 */
int nl_dump_done(struct nl_dump *dump);

/**
 * Finds the number of the generic netlink family 'name'. Any thread may call it, each with a
 * '*number' of its own.
 *
 * '*number' is a cache: 0 asks the kernel, and stores the number or a negative errno value; with
 * anything else the kernel is not asked. Returns 0 or a positive errno value: ENOENT for an
 * unknown family, EPROTO for an answer that makes no sense.
 */
int nl_lookup_genl_family(const char *name, int *number);

/**
 * Finds the number of the multicast group 'group_name' of the generic netlink family
 * 'family_name', for nl_sock_join_mcgroup(). Any thread may call it.
 *
 * Returns 0 and stores the number, or returns a positive errno value and stores 0: ENOENT for an
 * unknown family, EPROTO for an unknown group or an answer that makes no sense.
 */
int nl_lookup_genl_mcgroup(const char *family_name,
                           const char *group_name,
                           unsigned int *multicast_group);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* NLSOCK_GENERATED_NETLINK_SOCKET_H */
