// SPDX-License-Identifier: Apache-2.0
//! netlink.h: functions that the interface of 2014 does not have, or has with other arguments.

use crate::abi::foreign::in6_addr;
use crate::abi::{CBool, NlAttrType, NlPolicy};
use crate::assert::c_assert;
use crate::buffer::Buf;
use crate::ffi::message::{append, error_code, prepend};
use crate::ffi::policy::report;
use crate::flavour::{OfpBuf, ovs_be128, ovs_u128};
use crate::host::log::log_limited;
use crate::message::{self, Side};
use crate::wire::{self, ATTR_HEADER, Attr, Header, KernelError, NLM_F_ACK_TLVS, kernel_error};
use core::ffi::{c_char, c_int};

/// Checks whether 'msg', which must hold a header, is an NLMSG_ERROR message: an acknowledgement or
/// an error. If it is, and 'error' is nonnull, stores in '*error':
/// - 0 if it is an acknowledgement,
/// - the positive errno value if the kernel refused the request,
/// - EPROTO if the message is too short, or its code is not a negative errno value.
///
/// If 'attr_msg' is nonnull and the kernel refused the request with an error text, stores the
/// address of the text in '*attr_msg'; otherwise leaves '*attr_msg' unchanged.
///
/// # Return value
/// Whether 'msg' is an NLMSG_ERROR message.
///
/// # Ownership
/// The error text stays in the memory of 'msg'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_nlmsgerr(
    msg: *const OfpBuf,
    error: *mut c_int,
    attr_msg: *mut *const c_char,
) -> bool {
    // SAFETY: the caller's contract (see `ffi`).
    let msg = unsafe { Buf::from_ptr(msg) };
    let Some(code) = error_code(msg) else { return false };
    if !error.is_null() {
        // SAFETY: the caller's contract (see `ffi`).
        unsafe { error.write(code) };
    }
    if !attr_msg.is_null() {
        if let Some(text) = explanation(msg.bytes()) {
            // SAFETY: the caller's contract (see `ffi`). The policy has checked that the text ends
            // in NUL.
            unsafe { attr_msg.write(text.as_ptr().cast()) };
        }
    }
    true
}

/// The kernel's error text in a refusal, with its NUL. None if there is no text. If the attributes
/// of the message are malformed, logs that and returns None.
fn explanation(message: &[u8]) -> Option<&[u8]> {
    const fn optional(r#type: NlAttrType) -> NlPolicy {
        NlPolicy { r#type, min_len: 0, max_len: 0, optional: CBool(1) }
    }
    // Indexed by attribute type: 1 is NLMSGERR_ATTR_MSG.
    const POLICIES: [NlPolicy; 2] = [optional(NlAttrType::NO_ATTR), optional(NlAttrType::STRING)];

    let header = Header::parse(message)?;
    let refused = matches!(kernel_error(header, message), Some(KernelError::Refused(_)));
    if !refused || header.flags & NLM_F_ACK_TLVS == 0 {
        return None;
    }
    // If the length of the quoted request is wrong, use a start beyond the message: parsing then
    // fails.
    let start = wire::attrs_start(header, message).unwrap_or(usize::MAX);
    let mut found = [None; 2];
    if !wire::parse(message, start, &POLICIES, &mut found, Some, report) {
        log_limited!(MESSAGE, Err, "Failed to parse extended ack data");
        return None;
    }
    found[1].map(|attr: Attr<'_>| attr.payload)
}

/// Appends an attribute of type 'type' that holds the 128-bit integer 'value'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_put_u128(msg: *mut OfpBuf, r#type: u16, value: ovs_u128) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { append(msg, r#type, &value.bytes()) };
}

/// Appends an attribute of type 'type' that holds the 128-bit integer 'value', which is in network
/// byte order.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_put_be128(msg: *mut OfpBuf, r#type: u16, value: ovs_be128) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { append(msg, r#type, &value.bytes()) };
}

