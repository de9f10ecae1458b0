//! Memory that C may free, from libc's malloc(). Where there is none left, an assertion fails, as C
//! callers expect; what only Rust uses comes from `runtime`.

use crate::assert::{c_str, failure, here};
use core::ffi::c_void;

/// Allocates `size` bytes. Never null, not even for 0 bytes; aborts where memory is exhausted.
pub(crate) fn xmalloc(size: usize) -> *mut u8 {
    // SAFETY: malloc() has no precondition.
    or_abort(unsafe { libc::malloc(size.max(1)) })
}

/// Changes the size of an allocation, as [`xmalloc`] would give it.
///
/// # Safety
/// `p` is null or an allocation of malloc() that the caller gives up.
pub(crate) unsafe fn xrealloc(p: *mut u8, size: usize) -> *mut u8 {
    // SAFETY: the caller's promise is realloc()'s precondition.
    or_abort(unsafe { libc::realloc(p.cast(), size.max(1)) })
}

/// Frees an allocation.
///
/// # Safety
/// `p` is null or an allocation of malloc() that the caller gives up.
pub(crate) unsafe fn free(p: *mut u8) {
    // SAFETY: the caller's promise is free()'s precondition.
    unsafe { libc::free(p.cast()) };
}

/// Copies `size` bytes; with none of them, the pointers may be null.
///
/// # Safety
/// Unless `size` is 0, the bytes at `from` can be read, those at `to` written, and they do not
/// overlap.
#[inline]
pub(crate) unsafe fn copy(from: *const u8, to: *mut u8, size: usize) {
    if size > 0 {
        // SAFETY: the caller's promise.
        unsafe { to.copy_from_nonoverlapping(from, size) };
    }
}

/// Copies bytes into an allocation of their own.
///
/// # Safety
/// The bytes at `from` can be read, unless `size` is 0.
pub(crate) unsafe fn xmemdup(from: *const u8, size: usize) -> *mut u8 {
    let to = xmalloc(size);
    // SAFETY: the caller's promise; the allocation is new and as long.
    unsafe { copy(from, to, size) };
    to
}

fn or_abort(p: *mut c_void) -> *mut u8 {
    if p.is_null() {
        exhausted();
    }
    p.cast()
}

/// Ends the process for want of memory.
#[cold]
pub(crate) fn exhausted() -> ! {
    failure(here!(), c"malloc", c_str("virtual memory exhausted\0"))
}
