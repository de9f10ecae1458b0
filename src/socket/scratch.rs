//! Memory to receive into before it is known how much of it is needed.

use crate::sys::{self, ThreadMemory, Uninit};
use crate::thread::{self, Part, SCRATCH_SIZES, Thread, Unfinished, Zeroed, room};
use core::cell::Cell;
use core::ffi::c_void;
use core::mem::ManuallyDrop;
use core::ptr::NonNull;

/// Bytes of a thread's scratch memory, unless there was no room for so much. More than the kernel puts
/// into one message. What is not used of it takes up no room.
pub(super) const SIZE: usize = SCRATCH_SIZES[0];

/// Who uses a thread's scratch memory.
struct User {
    /// The frame of the call that uses it; 0 if none does.
    frame: Cell<usize>,
}

// SAFETY: zero is a valid integer.
unsafe impl Zeroed for User {}

static USER: Part<User> = Part::new(room::SCRATCH);

/// Memory to receive into, until this goes.
pub(super) struct Scratch<'a> {
    memory: ThreadMemory,
    user: &'a User,
    /// Keeps other memory from being lost. None if this is the thread's scratch memory.
    other: ManuallyDrop<Option<Unfinished<'a>>>,
}

impl<'a> Scratch<'a> {
    /// The thread's scratch memory. Other memory if a call that this one is nested in uses it: a log
    /// handler may call the library.
    #[inline]
    pub(super) fn of(thread: &'a Thread) -> Self {
        let user = USER.of(thread);
        let frame = user.frame.get();
        if frame != 0 && !thread.has_left(frame) {
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
        // SAFETY: `unmap` is called when nobody uses the memory any more, here or there.
        let registered = unsafe { thread::begin_another(thread, object, unmap, -1) };
        Self { memory, user: USER.of(thread), other: ManuallyDrop::new(Some(registered)) }
    }

    #[inline]
    pub(super) fn memory(&mut self) -> &mut [Uninit] {
        let ThreadMemory { start, size } = self.memory;
        // SAFETY: the memory lives as long as this, and nobody else uses it: a call that did was left,
        // or has ended, or the memory is new.
        unsafe { core::slice::from_raw_parts_mut(start.as_ptr(), size) }
    }

    #[cold]
    fn drop_other_memory(&mut self) {
        drop(self.other.take());
        // SAFETY: nobody uses it any more.
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

/// # Safety
/// `start` is that of [`Scratch::other_memory`], given up.
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
