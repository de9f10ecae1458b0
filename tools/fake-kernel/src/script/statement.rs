// SPDX-License-Identifier: Apache-2.0
//! What a line of a script says. C reads these types: `preload/rust.h` is generated from them.

use core::ffi::c_char;

/// Stands for a number that the script does not give.
pub const ANY: i32 = -1;
/// A message without a network namespace id.
pub const NO_NSID: i32 = i32::MIN;
/// Ranges in a selection.
pub const MAX_RANGES: usize = 64;
/// Items in a rule.
pub const MAX_ITEMS: usize = 64;
/// Bytes for the name of a generic netlink family or multicast group, with the final zero.
pub const NAME_SIZE: usize = 32;
/// Bytes for the text of an extended acknowledgement, with the final zero.
pub const TEXT_SIZE: usize = 64;
/// Bytes that a request is searched for.
pub const CONTAINED_SIZE: usize = 64;

/// Both ends belong to it.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Range {
    /// The first number.
    pub low: i32,
    /// The last number.
    pub high: i32,
}

/// Some of the numbers from 1 on: `*`, `3`, `1-52`, `1,3,7-9`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Selection {
    /// How many ranges there are.
    pub n: i32,
    /// The ranges.
    pub range: [Range; MAX_RANGES],
}

/// Which requests a rule is about.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RuleKind {
    /// `request SELECTION`: requests of the fault bed, by their number.
    Request,
    /// `dump SELECTION`: its dumps.
    Dump,
    /// `lookup NAME`: lookups of a generic netlink family.
    Lookup,
    /// `message`: requests of any program.
    Message,
}

/// Which requests a rule or an expectation is about. Numbers that the script does not give are ANY.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Selector {
    /// Of which kind the requests are.
    pub kind: RuleKind,
    /// REQUEST, DUMP: their numbers. MESSAGE: which of the requests that fit otherwise.
    pub selection: Selection,
    /// LOOKUP: the family, or `*`. MESSAGE: the generic netlink family, or empty. Ends with a zero.
    pub name: [c_char; NAME_SIZE],
    /// How often the request has been sent.
    pub attempt: i32,
    /// Position in the datagram, from 1 on.
    pub position: i32,
    /// The message type.
    pub message_type: i32,
    /// Whether NLM_F_ACK is set: 0, 1, or ANY.
    pub ack: i32,
    /// The netlink protocol.
    pub protocol: i32,
    /// The command of generic netlink.
    pub command: i32,
    /// How many bytes `contained` has.
    pub n_contained: u32,
    /// These bytes are somewhere after the header of the message.
    pub contained: [u8; CONTAINED_SIZE],
}

/// What an item answers.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ItemKind {
    /// The answer that there would be without the rule.
    Default,
    /// No answer.
    Nothing,
    /// No answer, and the request is not carried out.
    Unprocessed,
    /// An acknowledgement.
    Ack,
    /// An error message.
    Refuse,
    /// A message.
    Reply,
    /// A datagram of a dump.
    Part,
    /// NLMSG_DONE.
    Done,
    /// NLMSG_NOOP.
    Noop,
    /// NLMSG_OVERRUN.
    Overrun,
    /// A datagram without bytes.
    Empty,
    /// A datagram that does not contain a message.
    Garbage,
    /// An error of the socket.
    Error,
    /// The answer to the lookup of a family.
    Family,
}

/// When a datagram gets into the receive queue.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum When {
    /// At once.
    Now,
    /// `at` nanoseconds later.
    Clock,
    /// After the next poll().
    Poll,
    /// When request number `at` is sent.
    Request,
    /// No item has this: when the replay has reached position `at`.
    Reached,
}

/// The sequence number of an answer.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sequence {
    /// That of the request.
    Right,
    /// That of the request plus `seq`.
    Delta,
    /// `seq`.
    Fixed,
}

/// One item of a rule with its modifiers: one datagram of the answer.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Item {
    /// What it answers.
    pub kind: ItemKind,
    /// REFUSE, ERROR, DONE: the errno value.
    pub error: i32,
    /// Bytes of the payload; GARBAGE: of the datagram.
    pub size: i32,
    /// PART: messages.
    pub count: i32,
    /// FAMILY: its number.
    pub family: i32,
    /// Is added to the datagram before it.
    pub joined: bool,
    /// Is dropped as by an overflow.
    pub lost: bool,
    /// The kernel has no memory for it.
    pub no_memory: bool,
    /// Has NLM_F_DUMP_INTR.
    pub interrupted: bool,
    /// ACK, REFUSE: without the header of the request.
    pub truncated: bool,
    /// When it is queued.
    pub when: When,
    /// See `when`.
    pub at: i64,
    /// How `seq` is meant.
    pub sequence: Sequence,
    /// The sequence number, or what is added to it.
    pub seq: i32,
    /// The length in the header, or ANY for the right one.
    pub length: i32,
    /// Bytes that are missing at the end.
    pub cut: i32,
    /// The message type, or ANY for the usual one.
    pub message_type: i32,
    /// The sender's port id.
    pub port: i32,
    /// The multicast group.
    pub group: i32,
    /// The network namespace id, or NO_NSID.
    pub nsid: i32,
    /// Of the extended acknowledgement; ANY for none.
    pub offset: i32,
    /// The missing attribute in the extended acknowledgement; ANY for none.
    pub missing: i32,
    /// The text of the extended acknowledgement. Ends with a zero; empty for none.
    pub text: [c_char; TEXT_SIZE],
    /// FAMILY: the name of a multicast group. Ends with a zero; empty for none.
    pub group_name: [c_char; NAME_SIZE],
    /// FAMILY: the number of that group.
    pub group_id: i32,
}

