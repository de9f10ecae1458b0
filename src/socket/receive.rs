//! Receiving what a caller asked a socket for.

use super::deadline::Deadline;
use super::{NlSock, scratch, trace};
use crate::buffer::Buf;
use crate::contract::c_assert;
use crate::errno::Errno;
use crate::host::counters::{Event, count};
use crate::host::log::log_limited;
use crate::sys::{self, Sender, Uninit};
use crate::wire::{HEADER, Header};
use core::sync::atomic::Ordering::Relaxed;

/// So many unwanted datagrams, and a receive that does not wait says that there is nothing.
const MOST_UNWANTED: u32 = 1000;

/// Counts overflows told one after the other. The kernel tells of one before what did arrive, so
/// many without anything in between are no overflows, but a failure of that name.
#[derive(Default)]
pub(super) struct Overflows(u32);

impl Overflows {
    /// Counts one more; whether receiving is worth trying again.
    pub(super) fn bearable(&mut self) -> bool {
        self.0 += 1;
        self.0 < 16
    }

    /// Something was received.
    pub(super) fn end(&mut self) {
        self.0 = 0;
    }
}

impl NlSock {
    /// Receives one datagram into `buffer`, whose allocation it fills first and then grows. Tells
    /// its sender where one asks.
    ///
    /// On failure the buffer is empty; in either case it has no headroom.
    pub(crate) fn receive(
        &self,
        buffer: Buf<'_>,
        wait: bool,
        sender: Option<&mut Sender>,
    ) -> Result<(), Errno> {
        c_assert!(
            buffer.allocated() >= HEADER,
            "nl_sock_recv__",
            "buf->allocated >= sizeof *nlmsghdr"
        );
        buffer.clear();
        self.note_fork();
        if sender.is_some() {
            // Takes effect at once, also for what is in the queue already.
            sys::set_option(&self.fd, libc::SOL_NETLINK, sys::NETLINK_PKTINFO, 1)?;
        }
        scratch::with(|tail| self.receive_with_tail(buffer, tail, wait, sender))
    }

    /// [`NlSock::receive`] into a cleared buffer; what is beyond its allocation goes to `tail`
    /// first.
    fn receive_with_tail(
        &self,
        buffer: Buf<'_>,
        tail: &mut [Uninit],
        wait: bool,
        sender: Option<&mut Sender>,
    ) -> Result<(), Errno> {
        let size = self.receive_datagram(buffer, tail, wait, sender)?;
        let room = buffer.allocated();
        if size > room + tail.len() {
            let limit = tail.len();
            log_limited!(SOCKET, Err, "truncated message (longer than {limit} bytes)");
            return Err(Errno::E2BIG);
        }
        buffer.set_size(size.min(room));
        let length = Header::parse(buffer.bytes()).map(|header| header.length as usize);
        if !length.is_some_and(|length| length >= HEADER && length <= size) {
            buffer.clear();
            log_limited!(SOCKET, Err, "received invalid nlmsg ({size} bytes < {HEADER})");
            return Err(Errno::EPROTO);
        }
        if size > room {
            count(Event::Jumbo, 1);
            // SAFETY: the kernel filled what of the datagram is beyond `room`.
            unsafe { buffer.put_raw(tail.as_ptr().cast(), size - room) };
        }
        trace::message("nl_sock_recv__", Ok(()), buffer.bytes(), self.protocol);
        count(Event::Received, 1);
        Ok(())
    }

    /// Receives the next datagram that is anything and that the socket wants. Its real length.
    fn receive_datagram(
        &self,
        buffer: Buf<'_>,
        tail: &mut [Uninit],
        wait: bool,
        sender: Option<&mut Sender>,
    ) -> Result<usize, Errno> {
        // SAFETY: the buffer's promise: its allocation is memory that nobody else uses.
        let direct: &mut [Uninit] =
            unsafe { core::slice::from_raw_parts_mut(buffer.base().cast(), buffer.allocated()) };
        let kernel_only = self.kernel_only.load(Relaxed);
        let deadline = match wait {
            true => Deadline::after(self.timeout.load(Relaxed)),
            false => Deadline::after(0),
        };
        let block = wait && !deadline.is_set();
        let mut from = Sender::default();
        let mut unwanted = 0;
        let size = loop {
            let ask = (kernel_only || sender.is_some()).then_some(&mut from);
            match sys::receive_split(&self.fd, direct, tail, block, ask) {
                // A datagram without bytes says nothing.
                Ok(0) => unwanted += 1,
                Ok(_) if kernel_only && from.port != 0 => {
                    count(Event::Spoofed, 1);
                    unwanted += 1;
                }
                Ok(size) => break size,
                Err(Errno::EAGAIN) if deadline.is_set() => {
                    self.note_failure(Errno::EAGAIN);
                    self.wait_until(deadline)?;
                }
                Err(error) => {
                    self.note_failure(error);
                    return Err(error);
                }
            }
            // Whoever floods the socket with what it does not want is not to hold up its owner.
            if deadline.has_passed() {
                return Err(Errno::ETIMEDOUT);
            } else if !wait && unwanted >= MOST_UNWANTED {
                return Err(Errno::EAGAIN);
            }
        };
        if let Some(sender) = sender {
            *sender = from;
        }
        Ok(size)
    }

    /// Waits until there is something to receive; ETIMEDOUT when the deadline passes before.
    pub(super) fn wait_until(&self, deadline: Deadline) -> Result<(), Errno> {
        let mut fds = [libc::pollfd { fd: self.raw_fd(), events: libc::POLLIN, revents: 0 }];
        loop {
            match sys::poll(&mut fds, deadline.left()) {
                Ok(0) => return Err(Errno::ETIMEDOUT),
                Ok(_) => return Ok(()),
                Err(Errno::EINTR) => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Takes note of what a failed receive says of the socket.
    pub(super) fn note_failure(&self, error: Errno) {
        match error {
            Errno::ENOBUFS => {
                count(Event::Overflow, 1);
                self.congested.store(true, Relaxed);
                if let Some(drops) = sys::drops(&self.fd) {
                    let known = self.drops.fetch_max(drops, Relaxed);
                    count(Event::Dropped, drops.saturating_sub(known) as usize);
                }
            }
            Errno::EAGAIN => self.congested.store(false, Relaxed),
            _ => {}
        }
    }

    /// Discards what is in the receive queue, as far as that was there when it started: no more
    /// than the queue has room for.
    pub(crate) fn drain(&self) -> Result<(), Errno> {
        let mut room = i64::from(sys::receive_buffer_size(&self.fd)?);
        let mut overflows = Overflows::default();
        while room > 0 {
            match sys::receive(&self.fd, &mut []) {
                // Each takes some room, whatever it holds.
                Ok(size) => {
                    overflows.end();
                    room -= size.max(1) as i64;
                }
                Err(error) => {
                    self.note_failure(error);
                    match error {
                        Errno::EAGAIN => return Ok(()),
                        // Said before the messages that did arrive.
                        Errno::ENOBUFS if overflows.bearable() => {}
                        error => return Err(error),
                    }
                }
            }
        }
        Ok(())
    }
}
