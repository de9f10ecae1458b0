//! Transactions: requests and, matched to them, the kernel's replies.
//!
//! The kernel works on a request while it is sent, so a request that succeeds without a reply
//! leaves an empty receive queue: EAGAIN then means success. This holds only while nothing was
//! lost. After an overflow the queue is read to its end, what is in it counts, and the requests
//! that have no reply go again, fewer at a time.

mod datagram;
mod replies;
mod set;

use self::datagram::Datagram;
use self::replies::Replies;
use self::set::Set;
use super::deadline::Deadline;
use super::receive::Overflows;
use super::{NlSock, extack, scratch, trace};
use crate::abi::flavour;
use crate::buffer::Buf;
use crate::errno::{self, Errno};
use crate::host::counters::{Event, count};
use crate::host::log::{self, log_limited};
use crate::message;
use crate::sys::{self, Sender, Uninit};
use crate::thread::{self, Own};
use crate::wire::{HEADER, Header, Hex, KernelError, Messages, kernel_error};
use core::sync::atomic::Ordering::Relaxed;

/// About a page of requests goes in a datagram: larger ones are dear to allocate in the kernel.
const MAX_BATCH_BYTES: usize = 4096 - 512;
/// How often in a row a single request goes again without getting anywhere.
const MAX_TRIES: u32 = 8;
/// How long an acknowledgement that must exist is waited for, in milliseconds, where the socket has
/// no deadline of its own.
const ACK_WAIT: u32 = 1000;

const NLM_F_ACK: u16 = libc::NLM_F_ACK as u16;
const NLM_F_DUMP: u16 = libc::NLM_F_DUMP as u16;
const NLM_F_MULTI: u16 = libc::NLM_F_MULTI as u16;
const NLMSG_DONE: u16 = libc::NLMSG_DONE as u16;

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

/// Carries out all transactions, in order. Returns whether the socket has nothing left to say.
///
/// # Safety
/// The requests' memory, which C passes as const, may be written.
pub(crate) unsafe fn transact<T: Transactions>(sock: &NlSock, transactions: &mut T) -> bool {
    sock.note_fork();
    let deadline = Deadline::after(sock.timeout.load(Relaxed));
    let mut idle = true;
    let mut start = 0;
    thread::with(|own| {
        own.failures.start_batch();
        while start < transactions.len() {
            let count = batch_len(sock, transactions, start);
            let mut batch = Batch { sock, own, transactions, start, deadline, idle: true };
            // SAFETY: the caller's promise.
            unsafe { batch.run(Set::first(count)) };
            idle &= batch.idle;
            start += count;
        }
    });
    idle
}

/// How many of the transactions from `start` on go in one datagram.
fn batch_len(sock: &NlSock, transactions: &impl Transactions, start: usize) -> usize {
    let most = (transactions.len() - start).min(sock.max_batch());
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
    /// Something was lost; these have to go again.
    Lost(Set),
    /// The datagram could not be sent.
    NotSent(Errno),
}

/// Consecutive transactions that are sent together.
struct Batch<'a, T> {
    sock: &'a NlSock,
    own: &'a Own,
    transactions: &'a mut T,
    /// Index of the first.
    start: usize,
    deadline: Deadline,
    /// Whether the socket has nothing left to say.
    idle: bool,
}

