/* SPDX-License-Identifier: Apache-2.0 */
/* What the C files of the preload library use of the Rust part: the parser of scripts, replay, and
 * the writer of captures.
 *
 * Generated from src/ffi/ and the types it names; "cargo test -p nlsock-fake-kernel" compares it,
 * and with NLSOCK_UPDATE_HEADERS=1 writes it.  Do not edit.
 *
 * None of these functions makes a system call.  None may run at the same time as another on the
 * same object: the caller holds its lock. */

#ifndef FAKE_KERNEL_RUST_H
#define FAKE_KERNEL_RUST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Stands for a number that the script does not give.
#define FK_ANY -1

// A message without a network namespace id.
#define FK_NO_NSID INT32_MIN

// Ranges in a selection.
#define FK_MAX_RANGES 64

// Items in a rule.
#define FK_MAX_ITEMS 64

// Bytes for the name of a generic netlink family or multicast group, with the final zero.
#define FK_NAME_SIZE 32

// Bytes for the text of an extended acknowledgement, with the final zero.
#define FK_TEXT_SIZE 64

// Bytes that a request is searched for.
#define FK_CONTAINED_SIZE 64

// What to do with a request.
enum fk_answer_kind {
  // The capture has the answer: these parts.
  FK_ANSWER_KIND_RECORDED,
  // The capture does not have the request: answer as if there were no rule (--unknown=default).
  FK_ANSWER_KIND_DEFAULT,
  // The capture does not have the request: refuse it with `error`.
  FK_ANSWER_KIND_REFUSE,
  // The capture does not have the request: end the program (--unknown=fail).
  FK_ANSWER_KIND_FAIL,
};

// Which requests a rule is about.
enum fk_rule_kind {
  // `request SELECTION`: requests of the fault bed, by their number.
  FK_RULE_KIND_REQUEST,
  // `dump SELECTION`: its dumps.
  FK_RULE_KIND_DUMP,
  // `lookup NAME`: lookups of a generic netlink family.
  FK_RULE_KIND_LOOKUP,
  // `message`: requests of any program.
  FK_RULE_KIND_MESSAGE,
};

// A system call; each includes its variants.
enum fk_call {
  // `socket()`
  FK_CALL_SOCKET,
  // `close()`
  FK_CALL_CLOSE,
  // `connect()`, `bind()`
  FK_CALL_CONNECT,
  // `getsockname()`
  FK_CALL_GETSOCKNAME,
  // `setsockopt()`
  FK_CALL_SETSOCKOPT,
  // `getsockopt()`
  FK_CALL_GETSOCKOPT,
  // `send()`, `sendto()`, `sendmsg()`, `write()`...
  FK_CALL_SEND,
  // `recv()`, `recvfrom()`, `recvmsg()`, `read()`...
  FK_CALL_RECV,
  // `poll()`, `select()`, `epoll_wait()`...
  FK_CALL_POLL,
};

// What happens to the thread just before a system call.
enum fk_event {
  // Nothing.
  FK_EVENT_NONE,
  // It is cancelled.
  FK_EVENT_CANCEL,
  // The process forks.
  FK_EVENT_FORK,
  // The process forks without fork handlers.
  FK_EVENT_QUIET_FORK,
};

// What somebody else did to a descriptor.
enum fk_taken {
  // Nothing.
  FK_TAKEN_NOT,
  // Closed it.
  FK_TAKEN_CLOSED,
  // Closed it, and opened a file of the same number.
  FK_TAKEN_REUSED,
};

// What a `socket` line sets.
enum fk_setting {
  // `buffer BYTES`
  FK_SETTING_BUFFER,
  // `maximum BYTES`
  FK_SETTING_MAXIMUM,
  // `send-buffer BYTES`
  FK_SETTING_SEND_BUFFER,
  // `privileged`
  FK_SETTING_PRIVILEGED,
  // `without OPTION`, whose number is the value.
  FK_SETTING_WITHOUT,
};

// How an expectation compares.
enum fk_comparison {
  // `=`
  FK_COMPARISON_EQUAL,
  // `<=`
  FK_COMPARISON_AT_MOST,
  // `>=`
  FK_COMPARISON_AT_LEAST,
};

