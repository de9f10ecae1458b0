// SPDX-License-Identifier: Apache-2.0
//! Logging: which messages are logged, and where they go.
//!
//! The level of a log module is in its field 'min_level', which this library or Open vSwitch has
//! set. So a message that is not logged costs one relaxed load. If the process also has the
//! original's module of the same name (see `modules`), the level of that module is checked after
//! that.
//!
//! The functions that log a message neither allocate memory nor lock anything. They call Open
//! vSwitch's log, or the program's log handler, by [`thread::call_program`], since both may never
//! return.

pub(crate) use super::modules::{MESSAGE, SOCKET};
pub(crate) use super::program_modules::unregister;

use super::level::{Level, OFF, level_from_name};
use super::program_modules;
use super::rate_limit::{self, Permission, RateLimit};
use super::text::Text;
use super::{console, modules, nlsock_host_has_log, nlsock_host_log, nlsock_host_log_should_drop};
use crate::abi::{VlogModule, VlogRateLimit};
use crate::errno::{Errno, Preserve};
use crate::wire::{KernelError, Printable};
use crate::{sys, thread};
use core::ffi::{CStr, c_int};
use core::fmt;
use core::ptr::from_ref;
use core::sync::atomic::Ordering::Relaxed;

/// The rate limits of the two modules: 60 messages a minute, and up to 600 at once, since one
/// malformed netlink message can cause many log messages.
pub(crate) static SOCKET_LIMIT: RateLimit = RateLimit::new(60, 600);
pub(crate) static MESSAGE_LIMIT: RateLimit = RateLimit::new(60, 600);

/// Registers the library's modules with Open vSwitch's log. If the process does not have that log,
/// sets the level of the modules to the value of the environment variable NLSOCK_LOG, or to "warn".
pub(crate) fn start() {
    if nlsock_host_has_log() {
        modules::join_host();
        return;
    }
    set_all_levels(Level::Warn as c_int);
    // SAFETY: the program, which could change the environment, has not started yet.
    let Some(wanted) = (unsafe { sys::environment(c"NLSOCK_LOG") }) else { return };
    match wanted.to_str().ok().and_then(level_from_name) {
        Some(level) => set_all_levels(level),
        None => emit(
            &SOCKET,
            Level::Warn,
            format_args!(
                "NLSOCK_LOG={}: must be off, err, warn, info or dbg; using warn",
                Printable(wanted.to_bytes())
            ),
        ),
    }
}

fn set_all_levels(level: c_int) {
    program_modules::set_level(modules::OWN, level);
}

/// Sets the level of all modules. EINVAL if there is no such level; EOPNOTSUPP if the process has
/// Open vSwitch's log.
pub(crate) fn set_level(level: c_int) -> Result<(), Errno> {
    check_settable(level)?;
    set_all_levels(level);
    Ok(())
}

/// Sets the level of one module. Has the same errors as [`set_level`].
pub(crate) fn set_module_level(module: &VlogModule, level: c_int) -> Result<(), Errno> {
    check_settable(level)?;
    module.set_level(level);
    Ok(())
}

fn check_settable(level: c_int) -> Result<(), Errno> {
    check_no_host()?;
    if level != OFF && Level::from_raw(level).is_none() {
        return Err(Errno::EINVAL);
    }
    Ok(())
}

/// Fails with EOPNOTSUPP if the process has Open vSwitch's log.
pub(crate) fn check_no_host() -> Result<(), Errno> {
    if nlsock_host_has_log() { Err(Errno::EOPNOTSUPP) } else { Ok(()) }
}

/// Registers a module of the program: with Open vSwitch's log if the process has that, otherwise
/// with `program_modules`.
pub(crate) fn register(module: &'static VlogModule) {
    if nlsock_host_has_log() {
        modules::register_with_host(module);
    } else {
        program_modules::register(module);
    }
}

/// Whether the module logs messages of this level.
#[inline]
pub(crate) fn enabled(module: &VlogModule, level: Level) -> bool {
    module.min_level.load(Relaxed) >= level as i32 && enabled_by_host(module, level)
}

#[cold]
#[inline(never)]
fn enabled_by_host(module: &VlogModule, level: Level) -> bool {
    modules::effective(module).min_level.load(Relaxed) >= level as i32
}

/// Logs a message without checking the level of the module. Does not change errno.
#[cold]
pub(crate) fn emit(module: &VlogModule, level: Level, message: fmt::Arguments<'_>) {
    emit_text(module, level, Text::new(message).as_c_str());
}

