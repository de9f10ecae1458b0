// SPDX-License-Identifier: Apache-2.0
//! The state of a dump: what has been received of it, and what the datagrams of the kernel mean for
//! it.

use super::deadline::Deadline;
use super::extack;
use super::receive::Failure;
use crate::abi::Extack;
use crate::abi::ext::DumpResult;
use crate::errno::Errno;
use crate::host::counters::{Event, count};
use crate::wire::{self, Control, Header, KernelError, Messages, kernel_error};
use alloc::vec::Vec;

const NLMSG_DONE: u16 = libc::NLMSG_DONE as u16;
const NLMSG_ERROR: u16 = libc::NLMSG_ERROR as u16;
const NLMSG_MIN_TYPE: u16 = libc::NLMSG_MIN_TYPE as u16;
const NLM_F_MULTI: u16 = libc::NLM_F_MULTI as u16;
const NLM_F_DUMP_INTR: u16 = 0x10;

impl DumpResult {
    pub(super) const NONE: Self =
        Self { error: 0, interrupted: false, complete: false, messages: 0, extack: Extack::NONE };
}

/// The state of a dump, beyond the fields of the caller's structure. It is stored in the socket.
pub(super) struct State {
    seq: u32,
    deadline: Deadline,
    /// A copy of the request, to find the attribute that an extended acknowledgement refers to.
    request: Vec<u8>,
    /// The details of the dump that are known so far.
    pub(super) result: DumpResult,
    /// Whether the dump is over: nothing is left to receive.
    pub(super) over: bool,
    /// Whether the dump goes on after an acknowledgement, and waits for messages.
    await_replies: bool,
    /// Whether an acknowledgement has arrived.
    acknowledged: bool,
    /// Whether a reply has arrived that is not a part of a dump.
    single: bool,
    /// Whether messages have arrived that the dump lacks: they have another sequence number, but
    /// do not answer an earlier request.
    misnumbered: bool,
}

/// Consecutive data messages of a dump.
struct Data {
    messages: u64,
    /// Flags that any of the messages has.
    all_flags: u16,
    /// Flags that all of the messages have.
    common_flags: u16,
}

impl Default for Data {
    fn default() -> Self {
        Self { messages: 0, all_flags: 0, common_flags: u16::MAX }
    }
}

/// The messages of a datagram that belong to a dump.
#[derive(Clone, Copy)]
pub(super) struct Filter {
    seq: u32,
    acks: bool,
}

impl Filter {
    pub(super) fn keeps(self, header: Header) -> bool {
        header.seq == self.seq
            && !Control::is_noop(header)
            && (self.acks || header.kind != NLMSG_ERROR)
    }
}

/// The result of one attempt to receive a datagram of a dump.
pub(super) enum Received {
    /// The datagram contains messages of the dump. `mixed` is set if it also contains others.
    /// `error` is the errno value in the message that ends the dump.
    Part { mixed: Option<Filter>, error: Option<Errno> },
    /// The datagram contains no message of the dump. If it contains a message that is stale, this
    /// is the sequence number.
    Other { stale: Option<u32> },
    /// The dump has ended, but all messages had other sequence numbers.
    Misnumbered,
    /// The kernel refused the dump.
    Refused(KernelError),
    /// Nothing has arrived yet. More will arrive until this deadline.
    Pending(Deadline),
    /// Nothing was received.
    Failed(Failure),
    /// Nothing was received, since the dump ended or failed earlier.
    Ended,
}

impl State {
    /// The state of a dump that has the sequence number `seq`. See [`super::dump::Dump::start`].
    pub(super) fn new(seq: u32, request: &[u8], await_replies: bool) -> Self {
        Self {
            seq,
            deadline: Deadline::after(0),
            request: request.to_vec(),
            result: DumpResult::NONE,
            over: false,
            await_replies,
            acknowledged: false,
            single: false,
            misnumbered: false,
        }
    }

    /// Starts the time limit of the dump, in milliseconds; 0 for none.
    pub(super) fn start_clock(&mut self, timeout: u32) {
        self.deadline = match self.await_replies {
            true => Deadline::for_answers(timeout),
            false => Deadline::after(timeout),
        };
    }

