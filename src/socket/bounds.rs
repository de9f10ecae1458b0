// SPDX-License-Identifier: Apache-2.0
//! What a call receives at most, so that it ends although messages or errors arrive all the time.

use super::Socket;
use crate::sys;

/// A receive that does not wait fails after this many unwanted datagrams in a row. Otherwise a
/// process that floods the socket could keep the receive from returning. Unwanted are empty
/// datagrams, those that contain nothing but NLMSG_NOOP and, if only those of the kernel are
/// wanted, those of other processes.
pub(super) const MOST_UNWANTED: u32 = 1000;

/// Counts failures with ENOBUFS in a row. If the receive buffer overflowed, the kernel first
/// reports ENOBUFS once and then returns the messages that did arrive. If there are
/// [`Overflows::MOST`] failures without a message in between, the reason is something else.
#[derive(Default)]
pub(super) struct Overflows(u32);

impl Overflows {
    const MOST: u32 = 16;

    /// Counts a failure. Returns whether to try again.
    pub(super) fn another(&mut self) -> bool {
        self.0 += 1;
        self.0 < Self::MOST
    }

    /// Resets the count. Call this after something has been received.
    pub(super) fn reset(&mut self) {
        self.0 = 0;
    }
}

/// Counts what is read from a receive queue, until that is more than the queue has room for. Then
/// everything has been read that was in the queue when counting started, even if messages arrive
/// all the time.
#[derive(Clone, Copy)]
pub(super) struct Backlog {
    /// How many bytes may still be read.
    left: i64,
    /// Whether `left` contains the size of the socket's receive buffer.
    asked: bool,
}

impl Backlog {
    /// The size of the largest message, in bytes: the queue can hold one message more than there is
    /// room for. Only if more than this is read, the size of the receive buffer is asked for.
    const LARGEST: i64 = 65536;
    /// How much more room than its own size a datagram takes up at least, in bytes.
    const OVERHEAD: usize = 256;
    /// The size of the largest receive buffer that the kernel allows, in bytes.
    const LARGEST_BUFFER: i64 = i32::MAX as i64;

    /// Counts `datagrams`, which have `size` bytes together.
    #[inline]
    pub(super) fn count(&mut self, datagrams: usize, size: usize) {
        self.left -= (datagrams * Self::OVERHEAD + size) as i64;
    }

    /// Whether more has been read than the queue of `sock` has room for.
    #[inline]
    pub(super) fn is_over(&mut self, sock: &Socket) -> bool {
        self.is_used_up() && self.is_over_when_asked(sock)
    }

    #[inline]
    fn is_used_up(&self) -> bool {
        self.left < 0
    }

    #[cold]
    fn is_over_when_asked(&mut self, sock: &Socket) -> bool {
        if !self.asked {
            self.asked = true;
            // Without an answer, nothing in the queue may be missed: a refusal may be there. If the
            // descriptor is not ours any more, the next receive fails.
            let size = sys::receive_buffer_size(&sock.fd);
            self.left += size.map_or(Self::LARGEST_BUFFER, i64::from);
        }
        self.is_used_up()
    }
}

impl Default for Backlog {
    fn default() -> Self {
        Self { left: Self::LARGEST, asked: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_failures_in_a_row_are_no_overflow() {
        let mut overflows = Overflows::default();
        for _ in 0..2 {
            assert!((1..16).all(|_| overflows.another()));
            assert!(!overflows.another());
            overflows.reset();
        }
    }

    #[test]
    fn a_datagram_takes_up_more_room_than_its_size() {
        let mut backlog = Backlog::default();
        backlog.count(3, 100);
        assert_eq!(backlog.left, Backlog::LARGEST - 3 * 256 - 100);
    }
}
