//! Receiving: one loop for transactions, dumps and the caller's own receives.

use super::Socket;
use super::deadline::Deadline;
use super::scratch::{self, Scratch};
use crate::assert::c_assert;
use crate::buffer::Buf;
use crate::errno::Errno;
use crate::host::counters::{Event, count};
use crate::host::log::log_limited;
use crate::sys::{self, Sender, Uninit, Wait, option};
use crate::thread::{self, Thread};
use crate::wire::{HEADER, Header};
use core::sync::atomic::Ordering::Relaxed;

/// After this many unwanted datagrams in a row, a receive that does not wait ends, since whoever
/// floods the socket must not hold up its owner.
const MOST_UNWANTED: u32 = 1000;

/// The largest buffer, in bytes, that is filled by copying.
const MOST_COPIED: usize = 65536;

/// Counts reports of an overflow (ENOBUFS) in a row. The kernel reports an overflow before the messages
/// that did arrive. So many reports without a message in between are not overflows, but some other
/// failure with that errno value.
#[derive(Default)]
pub(super) struct Overflows(u32);

impl Overflows {
    const MOST: u32 = 16;

    /// Counts one more. Returns whether receiving is worth another try.
    pub(super) fn another(&mut self) -> bool {
        self.0 += 1;
        self.0 < Self::MOST
    }

    /// Starts again from 0. Call when something was received.
    pub(super) fn reset(&mut self) {
        self.0 = 0;
    }
}

/// How long to wait for a datagram.
#[derive(Clone, Copy)]
enum Until {
    /// Not at all.
    Now,
    /// As long as it takes.
    Ever,
    Deadline(Deadline),
}

impl Until {
    fn wait(self) -> Wait {
        match self {
            Self::Ever => Wait::Yes,
            Self::Now | Self::Deadline(_) => Wait::No,
        }
    }
}

/// Why nothing was received.
#[derive(Debug)]
pub(super) enum Failure {
    /// A call failed. EAGAIN says that the receive queue is empty.
    Call(Errno),
    /// There were only datagrams that the socket does not want, and perhaps there are more.
    Unwanted,
    /// The deadline passed.
    TimedOut,
    /// A datagram was longer than `room`, of which `limit` bytes are not the caller's.
    Truncated { limit: usize },
    /// A datagram of `size` bytes does not start with a message.
    Invalid { size: usize },
}

impl Failure {
    /// The errno value for the caller of a receive.
    pub(super) fn errno(&self) -> Errno {
        match self {
            Self::Call(error) => *error,
            Self::Unwanted => Errno::EAGAIN,
            Self::TimedOut => Errno::ETIMEDOUT,
            Self::Truncated { .. } => Errno::E2BIG,
            Self::Invalid { .. } => Errno::EPROTO,
        }
    }

    /// Logs what is wrong with the datagram, if that is the reason. Returns the errno value for the
    /// caller of a receive.
    #[cold]
    fn log(self) -> Errno {
        self.report();
        self.errno()
    }

    /// Logs what is wrong with the datagram, if that is the reason.
    pub(super) fn report(&self) {
        match self {
            Self::Truncated { limit } => {
                log_limited!(SOCKET, Err, "truncated message (longer than {limit} bytes)");
            }
            Self::Invalid { size } => {
                log_limited!(SOCKET, Err, "received invalid nlmsg ({size} bytes < {HEADER})");
            }
            Self::Call(_) | Self::Unwanted | Self::TimedOut => {}
        }
    }
}

/// Whether a datagram of `size` bytes, of which `start` is the start, begins with a whole message.
fn check_header(start: &[u8], size: usize) -> Result<(), Failure> {
    let length = Header::parse(start).map(|header| header.length as usize);
    match length {
        Some(length) if length >= HEADER && length <= size => Ok(()),
        _ => Err(Failure::Invalid { size }),
    }
}

impl Socket {
    /// Receives one datagram into `buffer`. It fills the buffer's allocation first, which then grows.
    /// Fills in `sender` if there is one.
    ///
    /// On failure the buffer is empty. In either case it has no headroom.
    pub(crate) fn receive(
        &self,
        buffer: Buf<'_>,
        wait: Wait,
        sender: Option<&mut Sender>,
    ) -> Result<(), Errno> {
        check_buffer(buffer);
        buffer.clear();
        if sender.is_some() {
            // Takes effect at once, also for what is in the queue already.
            sys::set_option(&self.fd, libc::SOL_NETLINK, option::PKTINFO, 1)?;
        }
        let until = match (wait, self.timeout.load(Relaxed)) {
            (Wait::No, _) => Until::Now,
            (Wait::Yes, 0) => Until::Ever,
            (Wait::Yes, timeout) => Until::Deadline(Deadline::after(timeout)),
        };
        thread::with(|thread| self.receive_into(thread, buffer, until, sender))
            .map_err(Failure::log)?;
        self.trace("nl_sock_recv__", Ok(()), buffer.bytes());
        Ok(())
    }

