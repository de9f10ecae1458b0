//! The structures that netlink-socket.h of every flavour has.

use super::OfpBuf;
use core::ffi::{c_char, c_int};
use libc::pthread_mutex_t;

/// One request of a batch and its outcome.
#[repr(C)]
#[derive(Debug)]
pub struct NlTransaction {
    /// The request to send. Owned by the caller.
    pub request: *mut OfpBuf,
    /// Null where the reply does not matter; else an initialised buffer, owned by the caller,
    /// which the reply replaces.
    pub reply: *mut OfpBuf,
    /// Result: 0 or a positive errno value.
    pub error: c_int,
}

/// A mutex as Open vSwitch lays it out.
#[repr(C)]
pub struct OvsMutex {
    /// The lock itself.
    pub lock: pthread_mutex_t,
    /// Source location of the thread that holds the lock.
    pub r#where: *const c_char,
}
