// SPDX-License-Identifier: Apache-2.0
//! What the C files of the preload library call. `preload/rust.h` is generated from this file.

#![allow(unsafe_code, reason = "C calls it")]

use crate::errno;
use crate::script::{
    self,
    statement::{Call, Item, ScriptError, Selector, Statement},
};
use core::ffi::c_char;

/// What one process knows of its script, its replay and its recording.
pub struct Session(());

/// Why something does not work.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Failure {
    /// What is wrong, and where. Ends with a zero.
    pub text: [c_char; 256],
}

/// A part of an answer from a capture: a datagram, or an error of the receiving call.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Part {
    /// The datagram. Valid until the next call with the same session.
    pub data: *const u8,
    /// Its bytes.
    pub size: usize,
    /// If it is not 0, there is no datagram: the receive that reaches this part fails with it. The
    /// error keeps its place among the datagrams.
    pub error: i32,
    /// The multicast group, or 0.
    pub group: u32,
    /// The network namespace id, or NO_NSID.
    pub nsid: i32,
    /// The sender's port id.
    pub peer: u32,
    /// It is not an answer to the request, but arrived at this place in the recording.
    pub notification: bool,
    /// --faults: is added to the datagram before it.
    pub joined: bool,
    /// --faults: is dropped as by an overflow.
    pub lost: bool,
    /// --faults: comes that many nanoseconds later.
    pub delay: i64,
}

/// What to do with a request.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum AnswerKind {
    /// The capture has the answer: these parts.
    Recorded,
    /// The capture does not have the request: answer as if there were no rule (--unknown=default).
    Default,
    /// The capture does not have the request: refuse it with `error`.
    Refuse,
    /// The capture does not have the request: end the program (--unknown=fail).
    Fail,
}

/// The answer from a capture.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Answer {
    /// What to do.
    pub kind: AnswerKind,
    /// REFUSE: the errno value.
    pub error: i32,
    /// The answer is a dump: its parts are queued one at a time, as the program reads.
    pub dump: bool,
    /// The parts, in their order. Valid until the next call with the same session.
    pub parts: *const Part,
    /// Number of parts.
    pub n_parts: usize,
    /// REFUSE, FAIL: one line for the report. Ends with a zero. Otherwise null.
    pub report: *const c_char,
}

/// Something to record.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct RecordedEvent {
    /// CLOCK_REALTIME in nanoseconds.
    pub time: i64,
    /// Sent by the program.
    pub outgoing: bool,
    /// The netlink protocol.
    pub protocol: i32,
    /// The datagram; null if there is none.
    pub data: *const u8,
    /// Its bytes.
    pub size: usize,
    /// The process.
    pub pid: i32,
    /// The number of the socket in the process, from 1 on.
    pub socket: u32,
    /// The port id of the socket, or 0.
    pub port: u32,
    /// The port id of the other side.
    pub peer: u32,
    /// The multicast group that the datagram was sent to, or 0.
    pub group: u32,
    /// The network namespace id, or NO_NSID.
    pub nsid: i32,
    /// The name of the system call, ends with a zero; or null.
    pub call: *const c_char,
    /// The errno value that the call failed with, or 0.
    pub error: i32,
    /// The group that the socket has joined, or 0.
    pub join: u32,
    /// The group that the socket has left, or 0.
    pub leave: u32,
}

/// Bytes to append to the capture by one write(). Valid until the next call with the same session.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Bytes {
    /// The bytes.
    pub data: *const u8,
    /// How many.
    pub size: usize,
}

/// The bytes that C passes.
///
/// # Safety
///
/// `data` has `size` bytes that do not change for as long as the result is used; or `size` is 0.
unsafe fn bytes<'a>(data: *const u8, size: usize) -> &'a [u8] {
    if size == 0 {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { core::slice::from_raw_parts(data, size) }
}

/// Parses one line of a script, without the newline. Stores what it says in `statement`, and the
/// items of a rule or of `deliver` in `items`, an array of
/// MAX_ITEMS items that have been initialised once, for example with zeros. Returns false and
/// stores the reason in `error` if the line is not understood. Allocates nothing, and may run in
/// several threads.
///
/// # Safety
///
/// `line` has `size` bytes; the other pointers are valid for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_script_line(
    line: *const c_char,
    size: usize,
    statement: *mut Statement,
    items: *mut Item,
    error: *mut ScriptError,
) -> bool {
    // SAFETY: the caller's promise.
    let (line, items) = unsafe { (bytes(line.cast(), size), &mut *items.cast()) };
    let failure = match core::str::from_utf8(line) {
        Ok(line) => match script::parse(line, items) {
            Ok(parsed) => {
                // SAFETY: the caller's promise.
                unsafe { statement.write(parsed) };
                return true;
            }
            Err(error) => ScriptError::new(error.at, format_args!("{error}")),
        },
        Err(error) => ScriptError::new(error.valid_up_to(), format_args!("not UTF-8")),
    };
    // SAFETY: the caller's promise.
    unsafe { error.write(failure) };
    false
}

/// Returns the name of an errno value, such as "ENOENT", or null if there is none.
#[unsafe(no_mangle)]
pub extern "C" fn fk_errno_name(error: i32) -> *const c_char {
    errno::name(error).map_or(core::ptr::null(), |name| name.as_ptr())
}

/// Returns the errno value of a name, such as "ENOENT"; "0" is 0. Returns -1 if there is none.
///
/// # Safety
///
/// `name` has `size` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_errno_number(name: *const c_char, size: usize) -> i32 {
    // SAFETY: the caller's promise.
    let name = unsafe { bytes(name.cast(), size) };
    core::str::from_utf8(name).ok().and_then(errno::number).unwrap_or(-1)
}