    /// Receives the next datagram by `receive`, and updates the details of the dump.
    pub(super) fn receive_with<'a>(
        &mut self,
        receive: impl FnOnce() -> Result<&'a [u8], Failure>,
    ) -> Received {
        if self.deadline.has_passed() {
            return Received::Failed(Failure::TimedOut);
        }
        let datagram = match receive() {
            Ok(datagram) => datagram,
            Err(Failure::Call(Errno::EAGAIN) | Failure::Unwanted) if self.may_end_here() => {
                self.end_by_ack();
                return self.ended();
            }
            Err(Failure::Call(Errno::EAGAIN) | Failure::Unwanted) if self.await_replies => {
                return Received::Pending(self.deadline);
            }
            Err(failure) => return Received::Failed(failure),
        };
        self.examine(datagram)
    }

    /// Whether the dump is over if the receive queue is empty. The kernel has acknowledged the
    /// request, so it was not one for a dump: the kernel has carried it out.
    fn may_end_here(&self) -> bool {
        self.acknowledged && !self.await_replies && (self.single || self.result.messages == 0)
    }

    /// Ends the dump because of an acknowledgement. If nothing came with it, the request was not
    /// one for a dump.
    fn end_by_ack(&mut self) {
        self.over = true;
        self.result.complete = self.result.messages > 0;
    }

    fn ended(&self) -> Received {
        match self.misnumbered && self.result.messages == 0 {
            true => Received::Misnumbered,
            false => Received::Ended,
        }
    }

    /// Updates the details of the dump by the messages of a datagram.
    fn examine(&mut self, datagram: &[u8]) -> Received {
        let (mut own, mut others, mut stale) = (false, false, None);
        let mut data = Data::default();
        let mut messages = Messages::new(datagram);
        for (header, message) in &mut messages {
            if header.seq == self.seq && header.kind >= NLMSG_MIN_TYPE {
                data.messages += 1;
                data.all_flags |= header.flags;
                data.common_flags &= header.flags;
                continue;
            }
            own |= self.add(core::mem::take(&mut data));
            match self.examine_special(header, message, &mut stale) {
                Ok(belongs) => {
                    own |= belongs;
                    others |= !belongs;
                }
                Err(received) => return received,
            }
        }
        own |= self.add(data);
        if self.await_replies && self.single && self.acknowledged {
            self.end_by_ack();
        }
        if self.over && matches!(self.ended(), Received::Misnumbered) {
            return Received::Misnumbered;
        }
        // A fragment at the end is found when the messages have been read.
        if own || !messages.rest().is_empty() {
            let filter = Filter { seq: self.seq, acks: !self.await_replies };
            let error = (self.result.error != 0).then(|| Errno::from_raw(self.result.error));
            Received::Part { mixed: others.then_some(filter), error }
        } else if self.over {
            Received::Ended
        } else {
            Received::Other { stale }
        }
    }

    /// Updates the details of the dump by data messages. Returns whether there are any.
    fn add(&mut self, data: Data) -> bool {
        if data.messages == 0 {
            return false;
        }
        self.result.messages += data.messages;
        self.result.interrupted |= data.all_flags & NLM_F_DUMP_INTR != 0;
        self.single |= data.common_flags & NLM_F_MULTI == 0;
        true
    }

    /// Updates the details of the dump by a message that is not data of the dump. Returns whether
    /// the caller of nl_dump_next() gets it, or how the dump has failed. Stores its sequence number
    /// in `stale` if it is not the expected one.
    #[cold]
    fn examine_special(
        &mut self,
        header: Header,
        message: &[u8],
        stale: &mut Option<u32>,
    ) -> Result<bool, Received> {
        if Control::is_noop(header) {
            return Ok(false);
        }
        if Control::is_overrun(header) {
            count(Event::Overflow, 1);
            return Err(Received::Failed(Failure::Lost));
        }
        if header.seq != self.seq {
            count(Event::Stale, 1);
            *stale = Some(header.seq);
            // A late answer to an earlier request has a number from 1 on.
            let earlier = (1..self.seq).contains(&header.seq);
            let part = header.flags & NLM_F_MULTI != 0 || !earlier;
            // An acknowledgement or the end of another dump has no data that this dump lacks.
            let data = !matches!(header.kind, NLMSG_ERROR | NLMSG_DONE);
            self.misnumbered |= part && data;
            return Ok(false);
        }
        match kernel_error(header, message) {
            None if header.kind == NLMSG_DONE => {
                self.result.interrupted |= header.flags & NLM_F_DUMP_INTR != 0;
                self.examine_end(header, message);
                Ok(true)
            }
            None => {
                self.result.messages += 1;
                Ok(true)
            }
            Some(KernelError::Ack) => {
                // After messages, an acknowledgement is the end.
                let end = self.acknowledged || self.result.messages > 0;
                if end && !self.await_replies {
                    self.end_by_ack();
                }
                self.acknowledged = true;
                let extack = extack::read(0, header, message, &self.request);
                self.result.extack = extack.unwrap_or(Extack::NONE);
                Ok(!self.await_replies)
            }
            Some(refusal) => {
                let error = refusal.errno().raw();
                let extack = extack::read(error, header, message, &self.request);
                self.result.extack = extack.unwrap_or(Extack::NONE);
                Err(Received::Refused(refusal))
            }
        }
    }

    /// Updates the details of the dump by the message that ends it.
    fn examine_end(&mut self, header: Header, message: &[u8]) {
        self.over = true;
        self.result.complete = true;
        self.result.error = wire::error_at_end(message);
        if let Some(extack) = extack::read(self.result.error, header, message, &self.request) {
            self.result.extack = extack;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEQ: u32 = 7;
    const DATA: u16 = NLMSG_MIN_TYPE + 3;

    /// A message with 20 bytes of 0. If its type is NLMSG_ERROR, it is an acknowledgement.
    fn message(kind: u16, flags: u16, seq: u32) -> Vec<u8> {
        crate::tests::message(kind, flags, seq, &[0; 20])
    }

    fn header(kind: u16, seq: u32) -> Header {
        Header::parse(&message(kind, 0, seq)).unwrap()
    }

    fn state(await_replies: bool) -> State {
        let mut state = State::new(SEQ, &message(DATA, 0, SEQ), await_replies);
        state.start_clock(0);
        state
    }

    fn empty_queue() -> Result<&'static [u8], Failure> {
        Err(Failure::Call(Errno::EAGAIN))
    }

    #[test]
    fn only_messages_of_the_dump_are_kept() {
        let keeps = |acks, kind, seq| Filter { seq: SEQ, acks }.keeps(header(kind, seq));
        for acks in [false, true] {
            assert!(keeps(acks, DATA, SEQ));
            assert!(keeps(acks, NLMSG_DONE, SEQ));
            assert!(!keeps(acks, DATA, SEQ + 1));
            assert!(!keeps(acks, libc::NLMSG_NOOP as u16, SEQ));
            assert_eq!(keeps(acks, NLMSG_ERROR, SEQ), acks);
        }
    }

    #[test]
    fn an_acknowledgement_alone_is_no_table() {
        let mut state = state(false);
        let ack = message(NLMSG_ERROR, 0, SEQ);
        let received = state.receive_with(|| Ok(&ack));
        assert!(matches!(received, Received::Part { mixed: None, error: None }));
        assert!(!state.over);
        assert!(matches!(state.receive_with(empty_queue), Received::Ended));
        assert!(state.over && !state.result.complete);
    }

    #[test]
    fn an_acknowledgement_ends_single_replies() {
        let mut state = state(false);
        let datagram = [message(DATA, 0, SEQ), message(NLMSG_ERROR, 0, SEQ)].concat();
        let received = state.receive_with(|| Ok(&datagram));
        assert!(matches!(received, Received::Part { mixed: None, error: None }));
        assert!(state.over && state.result.complete);
        assert_eq!(state.result.messages, 1);
    }

    #[test]
    fn a_reply_may_come_after_the_acknowledgement() {
        let mut state = state(true);
        let ack = message(NLMSG_ERROR, 0, SEQ);
        let received = state.receive_with(|| Ok(&ack));
        assert!(matches!(received, Received::Other { stale: None }));
        assert!(matches!(state.receive_with(empty_queue), Received::Pending(_)));
        let reply = message(DATA, 0, SEQ);
        assert!(matches!(state.receive_with(|| Ok(&reply)), Received::Part { .. }));
        assert!(state.over && state.result.complete);
    }

    #[test]
    fn a_dump_with_other_sequence_numbers_lacks_something() {
        let misnumbered = |kind, flags, seq| {
            let mut state = state(false);
            let other = message(kind, flags, seq);
            assert!(matches!(
                state.receive_with(|| Ok(&other)),
                Received::Other { stale: Some(stale) } if stale == seq
            ));
            let done = message(NLMSG_DONE, NLM_F_MULTI, SEQ);
            match state.receive_with(|| Ok(&done)) {
                Received::Misnumbered => true,
                Received::Part { .. } => false,
                _ => panic!(),
            }
        };
        // A part of another dump, or of none that was ever asked for.
        assert!(misnumbered(DATA, NLM_F_MULTI, SEQ - 1));
        assert!(misnumbered(DATA, 0, SEQ + 1));
        assert!(misnumbered(DATA, 0, 0));
        // A late answer to an earlier request, or the end of an earlier dump.
        assert!(!misnumbered(DATA, 0, SEQ - 1));
        assert!(!misnumbered(DATA, 0, 1));
        assert!(!misnumbered(NLMSG_DONE, NLM_F_MULTI, SEQ - 1));
        assert!(!misnumbered(NLMSG_ERROR, 0, SEQ + 1));
    }

    #[test]
    fn a_message_of_an_unknown_control_type_is_a_part() {
        let mut state = state(false);
        let control = message(NLMSG_MIN_TYPE - 1, NLM_F_MULTI, SEQ);
        assert!(matches!(state.receive_with(|| Ok(&control)), Received::Part { .. }));
        assert_eq!((state.result.messages, state.over), (1, false));
    }

    #[test]
    fn a_change_during_the_dump_is_noted() {
        for (first, last) in [(0, NLM_F_DUMP_INTR), (NLM_F_DUMP_INTR, 0), (0, 0)] {
            let mut state = state(false);
            let part = message(DATA, NLM_F_MULTI | first, SEQ);
            let done = message(NLMSG_DONE, NLM_F_MULTI | last, SEQ);
            let datagram = [part, done].concat();
            assert!(matches!(state.receive_with(|| Ok(&datagram)), Received::Part { .. }));
            assert!(state.over && state.result.complete);
            assert_eq!(state.result.interrupted, first | last != 0);
        }
    }
}
