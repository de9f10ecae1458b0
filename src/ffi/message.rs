// SPDX-License-Identifier: Apache-2.0
//! netlink.h: building messages and taking them apart.

use crate::abi::foreign::{genlmsghdr, nlmsghdr, odp_port_t, ovs_be16, ovs_be32, ovs_be64};
use crate::buffer::Buf;
use crate::flavour::OfpBuf;
use crate::host::log;
use crate::message::{self, Side};
use crate::wire::{GENL_HEADER, HEADER, Header, KernelError, kernel_error};
use core::ffi::{CStr, c_char, c_int, c_void};
use core::ptr::null_mut;

/// Appends an attribute that holds `payload`.
///
/// # Safety
/// See [`Buf::from_ptr`].
#[inline]
pub(crate) unsafe fn append(msg: *mut OfpBuf, kind: u16, payload: &[u8]) {
    // SAFETY: the caller's promise.
    message::add_attr(unsafe { Buf::from_ptr(msg) }, Side::Tail, kind, payload);
}

/// Prepends an attribute that holds `payload`.
///
/// # Safety
/// See [`Buf::from_ptr`].
#[inline]
pub(crate) unsafe fn prepend(msg: *mut OfpBuf, kind: u16, payload: &[u8]) {
    // SAFETY: the caller's promise.
    message::add_attr(unsafe { Buf::from_ptr(msg) }, Side::Head, kind, payload);
}

/// The errno value in `msg` if that is an NLMSG_ERROR message: 0 for an ACK, EPROTO for a malformed
/// message. A message that is too short is also logged. None if `msg` is of another type. Asserts
/// that `msg` has a header.
pub(crate) fn error_code(msg: Buf<'_>) -> Option<c_int> {
    // Asserts that there is a header.
    message::header(msg);
    let bytes = msg.bytes();
    match kernel_error(Header::parse(bytes)?, bytes)? {
        KernelError::Ack => Some(0),
        refused => {
            log::report_short(refused);
            Some(refused.errno().raw())
        }
    }
}

/// Returns the header of 'msg', which must hold one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_nlmsghdr(msg: *const OfpBuf) -> *mut nlmsghdr {
    // SAFETY: the caller's contract (see `ffi`).
    message::header(unsafe { Buf::from_ptr(msg) })
}

/// Returns the generic netlink header of 'msg', which follows the message header; null if 'msg' is
/// too short for both headers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_genlmsghdr(msg: *const OfpBuf) -> *mut genlmsghdr {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { Buf::from_ptr(msg) }.at(HEADER, GENL_HEADER).cast()
}

/// Makes sure that 'size' bytes and their padding can be appended to 'msg' without reallocation.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_reserve(msg: *mut OfpBuf, size: usize) {
    // SAFETY: the caller's contract (see `ffi`).
    message::reserve(unsafe { Buf::from_ptr(msg) }, size);
}

/// Appends a message header to 'msg', which must be empty, and makes sure that 'expected_payload'
/// bytes (an estimate; may be 0) can be appended without reallocation. Only the lower 16 bits of
/// 'type' and 'flags' count. Length, sequence number and port id are 0 until the message is sent.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_put_nlmsghdr(
    msg: *mut OfpBuf,
    expected_payload: usize,
    r#type: u32,
    flags: u32,
) {
    // SAFETY: the caller's contract (see `ffi`).
    let msg = unsafe { Buf::from_ptr(msg) };
    message::put_header(msg, expected_payload, r#type as u16, flags as u16);
}

/// Appends a message header and a generic netlink header to 'msg', which must be empty. 'family' is
/// a number from nl_lookup_genl_family(). The other arguments are those of nl_msg_put_nlmsghdr()
/// and the fields of the generic netlink header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_put_genlmsghdr(
    msg: *mut OfpBuf,
    expected_payload: usize,
    family: c_int,
    flags: u32,
    cmd: u8,
    version: u8,
) {
    // SAFETY: the caller's contract (see `ffi`).
    let msg = unsafe { Buf::from_ptr(msg) };
    let expected_payload = expected_payload.saturating_add(GENL_HEADER);
    message::put_header(msg, expected_payload, family as u16, flags as u16);
    message::put_genl_header(msg, cmd, version);
}

/// Appends a copy of the 'size' bytes at 'data' to 'msg', and padding. 'data' may be null if 'size'
/// is 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_put(msg: *mut OfpBuf, data: *const c_void, size: usize) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { message::add(Buf::from_ptr(msg), Side::Tail, data.cast(), size) };
}

/// Appends 'size' uninitialised bytes to 'msg', and padding. Returns the address of the first byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_put_uninit(msg: *mut OfpBuf, size: usize) -> *mut c_void {
    // SAFETY: the caller's contract (see `ffi`).
    message::add_uninit(unsafe { Buf::from_ptr(msg) }, Side::Tail, size).cast()
}

/// Prepends a copy of the 'size' bytes at 'data' to 'msg', followed by padding. 'data' may be null
/// if 'size' is 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_push(msg: *mut OfpBuf, data: *const c_void, size: usize) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { message::add(Buf::from_ptr(msg), Side::Head, data.cast(), size) };
}

