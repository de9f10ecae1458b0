// SPDX-License-Identifier: Apache-2.0
//! The state of the requests that were sent in one datagram.

use super::set::Set;
use crate::errno::Errno;
use crate::socket::MAX_REQUESTS;
use crate::socket::deadline::Deadline;

pub(super) struct Replies {
    base_seq: u32,
    sent: Set,
    /// The last request in `sent`.
    last: Set,
    /// Requests that got a reply, an acknowledgement or a refusal.
    pub(super) answered: Set,
    /// Requests whose acknowledgement or refusal is still awaited.
    pub(super) acks: Set,
    /// Requests that asked for an acknowledgement, but were sent without NLM_F_ACK, and for which
    /// the answer to a later request has to stand: see [`super::acks`].
    pub(super) covered: Set,
    /// Requests whose reply or refusal is still awaited, whether or not they were acknowledged.
    pub(super) replies: Set,
    /// Whether answers may have been lost. Any answer may be missing: if the receive buffer is
    /// full, the kernel drops the last ones, but if it has no memory for an error message, it goes
    /// on with the next one. Both look the same.
    pub(super) lost: bool,
    /// Whether a refusal may follow a reply, so that everything in the queue has to be received.
    pub(super) refused_late: bool,
    /// If something arrived that could not be read, and that may have been a reply: the error with
    /// which the requests that get no reply will fail.
    pub(super) unreadable: Option<Errno>,
    /// When to stop waiting for acknowledgements and replies. None before waiting starts.
    pub(super) deadline: Option<Deadline>,
}

impl Replies {
    /// Of the requests in `sent`, `acks` were sent with NLM_F_ACK, `covered` without it although
    /// they asked for an acknowledgement, and only a reply ends `replies`. The request at index `i`
    /// has the sequence number `base_seq + i`.
    pub(super) fn new(base_seq: u32, sent: Set, acks: Set, covered: Set, replies: Set) -> Self {
        Self {
            base_seq,
            sent,
            last: sent.last().map_or(Set::EMPTY, Set::one),
            answered: Set::EMPTY,
            acks,
            covered,
            replies,
            lost: false,
            refused_late: false,
            unreadable: None,
            deadline: None,
        }
    }

    /// Requests that wait for an answer.
    pub(super) fn awaited(&self) -> Set {
        self.acks.or(self.covered).or(self.replies)
    }

    /// Takes account of an acknowledgement or a refusal of the request at `index`.
    #[inline]
    pub(super) fn decided(&mut self, index: usize) {
        let this = Set::one(index);
        self.acks = self.acks.without(this);
        if !self.covered.is_empty() {
            self.covered = self.covered.without(this);
            self.settle_before(index);
        }
    }

    /// Takes account of an answer to the request at `index`: the kernel has worked on those before
    /// it. It refused none of them, unless the refusal was lost or could not be read.
    #[inline]
    pub(super) fn settle_before(&mut self, index: usize) {
        if !self.covered.is_empty() && !self.lost && self.unreadable.is_none() {
            self.covered = self.covered.without(Set::first(index));
        }
    }

    /// Requests whose outcome is not certain yet.
    pub(super) fn open(&self) -> Set {
        self.sent.without(self.answered).or(self.awaited())
    }

    /// Requests that were acknowledged, but whose reply is still awaited. The kernel has carried
    /// them out, so they must not be sent again.
    pub(super) fn carried_out(&self) -> Set {
        self.replies.and(self.answered).without(self.acks)
    }

    /// The requests to send again after messages were lost: the first request whose outcome is
    /// uncertain, and all that follow it, so that the kernel works on them in order. Without those
    /// of which only the reply is missing.
    pub(super) fn to_send_again(&self) -> Set {
        let carried_out = self.carried_out();
        match self.open().without(carried_out).next() {
            Some(first) => self.sent.without(Set::first(first)).without(carried_out),
            None => Set::EMPTY,
        }
    }

    /// Whether nothing more has to be received: the last request has an answer, so the kernel has
    /// worked on all before it, and no answer is awaited. If something arrived that could not be
    /// read, or answers may have been lost, all requests must have an answer.
    pub(super) fn complete(&self) -> bool {
        self.answered.overlaps(self.last)
            && self.awaited().is_empty()
            && !self.refused_late
            && ((self.unreadable.is_none() && !self.lost) || self.open().is_empty())
    }

    /// The index of the request with this sequence number. None if no request in `sent` has it.
    pub(super) fn index(&self, seq: u32) -> Option<usize> {
        let index = seq.wrapping_sub(self.base_seq) as usize;
        (index < MAX_REQUESTS && self.sent.overlaps(Set::one(index))).then_some(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The requests 0 to 3 ask for an acknowledgement, and wait for a reply.
    fn waiting_for_replies() -> Replies {
        Replies::new(1, Set::first(4), Set::first(4), Set::EMPTY, Set::first(4))
    }

    fn acknowledge(replies: &mut Replies, index: usize) {
        replies.answered.insert(Set::one(index));
        replies.decided(index);
    }

    #[test]
    fn what_was_acknowledged_is_not_sent_again() {
        let mut replies = waiting_for_replies();
        replies.lost = true;
        assert_eq!(replies.carried_out(), Set::EMPTY);
        assert_eq!(replies.to_send_again(), Set::first(4));
        acknowledge(&mut replies, 0);
        acknowledge(&mut replies, 2);
        assert_eq!(replies.carried_out(), Set::one(0).or(Set::one(2)));
        assert_eq!(replies.to_send_again(), Set::one(1).or(Set::one(3)));
        acknowledge(&mut replies, 1);
        acknowledge(&mut replies, 3);
        assert_eq!(replies.to_send_again(), Set::EMPTY);
    }

    #[test]
    fn everything_is_received_if_a_refusal_may_follow() {
        let mut replies = Replies::new(1, Set::one(0), Set::EMPTY, Set::EMPTY, Set::EMPTY);
        replies.answered.insert(Set::one(0));
        assert!(replies.complete());
        replies.refused_late = true;
        assert!(!replies.complete());
    }

    #[test]
    fn only_requests_that_were_sent_have_a_number() {
        let sent = Set::one(2).or(Set::one(3)).or(Set::one(127));
        let replies = Replies::new(u32::MAX - 1, sent, Set::EMPTY, Set::EMPTY, Set::EMPTY);
        // The numbers of the requests 2, 3 and 127.
        assert_eq!([0, 1, 125].map(|seq| replies.index(seq)), [Some(2), Some(3), Some(127)]);
        // Those of the requests 0, 1 and 4, and of none.
        for seq in [u32::MAX - 1, u32::MAX, 2, 126, 128, u32::MAX - 2] {
            assert_eq!(replies.index(seq), None);
        }
    }
}
