/* SPDX-License-Identifier: Apache-2.0 */
/* What the fake kernel has in Rust, for one process: the rules for messages, replay, recording. */

#ifndef FAKE_SESSION_H
#define FAKE_SESSION_H 1

#include <sys/socket.h>
#include "fake-internal.h"
#include "rust.h"

#pragma GCC visibility push(hidden)

/* fake-session.c */
/* Locked, as everything that is called with it. */
struct fk_session *session(void);
/* Reads the capture that is replayed, and maps the counters that processes share, as the
 * environment says.  Called once, when the library is loaded. */
void session_load(void);
/* Whether a capture is replayed. */
bool session_replays(void);
/* Whether processes share the counters: the tool runs them. */
bool session_is_shared(void);
/* Whether the tool has started this process itself. */
bool session_is_of_tool(void);
/* The replay has ended: ends the program as a user would, by SIGTERM.  Called with the lock held.
 * Returns the result of the call that waits, which fails with EINTR, if the program goes on. */
int session_end(void);
/* Reports what is wrong with the script or the capture, and ends the process. */
void session_fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* fake-replay.c: called with the lock held. */
/* Answers a request as in the recording.  Returns false if there is none, or if unknown requests
 * are answered by default. */
bool replay_process(struct sock *, const struct nlmsghdr *, struct fake_record *,
                    const struct fk_item *modifiers);
/* The errno value with which the call failed in the recording; 0 if it works. */
int replay_send_error(const struct sock *, const uint8_t *datagram, size_t size);
int replay_open_error(int protocol);
int replay_connect_error(const struct sock *);
/* The socket joins a group; 0: it is opened.  Queues what followed in the recording.  Returns the
 * errno value with which that failed. */
int replay_join(struct sock *, uint32_t group);
/* The program may have made a change, which notifications wait for. */
void replay_changed(void);
/* The port id that the next socket had in the recording; 0 if it had none. */
uint32_t replay_port(int protocol);

/* fake-record.c: called without the lock, after the call with that name, whose result is the last
 * argument.  Each returns the result, and keeps errno.  They do nothing if the descriptor is not a
 * socket of netlink that was opened while recording. */
bool record_is_on(void);
/* Finds out where the capture is.  Called once, when the library is loaded. */
void record_load(void);
void record_started(void);
int record_opened(int protocol, int fd);
/* A message that stands for a call on a socket that is not of netlink. */
void record_message(const char *call, const uint8_t *data, size_t size, int error);
int record_duplicated(int from, int to);
void record_closed(int fd);
void record_closed_range(unsigned int first, unsigned int last);
int record_bound(const char *call, int fd, const struct sockaddr *, socklen_t, int result);
int record_option(int fd, int level, int name, const void *value, socklen_t, int result);
ssize_t record_sent(const char *call, int fd, const struct iovec *, size_t n, ssize_t result);
ssize_t record_received(const char *call, int fd, const struct msghdr *, int flags, ssize_t result);
/* The result is the number of messages, or -1: then the call failed for the first of 'n'. */
int record_sent_several(int fd, const struct mmsghdr *, unsigned int n, int result);
int record_received_several(int fd, const struct mmsghdr *, int flags, int result);

#pragma GCC visibility pop

#endif /* fake-session.h */
