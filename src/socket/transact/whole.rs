// SPDX-License-Identifier: Apache-2.0
//! Requests that are sent in one datagram or not at all: a batch of NETLINK_NETFILTER, or what the
//! caller wants to be sent in this way.
//!
//! Nothing is sent a second time, since the rules of a firewall must not be added twice. If answers
//! were lost, the requests whose outcome is uncertain fail with ENOBUFS.

use super::call::{Answer, Call, MAX_TRIES, Unreadable, is_overrun};
use super::{Origin, QueueState, Transactions, acks, netfilter};
use crate::errno::Errno;
use crate::host::counters::{Event, count};
use crate::message;
use crate::socket::REPLY_ESTIMATE;
use crate::socket::bounds::Overflows;
use crate::socket::extack::Failures;
use crate::socket::receive::Failure;
use crate::socket::scratch::Scratch;
use crate::socket::{deadline::Deadline, trace};
use crate::sys::{self, Uninit};
use crate::thread::{self, Thread, Unfinished};
use crate::wire::{Control, Header, Messages, kernel_error};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ffi::c_void;
use core::sync::atomic::Ordering::Relaxed;

const NLM_F_ACK: u16 = libc::NLM_F_ACK as u16;
const NLM_F_ECHO: u16 = libc::NLM_F_ECHO as u16;
/// The room that an acknowledgement or an echo within a batch of NETLINK_NETFILTER takes up in the
/// receive buffer, in bytes, with the kernel's bookkeeping.
const ANSWER_ESTIMATE: usize = 1024;
/// What the kernel wants to be free in the send buffer beside a datagram, in bytes.
const SEND_OVERHEAD: usize = 32;

/// What is known of a request.
#[derive(Clone, Copy, Default)]
struct State {
    /// It got a reply, an acknowledgement or a refusal.
    answered: bool,
    /// The kernel refused it.
    refused: bool,
    /// Its acknowledgement is awaited.
    awaits_ack: bool,
    /// Its reply is awaited.
    awaits_reply: bool,
}

impl State {
    fn awaits_any(self) -> bool {
        self.awaits_ack || self.awaits_reply
    }
}

/// The memory of a call. It is on the heap, so that [`release`] can free it if a log handler leaves
/// the call.
#[derive(Default)]
struct Memory {
    datagram: Vec<u8>,
    states: Vec<State>,
}

/// # Safety
/// `memory` points to a [`Memory`] from [`Box`] that is not used any more.
unsafe fn release(memory: *mut c_void) {
    // SAFETY: the caller's promise.
    drop(unsafe { Box::from_raw(memory.cast::<Memory>()) });
}

/// Consecutive transactions whose requests are sent in one datagram.
pub(super) struct Whole<'c, 'a> {
    call: &'c mut Call<'a, dyn Transactions + 'a>,
    memory: &'c mut Memory,
    /// The index of the first transaction.
    start: usize,
    count: usize,
    /// Whether this is a batch of NETLINK_NETFILTER.
    netfilter: bool,
    base_seq: u32,
    /// The number of requests from which an answer is awaited.
    awaited: usize,
    /// Whether the kernel refused a request.
    refused: bool,
    /// Whether a refusal may follow a reply, so that everything in the queue has to be received.
    refused_late: bool,
    /// Whether answers may have been lost.
    lost: bool,
    unreadable: Option<Errno>,
    deadline: Option<Deadline>,
}

impl<'c, 'a> Whole<'c, 'a> {
    /// Carries out `count` transactions from `start` on. Returns `count`.
    ///
    /// # Safety
    /// See [`super::transact`].
    #[inline(never)]
    pub(super) unsafe fn run(
        call: &'c mut Call<'a, dyn Transactions + 'a>,
        start: usize,
        count: usize,
    ) -> usize {
        if start > 0 && call.deadline.has_passed() {
            call.fail((start..).take(count), Errno::ETIMEDOUT);
            return count;
        }
        let netfilter = netfilter::starts_batch(call.sock.protocol(), call.transactions, start);
        let memory = Box::into_raw(Box::<Memory>::default());
        let registered = register(call.thread, call.origin, memory);
        // SAFETY: the memory is freed below, or after this call has been left.
        let state = unsafe { &mut *memory };
        let mut whole = Whole {
            call,
            memory: state,
            start,
            count,
            netfilter,
            base_seq: 0,
            awaited: 0,
            refused: false,
            refused_late: false,
            lost: false,
            unreadable: None,
            deadline: None,
        };
        if whole.check() {
            // SAFETY: the caller's promise.
            unsafe { whole.send_and_receive() };
        }
        drop(registered);
        // SAFETY: the memory is not used any more.
        unsafe { release(memory.cast()) };
        count
    }

