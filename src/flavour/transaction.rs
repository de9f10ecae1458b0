//! `struct nl_transaction`: the same in every interface version, but it points to buffers, which are
//! not.

use super::OfpBuf;
use crate::abi::layout;
use core::ffi::c_int;

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

layout!(NlTransaction, 24, { request: 0, reply: 8, error: 16 });
