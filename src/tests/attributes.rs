// SPDX-License-Identifier: Apache-2.0
//! Tests that reading a message finds the attributes that were put into it, and that any bytes can
//! be read.

use crate::buffer::Buf;
use crate::flavour::OfpBuf;
use crate::message::{self, Side};
use crate::wire::{Attrs, Messages};
use core::mem::MaybeUninit;
use proptest::collection::vec;
use proptest::prelude::*;

/// Runs `f` on a new buffer.
fn with_buffer<R>(f: impl FnOnce(Buf<'_>) -> R) -> R {
    let mut structure = MaybeUninit::<OfpBuf>::uninit();
    // SAFETY: the structure is ours.
    let b = unsafe { Buf::from_ptr(structure.as_mut_ptr()) };
    b.init(0);
    let result = f(b);
    b.uninit();
    result
}

type Plain = Vec<(u16, Vec<u8>)>;

fn attributes() -> impl Strategy<Value = Plain> {
    vec((0..0x4000u16, vec(any::<u8>(), 0..50)), 0..20)
}

fn found(bytes: &[u8]) -> Plain {
    Attrs::new(bytes).map(|attr| (attr.kind, attr.payload.to_vec())).collect()
}

proptest! {
    #[test]
    fn what_is_put_is_found(attributes in attributes()) {
        with_buffer(|b| {
            for (kind, payload) in &attributes {
                message::add_attr(b, Side::Tail, *kind, payload);
                prop_assert_eq!(b.size() % 4, 0);
            }
            prop_assert_eq!(found(b.bytes()), attributes);
            Ok(())
        })?;
    }

    #[test]
    fn what_is_pushed_is_found_in_reverse(mut attributes in attributes()) {
        with_buffer(|b| {
            for (kind, payload) in &attributes {
                message::add_attr(b, Side::Head, *kind, payload);
            }
            attributes.reverse();
            prop_assert_eq!(found(b.bytes()), attributes);
            Ok(())
        })?;
    }

    #[test]
    fn nested_attributes_are_one_attribute(outer in 0..0x4000u16, attributes in attributes()) {
        with_buffer(|b| {
            let offset = message::start_nested(b, outer);
            for (kind, payload) in &attributes {
                message::add_attr(b, Side::Tail, *kind, payload);
            }
            message::end_nested(b, offset);
            let all = found(b.bytes());
            prop_assert_eq!(all.len(), 1);
            prop_assert_eq!(all[0].0, outer);
            prop_assert_eq!(found(&all[0].1), attributes);
            Ok(())
        })?;
    }

    /// The model: goes through the attributes by their lengths, as netlink's specification
    /// describes it.
    #[test]
    fn any_bytes_are_walked_as_specified(bytes in vec(prop_oneof![0..12u8, any::<u8>()], 0..80)) {
        let mut expected = Vec::new();
        let mut rest = &bytes[..];
        while rest.len() >= 4 {
            let length = u16::from_ne_bytes([rest[0], rest[1]]) as usize;
            let kind = u16::from_ne_bytes([rest[2], rest[3]]) & 0x3fff;
            if length < 4 || length > rest.len() {
                break;
            }
            expected.push((kind, rest[4..length].to_vec()));
            let padded = length.div_ceil(4) * 4;
            rest = &rest[if padded <= rest.len() { padded } else { length }..];
        }
        let mut attrs = Attrs::new(&bytes);
        let walked: Plain = attrs.by_ref().map(|a| (a.kind, a.payload.to_vec())).collect();
        prop_assert_eq!(walked, expected);
        prop_assert_eq!(attrs.left(), rest.len());
    }

    #[test]
    fn any_datagram_is_cut_into_whole_messages(
        bytes in vec(prop_oneof![3 => Just(0u8), 1 => 0..40u8], 0..200),
    ) {
        let mut at = 0;
        for (header, message) in Messages::new(&bytes) {
            prop_assert_eq!(message, &bytes[at..at + header.length as usize]);
            prop_assert!(message.len() >= 16);
            at += message.len().next_multiple_of(4);
        }
    }
}
