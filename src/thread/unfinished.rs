// SPDX-License-Identifier: Apache-2.0
//! Objects that would be lost if a call of the library is left without reaching its end: because
//! the thread is cancelled in the program's log handler, or leaves the handler by longjmp() or an
//! exception.
//!
//! Rust's destructors do not run then. So a call registers such an object in the thread's block,
//! until the call ends. When the thread calls the library the next time, the objects of calls that
//! were left are released. When the thread ends, all objects that are still registered are
//! released.

use super::{Part, Thread, Zeroed, room};
use crate::sys::Fd;
use core::cell::Cell;
use core::ffi::{c_int, c_void};
use core::sync::atomic::{Ordering::SeqCst, compiler_fence};

/// A registered object. An entry that is not in use has no `release` and no descriptor.
struct Entry {
    object: Cell<*mut c_void>,
    release: Cell<Option<unsafe fn(*mut c_void)>>,
    /// The frame ([`Thread::frame`]) of the call that registered the object.
    frame: Cell<usize>,
    /// The file descriptor that the object uses, plus 1; 0 if it uses none. Negative if
    /// [`replace_descriptors`] has replaced its file.
    descriptor: Cell<c_int>,
}

/// The greatest number of objects that one thread can have registered. A thread has several if its
/// log handler calls the library, and that call logs and calls the handler again. Further objects
/// are not registered.
const DEPTH: usize = 16;

struct Entries {
    /// The entries in use: bit N is set if entry N is in use.
    used: Cell<u32>,
    entries: [Entry; DEPTH],
}

// SAFETY: zero is a valid integer, a null pointer, and None.
unsafe impl Zeroed for Entries {}

static ENTRIES: Part<Entries> = Part::new(room::UNFINISHED);

/// Keeps an object registered until this guard is dropped.
pub(crate) struct Unfinished<'a> {
    entries: &'a Entries,
    /// None if there was no free entry.
    entry: Option<&'a Entry>,
    /// The mask of the object's entry in `Entries::used`; 0 if there was no free entry.
    bit: u32,
}

/// Registers `object` until the result is dropped. `release` is the function that releases it.
/// `descriptor` is the file descriptor that the object uses, if any; -1 if that has been closed.
///
/// Before that, this releases the objects of calls that were left. So only the first object of each
/// [`Thread`] must be registered by this function, and further ones by [`register_another`].
///
/// # Safety
/// Until the result is dropped, `release` may be called on `object` once, when no function that
/// uses the object is running any more.
#[inline]
pub(crate) unsafe fn register(
    thread: &Thread,
    object: *mut c_void,
    release: unsafe fn(*mut c_void),
    descriptor: Option<c_int>,
) -> Unfinished<'_> {
    let entries = ENTRIES.of(thread);
    if entries.used.get() != 0 {
        release_abandoned(thread, entries);
    }
    // SAFETY: the caller's promise.
    unsafe { register_another(thread, object, release, descriptor) }
}

/// Registers a further object of the same [`Thread`]: see [`register`].
///
/// # Safety
/// See [`register`].
#[inline]
pub(crate) unsafe fn register_another(
    thread: &Thread,
    object: *mut c_void,
    release: unsafe fn(*mut c_void),
    descriptor: Option<c_int>,
) -> Unfinished<'_> {
    let entries = ENTRIES.of(thread);
    let index = entries.used.get().trailing_ones() as usize;
    let Some(entry) = entries.entries.get(index) else {
        return Unfinished { entries, entry: None, bit: 0 };
    };
    // A signal handler that interrupts this function and calls the library uses the same entry if
    // it runs before the bit is set, and leaves the entry unused when it returns. After that it
    // uses another entry. Until `release` is set, the object is not released.
    let bit = 1 << index;
    entries.used.set(entries.used.get() | bit);
    compiler_fence(SeqCst);
    entry.object.set(object);
    entry.frame.set(thread.frame());
    entry.descriptor.set(descriptor.map_or(0, |number| number + 1));
    compiler_fence(SeqCst);
    entry.release.set(Some(release));
    Unfinished { entries, entry: Some(entry), bit }
}