    /// The indexes of the transactions.
    fn all(&self) -> impl Iterator<Item = usize> + use<> {
        (self.start..).take(self.count)
    }

    /// Checks what the kernel would drop without an answer. If there is such a thing, makes the
    /// transactions fail, and returns false.
    fn check(&mut self) -> bool {
        let transactions = &*self.call.transactions;
        let protocol = self.call.sock.protocol();
        if self.count > 1 && self.call.sock.takes_one_request() {
            self.fail_all(Errno::EINVAL);
            return false;
        }
        if !self.all().any(|index| netfilter::starts_batch(protocol, transactions, index)) {
            return true;
        }
        // Only if the caller demands one datagram, something else may be before or behind it.
        let len = netfilter::batch_len(protocol, transactions, self.start);
        let single = len == Some(self.count);
        if single && self.all().all(|index| netfilter::is_valid(transactions, index)) {
            return true;
        }
        Failures::of(self.call.thread).failed(Errno::EINVAL);
        for index in self.all() {
            let valid = single && netfilter::is_valid(self.call.transactions, index);
            let error = if valid { Errno::ECANCELED } else { Errno::EINVAL };
            self.call.transactions.finish(index, Err(error));
        }
        false
    }

    /// # Safety
    /// See [`super::transact`].
    unsafe fn send_and_receive(&mut self) {
        let mut scratch = Scratch::of(self.call.thread);
        let memory = scratch.memory();
        self.call.catch_up(memory);
        self.lost = self.call.sock.congested.load(Relaxed);
        // SAFETY: the caller's promise.
        let answers = unsafe { self.prepare() };
        let receive_buffer = self.make_room(answers);
        match self.send() {
            Ok(()) => self.receive_all(memory),
            Err(_) if self.start == 0 && self.call.is_not_ours() => {
                self.call.queue = QueueState::NotOurs;
            }
            Err(error) => self.fail_all(error),
        }
        if let Some(size) = receive_buffer {
            let _ = sys::force_receive_buffer_size(&self.call.sock.fd, size as usize);
        }
    }

    /// Makes the datagram. Returns an estimate of the room that the answers take up in the receive
    /// buffer, in bytes.
    ///
    /// # Safety
    /// See [`super::transact`].
    unsafe fn prepare(&mut self) -> usize {
        let call = &*self.call;
        self.base_seq = call.sock.allocate_seq(self.count as u32);
        let mut answers = 0;
        for index in 0..self.count {
            let request = call.transactions.request(self.start + index);
            let seq = self.base_seq.wrapping_add(index as u32);
            // SAFETY: the caller's promise.
            let flags = unsafe { message::finalize(request, seq, call.sock.port) };
            let datagram = &mut self.memory.datagram;
            datagram.resize(datagram.len().next_multiple_of(4), 0);
            datagram.extend_from_slice(request.bytes());
            let (acked, echoed) = (flags & NLM_F_ACK != 0, flags & NLM_F_ECHO != 0);
            // Not every kernel acknowledges the messages that begin and end a batch, even if they
            // ask for it (Linux 6.10 does).
            let may_wait = !self.netfilter || !self.is_frame(index);
            let state = State {
                awaits_ack: may_wait && acked,
                awaits_reply: may_wait && call.mode.await_replies,
                ..State::default()
            };
            self.awaited += usize::from(state.awaits_any());
            self.memory.states.push(state);
            self.refused_late |= echoed && !acked && acks::refuses_late(call.sock.protocol());
            if !self.netfilter {
                answers += REPLY_ESTIMATE as usize;
            } else if acked || echoed {
                answers += ANSWER_ESTIMATE + request.size();
            }
        }
        answers
    }

    /// Enlarges the receive buffer if the answers, which take up `answers` bytes, may not fit. If
    /// the process may not do that, does without acknowledgements of a batch of NETLINK_NETFILTER.
    /// Returns the size to which the buffer has to be restored.
    fn make_room(&mut self, answers: usize) -> Option<u32> {
        let call = &*self.call;
        if self.count <= call.sock.max_requests() {
            return None;
        }
        let size = sys::receive_buffer_size(&call.sock.fd).ok()?;
        if answers <= size as usize {
            return None;
        }
        match sys::force_receive_buffer_size(&call.sock.fd, answers) {
            Ok(before) => Some(before).filter(|_| call.origin == Origin::Caller),
            Err(_) => {
                if self.netfilter {
                    self.renounce_acks();
                }
                None
            }
        }
    }

