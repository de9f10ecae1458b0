// SPDX-License-Identifier: Apache-2.0
//! Which of the recorded answers a repeated request gets.
//!
//! The n-th request of the same content gets the n-th answer. But how often a daemon asks for
//! something may depend on the time, and an answer must fit what the daemon has done to the kernel
//! so far. So an answer is neither older than the last change that the program has made, nor newer
//! than the next one that it made in the recording.

use super::{Exchange, Part};
use crate::counters::{Counters, Place};

/// All that was recorded for a request.
#[derive(Debug)]
pub(super) struct Slot {
    /// How often it was used.
    pub uses: Place,
    /// Which exchange is next.
    pub next: Place,
    pub exchanges: Vec<Exchange>,
}

/// The exchange that is used.
pub(super) struct Use<'a> {
    pub exchange: &'a Exchange,
    /// It was used before.
    pub again: bool,
    /// Which use of the slot it is.
    pub number: u32,
    /// What is left out before it.
    pub skipped: &'a [Exchange],
}

/// A part of the recording: from this position on, and before the end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub start: u32,
    pub end: u32,
}

impl Span {
    pub(super) const ALL: Self = Self { start: 0, end: u32::MAX };
}

impl Slot {
    /// Uses the exchange that is next within the span.
    pub(super) fn use_next(&self, span: Span, counters: &Counters) -> Option<Use<'_>> {
        let number = counters.count(self.uses);
        let mut chosen = (0, false);
        let next = counters.update(self.next, |next| {
            chosen = self.choose(next as usize, span);
            (next as usize).max(chosen.0 + 1) as u32
        });
        let (index, again) = chosen;
        let skipped = self.exchanges.get(next as usize..index).unwrap_or_default();
        Some(Use { exchange: self.exchanges.get(index)?, again, number, skipped })
    }

    /// The index of an exchange, and whether it was used before.
    fn choose(&self, next: usize, span: Span) -> (usize, bool) {
        let last = self.exchanges.len().saturating_sub(1);
        let first = self.exchanges.partition_point(|exchange| exchange.position < span.start);
        let wanted = next.max(first.min(last));
        let index = match self.exchanges.get(wanted) {
            None => last,
            Some(exchange) if exchange.position >= span.end && !exchange.change => {
                wanted.saturating_sub(1)
            }
            Some(_) => wanted,
        };
        (index, index < next)
    }

    /// The exchanges that have not been used.
    pub(super) fn rest(&self, counters: &Counters) -> &[Exchange] {
        self.exchanges.get(counters.get(self.next) as usize..).unwrap_or_default()
    }
}

impl Use<'_> {
    /// Notifications that arrived after exchanges that are left out.
    pub(super) fn skipped_notifications(&self) -> impl Iterator<Item = &Part> {
        let parts = self.skipped.iter().flat_map(|exchange| &exchange.parts);
        parts.filter(|part| part.notification)
    }
}
