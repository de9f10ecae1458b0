/* Netlink sockets, transactions and dumps.
 *
 * Unless the comment of a function says otherwise:
 * - Pointers are valid and not null.  Sizes are in bytes.  Integers are in host byte order.
 * - A return value of type int is 0 on success and a positive errno value on failure.
 * - One thread at a time may use a socket or a dump.
 * - A function does not block.
 * - A breach of what the comments require logs an assertion failure and aborts, and so does a lack
 *   of memory.
 *
 * Functions that take no socket use one from a pool of idle sockets, or open one.  A transaction
 * may block until the kernel has acknowledged it.
 *
 * fork(): a socket from nl_sock_create() can be used in the child.  Parent and child share it and
 * its messages, so only one of the two should use it.  The first use in a child is logged at level
 * DBG.  A socket from the pool is never used in a child: the child's pool starts out empty.
 *
 * Signals do not end a function that blocks.  pthread_cancel() takes effect in nl_sock_recv(),
 * nl_sock_send(), nl_sock_send_seq() and nl_sock_drain(); a transaction, a dump or a lookup is
 * finished first, unless the thread is in the log handler (see nlsock_log_set_handler()). */

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

#include "generated/netlink-socket.h"

#endif /* netlink-socket.h */
