// SPDX-License-Identifier: Apache-2.0
//! Receiving: the functions that transactions, dumps and nl_sock_recv() share.

use super::Socket;
use super::bounds::{MOST_UNWANTED, Overflows};
use super::deadline::Deadline;
use super::scratch::{self, Scratch};
use crate::assert::c_assert;
use crate::buffer::Buf;
use crate::capture;
use crate::errno::Errno;
use crate::host::counters::{Event, count};
use crate::host::log::log_limited;
use crate::message;
use crate::sys::{self, Sender, Uninit, Wait};
use crate::thread::{self, Thread};
use crate::wire::{Control, HEADER, Header};
use core::sync::atomic::Ordering::Relaxed;

/// If the allocation of a caller's buffer is at most this large, in bytes, a datagram is received
/// into the thread's scratch memory and then copied. Otherwise it is received directly into the
/// buffer.
const MOST_COPIED: usize = 65536;

/// How long to wait for a datagram.
#[derive(Clone, Copy)]
enum Until {
    /// Do not wait.
    Now,
    /// Wait without a limit.
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

    /// Fails if a receive must not go on after `unwanted` unwanted datagrams in a row.
    fn check(self, unwanted: u32) -> Result<(), Failure> {
        match self {
            Self::Now if unwanted >= MOST_UNWANTED => Err(Failure::Unwanted),
            Self::Deadline(deadline) if deadline.has_passed() => Err(Failure::TimedOut),
            _ => Ok(()),
        }
    }
}

/// The reason why nothing was received.
#[derive(Debug)]
pub(super) enum Failure {
    /// A system call failed. EAGAIN means that the receive queue is empty.
    Call(Errno),
    /// Messages were lost.
    Lost,
    /// There were [`MOST_UNWANTED`] datagrams in a row that the socket does not want.
    Unwanted,
    /// The deadline passed.
    TimedOut,
    /// A datagram was too long. `limit`, which is for the log, is the size of the scratch memory in
    /// bytes.
    Truncated { limit: usize },
    /// A datagram of `size` bytes does not start with a whole message.
    Invalid { size: usize },
}

impl Failure {
    /// The errno value that a receive returns.
    pub(super) fn errno(&self) -> Errno {
        match self {
            Self::Call(error) => *error,
            Self::Lost => Errno::ENOBUFS,
            Self::Unwanted => Errno::EAGAIN,
            Self::TimedOut => Errno::ETIMEDOUT,
            Self::Truncated { .. } => Errno::E2BIG,
            Self::Invalid { .. } => Errno::EPROTO,
        }
    }

    /// If the reason is a datagram that is too long or invalid, logs that. Returns the errno value
    /// that a receive returns.
    #[cold]
    fn log(self) -> Errno {
        self.report();
        self.errno()
    }

    /// If the reason is a datagram that is too long or invalid, logs that.
    pub(super) fn report(&self) {
        match self {
            Self::Truncated { limit } => {
                log_limited!(SOCKET, Err, "truncated message (longer than {limit} bytes)");
            }
            Self::Invalid { size } => {
                log_limited!(SOCKET, Err, "received invalid nlmsg ({size} bytes < {HEADER})");
            }
            Self::Call(_) | Self::Lost | Self::Unwanted | Self::TimedOut => {}
        }
    }
}

impl Socket {
    /// Checks that a datagram of `size` bytes starts with a whole message. `start` is the start of
    /// the datagram, as far as it fitted in the caller's memory.
    fn check_header(&self, start: &[u8], size: usize) -> Result<(), Failure> {
        let length = Header::parse(start).map(|header| header.length as usize);
        match length {
            Some(length) if length >= HEADER && length <= size => Ok(()),
            _ => Err(match self.check_descriptor() {
                Ok(()) => Failure::Invalid { size },
                Err(error) => Failure::Call(error),
            }),
        }
    }

