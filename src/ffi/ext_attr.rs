// SPDX-License-Identifier: Apache-2.0
//! nlsock-ext.h: attributes of kinds that newer kernels use.

use super::attr::{length, read};
use super::message::append;
use crate::abi::foreign::nlattr;
use crate::assert::c_assert;
use crate::buffer::Buf;
use crate::flavour::OfpBuf;
use crate::message;
use crate::wire::ATTR_HEADER;

/// Appends an attribute of type 'type' that holds the signed 8-bit integer 'value'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_msg_put_s8(msg: *mut OfpBuf, r#type: u16, value: i8) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { append(msg, r#type, &value.to_ne_bytes()) };
}

/// Appends an attribute of type 'type' that holds the signed 16-bit integer 'value'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_msg_put_s16(msg: *mut OfpBuf, r#type: u16, value: i16) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { append(msg, r#type, &value.to_ne_bytes()) };
}

/// Appends an attribute of type 'type' that holds the signed 32-bit integer 'value'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_msg_put_s32(msg: *mut OfpBuf, r#type: u16, value: i32) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { append(msg, r#type, &value.to_ne_bytes()) };
}

/// Appends an attribute of type 'type' that holds the signed 64-bit integer 'value'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_msg_put_s64(msg: *mut OfpBuf, r#type: u16, value: i64) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { append(msg, r#type, &value.to_ne_bytes()) };
}

/// Appends an attribute of type 'type' that holds the integer 'value' in 4 bytes if they suffice,
/// otherwise in 8. The kernel calls that type of payload NLA_UINT (since Linux 6.7).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_msg_put_uint(msg: *mut OfpBuf, r#type: u16, value: u64) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe {
        match u32::try_from(value) {
            Ok(short) => append(msg, r#type, &short.to_ne_bytes()),
            Err(_) => append(msg, r#type, &value.to_ne_bytes()),
        }
    }
}

/// Appends an attribute of type 'type' that holds the signed integer 'value' in 4 bytes if they
/// suffice, otherwise in 8. The kernel calls that type of payload NLA_SINT (since Linux 6.7).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_msg_put_sint(msg: *mut OfpBuf, r#type: u16, value: i64) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe {
        match i32::try_from(value) {
            Ok(short) => append(msg, r#type, &short.to_ne_bytes()),
            Err(_) => append(msg, r#type, &value.to_ne_bytes()),
        }
    }
}

/// Does the same as nl_msg_start_nested(), and sets the flag NLA_F_NESTED in the type. The kernel
/// requires the flag in some requests. nl_attr_type() ignores it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_msg_start_nested(msg: *mut OfpBuf, r#type: u16) -> usize {
    // SAFETY: the caller's contract (see `ffi`).
    message::start_nested(unsafe { Buf::from_ptr(msg) }, r#type | libc::NLA_F_NESTED as u16)
}

/// Removes the attribute that nlsock_msg_start_nested() or nl_msg_start_nested() started at
/// 'offset', with everything that was appended since then. It may have been ended already.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_msg_cancel_nested(msg: *mut OfpBuf, offset: usize) {
    // SAFETY: the caller's contract (see `ffi`).
    let msg = unsafe { Buf::from_ptr(msg) };
    c_assert!(offset <= msg.size(), "nlsock_msg_cancel_nested", "offset <= ofpbuf_size(msg)");
    msg.set_size(offset);
}

/// Returns the signed 8-bit integer in the payload of 'nla', which must have at least 1 byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_attr_get_s8(nla: *const nlattr) -> i8 {
    // SAFETY: the caller's contract (see `ffi`).
    i8::from_ne_bytes(unsafe { read(nla) })
}

/// Returns the signed 16-bit integer in the payload of 'nla', which must have at least 2 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_attr_get_s16(nla: *const nlattr) -> i16 {
    // SAFETY: the caller's contract (see `ffi`).
    i16::from_ne_bytes(unsafe { read(nla) })
}

/// Returns the signed 32-bit integer in the payload of 'nla', which must have at least 4 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_attr_get_s32(nla: *const nlattr) -> i32 {
    // SAFETY: the caller's contract (see `ffi`).
    i32::from_ne_bytes(unsafe { read(nla) })
}

/// Returns the signed 64-bit integer in the payload of 'nla', which must have at least 8 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_attr_get_s64(nla: *const nlattr) -> i64 {
    // SAFETY: the caller's contract (see `ffi`).
    i64::from_ne_bytes(unsafe { read(nla) })
}

/// Whether the payload has 8 bytes or more.
///
/// # Safety
/// `nla` points to an attribute's header.
unsafe fn is_long(nla: *const nlattr) -> bool {
    // SAFETY: the caller's promise.
    unsafe { length(nla) >= ATTR_HEADER + 8 }
}

/// Returns the integer in the payload of 'nla': of 64 bits if the payload has at least 8 bytes,
/// otherwise of 32 bits; it must have at least 4 bytes. See nlsock_msg_put_uint(), and
/// NLSOCK_POLICY_UINT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_attr_get_uint(nla: *const nlattr) -> u64 {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe {
        match is_long(nla) {
            true => u64::from_ne_bytes(read(nla)),
            false => u32::from_ne_bytes(read(nla)).into(),
        }
    }
}

/// Returns the signed integer in the payload of 'nla': of 64 bits if the payload has at least 8
/// bytes, otherwise of 32 bits; it must have at least 4 bytes. See nlsock_msg_put_sint(), and
/// NLSOCK_POLICY_SINT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_attr_get_sint(nla: *const nlattr) -> i64 {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe {
        match is_long(nla) {
            true => i64::from_ne_bytes(read(nla)),
            false => i32::from_ne_bytes(read(nla)).into(),
        }
    }
}
