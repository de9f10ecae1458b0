// SPDX-License-Identifier: Apache-2.0
//! netlink.h: reading attributes.
//!
//! Each function gets a pointer to an attribute, which may be unaligned. The functions rely on the
//! length field of the attribute: nothing else tells them how many bytes may be read.

use crate::abi::foreign::{nlattr, odp_port_t, ovs_be16, ovs_be32, ovs_be64};
use crate::assert::c_assert;
use crate::buffer::Buf;
use crate::flavour::OfpBuf;
use crate::message;
use crate::wire::{ATTR_HEADER, Attrs, TYPE_MASK};
use core::ffi::{c_char, c_int, c_void};
use core::ptr::null;

/// The value of the length field.
///
/// # Safety
/// `nla` points to an attribute's header.
#[inline]
pub(crate) unsafe fn length(nla: *const nlattr) -> usize {
    // SAFETY: the caller's promise.
    unsafe { (&raw const (*nla).nla_len).read_unaligned() as usize }
}

/// The type without its flags.
///
/// # Safety
/// `nla` points to an attribute's header.
#[inline]
pub(crate) unsafe fn kind(nla: *const nlattr) -> u16 {
    // SAFETY: the caller's promise.
    unsafe { (&raw const (*nla).nla_type).read_unaligned() & TYPE_MASK }
}

/// The address of the payload.
#[inline]
fn start(nla: *const nlattr) -> *const u8 {
    nla.cast::<u8>().wrapping_add(ATTR_HEADER)
}

/// The payload, as a slice.
///
/// # Safety
/// `nla` points to a whole attribute, which nothing changes while the slice exists.
#[inline]
pub(crate) unsafe fn payload<'a>(nla: *const nlattr) -> &'a [u8] {
    // SAFETY: the caller's promise. The assertion keeps the subtraction from wrapping.
    unsafe {
        let length = length(nla);
        c_assert!(length >= ATTR_HEADER, "nl_attr_get_size", "nla->nla_len >= NLA_HDRLEN");
        core::slice::from_raw_parts(start(nla), length - ATTR_HEADER)
    }
}

/// The first `N` bytes of the payload. Asserts that there are at least `N`.
///
/// # Safety
/// `nla` points to a whole attribute.
#[inline]
pub(crate) unsafe fn read<const N: usize>(nla: *const nlattr) -> [u8; N] {
    // SAFETY: the caller's promise, and the assertion.
    unsafe {
        c_assert!(
            length(nla) >= ATTR_HEADER + N,
            "nl_attr_get_unspec",
            "nla->nla_len >= NLA_HDRLEN + size"
        );
        start(nla).cast::<[u8; N]>().read()
    }
}

/// Returns whether a payload of 'payload_size' bytes is too large for one attribute. The comment at
/// the top of netlink.h states the limit.
#[unsafe(no_mangle)]
pub extern "C" fn nl_attr_oversized(payload_size: usize) -> bool {
    message::oversized(payload_size)
}

/// Returns the type of 'nla', without the flags NLA_F_NESTED and NLA_F_NET_BYTEORDER.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_attr_type(nla: *const nlattr) -> c_int {
    // SAFETY: the caller's contract (see `ffi`).
    c_int::from(unsafe { kind(nla) })
}

/// Returns the address of the payload of 'nla'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_attr_get(nla: *const nlattr) -> *const c_void {
    // SAFETY: the caller's contract (see `ffi`).
    let length = unsafe { length(nla) };
    c_assert!(length >= ATTR_HEADER, "nl_attr_get", "nla->nla_len >= NLA_HDRLEN");
    start(nla).cast()
}

/// Returns the size of the payload of 'nla', without padding.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_attr_get_size(nla: *const nlattr) -> usize {
    // SAFETY: the caller's contract (see `ffi`).
    let length = unsafe { length(nla) };
    c_assert!(length >= ATTR_HEADER, "nl_attr_get_size", "nla->nla_len >= NLA_HDRLEN");
    length - ATTR_HEADER
}

/// Returns the address of the payload of 'nla', which must have at least 'size' bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_attr_get_unspec(nla: *const nlattr, size: usize) -> *const c_void {
    // SAFETY: the caller's contract (see `ffi`).
    let length = unsafe { length(nla) };
    c_assert!(
        length.checked_sub(ATTR_HEADER).is_some_and(|payload| payload >= size),
        "nl_attr_get_unspec",
        "nla->nla_len >= NLA_HDRLEN + size"
    );
    start(nla).cast()
}

/// Returns whether 'nla' is nonnull: a flag is set if its attribute is present.
#[unsafe(no_mangle)]
pub extern "C" fn nl_attr_get_flag(nla: *const nlattr) -> bool {
    !nla.is_null()
}

/// Returns the 8-bit integer in the payload of 'nla', which must have at least 1 byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_attr_get_u8(nla: *const nlattr) -> u8 {
    // SAFETY: the caller's contract (see `ffi`).
    u8::from_ne_bytes(unsafe { read(nla) })
}

