//! netlink.h: building messages and taking them apart.

use crate::abi::foreign::{genlmsghdr, nlmsghdr, odp_port_t, ovs_be16, ovs_be32, ovs_be64};
use crate::buffer::Buf;
use crate::flavour::OfpBuf;
use crate::host::log;
use crate::message::{self, Side};
use crate::wire::{GENL_HEADER, HEADER, Header, KernelError, kernel_error};
use core::ffi::{CStr, c_char, c_int, c_void};
use core::ptr::null_mut;

/// Returns the header of 'msg', which must hold one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_nlmsghdr(msg: *const OfpBuf) -> *mut nlmsghdr {
    // SAFETY: the rule of this module.
    message::header(unsafe { Buf::from_ptr(msg) })
}

/// Returns the generic netlink header behind the header of 'msg'; null if 'msg' is too short.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_genlmsghdr(msg: *const OfpBuf) -> *mut genlmsghdr {
    // SAFETY: the rule of this module.
    unsafe { Buf::from_ptr(msg) }.at(HEADER, GENL_HEADER).cast()
}

/// The code of an NLMSG_ERROR message, having told of what is wrong with it; none of others.
pub(crate) fn error_code(msg: Buf<'_>) -> Option<c_int> {
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

/// Makes sure that 'size' bytes and their padding can be added without reallocation.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_reserve(msg: *mut OfpBuf, size: usize) {
    // SAFETY: the rule of this module.
    message::reserve(unsafe { Buf::from_ptr(msg) }, size);
}

/// Puts a message header into 'msg', which must be empty, and makes room for 'expected_payload'
/// bytes more (an estimate; may be 0). 'type' and 'flags' are cut to 16 bits. Length, sequence
/// number and port id are 0 until the message is sent.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_put_nlmsghdr(
    msg: *mut OfpBuf,
    expected_payload: usize,
    r#type: u32,
    flags: u32,
) {
    // SAFETY: the rule of this module.
    let msg = unsafe { Buf::from_ptr(msg) };
    message::put_header(msg, expected_payload, r#type as u16, flags as u16);
}

/// Puts a message header and a generic netlink header into 'msg', which must be empty. 'family' is
/// a number from nl_lookup_genl_family(). For the rest see nl_msg_put_nlmsghdr().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_put_genlmsghdr(
    msg: *mut OfpBuf,
    expected_payload: usize,
    family: c_int,
    flags: u32,
    cmd: u8,
    version: u8,
) {
    // SAFETY: the rule of this module.
    let msg = unsafe { Buf::from_ptr(msg) };
    let expected_payload = expected_payload.saturating_add(GENL_HEADER);
    message::put_header(msg, expected_payload, family as u16, flags as u16);
    message::put_genl_header(msg, cmd, version);
}

/// Adds a copy of the 'size' bytes at 'data', and padding, at the end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_put(msg: *mut OfpBuf, data: *const c_void, size: usize) {
    // SAFETY: the rule of this module.
    unsafe { message::add(Buf::from_ptr(msg), Side::Tail, data.cast(), size) };
}

/// Adds 'size' uninitialised bytes, and padding, at the end. Returns the first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_put_uninit(msg: *mut OfpBuf, size: usize) -> *mut c_void {
    // SAFETY: the rule of this module.
    message::add_uninit(unsafe { Buf::from_ptr(msg) }, Side::Tail, size).cast()
}

/// Adds a copy of the 'size' bytes at 'data', and padding behind them, at the start.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_push(msg: *mut OfpBuf, data: *const c_void, size: usize) {
    // SAFETY: the rule of this module.
    unsafe { message::add(Buf::from_ptr(msg), Side::Head, data.cast(), size) };
}

/// Adds 'size' uninitialised bytes, and padding behind them, at the start. Returns the first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_push_uninit(msg: *mut OfpBuf, size: usize) -> *mut c_void {
    // SAFETY: the rule of this module.
    message::add_uninit(unsafe { Buf::from_ptr(msg) }, Side::Head, size).cast()
}

