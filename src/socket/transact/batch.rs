// SPDX-License-Identifier: Apache-2.0
//! Batches: consecutive requests that are sent together because that is faster, but that need not
//! be.

use super::acks::Acks;
use super::call::{Answer, Call, MAX_TRIES, Unreadable, is_overrun};
use super::datagram::{Datagram, MAX_BATCH_BYTES};
use super::replies::Replies;
use super::set::Set;
use super::{Origin, QueueState, Transactions, netfilter};
use crate::errno::Errno;
use crate::host::counters::{Event, count};
use crate::host::log::log_limited;
use crate::message;
use crate::socket::bounds::Overflows;
use crate::socket::extack::Failures;
use crate::socket::receive::Failure;
use crate::socket::scratch::Scratch;
use crate::socket::trace;
use crate::sys::Uninit;
use crate::wire::{Control, Header, Messages, kernel_error};
use core::sync::atomic::Ordering::Relaxed;

const NLM_F_ACK: u16 = libc::NLM_F_ACK as u16;
const NLM_F_ECHO: u16 = libc::NLM_F_ECHO as u16;

/// The result of sending some requests of a batch and receiving the replies.
enum Round {
    /// Every request has an outcome.
    Complete,
    /// Messages were lost. These requests have to be sent again.
    Lost(Set),
    /// The datagram could not be sent.
    NotSent(Errno),
}

/// Consecutive transactions whose requests fit in one datagram.
pub(super) struct Batch<'c, 'a, T> {
    call: &'c mut Call<'a, T>,
    /// The index of the first transaction.
    start: usize,
    /// Requests that have an outcome and are to be sent again, because the outcome of an earlier
    /// one is uncertain. If they cannot be sent again, the outcome stays.
    decided: Set,
}

/// The number of transactions, from `start` on, whose requests fit in one datagram.
fn batch_len<T: Transactions>(call: &Call<'_, T>, start: usize) -> usize {
    let (sock, transactions) = (call.sock, &*call.transactions);
    let most = (transactions.len() - start).min(sock.max_requests());
    let mut bytes = transactions.request(start).size();
    let mut count = 1;
    // Nothing can follow a request whose size is not a multiple of 4: the kernel expects the next
    // request at a multiple of 4.
    while count < most && bytes % 4 == 0 {
        bytes += transactions.request(start + count).size();
        if bytes > MAX_BATCH_BYTES
            || netfilter::starts_batch(sock.protocol(), transactions, start + count)
        {
            break;
        }
        count += 1;
    }
    count
}

impl<'c, 'a, T: Transactions> Batch<'c, 'a, T> {
    /// Carries out a batch that starts with the transaction at `start`. Returns the number of its
    /// transactions.
    ///
    /// # Safety
    /// See [`super::transact`].
    #[inline]
    pub(super) unsafe fn run_next(call: &'c mut Call<'a, T>, start: usize) -> usize {
        let count = batch_len(call, start);
        // SAFETY: the caller's promise.
        unsafe { Self { call, start, decided: Set::EMPTY }.run(Set::first(count)) };
        count
    }

