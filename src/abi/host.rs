//! What Open vSwitch's log and counters expect to find in a module that uses them.
//!
//! The host writes 'min_level', 'levels' and 'honor_rate_limits' as plain C fields while we read
//! them, so they are atomics here: same layout, no data race on our side.

use super::list::List;
use super::mutex::OvsMutex;
use core::cell::UnsafeCell;
use core::ffi::{c_char, c_uint, c_ulonglong};
use core::sync::atomic::{AtomicBool, AtomicI32, AtomicI64, AtomicU32};

/// `struct vlog_module`.
#[repr(C)]
pub struct VlogModule {
    /// Element of the list of all modules.
    pub list: UnsafeCell<List>,
    /// Name that users see.
    pub name: *const c_char,
    /// Level for each destination: system log, console, file.
    pub levels: [AtomicI32; 3],
    /// Highest of 'levels'.
    pub min_level: AtomicI32,
    /// Whether rate limits apply.
    pub honor_rate_limits: AtomicBool,
}

/// `struct vlog_rate_limit`.
#[repr(C)]
pub struct VlogRateLimit {
    /// Tokens added per millisecond.
    pub rate: c_uint,
    /// Most tokens that collect.
    pub burst: c_uint,
    /// Tokens at hand.
    pub tokens: AtomicU32,
    /// When tokens were last added, in milliseconds of the monotonic clock.
    pub last_fill: AtomicI64,
    /// When the first of the dropped messages was dropped, in seconds.
    pub first_dropped: AtomicI64,
    /// When the last one was, in seconds.
    pub last_dropped: AtomicI64,
    /// How many were dropped.
    pub n_dropped: AtomicU32,
    /// Protects the rest.
    pub mutex: OvsMutex,
}

/// `struct coverage_counter`.
#[repr(C)]
pub struct CoverageCounter {
    /// Name that users see.
    pub name: *const c_char,
    /// Returns what came since the last call.
    pub count: extern "C" fn() -> c_uint,
    /// Total count. The host's, as the rest.
    pub total: c_ulonglong,
    /// Total at the last run.
    pub last_total: c_ulonglong,
    /// Moving average of a minute.
    pub min: [c_uint; 12],
    /// Moving average of an hour.
    pub hr: [c_uint; 60],
}
