// SPDX-License-Identifier: Apache-2.0
//! Recording: what happened on a socket becomes a block of a capture.

use super::{Session, bytes};
use crate::capture::{CallName, Event, write};
use crate::script::statement::NO_NSID;
use core::ffi::{CStr, c_char};

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
    /// The size of the datagram in bytes.
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

/// A block to append to the capture by one write(). Valid until the next block from the same
/// session.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Bytes {
    /// The bytes.
    pub data: *const u8,
    /// How many bytes.
    pub size: usize,
}

impl Session {
    fn keep_bytes(&mut self, kept: Vec<u8>) -> Bytes {
        self.bytes = kept;
        Bytes { data: self.bytes.as_ptr(), size: self.bytes.len() }
    }
}

/// Returns the block of a capture that holds this event.
///
/// # Safety
///
/// `data` and `call` of `event` are as their comments say.
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