impl Drop for Unfinished<'_> {
    #[inline]
    fn drop(&mut self) {
        if let Some(entry) = self.entry {
            entry.clear();
        }
        self.entries.used.set(self.entries.used.get() & !self.bit);
        compiler_fence(SeqCst);
    }
}

impl Entry {
    fn clear(&self) {
        self.release.set(None);
        let descriptor = self.descriptor.replace(0);
        compiler_fence(SeqCst);
        if descriptor < 0 {
            Fd::close_substitute(-descriptor - 1);
        }
    }
}

impl Entries {
    /// Releases the registered objects for which `chosen` is true.
    fn release_if(&self, chosen: impl Fn(&Entry) -> bool) {
        for (index, entry) in self.entries.iter().enumerate() {
            let bit = 1 << index;
            if self.used.get() & bit == 0 || !chosen(entry) {
                continue;
            }
            let release = entry.release.get();
            entry.clear();
            self.used.set(self.used.get() & !bit);
            if let Some(release) = release {
                // SAFETY: the promise made to `register`. The callers choose only objects of calls
                // that were left.
                unsafe { release(entry.object.get()) };
            }
        }
    }
}

/// Releases the objects of calls that were left.
#[cold]
#[inline(never)]
fn release_abandoned(thread: &Thread, entries: &Entries) {
    entries.release_if(|entry| thread.is_abandoned(entry.frame.get()));
}

/// Releases all objects. Called when a thread ends.
pub(crate) fn release_all(thread: &Thread) {
    ENTRIES.of(thread).release_if(|_| true);
}

/// Replaces the sockets of all objects by files that are not sockets. Each file is closed when the
/// object of its socket is not registered any more.
pub(super) fn replace_descriptors(thread: &Thread) {
    for entry in &ENTRIES.of(thread).entries {
        let descriptor = entry.descriptor.get();
        if descriptor > 0 {
            let replaced = Fd::replace(descriptor - 1);
            entry.descriptor.set(if replaced { -descriptor } else { 0 });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::with;
    use super::*;

    unsafe fn count(object: *mut c_void) {
        // SAFETY: the tests pass a counter that lives.
        let released = unsafe { &*object.cast::<Cell<u32>>() };
        released.set(released.get() + 1);
    }

    fn leave(released: &Cell<u32>) {
        with(|thread| {
            let object = core::ptr::from_ref(released).cast_mut().cast();
            // SAFETY: `count` may always be called.
            core::mem::forget(unsafe { register(thread, object, count, None) });
        });
    }

    fn finish(released: &Cell<u32>) {
        with(|thread| {
            let object = core::ptr::from_ref(released).cast_mut().cast();
            // SAFETY: `count` may always be called.
            drop(unsafe { register(thread, object, count, None) });
        });
    }

    #[inline(never)]
    fn deeper(f: impl FnOnce()) {
        let room = std::hint::black_box([0u8; 512]);
        f();
        std::hint::black_box(&room);
    }

    #[test]
    fn what_was_left_is_released_by_the_next_call() {
        let released = Cell::new(0);
        finish(&released);
        assert_eq!(released.get(), 0);
        deeper(|| leave(&released));
        assert_eq!(released.get(), 0);
        finish(&released);
        assert_eq!(released.get(), 1);
    }

    #[test]
    fn what_is_under_way_is_not_released_by_a_nested_call() {
        let (outer, inner) = (Cell::new(0), Cell::new(0));
        with(|thread| {
            let object = (&raw const outer).cast_mut().cast();
            // SAFETY: `count` may always be called.
            let unfinished = unsafe { register(thread, object, count, None) };
            for _ in 0..DEPTH {
                deeper(|| leave(&inner));
            }
            assert_eq!((outer.get(), inner.get()), (0, DEPTH as u32 - 1));
            drop(unfinished);
        });
        with(release_all);
        assert_eq!((outer.get(), inner.get()), (0, DEPTH as u32));
    }

    #[test]
    fn the_end_of_the_thread_releases_everything() {
        let released = Cell::new(0);
        leave(&released);
        deeper(|| leave(&released));
        with(release_all);
        assert_eq!(released.get(), 2);
    }
}