/// Prepends an attribute of type 'type' that holds the 128-bit integer 'value'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_push_u128(msg: *mut OfpBuf, r#type: u16, value: ovs_u128) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { prepend(msg, r#type, &value.bytes()) };
}

/// Prepends an attribute of type 'type' that holds the 128-bit integer 'value', which is in network
/// byte order.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_push_be128(msg: *mut OfpBuf, r#type: u16, value: ovs_be128) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { prepend(msg, r#type, &value.bytes()) };
}

/// Appends an attribute of type 'type' that holds a copy of the IPv6 address '*value', which need
/// not be aligned.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_put_in6_addr(
    msg: *mut OfpBuf,
    r#type: u16,
    value: *const in6_addr,
) {
    // SAFETY: the caller's contract (see `ffi`). The address may be unaligned.
    unsafe { append(msg, r#type, &value.read_unaligned().s6_addr) };
}

/// Appends an attribute of type 'type' that holds the 'len' characters at 'value' and a NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_put_string__(
    msg: *mut OfpBuf,
    r#type: u16,
    value: *const c_char,
    len: usize,
) {
    let size = len.saturating_add(1);
    // SAFETY: the caller's contract (see `ffi`). The payload has `size` bytes.
    unsafe {
        let to = message::add_attr_uninit(Buf::from_ptr(msg), Side::Tail, r#type, size);
        crate::memory::copy(value.cast(), to, len);
        to.add(len).write(0);
    }
}

/// Does the same as nl_msg_start_nested(), and sets the flag NLA_F_NESTED in the type.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_start_nested_with_flag(msg: *mut OfpBuf, r#type: u16) -> usize {
    const NLA_F_NESTED: u16 = libc::NLA_F_NESTED as u16;

    // SAFETY: the caller's contract (see `ffi`).
    message::start_nested(unsafe { Buf::from_ptr(msg) }, r#type | NLA_F_NESTED)
}

/// Removes the attribute that nl_msg_start_nested() started at 'offset', with everything that was
/// appended since then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_cancel_nested(msg: *mut OfpBuf, offset: usize) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { nl_msg_reset_size(msg, offset) };
}

/// Ends the attribute that nl_msg_start_nested() started at 'offset': see nl_msg_end_nested(). If
/// nothing was appended since, removes the attribute instead.
///
/// # Return value
/// Whether the attribute was removed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_end_non_empty_nested(msg: *mut OfpBuf, offset: usize) -> bool {
    // SAFETY: the caller's contract (see `ffi`).
    let msg = unsafe { Buf::from_ptr(msg) };
    message::end_nested(msg, offset);
    let empty = msg.size() - offset == ATTR_HEADER;
    if empty {
        msg.set_size(offset);
    }
    empty
}

/// Inserts the header of an attribute of type 'type' after the first 'offset' bytes of 'msg', so
/// that the next 'size' bytes of 'msg' become the payload of that attribute.
///
/// # Limits
/// The header's length field has 16 bits. If 'size' exceeds the greatest payload
/// (nl_attr_oversized()), the field holds the low 16 bits of the length and the attribute is not
/// usable. Open vSwitch itself builds such messages and checks their size later, so this is not an
/// assertion.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_wrap_nested(
    msg: *mut OfpBuf,
    r#type: u16,
    offset: usize,
    size: usize,
) {
    // SAFETY: the caller's contract (see `ffi`).
    let msg = unsafe { Buf::from_ptr(msg) };
    let [a, b] = (size.wrapping_add(ATTR_HEADER) as u16).to_ne_bytes();
    let [c, d] = r#type.to_ne_bytes();
    msg.insert(offset, &[a, b, c, d]);
}

/// Truncates 'msg' to its first 'offset' bytes. 'msg' must have at least that many bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_reset_size(msg: *mut OfpBuf, offset: usize) {
    // SAFETY: the caller's contract (see `ffi`).
    let msg = unsafe { Buf::from_ptr(msg) };
    c_assert!(offset <= msg.size(), "nl_msg_reset_size", "offset <= msg->size");
    msg.set_size(offset);
}