/// Does what [`emit`] does, for a message that has been formatted already.
pub(crate) fn emit_text(module: &VlogModule, level: Level, text: &CStr) {
    let _errno = Preserve::new();
    if nlsock_host_has_log() {
        let module = from_ref(modules::effective(module)).cast();
        // SAFETY: the module is registered, and the text is a C string.
        thread::call_program(|| unsafe { nlsock_host_log(module, level as c_int, text.as_ptr()) });
    } else {
        console::write(module.name(), level, text);
    }
}

/// Logs a message like [`emit`], unless there were too many messages under `limit`.
///
/// # Safety
/// `limit` points to an initialised rate limit.
#[cold]
pub(crate) unsafe fn emit_limited(
    module: &VlogModule,
    level: Level,
    limit: *mut VlogRateLimit,
    message: fmt::Arguments<'_>,
) {
    // SAFETY: the caller's promise.
    if !unsafe { should_drop(module, level, limit) } {
        emit(module, level, message);
    }
}

/// Whether a message should be dropped: because there were too many messages under `limit`, or
/// because the module does not log messages of this level. If not, and messages were dropped
/// before, logs the number of those.
///
/// # Safety
/// `limit` points to an initialised rate limit.
pub(crate) unsafe fn should_drop(
    module: &VlogModule,
    level: Level,
    limit: *mut VlogRateLimit,
) -> bool {
    let _errno = Preserve::new();
    if nlsock_host_has_log() {
        let module = from_ref(modules::effective(module)).cast();
        // SAFETY: the caller's promise; the module is registered.
        return unsafe { nlsock_host_log_should_drop(module, level as c_int, limit) };
    }
    if !module.honor_rate_limits.load(Relaxed) {
        return false;
    }
    if !enabled(module, level) {
        return true;
    }
    // SAFETY: the caller's promise. Without Open vSwitch's log, only atomic fields change.
    match rate_limit::request(unsafe { &*limit }) {
        Permission::Denied => true,
        Permission::Granted => false,
        Permission::GrantedAfter { dropped, first, last } => {
            emit(
                module,
                level,
                format_args!(
                    "Dropped {dropped} log messages in last {first} seconds (most recently, \
                     {last} seconds ago) due to excessive rate"
                ),
            );
            false
        }
    }
}

/// Logs a warning when the process ends. It goes to standard error, since the program's log handler
/// may depend on what the program has destroyed already. Not logged if the process has Open
/// vSwitch's log, for the same reason.
pub(crate) fn warn_at_exit(message: fmt::Arguments<'_>) {
    if check_no_host().is_ok() && enabled(&SOCKET, Level::Warn) {
        console::write_line(SOCKET.name(), Level::Warn, Text::new(message).as_c_str());
    }
}

/// If `error` means that an NLMSG_ERROR message is too short, logs that.
pub(crate) fn report_short(error: KernelError) {
    if let Some(text) = error.if_short() {
        log_limited!(MESSAGE, Err, "{text}");
    }
}

/// Logs a failed assertion, also if the level is "off".
pub(crate) fn assertion(message: fmt::Arguments<'_>) {
    console::write(c"util", Level::Emer, Text::new(message).as_c_str());
}

/// Logs a message for one of the library's modules, if the level of the module allows that.
macro_rules! log {
    ($module:ident, $level:ident, $($text:tt)+) => {
        if $crate::host::log::enabled(
            &$crate::host::log::$module,
            $crate::host::level::Level::$level,
        ) {
            $crate::host::log::emit(
                &$crate::host::log::$module,
                $crate::host::level::Level::$level,
                format_args!($($text)+),
            );
        }
    };
}
pub(crate) use log;

/// Does what [`log`] does, unless the module's rate limit is exceeded.
macro_rules! log_limited {
    (SOCKET, $level:ident, $($text:tt)+) => {
        $crate::host::log::log_limited!(@ SOCKET, SOCKET_LIMIT, $level, $($text)+)
    };
    (MESSAGE, $level:ident, $($text:tt)+) => {
        $crate::host::log::log_limited!(@ MESSAGE, MESSAGE_LIMIT, $level, $($text)+)
    };
    (@ $module:ident, $limit:ident, $level:ident, $($text:tt)+) => {
        if $crate::host::log::enabled(
            &$crate::host::log::$module,
            $crate::host::level::Level::$level,
        ) {
            // SAFETY: one of the library's own rate limits.
            unsafe {
                $crate::host::log::emit_limited(
                    &$crate::host::log::$module,
                    $crate::host::level::Level::$level,
                    $crate::host::log::$limit.as_ptr(),
                    format_args!($($text)+),
                );
            }
        }
    };
}
pub(crate) use log_limited;
