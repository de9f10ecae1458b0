// SPDX-License-Identifier: Apache-2.0
//! A list to which elements can only be added, and which is read without a lock.
//!
//! Readers follow pointers that never change once they are set, so readers never wait. They may run
//! in a signal handler that interrupts an addition, or in a child whose parent was adding a value
//! during the fork.

#[cfg(loom)]
use loom::sync::atomic::AtomicPtr;

use alloc::boxed::Box;
use core::marker::PhantomData;
use core::ptr::null_mut;
#[cfg(not(loom))]
use core::sync::atomic::AtomicPtr;
use core::sync::atomic::Ordering::{AcqRel, Acquire};

struct Node<T> {
    value: T,
    /// The node that was added before this one; null if there is none.
    next: *mut Node<T>,
}

/// A list of values, which are never freed.
pub(crate) struct GrowList<T> {
    first: AtomicPtr<Node<T>>,
}

// SAFETY: a value is moved into the list, and then only shared.
unsafe impl<T: Send + Sync> Sync for GrowList<T> {}

impl<T> GrowList<T> {
    #[cfg(not(loom))]
    pub(crate) const fn new() -> Self {
        Self { first: AtomicPtr::new(null_mut()) }
    }

    #[cfg(loom)]
    pub(crate) fn new() -> Self {
        Self { first: AtomicPtr::new(null_mut()) }
    }

    /// All values, the most recently added one first.
    pub(crate) fn values(&self) -> Values<'_, T> {
        Values { next: self.first.load(Acquire), list: PhantomData }
    }

    /// Returns the value that `find` finds. If `find` finds none, adds the value that `new`
    /// returns, and returns that.
    pub(crate) fn find_or_add<'a>(
        &'a self,
        find: impl Fn(Values<'a, T>) -> Option<&'a T>,
        new: impl FnOnce() -> T,
    ) -> &'a T {
        let mut values = self.values();
        if let Some(known) = find(values.clone()) {
            return known;
        }
        let node = Box::into_raw(Box::new(Node { value: new(), next: values.next }));
        loop {
            match self.first.compare_exchange(values.next, node, AcqRel, Acquire) {
                // SAFETY: from Box, and never freed.
                Ok(_) => return unsafe { &(*node).value },
                Err(first) => values = Values { next: first, list: PhantomData },
            }
            // Another thread has added a value meanwhile. That may be the value that `find` looks
            // for.
            if let Some(known) = find(values.clone()) {
                // SAFETY: from Box, and not in the list.
                drop(unsafe { Box::from_raw(node) });
                return known;
            }
            // SAFETY: the node is not in the list yet.
            unsafe { (*node).next = values.next };
        }
    }
}

/// Iterates the values, the most recently added one first.
pub(crate) struct Values<'a, T> {
    next: *mut Node<T>,
    list: PhantomData<&'a T>,
}

impl<T> Clone for Values<'_, T> {
    fn clone(&self) -> Self {
        Self { next: self.next, list: PhantomData }
    }
}

impl<'a, T> Iterator for Values<'a, T> {
    type Item = &'a T;

    fn next(&mut self) -> Option<&'a T> {
        // SAFETY: null, or a node. A node is complete before its address is stored, and never
        // freed.
        let node = unsafe { self.next.as_ref() }?;
        self.next = node.next;
        Some(&node.value)
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn the_latest_comes_first() {
        static LIST: GrowList<i32> = GrowList::new();
        let list = &LIST;
        let find_or_add = |n: i32| *list.find_or_add(|mut values| values.find(|&&v| v == n), || n);
        assert_eq!(list.values().next(), None);
        assert_eq!([1, 2, 1].map(find_or_add), [1, 2, 1]);
        assert_eq!(list.values().copied().collect::<Vec<_>>(), [2, 1]);
    }
}
