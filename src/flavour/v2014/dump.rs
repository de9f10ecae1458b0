//! `struct nl_dump`.

use crate::abi::{NlSock, OvsMutex};
use core::ffi::c_int;

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
