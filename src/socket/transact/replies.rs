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
    /// Whether the kernel may have dropped replies. Once it has dropped one, it drops all that
    /// follow, until the receive queue has been read to its end. So the messages in the queue are
    /// the first ones that the kernel sent, without gaps.
    pub(super) lost: bool,
    /// If something arrived that could not be read, and that may have been a reply: the error with
    /// which the requests that get no reply will fail.
    pub(super) unreadable: Option<Errno>,
    /// When to stop waiting for acknowledgements. None before waiting starts.
    pub(super) deadline: Option<Deadline>,
}

impl Replies {
    /// `acks` are the requests in `sent` that asked for an acknowledgement. `lost` is the initial
    /// value of the field `lost`. The request at index `i` has the sequence number `base_seq + i`.
    pub(super) fn new(base_seq: u32, sent: Set, acks: Set, lost: bool) -> Self {
        Self {
            base_seq,
            sent,
            last: sent.last().map_or(Set::EMPTY, Set::one),
            answered: Set::EMPTY,
            acks,
            lost,
            unreadable: None,
            deadline: None,
        }
    }

    /// Requests whose outcome is not certain yet.
    pub(super) fn open(&self) -> Set {
        self.sent.without(self.answered).or(self.acks)
    }

    /// Requests that succeeded without a reply: they asked for no acknowledgement, and a later
    /// request was answered. The kernel works on requests in their order.
    pub(super) fn done_without_reply(&self) -> Set {
        let before = self.answered.last().map_or(Set::EMPTY, Set::first);
        self.sent.without(self.answered).without(self.acks).and(before)
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
    /// worked on all before it, and no acknowledgement is missing. If something arrived that could
    /// not be read, all requests must have an answer.
    pub(super) fn complete(&self) -> bool {
        self.answered.overlaps(self.last)
            && self.acks.is_empty()
            && (self.unreadable.is_none() || self.open().is_empty())
    }

    /// The index of the request with this sequence number. None if no request in `sent` has it.
    pub(super) fn index(&self, seq: u32) -> Option<usize> {
        let index = seq.wrapping_sub(self.base_seq) as usize;
        (index < MAX_REQUESTS && self.sent.overlaps(Set::one(index))).then_some(index)
    }
}
