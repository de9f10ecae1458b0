// SPDX-License-Identifier: Apache-2.0
//! Answers from a capture: what was received after a request, or after a socket had joined a group.

use super::{Session, bytes};
use crate::netlink::Message;
use crate::replay;
use crate::script::statement::NO_NSID;
use crate::session::Reaction;
use core::ffi::c_char;
use core::ptr::null;
use std::ffi::CString;

/// A part of an answer from a capture: a datagram, or an error of the receiving call.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Part {
    /// The datagram. Valid until the next answer from the same session.
    pub data: *const u8,
    /// The size of the datagram in bytes.
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
    /// --faults: it is appended to the datagram before it.
    pub joined: bool,
    /// --faults: it is dropped, as if the receive buffer were full.
    pub lost: bool,
    /// --faults: it arrives this many nanoseconds later.
    pub delay: i64,
    /// It arrives once fk_replay_reached() returns true for this position.
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
    /// REFUSE: the errno value. From fk_replay_membership(): the errno value with which the group
    /// could not be joined, or 0.
    pub error: i32,
    /// The answer is a dump: its parts are queued one at a time, as the program reads.
    pub dump: bool,
    /// The parts, in their order. Valid until the next answer from the same session.
    pub parts: *const Part,
    /// The number of parts.
    pub n_parts: usize,
    /// REFUSE, FAIL: one line for the report. Ends with a zero. Valid until the next answer from
    /// the same session. Otherwise null.
    pub report: *const c_char,
}

impl Session {
    fn keep_text(&mut self, text: String) -> *const c_char {
        self.text = CString::new(text.replace('\0', " ")).unwrap_or_default();
        self.text.as_ptr()
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

/// To be called when a socket joins `group`; with group 0, when a socket is opened. Stores in
/// `answer` the notifications that followed in the recording, and the errno value of the call.
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
