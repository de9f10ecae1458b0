//! Memory to receive into before it is known how much of it is needed.

use crate::sys::{self, ThreadMemory, Uninit};
use crate::thread::{self, Part, SCRATCH_SIZES, Thread, Zeroed, room};
use core::cell::Cell;
use core::ffi::c_void;
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

/// Runs `f` on memory to receive into. At most once for each [`Thread`].
#[inline]
pub(super) fn with<R>(thread: &Thread, f: impl FnOnce(&mut [Uninit]) -> R) -> R {
    let user = USER.of(thread);
    let frame = user.frame.get();
    if frame != 0 && !thread.has_left(frame) {
        return with_other_memory(f);
    }
    user.frame.set(thread.frame());
    let (start, size) = thread.scratch();
    // SAFETY: the memory lives as long as the thread, and `user` says that nobody else uses it: a call
    // that did was left, or has ended.
    let result = f(unsafe { core::slice::from_raw_parts_mut(start.as_ptr(), size) });
    user.frame.set(0);
    result
}

/// [`with`] for a call from a log handler, while an outer call uses the thread's scratch memory.
#[cold]
#[inline(never)]
fn with_other_memory<R>(f: impl FnOnce(&mut [Uninit]) -> R) -> R {
    let Some(memory) = ThreadMemory::map(SIZE) else {
        sys::fatal("there is no memory to receive into");
    };
    let object = memory.start.as_ptr().cast();
    let result = thread::with(|thread| {
        // SAFETY: `unmap` is called when nobody uses the memory any more, here or there.
        let _registered = unsafe { thread::begin(thread, object, unmap, -1) };
        // SAFETY: the mapping is ours, and as large.
        f(unsafe { core::slice::from_raw_parts_mut(memory.start.as_ptr(), SIZE) })
    });
    // SAFETY: nobody uses it any more.
    unsafe { memory.unmap() };
    result
}

/// # Safety
/// `start` is that of a mapping of [`with_other_memory`], given up.
unsafe fn unmap(start: *mut c_void) {
    if let Some(start) = NonNull::new(start.cast()) {
        // SAFETY: the caller's promise.
        unsafe { ThreadMemory { start, size: SIZE }.unmap() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[inline(never)]
    fn nested(outer: *const Uninit) {
        thread::with(|thread| {
            with(thread, |inner| {
                assert_eq!(inner.len(), SIZE);
                assert_ne!(inner.as_ptr(), outer);
            });
        });
    }

    #[test]
    fn uses_may_nest() {
        let first = thread::with(|thread| {
            with(thread, |outer| {
                assert_eq!(outer.len(), SIZE);
                nested(outer.as_ptr());
                outer.as_ptr().addr()
            })
        });
        let again = thread::with(|thread| with(thread, |memory| memory.as_ptr().addr()));
        assert_eq!(first, again);
    }
}
