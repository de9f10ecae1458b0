// SPDX-License-Identifier: Apache-2.0
//! Functions that run when the library is loaded or unloaded, when the process forks, and when a
//! thread ends. No other file uses this one.

use crate::host::{counters, log, poll_loop};
use crate::socket::{extack, pool};
use crate::{capture, identity, thread};
use core::ffi::c_void;

/// Runs when the library is loaded. Open vSwitch's lists can be used already, since they are
/// initialised statically.
extern "C" fn load() {
    // This comes first: the functions below may log, and logging uses data of the thread.
    thread::start(end_thread);
    identity::current();
    log::start();
    counters::start();
    capture::start_from_environment();
    // SAFETY: the function exists as long as the library is loaded. This fails only for lack of
    // memory; then `identity` still notices that the process is a child.
    unsafe { libc::pthread_atfork(None, None, Some(forked)) };
}

/// Runs in a child before fork() returns. This must not allocate or free memory, since the
/// allocator may be locked during a fork. It must not wait for any other lock either, since a
/// thread of the parent may have held that.
extern "C" fn forked() {
    identity::change();
    // SAFETY: the child has only this thread.
    unsafe { pool::close_descriptors() };
    thread::replace_descriptors();
}

/// Runs when a thread that has called the library ends. `block` is the thread's block.
unsafe extern "C" fn end_thread(block: *mut c_void) {
    thread::with_existing(|thread| {
        thread::release_all(thread);
        poll_loop::end_thread(thread);
        extack::end_thread(thread);
    });
    // SAFETY: it is the calling thread's block, whose parts have been freed.
    unsafe { thread::end(block) };
}

/// Runs when the process ends, or when a plugin that contains the static library is unloaded. Other
/// threads may still be running; the memory that is mapped for them is lost.
extern "C" fn unload() {
    capture::unload();
    pool::flush();
    if let Some(block) = thread::stop() {
        // SAFETY: it is the calling thread's block. The library will not be called any more, or, if
        // the process ends, makes a new block for this thread.
        unsafe { end_thread(block) };
    }
}

#[used]
#[unsafe(link_section = ".init_array")]
static LOAD: extern "C" fn() = load;

#[used]
#[unsafe(link_section = ".fini_array")]
static UNLOAD: extern "C" fn() = unload;
