// SPDX-License-Identifier: Apache-2.0
//! Compares the checking of policies with a model that follows the specification.

use crate::abi::{CBool, NlAttrType, NlPolicy};
use crate::wire::{Attr, AttrProblem, Attrs, parse};
use proptest::collection::vec;
use proptest::prelude::*;

/// The policies to test with, as plain values: type, bounds, optional.
type Rule = (NlAttrType, usize, usize, bool);

/// The types that all interface versions have.
const KINDS: [NlAttrType; 9] = [
    NlAttrType::NO_ATTR,
    NlAttrType::UNSPEC,
    NlAttrType::U8,
    NlAttrType::U16,
    NlAttrType::U32,
    NlAttrType::U64,
    NlAttrType::STRING,
    NlAttrType::FLAG,
    NlAttrType::NESTED,
];

fn rule() -> impl Strategy<Value = Rule> {
    let bound = || prop_oneof![3 => Just(0usize), 1 => 0..10usize];
    let kind = (0..KINDS.len()).prop_map(|i| KINDS[i]);
    (kind, bound(), bound(), any::<bool>())
}

fn policy(&(kind, min_len, max_len, optional): &Rule) -> NlPolicy {
    NlPolicy { r#type: kind, min_len, max_len, optional: CBool(optional.into()) }
}

/// Attributes with payloads of 0 to 9 bytes, often a string.
fn message() -> impl Strategy<Value = Vec<u8>> {
    let payload = prop_oneof![
        vec(any::<u8>(), 0..10),
        vec(1..255u8, 0..9).prop_map(|mut text| {
            text.push(0);
            text
        }),
    ];
    let attrs = vec((0..12u16, any::<bool>(), payload), 0..6);
    (attrs, vec(any::<u8>(), 0..3)).prop_map(|(attrs, garbage)| {
        let mut bytes = Vec::new();
        for (kind, nested, payload) in attrs {
            bytes.extend((4 + payload.len() as u16).to_ne_bytes());
            bytes.extend((kind | if nested { 0x8000 } else { 0 }).to_ne_bytes());
            bytes.extend(&payload);
            bytes.resize(bytes.len().next_multiple_of(4), 0);
        }
        bytes.extend(garbage);
        bytes
    })
}

fn payload_is_valid(payload: &[u8], &(kind, min, max, _): &Rule) -> bool {
    let (own_min, own_max) = match kind {
        NlAttrType::U8 => (1, 1),
        NlAttrType::U16 => (2, 2),
        NlAttrType::U32 => (4, 4),
        NlAttrType::U64 => (8, 8),
        NlAttrType::STRING => (1, usize::MAX),
        _ => (0, usize::MAX),
    };
    let min = if min > 0 { min } else { own_min };
    let max = if max > 0 { max } else { own_max };
    let nul_at_end =
        payload.iter().position(|&byte| byte == 0) == Some(payload.len().wrapping_sub(1));
    payload.len() >= min && payload.len() <= max && (kind != NlAttrType::STRING || nul_at_end)
}

/// Whether the attributes satisfy the rules, and which attribute each type got.
fn model(bytes: &[u8], rules: &[Rule]) -> (bool, Vec<Option<usize>>) {
    let mut found = vec![None; rules.len()];
    let mut attrs = Attrs::new(bytes);
    for attr in attrs.by_ref() {
        let Some(rule) = rules.get(attr.kind as usize).filter(|rule| rule.0 != NlAttrType::NO_ATTR)
        else {
            continue;
        };
        if !payload_is_valid(attr.payload, rule) {
            return (false, found);
        }
        found[attr.kind as usize] = Some(attr.offset);
    }
    let complete = rules
        .iter()
        .zip(&found)
        .all(|(rule, found)| rule.0 == NlAttrType::NO_ATTR || rule.3 || found.is_some());
    (attrs.left() == 0 && complete, found)
}

proptest! {
    #[test]
    fn parsing_agrees_with_the_model(
        rules in vec(rule(), 0..10),
        header in vec(any::<u8>(), 0..24),
        message in message(),
    ) {
        let policies: Vec<NlPolicy> = rules.iter().map(policy).collect();
        let mut whole = header.clone();
        whole.extend(&message);
        let mut slots = vec![None; rules.len()];
        let valid = parse(&whole, header.len(), &policies, &mut slots, Some::<Attr<'_>>, |_| {});
        let (expected, found) = model(&message, &rules);
        prop_assert_eq!(valid, expected);
        let offsets: Vec<_> = slots.iter().map(|slot| slot.map(|attr| attr.offset)).collect();
        prop_assert_eq!(offsets, found);
    }

    #[test]
    fn a_message_shorter_than_its_headers_is_invalid(size in 0..20usize, beyond in 1..20usize) {
        let mut noted = None;
        let mut slots = [Some(Attr { offset: 1, kind: 1, payload: &[] })];
        let policies = [policy(&(NlAttrType::UNSPEC, 0, 0, true))];
        let bytes = vec![0; size];
        let note = |problem| noted = Some(problem);
        let valid = parse(&bytes, size + beyond, &policies, &mut slots, Some, note);
        prop_assert!(!valid);
        prop_assert_eq!(noted, Some(AttrProblem::MissingHeaders));
        prop_assert_eq!(slots, [None]);
    }
}
