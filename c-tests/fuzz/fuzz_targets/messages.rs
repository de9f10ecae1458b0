// SPDX-License-Identifier: Apache-2.0
//! Any bytes as a datagram of messages: taking it apart, verdicts, extended acknowledgements, and
//! how the log shows them.

#![no_main]

use libfuzzer_sys::fuzz_target;
use nlsock_fuzz::entry::{self, Fields, log_everything, ofpbuf};
use nlsock_fuzz::flavour::functions::message::nl_msg_nlmsgerr;
use nlsock_fuzz::ffi::message::{nl_msg_genlmsghdr, nl_msg_next, nl_msg_nlmsghdr};
use nlsock_fuzz::ffi::ofpbuf::ofpbuf_use_const;
use nlsock_fuzz::input::{Input, Placed};

const HEADER: usize = 16;
const EPROTO: i32 = 71;

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_ne_bytes(*bytes[at..].first_chunk().unwrap())
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_ne_bytes(*bytes[at..].first_chunk().unwrap())
}

/// The length of the message that `bytes` start with, if it is whole.
fn whole(bytes: &[u8]) -> Option<usize> {
    let length = (bytes.len() >= HEADER).then(|| u32_at(bytes, 0) as usize)?;
    (HEADER..=bytes.len()).contains(&length).then_some(length)
}

/// What a verdict is as an errno value.
fn verdict(message: &[u8]) -> Option<i32> {
    (u16_at(message, 4) == 2).then(|| match message.get(HEADER..HEADER + 4) {
        Some(code) if message.len() >= HEADER + 20 => match u32_at(code, 0).cast_signed() {
            0 => 0,
            code if code < 0 && code != i32::MIN => -code,
            _ => EPROTO,
        },
        _ => EPROTO,
    })
}

/// Takes messages off a buffer, one behind the other.
fn take_apart(bytes: &[u8], mut each: impl FnMut(&[u8])) {
    let (mut buffer, mut msg) = (ofpbuf(), ofpbuf());
    let mut at = 0;
    // SAFETY: the memory lives as long as the buffers.
    unsafe {
        ofpbuf_use_const(&raw mut buffer, bytes.as_ptr().cast(), bytes.len());
        loop {
            let header = nl_msg_next(&raw mut buffer, &raw mut msg);
            let Some(length) = whole(&bytes[at..]) else {
                assert!(header.is_null() && Fields::data(&msg).is_null());
                assert_eq!((Fields::size(&buffer), Fields::size(&msg)), (0, 0));
                return;
            };
            let message = &bytes[at..at + length];
            assert_eq!(header.cast_const().cast(), message.as_ptr());
            assert_eq!(Fields::data(&msg).cast_const().cast(), message.as_ptr());
            assert_eq!(Fields::size(&msg), length);

            assert_eq!(nl_msg_nlmsghdr(&msg), header);
            let genl = if length < HEADER + 4 { 0 } else { header.addr() + HEADER };
            assert_eq!(nl_msg_genlmsghdr(&msg).addr(), genl);
            let mut error = -1;
            #[cfg(not(feature = "ovs3"))]
            let is_verdict = nl_msg_nlmsgerr(&msg, &raw mut error);
            #[cfg(feature = "ovs3")]
            let is_verdict = {
                let mut text = core::ptr::null();
                let is_verdict = nl_msg_nlmsgerr(&msg, &raw mut error, &raw mut text);
                if !text.is_null() {
                    let text = core::ffi::CStr::from_ptr(text).to_bytes_with_nul().as_ptr_range();
                    let message = message.as_ptr_range();
                    assert!(error > 0 && message.start < text.start && text.end <= message.end);
                }
                is_verdict
            };
            assert_eq!(is_verdict.then_some(error), verdict(message));
            assert!(is_verdict || error == -1);
            each(message);

            at += length;
            assert_eq!(Fields::size(&buffer), bytes.len() - at);
        }
    }
}

/// The messages of a datagram start at multiples of 4.
fn check_datagram(bytes: &[u8]) {
    let mut expected = Vec::new();
    let mut rest = bytes;
    while let Some(length) = whole(rest) {
        expected.push(length);
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    assert_eq!(entry::messages(bytes), (expected, rest.len()));
}

fn check_path(request: &[u8], offset: usize) {
    let (types, depth) = entry::path(request, offset);
    if depth > 0 {
        assert!(offset >= HEADER && offset + 4 <= request.len());
        let kind = u16_at(request, offset + 2) & 0x3fff;
        assert!(types.get(depth - 1).is_none_or(|&last| last == kind));
    }
}

fn check_extack(message: &[u8], request: &[u8]) {
    let Some(said) = entry::extack(message, request) else { return };
    assert_eq!(said.error, 1);
    assert!(said.n_path as usize <= said.path.len());
    assert_eq!(said.message.last(), Some(&0));
    assert!(said.missing || said.missing_type == 0);
    // The attributes that say so are not before the code.
    assert!(message.len() >= HEADER + 4 && u16_at(message, 6) & 0x200 != 0);
    check_path(request, said.offset as usize);
}

fuzz_target!(|data: &[u8]| {
    log_everything();
    let mut input = Input::new(data);
    let odd = input.flag();
    let protocol = i32::from(input.byte() % 20);
    let offset = input.size();
    let size = input.size();
    let request = Placed::new(input.bytes(size), odd);
    let datagram = Placed::new(input.rest(), odd);

    check_datagram(datagram.bytes());
    check_path(request.bytes(), offset);
    take_apart(datagram.bytes(), |message| {
        let line = entry::describe(message, protocol);
        assert!(line.starts_with("nl(") && !line.contains(['\n', '\0']));
        check_extack(message, request.bytes());
        // Of a truncated message, the start.
        let start = &message[..offset.min(message.len())];
        entry::describe(start, protocol);
        if start.len() >= HEADER {
            check_extack(start, request.bytes());
        }
    });
});