/// Returns what a process needs for all further functions. It is never freed. A child of a fork uses
/// its copy.
#[unsafe(no_mangle)]
pub extern "C" fn fk_session_new() -> *mut Session {
    core::ptr::null_mut()
}

/// Adds a rule for messages, whose items the caller keeps. Returns its number, from 0 on, or -1 if
/// there are too many.
///
/// # Safety
///
/// `selector` is one that fk_script_line() stored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_message_rule(session: *mut Session, selector: *const Selector) -> i32 {
    let _ = (session, selector);
    -1
}

/// Counts messages for an `expect message` line, whose result the tool reports. Returns false if
/// there are too many.
///
/// # Safety
///
/// `selector` is one that fk_script_line() stored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_message_expect(
    session: *mut Session,
    selector: *const Selector,
) -> bool {
    let _ = (session, selector);
    false
}

/// Removes all rules for messages (`calm`). Expectations remain.
///
/// # Safety
///
/// `session` is that of fk_session_new().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_message_calm(session: *mut Session) {
    let _ = session;
}

/// Counts a request for all rules and expectations, and returns the number of the rule that it is
/// answered by, or -1. To be called once for each request that is sent, whichever answer it gets.
///
/// # Safety
///
/// `message` is a netlink message of `size` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_message_find(
    session: *mut Session,
    protocol: i32,
    message: *const u8,
    size: usize,
    position: i32,
) -> i32 {
    let _ = (session, protocol, message, size, position);
    -1
}

/// Reads what a datagram tells: the names of generic netlink families. To be called for each
/// datagram of NETLINK_GENERIC that is queued for the program.
///
/// # Safety
///
/// `datagram` has `size` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_learn(session: *mut Session, datagram: *const u8, size: usize) {
    let _ = (session, datagram, size);
}

/// Describes a message in one line, for a trace. Valid until the next call with the same session.
///
/// # Safety
///
/// `message` has `size` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_describe(
    session: *mut Session,
    protocol: i32,
    message: *const u8,
    size: usize,
) -> *const c_char {
    let _ = (session, protocol, message, size);
    core::ptr::null()
}

/// Reads a capture for replay. Returns false and stores the reason, with its position, if it
/// cannot be used.
///
/// # Safety
///
/// `data` has `size` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_replay_load(
    session: *mut Session,
    data: *const u8,
    size: usize,
    failure: *mut Failure,
) -> bool {
    let _ = (session, data, size, failure);
    false
}

/// The counters are in `state`, which is a shared mapping of the file NLSOCK_FAKE_KERNEL_STATE with
/// `n` words. Without this call, the process has counters of its own. To be called after
/// fk_replay_load() and before any rule.
///
/// # Safety
///
/// `state` stays mapped. Others change it by atomic operations only.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_state_share(session: *mut Session, state: *mut u32, n: usize) {
    let _ = (session, state, n);
}

/// Counts a system call on a fake socket, for --every-call.
///
/// # Safety
///
/// `session` is that of fk_session_new().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_state_call(session: *mut Session, call: Call) {
    let _ = (session, call);
}

/// Says what happens to requests that the capture does not have: the value of
/// NLSOCK_FAKE_KERNEL_UNKNOWN. Returns false if it is none of `fail`, `default`, or the name of an
/// errno value.
///
/// # Safety
///
/// `word` ends with a zero.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_replay_unknown(session: *mut Session, word: *const c_char) -> bool {
    let _ = (session, word);
    false
}

/// Adds faults to the answers, as this seed says: NLSOCK_FAKE_KERNEL_FAULTS.
///
/// # Safety
///
/// `session` is that of fk_session_new().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_faults_seed(session: *mut Session, seed: u64) {
    let _ = (session, seed);
}

/// Returns the errno value with which the call failed in the recording, or 0 if it works. For
/// SEND, `data` is the datagram; for others, it is null.
///
/// # Safety
///
/// `data` has `size` bytes, or is null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_replay_call(
    session: *mut Session,
    call: Call,
    protocol: i32,
    data: *const u8,
    size: usize,
) -> i32 {
    let _ = (session, call, protocol, data, size);
    0
}

/// Stores the recorded answer to a request in `answer`. `port` is the port id of the socket.
///
/// # Safety
///
/// `message` has `size` bytes, and `answer` is valid for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_replay_request(
    session: *mut Session,
    protocol: i32,
    port: u32,
    message: *const u8,
    size: usize,
    answer: *mut Answer,
) {
    let _ = (session, protocol, port, message, size, answer);
}

/// The socket joins or leaves a group. Stores the notifications that followed in the recording.
///
/// # Safety
///
/// `answer` is valid for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_replay_membership(
    session: *mut Session,
    protocol: i32,
    group: u32,
    joins: bool,
    answer: *mut Answer,
) {
    let _ = (session, protocol, group, joins, answer);
}

/// Returns the port id that the next socket of the protocol had in the recording, or 0 if there was
/// none. For sockets that do not choose one.
///
/// # Safety
///
/// `session` is that of fk_session_new().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_replay_port(session: *mut Session, protocol: i32) -> u32 {
    let _ = (session, protocol);
    0
}

/// Returns the blocks that a process writes before its first event. `program` is the name of the
/// program, and ends with a zero.
///
/// # Safety
///
/// `program` ends with a zero.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_record_start(session: *mut Session, program: *const c_char) -> Bytes {
    let _ = (session, program);
    Bytes { data: core::ptr::null(), size: 0 }
}

/// Returns the block of an event.
///
/// # Safety
///
/// The pointers in `event` are as it says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_record_event(
    session: *mut Session,
    event: *const RecordedEvent,
) -> Bytes {
    let _ = (session, event);
    Bytes { data: core::ptr::null(), size: 0 }
}