    /// Asks for no acknowledgements of the messages within a batch, and does not wait for any. If
    /// they overflowed the receive buffer, a batch that was carried out would fail with ENOBUFS.
    /// They are not needed: the kernel sends a refusal in any case, before send() returns.
    ///
    /// Changes the datagram, not the caller's requests.
    fn renounce_acks(&mut self) {
        let mut start = 0;
        for index in 0..self.count {
            let size = self.call.transactions.request(self.start + index).size();
            if !self.is_frame(index) {
                let message = self.memory.datagram.get_mut(start..start + size);
                if let Some(message) = message {
                    Header::clear_flags(message, NLM_F_ACK);
                }
                if let Some(state) = self.memory.states.get_mut(index) {
                    self.awaited -= usize::from(state.awaits_ack && !state.awaits_reply);
                    state.awaits_ack = false;
                }
            }
            start += size.next_multiple_of(4);
        }
    }

    /// Whether the request at `index` begins or ends a batch of NETLINK_NETFILTER.
    fn is_frame(&self, index: usize) -> bool {
        index == 0 || netfilter::ends_batch(self.call.transactions, self.start + index)
    }

    /// Sends the datagram. Enlarges the send buffer if the datagram does not fit.
    fn send(&mut self) -> Result<(), Errno> {
        let call = &*self.call;
        let datagram = &self.memory.datagram;
        let mut result = call.send(datagram);
        let mut before = None;
        if result == Err(Errno::EMSGSIZE) {
            let size = datagram.len() + SEND_OVERHEAD;
            before = sys::enlarge_send_buffer(&call.sock.fd, size).ok();
            result = call.send(datagram);
        }
        // ENOBUFS means that the kernel had no memory for the datagram.
        for _ in 1..MAX_TRIES {
            if result != Err(Errno::ENOBUFS) {
                break;
            }
            result = call.send(datagram);
        }
        if let (Origin::Caller, Some(size)) = (call.origin, before) {
            sys::restore_send_buffer(&call.sock.fd, size);
        }
        if trace::wanted() {
            for index in self.all() {
                let request = call.transactions.request(index).bytes();
                call.sock.trace("nl_sock_transact_multiple__", result, request);
            }
        }
        result.inspect(|()| count(Event::Sent, self.count))
    }

    fn state(&self, index: usize) -> State {
        self.memory.states.get(index).copied().unwrap_or_default()
    }

    fn receive_all(&mut self, memory: &mut [Uninit]) {
        let mut overflows = Overflows::default();
        loop {
            match self.call.receive(memory) {
                Ok((datagram, size)) => {
                    overflows.reset();
                    self.process_datagram(datagram, size);
                }
                Err(Failure::Unwanted) => overflows.reset(),
                Err(Failure::Lost) if overflows.another() => self.lost = true,
                Err(Failure::Call(Errno::EAGAIN)) => {
                    if self.at_end_of_queue() {
                        return;
                    }
                    continue;
                }
                Err(failure) => return self.give_up(failure.errno()),
            }
            if self.is_complete() {
                return self.succeed();
            }
            if self.call.deadline.has_passed() {
                return self.give_up(Errno::ETIMEDOUT);
            }
        }
    }

    /// Ends the transactions although answers may not have been received.
    fn give_up(&mut self, error: Errno) {
        self.call.queue = QueueState::Unknown;
        self.end_with(error, false);
    }

    fn process_datagram(&mut self, datagram: &[u8], size: usize) {
        let mut messages = Messages::new(datagram);
        for (header, message) in &mut messages {
            self.process_message(header, message);
        }
        match self.call.check_rest(&messages, datagram, size) {
            Unreadable::Nothing => {}
            Unreadable::Garbage => self.unreadable = Some(Errno::EPROTO),
            Unreadable::TooLong(start) => match Header::parse(start) {
                // The start of an error message suffices.
                Some(header) if kernel_error(header, start).is_some() => {
                    self.process_message(header, start);
                }
                _ => self.unreadable = Some(Errno::E2BIG),
            },
        }
    }