impl<T: Transactions> Batch<'_, T> {
    /// # Safety
    /// As of [`transact`].
    unsafe fn run(&mut self, mut pending: Set) {
        let mut at_once = pending.len();
        let mut tries = 0;
        // Something is sent however short the deadline is, but nothing after it.
        let mut begun = self.start > 0;
        while !pending.is_empty() {
            if begun && self.deadline.has_passed() {
                self.fail(pending, Errno::ETIMEDOUT);
                return;
            }
            begun = true;
            let sent = pending.lowest(at_once);
            // SAFETY: the caller's promise.
            let left = match unsafe { self.round(sent) } {
                Round::Complete => Set::EMPTY,
                Round::Lost(left) => left,
                Round::NotSent(Errno::ENOBUFS) => sent,
                Round::NotSent(_) if sent.len() > 1 => {
                    // One of them is to blame; alone, each gets its own error.
                    at_once = 1;
                    continue;
                }
                Round::NotSent(error) => {
                    self.fail(sent, error);
                    Set::EMPTY
                }
            };
            pending = pending.without(sent.without(left));
            if left.is_empty() {
                tries = 0;
                continue;
            }
            let stuck = left == sent && sent.len() == 1;
            tries = if stuck { tries + 1 } else { 0 };
            if tries >= MAX_TRIES {
                self.fail(left, Errno::ENOBUFS);
                pending = pending.without(left);
                tries = 0;
            } else if !self.deadline.has_passed() {
                log_limited!(SOCKET, Dbg, "receive buffer overflow, resending request");
                count(Event::Resent, left.len());
            }
            at_once = (at_once / 2).max(1);
        }
    }

    /// Records an error that is not the kernel's answer.
    fn fail(&mut self, set: Set, error: Errno) {
        if set.is_empty() {
            return;
        }
        self.idle = false;
        let text = errno::message(error.raw());
        log_limited!(SOCKET, Err, "transaction error ({text})");
        self.own.failures.failed(error);
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
        let lost = self.sock.congested.load(Relaxed);
        let replies = Replies::new(base_seq, sent, acks, lost);
        self.own.scratch.with(|memory| self.receive_all(replies, memory))
    }

    /// Sends some requests as one datagram. Returns those that an acknowledgement must follow.
    ///
    /// # Safety
    /// As of [`transact`].
    unsafe fn send(&mut self, sent: Set, base_seq: u32) -> Result<Set, Errno> {
        let several = sent.len() > 1;
        let mut acks = Set::EMPTY;
        let mut datagram = Datagram::new();
        let mut bytes: &[u8] = &[];
        for index in sent {
            let request = self.transactions.request(self.start + index);
            // SAFETY: the caller's promise.
            let flags =
                unsafe { message::finalize(request, base_seq + index as u32, self.sock.port) };
            if flags & NLM_F_DUMP == NLM_F_DUMP {
                // More parts follow than the one that is the reply.
                self.idle = false;
            } else if flags & NLM_F_ACK != 0 {
                acks.insert(Set::one(index));
            }
            bytes = request.bytes();
            if several && !datagram.add(bytes) {
                return Err(Errno::EMSGSIZE);
            }
        }
        if several {
            bytes = datagram.bytes();
        }
        let result = sys::send(&self.sock.fd, bytes, true);
        if trace::wanted() {
            for index in sent {
                let request = self.transactions.request(self.start + index).bytes();
                trace::message("nl_sock_transact_multiple__", result, request, self.sock.protocol);
            }
        }
        result?;
        count(Event::Sent, sent.len());
        Ok(acks)
    }

    fn receive_all(&mut self, mut replies: Replies, memory: &mut [Uninit]) -> Round {
        let mut overflows = Overflows::default();
        let mut late = false;
        loop {
            if replies.complete() {
                self.succeed(replies.open());
                return Round::Complete;
            }
            if late {
                self.fail(replies.open(), Errno::ETIMEDOUT);
                return Round::Complete;
            }
            match self.receive(memory) {
                Ok(received) => {
                    overflows.end();
                    if let Some((datagram, size)) = received {
                        self.take(&mut replies, datagram, size);
                    }
                    late = self.deadline.is_set() && self.deadline.has_passed();
                }
                Err(Errno::ENOBUFS) if overflows.bearable() => replies.lost = true,
                Err(Errno::EAGAIN) => {
                    if let Some(round) = self.at_end(&mut replies) {
                        return round;
                    }
                }
                Err(error) => {
                    self.fail(replies.open(), error);
                    return Round::Complete;
                }
            }
        }
    }

    /// Receives one datagram: what fits of it, and its real size. None if it is to be ignored.
    fn receive<'m>(&self, memory: &'m mut [Uninit]) -> Result<Option<(&'m [u8], usize)>, Errno> {
        let sock = self.sock;
        let mut from = Sender::default();
        let received = match sock.kernel_only.load(Relaxed) {
            false => sys::receive(&sock.fd, memory, false),
            true => sys::receive_split(&sock.fd, memory, &mut [], false, Some(&mut from)),
        };
        let size = received.inspect_err(|&error| sock.note_failure(error))?;
        if from.port != 0 {
            count(Event::Spoofed, 1);
            return Ok(None);
        }
        // SAFETY: the kernel filled as much.
        let datagram = unsafe {
            core::slice::from_raw_parts(memory.as_ptr().cast::<u8>(), size.min(memory.len()))
        };
        // A datagram without bytes says nothing.
        Ok((size > 0).then_some((datagram, size)))
    }

    /// Takes a datagram of `size` bytes, of which `datagram` was received.
    fn take(&mut self, replies: &mut Replies, datagram: &[u8], size: usize) {
        let mut messages = Messages::new(datagram);
        for (header, message) in &mut messages {
            self.take_message(replies, header, message);
        }
        let rest = messages.rest();
        if rest.len() < datagram.len() {
            count(Event::Received, 1);
        }
        if size > datagram.len() {
            self.take_truncated(replies, rest);
        } else if !rest.is_empty() {
            log_limited!(SOCKET, Err, "received invalid nlmsg ({size} bytes < {HEADER})");
            replies.spoiled = Some(Errno::EPROTO);
        }
    }

    fn take_message(&mut self, replies: &mut Replies, header: Header, message: &[u8]) {
        trace::message("nl_sock_recv__", Ok(()), message, self.sock.protocol);
        let Some(index) = replies.index(header.seq) else {
            count(Event::Stale, 1);
            log_limited!(SOCKET, Dbg, "ignoring unexpected seq {}", Hex(header.seq));
            return;
        };
        let this = Set::one(index);
        let answered = replies.answered.overlaps(this);
        let outcome = match kernel_error(header, message) {
            // Of several replies to one request, the first is the reply.
            None if answered => return,
            None => {
                if header.flags & NLM_F_MULTI != 0 {
                    // It is part of a dump, whatever was asked for, and no acknowledgement follows.
                    replies.acks = replies.acks.without(this);
                    self.idle &= header.kind == NLMSG_DONE;
                }
                Ok(message)
            }
            Some(verdict) => {
                replies.acks = replies.acks.without(this);
                match verdict {
                    // The acknowledgement behind a reply says nothing new.
                    KernelError::Ack if answered => return,
                    KernelError::Ack => Ok(&[][..]),
                    // A refusal overrides a reply that came before.
                    _ => Err(self.refused(index, verdict, header, message)),
                }
            }
        };
        replies.answered.insert(this);
        self.transactions.finish(self.start + index, outcome);
    }

    /// The error that a refusal is, having told of it.
    fn refused(&self, index: usize, verdict: KernelError, header: Header, message: &[u8]) -> Errno {
        log::complain(verdict);
        let error = verdict.errno();
        let index = self.start + index;
        let request = self.transactions.request(index).bytes();
        let said = extack::read(error.raw(), header, message, request);
        log_limited!(SOCKET, Dbg, "{}", {
            let text = said.as_ref().and_then(extack::text);
            flavour::refusal(error.raw(), &errno::message(error.raw()), text.as_deref())
        });
        match said {
            Some(said) => self.own.failures.transaction_failed_with(index, said),
            None => self.own.failures.failed(error),
        }
        error
    }

    /// Takes the start of a message that did not fit: of a refusal all that counts is there; a
    /// larger reply than the kernel makes is an error of its request.
    fn take_truncated(&mut self, replies: &mut Replies, start: &[u8]) {
        log_limited!(SOCKET, Err, "truncated message (longer than {} bytes)", scratch::SIZE);
        let header = Header::parse(start);
        match header.and_then(|header| Some((header, replies.index(header.seq)?))) {
            Some((header, _)) if kernel_error(header, start).is_some() => {
                self.take_message(replies, header, start);
            }
            Some((_, index)) => {
                replies.answered.insert(Set::one(index));
                replies.acks = replies.acks.without(Set::one(index));
                self.fail(Set::one(index), Errno::E2BIG);
            }
            None => replies.spoiled = Some(Errno::E2BIG),
        }
    }

    /// The receive queue is empty. None if it is worth looking again.
    fn at_end(&mut self, replies: &mut Replies) -> Option<Round> {
        // Silence is no success where something arrived that nobody could read.
        if let Some(error) = replies.spoiled {
            self.fail(replies.open(), error);
            return Some(Round::Complete);
        }
        if replies.lost {
            self.succeed(replies.silent());
            return Some(match replies.doubtful() {
                Set::EMPTY => Round::Complete,
                doubtful => Round::Lost(doubtful),
            });
        }
        let awaited = replies.acks;
        if awaited.is_empty() {
            self.succeed(replies.open());
            return Some(Round::Complete);
        }
        let deadline = *replies.deadline.get_or_insert_with(|| match self.deadline {
            own if own.is_set() => own,
            _ => Deadline::after(ACK_WAIT),
        });
        let error = match deadline.has_passed() {
            true => Errno::ETIMEDOUT,
            false => self.sock.wait_until(deadline).err()?,
        };
        self.succeed(replies.open().without(awaited));
        self.fail(awaited, error);
        Some(Round::Complete)
    }

    fn succeed(&mut self, set: Set) {
        for index in set {
            self.transactions.finish(self.start + index, Ok(&[]));
        }
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
