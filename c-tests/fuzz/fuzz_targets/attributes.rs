// SPDX-License-Identifier: Apache-2.0
//! Any bytes as attributes, under any policies, against a model.

#![no_main]

use core::ptr::{null, null_mut};
use libfuzzer_sys::fuzz_target;
use nlsock_fuzz::abi::foreign::nlattr;
use nlsock_fuzz::abi::{CBool, NlAttrType, NlPolicy};
use nlsock_fuzz::entry::{Fields, log_everything, ofpbuf};
use nlsock_fuzz::ffi::attr::*;
use nlsock_fuzz::ffi::ofpbuf::ofpbuf_use_const;
use nlsock_fuzz::ffi::policy::{nl_attr_validate, nl_parse_nested, nl_policy_parse};
use nlsock_fuzz::input::{Input, Placed};

/// An attribute, by where its header starts.
#[derive(Clone, Copy)]
struct Found {
    offset: usize,
    kind: u16,
    length: usize,
}

impl Found {
    fn payload(self, bytes: &[u8]) -> &[u8] {
        &bytes[self.offset + 4..self.offset + self.length]
    }
}

/// The attributes among `bytes`, and how many bytes are left.
fn walk(bytes: &[u8]) -> (Vec<Found>, usize) {
    let mut found = Vec::new();
    let mut offset = 0;
    loop {
        let left = bytes.len() - offset;
        if left < 4 {
            return (found, left);
        }
        let u16_at = |at| usize::from(u16::from_ne_bytes([bytes[at], bytes[at + 1]]));
        let length = u16_at(offset);
        if length < 4 || length > left {
            return (found, left);
        }
        found.push(Found { offset, kind: (u16_at(offset + 2) & 0x3fff) as u16, length });
        let padded = length.div_ceil(4) * 4;
        offset += if padded > left { length } else { padded };
    }
}

/// The types from STRING on have other numbers in each interface. A string's only NUL is at its
/// end.
#[cfg(not(feature = "ovs3"))]
fn own_bounds(kind: u32) -> (usize, usize) {
    match kind {
        6 => (1, usize::MAX),
        _ => (0, usize::MAX),
    }
}
#[cfg(not(feature = "ovs3"))]
const N_TYPES: u8 = 9;

#[cfg(feature = "ovs3")]
fn own_bounds(kind: u32) -> (usize, usize) {
    match kind {
        6 | 9 => (16, 16),
        7 => (1, usize::MAX),
        11 => (6, 20),
        _ => (0, usize::MAX),
    }
}
#[cfg(feature = "ovs3")]
const N_TYPES: u8 = 12;

fn is_valid(payload: &[u8], policy: &NlPolicy) -> bool {
    let (min, max) = match policy.r#type.0 {
        0 => return true,
        2 => (1, 1),
        3 => (2, 2),
        4 => (4, 4),
        5 => (8, 8),
        kind => own_bounds(kind),
    };
    let min = if policy.min_len != 0 { policy.min_len } else { min };
    let max = if policy.max_len != 0 { policy.max_len } else { max };
    let size = payload.len();
    let nul = payload.iter().position(|&byte| byte == 0);
    let is_string = policy.r#type == NlAttrType::STRING;
    size >= min && size <= max && (!is_string || nul.is_some_and(|at| at + 1 == size))
}

/// The result of parsing, and the offset of what is found of each type.
fn model(bytes: &[u8], policies: &[NlPolicy]) -> (bool, Vec<Option<usize>>) {
    let mut slots = vec![None; policies.len()];
    let (found, left) = walk(bytes);
    for attr in found {
        let Some(policy) = policies.get(usize::from(attr.kind)) else { continue };
        if policy.r#type.0 == 0 {
            continue;
        }
        if !is_valid(attr.payload(bytes), policy) {
            return (false, slots);
        }
        slots[usize::from(attr.kind)] = Some(attr.offset);
    }
    let complete = policies
        .iter()
        .zip(&slots)
        .all(|(policy, slot)| policy.r#type.0 == 0 || policy.optional.get() || slot.is_some());
    (left == 0 && complete, slots)
}

/// A policy within the contract: a type that does not exist is an error of the caller, unless both
/// bounds are given.
fn policy(input: &mut Input<'_>) -> NlPolicy {
    let kind = input.byte();
    let [min_len, max_len] = [(); 2].map(|()| match input.byte() {
        255 => input.u64() as usize,
        254 => usize::MAX,
        size => usize::from(size),
    });
    let exists = min_len == 0 || max_len == 0;
    let kind = if exists { kind % N_TYPES } else { kind };
    NlPolicy {
        r#type: NlAttrType(kind.into()),
        min_len,
        max_len,
        optional: CBool(input.byte() & 2),
    }
}

/// What the attributes of a message have in common.
struct Attributes<'a> {
    /// Its bytes, where they lie.
    bytes: &'a [u8],
    policies: &'a [NlPolicy],
}

