// SPDX-License-Identifier: Apache-2.0
//! Deadlines: times at which a call fails with ETIMEDOUT.

use crate::sys;
use core::time::Duration;

/// How long to wait for an acknowledgement or a reply, in milliseconds, if there is no time limit.
const ANSWER_WAIT: u32 = 1000;

/// A time of the monotonic clock in milliseconds, or None for no deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Deadline(Option<i64>);

impl Deadline {
    /// The deadline `milliseconds` from now. 0 means no deadline.
    pub(crate) fn after(milliseconds: u32) -> Self {
        Self((milliseconds > 0).then(|| sys::monotonic_ms() + i64::from(milliseconds)))
    }

    /// The deadline for answers that the kernel owes: `milliseconds` from now, or [`ANSWER_WAIT`]
    /// from now if there is no limit.
    pub(crate) fn for_answers(milliseconds: u32) -> Self {
        Self::after(if milliseconds > 0 { milliseconds } else { ANSWER_WAIT })
    }

    pub(crate) fn is_set(self) -> bool {
        self.0.is_some()
    }

    pub(crate) fn has_passed(self) -> bool {
        self.0.is_some_and(|time| sys::monotonic_ms() >= time)
    }

    /// The time until the deadline; 0 if it has passed. None if there is no deadline.
    pub(crate) fn left(self) -> Option<Duration> {
        let left = self.0?.saturating_sub(sys::monotonic_ms());
        Some(Duration::from_millis(u64::try_from(left).unwrap_or(0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_does_not_pass() {
        let never = Deadline::after(0);
        assert!(!never.is_set() && !never.has_passed());
        assert_eq!(never.left(), None);
        let later = Deadline::after(u32::MAX);
        assert!(later.is_set() && !later.has_passed());
        assert!(later.left().is_some_and(|left| left > Duration::from_secs(1000)));
    }
}
