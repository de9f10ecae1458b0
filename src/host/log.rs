//! Logging: which messages are wanted, and where they go.
//!
//! A module's 'min_level' is the one home of its level, whoever sets it: the host writes it where
//! there is one. So a message that is not wanted costs one relaxed load; a look at another module
//! only where the host has one of the same name.

pub(crate) use super::modules::{MESSAGE, SOCKET};
use super::rate_limit::{self, RateLimit, Verdict};
use super::{console, modules, nlsock_host_has_log, nlsock_host_log, nlsock_host_log_should_drop};
use crate::abi::{VlogModule, VlogRateLimit};
use crate::errno::{Errno, Preserve};
use crate::guarded::Guarded;
use crate::wire::KernelError;
use alloc::ffi::CString;
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::ffi::{CStr, c_int};
use core::fmt;
use core::sync::atomic::Ordering::Relaxed;

/// Severity, with the host's numbers. 0 is off.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(i32)]
pub(crate) enum Level {
    Emer = 1,
    Err = 2,
    Warn = 3,
    Info = 4,
    Dbg = 5,
}

impl Level {
    const ALL: [Self; 5] = [Self::Emer, Self::Err, Self::Warn, Self::Info, Self::Dbg];

    pub(crate) fn from_raw(level: c_int) -> Option<Self> {
        Self::ALL.into_iter().find(|&known| known as c_int == level)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Emer => "EMER",
            Self::Err => "ERR",
            Self::Warn => "WARN",
            Self::Info => "INFO",
            Self::Dbg => "DBG",
        }
    }
}

/// A single bad message can in theory cause very many log messages, so the burst is large.
pub(crate) static SOCKET_LIMIT: RateLimit = RateLimit::new(60, 600);
pub(crate) static MESSAGE_LIMIT: RateLimit = RateLimit::new(60, 600);

/// Modules of the program itself that go by the level set here, and that level.
pub(crate) struct Program {
    level: c_int,
    modules: Vec<*const VlogModule>,
}

// SAFETY: a registered module lives until it is unregistered, and its levels are atomic.
unsafe impl Send for Program {}

pub(crate) static PROGRAM: Guarded<Program> =
    Guarded::new(Program { level: Level::Warn as c_int, modules: Vec::new() });

/// Joins the host's modules, or takes the level from the environment.
pub(super) fn start() {
    if nlsock_host_has_log() {
        modules::join();
        return;
    }
    store(&SOCKET, Level::Warn as c_int);
    store(&MESSAGE, Level::Warn as c_int);
    // SAFETY: nothing changes the environment before the program starts.
    let wanted = unsafe {
        let value = libc::getenv(c"NLSOCK_LOG".as_ptr());
        if value.is_null() {
            return;
        }
        CStr::from_ptr(value).to_string_lossy()
    };
    let applied = level_from_name(&wanted).ok_or(Errno::EINVAL).and_then(set_level);
    if applied.is_err() {
        let text = format!("NLSOCK_LOG={wanted}: must be off, err, warn, info or dbg; using warn");
        emit(&SOCKET, Level::Warn, format_args!("{text}"));
    }
}

fn level_from_name(name: &str) -> Option<c_int> {
    match name.to_ascii_lowercase().as_str() {
        "off" => Some(0),
        "err" => Some(Level::Err as c_int),
        "warn" => Some(Level::Warn as c_int),
        "info" => Some(Level::Info as c_int),
        "dbg" => Some(Level::Dbg as c_int),
        _ => None,
    }
}

fn store(module: &VlogModule, level: c_int) {
    for destination in &module.levels {
        destination.store(level, Relaxed);
    }
    module.min_level.store(level, Relaxed);
}

/// Sets the level of every module. EOPNOTSUPP where the host's log has its own ways for that.
pub(crate) fn set_level(level: c_int) -> Result<(), Errno> {
    check_settable(level)?;
    let mut program = PROGRAM.lock();
    program.level = level;
    for module in [&SOCKET, &MESSAGE] {
        store(module, level);
    }
    for &module in &program.modules {
        // SAFETY: registered, so alive.
        store(unsafe { &*module }, level);
    }
    Ok(())
}

/// Sets the level of one module.
pub(crate) fn set_module_level(module: &VlogModule, level: c_int) -> Result<(), Errno> {
    check_settable(level)?;
    store(module, level);
    Ok(())
}

fn check_settable(level: c_int) -> Result<(), Errno> {
    check_no_host()?;
    if level != 0 && Level::from_raw(level).is_none() {
        return Err(Errno::EINVAL);
    }
    Ok(())
}

