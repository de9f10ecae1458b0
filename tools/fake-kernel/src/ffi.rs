// SPDX-License-Identifier: Apache-2.0
//! What the C files of the preload library call. `preload/rust.h` is generated from this file.

#![allow(unsafe_code, reason = "C calls it")]

use crate::capture::{CallName, Event, write};
use crate::counters::{Counters, Place};
use crate::errno;
use crate::messages::Request;
use crate::netlink::Message;
use crate::replay;
use crate::replay::faults::Faults;
use crate::script::statement::{
    Call, Item, MAX_ITEMS, NO_NSID, Random, ScriptError, Selector, Statement,
};
use crate::script::{self, words};
use crate::session::{self, Reaction, Unknown};
use core::ffi::{CStr, c_char};
use core::ptr::null;
use core::sync::atomic::AtomicU32;
use std::ffi::CString;
use std::sync::OnceLock;

/// What one process knows of its script, its replay and its recording.
#[derive(Default)]
pub struct Session {
    session: session::Session,
    /// What the last call returned to C.
    parts: Vec<replay::Part>,
    c_parts: Vec<Part>,
    text: CString,
    bytes: Vec<u8>,
}

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
    /// If it is not 0, there is no datagram: the receive that reaches this part fails with it.
    pub error: i32,
    /// The error is reported before all datagrams that wait. Otherwise it keeps its place among
    /// them.
    pub first: bool,
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
    /// It arrives once fk_replay_reached() is true for this position.
    pub position: u32,
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

impl Session {
    fn keep_text(&mut self, text: String) -> *const c_char {
        self.text = CString::new(text.replace('\0', " ")).unwrap_or_default();
        self.text.as_ptr()
    }

    fn keep_bytes(&mut self, kept: Vec<u8>) -> Bytes {
        self.bytes = kept;
        Bytes { data: self.bytes.as_ptr(), size: self.bytes.len() }
    }

    fn keep(&mut self, reaction: Reaction) -> Answer {
        let (kind, error, report) = match reaction {
            Reaction::Recorded(answer) => return self.keep_parts(answer),
            Reaction::Default => (AnswerKind::Default, 0, null()),
            Reaction::Refuse(error, text) => (AnswerKind::Refuse, error, self.keep_text(text)),
            Reaction::Fail(text) => (AnswerKind::Fail, 0, self.keep_text(text)),
        };
        Answer { kind, error, dump: false, parts: null(), n_parts: 0, report }
    }

    fn keep_parts(&mut self, answer: replay::Answer) -> Answer {
        self.parts = answer.parts;
        let parts = self.parts.iter().map(|part| Part {
            data: part.data.as_ptr(),
            size: part.data.len(),
            error: part.error,
            first: part.first,
            group: part.group,
            nsid: part.nsid.unwrap_or(NO_NSID),
            peer: part.peer,
            notification: part.notification,
            joined: part.joined,
            lost: part.lost,
            delay: part.delay,
            position: part.position,
        });
        self.c_parts = parts.collect();
        Answer {
            kind: AnswerKind::Recorded,
            error: 0,
            dump: answer.dump,
            parts: self.c_parts.as_ptr(),
            n_parts: self.c_parts.len(),
            report: null(),
        }
    }
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
    let (line, items) =
        unsafe { (bytes(line.cast(), size), &mut *items.cast::<[Item; MAX_ITEMS]>()) };
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
    errno::name(error).map_or(null(), CStr::as_ptr)
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

/// Returns what a process needs for all further functions. It is never freed. A child of a fork
/// uses its copy.
#[unsafe(no_mangle)]
pub extern "C" fn fk_session_new() -> *mut Session {
    Box::into_raw(Box::default())
}

/// Adds a rule for messages, whose items the caller keeps. Returns its number, from 0 on, or -1 if
/// there are too many.
///
/// # Safety
///
/// `selector` is one that fk_script_line() stored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_message_rule(session: *mut Session, selector: *const Selector) -> i32 {
    // SAFETY: the caller's promise.
    let (session, selector) = unsafe { (&mut *session, &*selector) };
    session.session.rules.add(selector).map_or(-1, |number| number as i32)
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
    // SAFETY: the caller's promise.
    let (session, selector) = unsafe { (&mut *session, &*selector) };
    session.session.rules.expect(selector)
}

