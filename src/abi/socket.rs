//! The structures of netlink-socket.h that callers allocate themselves.

use super::buffer::OfpBuf;
use crate::socket::NlSock;
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

/// A dump in progress. Callers provide the memory, initialised or not, and touch no field.
#[repr(C)]
pub struct NlDump {
    /// Socket being dumped; null if none could be had.
    pub sock: *mut NlSock,
    /// Sequence number that the replies carry.
    pub nl_seq: u32,
    /// Protects 'status' and serialises receiving from 'sock'.
    pub mutex: OvsMutex,
    /// 0 in progress, positive errno value failed, negative ended.
    pub status: c_int,
}
