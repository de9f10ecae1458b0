//! Memory to receive into before it is known how much of it is needed.

use crate::memory;
use crate::sys::{Mapping, Uninit};
use core::cell::Cell;

/// Bytes of a thread's scratch memory: more than the kernel puts into one message. What is not
/// used of it takes no room.
pub(super) const SIZE: usize = 4 << 20;
/// What must do where there is no room for that: an attribute's greatest length.
const LEAST: usize = 65536;

/// A thread's, kept between uses.
pub(crate) struct Scratch(Cell<Option<Mapping>>);

impl Scratch {
    pub(crate) const fn none() -> Self {
        Self(Cell::new(None))
    }

    /// Runs `f` on memory to receive into.
    pub(super) fn with<R>(&self, f: impl FnOnce(&mut [Uninit]) -> R) -> R {
        // Taken, not borrowed: a log handler that `f` calls may come back here.
        let mut memory = self.0.take().unwrap_or_else(map);
        let result = f(&mut memory);
        self.0.set(Some(memory));
        result
    }
}

#[cold]
fn map() -> Mapping {
    Mapping::new(SIZE).or_else(|| Mapping::new(LEAST)).unwrap_or_else(|| memory::exhausted())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uses_may_nest() {
        let scratch = Scratch::none();
        scratch.with(|outer| {
            assert_eq!(outer.len(), SIZE);
            let first = outer.as_ptr();
            scratch.with(|inner| assert_ne!(inner.as_ptr(), first));
        });
        assert!(scratch.0.take().is_some_and(|kept| kept.len() == SIZE));
    }
}