/// Prepends 'size' uninitialised bytes to 'msg', followed by padding. Returns the address of the
/// first byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_push_uninit(msg: *mut OfpBuf, size: usize) -> *mut c_void {
    // SAFETY: the caller's contract (see `ffi`).
    message::add_uninit(unsafe { Buf::from_ptr(msg) }, Side::Head, size).cast()
}

/// Appends an attribute of type 'type' that holds 'size' zero bytes, and returns the address of its
/// payload.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_put_unspec_zero(
    msg: *mut OfpBuf,
    r#type: u16,
    size: usize,
) -> *mut c_void {
    // SAFETY: the caller's contract (see `ffi`). The payload has 'size' bytes.
    unsafe {
        let payload = message::add_attr_uninit(Buf::from_ptr(msg), Side::Tail, r#type, size);
        payload.write_bytes(0, size);
        payload.cast()
    }
}

/// Appends an attribute of type 'type' that holds 'size' uninitialised bytes, and returns the
/// address of its payload.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_put_unspec_uninit(
    msg: *mut OfpBuf,
    r#type: u16,
    size: usize,
) -> *mut c_void {
    // SAFETY: the caller's contract (see `ffi`).
    let msg = unsafe { Buf::from_ptr(msg) };
    message::add_attr_uninit(msg, Side::Tail, r#type, size).cast()
}

/// Appends an attribute of type 'type' that holds a copy of the 'size' bytes at 'data'. 'data' may
/// be null if 'size' is 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_put_unspec(
    msg: *mut OfpBuf,
    r#type: u16,
    data: *const c_void,
    size: usize,
) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { message::add_attr_raw(Buf::from_ptr(msg), Side::Tail, r#type, data.cast(), size) };
}

/// Appends an attribute of type 'type' without payload.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_put_flag(msg: *mut OfpBuf, r#type: u16) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { append(msg, r#type, &[]) };
}

/// Appends an attribute of type 'type' that holds the 8-bit integer 'value'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_put_u8(msg: *mut OfpBuf, r#type: u16, value: u8) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { append(msg, r#type, &value.to_ne_bytes()) };
}

/// Appends an attribute of type 'type' that holds the 16-bit integer 'value'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_put_u16(msg: *mut OfpBuf, r#type: u16, value: u16) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { append(msg, r#type, &value.to_ne_bytes()) };
}

/// Appends an attribute of type 'type' that holds the 32-bit integer 'value'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_put_u32(msg: *mut OfpBuf, r#type: u16, value: u32) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { append(msg, r#type, &value.to_ne_bytes()) };
}

/// Appends an attribute of type 'type' that holds the 64-bit integer 'value'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_put_u64(msg: *mut OfpBuf, r#type: u16, value: u64) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { append(msg, r#type, &value.to_ne_bytes()) };
}

/// Appends an attribute of type 'type' that holds the 16-bit integer 'value', which is in
/// network byte order.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_put_be16(msg: *mut OfpBuf, r#type: u16, value: ovs_be16) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { append(msg, r#type, &value.to_ne_bytes()) };
}

/// Appends an attribute of type 'type' that holds the 32-bit integer 'value', which is in
/// network byte order.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_put_be32(msg: *mut OfpBuf, r#type: u16, value: ovs_be32) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { append(msg, r#type, &value.to_ne_bytes()) };
}

/// Appends an attribute of type 'type' that holds the 64-bit integer 'value', which is in
/// network byte order.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_put_be64(msg: *mut OfpBuf, r#type: u16, value: ovs_be64) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { append(msg, r#type, &value.to_ne_bytes()) };
}

/// Appends an attribute of type 'type' that holds the datapath port number 'value'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_put_odp_port(msg: *mut OfpBuf, r#type: u16, value: odp_port_t) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { append(msg, r#type, &value.to_ne_bytes()) };
}

/// Appends an attribute of type 'type' that holds the string 'value' with its NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_put_string(msg: *mut OfpBuf, r#type: u16, value: *const c_char) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { append(msg, r#type, CStr::from_ptr(value).to_bytes_with_nul()) };
}

/// Prepends an attribute of type 'type' that holds 'size' uninitialised bytes, and returns the
/// address of its payload.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_push_unspec_uninit(
    msg: *mut OfpBuf,
    r#type: u16,
    size: usize,
) -> *mut c_void {
    // SAFETY: the caller's contract (see `ffi`).
    let msg = unsafe { Buf::from_ptr(msg) };
    message::add_attr_uninit(msg, Side::Head, r#type, size).cast()
}

/// Prepends an attribute of type 'type' that holds a copy of the 'size' bytes at 'data'. 'data' may
/// be null if 'size' is 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_push_unspec(
    msg: *mut OfpBuf,
    r#type: u16,
    data: *const c_void,
    size: usize,
) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { message::add_attr_raw(Buf::from_ptr(msg), Side::Head, r#type, data.cast(), size) };
}

/// Prepends an attribute of type 'type' without payload.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_push_flag(msg: *mut OfpBuf, r#type: u16) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { prepend(msg, r#type, &[]) };
}

