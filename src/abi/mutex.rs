//! `struct ovs_mutex`.

use core::ffi::c_char;
use libc::pthread_mutex_t;

/// A mutex as Open vSwitch lays it out.
#[repr(C)]
pub struct OvsMutex {
    /// The lock itself.
    pub lock: pthread_mutex_t,
    /// Source location of the thread that holds the lock.
    pub r#where: *const c_char,
}