/// Removes all rules for messages (`calm`). Expectations remain.
///
/// # Safety
///
/// `session` is that of fk_session_new().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_message_calm(session: *mut Session) {
    // SAFETY: the caller's promise.
    unsafe { &mut *session }.session.rules.clear();
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
    // SAFETY: the caller's promise.
    let (session, message) = unsafe { (&mut *session, Message(bytes(message, size))) };
    let request = Request { protocol, message, position };
    session.session.find_rule(request).map_or(-1, |number| number as i32)
}

/// Reads what a datagram tells: the names of generic netlink families. To be called for each
/// datagram of NETLINK_GENERIC that is queued for the program.
///
/// # Safety
///
/// `datagram` has `size` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_learn(session: *mut Session, datagram: *const u8, size: usize) {
    // SAFETY: the caller's promise.
    let (session, datagram) = unsafe { (&mut *session, bytes(datagram, size)) };
    session.session.rules.families.learn(datagram);
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
    // SAFETY: the caller's promise.
    let (session, message) = unsafe { (&mut *session, bytes(message, size)) };
    let text = session.session.rules.describe(protocol, Message(message));
    session.keep_text(text)
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
    // SAFETY: the caller's promise.
    let (session, data) = unsafe { (&mut *session, bytes(data, size)) };
    let Err(error) = session.session.load(data) else { return true };
    let mut text = [0; 256];
    words::set_text(&mut text, &error.to_string());
    // SAFETY: the caller's promise.
    unsafe { failure.write(Failure { text }) };
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
    // SAFETY: the caller's promise. An atomic number is like a number in memory.
    let (session, words) =
        unsafe { (&mut *session, core::slice::from_raw_parts(state.cast::<AtomicU32>(), n)) };
    let counters = Counters::Shared(words);
    let _ = counters.count(Place::Loaded);
    session.session.share(counters);
    let _ = SHARED.set(words);
}

/// The shared counters, for what is counted at any time.
static SHARED: OnceLock<&[AtomicU32]> = OnceLock::new();

/// Counts a report that could not be written. May run at the same time as anything else.
#[unsafe(no_mangle)]
pub extern "C" fn fk_state_unreported() {
    if let Some(words) = SHARED.get() {
        let _ = Counters::Shared(words).count(Place::Unreported);
    }
}

/// Counts a call that the `call` line of this number is about, from 0 on. Returns the count before.
///
/// # Safety
///
/// `session` is that of fk_session_new().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_state_fault(session: *const Session, number: u32) -> u32 {
    // SAFETY: the caller's promise.
    unsafe { &*session }.session.counters().count(Place::Fault(number as usize))
}

/// Counts a system call on a fake socket, for --every-call.
///
/// # Safety
///
/// `session` is that of fk_session_new().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_state_call(session: *mut Session, call: Call) {
    // SAFETY: the caller's promise.
    let session = unsafe { &*session };
    let _ = session.session.counters().count(Place::Call(call));
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
    // SAFETY: the caller's promise.
    let (session, word) = unsafe { (&mut *session, CStr::from_ptr(word)) };
    let unknown = word.to_str().ok().and_then(Unknown::parse);
    session.session.unknown = unknown.unwrap_or(session.session.unknown);
    unknown.is_some()
}

/// Adds faults to the answers, as this seed says: NLSOCK_FAKE_KERNEL_FAULTS.
///
/// # Safety
///
/// `session` is that of fk_session_new().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_faults_seed(session: *mut Session, seed: u64) {
    // SAFETY: the caller's promise.
    unsafe { &mut *session }.session.faults = Some(Faults(seed));
}