    /// Receives one datagram into `buffer`, whose allocation grows if necessary. Stores the
    /// datagram's origin in `sender`.
    ///
    /// On failure, the buffer is empty. After success and after failure, the buffer has no
    /// headroom.
    pub(crate) fn receive(
        &self,
        buffer: Buf<'_>,
        wait: Wait,
        sender: Option<&mut Sender>,
    ) -> Result<(), Errno> {
        check_buffer(buffer);
        buffer.clear();
        self.used_otherwise.store(true, Relaxed);
        let until = match (wait, self.timeout.load(Relaxed)) {
            (Wait::No, _) => Until::Now,
            (Wait::Yes, 0) => Until::Ever,
            (Wait::Yes, timeout) => Until::Deadline(Deadline::after(timeout)),
        };
        thread::with(|thread| self.receive_for_caller(thread, buffer, until, sender))
            .map_err(Failure::log)?;
        self.trace("nl_sock_recv__", Ok(()), buffer.bytes());
        Ok(())
    }

    /// Receives a datagram, and removes its NLMSG_NOOP messages. Skips a datagram that contains
    /// nothing else. Fails if the datagram contains NLMSG_OVERRUN: messages were lost. The other
    /// messages of that datagram then count as lost, too.
    #[inline(always)]
    fn receive_for_caller(
        &self,
        thread: &Thread,
        buffer: Buf<'_>,
        until: Until,
        mut sender: Option<&mut Sender>,
    ) -> Result<(), Failure> {
        self.receive_into(thread, buffer, until, sender.as_deref_mut())?;
        if Control::none_in_single(buffer.bytes()) {
            return Ok(());
        }
        self.remove_control(thread, buffer, until, sender)
    }

    /// Removes the NLMSG_NOOP messages from the datagram in `buffer`. If it contains nothing else,
    /// receives the next datagram. Fails if there is NLMSG_OVERRUN.
    #[inline(never)]
    fn remove_control(
        &self,
        thread: &Thread,
        buffer: Buf<'_>,
        until: Until,
        mut sender: Option<&mut Sender>,
    ) -> Result<(), Failure> {
        let mut unwanted = 0;
        loop {
            let control = Control::in_datagram(buffer.bytes());
            if control.overrun {
                count(Event::Overflow, 1);
                buffer.clear();
                return Err(Failure::Lost);
            }
            if !control.noop {
                return Ok(());
            }
            message::retain(buffer, |header| !Control::is_noop(header));
            if buffer.size() > 0 {
                return Ok(());
            }
            unwanted += 1;
            until.check(unwanted)?;
            self.receive_into(thread, buffer, until, sender.as_deref_mut())?;
        }
    }

    /// Does what [`Socket::receive`] does, but neither waits nor logs. So this may be called with a
    /// dump's mutex locked.
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

    /// Receives a datagram into `memory`, and copies it to `buffer`. For a small message, copying
    /// is cheaper than a system call with two buffers.
    #[inline(always)]
    fn receive_and_copy(
        &self,
        buffer: Buf<'_>,
        memory: &mut [Uninit],
        until: Until,
    ) -> Result<(), Failure> {
        let size = self.receive_in_one_part(memory, until)?;
        let datagram = received(memory, size).ok_or(Failure::Truncated { limit: memory.len() })?;
        self.check_header(datagram, size)?;
        if size > buffer.allocated() {
            count(Event::Jumbo, 1);
        }
        buffer.fill(datagram);
        Ok(())
    }

    /// Receives a datagram into the allocation of `buffer`. What does not fit goes into `tail`, and
    /// is then appended to `buffer`.
    #[inline(never)]
    fn receive_with_tail(
        &self,
        buffer: Buf<'_>,
        tail: &mut [Uninit],
        until: Until,
        sender: Option<&mut Sender>,
    ) -> Result<(), Failure> {
        let room = buffer.allocated();
        // SAFETY: the promise made to `Buf::from_ptr`: the allocation exists, and nothing else uses
        // it.
        let direct: &mut [Uninit] =
            unsafe { core::slice::from_raw_parts_mut(buffer.base().cast(), room) };
        let size = self.receive_datagram(direct, tail, until, sender)?;
        if size > room + tail.len() {
            return Err(Failure::Truncated { limit: tail.len() });
        }
        buffer.set_size(size.min(room));
        self.check_header(buffer.bytes(), size).inspect_err(|_| buffer.clear())?;
        if size > room {
            count(Event::Jumbo, 1);
            // SAFETY: the kernel has written the part of the datagram after the first `room` bytes
            // to `tail`.
            unsafe { buffer.put_raw(tail.as_ptr().cast(), size - room) };
        }
        Ok(())
    }

