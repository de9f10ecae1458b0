//! nlsock-services.h: what the compatibility headers stand on.

use crate::abi::{VlogModule, VlogRateLimit};
use crate::errno::{self, status};
use crate::host::level::Level;
use crate::host::{log, poll_loop};
use crate::thread::{self, Part, Zeroed, room};
use crate::{assert, memory, sys};
use core::cell::UnsafeCell;
use core::ffi::{CStr, c_char, c_int, c_longlong, c_short};

/// Adds a log module of the program, which must stay until nlsock_log_unregister().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_log_register(module: *mut VlogModule) {
    // SAFETY: the rule of this module.
    log::register(unsafe { &*module });
}

/// Forgets a log module of the program.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_log_unregister(module: *mut VlogModule) {
    log::unregister(module);
}

/// nlsock_log_set_level() for one module of the program.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_log_set_module_level(
    module: *mut VlogModule,
    level: c_int,
) -> c_int {
    // SAFETY: the rule of this module.
    status(unsafe { log::set_module_level(&*module, level) })
}

/// Logs 'text' for a module of the program, whatever the module's level.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_log(module: *const VlogModule, level: c_int, text: *const c_char) {
    if let Some(level) = Level::from_raw(level) {
        // SAFETY: the rule of this module.
        let (module, text) = unsafe { (&*module, CStr::from_ptr(text)) };
        log::emit_text(module, level, text);
    }
}

/// Returns whether 'limit' says that a message of the program is one too many.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_log_should_drop(
    module: *const VlogModule,
    level: c_int,
    limit: *mut VlogRateLimit,
) -> bool {
    // SAFETY: the rule of this module.
    Level::from_raw(level).is_none_or(|level| unsafe { log::should_drop(&*module, level, limit) })
}

/// Makes the thread's next nlsock_poll_block() wake up when one of 'events' occurs on 'fd'.
#[unsafe(no_mangle)]
pub extern "C" fn nlsock_poll_fd_wait(fd: c_int, events: c_short) {
    poll_loop::own_fd_wait(fd, events);
}

/// Makes the thread's next nlsock_poll_block() wake up after 'msec' milliseconds, at once if that
/// is not positive.
#[unsafe(no_mangle)]
pub extern "C" fn nlsock_poll_timer_wait(msec: c_longlong) {
    poll_loop::timer_wait(msec);
}

/// Makes the thread's next nlsock_poll_block() wake up when nlsock_time_msec() reaches 'when'.
#[unsafe(no_mangle)]
pub extern "C" fn nlsock_poll_timer_wait_until(when: c_longlong) {
    poll_loop::timer_wait_until(when);
}

/// Blocks until something happens that the thread asked for since its last call, or a signal is
/// handled.
#[unsafe(no_mangle)]
pub extern "C" fn nlsock_poll_block() {
    poll_loop::block();
}

/// Returns the monotonic clock in milliseconds.
#[unsafe(no_mangle)]
pub extern "C" fn nlsock_time_msec() -> c_longlong {
    sys::monotonic_ms()
}

/// What nlsock_strerror() returned to a thread.
struct ErrorText(UnsafeCell<[u8; errno::TEXT_SIZE]>);

// SAFETY: zero bytes are an empty string.
unsafe impl Zeroed for ErrorText {}

static ERROR_TEXT: Part<ErrorText> = Part::new(room::ERROR_TEXT);

/// Returns the text for an errno value, good until the thread's next call.
#[unsafe(no_mangle)]
pub extern "C" fn nlsock_strerror(error: c_int) -> *const c_char {
    thread::with(|thread| {
        let text = ERROR_TEXT.of(thread).0.get();
        // SAFETY: the thread's own, and nothing refers to it from before.
        errno::write_text(error, unsafe { &mut *text });
        text.cast()
    })
}

/// The program's name.
struct Name(UnsafeCell<*const c_char>);

// SAFETY: set before the program starts threads, as its function says.
unsafe impl Sync for Name {}

static PROGRAM_NAME: Name = Name(UnsafeCell::new(c"".as_ptr()));

/// Sets the program's name to a copy of 'name' without its directories. Not to be called while
/// other threads run.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_set_program_name(name: *const c_char) {
    // SAFETY: the rule of this module. The copy before, if any, may still be referred to.
    unsafe {
        let name = CStr::from_ptr(name).to_bytes_with_nul();
        let start = name.iter().rposition(|&byte| byte == b'/').map_or(0, |slash| slash + 1);
        let base = name.get(start..).unwrap_or(name);
        *PROGRAM_NAME.0.get() = memory::xmemdup(base.as_ptr(), base.len()).cast();
    }
}

/// Returns the program's name, empty if it was not set.
#[unsafe(no_mangle)]
pub extern "C" fn nlsock_program_name() -> *const c_char {
    // SAFETY: not written while other threads run.
    unsafe { *PROGRAM_NAME.0.get() }
}

/// Logs a failed assertion and aborts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_assert_failure(
    r#where: *const c_char,
    function: *const c_char,
    condition: *const c_char,
) -> ! {
    // SAFETY: the rule of this module.
    let (place, function, condition) =
        unsafe { (CStr::from_ptr(r#where), CStr::from_ptr(function), CStr::from_ptr(condition)) };
    assert::failure(place, function, condition)
}

/// Ends the process for want of memory.
#[unsafe(no_mangle)]
pub extern "C" fn nlsock_out_of_memory() -> ! {
    memory::exhausted()
}
