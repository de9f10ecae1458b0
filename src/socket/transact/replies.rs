//! What is known of the requests that one datagram carried.

use super::set::Set;
use crate::errno::Errno;
use crate::socket::MAX_REQUESTS;
use crate::socket::deadline::Deadline;

pub(super) struct Replies {
    base_seq: u32,
    sent: Set,
    /// The last of those.
    last: Set,
    /// Requests that have a reply, an acknowledgement or a refusal.
    pub(super) answered: Set,
    /// Requests whose acknowledgement, or refusal, must still come.
    pub(super) acks: Set,
    /// Whether the kernel may have dropped replies. If so, it dropped all from some point on, since it
    /// only stops dropping when the queue has been read to its end. So the messages that did arrive
    /// are the first ones.
    pub(super) lost: bool,
    /// The error for requests without an answer, if something arrived that could not be read: it may
    /// have been their answer.
    pub(super) unreadable: Option<Errno>,
    /// When to stop waiting for acknowledgements. None until waiting begins.
    pub(super) deadline: Option<Deadline>,
}

impl Replies {
    /// `acks` are the requests in `sent` that asked for an acknowledgement. The request at index `i`
    /// has the sequence number `base_seq + i`.
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

    /// Requests whose outcome is not known yet.
    pub(super) fn open(&self) -> Set {
        self.sent.without(self.answered).or(self.acks)
    }

    /// Requests without a reply or an ACK to wait for, before the last one that was answered. The
    /// kernel works in order, so they succeeded.
    pub(super) fn done_without_reply(&self) -> Set {
        let before = self.answered.last().map_or(Set::EMPTY, Set::first);
        self.sent.without(self.answered).without(self.acks).and(before)
    }

    /// All requests from the first one on that the kernel may not have worked on, or whose refusal may
    /// be lost. Later ones are sent again with it, so that the kernel works on all in order.
    pub(super) fn to_send_again(&self) -> Set {
        let settled = self.answered.last().map_or(0, |last| last + 1);
        let uncertain = self.open().without(self.done_without_reply()).next();
        let first = uncertain.unwrap_or(settled).min(settled);
        self.sent.without(Set::first(first))
    }

    /// Whether nothing more has to be received. The last request is answered, so the kernel has worked
    /// on those before it, and no acknowledgement is missing.
    pub(super) fn complete(&self) -> bool {
        self.answered.overlaps(self.last)
            && self.acks.is_empty()
            && (self.unreadable.is_none() || self.open().is_empty())
    }

    /// Which request a sequence number belongs to.
    pub(super) fn index(&self, seq: u32) -> Option<usize> {
        let index = seq.wrapping_sub(self.base_seq) as usize;
        (index < MAX_REQUESTS && self.sent.overlaps(Set::one(index))).then_some(index)
    }
}
