// SPDX-License-Identifier: Apache-2.0
//! Structures that Open vSwitch's log and counters share with the code that logs and counts.
//!
//! Open vSwitch writes fields such as 'min_level' as plain C fields while this library reads them.
//! Here these fields are atomics, with the same layout, so that the reads are defined.

use super::list::List;
use super::mutex::OvsMutex;
use super::shared::{SharedLongLong, SharedTime};
use core::cell::UnsafeCell;
use core::ffi::{c_char, c_uint, c_ulonglong};
use core::sync::atomic::{AtomicBool, AtomicI32, AtomicU32};

/// `struct vlog_module`.
#[repr(C)]
pub struct VlogModule {
    /// The module's element in the list of all modules.
    pub list: UnsafeCell<List>,
    /// The name that users see.
    pub name: *const c_char,
    /// The level for each destination: system log, console, file.
    pub levels: [AtomicI32; 3],
    /// The highest of 'levels'.
    pub min_level: AtomicI32,
    /// Whether rate limits apply to the module.
    pub honor_rate_limits: AtomicBool,
}

/// `struct vlog_rate_limit`, a token bucket: each message costs tokens, and is dropped if there are
/// too few.
#[repr(C)]
pub struct VlogRateLimit {
    /// Tokens added per millisecond.
    pub rate: c_uint,
    /// The greatest number of tokens in the bucket.
    pub burst: c_uint,
    /// The number of tokens in the bucket.
    pub tokens: AtomicU32,
    /// When tokens were last added: the time of the monotonic clock in milliseconds.
    pub last_fill: SharedLongLong,
    /// When the first of the messages counted in 'n_dropped' was dropped, in seconds.
    pub first_dropped: SharedTime,
    /// When the last of the messages counted in 'n_dropped' was dropped, in seconds.
    pub last_dropped: SharedTime,
    /// The number of messages dropped since one was last logged.
    pub n_dropped: AtomicU32,
    /// Protects the other fields if Open vSwitch's log uses the structure: see `host::rate_limit`.
    pub mutex: OvsMutex,
}

/// `struct coverage_counter`.
#[repr(C)]
pub struct CoverageCounter {
    /// The name that users see.
    pub name: *const c_char,
    /// Returns the number of events since its last call.
    pub count: extern "C" fn() -> c_uint,
    /// The total number of events. Only Open vSwitch uses this field and the fields below.
    pub total: c_ulonglong,
    /// The value of 'total' when the averages were last computed.
    pub last_total: c_ulonglong,
    /// The number of events in each 5 seconds of the last minute.
    pub min: [c_uint; 12],
    /// The number of events in each minute of the last hour.
    pub hr: [c_uint; 60],
}