/// A system call; each includes its variants.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Call {
    /// `socket()`
    Socket,
    /// `close()`
    Close,
    /// `connect()`, `bind()`
    Connect,
    /// `getsockname()`
    Getsockname,
    /// `setsockopt()`
    Setsockopt,
    /// `getsockopt()`
    Getsockopt,
    /// `send()`, `sendto()`, `sendmsg()`, `write()`...
    Send,
    /// `recv()`, `recvfrom()`, `recvmsg()`, `read()`...
    Recv,
    /// `poll()`, `select()`, `epoll_wait()`...
    Poll,
}

/// What happens to the thread just before a system call.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Event {
    /// Nothing.
    None,
    /// It is cancelled.
    Cancel,
    /// The process forks.
    Fork,
    /// The process forks without fork handlers.
    QuietFork,
}

/// What somebody else did to a descriptor.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Taken {
    /// Nothing.
    Not,
    /// Closed it.
    Closed,
    /// Closed it, and opened a file of the same number.
    Reused,
}

/// `call NAME ...`: a call that fails or meets something.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fault {
    /// The call.
    pub call: Call,
    /// How many of these calls come before.
    pub skip: i32,
    /// How many calls meet it; negative for all.
    pub times: i32,
    /// The errno value; 0 if the call does not fail.
    pub error: i32,
    /// Only sends of this request; 0 for any.
    pub request: i32,
    /// Only sends of more bytes.
    pub larger: i32,
    /// What happens before the call.
    pub event: Event,
    /// What the call finds.
    pub taken: Taken,
    /// The size of the address that getsockname() returns, or ANY.
    pub size: i32,
    /// Its address family, or ANY.
    pub family: i32,
}

/// What a `socket` line sets.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Setting {
    /// `buffer BYTES`
    Buffer,
    /// `maximum BYTES`
    Maximum,
    /// `send-buffer BYTES`
    SendBuffer,
    /// `privileged`
    Privileged,
    /// `without OPTION`, whose number is the value.
    Without,
}

/// How an expectation compares.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Comparison {
    /// `=`
    Equal,
    /// `<=`
    AtMost,
    /// `>=`
    AtLeast,
}

/// `request`, `dump`, `lookup`, `message`: what is answered to which requests.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// Which requests it is about.
    pub selector: Selector,
    /// Number of items, which are stored elsewhere: see fk_script_line().
    pub n_items: usize,
}

/// `descriptor`: what somebody does to open sockets.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Taking {
    /// Which of them.
    pub selection: Selection,
    /// What somebody does.
    pub taken: Taken,
}

/// `socket`: a property of sockets.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SocketSetting {
    /// What is set.
    pub setting: Setting,
    /// The value; 0 for PRIVILEGED.
    pub value: i32,
}

/// `expect message ... sent`: how many requests are sent.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expectation {
    /// Which requests are counted.
    pub selector: Selector,
    /// How their number is compared.
    pub comparison: Comparison,
    /// With which number.
    pub times: i32,
}

/// `random message`: an attribute whose value differs from run to run.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Random {
    /// In which requests.
    pub selector: Selector,
    /// The type of the attribute.
    pub attribute: i32,
    /// Bytes of the family's own header, which is before the attributes.
    pub header: i32,
}

/// One line.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "C reads it, and only one exists at a time")]
pub enum Statement {
    /// An empty line, or a comment.
    Empty,
    /// A line for the fault bed: `do`, `limit`, `fork`, `join`, and `expect` but for messages.
    Bed,
    /// `calm`
    Calm,
    /// `request`, `dump`, `lookup`, `message`
    Rule(Rule),
    /// `deliver`, with this number of items.
    Deliver(usize),
    /// `call`
    Fault(Fault),
    /// `descriptor`
    Taking(Taking),
    /// `socket`
    Setting(SocketSetting),
    /// `clock`: nanoseconds that pass.
    Clock(i64),
    /// `expect message ... sent`
    Expectation(Expectation),
    /// `random message`
    Random(Random),
}

/// Why a line is not understood.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScriptError {
    /// Where, in bytes from 1 on.
    pub column: u32,
    /// The reason, in a few words. Ends with a zero.
    pub text: [c_char; 128],
}

impl ScriptError {
    /// At this byte of the line, counted from 0.
    pub fn new(at: usize, reason: core::fmt::Arguments<'_>) -> Self {
        let mut text = Text { bytes: [0; 128], size: 0 };
        // Only a text that is too long is an error, and then its start is there.
        let _ = core::fmt::write(&mut text, reason);
        Self { column: (at + 1) as u32, text: text.bytes }
    }
}

/// A text that is written without allocating memory.
struct Text {
    bytes: [c_char; 128],
    size: usize,
}

impl core::fmt::Write for Text {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        let room = self.bytes.iter_mut().skip(self.size).take(127 - self.size);
        let n = room.zip(text.bytes()).map(|(to, byte)| *to = byte as c_char).count();
        self.size += n;
        if n == text.len() { Ok(()) } else { Err(core::fmt::Error) }
    }
}