/// Returns the 16-bit integer in the payload of 'nla', which must have at least 2 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_attr_get_u16(nla: *const nlattr) -> u16 {
    // SAFETY: the caller's contract (see `ffi`).
    u16::from_ne_bytes(unsafe { read(nla) })
}

/// Returns the 32-bit integer in the payload of 'nla', which must have at least 4 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_attr_get_u32(nla: *const nlattr) -> u32 {
    // SAFETY: the caller's contract (see `ffi`).
    u32::from_ne_bytes(unsafe { read(nla) })
}

/// Returns the 64-bit integer in the payload of 'nla', which must have at least 8 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_attr_get_u64(nla: *const nlattr) -> u64 {
    // SAFETY: the caller's contract (see `ffi`).
    u64::from_ne_bytes(unsafe { read(nla) })
}

/// Returns the 16-bit integer in network byte order in the payload of 'nla', which must have at
/// least 2 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_attr_get_be16(nla: *const nlattr) -> ovs_be16 {
    // SAFETY: the caller's contract (see `ffi`).
    ovs_be16::from_ne_bytes(unsafe { read(nla) })
}

/// Returns the 32-bit integer in network byte order in the payload of 'nla', which must have at
/// least 4 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_attr_get_be32(nla: *const nlattr) -> ovs_be32 {
    // SAFETY: the caller's contract (see `ffi`).
    ovs_be32::from_ne_bytes(unsafe { read(nla) })
}

/// Returns the 64-bit integer in network byte order in the payload of 'nla', which must have at
/// least 8 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_attr_get_be64(nla: *const nlattr) -> ovs_be64 {
    // SAFETY: the caller's contract (see `ffi`).
    ovs_be64::from_ne_bytes(unsafe { read(nla) })
}

/// Returns the datapath port number in the payload of 'nla', which must have at least 4 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_attr_get_odp_port(nla: *const nlattr) -> odp_port_t {
    // SAFETY: the caller's contract (see `ffi`).
    odp_port_t::from_ne_bytes(unsafe { read(nla) })
}

/// Returns the string in the payload of 'nla', which must contain a NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_attr_get_string(nla: *const nlattr) -> *const c_char {
    // SAFETY: the caller's contract (see `ffi`).
    let length = unsafe { length(nla) };
    c_assert!(length > ATTR_HEADER, "nl_attr_get_string", "nla->nla_len > NLA_HDRLEN");
    // SAFETY: the caller's contract (see `ffi`).
    let text = unsafe { payload(nla) };
    c_assert!(
        text.contains(&0),
        "nl_attr_get_string",
        "memchr(nl_attr_get(nla), 0, nla->nla_len - NLA_HDRLEN)"
    );
    start(nla).cast()
}

/// Makes 'nested' a view of the payload of 'nla', so that the attributes in it can be read.
/// 'nested' need not be initialised.
///
/// # Ownership
/// The payload stays where it is: 'nested' is valid until the memory of 'nla' is changed or freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_attr_get_nested(nla: *const nlattr, nested: *mut OfpBuf) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { Buf::from_ptr(nested).use_const(start(nla), nl_attr_get_size(nla)) };
}

/// Returns the first attribute of type 'type' among the 'size' bytes of attributes at 'attrs',
/// which may be null. The search ends at an attribute that is not whole. Returns null if no such
/// attribute is found.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_attr_find__(
    attrs: *const nlattr,
    size: usize,
    r#type: u16,
) -> *const nlattr {
    if attrs.is_null() {
        return null();
    }
    // A caller who knows that the attribute is there may pass SIZE_MAX. No slice may be that long.
    let size = size.min(isize::MAX as usize);
    // SAFETY: the caller's contract (see `ffi`).
    let bytes = unsafe { core::slice::from_raw_parts(attrs.cast::<u8>(), size) };
    Attrs::new(bytes)
        .find(|attr| attr.kind == r#type)
        .map_or(null(), |attr| attrs.wrapping_byte_add(attr.offset))
}

/// Returns the first attribute of type 'type' after the first 'hdr_len' bytes of 'buf'. Returns
/// null if there is none, or if 'buf' has less than 'hdr_len' bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_attr_find(
    buf: *const OfpBuf,
    hdr_len: usize,
    r#type: u16,
) -> *const nlattr {
    // SAFETY: the caller's contract (see `ffi`).
    let buf = unsafe { Buf::from_ptr(buf) };
    match buf.size().checked_sub(hdr_len) {
        // SAFETY: the caller's contract (see `ffi`). `size` bytes follow the first `hdr_len`.
        Some(size) => unsafe { nl_attr_find__(buf.at(hdr_len, 0).cast(), size, r#type) },
        None => null(),
    }
}

/// Returns the first attribute of type 'type' in the payload of 'nla', or null if there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_attr_find_nested(nla: *const nlattr, r#type: u16) -> *const nlattr {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { nl_attr_find__(start(nla).cast(), nl_attr_get_size(nla), r#type) }
}
