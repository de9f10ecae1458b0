//! The state of the requests that were sent in one datagram.

use super::set::Set;
use crate::errno::Errno;
use crate::socket::MAX_REQUESTS;
use crate::socket::deadline::Deadline;
use crate::socket::receive::Loss;

pub(super) struct Replies {
    base_seq: u32,
    sent: Set,
    /// The last request in `sent`.
    last: Set,
    /// Requests that got a reply, an acknowledgement or a refusal.
    pub(super) answered: Set,
    /// Requests whose acknowledgement or refusal is still awaited.
    pub(super) acks: Set,
    /// Requests whose reply or refusal is still awaited, whether or not they were acknowledged.
    pub(super) replies: Set,
    /// Which answers the kernel may have dropped.
    lost: Loss,
    /// If something arrived that could not be read, and that may have been a reply: the error with
    /// which the requests that get no reply will fail.
    pub(super) unreadable: Option<Errno>,
    /// When to stop waiting for acknowledgements and replies. None before waiting starts.
    pub(super) deadline: Option<Deadline>,
}

impl Replies {
    /// `acks` are the requests in `sent` that asked for an acknowledgement, `replies` are those
    /// that only a reply ends. The request at index `i` has the sequence number `base_seq + i`.
    pub(super) fn new(base_seq: u32, sent: Set, acks: Set, replies: Set) -> Self {
        Self {
            base_seq,
            sent,
            last: sent.last().map_or(Set::EMPTY, Set::one),
            answered: Set::EMPTY,
            acks,
            replies,
            lost: Loss::Nothing,
            unreadable: None,
            deadline: None,
        }
    }

    /// Records that answers may have been lost.
    pub(super) fn lose(&mut self, lost: Loss) {
        self.lost = self.lost.max(lost);
    }

    pub(super) fn some_lost(&self) -> bool {
        self.lost != Loss::Nothing
    }

    /// Requests that wait for an answer.
    pub(super) fn awaited(&self) -> Set {
        self.acks.or(self.replies)
    }

    /// Requests whose outcome is not certain yet.
    pub(super) fn open(&self) -> Set {
        self.sent.without(self.answered).or(self.awaited())
    }

    /// Requests that succeeded without a reply: they asked for no acknowledgement, and a later
    /// request was answered. The kernel works on requests in their order. Empty if the answer to
    /// any request may have been lost.
    pub(super) fn done_without_reply(&self) -> Set {
        if self.lost == Loss::Any {
            return Set::EMPTY;
        }
        let before = self.answered.last().map_or(Set::EMPTY, Set::first);
        self.sent.without(self.answered).without(self.awaited()).and(before)
    }

    /// The requests to send again after messages were lost: the first request that the kernel may
    /// not have worked on, or whose refusal may be lost, and all that follow it, so that the kernel
    /// works on them in order.
    pub(super) fn to_send_again(&self) -> Set {
        let settled = self.answered.last().map_or(0, |last| last + 1);
        let uncertain = self.open().without(self.done_without_reply()).next();
        let first = uncertain.unwrap_or(settled).min(settled);
        self.sent.without(Set::first(first))
    }

    /// Whether nothing more has to be received: the last request has an answer, so the kernel has
    /// worked on all before it, and no answer is awaited. If something arrived that could not be
    /// read, or any answer may have been lost, all requests must have an answer.
    pub(super) fn complete(&self) -> bool {
        self.answered.overlaps(self.last)
            && self.awaited().is_empty()
            && ((self.unreadable.is_none() && self.lost != Loss::Any) || self.open().is_empty())
    }

    /// The index of the request with this sequence number. None if no request in `sent` has it.
    pub(super) fn index(&self, seq: u32) -> Option<usize> {
        let index = seq.wrapping_sub(self.base_seq) as usize;
        (index < MAX_REQUESTS && self.sent.overlaps(Set::one(index))).then_some(index)
    }
}