/// EOPNOTSUPP where the host's log decides.
pub(crate) fn check_no_host() -> Result<(), Errno> {
    if nlsock_host_has_log() { Err(Errno::EOPNOTSUPP) } else { Ok(()) }
}

/// Takes a module of the program in: it gets the level that is in force, and those set later.
pub(crate) fn register(module: &'static VlogModule) {
    if nlsock_host_has_log() {
        modules::register(module);
    } else {
        let mut program = PROGRAM.lock();
        store(module, program.level);
        program.modules.push(module);
    }
}

/// Forgets a module of the program, whose memory is about to go.
pub(crate) fn unregister(module: *const VlogModule) {
    PROGRAM.lock().modules.retain(|&known| known != module);
}

#[inline]
pub(crate) fn enabled(module: &VlogModule, level: Level) -> bool {
    module.min_level.load(Relaxed) >= level as i32 && enabled_by_host(module, level)
}

#[cold]
#[inline(never)]
fn enabled_by_host(module: &VlogModule, level: Level) -> bool {
    modules::in_charge(module).min_level.load(Relaxed) >= level as i32
}

/// Logs a message that is wanted. Leaves errno alone.
#[cold]
pub(crate) fn emit(module: &VlogModule, level: Level, text: fmt::Arguments<'_>) {
    let _errno = Preserve::new();
    let text = text.to_string();
    if nlsock_host_has_log() {
        let text = CString::new(text.replace('\0', " ")).unwrap_or_default();
        let module = core::ptr::from_ref(modules::in_charge(module)).cast();
        // SAFETY: a registered module, a C string.
        unsafe { nlsock_host_log(module, level as c_int, text.as_ptr()) };
    } else {
        console::write(name(module), level, &text);
    }
}

fn name(module: &VlogModule) -> &CStr {
    // SAFETY: a module's name is a C string that lives as long as it.
    unsafe { CStr::from_ptr(module.name) }
}

/// [`emit`], unless `limit` says that there were too many already.
///
/// # Safety
/// `limit` points to an initialised rate limit, all of whose users hold its mutex.
#[cold]
pub(crate) unsafe fn emit_limited(
    module: &VlogModule,
    level: Level,
    limit: *mut VlogRateLimit,
    text: fmt::Arguments<'_>,
) {
    // SAFETY: the caller's promise.
    if !unsafe { should_drop(module, level, limit) } {
        emit(module, level, text);
    }
}

/// Whether a message is one too many; if not, says how many were dropped before it.
///
/// # Safety
/// As of [`emit_limited`].
pub(crate) unsafe fn should_drop(
    module: &VlogModule,
    level: Level,
    limit: *mut VlogRateLimit,
) -> bool {
    let _errno = Preserve::new();
    if nlsock_host_has_log() {
        let module = core::ptr::from_ref(modules::in_charge(module)).cast();
        // SAFETY: the caller's promise; a registered module.
        return unsafe { nlsock_host_log_should_drop(module, level as c_int, limit) };
    }
    if !module.honor_rate_limits.load(Relaxed) {
        return false;
    }
    if !enabled(module, level) {
        return true;
    }
    // SAFETY: the caller's promise.
    match unsafe { rate_limit::withdraw(limit) } {
        Verdict::Drop => true,
        Verdict::Pass => false,
        Verdict::PassAfter { dropped, first, last } => {
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

/// Logs what is wrong with a verdict of the kernel, if anything.
pub(crate) fn complain(verdict: KernelError) {
    if let Some(complaint) = verdict.complaint() {
        log_limited!(MESSAGE, Err, "{complaint}");
    }
}

/// Logs a failed assertion, whatever the level.
pub(crate) fn assertion(text: &str) {
    console::write(c"util", Level::Emer, text);
}

/// Logs to a module unless its level says no.
macro_rules! log {
    ($module:ident, $level:ident, $($text:tt)+) => {
        if $crate::host::log::enabled(
            &$crate::host::log::$module,
            $crate::host::log::Level::$level,
        ) {
            $crate::host::log::emit(
                &$crate::host::log::$module,
                $crate::host::log::Level::$level,
                format_args!($($text)+),
            );
        }
    };
}
pub(crate) use log;

/// [`log`], within the module's rate limit.
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
            $crate::host::log::Level::$level,
        ) {
            // SAFETY: one of our own rate limits.
            unsafe {
                $crate::host::log::emit_limited(
                    &$crate::host::log::$module,
                    $crate::host::log::Level::$level,
                    $crate::host::log::$limit.as_ptr(),
                    format_args!($($text)+),
                );
            }
        }
    };
}
pub(crate) use log_limited;
