//! Memory to receive into before it is known how much of it is needed.

use crate::sys::Uninit;
use core::cell::Cell;
use core::mem::MaybeUninit;

/// Bytes of a thread's scratch memory: an attribute's greatest length, so that what a message may
/// hold beyond a caller's buffer is at least as long.
pub(super) const SIZE: usize = 65536;

thread_local! {
    /// Kept between uses. On the heap, since clearing so much stack, or only stepping over it page
    /// by page, costs more than the typical message.
    static KEPT: Cell<Option<Box<[Uninit]>>> = const { Cell::new(None) };
}

/// Runs `f` on at least `size` bytes of memory.
pub(super) fn with<R>(size: usize, f: impl FnOnce(&mut [Uninit]) -> R) -> R {
    // Taken, not borrowed: a log handler that `f` calls may come back here.
    let kept = KEPT.take().filter(|kept| kept.len() >= size);
    let mut memory = kept.unwrap_or_else(|| allocate(size.max(SIZE)));
    let result = f(&mut memory);
    // What a single large message needed is not kept for good.
    if memory.len() == SIZE {
        KEPT.set(Some(memory));
    }
    result
}

#[cold]
fn allocate(size: usize) -> Box<[Uninit]> {
    let mut memory = Vec::with_capacity(size);
    // SAFETY: as much was reserved, and memory that may be uninitialised always has a value.
    unsafe { memory.set_len(size) };
    memory.into_boxed_slice()
}

const _: () = assert!(size_of::<MaybeUninit<u8>>() == 1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uses_may_nest_and_grow() {
        with(1, |outer| {
            assert_eq!(outer.len(), SIZE);
            let first = outer.as_ptr();
            with(SIZE + 1, |inner| {
                assert_eq!(inner.len(), SIZE + 1);
                assert_ne!(inner.as_ptr(), first);
            });
        });
        assert!(KEPT.take().is_some_and(|kept| kept.len() == SIZE));
    }
}