// What an item answers.
enum fk_item_kind {
  // The answer that there would be without the rule.
  FK_ITEM_KIND_DEFAULT,
  // No answer.
  FK_ITEM_KIND_NOTHING,
  // No answer, and the request is not carried out.
  FK_ITEM_KIND_UNPROCESSED,
  // An acknowledgement.
  FK_ITEM_KIND_ACK,
  // An error message.
  FK_ITEM_KIND_REFUSE,
  // A message.
  FK_ITEM_KIND_REPLY,
  // A datagram of a dump.
  FK_ITEM_KIND_PART,
  // NLMSG_DONE.
  FK_ITEM_KIND_DONE,
  // NLMSG_NOOP.
  FK_ITEM_KIND_NOOP,
  // NLMSG_OVERRUN.
  FK_ITEM_KIND_OVERRUN,
  // A datagram without bytes.
  FK_ITEM_KIND_EMPTY,
  // A datagram that does not contain a message.
  FK_ITEM_KIND_GARBAGE,
  // An error of the socket.
  FK_ITEM_KIND_ERROR,
  // The answer to the lookup of a family.
  FK_ITEM_KIND_FAMILY,
};

// When a datagram gets into the receive queue.
enum fk_when {
  // At once.
  FK_WHEN_NOW,
  // `at` nanoseconds later.
  FK_WHEN_CLOCK,
  // After the next poll().
  FK_WHEN_POLL,
  // When request number `at` is sent.
  FK_WHEN_REQUEST,
  // No item has this: when the replay has reached position `at`.
  FK_WHEN_REACHED,
};

// The sequence number of an answer.
enum fk_sequence {
  // That of the request.
  FK_SEQUENCE_RIGHT,
  // That of the request plus `seq`.
  FK_SEQUENCE_DELTA,
  // `seq`.
  FK_SEQUENCE_FIXED,
};

// What one process knows of its script, its replay and its recording.
struct fk_session;

// A part of an answer from a capture: a datagram, or an error of the receiving call.
struct fk_part {
  // The datagram. Valid until the next answer from the same session.
  const uint8_t *data;
  // The size of the datagram in bytes.
  size_t size;
  // If it is not 0, there is no datagram: the receive that reaches this part fails with it.
  int32_t error;
  // The error is reported before all datagrams that wait. Otherwise it keeps its place among
  // them.
  bool first;
  // The multicast group, or 0.
  uint32_t group;
  // The network namespace id, or NO_NSID.
  int32_t nsid;
  // The sender's port id.
  uint32_t peer;
  // It is not an answer to the request, but arrived at this place in the recording.
  bool notification;
  // --faults: it is appended to the datagram before it.
  bool joined;
  // --faults: it is dropped, as if the receive buffer were full.
  bool lost;
  // --faults: it arrives this many nanoseconds later.
  int64_t delay;
  // It arrives once fk_replay_reached() returns true for this position.
  uint32_t position;
};

// The answer from a capture.
struct fk_answer {
  // What to do.
  enum fk_answer_kind kind;
  // REFUSE: the errno value. From fk_replay_membership(): the errno value with which the group
  // could not be joined, or 0.
  int32_t error;
  // The answer is a dump: its parts are queued one at a time, as the program reads.
  bool dump;
  // The parts, in their order. Valid until the next answer from the same session.
  const struct fk_part *parts;
  // The number of parts.
  size_t n_parts;
  // REFUSE, FAIL: one line for the report. Ends with a zero. Valid until the next answer from
  // the same session. Otherwise null.
  const char *report;
};

// Both ends belong to it.
struct fk_range {
  // The first number.
  int32_t low;
  // The last number.
  int32_t high;
};

// Some of the numbers from 1 on: `*`, `3`, `1-52`, `1,3,7-9`.
struct fk_selection {
  // How many ranges there are.
  int32_t n;
  // The ranges.
  struct fk_range range[FK_MAX_RANGES];
};

// Which requests a rule or an expectation is about. Numbers that the script does not give are ANY.
struct fk_selector {
  // Of which kind the requests are.
  enum fk_rule_kind kind;
  // REQUEST, DUMP: their numbers. MESSAGE: which of the requests that fit otherwise.
  struct fk_selection selection;
  // LOOKUP: the family, or `*`. MESSAGE: the generic netlink family, or empty. Ends with a zero.
  char name[FK_NAME_SIZE];
  // How often the request has been sent.
  int32_t attempt;
  // Position in the datagram, from 1 on.
  int32_t position;
  // The message type.
  int32_t message_type;
  // Whether NLM_F_ACK is set: 0, 1, or ANY.
  int32_t ack;
  // The netlink protocol.
  int32_t protocol;
  // The command of generic netlink.
  int32_t command;
  // How many bytes `contained` has.
  uint32_t n_contained;
  // These bytes are somewhere after the header of the message.
  uint8_t contained[FK_CONTAINED_SIZE];
};

