// SPDX-License-Identifier: Apache-2.0
//! Building messages: appending and prepending headers and attributes. Also [`next`], which takes
//! the first message out of a buffer.

use crate::abi::foreign::{genlmsghdr, nlattr, nlmsghdr};
use crate::assert::c_assert;
use crate::buffer::Buf;
use crate::flavour::MAX_PAYLOAD;
use crate::memory;
use crate::wire::{ATTR_HEADER, GENL_HEADER, HEADER, Header, Messages};

/// The greatest value of an attribute's length field.
const MAX_ATTR: usize = 65535;

/// Where something is added to a message.
#[derive(Clone, Copy)]
pub(crate) enum Side {
    /// At the end of the message.
    Tail,
    /// At the start of the message.
    Head,
}

/// Adds `size` uninitialised bytes to a message, and after them zeros up to a multiple of 4.
/// Returns the address of the first byte.
#[inline]
pub(crate) fn add_uninit(message: Buf<'_>, side: Side, size: usize) -> *mut u8 {
    // If the padded size exceeds SIZE_MAX, an assertion fails in the calls below.
    let padded = size.checked_next_multiple_of(4).unwrap_or(usize::MAX);
    let start = match side {
        Side::Tail => message.put_uninit(padded),
        Side::Head => message.push_uninit(padded),
    };
    if padded != size {
        // SAFETY: the buffer has just made room for `padded` bytes at `start`.
        unsafe { start.add(size).write_bytes(0, padded - size) };
    }
    start
}

/// Adds a copy of the `size` bytes at `data` to a message, and after it zeros up to a multiple of
/// 4.
///
/// # Safety
/// Unless `size` is 0, the bytes at `data` can be read and are not part of the message.
#[inline]
pub(crate) unsafe fn add(message: Buf<'_>, side: Side, data: *const u8, size: usize) {
    let to = add_uninit(message, side, size);
    // SAFETY: the caller's promise; `add_uninit` made the room.
    unsafe { memory::copy(data, to, size) };
}

/// Adds an attribute with a payload of `size` uninitialised bytes. Returns the address of the
/// payload.
#[inline]
pub(crate) fn add_attr_uninit(message: Buf<'_>, side: Side, kind: u16, size: usize) -> *mut u8 {
    let fits = !oversized(size);
    match side {
        Side::Tail => c_assert!(fits, "nl_msg_put_unspec_uninit", "!nl_attr_oversized(size)"),
        Side::Head => c_assert!(fits, "nl_msg_push_unspec_uninit", "!nl_attr_oversized(size)"),
    }
    let start = add_uninit(message, side, ATTR_HEADER + size);
    let header = nlattr { nla_len: (ATTR_HEADER + size) as u16, nla_type: kind };
    // SAFETY: `add_uninit` made the room. The address may be unaligned.
    unsafe { start.cast::<nlattr>().write_unaligned(header) };
    start.wrapping_add(ATTR_HEADER)
}

/// Adds an attribute that holds `payload`.
#[inline]
pub(crate) fn add_attr(message: Buf<'_>, side: Side, kind: u16, payload: &[u8]) {
    // SAFETY: the bytes of a slice can be read. No slice contains memory that a buffer may write
    // to.
    unsafe { add_attr_raw(message, side, kind, payload.as_ptr(), payload.len()) };
}

/// Adds an attribute that holds a copy of the `size` bytes at `data`.
///
/// # Safety
/// Unless `size` is 0, the bytes at `data` can be read and are not part of the message.
#[inline]
pub(crate) unsafe fn add_attr_raw(
    message: Buf<'_>,
    side: Side,
    kind: u16,
    data: *const u8,
    size: usize,
) {
    let to = add_attr_uninit(message, side, kind, size);
    // SAFETY: the caller's promise; `add_attr_uninit` made the room.
    unsafe { memory::copy(data, to, size) };
}

/// Makes sure that `size` bytes and their padding can be appended without reallocation.
pub(crate) fn reserve(message: Buf<'_>, size: usize) {
    message.prealloc_tailroom(size.checked_next_multiple_of(4).unwrap_or(usize::MAX));
}

/// Appends a message header to an empty buffer, and makes sure that `expected_payload` more bytes
/// fit. The length, the sequence number and the port id are 0 until the message is sent.
pub(crate) fn put_header(message: Buf<'_>, expected_payload: usize, kind: u16, flags: u16) {
    c_assert!(message.size() == 0, "nl_msg_put_nlmsghdr", "ofpbuf_size(msg) == 0");
    reserve(message, expected_payload.saturating_add(HEADER));
    let header =
        nlmsghdr { nlmsg_len: 0, nlmsg_type: kind, nlmsg_flags: flags, nlmsg_seq: 0, nlmsg_pid: 0 };
    let to = message.put_uninit(HEADER).cast::<nlmsghdr>();
    // SAFETY: `put_uninit` made the room. The address may be unaligned.
    unsafe { to.write_unaligned(header) };
}

