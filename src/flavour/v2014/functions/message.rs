//! netlink.h: what differs in other flavours.

use crate::buffer::Buf;
use crate::ffi::message::error_code;
use crate::flavour::OfpBuf;
use core::ffi::c_int;

/// Returns whether 'msg', which must hold a header, is of type NLMSG_ERROR. If so, and 'error' is
/// nonnull, stores in it 0 for an acknowledgement, a positive errno value for a refusal, or EPROTO
/// for a message that is too short or whose code is no errno value.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_nlmsgerr(msg: *const OfpBuf, error: *mut c_int) -> bool {
    // SAFETY: the rule of the C boundary.
    let code = error_code(unsafe { Buf::from_ptr(msg) });
    if let Some(code) = code
        && !error.is_null()
    {
        // SAFETY: the rule of the C boundary.
        unsafe { error.write(code) };
    }
    code.is_some()
}