    fn process_message(&mut self, header: Header, message: &[u8]) {
        self.call.sock.trace("nl_sock_recv__", Ok(()), message);
        if Control::is_noop(header) {
            return;
        }
        if is_overrun(header) {
            self.lost = true;
            return;
        }
        let place = header.seq.wrapping_sub(self.base_seq) as usize;
        let state = self.memory.states.get_mut(place);
        let Some(state) = state.filter(|_| self.call.is_addressed(header)) else {
            return self.call.ignore(header);
        };
        let before = *state;
        let index = self.start + place;
        state.answered = true;
        match self.call.interpret(index, before.answered, header, message) {
            Answer::Reply { dump } => {
                state.awaits_reply = false;
                state.awaits_ack &= !dump;
                // If a request has several replies, the first one counts.
                if !before.answered || before.awaits_reply {
                    self.call.transactions.finish(index, Ok(message));
                }
            }
            Answer::Ack => {
                state.awaits_ack = false;
                self.call.acknowledged(index, header, message);
                // An acknowledgement does not replace an answer before it.
                if !before.answered && !before.awaits_reply {
                    self.call.transactions.finish(index, Ok(&[]));
                }
            }
            Answer::Refused(refusal) => {
                *state = State { answered: true, refused: true, ..State::default() };
                self.refused = true;
                self.call.refused(index, refusal, header, message);
            }
        }
        if before.awaits_any() && !self.state(place).awaits_any() {
            self.awaited -= 1;
        }
    }

    /// Whether nothing more has to be received: the last request has an answer, and no answer is
    /// awaited. Of a batch of NETLINK_NETFILTER, the whole queue is read: an error of the last step
    /// is reported for another message than the last one.
    fn is_complete(&self) -> bool {
        !self.netfilter
            && !self.refused_late
            && self.awaited == 0
            && !self.lost
            && self.unreadable.is_none()
            && self.state(self.count - 1).answered
    }

    /// Decides how to go on when the receive queue is empty. Returns false to receive again.
    fn at_end_of_queue(&mut self) -> bool {
        let mut certain = false;
        let error = if self.netfilter && self.refused {
            Errno::ECANCELED
        } else if let Some(error) = self.unreadable {
            error
        } else if self.lost && !self.only_reply_is_missing() {
            Errno::ENOBUFS
        } else if self.awaited > 0 {
            let call = &*self.call;
            let deadline = *self.deadline.get_or_insert_with(|| call.answer_deadline());
            let Err(error) = self.call.wait_until(deadline) else { return false };
            certain = !self.lost;
            if self.lost { Errno::ENOBUFS } else { error }
        } else {
            self.succeed();
            return true;
        };
        self.end_with(error, certain);
        true
    }

    /// Whether there is a request that was acknowledged, but whose reply is still awaited.
    fn only_reply_is_missing(&self) -> bool {
        let missing = |state: &State| state.answered && state.awaits_reply && !state.awaits_ack;
        self.memory.states.iter().any(missing)
    }

    /// Ends the transactions after all answers have been received.
    fn succeed(&mut self) {
        let ended = netfilter::ends_batch(self.call.transactions, self.start + self.count - 1);
        if self.netfilter && !ended {
            // The kernel has only checked the batch.
            Failures::of(self.call.thread).failed(Errno::ECANCELED);
            self.cancel();
        } else {
            self.succeed_without_answer();
        }
    }

    /// Makes the requests succeed that have no answer and wait for none.
    fn succeed_without_answer(&mut self) {
        for index in 0..self.count {
            let state = self.state(index);
            if !state.answered && !state.awaits_any() {
                self.call.transactions.finish(self.start + index, Ok(&[]));
            }
        }
    }

    /// Ends the transactions although the outcome of some is uncertain. If `certain`, requests that
    /// have no answer and wait for none succeeded.
    fn end_with(&mut self, error: Errno, certain: bool) {
        if !self.netfilter {
            if certain {
                self.succeed_without_answer();
            }
            let (start, states) = (self.start, (0..).zip(&self.memory.states));
            let open =
                states.filter(|&(_, state)| state.awaits_any() || !state.answered && !certain);
            self.call.fail(open.map(|(index, _)| start + index), error);
        } else if self.refused {
            self.cancel();
        } else {
            self.fail_all(error);
        }
    }

    /// Makes the requests fail that the kernel did not refuse: it has not carried out the batch.
    fn cancel(&mut self) {
        if self.awaited > 0 {
            self.call.queue = QueueState::Unknown;
        }
        for index in 0..self.count {
            if !self.state(index).refused {
                self.call.transactions.finish(self.start + index, Err(Errno::ECANCELED));
            }
        }
    }

    fn fail_all(&mut self, error: Errno) {
        self.call.fail(self.all(), error);
    }
}

/// Registers the memory of a call, so that it is freed if the call is left.
fn register(thread: &Thread, origin: Origin, memory: *mut Memory) -> Unfinished<'_> {
    let memory = memory.cast();
    // SAFETY: `release` may be called once this call has been left.
    unsafe {
        match origin {
            // The socket has been registered before.
            Origin::Pool => thread::register_another(thread, memory, release, None),
            Origin::Caller => thread::register(thread, memory, release, None),
        }
    }
}