    /// [`Socket::receive`] of what is in the receive queue. Logs nothing, so that it may run under a
    /// dump's mutex.
    pub(super) fn receive_quietly(&self, thread: &Thread, buffer: Buf<'_>) -> Result<(), Failure> {
        buffer.clear();
        self.receive_into(thread, buffer, Until::Now, None)
    }

    #[inline(always)]
    fn receive_into(
        &self,
        thread: &Thread,
        buffer: Buf<'_>,
        until: Until,
        sender: Option<&mut Sender>,
    ) -> Result<(), Failure> {
        let mut scratch = Scratch::of(thread);
        let memory = scratch.memory();
        if sender.is_none()
            && !self.kernel_only.load(Relaxed)
            && buffer.allocated() <= MOST_COPIED
            && memory.len() >= scratch::SIZE
        {
            self.receive_and_copy(buffer, memory, until)?;
        } else {
            self.receive_with_tail(buffer, memory, until, sender)?;
        }
        count(Event::Received, 1);
        Ok(())
    }

    /// Receives into `memory` and copies that to the buffer. For a small message, copying is cheaper
    /// than describing two places to the kernel.
    #[inline(always)]
    fn receive_and_copy(
        &self,
        buffer: Buf<'_>,
        memory: &mut [Uninit],
        until: Until,
    ) -> Result<(), Failure> {
        let size = self.receive_in_one_part(memory, until)?;
        let datagram = received(memory, size).ok_or(Failure::Truncated { limit: memory.len() })?;
        check_header(datagram, size)?;
        if size > buffer.allocated() {
            count(Event::Jumbo, 1);
        }
        buffer.fill(datagram);
        Ok(())
    }

    /// Receives into the buffer's allocation. What does not fit goes to `tail` first.
    #[inline(never)]
    fn receive_with_tail(
        &self,
        buffer: Buf<'_>,
        tail: &mut [Uninit],
        until: Until,
        sender: Option<&mut Sender>,
    ) -> Result<(), Failure> {
        let room = buffer.allocated();
        // SAFETY: the buffer's promise: its allocation is memory that nobody else uses.
        let direct: &mut [Uninit] =
            unsafe { core::slice::from_raw_parts_mut(buffer.base().cast(), room) };
        let size = self.receive_datagram(direct, tail, until, sender)?;
        if size > room + tail.len() {
            return Err(Failure::Truncated { limit: tail.len() });
        }
        buffer.set_size(size.min(room));
        check_header(buffer.bytes(), size).inspect_err(|_| buffer.clear())?;
        if size > room {
            count(Event::Jumbo, 1);
            // SAFETY: the kernel filled what of the datagram is beyond `room`.
            unsafe { buffer.put_raw(tail.as_ptr().cast(), size - room) };
        }
        Ok(())
    }