// A block to append to the capture by one write(). Valid until the next block from the same
// session.
struct fk_bytes {
  // The bytes.
  const uint8_t *data;
  // How many bytes.
  size_t size;
};

// Something to record.
struct fk_recorded_event {
  // CLOCK_REALTIME in nanoseconds.
  int64_t time;
  // Sent by the program.
  bool outgoing;
  // The netlink protocol.
  int32_t protocol;
  // The datagram; null if there is none.
  const uint8_t *data;
  // The size of the datagram in bytes.
  size_t size;
  // The process.
  int32_t pid;
  // The number of the socket in the process, from 1 on.
  uint32_t socket;
  // The port id of the socket, or 0.
  uint32_t port;
  // The port id of the other side.
  uint32_t peer;
  // The multicast group that the datagram was sent to, or 0.
  uint32_t group;
  // The network namespace id, or NO_NSID.
  int32_t nsid;
  // The name of the system call, ends with a zero; or null.
  const char *call;
  // The errno value that the call failed with, or 0.
  int32_t error;
  // The group that the socket has joined, or 0.
  uint32_t join;
  // The group that the socket has left, or 0.
  uint32_t leave;
};

// Why a capture cannot be used.
struct fk_failure {
  // What is wrong, and where. Ends with a zero.
  char text[256];
};

// `random message`: an attribute whose value differs from run to run.
struct Random {
  // In which requests.
  struct fk_selector selector;
  // The type of the attribute.
  int32_t attribute;
  // Bytes of the family's own header, which is before the attributes.
  int32_t header;
};

// `request`, `dump`, `lookup`, `message`: what is answered to which requests.
struct fk_rule {
  // Which requests it is about.
  struct fk_selector selector;
  // Number of items, which are stored elsewhere: see fk_script_line().
  size_t n_items;
};

// `call NAME ...`: a call that fails or meets something.
struct fk_fault {
  // The call.
  enum fk_call call;
  // How many of these calls come before.
  int32_t skip;
  // How many calls meet it; negative for all.
  int32_t times;
  // The errno value; 0 if the call does not fail.
  int32_t error;
  // Only sends of this request; 0 for any.
  int32_t request;
  // Only sends of more bytes.
  int32_t larger;
  // What happens before the call.
  enum fk_event event;
  // What the call finds.
  enum fk_taken taken;
  // The size of the address that getsockname() returns, or ANY.
  int32_t size;
  // Its address family, or ANY.
  int32_t family;
};

// `descriptor`: what somebody does to open sockets.
struct fk_taking {
  // Which of them.
  struct fk_selection selection;
  // What somebody does.
  enum fk_taken taken;
};

// `socket`: a property of sockets.
struct fk_socket_setting {
  // What is set.
  enum fk_setting setting;
  // The value; 0 for PRIVILEGED.
  int32_t value;
};

// `expect message ... sent`: how many requests are sent.
struct fk_expectation {
  // Which requests are counted.
  struct fk_selector selector;
  // How their number is compared.
  enum fk_comparison comparison;
  // With which number.
  int32_t times;
};

// One line.
enum fk_statement_Tag {
  // An empty line, or a comment.
  FK_STATEMENT_EMPTY,
  // A line for the fault bed: `do`, `limit`, `fork`, `join`, and `expect` but for messages.
  FK_STATEMENT_BED,
  // `calm`
  FK_STATEMENT_CALM,
  // `request`, `dump`, `lookup`, `message`
  FK_STATEMENT_RULE,
  // `deliver`, with this number of items.
  FK_STATEMENT_DELIVER,
  // `call`
  FK_STATEMENT_FAULT,
  // `descriptor`
  FK_STATEMENT_TAKING,
  // `socket`
  FK_STATEMENT_SETTING,
  // `clock`: nanoseconds that pass.
  FK_STATEMENT_CLOCK,
  // `expect message ... sent`
  FK_STATEMENT_EXPECTATION,
  // `random message`
  FK_STATEMENT_RANDOM,
};