/// Prepends an attribute of type 'type' that holds the 8-bit integer 'value'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_push_u8(msg: *mut OfpBuf, r#type: u16, value: u8) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { prepend(msg, r#type, &value.to_ne_bytes()) };
}

/// Prepends an attribute of type 'type' that holds the 16-bit integer 'value'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_push_u16(msg: *mut OfpBuf, r#type: u16, value: u16) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { prepend(msg, r#type, &value.to_ne_bytes()) };
}

/// Prepends an attribute of type 'type' that holds the 32-bit integer 'value'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_push_u32(msg: *mut OfpBuf, r#type: u16, value: u32) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { prepend(msg, r#type, &value.to_ne_bytes()) };
}

/// Prepends an attribute of type 'type' that holds the 64-bit integer 'value'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_push_u64(msg: *mut OfpBuf, r#type: u16, value: u64) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { prepend(msg, r#type, &value.to_ne_bytes()) };
}

/// Prepends an attribute of type 'type' that holds the 16-bit integer 'value', which is in
/// network byte order.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_push_be16(msg: *mut OfpBuf, r#type: u16, value: ovs_be16) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { prepend(msg, r#type, &value.to_ne_bytes()) };
}

/// Prepends an attribute of type 'type' that holds the 32-bit integer 'value', which is in
/// network byte order.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_push_be32(msg: *mut OfpBuf, r#type: u16, value: ovs_be32) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { prepend(msg, r#type, &value.to_ne_bytes()) };
}

/// Prepends an attribute of type 'type' that holds the 64-bit integer 'value', which is in
/// network byte order.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_push_be64(msg: *mut OfpBuf, r#type: u16, value: ovs_be64) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { prepend(msg, r#type, &value.to_ne_bytes()) };
}

/// Prepends an attribute of type 'type' that holds the string 'value' with its NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_push_string(msg: *mut OfpBuf, r#type: u16, value: *const c_char) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { prepend(msg, r#type, CStr::from_ptr(value).to_bytes_with_nul()) };
}

/// Appends the header of a nested attribute of type 'type'. The attributes appended next are its
/// payload, until nl_msg_end_nested() is called. Returns the offset of the header in 'msg', for
/// nl_msg_end_nested().
///
/// Does not set the flag NLA_F_NESTED in the type. Since Linux 5.2, the kernel requires the flag in
/// requests of newer protocols and families, and otherwise refuses the request with EINVAL: in
/// those of the generic netlink family "ethtool", for example. nlsock_msg_start_nested() sets the
/// flag. It can also be a part of 'type'. Older kernels ignore it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_start_nested(msg: *mut OfpBuf, r#type: u16) -> usize {
    // SAFETY: the caller's contract (see `ffi`).
    message::start_nested(unsafe { Buf::from_ptr(msg) }, r#type)
}

/// Ends the attribute that nl_msg_start_nested() started at 'offset': sets its length, so that
/// everything appended since is its payload. The length, header included, must not exceed 65535
/// bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_end_nested(msg: *mut OfpBuf, offset: usize) {
    // SAFETY: the caller's contract (see `ffi`).
    message::end_nested(unsafe { Buf::from_ptr(msg) }, offset);
}

/// Appends an attribute of type 'type' that contains a copy of the 'size' bytes of attributes at
/// 'data', and padding up to a multiple of 4. The padding counts in the length of the attribute.
/// That length, header included, must not exceed 65535 bytes. Does not set the flag NLA_F_NESTED,
/// which can be a part of 'type': see nl_msg_start_nested().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_put_nested(
    msg: *mut OfpBuf,
    r#type: u16,
    data: *const c_void,
    size: usize,
) {
    // SAFETY: the caller's contract (see `ffi`).
    let msg = unsafe { Buf::from_ptr(msg) };
    let offset = message::start_nested(msg, r#type);
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { message::add(msg, Side::Tail, data.cast(), size) };
    message::end_nested(msg, offset);
}

/// Removes the first message from 'buffer' and makes 'msg' a view of it. 'msg' need not be
/// initialised.
///
/// # Return value
/// The header of the message. Null if 'buffer' does not start with a whole message; then 'buffer'
/// is emptied, and 'msg' has neither data nor size.
///
/// # Ownership
/// The message stays in the memory of 'buffer': 'msg' is valid until that memory is changed or
/// freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_next(buffer: *mut OfpBuf, msg: *mut OfpBuf) -> *mut nlmsghdr {
    // SAFETY: the caller's contract (see `ffi`).
    let (buffer, msg) = unsafe { (Buf::from_ptr(buffer), Buf::from_ptr(msg)) };
    // Read this first, since 'buffer' and 'msg' may be the same structure.
    let header = buffer.data().cast();
    if message::next(buffer, msg) { header } else { null_mut() }
}
