//! Transactions: requests and, matched to them, the kernel's replies.
//!
//! The kernel works on a request while it is sent, so a request that succeeds without a reply
//! leaves an empty receive queue: EAGAIN then means success. This holds only while nothing was
//! lost. After an overflow the queue is read to its end, what is in it counts, and the requests
//! that have no reply go again, fewer at a time.

use super::{MAX_PARTS, NlSock, scratch, trace};
use crate::buffer::Buf;
use crate::errno::{self, Errno};
use crate::host::counters::{Event, count};
use crate::host::log::log_limited;
use crate::message;
use crate::sys::{self, Uninit};
use crate::wire::{Header, KernelError, Messages, kernel_error};
use core::mem::MaybeUninit;
use core::sync::atomic::Ordering::Relaxed;
use core::time::Duration;
use std::io::IoSlice;
use std::time::Instant;

/// About a page of requests goes in a datagram: larger ones are dear to allocate in the kernel.
const MAX_BATCH_BYTES: usize = 4096 - 512;
/// How often in a row a single request goes again without getting anywhere.
const MAX_TRIES: u32 = 8;
/// How long an acknowledgement that must exist is waited for.
const ACK_WAIT: Duration = Duration::from_secs(1);

const NLM_F_ACK: u16 = libc::NLM_F_ACK as u16;
const NLM_F_DUMP: u16 = libc::NLM_F_DUMP as u16;

/// What a transaction came to: a reply, empty if the kernel had nothing to say, or an error.
pub(crate) type Outcome<'a> = Result<&'a [u8], Errno>;

/// A list of requests that wants to know what became of each.
pub(crate) trait Transactions {
    fn len(&self) -> usize;
    /// The request at `index`, which is less than `len()`. Its memory may be written.
    fn request(&self, index: usize) -> Buf<'_>;
    /// Takes the outcome of the request at `index`. A refusal may follow a reply.
    fn finish(&mut self, index: usize, outcome: Outcome<'_>);
}

/// Some of up to 128 consecutive transactions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Set(u128);

const _: () = assert!(MAX_PARTS == u128::BITS as usize);

impl Set {
    const EMPTY: Self = Self(0);

    fn first(n: usize) -> Self {
        match n {
            0 => Self::EMPTY,
            n => Self(u128::MAX >> (u128::BITS as usize - n)),
        }
    }

    fn is_empty(self) -> bool {
        self.0 == 0
    }

    fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    fn one(index: usize) -> Self {
        Self(1 << index)
    }

    fn overlaps(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    fn insert(&mut self, other: Self) {
        self.0 |= other.0;
    }

    fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    fn last(self) -> Option<usize> {
        self.0.checked_ilog2().map(|bit| bit as usize)
    }

    /// The `n` of the lowest indexes.
    fn lowest(self, n: usize) -> Self {
        if n >= self.len() {
            return self;
        }
        let mut rest = self.0;
        for _ in 0..n {
            rest &= rest.wrapping_sub(1);
        }
        Self(self.0 & !rest)
    }
}

impl Iterator for Set {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        if self.is_empty() {
            return None;
        }
        let index = self.0.trailing_zeros() as usize;
        self.0 &= self.0.wrapping_sub(1);
        Some(index)
    }
}

/// Carries out all transactions, in order. Returns whether the socket has nothing left to say.
///
/// # Safety
/// The requests' memory, which C passes as const, may be written.
pub(crate) unsafe fn transact<T: Transactions>(sock: &NlSock, transactions: &mut T) -> bool {
    let mut idle = true;
    let mut start = 0;
    while start < transactions.len() {
        let count = batch_len(sock, transactions, start);
        let mut batch = Batch {
            sock,
            transactions,
            start,
            idle: true,
            needed: scratch::SIZE,
        };
        // SAFETY: the caller's promise.
        unsafe { batch.run(Set::first(count)) };
        idle &= batch.idle;
        start += count;
    }
    idle
}

/// How many of the transactions from `start` on go in one datagram.
fn batch_len(sock: &NlSock, transactions: &impl Transactions, start: usize) -> usize {
    let most = (transactions.len() - start).min(sock.max_batch);
    let mut bytes = transactions.request(start).size();
    let mut count = 1;
    // A request of odd length ends its batch: the kernel looks for the next at a multiple of 4.
    while count < most && bytes.is_multiple_of(4) {
        bytes += transactions.request(start + count).size();
        if bytes > MAX_BATCH_BYTES {
            break;
        }
        count += 1;
    }
    count
}

/// What one round of a batch left.
enum Round {
    /// Every request has its outcome.
    Complete,
    /// Something was lost; these have none.
    Lost(Set),
    /// The datagram could not be sent.
    NotSent(Errno),
}

/// Consecutive transactions that are sent together.
struct Batch<'a, T> {
    sock: &'a NlSock,
    transactions: &'a mut T,
    /// Index of the first.
    start: usize,
    /// Whether the socket has nothing left to say.
    idle: bool,
    /// The receive size that is known to be needed.
    needed: usize,
}