/// Appends a generic netlink header.
pub(crate) fn put_genl_header(message: Buf<'_>, cmd: u8, version: u8) {
    let header = genlmsghdr { cmd, version, reserved: 0 };
    let to = message.put_uninit(GENL_HEADER).cast::<genlmsghdr>();
    // SAFETY: `put_uninit` made the room. The address may be unaligned.
    unsafe { to.write_unaligned(header) };
}

/// Appends the header of a nested attribute, and returns the header's offset. What is appended next
/// becomes the payload of the attribute, until [`end_nested`] is called with that offset.
#[inline]
pub(crate) fn start_nested(message: Buf<'_>, kind: u16) -> usize {
    let offset = message.size();
    add_attr(message, Side::Tail, kind, &[]);
    offset
}

/// Ends the nested attribute whose header is at `offset`: sets its length, so that everything after
/// the header is its payload.
#[inline]
pub(crate) fn end_nested(message: Buf<'_>, offset: usize) {
    let attr = message.at(offset, ATTR_HEADER);
    c_assert!(!attr.is_null(), "nl_msg_end_nested", "offset + NLA_HDRLEN <= ofpbuf_size(msg)");
    let length = message.size() - offset;
    c_assert!(length <= MAX_ATTR, "nl_msg_end_nested", "ofpbuf_size(msg) - offset <= UINT16_MAX");
    // SAFETY: the header is within the message; its length comes first.
    unsafe { attr.cast::<u16>().write_unaligned(length as u16) };
}

/// Removes the first message from `buffer` and makes `message` a view of it. If `buffer` does not
/// start with a whole message, empties both buffers and returns false.
pub(crate) fn next(buffer: Buf<'_>, message: Buf<'_>) -> bool {
    if let Some(header) = Header::parse(buffer.bytes()) {
        let length = header.length as usize;
        if length >= HEADER && length <= buffer.size() {
            message.use_const(buffer.data(), length);
            buffer.pull(length);
            return true;
        }
    }
    buffer.clear();
    empty(message);
    false
}

/// Removes the messages for which `keep` is false from the datagram in `buffer`. Bytes at the end
/// that are not a whole message stay.
#[cold]
pub(crate) fn retain(buffer: Buf<'_>, keep: impl Fn(Header) -> bool) {
    let (data, size) = (buffer.data(), buffer.size());
    let (mut from, mut to) = (0, 0);
    while let Some(rest) = buffer.bytes().get(from..size).filter(|rest| !rest.is_empty()) {
        let header = Messages::new(rest).next().map(|(header, _)| header);
        let whole = header.map_or(rest.len(), |header| header.length as usize);
        let piece = whole.next_multiple_of(4).min(rest.len());
        if header.is_none_or(&keep) {
            // SAFETY: both places are within the datagram, and nothing else refers to it.
            unsafe { data.add(from).copy_to(data.add(to), piece) };
            to += piece;
        }
        from += piece;
    }
    buffer.set_size(to);
}

/// Makes `message` empty: the data pointer is null, the size is 0.
pub(crate) fn empty(message: Buf<'_>) {
    message.set_data(core::ptr::null_mut());
    message.set_size(0);
}

/// Whether a payload of this size is too large for one attribute.
#[inline]
pub(crate) fn oversized(payload: usize) -> bool {
    payload > MAX_PAYLOAD
}

/// Sets the length, the sequence number and the port id in a message's header. Asserts that there
/// is a header. Returns its flags.
///
/// # Safety
/// The memory of `message`, which C passes as const, may be written.
#[inline]
pub(crate) unsafe fn finalize(message: Buf<'_>, seq: u32, port: u32) -> u16 {
    let header = header(message);
    // SAFETY: the caller's promise. The address may be unaligned.
    unsafe {
        (&raw mut (*header).nlmsg_len).write_unaligned(message.size() as u32);
        (&raw mut (*header).nlmsg_seq).write_unaligned(seq);
        (&raw mut (*header).nlmsg_pid).write_unaligned(port);
        (&raw const (*header).nlmsg_flags).read_unaligned()
    }
}

/// The header of a message. Asserts that there is one.
#[inline]
pub(crate) fn header(message: Buf<'_>) -> *mut nlmsghdr {
    let header = message.at(0, HEADER);
    c_assert!(!header.is_null(), "nl_msg_nlmsghdr", "NLMSG_HDRLEN <= ofpbuf_size(msg)");
    header.cast()
}
