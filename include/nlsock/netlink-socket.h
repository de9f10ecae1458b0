/* SPDX-License-Identifier: Apache-2.0 */
/* Netlink sockets, transactions and dumps.
 *
 * Unless the comment of a function says otherwise:
 * - Pointers are valid and not null.  Sizes are in bytes.  Integers are in host byte order.
 * - A return value of type int is 0 on success and a positive errno value on failure.
 * - One thread at a time may use a socket or a dump.
 * - A function does not block.
 * - If the library notices a breach of what the comments require, it logs an assertion failure and
 *   aborts.  It cannot notice every breach.  A lack of memory aborts, too.
 *
 * Functions that take no socket use one from a pool of idle sockets, or open one.  A transaction
 * may block until the kernel has acknowledged it.
 *
 * Network namespaces: a socket belongs to the namespace in which it was opened.  The pool gives a
 * thread any idle socket, even if the thread has changed its namespace since that socket was
 * opened.  A program whose threads do that calls nlsock_pool_set_netns_aware().
 *
 * Threads: the first call of a thread maps about 4 MiB of address space, which takes up memory only
 * as far as it is used, and is released when the thread ends.
 *
 * fork(): a socket from nl_sock_create() can be used in the child.  Parent and child share it and
 * its messages, so only one of the two should use it.  The first use in a child is logged at level
 * DBG.  A socket from the pool is never used in a child: the child's pool starts out empty.  A dump
 * of the parent cannot be continued in the child.  A child of _Fork() or clone() is noticed since
 * Linux 4.14.  A signal handler that interrupts a function of the library may call fork().  If the
 * child returns from the handler, the interrupted call may fail in the child; in rare cases (the
 * signal arrives within a few instructions of a transaction, or while a dump sends or receives)
 * also in the parent.  After _Fork() or clone(), the child must not return from the handler.
 *
 * Signals do not end a function that blocks.  A signal handler may call the library if it may call
 * malloc() at that moment.  pthread_cancel() takes effect in nl_sock_recv(), nl_sock_send(),
 * nl_sock_send_seq(), nl_sock_drain(), nlsock_sock_recv_from() and nlsock_poll_block(); a
 * transaction, a dump or a lookup is finished first, unless the thread is in the log handler (see
 * nlsock_log_set_handler()). */

#ifndef NETLINK_SOCKET_H
#define NETLINK_SOCKET_H 1

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "ofpbuf.h"

struct nl_sock;

/* A good size in bytes for the buffer of nl_dump_next(), which grows if a datagram is larger.  With
 * a larger buffer, the kernel puts more messages of the dump into each datagram, so there are fewer
 * system calls. */
#define NL_DUMP_BUFSIZE 4096

#include "generated/mutex.h"
#include "generated/netlink-socket.h"

#endif /* netlink-socket.h */