impl Attributes<'_> {
    fn at(&self, offset: usize) -> *const nlattr {
        self.bytes.as_ptr().wrapping_add(offset).cast()
    }

    /// Compares the result of parsing with the model's.
    fn check(&self, result: bool, slots: &[*mut nlattr]) {
        let (expected, offsets) = model(self.bytes, self.policies);
        assert_eq!(result, expected);
        for (slot, offset) in slots.iter().zip(offsets) {
            assert_eq!(slot.cast_const(), offset.map_or(null(), |offset| self.at(offset)));
        }
    }

    /// Reads each attribute in every way that its size allows.
    fn read(&self, depth: usize) {
        for found in walk(self.bytes).0 {
            let nla = self.at(found.offset);
            let payload = found.payload(self.bytes);
            // SAFETY: a whole attribute, with as much payload as each function asks for.
            unsafe {
                assert_eq!(nl_attr_type(nla), found.kind.into());
                assert_eq!(nl_attr_get_size(nla), payload.len());
                assert_eq!(nl_attr_get(nla).cast(), payload.as_ptr());
                assert_eq!(nl_attr_get_unspec(nla, payload.len()).cast(), payload.as_ptr());
                assert!(nl_attr_get_flag(nla));
                if let Some(bytes) = payload.first_chunk() {
                    assert_eq!(nl_attr_get_u8(nla).to_ne_bytes(), *bytes);
                }
                if let Some(bytes) = payload.first_chunk() {
                    assert_eq!(nl_attr_get_u16(nla).to_ne_bytes(), *bytes);
                    assert_eq!(nl_attr_get_be16(nla).to_ne_bytes(), *bytes);
                }
                if let Some(bytes) = payload.first_chunk() {
                    assert_eq!(nl_attr_get_u32(nla).to_ne_bytes(), *bytes);
                    assert_eq!(nl_attr_get_be32(nla).to_ne_bytes(), *bytes);
                    assert_eq!(nl_attr_get_odp_port(nla).to_ne_bytes(), *bytes);
                }
                if let Some(bytes) = payload.first_chunk() {
                    assert_eq!(nl_attr_get_u64(nla).to_ne_bytes(), *bytes);
                    assert_eq!(nl_attr_get_be64(nla).to_ne_bytes(), *bytes);
                }
                if payload.contains(&0) {
                    assert_eq!(nl_attr_get_string(nla).cast(), payload.as_ptr());
                }
                let mut nested = ofpbuf();
                nl_attr_get_nested(nla, &raw mut nested);
                assert_eq!(Fields::data(&nested).cast_const().cast(), payload.as_ptr());
                assert_eq!(Fields::size(&nested), payload.len());
                for policy in self.policies {
                    assert_eq!(nl_attr_validate(nla, policy), is_valid(payload, policy));
                }
                let inner = Attributes { bytes: payload, policies: self.policies };
                let mut slots = vec![null_mut(); self.policies.len()];
                let (policies, n) = (self.policies.as_ptr(), slots.len());
                inner.check(nl_parse_nested(nla, policies, slots.as_mut_ptr(), n), &slots);
                for kind in [0, 1, found.kind] {
                    assert_eq!(nl_attr_find_nested(nla, kind), inner.first(kind));
                }
                if depth > 0 {
                    inner.read(depth - 1);
                }
            }
        }
    }

    /// The first of a type.
    fn first(&self, kind: u16) -> *const nlattr {
        let found = walk(self.bytes).0.into_iter().find(|attr| attr.kind == kind);
        found.map_or(null(), |attr| self.at(attr.offset))
    }
}

fuzz_target!(|data: &[u8]| {
    log_everything();
    let mut input = Input::new(data);
    let odd = input.flag();
    let offset = input.size();
    let kind = input.u16();
    let policies: Vec<NlPolicy> = (0..input.byte() % 17).map(|_| policy(&mut input)).collect();
    let placed = Placed::new(input.rest(), odd);
    let bytes = placed.bytes();

    let mut msg = ofpbuf();
    // What `slots` holds before is garbage.
    let mut slots = vec![null_mut::<nlattr>().wrapping_byte_add(1); policies.len()];
    // SAFETY: the memory lives as long as the buffer, and the arrays have as many elements.
    unsafe {
        ofpbuf_use_const(&raw mut msg, bytes.as_ptr().cast(), bytes.len());
        let n = policies.len();
        let result = nl_policy_parse(&msg, offset, policies.as_ptr(), slots.as_mut_ptr(), n);
        let Some(bytes) = bytes.get(offset..) else {
            assert!(!result && slots.iter().all(|slot| slot.is_null()));
            assert!(nl_attr_find(&msg, offset, kind).is_null());
            return;
        };
        let attributes = Attributes { bytes, policies: &policies };
        attributes.check(result, &slots);
        for kind in [0, 1, 2, 3, kind] {
            let first = attributes.first(kind);
            assert_eq!(nl_attr_find(&msg, offset, kind), first);
            assert_eq!(nl_attr_find__(attributes.at(0), bytes.len(), kind), first);
        }
        attributes.read(2);
    }
});
