// SPDX-License-Identifier: Apache-2.0
//! `struct ovs_mutex`.

use core::ffi::c_char;
use libc::pthread_mutex_t;

/// Open vSwitch's mutex.
#[repr(C)]
pub struct OvsMutex {
    /// The mutex itself.
    pub lock: pthread_mutex_t,
    /// Where in the source the mutex was locked.
    pub r#where: *const c_char,
}