struct fk_statement {
  enum fk_statement_Tag tag;
  union {
    struct {
      struct fk_rule rule;
    };
    struct {
      size_t deliver;
    };
    struct {
      struct fk_fault fault;
    };
    struct {
      struct fk_taking taking;
    };
    struct {
      struct fk_socket_setting setting;
    };
    struct {
      int64_t clock;
    };
    struct {
      struct fk_expectation expectation;
    };
    struct {
      struct Random random;
    };
  };
};

// One item of a rule with its modifiers: one datagram of the answer.
struct fk_item {
  // What it answers.
  enum fk_item_kind kind;
  // REFUSE, ERROR, DONE: the errno value.
  int32_t error;
  // Bytes of the payload; GARBAGE: of the datagram.
  int32_t size;
  // PART: messages.
  int32_t count;
  // FAMILY: its number.
  int32_t family;
  // Is added to the datagram before it.
  bool joined;
  // Is dropped as by an overflow.
  bool lost;
  // The kernel has no memory for it.
  bool no_memory;
  // Has NLM_F_DUMP_INTR.
  bool interrupted;
  // ACK, REFUSE: without the header of the request.
  bool truncated;
  // When it is queued.
  enum fk_when when;
  // See `when`.
  int64_t at;
  // How `seq` is meant.
  enum fk_sequence sequence;
  // The sequence number, or what is added to it.
  int32_t seq;
  // The length in the header, or ANY for the right one.
  int32_t length;
  // Bytes that are missing at the end.
  int32_t cut;
  // The message type, or ANY for the usual one.
  int32_t message_type;
  // The sender's port id.
  int32_t port;
  // The multicast group.
  int32_t group;
  // The network namespace id, or NO_NSID.
  int32_t nsid;
  // Of the extended acknowledgement; ANY for none.
  int32_t offset;
  // The missing attribute in the extended acknowledgement; ANY for none.
  int32_t missing;
  // The text of the extended acknowledgement. Ends with a zero; empty for none.
  char text[FK_TEXT_SIZE];
  // FAMILY: the name of a multicast group. Ends with a zero; empty for none.
  char group_name[FK_NAME_SIZE];
  // FAMILY: the number of that group.
  int32_t group_id;
};

// Why a line is not understood.
struct fk_script_error {
  // Where, in bytes from 1 on.
  uint32_t column;
  // The reason, in a few words. Ends with a zero.
  char text[128];
};

// Returns what a process needs for all further functions. It is never freed. A child of a fork
// uses its copy.
struct fk_session *fk_session_new(void);

// Stores the recorded answer to a request in `answer`. `port` is the port id of the socket.
//
// # Safety
//
// `message` has `size` bytes, and `answer` is valid for writing.
void fk_replay_request(struct fk_session *session,
                       int32_t protocol,
                       uint32_t port,
                       const uint8_t *message,
                       size_t size,
                       struct fk_answer *answer);

// To be called when a socket joins `group`; with group 0, when a socket is opened. Stores in
// `answer` the notifications that followed in the recording, and the errno value of the call.
//
// # Safety
//
// `answer` is valid for writing.
void fk_replay_membership(struct fk_session *session,
                          int32_t protocol,
                          uint32_t group,
                          struct fk_answer *answer);

// Adds a rule for messages, whose items the caller keeps. Returns its number, from 0 on, or -1 if
// there are too many.
//
// # Safety
//
// `selector` is one that fk_script_line() stored.
int32_t fk_message_rule(struct fk_session *session, const struct fk_selector *selector);

// Counts messages for an `expect message` line, whose result the tool reports. Returns false if
// there are too many.
//
// # Safety
//
// `selector` is one that fk_script_line() stored.
bool fk_message_expect(struct fk_session *session, const struct fk_selector *selector);

// Removes all rules for messages (`calm`). Expectations remain.
//
// # Safety
//
// `session` is that of fk_session_new().
void fk_message_calm(struct fk_session *session);

// Counts a request for all rules and expectations, and returns the number of the rule that it is
// answered by, or -1. To be called once for each request that is sent, whichever answer it gets.
//
// # Safety
//
// `message` is a netlink message of `size` bytes.
int32_t fk_message_find(struct fk_session *session,
                        int32_t protocol,
                        const uint8_t *message,
                        size_t size,
                        int32_t position);

// Learns names and numbers of generic netlink families from a datagram. To be called for each
// datagram of NETLINK_GENERIC that is queued for the program.
//
// # Safety
//
// `datagram` has `size` bytes.
void fk_learn(struct fk_session *session, const uint8_t *datagram, size_t size);

