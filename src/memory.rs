// SPDX-License-Identifier: Apache-2.0
//! Memory from malloc(), which C may free. If no memory is left, an assertion fails, as in the
//! original. Memory that only Rust uses comes from `runtime`.

use crate::assert::{c_str, failure, here};
use core::ffi::c_void;

/// Allocates `size` bytes. The result is never null, also if `size` is 0. Aborts if there is no
/// memory.
pub(crate) fn xmalloc(size: usize) -> *mut u8 {
    // SAFETY: malloc() has no precondition.
    or_abort(unsafe { libc::malloc(size.max(1)) })
}

/// Changes the size of an allocation. The result is never null, also if `size` is 0. Aborts if
/// there is no memory.
///
/// # Safety
/// `p` is null or from malloc(), and is not used any more.
pub(crate) unsafe fn xrealloc(p: *mut u8, size: usize) -> *mut u8 {
    // SAFETY: the caller's promise is realloc()'s precondition.
    or_abort(unsafe { libc::realloc(p.cast(), size.max(1)) })
}

/// Frees an allocation.
///
/// # Safety
/// `p` is null or from malloc(), and is not used any more.
pub(crate) unsafe fn free(p: *mut u8) {
    // SAFETY: the caller's promise is free()'s precondition.
    unsafe { libc::free(p.cast()) };
}

/// Copies `size` bytes. If `size` is 0, the pointers may be null.
///
/// # Safety
/// Unless `size` is 0: `size` bytes can be read at `from`, as many can be written at `to`, and the
/// two ranges do not overlap.
#[inline]
pub(crate) unsafe fn copy(from: *const u8, to: *mut u8, size: usize) {
    if size > 0 {
        // SAFETY: the caller's promise.
        unsafe { to.copy_from_nonoverlapping(from, size) };
    }
}

/// Allocates a copy of the `size` bytes at `from`.
///
/// # Safety
/// Unless `size` is 0, `size` bytes can be read at `from`.
pub(crate) unsafe fn xmemdup(from: *const u8, size: usize) -> *mut u8 {
    let to = xmalloc(size);
    // SAFETY: the caller's promise; the new allocation has this size.
    unsafe { copy(from, to, size) };
    to
}

/// `p`, the result of malloc() or realloc(). Aborts if it is null.
fn or_abort(p: *mut c_void) -> *mut u8 {
    if p.is_null() {
        exhausted();
    }
    p.cast()
}

/// Logs that memory is exhausted, and aborts.
#[cold]
pub(crate) fn exhausted() -> ! {
    failure(here!(), c"malloc", c_str("virtual memory exhausted\0"))
}
