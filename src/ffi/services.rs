// SPDX-License-Identifier: Apache-2.0
//! nlsock-services.h: functions that the compatibility headers (include/*/compat) call.

use crate::abi::{VlogModule, VlogRateLimit};
use crate::errno::{self, status};
use crate::host::level::Level;
use crate::host::{log, poll_loop};
use crate::thread::{self, Part, Zeroed, room};
use crate::{assert, memory, sys};
use core::cell::UnsafeCell;
use core::ffi::{CStr, c_char, c_int, c_longlong, c_short};

/// Registers a log module of the program. The module gets the level that was last set for all
/// modules. Setting that level later changes the level of this module, too.
///
/// # Ownership
/// The module must stay until nlsock_log_unregister().
///
/// # Thread safety
/// Any thread may call it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_log_register(module: *mut VlogModule) {
    // SAFETY: the caller's contract (see `ffi`).
    log::register(unsafe { &*module });
}

/// Removes a log module of the program from the list of modules. Does nothing if the module is not
/// registered.
///
/// # Thread safety
/// Any thread may call it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_log_unregister(module: *mut VlogModule) {
    log::unregister(module);
}

/// Sets the level of one log module of the program. The levels and the return values are those of
/// nlsock_log_set_level().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_log_set_module_level(
    module: *mut VlogModule,
    level: c_int,
) -> c_int {
    // SAFETY: the caller's contract (see `ffi`).
    status(unsafe { log::set_module_level(&*module, level) })
}

/// Logs 'text' at the level 'level' for a log module of the program, without checking the level of
/// the module. Does nothing if there is no such level.
///
/// # Thread safety
/// Any thread may call it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_log(module: *const VlogModule, level: c_int, text: *const c_char) {
    if let Some(level) = Level::from_raw(level) {
        // SAFETY: the caller's contract (see `ffi`).
        let (module, text) = unsafe { (&*module, CStr::from_ptr(text)) };
        log::emit_text(module, level, text);
    }
}

/// Returns whether a message of the program, of the level 'level', should not be logged: because
/// there were too many messages under 'limit', or because 'module' does not log that level.
///
/// # Thread safety
/// Any thread may call it, also with the same 'limit'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_log_should_drop(
    module: *const VlogModule,
    level: c_int,
    limit: *mut VlogRateLimit,
) -> bool {
    // SAFETY: the caller's contract (see `ffi`).
    Level::from_raw(level).is_none_or(|level| unsafe { log::should_drop(&*module, level, limit) })
}

/// Makes the next nlsock_poll_block() of this thread wake up when one of 'events' (POLLIN, POLLOUT,
/// ...) occurs on 'fd'.
#[unsafe(no_mangle)]
pub extern "C" fn nlsock_poll_fd_wait(fd: c_int, events: c_short) {
    poll_loop::own_fd_wait(fd, events);
}

/// Makes the next nlsock_poll_block() of this thread wake up after 'msec' milliseconds, or at once
/// if 'msec' is not positive.
#[unsafe(no_mangle)]
pub extern "C" fn nlsock_poll_timer_wait(msec: c_longlong) {
    poll_loop::timer_wait(msec);
}

/// Makes the next nlsock_poll_block() of this thread wake up when nlsock_time_msec() reaches
/// 'when', which is in milliseconds.
#[unsafe(no_mangle)]
pub extern "C" fn nlsock_poll_timer_wait_until(when: c_longlong) {
    poll_loop::timer_wait_until(when);
}

/// Blocks until one of the conditions occurs that this thread has set since its last
/// nlsock_poll_block(), or until a signal handler has run. Then forgets the conditions. This
/// function is a cancellation point.
#[unsafe(no_mangle)]
pub extern "C" fn nlsock_poll_block() {
    poll_loop::block();
}

/// Returns the time of the monotonic clock in milliseconds.
///
/// # Thread safety
/// Any thread may call it.
#[unsafe(no_mangle)]
pub extern "C" fn nlsock_time_msec() -> c_longlong {
    sys::monotonic_ms()
}

/// The string that nlsock_strerror() last returned to a thread.
struct ErrorText(UnsafeCell<[u8; errno::TEXT_SIZE]>);

// SAFETY: zero bytes are an empty string.
unsafe impl Zeroed for ErrorText {}

static ERROR_TEXT: Part<ErrorText> = Part::new(room::ERROR_TEXT);

/// Returns the text for an errno value.
///
/// # Ownership
/// The string stays the library's: it is valid until this thread calls the function again or ends.
///
/// # Thread safety
/// Any thread may call it.
#[unsafe(no_mangle)]
pub extern "C" fn nlsock_strerror(error: c_int) -> *const c_char {
    thread::with(|thread| {
        let text = ERROR_TEXT.of(thread).0.get();
        // SAFETY: only this thread uses it, and no reference to it exists.
        errno::write_text(error, unsafe { &mut *text });
        text.cast()
    })
}

/// A pointer to the program's name.
struct Name(UnsafeCell<*const c_char>);

// SAFETY: nlsock_set_program_name(), which alone writes it, requires that no other thread runs.
unsafe impl Sync for Name {}

static PROGRAM_NAME: Name = Name(UnsafeCell::new(c"".as_ptr()));

/// Sets the program's name to the last component of the path 'name'.
///
/// # Ownership
/// The string is copied.
///
/// # Thread safety
/// No other thread may be running.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_set_program_name(name: *const c_char) {
    // SAFETY: the caller's contract (see `ffi`). The previous copy, if any, is not freed, since the
    // program may still use it.
    unsafe {
        let name = CStr::from_ptr(name).to_bytes_with_nul();
        let start = name.iter().rposition(|&byte| byte == b'/').map_or(0, |slash| slash + 1);
        let base = name.get(start..).unwrap_or(name);
        *PROGRAM_NAME.0.get() = memory::xmemdup(base.as_ptr(), base.len()).cast();
    }
}

/// Returns the program's name, or an empty string if none was set.
///
/// # Ownership
/// The string stays the library's, and is valid until the process ends.
#[unsafe(no_mangle)]
pub extern "C" fn nlsock_program_name() -> *const c_char {
    // SAFETY: nothing writes it while several threads run.
    unsafe { *PROGRAM_NAME.0.get() }
}

/// Logs that the assertion 'condition' failed in 'function' at the source location 'where', and
/// aborts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_assert_failure(
    r#where: *const c_char,
    function: *const c_char,
    condition: *const c_char,
) -> ! {
    // SAFETY: the caller's contract (see `ffi`).
    let (place, function, condition) =
        unsafe { (CStr::from_ptr(r#where), CStr::from_ptr(function), CStr::from_ptr(condition)) };
    assert::failure(place, function, condition)
}

/// Logs that memory is exhausted, and aborts.
#[unsafe(no_mangle)]
pub extern "C" fn nlsock_out_of_memory() -> ! {
    memory::exhausted()
}
