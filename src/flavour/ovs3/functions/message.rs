//! netlink.h: what the flavour of 2014 lacks.

use crate::abi::foreign::in6_addr;
use crate::abi::{CBool, NlAttrType, NlPolicy};
use crate::assert::c_assert;
use crate::buffer::Buf;
use crate::ffi::message::error_code;
use crate::ffi::policy::report;
use crate::flavour::{OfpBuf, ovs_be128, ovs_u128};
use crate::host::log::log_limited;
use crate::message::{self, Side};
use crate::wire::{self, ATTR_HEADER, Attr, Header, KernelError, NLM_F_ACK_TLVS, kernel_error};
use core::ffi::{c_char, c_int};

/// Returns whether 'msg', which must hold a header, is of type NLMSG_ERROR. If so, and 'error' is
/// nonnull, stores in it 0 for an acknowledgement, a positive errno value for a refusal, or EPROTO
/// for a message that is too short or whose code is no errno value.
///
/// If 'attr_msg' is nonnull and the kernel explained a refusal in words, stores in it a pointer to
/// them, within 'msg'; else leaves it alone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_nlmsgerr(
    msg: *const OfpBuf,
    error: *mut c_int,
    attr_msg: *mut *const c_char,
) -> bool {
    // SAFETY: the rule of the C boundary.
    let msg = unsafe { Buf::from_ptr(msg) };
    let Some(code) = error_code(msg) else { return false };
    if !error.is_null() {
        // SAFETY: the rule of the C boundary.
        unsafe { error.write(code) };
    }
    if !attr_msg.is_null()
        && let Some(text) = explanation(msg.bytes())
    {
        // SAFETY: the rule of the C boundary. The text ends in NUL, as its policy sees to.
        unsafe { attr_msg.write(text.as_ptr().cast()) };
    }
    true
}

/// The kernel's words in a refusal, NUL included. If anything is wrong with the attributes that hold
/// them, there are none, and the log is told.
fn explanation(message: &[u8]) -> Option<&[u8]> {
    const fn optional(r#type: NlAttrType) -> NlPolicy {
        NlPolicy { r#type, min_len: 0, max_len: 0, optional: CBool(1) }
    }
    // By type; the second is NLMSGERR_ATTR_MSG.
    const POLICIES: [NlPolicy; 2] = [optional(NlAttrType::NO_ATTR), optional(NlAttrType::STRING)];

    let header = Header::parse(message)?;
    let refused = matches!(kernel_error(header, message), Some(KernelError::Refused(_)));
    if !refused || header.flags & NLM_F_ACK_TLVS == 0 {
        return None;
    }
    // A length that leads nowhere is one beyond the message.
    let start = wire::attrs_start(header, message).unwrap_or(usize::MAX);
    let mut found = [None; 2];
    if !wire::parse(message, start, &POLICIES, &mut found, Some, report) {
        log_limited!(MESSAGE, Err, "Failed to parse extended ack data");
        return None;
    }
    found[1].map(|attr: Attr<'_>| attr.payload)
}

/// Adds an attribute with a 128-bit integer in host order at the end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_put_u128(msg: *mut OfpBuf, r#type: u16, value: ovs_u128) {
    // SAFETY: the rule of the C boundary.
    message::add_attr(unsafe { Buf::from_ptr(msg) }, Side::Tail, r#type, &value.bytes());
}

/// Adds an attribute with a 128-bit integer in network order at the end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_put_be128(msg: *mut OfpBuf, r#type: u16, value: ovs_be128) {
    // SAFETY: the rule of the C boundary.
    message::add_attr(unsafe { Buf::from_ptr(msg) }, Side::Tail, r#type, &value.bytes());
}

/// Adds an attribute with a 128-bit integer in host order at the start.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_push_u128(msg: *mut OfpBuf, r#type: u16, value: ovs_u128) {
    // SAFETY: the rule of the C boundary.
    message::add_attr(unsafe { Buf::from_ptr(msg) }, Side::Head, r#type, &value.bytes());
}

/// Adds an attribute with a 128-bit integer in network order at the start.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_push_be128(msg: *mut OfpBuf, r#type: u16, value: ovs_be128) {
    // SAFETY: the rule of the C boundary.
    message::add_attr(unsafe { Buf::from_ptr(msg) }, Side::Head, r#type, &value.bytes());
}

/// Adds an attribute with an IPv6 address at the end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_put_in6_addr(
    msg: *mut OfpBuf,
    r#type: u16,
    value: *const in6_addr,
) {
    // SAFETY: the rule of the C boundary. An address may be anywhere.
    unsafe {
        let value = value.read_unaligned();
        message::add_attr(Buf::from_ptr(msg), Side::Tail, r#type, &value.s6_addr);
    }
}

/// Adds an attribute with the 'len' characters at 'value' and a NUL at the end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_put_string__(
    msg: *mut OfpBuf,
    r#type: u16,
    value: *const c_char,
    len: usize,
) {
    let size = len.saturating_add(1);
    // SAFETY: the rule of the C boundary; the room has just been made.
    unsafe {
        let to = message::add_attr_uninit(Buf::from_ptr(msg), Side::Tail, r#type, size);
        crate::memory::copy(value.cast(), to, len);
        to.add(len).write(0);
    }
}

/// nl_msg_start_nested() with NLA_F_NESTED in the type.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_start_nested_with_flag(msg: *mut OfpBuf, r#type: u16) -> usize {
    const NLA_F_NESTED: u16 = libc::NLA_F_NESTED as u16;

    // SAFETY: the rule of the C boundary.
    message::start_nested(unsafe { Buf::from_ptr(msg) }, r#type | NLA_F_NESTED)
}

/// Takes back the attribute that nl_msg_start_nested() started at 'offset', and what was put since.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_cancel_nested(msg: *mut OfpBuf, offset: usize) {
    // SAFETY: the rule of the C boundary.
    unsafe { nl_msg_reset_size(msg, offset) };
}

/// nl_msg_end_nested(), or nl_msg_cancel_nested() if nothing was put since. Returns whether it was
/// the latter.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_end_non_empty_nested(msg: *mut OfpBuf, offset: usize) -> bool {
    // SAFETY: the rule of the C boundary.
    let msg = unsafe { Buf::from_ptr(msg) };
    message::end_nested(msg, offset);
    let empty = msg.size() - offset == ATTR_HEADER;
    if empty {
        msg.set_size(offset);
    }
    empty
}

/// Makes 'size' bytes that follow the first 'offset' of 'msg' the payload of an attribute.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_wrap_nested(
    msg: *mut OfpBuf,
    r#type: u16,
    offset: usize,
    size: usize,
) {
    // SAFETY: the rule of the C boundary.
    let msg = unsafe { Buf::from_ptr(msg) };
    c_assert!(!message::oversized(size), "nl_msg_wrap_nested", "!nl_attr_oversized(size)");
    let [a, b] = (size as u16 + ATTR_HEADER as u16).to_ne_bytes();
    let [c, d] = r#type.to_ne_bytes();
    msg.insert(offset, &[a, b, c, d]);
}

/// Cuts 'msg' to its first 'offset' bytes, which must be there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_reset_size(msg: *mut OfpBuf, offset: usize) {
    // SAFETY: the rule of the C boundary.
    let msg = unsafe { Buf::from_ptr(msg) };
    c_assert!(offset <= msg.size(), "nl_msg_reset_size", "offset <= msg->size");
    msg.set_size(offset);
}
