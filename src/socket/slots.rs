//! Places for idle objects, taken and given by atomic exchange.
//!
//! An exchange moves the whole object, so at every moment it is either in its slot or with one thread.
//! There is no lock: a signal handler, another thread or a child never has to wait.

#[cfg(not(loom))]
use core::sync::atomic::AtomicPtr;
use core::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
#[cfg(loom)]
use loom::sync::atomic::AtomicPtr;

use alloc::boxed::Box;
use core::ptr::null_mut;

/// Room for `N` objects.
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

    /// Takes an object out of the first slot that has one.
    #[inline]
    pub(crate) fn take(&self) -> Option<Box<T>> {
        self.slots.iter().find_map(take_from)
    }

    /// Puts an object into the first empty slot. Gives it back if all are full.
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
        // SAFETY: from Box, above; no slot took it.
        Err(unsafe { Box::from_raw(object) })
    }

    /// Takes out, one by one, every object for which `chosen` is true, and passes it to `f`. The
    /// others are out of their slots for a moment.
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

    /// Runs `f` on every object in its slot.
    ///
    /// # Safety
    /// No other thread takes objects out meanwhile.
    pub(crate) unsafe fn for_each(&self, f: impl Fn(&T)) {
        for slot in &self.slots {
            // SAFETY: null, or from Box; it stays in the slot, the caller's promise.
            if let Some(object) = unsafe { slot.load(Acquire).as_ref() } {
                f(object);
            }
        }
    }
}

#[inline]
fn take_from<T>(slot: &AtomicPtr<T>) -> Option<Box<T>> {
    // Looking first is cheaper if the slot is empty.
    if slot.load(Relaxed).is_null() {
        return None;
    }
    let object = slot.swap(null_mut(), AcqRel);
    // SAFETY: from Box, in `give`; the exchange made it ours alone.
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
