//! Receiving what a caller asked a socket for.

use super::deadline::Deadline;
use super::{NlSock, scratch, trace};
use crate::buffer::Buf;
use crate::contract::c_assert;
use crate::errno::Errno;
use crate::host::counters::{Event, count};
use crate::host::log::log_limited;
use crate::sys::{self, Sender, Uninit};
use crate::thread;
use crate::wire::{HEADER, Header};
use core::sync::atomic::Ordering::Relaxed;

/// So many unwanted datagrams, and a receive that does not wait says that there is nothing.
const MOST_UNWANTED: u32 = 1000;

/// The largest buffer, in bytes, that is filled by copying.
const MOST_COPIED: usize = 65536;

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

/// Whether a datagram of `size` bytes fits `room`, `limit` of which are not the caller's.
fn check_size(size: usize, room: usize, limit: usize) -> Result<(), Errno> {
    if size <= room {
        return Ok(());
    }
    log_limited!(SOCKET, Err, "truncated message (longer than {limit} bytes)");
    Err(Errno::E2BIG)
}

/// Whether a datagram of `size` bytes, of which `start` is the start, begins with a whole message.
fn check_header(start: &[u8], size: usize) -> Result<(), Errno> {
    let length = Header::parse(start).map(|header| header.length as usize);
    if length.is_some_and(|length| length >= HEADER && length <= size) {
        return Ok(());
    }
    log_limited!(SOCKET, Err, "received invalid nlmsg ({size} bytes < {HEADER})");
    Err(Errno::EPROTO)
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
        thread::with(|own| {
            own.scratch.with(|memory| {
                let copied = sender.is_none()
                    && !self.kernel_only.load(Relaxed)
                    && buffer.allocated() <= MOST_COPIED
                    && memory.len() == scratch::SIZE;
                match copied {
                    true => self.receive_and_copy(buffer, memory, wait),
                    false => self.receive_with_tail(buffer, memory, wait, sender),
                }
            })
        })?;
        trace::message("nl_sock_recv__", Ok(()), buffer.bytes(), self.protocol);
        count(Event::Received, 1);
        Ok(())
    }

    /// Receives into a cleared buffer by way of `memory`: copying a small message is cheaper than
    /// describing two places to the kernel.
    fn receive_and_copy(
        &self,
        buffer: Buf<'_>,
        memory: &mut [Uninit],
        wait: bool,
    ) -> Result<(), Errno> {
        let size = self.receive_wanted(wait, |block| {
            sys::receive(&self.fd, memory, block).map(|size| (size, true))
        })?;
        check_size(size, memory.len(), memory.len())?;
        // SAFETY: the kernel filled as much.
        let datagram = unsafe { core::slice::from_raw_parts(memory.as_ptr().cast(), size) };
        check_header(datagram, size)?;
        if size > buffer.allocated() {
            count(Event::Jumbo, 1);
        }
        buffer.fill(datagram);
        Ok(())
    }

    /// Receives into a cleared buffer; what is beyond its allocation goes to `tail` first.
    fn receive_with_tail(
        &self,
        buffer: Buf<'_>,
        tail: &mut [Uninit],
        wait: bool,
        sender: Option<&mut Sender>,
    ) -> Result<(), Errno> {
        // SAFETY: the buffer's promise: its allocation is memory that nobody else uses.
        let direct: &mut [Uninit] =
            unsafe { core::slice::from_raw_parts_mut(buffer.base().cast(), buffer.allocated()) };
        let kernel_only = self.kernel_only.load(Relaxed);
        let mut from = Sender::default();
        let size = self.receive_wanted(wait, |block| {
            let ask = (kernel_only || sender.is_some()).then_some(&mut from);
            let size = sys::receive_split(&self.fd, direct, tail, block, ask)?;
            let wanted = !kernel_only || from.port == 0;
            if !wanted {
                count(Event::Spoofed, 1);
            }
            Ok((size, wanted))
        })?;
        let room = buffer.allocated();
        check_size(size, room + tail.len(), tail.len())?;
        buffer.set_size(size.min(room));
        check_header(buffer.bytes(), size).inspect_err(|_| buffer.clear())?;
        if size > room {
            count(Event::Jumbo, 1);
            // SAFETY: the kernel filled what of the datagram is beyond `room`.
            unsafe { buffer.put_raw(tail.as_ptr().cast(), size - room) };
        }
        if let Some(sender) = sender {
            *sender = from;
        }
        Ok(())
    }

    /// Receives, by `receive`, the next datagram that is anything and that the socket wants. Its
    /// real length.
    fn receive_wanted(
        &self,
        wait: bool,
        mut receive: impl FnMut(bool) -> Result<(usize, bool), Errno>,
    ) -> Result<usize, Errno> {
        let deadline = match wait {
            true => Deadline::after(self.timeout.load(Relaxed)),
            false => Deadline::after(0),
        };
        let block = wait && !deadline.is_set();
        let mut unwanted = 0;
        loop {
            match receive(block) {
                // A datagram without bytes says nothing.
                Ok((0, _) | (_, false)) => unwanted += 1,
                Ok((size, _)) => return Ok(size),
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
        }
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
            match sys::receive(&self.fd, &mut [], false) {
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