/// Adds an attribute with 'size' zero bytes of payload at the end. Returns the first. Padded, the
/// attribute must not pass 65535 bytes: see nl_attr_oversized().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_put_unspec_zero(
    msg: *mut OfpBuf,
    r#type: u16,
    size: usize,
) -> *mut c_void {
    // SAFETY: the rule of this module; the bytes are new.
    unsafe {
        let payload = message::add_attr_uninit(Buf::from_ptr(msg), Side::Tail, r#type, size);
        payload.write_bytes(0, size);
        payload.cast()
    }
}

/// Adds an attribute with 'size' uninitialised bytes of payload at the end. Returns the first.
/// Padded, the attribute must not pass 65535 bytes: see nl_attr_oversized().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_put_unspec_uninit(
    msg: *mut OfpBuf,
    r#type: u16,
    size: usize,
) -> *mut c_void {
    // SAFETY: the rule of this module.
    let msg = unsafe { Buf::from_ptr(msg) };
    message::add_attr_uninit(msg, Side::Tail, r#type, size).cast()
}

/// Adds an attribute with a copy of the 'size' bytes at 'data' as payload at the end. 'data' may
/// be null if 'size' is 0. For the limit see nl_msg_put_unspec_uninit().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_put_unspec(
    msg: *mut OfpBuf,
    r#type: u16,
    data: *const c_void,
    size: usize,
) {
    // SAFETY: the rule of this module.
    unsafe { message::add_attr_raw(Buf::from_ptr(msg), Side::Tail, r#type, data.cast(), size) };
}

/// Adds an attribute without payload at the end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_put_flag(msg: *mut OfpBuf, r#type: u16) {
    // SAFETY: the rule of this module.
    message::add_attr(unsafe { Buf::from_ptr(msg) }, Side::Tail, r#type, &[]);
}

/// Adds an attribute with an 8-bit integer at the end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_put_u8(msg: *mut OfpBuf, r#type: u16, value: u8) {
    // SAFETY: the rule of this module.
    let msg = unsafe { Buf::from_ptr(msg) };
    message::add_attr(msg, Side::Tail, r#type, &value.to_ne_bytes());
}

/// Adds an attribute with a 16-bit integer in host order at the end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_put_u16(msg: *mut OfpBuf, r#type: u16, value: u16) {
    // SAFETY: the rule of this module.
    let msg = unsafe { Buf::from_ptr(msg) };
    message::add_attr(msg, Side::Tail, r#type, &value.to_ne_bytes());
}

/// Adds an attribute with a 32-bit integer in host order at the end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_put_u32(msg: *mut OfpBuf, r#type: u16, value: u32) {
    // SAFETY: the rule of this module.
    let msg = unsafe { Buf::from_ptr(msg) };
    message::add_attr(msg, Side::Tail, r#type, &value.to_ne_bytes());
}

/// Adds an attribute with a 64-bit integer in host order at the end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_put_u64(msg: *mut OfpBuf, r#type: u16, value: u64) {
    // SAFETY: the rule of this module.
    let msg = unsafe { Buf::from_ptr(msg) };
    message::add_attr(msg, Side::Tail, r#type, &value.to_ne_bytes());
}

/// Adds an attribute with a 16-bit integer in network order at the end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_put_be16(msg: *mut OfpBuf, r#type: u16, value: ovs_be16) {
    // SAFETY: the rule of this module.
    let msg = unsafe { Buf::from_ptr(msg) };
    message::add_attr(msg, Side::Tail, r#type, &value.to_ne_bytes());
}

/// Adds an attribute with a 32-bit integer in network order at the end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_put_be32(msg: *mut OfpBuf, r#type: u16, value: ovs_be32) {
    // SAFETY: the rule of this module.
    let msg = unsafe { Buf::from_ptr(msg) };
    message::add_attr(msg, Side::Tail, r#type, &value.to_ne_bytes());
}

/// Adds an attribute with a 64-bit integer in network order at the end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_put_be64(msg: *mut OfpBuf, r#type: u16, value: ovs_be64) {
    // SAFETY: the rule of this module.
    let msg = unsafe { Buf::from_ptr(msg) };
    message::add_attr(msg, Side::Tail, r#type, &value.to_ne_bytes());
}

/// Adds an attribute with a datapath port number at the end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_put_odp_port(msg: *mut OfpBuf, r#type: u16, value: odp_port_t) {
    // SAFETY: the rule of this module.
    let msg = unsafe { Buf::from_ptr(msg) };
    message::add_attr(msg, Side::Tail, r#type, &value.to_ne_bytes());
}

/// Adds an attribute with the string 'value', NUL included, at the end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_put_string(msg: *mut OfpBuf, r#type: u16, value: *const c_char) {
    // SAFETY: the rule of this module.
    let (msg, value) = unsafe { (Buf::from_ptr(msg), CStr::from_ptr(value)) };
    message::add_attr(msg, Side::Tail, r#type, value.to_bytes_with_nul());
}

/// Adds an attribute with 'size' uninitialised bytes of payload at the start. Returns the first.
/// Padded, the attribute must not pass 65535 bytes: see nl_attr_oversized().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_push_unspec_uninit(
    msg: *mut OfpBuf,
    r#type: u16,
    size: usize,
) -> *mut c_void {
    // SAFETY: the rule of this module.
    let msg = unsafe { Buf::from_ptr(msg) };
    message::add_attr_uninit(msg, Side::Head, r#type, size).cast()
}

/// Adds an attribute with a copy of the 'size' bytes at 'data' as payload at the start. 'data' may
/// be null if 'size' is 0. For the limit see nl_msg_push_unspec_uninit().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_push_unspec(
    msg: *mut OfpBuf,
    r#type: u16,
    data: *const c_void,
    size: usize,
) {
    // SAFETY: the rule of this module.
    unsafe { message::add_attr_raw(Buf::from_ptr(msg), Side::Head, r#type, data.cast(), size) };
}

/// Adds an attribute without payload at the start.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_push_flag(msg: *mut OfpBuf, r#type: u16) {
    // SAFETY: the rule of this module.
    message::add_attr(unsafe { Buf::from_ptr(msg) }, Side::Head, r#type, &[]);
}

/// Adds an attribute with an 8-bit integer at the start.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_push_u8(msg: *mut OfpBuf, r#type: u16, value: u8) {
    // SAFETY: the rule of this module.
    let msg = unsafe { Buf::from_ptr(msg) };
    message::add_attr(msg, Side::Head, r#type, &value.to_ne_bytes());
}

/// Adds an attribute with a 16-bit integer in host order at the start.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_push_u16(msg: *mut OfpBuf, r#type: u16, value: u16) {
    // SAFETY: the rule of this module.
    let msg = unsafe { Buf::from_ptr(msg) };
    message::add_attr(msg, Side::Head, r#type, &value.to_ne_bytes());
}

/// Adds an attribute with a 32-bit integer in host order at the start.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_push_u32(msg: *mut OfpBuf, r#type: u16, value: u32) {
    // SAFETY: the rule of this module.
    let msg = unsafe { Buf::from_ptr(msg) };
    message::add_attr(msg, Side::Head, r#type, &value.to_ne_bytes());
}

/// Adds an attribute with a 64-bit integer in host order at the start.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_push_u64(msg: *mut OfpBuf, r#type: u16, value: u64) {
    // SAFETY: the rule of this module.
    let msg = unsafe { Buf::from_ptr(msg) };
    message::add_attr(msg, Side::Head, r#type, &value.to_ne_bytes());
}

/// Adds an attribute with a 16-bit integer in network order at the start.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_push_be16(msg: *mut OfpBuf, r#type: u16, value: ovs_be16) {
    // SAFETY: the rule of this module.
    let msg = unsafe { Buf::from_ptr(msg) };
    message::add_attr(msg, Side::Head, r#type, &value.to_ne_bytes());
}

/// Adds an attribute with a 32-bit integer in network order at the start.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_push_be32(msg: *mut OfpBuf, r#type: u16, value: ovs_be32) {
    // SAFETY: the rule of this module.
    let msg = unsafe { Buf::from_ptr(msg) };
    message::add_attr(msg, Side::Head, r#type, &value.to_ne_bytes());
}

/// Adds an attribute with a 64-bit integer in network order at the start.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_push_be64(msg: *mut OfpBuf, r#type: u16, value: ovs_be64) {
    // SAFETY: the rule of this module.
    let msg = unsafe { Buf::from_ptr(msg) };
    message::add_attr(msg, Side::Head, r#type, &value.to_ne_bytes());
}

/// Adds an attribute with the string 'value', NUL included, at the start.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_push_string(msg: *mut OfpBuf, r#type: u16, value: *const c_char) {
    // SAFETY: the rule of this module.
    let (msg, value) = unsafe { (Buf::from_ptr(msg), CStr::from_ptr(value)) };
    message::add_attr(msg, Side::Head, r#type, value.to_bytes_with_nul());
}

/// Adds the header of an attribute whose payload is put next. Returns what nl_msg_end_nested()
/// needs.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_start_nested(msg: *mut OfpBuf, r#type: u16) -> usize {
    // SAFETY: the rule of this module.
    message::start_nested(unsafe { Buf::from_ptr(msg) }, r#type)
}

/// Ends the attribute that nl_msg_start_nested() started at 'offset'. What was put since must not
/// pass 65535 bytes, header included.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_end_nested(msg: *mut OfpBuf, offset: usize) {
    // SAFETY: the rule of this module.
    message::end_nested(unsafe { Buf::from_ptr(msg) }, offset);
}

/// Adds an attribute whose payload is a copy of the 'size' bytes of attributes at 'data', padding
/// included.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_put_nested(
    msg: *mut OfpBuf,
    r#type: u16,
    data: *const c_void,
    size: usize,
) {
    // SAFETY: the rule of this module.
    let msg = unsafe { Buf::from_ptr(msg) };
    let offset = message::start_nested(msg, r#type);
    // SAFETY: the rule of this module.
    unsafe { message::add(msg, Side::Tail, data.cast(), size) };
    message::end_nested(msg, offset);
}

/// Takes the first message off 'buffer' and makes 'msg' a view of it, good while the memory of
/// 'buffer' stays. Returns its header. If 'buffer' does not start with a whole message, empties
/// both and returns null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_next(buffer: *mut OfpBuf, msg: *mut OfpBuf) -> *mut nlmsghdr {
    // SAFETY: the rule of this module.
    let (buffer, msg) = unsafe { (Buf::from_ptr(buffer), Buf::from_ptr(msg)) };
    // Before the pull: the two may be one.
    let header = buffer.data().cast();
    if message::next(buffer, msg) { header } else { null_mut() }
}
