//! What Rust's standard library would bring along: the heap, and what a panic does. Without it, the
//! library is half as large, and needs no unwinder.

use crate::{memory, sys};
use core::alloc::{GlobalAlloc, Layout};
use core::fmt::{self, Write};
use core::panic::PanicInfo;
use core::ptr::null_mut;

struct Malloc;

#[global_allocator]
static HEAP: Malloc = Malloc;

// SAFETY: malloc() and the like keep what a GlobalAlloc promises, at the alignment they give.
unsafe impl GlobalAlloc for Malloc {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.align() > align_of::<libc::max_align_t>() {
            // Nothing here is of such a type.
            return null_mut();
        }
        // SAFETY: no precondition.
        unsafe { libc::malloc(layout.size()).cast() }
    }

    unsafe fn realloc(&self, p: *mut u8, _: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller's promise: an allocation of ours.
        unsafe { libc::realloc(p.cast(), size).cast() }
    }

    unsafe fn dealloc(&self, p: *mut u8, _: Layout) {
        // SAFETY: the caller's promise: an allocation of ours.
        unsafe { memory::free(p) };
    }
}

// Rust's own libraries, as they come compiled, name two functions that unwind the stack. A panic
// aborts, so nothing gets there.
core::arch::global_asm!(
    ".text",
    ".hidden rust_eh_personality, _Unwind_Resume",
    ".globl rust_eh_personality, _Unwind_Resume",
    "rust_eh_personality:",
    "_Unwind_Resume:",
    ".4byte 0",
);

struct StandardError;

impl Write for StandardError {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        sys::write_stderr(text.as_bytes());
        Ok(())
    }
}

/// A bug of the library, or no memory left: says so, and aborts.
#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    let _ = writeln!(StandardError, "libnlsock: {info}");
    sys::abort()
}
