// SPDX-License-Identifier: Apache-2.0
//! Slots for idle objects, which are put in and taken out by atomic exchange.
//!
//! At every moment an object is either in a slot or owned by one thread. There is no lock that a
//! signal handler, another thread or a child would have to wait for.

#[cfg(not(loom))]
use core::sync::atomic::AtomicPtr;
use core::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
#[cfg(loom)]
use loom::sync::atomic::AtomicPtr;

use alloc::boxed::Box;
use core::ptr::null_mut;

/// `N` slots, each of which is empty or contains an object.
pub(crate) struct Slots<T, const N: usize> {
    slots: [AtomicPtr<T>; N],
}

impl<T, const N: usize> Slots<T, N> {
    #[cfg(not(loom))]
    pub(crate) const fn new() -> Self {
        Self { slots: [const { AtomicPtr::new(null_mut()) }; N] }
    }

    #[cfg(loom)]
    pub(crate) fn new() -> Self {
        Self { slots: std::array::from_fn(|_| AtomicPtr::new(null_mut())) }
    }

    /// Takes the object out of the first slot that is not empty. None if all are empty.
    #[inline]
    pub(crate) fn take(&self) -> Option<Box<T>> {
        self.slots.iter().find_map(take_from)
    }

    /// Puts an object into the first empty slot. If no slot is empty, returns the object as the
    /// error.
    #[inline]
    pub(crate) fn give(&self, object: Box<T>) -> Result<(), Box<T>> {
        let object = Box::into_raw(object);
        for slot in &self.slots {
            if slot.load(Relaxed).is_null()
                && slot.compare_exchange(null_mut(), object, Release, Relaxed).is_ok()
            {
                return Ok(());
            }
        }
        // SAFETY: from Box, above; it is in no slot.
        Err(unsafe { Box::from_raw(object) })
    }

    /// Takes out each object for which `chosen` is true, and passes it to `f`. Other objects are
    /// taken out, too, and then put back; one for which no slot is free any more is passed to `f`.
    pub(crate) fn take_each(&self, chosen: impl Fn(&T) -> bool, mut f: impl FnMut(Box<T>)) {
        for slot in &self.slots {
            match take_from(slot) {
                Some(object) if chosen(&object) => f(object),
                Some(object) => {
                    if let Err(surplus) = self.give(object) {
                        f(surplus);
                    }
                }
                None => {}
            }
        }
    }

    /// Runs `f` on every object, without taking it out of its slot.
    ///
    /// # Safety
    /// No other thread takes objects out meanwhile.
    pub(crate) unsafe fn for_each(&self, f: impl Fn(&T)) {
        for slot in &self.slots {
            // SAFETY: null, or from Box. By the caller's promise, the object stays in its slot.
            if let Some(object) = unsafe { slot.load(Acquire).as_ref() } {
                f(object);
            }
        }
    }
}

#[inline]
fn take_from<T>(slot: &AtomicPtr<T>) -> Option<Box<T>> {
    // If the slot is empty, this check is cheaper than an exchange.
    if slot.load(Relaxed).is_null() {
        return None;
    }
    let object = slot.swap(null_mut(), AcqRel);
    // SAFETY: from Box, in `give`. After the exchange, only this thread has the pointer.
    (!object.is_null()).then(|| unsafe { Box::from_raw(object) })
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn takes_what_was_given_up_to_the_limit() {
        let slots: Slots<u32, 2> = Slots::new();
        assert!(slots.take().is_none());
        assert!(slots.give(Box::new(1)).is_ok() && slots.give(Box::new(2)).is_ok());
        assert_eq!(slots.give(Box::new(3)), Err(Box::new(3)));
        let mut odd = Vec::new();
        slots.take_each(|n| n % 2 == 1, |n| odd.push(*n));
        assert_eq!(odd, [1]);
        assert_eq!(slots.take(), Some(Box::new(2)));
        assert!(slots.take().is_none());
    }
}