impl<T: Transactions> Batch<'_, T> {
    /// # Safety
    /// As of [`transact`].
    unsafe fn run(&mut self, mut pending: Set) {
        let mut at_once = pending.len();
        let mut tries = 0;
        while !pending.is_empty() {
            let sent = pending.lowest(at_once);
            // SAFETY: the caller's promise.
            match unsafe { self.round(sent) } {
                Round::Complete => {
                    pending = pending.without(sent);
                    tries = 0;
                }
                Round::NotSent(error) if sent.len() > 1 && error != Errno::ENOBUFS => {
                    // One of them is to blame; alone, each gets its own error.
                    at_once = 1;
                }
                Round::NotSent(error) if error != Errno::ENOBUFS => {
                    self.fail(sent, error);
                    pending = pending.without(sent);
                }
                outcome => {
                    let left = match outcome {
                        Round::Lost(left) => left,
                        _ => sent,
                    };
                    log_limited!(SOCKET, Dbg, "receive buffer overflow, resending request");
                    let progress = left != sent;
                    pending = pending.without(sent.without(left));
                    tries = if progress || sent.len() > 1 {
                        0
                    } else {
                        tries + 1
                    };
                    at_once = (at_once / 2).max(1);
                    if tries >= MAX_TRIES {
                        self.fail(left, Errno::ENOBUFS);
                        pending = pending.without(left);
                        tries = 0;
                    }
                }
            }
        }
    }

    /// Records an error that is not the kernel's answer.
    fn fail(&mut self, set: Set, error: Errno) {
        if set.is_empty() {
            return;
        }
        self.idle = false;
        log_limited!(
            SOCKET,
            Err,
            "transaction error ({})",
            errno::message(error.raw())
        );
        for index in set {
            self.transactions.finish(self.start + index, Err(error));
        }
    }

    /// Sends some requests and receives what the kernel says to them.
    ///
    /// # Safety
    /// As of [`transact`].
    unsafe fn round(&mut self, sent: Set) -> Round {
        let last = sent.last().unwrap_or_default();
        let base_seq = self.sock.allocate_seq(last as u32 + 1);
        // SAFETY: the caller's promise.
        let acks = match unsafe { self.send(sent, base_seq) } {
            Ok(acks) => acks,
            Err(error) => return Round::NotSent(error),
        };
        let replies = Replies {
            base_seq,
            sent,
            last: Set::one(last),
            answered: Set::EMPTY,
            acks,
            lost: self.sock.congested.load(Relaxed),
            garbage: false,
            deadline: None,
        };
        scratch::with(self.needed, |memory| self.receive_all(replies, memory))
    }

    /// Sends some requests as one datagram. Returns those that an acknowledgement must follow.
    ///
    /// # Safety
    /// As of [`transact`].
    unsafe fn send(&mut self, sent: Set, base_seq: u32) -> Result<Set, Errno> {
        let mut acks = Set::EMPTY;
        let mut parts = [const { MaybeUninit::<IoSlice<'_>>::uninit() }; MAX_PARTS];
        let mut count_sent = 0;
        let port = self.sock.port;
        for (index, part) in sent.zip(&mut parts) {
            let request = self.transactions.request(self.start + index);
            // SAFETY: the caller's promise.
            let flags = unsafe { message::finalize(request, base_seq + index as u32, port) };
            if flags & NLM_F_DUMP == NLM_F_DUMP {
                // More parts follow than the one that is the reply.
                self.idle = false;
            } else if flags & NLM_F_ACK != 0 {
                acks.insert(Set::one(index));
            }
            part.write(IoSlice::new(request.bytes()));
            count_sent += 1;
        }
        // SAFETY: the first `count_sent` parts have been written, one for each of `sent`.
        let parts: &[IoSlice<'_>] =
            unsafe { core::slice::from_raw_parts(parts.as_ptr().cast(), count_sent) };
        let result = match parts {
            [request] => sys::send(&self.sock.fd, request, true),
            parts => sys::send_parts(&self.sock.fd, parts),
        };
        if trace::wanted() {
            for part in parts {
                trace::message(
                    "nl_sock_transact_multiple__",
                    result,
                    part,
                    self.sock.protocol,
                );
            }
        }
        result?;
        count(Event::Sent, count_sent);
        Ok(acks)
    }

    fn receive_all(&mut self, mut replies: Replies, scratch: &mut [Uninit]) -> Round {
        loop {
            if replies.complete() {
                self.succeed(replies.unanswered());
                return Round::Complete;
            }
            match sys::receive(&self.sock.fd, scratch) {
                Ok(size) => {
                    let received = size.min(scratch.len());
                    // SAFETY: the kernel filled as much.
                    let datagram: &[u8] =
                        unsafe { core::slice::from_raw_parts(scratch.as_ptr().cast(), received) };
                    count(Event::Received, 1);
                    self.take(&mut replies, datagram, size);
                }
                Err(error) => {
                    self.sock.note_failure(error);
                    match error {
                        Errno::ENOBUFS => replies.lost = true,
                        Errno::EAGAIN => match self.at_end(&mut replies) {
                            Some(round) => return round,
                            None => continue,
                        },
                        error => {
                            self.fail(replies.unanswered(), error);
                            return Round::Complete;
                        }
                    }
                }
            }
        }
    }

    /// Takes a datagram of `size` bytes, of which `datagram` was received.
    fn take(&mut self, replies: &mut Replies, datagram: &[u8], size: usize) {
        let truncated = size > datagram.len();
        let mut messages = Messages::new(datagram);
        for (header, message) in &mut messages {
            self.take_message(replies, header, message);
        }
        if truncated {
            self.take_truncated(replies, datagram, size);
        } else if messages.garbage() {
            log_limited!(SOCKET, Err, "received invalid nlmsg ({size} bytes)");
            replies.garbage = true;
        }
    }

    fn take_message(&mut self, replies: &mut Replies, header: Header, message: &[u8]) {
        trace::message("nl_sock_recv__", Ok(()), message, self.sock.protocol);
        let Some(index) = replies.index(header.seq) else {
            log_limited!(SOCKET, Dbg, "ignoring unexpected seq {:#x}", header.seq);
            return;
        };
        let this = Set::one(index);
        let answered = replies.answered.overlaps(this);
        let outcome = match kernel_error(header, message) {
            // Of several replies to one request, the first is the reply.
            None if answered => return,
            None => Ok(message),
            Some(verdict) => {
                let expected = replies.acks.overlaps(this);
                replies.acks = replies.acks.without(this);
                match refusal(verdict) {
                    // The acknowledgement behind a reply says nothing new.
                    None if answered => return,
                    None => Ok(&[][..]),
                    // In place of that acknowledgement, a refusal overrides the reply.
                    Some(_) if answered && !expected => return,
                    Some(error) => Err(error),
                }
            }
        };
        replies.answered.insert(this);
        self.transactions.finish(self.start + index, outcome);
    }

    /// Takes a datagram that did not fit: of a refusal all that counts is there, anything else
    /// must come again.
    fn take_truncated(&mut self, replies: &mut Replies, datagram: &[u8], size: usize) {
        if let Some(header) = Header::parse(datagram)
            && kernel_error(header, datagram).is_some()
        {
            self.take_message(replies, header, datagram);
        } else {
            self.needed = self.needed.max(size);
            replies.lost = true;
        }
    }

    /// The receive queue is empty. None if it is worth looking again.
    fn at_end(&mut self, replies: &mut Replies) -> Option<Round> {
        if replies.lost {
            return Some(match replies.unanswered() {
                Set::EMPTY => Round::Complete,
                left => Round::Lost(left),
            });
        }
        let unanswered = replies.unanswered();
        if replies.garbage {
            self.fail(unanswered, Errno::EPROTO);
            return Some(Round::Complete);
        }
        let unacknowledged = unanswered.without(unanswered.without(replies.acks));
        if unacknowledged.is_empty() {
            self.succeed(unanswered);
            return Some(Round::Complete);
        }
        let deadline = *replies
            .deadline
            .get_or_insert_with(|| Instant::now() + ACK_WAIT);
        let left = deadline.saturating_duration_since(Instant::now());
        let mut fds = [libc::pollfd {
            fd: self.sock.raw_fd(),
            events: libc::POLLIN,
            revents: 0,
        }];
        match sys::poll(&mut fds, Some(left)) {
            Ok(0) => {
                self.fail(unacknowledged, Errno::ETIMEDOUT);
                self.succeed(unanswered.without(unacknowledged));
                Some(Round::Complete)
            }
            Ok(_) | Err(Errno::EINTR) => None,
            Err(error) => {
                self.fail(unanswered, error);
                Some(Round::Complete)
            }
        }
    }

    fn succeed(&mut self, set: Set) {
        for index in set {
            self.transactions.finish(self.start + index, Ok(&[]));
        }
    }
}

/// The error that a verdict is, if it is one.
fn refusal(verdict: KernelError) -> Option<Errno> {
    let error = match verdict {
        KernelError::Ack => return None,
        KernelError::Refused(code) => Errno::from_raw(code),
        KernelError::Malformed => Errno::EPROTO,
        KernelError::Short(size) => {
            crate::host::log::log_limited!(
                MESSAGE,
                Err,
                "received invalid nlmsgerr ({size} bytes < 36)"
            );
            Errno::EPROTO
        }
    };
    log_limited!(
        SOCKET,
        Dbg,
        "received NAK error={} ({})",
        error.raw(),
        errno::message(error.raw())
    );
    Some(error)
}

/// What is known of the requests that one datagram carried.
struct Replies {
    base_seq: u32,
    sent: Set,
    /// The last of those.
    last: Set,
    answered: Set,
    /// Requests that an acknowledgement must still follow, be it a refusal.
    acks: Set,
    /// Whether replies may be missing.
    lost: bool,
    /// Whether something came that was no message.
    garbage: bool,
    /// Until when acknowledgements are waited for.
    deadline: Option<Instant>,
}

impl Replies {
    fn unanswered(&self) -> Set {
        self.sent.without(self.answered)
    }

    /// Whether nothing more has to be received: the last request is answered, so those before it
    /// have been worked on, and no acknowledgement is outstanding.
    fn complete(&self) -> bool {
        self.answered.overlaps(self.last)
            && self.acks.is_empty()
            && (!(self.lost || self.garbage) || self.unanswered().is_empty())
    }

    /// Which request a sequence number belongs to.
    fn index(&self, seq: u32) -> Option<usize> {
        let index = seq.wrapping_sub(self.base_seq) as usize;
        (index < MAX_PARTS && self.sent.overlaps(Set::one(index))).then_some(index)
    }
}

/// A single request, and what takes its outcome.
pub(crate) struct One<'a, F> {
    pub(crate) request: Buf<'a>,
    pub(crate) finish: F,
}

impl<F: FnMut(Outcome<'_>)> Transactions for One<'_, F> {
    fn len(&self) -> usize {
        1
    }

    fn request(&self, _: usize) -> Buf<'_> {
        self.request
    }

    fn finish(&mut self, _: usize, outcome: Outcome<'_>) {
        (self.finish)(outcome);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets() {
        assert_eq!(Set::first(0), Set::EMPTY);
        assert_eq!(Set::first(128).len(), 128);
        let set = Set(0b1011_0100);
        assert_eq!(set.collect::<Vec<_>>(), [2, 4, 5, 7]);
        assert_eq!(set.lowest(2), Set(0b0001_0100));
        assert_eq!(set.lowest(9), set);
        assert_eq!((set.last(), Set::EMPTY.last()), (Some(7), None));
        assert_eq!(Set::first(128).last(), Some(127));
    }
}
