// SPDX-License-Identifier: Apache-2.0
//! Tries all interleavings of the pool's slots and of the growing list, with loom's atomic types in
//! place of the real ones. Needs RUSTFLAGS="--cfg loom".

#![cfg(loom)]
#![allow(dead_code, reason = "not everything in these files is of interest here")]

extern crate alloc;

#[path = "../../src/grow_list.rs"]
mod grow_list;
#[path = "../../src/socket/slots.rs"]
mod slots;

#[cfg(test)]
mod tests {
    use super::grow_list::GrowList;
    use super::slots::Slots;
    use loom::cell::UnsafeCell;
    use loom::sync::Arc;
    use loom::sync::atomic::{AtomicUsize, Ordering::Relaxed};
    use loom::thread;

    /// Counts the objects that exist.
    struct Counted(Arc<AtomicUsize>, usize);

    impl Counted {
        fn new(count: &Arc<AtomicUsize>, value: usize) -> Box<Self> {
            count.fetch_add(1, Relaxed);
            Box::new(Self(count.clone(), value))
        }
    }

    impl Drop for Counted {
        fn drop(&mut self) {
            self.0.fetch_sub(1, Relaxed);
        }
    }

    /// Frees what the slots hold.
    fn empty<const N: usize>(slots: &Slots<Counted, N>) -> Vec<usize> {
        std::iter::from_fn(|| slots.take()).map(|object| object.1).collect()
    }

    #[test]
    fn an_object_is_taken_by_one_thread() {
        loom::model(|| {
            let count = Arc::new(AtomicUsize::new(0));
            let slots: Arc<Slots<Counted, 2>> = Arc::new(Slots::new());
            assert!(slots.give(Counted::new(&count, 1)).is_ok());
            let other = slots.clone();
            let taker = thread::spawn(move || other.take().map(|object| object.1));
            let here = slots.take().map(|object| object.1);
            let there = taker.join().unwrap();
            assert!(matches!((here, there), (Some(1), None) | (None, Some(1))));
            assert!(empty(&slots).is_empty());
            assert_eq!(count.load(Relaxed), 0);
        });
    }

    #[test]
    fn no_object_is_lost_or_doubled_by_giving_taking_and_sweeping() {
        loom::model(|| {
            let count = Arc::new(AtomicUsize::new(0));
            let slots: Arc<Slots<Counted, 2>> = Arc::new(Slots::new());
            assert!(slots.give(Counted::new(&count, 1)).is_ok());
            let user = {
                let (slots, count) = (slots.clone(), count.clone());
                thread::spawn(move || {
                    let object = slots.take().unwrap_or_else(|| Counted::new(&count, 2));
                    drop(slots.give(object));
                })
            };
            // Puts back what it takes out.
            slots.take_each(|_| false, drop);
            user.join().unwrap();
            let mut left = empty(&slots);
            left.sort_unstable();
            assert!(left == [1] || left == [1, 2], "{left:?}");
            assert_eq!(count.load(Relaxed), 0);
        });
    }

    /// An object whose writes loom checks against reads by other threads.
    fn written(value: usize) -> UnsafeCell<usize> {
        let cell = UnsafeCell::new(0);
        // SAFETY: nobody else has it yet.
        cell.with_mut(|p| unsafe { *p = value });
        cell
    }

    fn read(cell: &UnsafeCell<usize>) -> usize {
        // SAFETY: nobody writes to it any more.
        cell.with(|p| unsafe { *p })
    }

    // In these, the writer is the main thread: loom runs it first, and then lets the reader see
    // each value that the orderings allow.

    #[test]
    fn what_is_given_is_seen_whole() {
        loom::model(|| {
            let slots: Arc<Slots<UnsafeCell<usize>, 1>> = Arc::new(Slots::new());
            let other = slots.clone();
            let taker = thread::spawn(move || other.take().map(|object| read(&object)));
            assert!(slots.give(Box::new(written(7))).is_ok());
            assert!(matches!(taker.join().unwrap(), None | Some(7)));
            drop(slots.take());
        });
    }

    #[test]
    fn what_is_added_is_seen_whole() {
        loom::model(|| {
            let list = Arc::new(GrowList::new());
            let other = list.clone();
            let reader = thread::spawn(move || other.values().next().map(read));
            list.find_or_add(|_| None, || written(7));
            assert!(matches!(reader.join().unwrap(), None | Some(7)));
        });
    }

    #[test]
    fn threads_that_add_the_same_value_share_it() {
        loom::model(|| {
            let list = Arc::new(GrowList::new());
            let add = |list: &GrowList<usize>, value: usize| {
                *list.find_or_add(|mut values| values.find(|&&known| known == value), || value)
            };
            let threads = [1, 1].map(|value| {
                let list = list.clone();
                thread::spawn(move || assert_eq!(add(&list, value), value))
            });
            assert_eq!(add(&list, 2), 2);
            for thread in threads {
                thread.join().unwrap();
            }
            let mut values: Vec<usize> = list.values().copied().collect();
            values.sort_unstable();
            assert_eq!(values, [1, 2]);
        });
    }
}
