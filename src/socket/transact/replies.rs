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
    /// Requests that have a reply, or a verdict.
    pub(super) answered: Set,
    /// Requests that an acknowledgement must still follow, be it a refusal.
    pub(super) acks: Set,
    /// Whether the kernel may have dropped replies. It then dropped all from some point on, since
    /// it only stops when the queue has been read to its end: what did arrive is a beginning.
    pub(super) lost: bool,
    /// What the requests without an answer come to where that is no success.
    pub(super) spoiled: Option<Errno>,
    /// Until when acknowledgements are waited for.
    pub(super) deadline: Option<Deadline>,
}

impl Replies {
    /// `acks` are those of `sent` that an acknowledgement must follow; sequence numbers count from
    /// `base_seq`.
    pub(super) fn new(base_seq: u32, sent: Set, acks: Set, lost: bool) -> Self {
        Self {
            base_seq,
            sent,
            last: sent.last().map_or(Set::EMPTY, Set::one),
            answered: Set::EMPTY,
            acks,
            lost,
            spoiled: None,
            deadline: None,
        }
    }

    /// Requests without a reply or with an acknowledgement outstanding.
    pub(super) fn open(&self) -> Set {
        self.sent.without(self.answered).or(self.acks)
    }

    /// Requests that were worked on without a word, and asked for none, before the last that is
    /// answered: so they succeeded.
    pub(super) fn silent(&self) -> Set {
        let before = self.answered.last().map_or(Set::EMPTY, Set::first);
        self.sent.without(self.answered).without(self.acks).and(before)
    }

    /// Requests from the first one on that may not have been worked on, or whose verdict is
    /// missing. Those behind it go again with it, so that all are worked on in order.
    pub(super) fn doubtful(&self) -> Set {
        let settled = self.answered.last().map_or(0, |last| last + 1);
        let first = self.open().without(self.silent()).next().unwrap_or(settled).min(settled);
        self.sent.without(Set::first(first))
    }

    /// Whether nothing more has to be received: the last request is answered, so those before it
    /// have been worked on, and no acknowledgement is outstanding.
    pub(super) fn complete(&self) -> bool {
        self.answered.overlaps(self.last)
            && self.acks.is_empty()
            && (self.spoiled.is_none() || self.open().is_empty())
    }

    /// Which request a sequence number belongs to.
    pub(super) fn index(&self, seq: u32) -> Option<usize> {
        let index = seq.wrapping_sub(self.base_seq) as usize;
        (index < MAX_REQUESTS && self.sent.overlaps(Set::one(index))).then_some(index)
    }
}
