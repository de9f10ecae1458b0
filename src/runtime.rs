//! What Rust's standard library would bring along: the heap, and what a panic does. Without it, the
//! library is a third as large, and needs no unwinder.

use crate::sys;
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
        unsafe { libc::free(p.cast()) };
    }
}

// Rust's own libraries, as they come compiled, name two functions that unwind the stack. A panic
// aborts, so nothing gets there; should it, it ends.
core::arch::global_asm!(
    ".text",
    ".hidden rust_eh_personality, _Unwind_Resume",
    ".globl rust_eh_personality, _Unwind_Resume",
    "rust_eh_personality:",
    "_Unwind_Resume:",
    ".4byte {trap}",
    trap = const TRAP,
);

/// Stops whoever gets there: int3; elsewhere zeros, which on ARM are no instruction.
const TRAP: u32 = if cfg!(target_arch = "x86_64") { 0xcccc_cccc } else { 0 };

/// A line on standard error, cut where it is too long: there may be no memory for more.
struct Line {
    text: [u8; LINE],
    size: usize,
}

const LINE: usize = 512;

impl Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // One byte is kept for the end of the line.
        let room = self.text.get_mut(self.size..LINE - 1).unwrap_or_default();
        for (to, from) in room.iter_mut().zip(text.bytes()) {
            // What panicked and why are one line.
            *to = if from == b'\n' { b' ' } else { from };
            self.size += 1;
        }
        Ok(())
    }
}

/// A bug of the library, or no memory left: says so, and aborts.
#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    let mut line = Line { text: [b'\n'; LINE], size: 0 };
    let _ = write!(line, "libnlsock: {info}");
    sys::write_stderr([line.text.get(..=line.size).unwrap_or_default(), b"", b""]);
    sys::abort()
}