    /// Carries out the transactions in `pending`. An index in that set counts from `self.start`.
    ///
    /// # Safety
    /// See [`super::transact`].
    unsafe fn run(&mut self, mut pending: Set) {
        let mut at_once = pending.len();
        let mut tries = 0;
        // The first batch is sent even if the deadline has passed already. After that, nothing is
        // sent after the deadline.
        let mut begun = self.start > 0;
        let mut again = false;
        while !pending.is_empty() {
            if begun && self.call.deadline.has_passed() {
                self.fail(pending, Errno::ETIMEDOUT);
                return;
            }
            let first = !begun;
            begun = true;
            let sent = pending.lowest(at_once);
            // SAFETY: the caller's promise.
            let left = match unsafe { self.round(sent, again) } {
                Round::Complete => Set::EMPTY,
                Round::Lost(left) => left,
                Round::NotSent(_) if first && self.call.is_not_ours() => {
                    self.call.queue = QueueState::NotOurs;
                    return;
                }
                Round::NotSent(Errno::ENOBUFS) => sent,
                Round::NotSent(_) if sent.len() > 1 => {
                    // One of the requests caused the error. Send them one by one, so that each gets
                    // its own error.
                    at_once = 1;
                    continue;
                }
                Round::NotSent(error) => {
                    self.fail(sent, error);
                    Set::EMPTY
                }
            };
            again = true;
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
            } else if !self.call.deadline.has_passed() {
                let first = left.into_iter().next().unwrap_or_default();
                Failures::of(self.call.thread).forget_from(self.start + first);
                log_limited!(SOCKET, Dbg, "receive buffer overflow, resending request");
                count(Event::Resent, left.len());
            }
            at_once = (at_once / 2).max(1);
        }
    }

    /// Makes the transactions in `set` fail with `error`, unless they have an outcome already.
    fn fail(&mut self, set: Set, error: Errno) {
        let set = set.without(self.decided);
        let start = self.start;
        self.call.fail(set.map(|index| start + index), error);
    }

    fn succeed(&mut self, set: Set) {
        let start = self.start;
        self.call.succeed(set.map(|index| start + index));
    }

    /// Sends the requests in `sent`, and receives the replies. `again` says whether some of them
    /// were sent before.
    ///
    /// # Safety
    /// See [`super::transact`].
    #[inline(always)]
    unsafe fn round(&mut self, sent: Set, again: bool) -> Round {
        let mut scratch = Scratch::of(self.call.thread);
        let memory = scratch.memory();
        self.call.catch_up(memory);
        let congested = self.call.sock.congested.load(Relaxed);
        let last = sent.last().unwrap_or_default();
        let base_seq = self.call.sock.allocate_seq(last as u32 + 1);
        // SAFETY: the caller's promise.
        let acks = match unsafe { self.send(sent, base_seq, again || congested) } {
            Ok(acks) => acks,
            Err(error) => return Round::NotSent(error),
        };
        self.decided = self.decided.without(sent);
        let only_replies = if self.call.mode.await_replies { sent } else { Set::EMPTY };
        let mut replies = Replies::new(base_seq, sent, acks.asking, acks.covered, only_replies);
        replies.lost = congested;
        replies.refused_late = acks.refused_late;
        self.receive_all(replies, memory)
    }

    /// Sends the requests in `sent` in one datagram. Returns which of them the kernel has to
    /// acknowledge: if `each`, all that ask for it.
    ///
    /// # Safety
    /// See [`super::transact`].
    unsafe fn send(&mut self, sent: Set, base_seq: u32, each: bool) -> Result<Acks, Errno> {
        let call = &*self.call;
        let several = sent.len() > 1;
        // A program may do with its own socket what keeps answers from the library.
        let each = each || call.mode.await_replies || call.origin == Origin::Caller;
        let mut acks = Acks::new(call.sock.protocol(), call.mode.one_ack, each);
        let mut datagram = Datagram::new();
        let mut bytes: &[u8] = &[];
        for index in sent {
            let request = call.transactions.request(self.start + index);
            // SAFETY: the caller's promise.
            let flags =
                unsafe { message::finalize(request, base_seq + index as u32, call.sock.port) };
            bytes = request.bytes();
            if flags & NLM_F_ACK != 0 {
                if several {
                    let wants_reply = call.transactions.wants_reply(self.start + index);
                    acks.add(index, bytes, wants_reply, &mut datagram);
                } else {
                    acks.asking = sent;
                }
            } else if flags & NLM_F_ECHO != 0 {
                acks.add_echo();
            }
            if several && !datagram.add(bytes) {
                return Err(Errno::EMSGSIZE);
            }
        }
        if several {
            bytes = datagram.bytes();
        }
        let result = call.send(bytes);
        if trace::wanted() {
            for (_, request) in Messages::new(bytes) {
                call.sock.trace("nl_sock_transact_multiple__", result, request);
            }
        }
        result?;
        count(Event::Sent, sent.len());
        Ok(acks)
    }

    #[inline(always)]
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
            match self.call.receive(memory) {
                Ok((datagram, size)) => {
                    overflows.reset();
                    self.process_datagram(&mut replies, datagram, size);
                    late = self.call.deadline.has_passed();
                }
                Err(Failure::Unwanted) => {
                    overflows.reset();
                    late = self.call.deadline.has_passed();
                }
                Err(Failure::Lost) if overflows.another() => replies.lost = true,
                Err(Failure::Call(Errno::EAGAIN)) => {
                    if let Some(round) = self.at_end_of_queue(&mut replies) {
                        return round;
                    }
                }
                Err(failure) => {
                    self.fail(replies.open(), failure.errno());
                    return Round::Complete;
                }
            }
        }
    }

    /// Processes a datagram of `size` bytes. `datagram` is the part of these bytes that fitted in
    /// the memory.
    #[inline(always)]
    fn process_datagram(&mut self, replies: &mut Replies, datagram: &[u8], size: usize) {
        let mut messages = Messages::new(datagram);
        for (header, message) in &mut messages {
            self.process_message(replies, header, message);
        }
        match self.call.check_rest(&messages, datagram, size) {
            Unreadable::Nothing => {}
            Unreadable::Garbage => replies.unreadable = Some(Errno::EPROTO),
            Unreadable::TooLong(message) => self.process_truncated(replies, message),
        }
    }

    /// Processes the start of a message that did not fit in the memory. The start of an error
    /// message suffices. A reply that is too long makes its transaction fail; the kernel does not
    /// send such replies.
    #[cold]
    fn process_truncated(&mut self, replies: &mut Replies, start: &[u8]) {
        let header = Header::parse(start);
        match header.and_then(|header| Some((header, replies.index(header.seq)?))) {
            Some((header, _)) if kernel_error(header, start).is_some() => {
                self.process_message(replies, header, start);
            }
            Some((_, index)) => {
                let this = Set::one(index);
                replies.answered.insert(this);
                replies.decided(index);
                replies.replies = replies.replies.without(this);
                self.fail(this, Errno::E2BIG);
            }
            None => replies.unreadable = Some(Errno::E2BIG),
        }
    }

    /// Decides how to go on when the receive queue is empty. None means to receive again.
    fn at_end_of_queue(&mut self, replies: &mut Replies) -> Option<Round> {
        // If something arrived that could not be read, it may have been the missing reply.
        if let Some(error) = replies.unreadable {
            self.fail(replies.open(), error);
            return Some(Round::Complete);
        }
        if replies.lost {
            let carried_out = replies.carried_out();
            if !carried_out.is_empty() {
                self.wait_for_answers(replies).err()?;
                self.fail(carried_out, Errno::ENOBUFS);
            }
            return Some(match replies.to_send_again() {
                Set::EMPTY => Round::Complete,
                lost => {
                    let answered = replies.answered.without(replies.awaited());
                    self.decided.insert(answered.and(lost));
                    Round::Lost(lost)
                }
            });
        }
        let awaited = replies.awaited();
        if awaited.is_empty() {
            self.succeed(replies.open());
            return Some(Round::Complete);
        }
        let error = self.wait_for_answers(replies).err()?;
        self.succeed(replies.open().without(awaited));
        self.fail(awaited, error);
        Some(Round::Complete)
    }

    /// Waits until there is something to receive. Fails if the time for the answers is over.
    fn wait_for_answers(&self, replies: &mut Replies) -> Result<(), Errno> {
        let call = &*self.call;
        let deadline = *replies.deadline.get_or_insert_with(|| call.answer_deadline());
        call.wait_until(deadline)
    }

    #[inline(always)]
    fn process_message(&mut self, replies: &mut Replies, header: Header, message: &[u8]) {
        let call = &mut *self.call;
        call.sock.trace("nl_sock_recv__", Ok(()), message);
        if Control::is_noop(header) {
            return;
        }
        if is_overrun(header) {
            replies.lost = true;
            return;
        }
        let Some(index) = replies.index(header.seq).filter(|_| call.is_addressed(header)) else {
            call.ignore(header);
            return;
        };
        let this = Set::one(index);
        let answered = replies.answered.overlaps(this);
        let wants_reply = replies.replies.overlaps(this);
        replies.answered.insert(this);
        match call.interpret(self.start + index, answered, header, message) {
            Answer::Reply { dump } => {
                if dump {
                    replies.decided(index);
                } else {
                    replies.settle_before(index);
                }
                replies.replies = replies.replies.without(this);
                // If a request has several replies, the first one counts.
                if !answered || wants_reply {
                    call.transactions.finish(self.start + index, Ok(message));
                }
            }
            Answer::Ack => {
                replies.decided(index);
                call.acknowledged(self.start + index, header, message);
                // An acknowledgement does not replace the reply before it.
                if !answered && !wants_reply {
                    call.transactions.finish(self.start + index, Ok(&[]));
                }
            }
            // A refusal replaces a reply that arrived before it.
            Answer::Refused(refusal) => {
                replies.decided(index);
                replies.replies = replies.replies.without(this);
                call.refused(self.start + index, refusal, header, message);
            }
        }
    }
}
