// SPDX-License-Identifier: Apache-2.0
//! `struct nl_transaction`. Its layout is the same in every interface version. `abi` does not
//! contain it, because it points to buffers, whose layout differs.

use super::OfpBuf;
use crate::abi::{WORD, layout};
use core::ffi::c_int;

/// A request, one of a batch, and its result.
#[repr(C)]
#[derive(Debug)]
pub struct NlTransaction {
    /// The request to send, a buffer of the caller's.
    pub request: *mut OfpBuf,
    /// An initialised buffer of the caller's, whose content the reply replaces; null if the caller
    /// does not need the reply.
    pub reply: *mut OfpBuf,
    /// The result: 0 or a positive errno value.
    pub error: c_int,
}

layout!(NlTransaction, 3 * WORD, { request: 0, reply: WORD, error: 2 * WORD });
