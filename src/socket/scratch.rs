// SPDX-License-Identifier: Apache-2.0
//! Memory to receive datagrams into, since their size is not known before they are received.

use crate::sys::{self, ThreadMemory, Uninit};
use crate::thread::{self, Part, SCRATCH_SIZES, Thread, Unfinished, Zeroed, room};
use core::cell::Cell;
use core::ffi::c_void;
use core::mem::ManuallyDrop;
use core::ptr::NonNull;

/// The size of a thread's scratch memory in bytes: larger than any message from the kernel. If so
/// much could not be mapped, the thread has less. Pages that are never written to take up no
/// memory.
pub(super) const SIZE: usize = SCRATCH_SIZES[0];

/// The user of a thread's scratch memory.
struct User {
    /// The frame ([`Thread::frame`]) of the call that uses the memory; 0 if none does.
    frame: Cell<usize>,
}

// SAFETY: zero is a valid integer.
unsafe impl Zeroed for User {}

static USER: Part<User> = Part::new(room::SCRATCH);

/// Memory to receive into: the thread's scratch memory or, for nested calls, other memory. The
/// memory is given back when this object is dropped.
pub(super) struct Scratch<'a> {
    memory: ThreadMemory,
    user: &'a User,
    /// The registration of memory other than the thread's scratch memory, so that it is unmapped
    /// even if this object is never dropped. None for the thread's scratch memory.
    other: ManuallyDrop<Option<Unfinished<'a>>>,
}

impl<'a> Scratch<'a> {
    /// Returns the thread's scratch memory. If an outer call of the same thread is using that,
    /// because a log handler has called the library, returns other memory.
    #[inline]
    pub(super) fn of(thread: &'a Thread) -> Self {
        let user = USER.of(thread);
        let frame = user.frame.get();
        if frame != 0 && !thread.is_abandoned(frame) {
            return Self::other_memory(thread);
        }
        user.frame.set(thread.frame());
        let (start, size) = thread.scratch();
        Self { memory: ThreadMemory { start, size }, user, other: ManuallyDrop::new(None) }
    }

    #[cold]
    fn other_memory(thread: &'a Thread) -> Self {
        let Some(memory) = ThreadMemory::map(SIZE) else {
            sys::fatal("there is no memory to receive into");
        };
        let object = memory.start.as_ptr().cast();
        // SAFETY: `unmap` may be called once this call has ended or has been left.
        let registered = unsafe { thread::register_another(thread, object, unmap, None) };
        Self { memory, user: USER.of(thread), other: ManuallyDrop::new(Some(registered)) }
    }

    #[inline]
    pub(super) fn memory(&mut self) -> &mut [Uninit] {
        let ThreadMemory { start, size } = self.memory;
        // SAFETY: the memory exists as long as this. Nothing else uses it: it is new, or the call
        // that used it has ended or was left.
        unsafe { core::slice::from_raw_parts_mut(start.as_ptr(), size) }
    }

    #[cold]
    fn drop_other_memory(&mut self) {
        drop(self.other.take());
        // SAFETY: nothing uses the memory any more.
        unsafe { self.memory.unmap() };
    }
}

impl Drop for Scratch<'_> {
    #[inline]
    fn drop(&mut self) {
        if self.other.is_some() {
            self.drop_other_memory();
        } else {
            self.user.frame.set(0);
        }
    }
}

/// Unmaps the memory that starts at `start`.
///
/// # Safety
/// The memory is from [`Scratch::other_memory`], and is not used any more.
unsafe fn unmap(start: *mut c_void) {
    if let Some(start) = NonNull::new(start.cast()) {
        // SAFETY: the caller's promise.
        unsafe { ThreadMemory { start, size: SIZE }.unmap() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(scratch: &mut Scratch<'_>) -> usize {
        let memory = scratch.memory();
        assert_eq!(memory.len(), SIZE);
        memory.as_ptr().addr()
    }

    #[inline(never)]
    fn nested() -> usize {
        thread::with(|thread| address(&mut Scratch::of(thread)))
    }

    #[test]
    fn uses_may_nest() {
        let first = thread::with(|thread| {
            let mut outer = Scratch::of(thread);
            let first = address(&mut outer);
            assert_ne!(nested(), first);
            first
        });
        assert_eq!(nested(), first);
    }
}