    /// Receives a datagram into `memory`, without waiting. Returns the part of the datagram that
    /// fits, and the datagram's real size.
    #[inline(always)]
    pub(super) fn receive_in<'m>(
        &self,
        memory: &'m mut [Uninit],
    ) -> Result<(&'m [u8], usize), Failure> {
        let size = self.receive_in_one_part(memory, Until::Now)?;
        let datagram = received(memory, size.min(memory.len())).unwrap_or_default();
        Ok((datagram, size))
    }

    /// Does what [`Socket::receive_in`] does, but fails if the datagram does not fit, or does not
    /// start with a whole message. Does not log.
    pub(super) fn receive_whole<'m>(&self, memory: &'m mut [Uninit]) -> Result<&'m [u8], Failure> {
        let limit = memory.len();
        let (datagram, size) = self.receive_in(memory)?;
        if size > limit {
            return Err(Failure::Truncated { limit });
        }
        self.check_header(datagram, size)?;
        count(Event::Received, 1);
        Ok(datagram)
    }

    /// Receives the next datagram into `memory`, as [`Socket::receive_datagram`] does, which skips
    /// some. Returns the datagram's real size.
    #[inline(always)]
    fn receive_in_one_part(&self, memory: &mut [Uninit], until: Until) -> Result<usize, Failure> {
        if !self.kernel_only.load(Relaxed) && !capture::is_on() {
            // Usually the first attempt succeeds.
            match (sys::receive(&self.fd, memory, until.wait()), until) {
                (Ok(size @ 1..), _) => {
                    note_size(size);
                    return Ok(size);
                }
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

    /// Receives the next datagram into `first`; what does not fit goes into `second`. Skips
    /// datagrams that are empty or, if `kernel_only` is set, from another process. Returns the
    /// datagram's real size, and stores its origin in `sender`.
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
            match self.receive_two_parts(first, second, until.wait(), asked) {
                Ok(_) if kernel_only && from.port != 0 => {
                    count(Event::Spoofed, 1);
                    unwanted += 1;
                }
                // An empty datagram is ignored.
                Ok(0) => {
                    // The end of a TCP connection looks like many of them.
                    self.check_descriptor().map_err(Failure::Call)?;
                    unwanted += 1;
                }
                Ok(size) => {
                    if let Some(sender) = sender {
                        *sender = from;
                    }
                    note_size(size);
                    return Ok(size);
                }
                Err(error) => self.handle(error, until)?,
            }
            until.check(unwanted)?;
        }
    }

    /// Handles the error of an attempt to receive. If the queue was empty and there is a deadline,
    /// waits; Ok then means to try again. Otherwise returns the error.
    #[cold]
    fn handle(&self, error: Errno, until: Until) -> Result<(), Failure> {
        let failure = self.note_failure(error);
        match until {
            Until::Deadline(deadline) if error == Errno::EAGAIN => self.wait_until(deadline),
            _ => Err(failure),
        }
    }

    /// Waits until there is something to receive. Fails if the deadline passes.
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

    /// Updates `congested`, and the counters, after a receive has failed with `error`.
    pub(super) fn note_failure(&self, error: Errno) -> Failure {
        match error {
            Errno::ENOBUFS => {
                count(Event::Overflow, 1);
                self.congested.store(true, Relaxed);
                if let Some(drops) = sys::dropped_messages(&self.fd) {
                    let known = self.drops.fetch_max(drops, Relaxed);
                    count(Event::Dropped, drops.saturating_sub(known) as usize);
                }
                Failure::Lost
            }
            Errno::EAGAIN => {
                self.congested.store(false, Relaxed);
                Failure::Call(error)
            }
            _ => Failure::Call(error),
        }
    }

    /// Notices an overflow of the receive queue that the kernel has not reported yet. Call before
    /// requests are sent on a socket of the program: otherwise the overflow would be reported
    /// afterwards, and the answers would count as lost. That takes a system call if the program has
    /// used the socket for something else, too; if not, there is nothing that may have overflowed.
    pub(super) fn notice_overflow(&self) {
        if self.used_otherwise.load(Relaxed) && !self.congested.load(Relaxed) {
            // The kernel reports an error only once. Other errors mean that a notification could
            // not be made; a transaction discards notifications anyway.
            let error = sys::int_option(&self.fd, libc::SOL_SOCKET, libc::SO_ERROR);
            if error == Ok(Errno::ENOBUFS.raw()) {
                self.note_failure(Errno::ENOBUFS);
            }
        }
    }

    /// The number of messages that the kernel has dropped, if the program has told it not to report
    /// that (NETLINK_NO_ENOBUFS).
    pub(super) fn silent_drops(&self) -> Option<u32> {
        let silent = self.used_otherwise.load(Relaxed)
            && sys::int_option(&self.fd, libc::SOL_NETLINK, libc::NETLINK_NO_ENOBUFS) == Ok(1);
        silent.then(|| sys::dropped_messages(&self.fd)).flatten()
    }

    /// Discards the messages in the receive queue. Discards no more bytes than the queue has room
    /// for, so that this ends even if messages arrive all the time.
    pub(crate) fn drain(&self) -> Result<(), Errno> {
        self.check_descriptor()?;
        self.used_otherwise.store(true, Relaxed);
        self.drain_into(&mut [], 0, |_| {})
    }

    /// If the kernel may still be dropping messages because of an earlier overflow, reads the
    /// receive queue to its end, so that the kernel stops. Passes what was in the queue to
    /// `discard`, as far as it fits in `memory`.
    pub(super) fn end_congestion(&self, memory: &mut [Uninit], discard: impl FnMut(&[u8])) {
        if self.congested.load(Relaxed) {
            // If this fails, `congested` remains set.
            let _ = self.drain_into(memory, scratch::SIZE, discard);
        }
    }

    /// Discards what is in the receive queue, but no more bytes than the queue has room for, and
    /// `more`: the last message in the queue may exceed that room.
    fn drain_into(
        &self,
        memory: &mut [Uninit],
        more: usize,
        mut discard: impl FnMut(&[u8]),
    ) -> Result<(), Errno> {
        let mut room = i64::from(sys::receive_buffer_size(&self.fd)?) + more as i64;
        let mut overflows = Overflows::default();
        while room > 0 {
            match self.receive_one_part(memory, Wait::No) {
                // An empty datagram takes up some room in the queue, too.
                Ok(size) => {
                    overflows.reset();
                    room -= size.max(1) as i64;
                    note_size(size);
                    discard(received(memory, size.min(memory.len())).unwrap_or_default());
                }
                Err(error) => {
                    self.note_failure(error);
                    match error {
                        Errno::EAGAIN => return Ok(()),
                        // The messages that were not lost follow.
                        Errno::ENOBUFS if overflows.another() => {}
                        error => return Err(error),
                    }
                }
            }
        }
        Ok(())
    }
}

