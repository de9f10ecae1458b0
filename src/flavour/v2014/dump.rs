// SPDX-License-Identifier: Apache-2.0
//! `struct nl_dump`.

use crate::abi::{NlSock, OvsMutex};
use core::ffi::c_int;

/// A dump that is being read. Callers provide the memory, which need not be initialised, and do not
/// use the fields.
#[repr(C)]
pub struct NlDump {
    /// The socket that the dump is received on; null if none could be opened.
    pub sock: *mut NlSock,
    /// The sequence number of the request and of the messages that answer it.
    pub nl_seq: u32,
    /// Protects 'status', and lets one thread at a time receive from 'sock'.
    pub mutex: OvsMutex,
    /// 0 while there is more to receive, negative after the end, a positive errno value after a
    /// failure.
    pub status: c_int,
}
