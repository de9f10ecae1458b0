//! What happens to the process: the library is loaded, the process forks, a thread ends, the
//! library is unloaded. Nothing else in the library depends on this file.

use crate::host::{counters, log, poll_loop};
use crate::socket::{extack, pool};
use crate::{identity, thread};
use core::ffi::c_void;

/// Runs before the program does. The host's lists are there already: they are static data.
extern "C" fn load() {
    // First, since what runs below may log, and the log counts a thread's lines.
    thread::start(end_thread);
    log::start();
    counters::start();
    // SAFETY: the function lives as long as the library. Registering it can only fail if memory is
    // exhausted. Then a child finds out by itself that it is one: see `identity`.
    unsafe { libc::pthread_atfork(None, None, Some(forked)) };
}

/// Runs in a child, before fork() returns. It neither allocates nor frees memory, nor takes a lock:
/// the allocator may be locked for the fork, and another thread of the parent may have held
/// anything.
extern "C" fn forked() {
    identity::change();
    // SAFETY: the child has only this thread.
    unsafe { pool::close_descriptors() };
    thread::with_existing(thread::replace_descriptors);
}

/// Runs when a thread ends that has called the library. `block` is what the thread has of its own.
unsafe extern "C" fn end_thread(block: *mut c_void) {
    thread::with_existing(|thread| {
        thread::release_all(thread);
        poll_loop::end_thread(thread);
        extack::end_thread(thread);
    });
    // SAFETY: the thread's own block, whose parts hold nothing any more.
    unsafe { thread::end(block) };
}

/// Runs when the process ends, or when the program or plugin that contains the archive is unloaded.
/// Threads may still be running. They leave behind what they have.
extern "C" fn unload() {
    thread::stop();
}

#[used]
#[unsafe(link_section = ".init_array")]
static LOAD: extern "C" fn() = load;

#[used]
#[unsafe(link_section = ".fini_array")]
static UNLOAD: extern "C" fn() = unload;
