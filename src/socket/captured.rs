// SPDX-License-Identifier: Apache-2.0
//! Sending and receiving: what goes over a socket is passed to the capture, if there is one.
//!
//! All datagrams of the library pass through here if there is a capture. Without one, that costs
//! one load of an atomic pointer. `receive.rs` makes the usual receive itself if there is none.

use super::{Membership, Socket};
use crate::capture::{self, Event};
use crate::errno::{self, Errno};
use crate::sys::{self, Sender, Uninit, Wait};
use core::ffi::{c_int, c_uint};
use core::sync::atomic::Ordering::Relaxed;

/// An event on a socket of the protocol, about which nothing else is known.
fn event(protocol: c_int, call: &'static str, error: Option<Errno>) -> Event {
    Event {
        time: sys::realtime_ns(),
        outbound: true,
        protocol,
        socket: None,
        port: 0,
        peer: 0,
        group: 0,
        nsid: None,
        call,
        error,
        join: 0,
        leave: 0,
    }
}

/// Writes to the capture that a system call for a socket that does not exist yet has failed.
pub(super) fn capture_failure(protocol: c_int, call: &'static str, error: Errno) {
    if capture::is_on() {
        capture::record(&event(protocol, call, Some(error)), &[], &[], 0);
    }
}

impl Socket {
    /// Sends one datagram to the kernel.
    #[inline]
    pub(super) fn send_datagram(&self, datagram: &[u8], wait: Wait) -> Result<(), Errno> {
        if capture::is_on() {
            return self.send_captured(datagram, wait);
        }
        sys::send(&self.fd, datagram, wait)
    }

    /// Receives one datagram: see [`sys::receive`].
    #[inline]
    pub(super) fn receive_one_part(
        &self,
        memory: &mut [Uninit],
        wait: Wait,
    ) -> Result<usize, Errno> {
        if capture::is_on() {
            return self.receive_captured(memory, &mut [], wait, None);
        }
        sys::receive(&self.fd, memory, wait)
    }

    /// Receives one datagram, and finds out where it comes from: see [`sys::receive_split`].
    #[inline]
    pub(super) fn receive_two_parts(
        &self,
        first: &mut [Uninit],
        second: &mut [Uninit],
        wait: Wait,
        sender: Option<&mut Sender>,
    ) -> Result<usize, Errno> {
        if capture::is_on() {
            return self.receive_captured(first, second, wait, sender);
        }
        sys::receive_split(&self.fd, first, second, wait, sender)
    }

    /// An event on this socket.
    fn event(&self, call: &'static str, error: Option<Errno>) -> Event {
        let event = event(self.protocol, call, error);
        Event { socket: self.fd.cookie(), port: self.port, ..event }
    }

    /// Logs that the capture has ended because of an error, if it has. Not in a dump, where nothing
    /// may be logged: [`super::dump::Dump::start`] does it there.
    fn report_end_of_capture(&self) {
        if !self.in_dump.load(Relaxed) {
            capture::report_end();
        }
    }

    #[cold]
    #[inline(never)]
    fn send_captured(&self, datagram: &[u8], wait: Wait) -> Result<(), Errno> {
        self.report_end_of_capture();
        // The time before the call: the kernel's answer is in the queue when the call returns.
        let event = self.event("sendto", None);
        let result = sys::send(&self.fd, datagram, wait);
        let event = Event { error: result.err(), ..event };
        capture::record(&event, datagram, &[], datagram.len());
        result
    }

    #[cold]
    #[inline(never)]
    fn receive_captured(
        &self,
        first: &mut [Uninit],
        second: &mut [Uninit],
        wait: Wait,
        sender: Option<&mut Sender>,
    ) -> Result<usize, Errno> {
        self.report_end_of_capture();
        if self.joined.load(Relaxed) {
            let _errno = errno::Preserve::new();
            self.ask_for_groups();
        }
        let mut from = Sender::default();
        let result = sys::receive_split(&self.fd, first, second, wait, Some(&mut from));
        // The queue is empty, as it is sooner or later.
        if result == Err(Errno::EAGAIN) {
            return result;
        }
        let event = Event {
            outbound: false,
            peer: from.port,
            group: from.group,
            nsid: from.nsid,
            ..self.event("recvmsg", result.err())
        };
        let size = result.unwrap_or(0);
        let in_first = size.min(first.len());
        let in_second = (size - in_first).min(second.len());
        // SAFETY: the kernel has written so many bytes.
        let (first, second) = unsafe { (written(first, in_first), written(second, in_second)) };
        capture::record(&event, first, second, size);
        if let Some(sender) = sender {
            *sender = from;
        }
        result
    }

    /// Writes to the capture that the socket has joined or left a multicast group, or could not.
    pub(super) fn capture_membership(
        &self,
        change: Membership,
        group: c_uint,
        result: Result<(), Errno>,
    ) {
        if capture::is_on() {
            let event = self.event("setsockopt", result.err());
            let event = match change {
                Membership::Join => Event { join: group, ..event },
                Membership::Leave => Event { leave: group, ..event },
            };
            capture::record(&event, &[], &[], 0);
        }
    }
}

/// The first `size` bytes of `memory`.
///
/// # Safety
/// They have been written.
unsafe fn written(memory: &[Uninit], size: usize) -> &[u8] {
    let memory = memory.get(..size).unwrap_or_default();
    // SAFETY: the caller's promise.
    unsafe { core::slice::from_raw_parts(memory.as_ptr().cast(), memory.len()) }
}