// Returns the block of a capture that holds this event.
//
// # Safety
//
// `data` and `call` of `event` are as their comments say.
struct fk_bytes fk_record_event(struct fk_session *session, const struct fk_recorded_event *event);

// Reads a capture for replay. Returns false and stores the reason, with its position, if it
// cannot be used.
//
// # Safety
//
// `data` has `size` bytes.
bool fk_replay_load(struct fk_session *session,
                    const uint8_t *data,
                    size_t size,
                    struct fk_failure *failure);

// Says what happens to requests that the capture does not have: the value of
// NLSOCK_FAKE_KERNEL_UNKNOWN. Returns false if it is none of `fail`, `default`, or the name of an
// errno value.
//
// # Safety
//
// `word` ends with a zero.
bool fk_replay_unknown(struct fk_session *session, const char *word);

// From now on, answers have additional faults. The seed, from NLSOCK_FAKE_KERNEL_FAULTS, decides
// which.
//
// # Safety
//
// `session` is that of fk_session_new().
void fk_faults_seed(struct fk_session *session, uint64_t seed);

// Notes an attribute whose value differs from run to run.
//
// # Safety
//
// `random` is one that fk_script_line() stored.
void fk_replay_random(struct fk_session *session, const struct Random *random);

// Returns the errno value with which the call failed in the recording, or 0 if it works. For
// SEND, `data` is the datagram; for others, it is null.
//
// # Safety
//
// `data` has `size` bytes, or is null.
int32_t fk_replay_call(struct fk_session *session,
                       enum fk_call call,
                       int32_t protocol,
                       const uint8_t *data,
                       size_t size);

// Returns the port id that the next socket of the protocol had in the recording, or 0 if there was
// none. For sockets that do not choose one.
//
// # Safety
//
// `session` is that of fk_session_new().
uint32_t fk_replay_port(struct fk_session *session, int32_t protocol);

// Looks for a request of ioctl() with a `struct ifreq` of `size` bytes, and fills that in as it
// was after the call. Returns the errno value with which the call failed, 0 if it worked, or -1 if
// the capture does not have it.
//
// # Safety
//
// `ifreq` has `size` bytes, and is valid for writing.
int32_t fk_replay_ioctl(const struct fk_session *session,
                        uint32_t request,
                        uint8_t *ifreq,
                        size_t size);

// Returns whether the program has made the changes that it had made before this position of the
// recording.
//
// # Safety
//
// `session` is that of fk_session_new().
bool fk_replay_reached(const struct fk_session *session, uint32_t position);

// Returns whether nothing more can arrive but answers to requests: all recorded notifications and
// errors between them have been handed out. Also true without a capture.
//
// # Safety
//
// `session` is that of fk_session_new().
bool fk_replay_finished(const struct fk_session *session);

// Parses one line of a script, without the newline. Stores what it says in `statement`, and the
// items of a rule or of `deliver` in `items`, an array of MAX_ITEMS items that have been
// initialised once, for example with zeros. Returns false and stores the reason in `error` if the
// line is not understood. Allocates nothing, and may run in several threads at the same time.
//
// # Safety
//
// `line` has `size` bytes; the other pointers are valid for writing.
bool fk_script_line(const char *line,
                    size_t size,
                    struct fk_statement *statement,
                    struct fk_item *items,
                    struct fk_script_error *error);

// Returns the name of an errno value, such as "ENOENT", or null if there is none.
const char *fk_errno_name(int32_t error);

// The counters are in `state`, which is a shared mapping of the file NLSOCK_FAKE_KERNEL_STATE with
// `n` words. Without this call, the process has counters of its own. To be called after
// fk_replay_load() and before any rule.
//
// # Safety
//
// `state` stays mapped. Others change it by atomic operations only.
void fk_state_share(struct fk_session *session, uint32_t *state, size_t n);

// Counts a report that could not be written. May run at the same time as any other function.
void fk_state_unreported(void);

// Counts a system call that fits the `call` line with this number, from 0 on. Returns how many
// were counted before.
//
// # Safety
//
// `session` is that of fk_session_new().
uint32_t fk_state_fault(const struct fk_session *session, uint32_t number);

// Counts a system call on a fake socket, for --every-call.
//
// # Safety
//
// `session` is that of fk_session_new().
void fk_state_call(struct fk_session *session, enum fk_call call);

#endif  /* FAKE_KERNEL_RUST_H */
