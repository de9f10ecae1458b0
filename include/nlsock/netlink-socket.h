/* Netlink sockets, transactions and dumps.
 *
 * Threads: one thread at a time may use a socket or a dump, except that several may call
 * nl_sock_recv() on one socket and nl_dump_next() on one dump, each with buffers of its own.
 * Functions that take neither may be called from any thread.
 *
 * fork(): a socket is shared with the child, and so are its messages: use it in one of the two
 * only.  The child's pool of sockets is empty, so functions that take no socket are safe in both.
 * A process that uses a socket from before the fork is told on the log, once, at level DBG. */

#ifndef NETLINK_SOCKET_H
#define NETLINK_SOCKET_H 1

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "ofpbuf.h"

struct nl_sock;

/* A good size for the buffer of nl_dump_next(). */
#define NL_DUMP_BUFSIZE 4096

#include "generated/netlink-socket.h"

#endif /* netlink-socket.h */