/// Notes an attribute whose value differs from run to run.
///
/// # Safety
///
/// `random` is one that fk_script_line() stored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_replay_random(session: *mut Session, random: *const Random) {
    // SAFETY: the caller's promise.
    let (session, random) = unsafe { (&mut *session, &*random) };
    session.session.randoms.add(*random);
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
    // SAFETY: the caller's promise.
    let (session, data) = unsafe { (&*session, (!data.is_null()).then(|| bytes(data, size))) };
    session.session.call(call, protocol, data)
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
    // SAFETY: the caller's promise.
    let (session, message) = unsafe { (&mut *session, bytes(message, size)) };
    let found = session.session.request(protocol, port, Message(message));
    let found = session.keep(found);
    // SAFETY: the caller's promise.
    unsafe { answer.write(found) };
}

/// The socket joins a group. Stores the notifications that followed in the recording, and in
/// `error` the errno value with which the group could not be joined, or 0. Group 0: the socket is
/// opened.
///
/// # Safety
///
/// `answer` is valid for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_replay_membership(
    session: *mut Session,
    protocol: i32,
    group: u32,
    answer: *mut Answer,
) {
    // SAFETY: the caller's promise.
    let session = unsafe { &mut *session };
    let followed = session.session.join(protocol, group);
    let error = followed.error;
    let mut found = session.keep(Reaction::Recorded(followed));
    found.error = error;
    // SAFETY: the caller's promise.
    unsafe { answer.write(found) };
}

/// Returns the port id that the next socket of the protocol had in the recording, or 0 if there was
/// none. For sockets that do not choose one.
///
/// # Safety
///
/// `session` is that of fk_session_new().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_replay_port(session: *mut Session, protocol: i32) -> u32 {
    // SAFETY: the caller's promise.
    unsafe { &mut *session }.session.port(protocol)
}

/// Looks for a request of ioctl() with a `struct ifreq` of `size` bytes, and fills that in as it
/// was after the call. Returns the errno value with which the call failed, 0 if it worked, or -1 if
/// the capture does not have it.
///
/// # Safety
///
/// `ifreq` has `size` bytes, and is valid for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_replay_ioctl(
    session: *const Session,
    request: u32,
    ifreq: *mut u8,
    size: usize,
) -> i32 {
    // SAFETY: the caller's promise.
    let (session, ifreq) = unsafe { (&*session, core::slice::from_raw_parts_mut(ifreq, size)) };
    let Some((error, after)) = session.session.ioctl(request, ifreq) else { return -1 };
    ifreq.copy_from_slice(&after);
    error
}

/// Returns whether the program has made the changes that it had made before this position of the
/// recording.
///
/// # Safety
///
/// `session` is that of fk_session_new().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_replay_reached(session: *const Session, position: u32) -> bool {
    // SAFETY: the caller's promise.
    unsafe { &*session }.session.reached(position)
}

/// Returns whether nothing more can arrive but answers to requests: all recorded notifications and
/// errors between them have been handed out. Also true without a capture.
///
/// # Safety
///
/// `session` is that of fk_session_new().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_replay_finished(session: *const Session) -> bool {
    // SAFETY: the caller's promise.
    unsafe { &*session }.session.is_finished()
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
    // SAFETY: the caller's promise.
    let (session, event) = unsafe { (&mut *session, &*event) };
    // SAFETY: the caller's promise.
    let (data, call) = unsafe {
        let data = (!event.data.is_null()).then(|| bytes(event.data, event.size));
        (data, (!event.call.is_null()).then(|| CStr::from_ptr(event.call)))
    };
    session.keep_bytes(write::event(&Event {
        time: event.time.try_into().unwrap_or(0),
        outgoing: event.outgoing,
        protocol: event.protocol,
        datagram: data,
        pid: event.pid.try_into().unwrap_or(0),
        socket: event.socket,
        port: event.port,
        peer: event.peer,
        group: event.group,
        nsid: (event.nsid != NO_NSID).then_some(event.nsid),
        call: call.and_then(|call| call.to_str().ok()).map(CallName),
        error: event.error,
        join: event.join,
        leave: event.leave,
    }))
}