/// Notes that a datagram of `size` bytes was received, perhaps into the thread's scratch memory.
#[inline]
fn note_size(size: usize) {
    if size > thread::USUAL_DATAGRAM {
        thread::scratch_filled();
    }
}

/// The first `size` bytes of `memory`, which the kernel has written. None if `memory` is shorter.
fn received(memory: &[Uninit], size: usize) -> Option<&[u8]> {
    let datagram = memory.get(..size)?;
    // SAFETY: the callers pass a size that the kernel has written.
    Some(unsafe { core::slice::from_raw_parts(datagram.as_ptr().cast(), size) })
}

/// Asserts that a buffer has an allocation of at least the size of a message header.
pub(super) fn check_buffer(buffer: Buf<'_>) {
    c_assert!(buffer.allocated() >= HEADER, "nl_sock_recv__", "buf->allocated >= sizeof *nlmsghdr");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unwanted_does_not_extend_the_time() {
        let deadline = Deadline::after(1);
        while !deadline.has_passed() {
            std::thread::yield_now();
        }
        assert!(matches!(Until::Deadline(deadline).check(1), Err(Failure::TimedOut)));
        assert!(Until::Deadline(Deadline::after(u32::MAX)).check(u32::MAX).is_ok());
        assert!(Until::Now.check(MOST_UNWANTED - 1).is_ok());
        assert!(matches!(Until::Now.check(MOST_UNWANTED), Err(Failure::Unwanted)));
    }
}
