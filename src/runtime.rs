// SPDX-License-Identifier: Apache-2.0
//! Replaces two parts of Rust's standard library: the heap, and the handling of panics. Without the
//! standard library, libnlsock is a third as large, and does not need libgcc_s, which unwinds the
//! stack.

use crate::sys;
use core::alloc::{GlobalAlloc, Layout};
use core::fmt::{self, Write};
use core::panic::PanicInfo;
use core::ptr::null_mut;

struct Malloc;

#[global_allocator]
static HEAP: Malloc = Malloc;

// SAFETY: malloc(), realloc() and free() do what GlobalAlloc requires, for alignments up to
// malloc()'s.
unsafe impl GlobalAlloc for Malloc {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.align() > align_of::<libc::max_align_t>() {
            // Never happens: the library has no type with such an alignment.
            return null_mut();
        }
        // SAFETY: no precondition.
        unsafe { libc::malloc(layout.size()).cast() }
    }

    unsafe fn realloc(&self, p: *mut u8, _: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller's promise: `p` is from `alloc` or `realloc`.
        unsafe { libc::realloc(p.cast(), size).cast() }
    }

    unsafe fn dealloc(&self, p: *mut u8, _: Layout) {
        // SAFETY: the caller's promise: `p` is from `alloc` or `realloc`.
        unsafe { libc::free(p.cast()) };
    }
}

// The functions in runtime.c.
#[link(name = "nlsock_runtime", kind = "static", modifiers = "+whole-archive")]
unsafe extern "C" {}

/// A line for standard error. What does not fit is cut. The line is on the stack, since a panic may
/// be due to a lack of memory on the heap.
struct Line {
    text: [u8; LINE],
    size: usize,
}

const LINE: usize = 512;

impl Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // The last byte is for the newline.
        let room = self.text.get_mut(self.size..LINE - 1).unwrap_or_default();
        for (to, from) in room.iter_mut().zip(text.bytes()) {
            // A panic's text has two lines. Join them.
            *to = if from == b'\n' { b' ' } else { from };
            self.size += 1;
        }
        Ok(())
    }
}

/// Reports a panic on standard error and aborts. A panic is due to a bug of the library or to a
/// lack of memory.
#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    let mut line = Line { text: [b'\n'; LINE], size: 0 };
    let _ = write!(line, "libnlsock: {info}");
    sys::write_stderr([line.text.get(..=line.size).unwrap_or_default(), b"", b""]);
    sys::abort()
}