    /// Receives what is in the receive queue into `memory`. Returns what fits of a datagram, and its
    /// real size.
    #[inline(always)]
    pub(super) fn receive_in<'m>(
        &self,
        memory: &'m mut [Uninit],
    ) -> Result<(&'m [u8], usize), Failure> {
        let size = self.receive_in_one_part(memory, Until::Now)?;
        let datagram = received(memory, size.min(memory.len())).unwrap_or_default();
        Ok((datagram, size))
    }

    /// [`Socket::receive_in`] of a datagram that fits, and starts with a message. Logs nothing.
    pub(super) fn receive_whole<'m>(&self, memory: &'m mut [Uninit]) -> Result<&'m [u8], Failure> {
        let limit = memory.len();
        let (datagram, size) = self.receive_in(memory)?;
        if size > limit {
            return Err(Failure::Truncated { limit });
        }
        check_header(datagram, size)?;
        count(Event::Received, 1);
        Ok(datagram)
    }

    /// Receives the next datagram that is not empty and that the socket wants into `memory`. Returns
    /// its real size.
    #[inline(always)]
    fn receive_in_one_part(&self, memory: &mut [Uninit], until: Until) -> Result<usize, Failure> {
        if !self.kernel_only.load(Relaxed) {
            // Most of the time the first attempt is the last.
            match (sys::receive(&self.fd, memory, until.wait()), until) {
                (Ok(size @ 1..), _) => return Ok(size),
                (Err(Errno::EAGAIN), Until::Now) => {
                    self.congested.store(false, Relaxed);
                    return Err(Failure::Call(Errno::EAGAIN));
                }
                (Ok(_), _) => {}
                (Err(error), _) => self.handle(error, until)?,
            }
        }
        self.receive_datagram(memory, &mut [], until, None)
    }

    /// Receives the next datagram that is not empty and that the socket wants, into `first` and then
    /// `second`. Returns its real size. Fills in `sender` if there is one.
    #[inline(never)]
    fn receive_datagram(
        &self,
        first: &mut [Uninit],
        second: &mut [Uninit],
        until: Until,
        sender: Option<&mut Sender>,
    ) -> Result<usize, Failure> {
        let kernel_only = self.kernel_only.load(Relaxed);
        let ask = kernel_only || sender.is_some();
        let mut from = Sender::default();
        let mut unwanted = 0;
        loop {
            let asked = ask.then_some(&mut from);
            match sys::receive_split(&self.fd, first, second, until.wait(), asked) {
                Ok(_) if kernel_only && from.port != 0 => {
                    count(Event::Spoofed, 1);
                    unwanted += 1;
                }
                // A datagram without bytes says nothing.
                Ok(0) => unwanted += 1,
                Ok(size) => {
                    if let Some(sender) = sender {
                        *sender = from;
                    }
                    return Ok(size);
                }
                Err(error) => self.handle(error, until)?,
            }
            match until {
                Until::Deadline(deadline) if deadline.has_passed() => {
                    return Err(Failure::TimedOut);
                }
                Until::Now if unwanted >= MOST_UNWANTED => return Err(Failure::Unwanted),
                _ => {}
            }
        }
    }

    /// Handles the error of a receive. Returns if another attempt makes sense.
    #[cold]
    fn handle(&self, error: Errno, until: Until) -> Result<(), Failure> {
        self.note_failure(error);
        match until {
            Until::Deadline(deadline) if error == Errno::EAGAIN => self.wait_until(deadline),
            _ => Err(Failure::Call(error)),
        }
    }

    /// Waits until there is something to receive, or the deadline passes.
    pub(super) fn wait_until(&self, deadline: Deadline) -> Result<(), Failure> {
        let mut fds = [libc::pollfd { fd: self.raw_fd(), events: libc::POLLIN, revents: 0 }];
        loop {
            match sys::poll(&mut fds, deadline.left()) {
                Ok(0) => return Err(Failure::TimedOut),
                Ok(_) => return Ok(()),
                Err(Errno::EINTR) => {}
                Err(error) => return Err(Failure::Call(error)),
            }
        }
    }

    /// Remembers what a failed receive says of the socket.
    fn note_failure(&self, error: Errno) {
        match error {
            Errno::ENOBUFS => {
                count(Event::Overflow, 1);
                self.congested.store(true, Relaxed);
                if let Some(drops) = sys::dropped_messages(&self.fd) {
                    let known = self.drops.fetch_max(drops, Relaxed);
                    count(Event::Dropped, drops.saturating_sub(known) as usize);
                }
            }
            Errno::EAGAIN => self.congested.store(false, Relaxed),
            _ => {}
        }
    }

    /// Discards what was in the receive queue when this started: no more than the queue has room for.
    pub(crate) fn drain(&self) -> Result<(), Errno> {
        let mut room = i64::from(sys::receive_buffer_size(&self.fd)?);
        let mut overflows = Overflows::default();
        while room > 0 {
            match sys::receive(&self.fd, &mut [], Wait::No) {
                // Each datagram takes up some room, even an empty one.
                Ok(size) => {
                    overflows.reset();
                    room -= size.max(1) as i64;
                }
                Err(error) => {
                    self.note_failure(error);
                    match error {
                        Errno::EAGAIN => return Ok(()),
                        // Reported before the messages that did arrive.
                        Errno::ENOBUFS if overflows.another() => {}
                        error => return Err(error),
                    }
                }
            }
        }
        Ok(())
    }
}

/// The `size` bytes that the kernel has written to the start of `memory`. None if that is shorter.
fn received(memory: &[Uninit], size: usize) -> Option<&[u8]> {
    let datagram = memory.get(..size)?;
    // SAFETY: the callers' promise: the kernel filled as much.
    Some(unsafe { core::slice::from_raw_parts(datagram.as_ptr().cast(), size) })
}

/// Makes sure that a buffer is large enough to be received into.
pub(super) fn check_buffer(buffer: Buf<'_>) {
    c_assert!(buffer.allocated() >= HEADER, "nl_sock_recv__", "buf->allocated >= sizeof *nlmsghdr");
}
