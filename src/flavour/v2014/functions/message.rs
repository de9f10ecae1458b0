// SPDX-License-Identifier: Apache-2.0
//! netlink.h: nl_msg_nlmsgerr(), which has other arguments in the 3.x interface.

use crate::buffer::Buf;
use crate::ffi::message::error_code;
use crate::flavour::OfpBuf;
use core::ffi::c_int;

/// Checks whether 'msg', which must hold a header, is an NLMSG_ERROR message: an acknowledgement or
/// an error. If it is, and 'error' is nonnull, stores in '*error':
/// - 0 if it is an acknowledgement,
/// - the positive errno value if the kernel refused the request,
/// - EPROTO if the message is too short, or its code is not a negative errno value.
///
/// # Return value
/// Whether 'msg' is an NLMSG_ERROR message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_nlmsgerr(msg: *const OfpBuf, error: *mut c_int) -> bool {
    // SAFETY: the caller's contract (see `ffi`).
    let Some(code) = error_code(unsafe { Buf::from_ptr(msg) }) else { return false };
    if !error.is_null() {
        // SAFETY: the caller's contract (see `ffi`).
        unsafe { error.write(code) };
    }
    true
}
