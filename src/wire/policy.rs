// SPDX-License-Identifier: Apache-2.0
//! Checking attributes against policies (`struct nl_policy`).

use super::{Attr, Attrs};
use crate::abi::{NlAttrType, NlPolicy};
use core::ffi::c_uint;
use core::fmt;

/// A problem with attributes. `kind` is the attribute's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AttrProblem {
    /// The payload is smaller or larger than the policy allows.
    Length { kind: u16, size: usize, min: usize, max: usize },
    /// A string does not end in NUL.
    NoNul { kind: u16 },
    /// A string has a NUL before its end.
    EarlyNul { kind: u16 },
    /// There was an attribute of the same type before. This is not an error: the last one counts.
    Duplicate { kind: u16 },
    /// The message ends before its attributes start.
    MissingHeaders,
    /// The last attribute is followed by bytes that are not an attribute.
    Garbage,
    /// A required attribute is missing.
    Missing { kind: usize },
    /// The policy has a type that does not exist. That is an error of the caller, not of the
    /// message.
    BadPolicy,
}

impl fmt::Display for AttrProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { kind, size, min, max } => {
                write!(f, "attr {kind} length {size} not in allowed range {min}...{max}")
            }
            Self::NoNul { kind } => write!(f, "attr {kind} lacks null at end"),
            Self::EarlyNul { kind } => write!(f, "attr {kind} has bad length"),
            Self::Duplicate { kind } => write!(f, "duplicate attr {kind}"),
            Self::MissingHeaders => write!(f, "missing headers in nl_policy_parse"),
            Self::Garbage => write!(f, "attributes followed by garbage"),
            Self::Missing { kind } => write!(f, "required attr {kind} missing"),
            Self::BadPolicy => write!(f, "policy of unknown type"),
        }
    }
}

/// The least and the greatest payload size that a policy allows.
#[inline]
fn bounds(policy: &NlPolicy) -> Result<(usize, usize), AttrProblem> {
    let (min, max) = (policy.min_len, policy.max_len);
    if min != 0 && max != 0 {
        return Ok((min, max));
    }
    let (own_min, own_max) = policy.r#type.own_bounds().ok_or(AttrProblem::BadPolicy)?;
    Ok((if min == 0 { own_min } else { min }, if max == 0 { own_max } else { max }))
}

/// For each attribute type that restricts nothing but the size of the payload: the greatest size,
/// and the difference between the greatest and the least size. [`NO_SIZE`] for other types. A
/// payload has less than 64 KiB, so `u32::MAX` stands for no limit.
static SIZES: [(u32, u32); 16] = {
    let mut sizes = [NO_SIZE; 16];
    let mut rest: &mut [_] = &mut sizes;
    let mut kind = 0;
    while let [size, others @ ..] = rest {
        let this = NlAttrType(kind as c_uint);
        if let (Some((min, max)), false) = (this.own_bounds(), kind == NO_ATTR || kind == STRING) {
            *size = (max as u32, (max - min) as u32);
        }
        rest = others;
        kind += 1;
    }
    sizes
};
const NO_ATTR: usize = NlAttrType::NO_ATTR.0 as usize;
const STRING: usize = NlAttrType::STRING.0 as usize;
/// Bounds that no payload satisfies.
const NO_SIZE: (u32, u32) = (u32::MAX, 0);

/// A quick check for the common case. If true, a payload of this size satisfies the policy. If
/// false, only [`validate`] can tell.
#[inline]
fn surely_valid(size: usize, policy: &NlPolicy) -> bool {
    policy.min_len | policy.max_len == 0
        && SIZES
            .get(policy.r#type.0 as usize)
            .is_some_and(|&(most, less)| most.wrapping_sub(size as u32) <= less)
}

/// Checks the payload of an attribute of type `kind` against a policy.
#[inline(never)]
pub(crate) fn validate(kind: u16, payload: &[u8], policy: &NlPolicy) -> Result<(), AttrProblem> {
    if policy.r#type == NlAttrType::NO_ATTR {
        return Ok(());
    }
    let (min, max) = bounds(policy)?;
    let size = payload.len();
    if size < min || size > max {
        return Err(AttrProblem::Length { kind, size, min, max });
    }
    if policy.r#type == NlAttrType::STRING {
        return match payload.split_last() {
            Some((0, text)) if text.contains(&0) => Err(AttrProblem::EarlyNul { kind }),
            Some((0, _)) => Ok(()),
            _ => Err(AttrProblem::NoNul { kind }),
        };
    }
    Ok(())
}

/// An element of the array in which [`parse`] stores the attributes it found.
pub(crate) trait Slot<'a>: Copy {
    /// Stands for no attribute.
    const EMPTY: Self;
    fn is_empty(&self) -> bool;
}

impl<'a> Slot<'a> for Option<Attr<'a>> {
    const EMPTY: Self = None;
    fn is_empty(&self) -> bool {
        self.is_none()
    }
}

impl<T> Slot<'_> for *mut T {
    const EMPTY: Self = core::ptr::null_mut();
    #[inline]
    fn is_empty(&self) -> bool {
        self.is_null()
    }
}

/// Parses the attributes that follow the first `offset` bytes of `message`. `policies` and `slots`
/// are indexed by attribute type. `slot` converts an attribute to the element that is stored in
/// `slots`.
///
/// Passes each problem to `report`. Returns whether the attributes satisfy the policies.
#[inline(always)]
pub(crate) fn parse<'a, S: Slot<'a>>(
    message: &'a [u8],
    offset: usize,
    policies: &[NlPolicy],
    slots: &mut [S],
    slot: impl Fn(Attr<'a>) -> S,
    mut report: impl FnMut(AttrProblem),
) -> bool {
    slots.fill(S::EMPTY);
    let Some(bytes) = message.get(offset..) else {
        report(AttrProblem::MissingHeaders);
        return false;
    };
    // With slices of the same length, the compiler checks each attribute's type against one length
    // only.
    let n = slots.len().min(policies.len());
    let (policies, slots) =
        (policies.get(..n).unwrap_or(&[]), slots.get_mut(..n).unwrap_or(&mut []));
    let mut attrs = Attrs::new(bytes);
    for attr in &mut attrs {
        let kind = attr.kind as usize;
        let (Some(policy), Some(found)) = (policies.get(kind), slots.get_mut(kind)) else {
            continue;
        };
        if !surely_valid(attr.payload.len(), policy) {
            if policy.r#type == NlAttrType::NO_ATTR {
                continue;
            }
            if let Err(problem) = validate(attr.kind, attr.payload, policy) {
                report(problem);
                return false;
            }
        }
        if !found.is_empty() {
            report(AttrProblem::Duplicate { kind: attr.kind });
        }
        *found = slot(attr);
    }
    if attrs.left() > 0 {
        report(AttrProblem::Garbage);
        return false;
    }
    if let Some(kind) = missing(policies, slots) {
        report(AttrProblem::Missing { kind });
        return false;
    }
    true
}

/// Whether an attribute is required and missing.
#[inline]
fn is_missing<'a, S: Slot<'a>>((policy, found): (&NlPolicy, &S)) -> bool {
    // `optional` is checked first, since most policies in a long table are optional.
    !policy.optional.get() && found.is_empty() && policy.r#type != NlAttrType::NO_ATTR
}

/// The first elements of a slice, and the others, whose number is a multiple of four.
#[inline(always)]
fn split_fours<T>(slice: &[T]) -> (&[T], &[T]) {
    slice.split_at_checked(slice.len() % 4).unwrap_or_default()
}

/// The first type whose attribute is required and missing.
#[inline(always)]
fn missing<'a, S: Slot<'a>>(policies: &[NlPolicy], slots: &[S]) -> Option<usize> {
    // Check four elements at a time, since that takes fewer instructions. The up to three elements
    // that do not make four are at the start.
    let (odd_policies, fours_of_policies) = split_fours(policies);
    let (odd_slots, fours_of_slots) = split_fours(slots);
    let four = |(policies, slots): (&[NlPolicy], &[S])| {
        let (policies, slots) = (policies.first_chunk::<4>(), slots.first_chunk::<4>());
        policies
            .zip(slots)
            .is_some_and(|(policies, slots)| policies.iter().zip(slots).any(is_missing))
    };
    let any = odd_policies.iter().zip(odd_slots).any(is_missing)
        || fours_of_policies.chunks_exact(4).zip(fours_of_slots.chunks_exact(4)).any(four);
    if any { first_missing(policies, slots) } else { None }
}

#[cold]
#[inline(never)]
fn first_missing<'a, S: Slot<'a>>(policies: &[NlPolicy], slots: &[S]) -> Option<usize> {
    policies.iter().zip(slots).position(is_missing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::CBool;

    fn policy(kind: NlAttrType, min_len: usize, max_len: usize) -> NlPolicy {
        NlPolicy { r#type: kind, min_len, max_len, optional: CBool(0) }
    }

    #[test]
    fn own_lengths() {
        let cases = [
            (NlAttrType::UNSPEC, 0, usize::MAX),
            (NlAttrType::U8, 1, 1),
            (NlAttrType::U16, 2, 2),
            (NlAttrType::U32, 4, 4),
            (NlAttrType::U64, 8, 8),
            (NlAttrType::FLAG, 0, usize::MAX),
            (NlAttrType::NESTED, 0, usize::MAX),
        ];
        for (kind, min, max) in cases {
            for size in 0..12 {
                let ok = size >= min && size <= max;
                let result = validate(1, &[1; 12][..size], &policy(kind, 0, 0));
                assert_eq!(result.is_ok(), ok, "{kind:?} {size}");
            }
        }
    }

    #[test]
    fn what_is_surely_valid_is_valid() {
        for kind in (0..20).map(NlAttrType) {
            let its_own = policy(kind, 0, 0);
            // Of the others, validate() alone knows.
            let only_size_matters = kind.own_bounds().is_some()
                && kind != NlAttrType::NO_ATTR
                && kind != NlAttrType::STRING;
            for size in (0..40).chain([0xffff - 4]) {
                let valid = validate(1, &vec![1; size], &its_own).is_ok();
                let expected = only_size_matters && valid;
                assert_eq!(surely_valid(size, &its_own), expected, "{kind:?} {size}");
                assert!(!surely_valid(size, &policy(kind, 1, 0)));
                assert!(!surely_valid(size, &policy(kind, 4, 4)));
                assert!(!surely_valid(size, &policy(kind, 0, 1)));
            }
        }
    }

    #[test]
    fn the_first_that_is_missing_is_found_wherever_it_is() {
        let found = Some(Attr { offset: 0, kind: 0, payload: &[] });
        for n in 0..14 {
            let policies: Vec<_> = (0..n).map(|_| policy(NlAttrType::UNSPEC, 0, 0)).collect();
            assert_eq!(missing(&policies, &vec![found; n]), None);
            for first in 0..n {
                let mut slots = vec![found; n];
                slots[first] = None;
                slots[n - 1] = None;
                assert_eq!(missing(&policies, &slots), Some(first), "{n}");
            }
        }
    }

    #[test]
    fn strings_end_in_their_only_nul() {
        let string = policy(NlAttrType::STRING, 0, 0);
        assert_eq!(validate(3, b"ab\0", &string), Ok(()));
        assert_eq!(validate(3, b"\0", &string), Ok(()));
        assert_eq!(validate(3, b"ab", &string), Err(AttrProblem::NoNul { kind: 3 }));
        assert_eq!(validate(3, b"a\0b\0", &string), Err(AttrProblem::EarlyNul { kind: 3 }));
        let empty = AttrProblem::Length { kind: 3, size: 0, min: 1, max: usize::MAX };
        assert_eq!(validate(3, b"", &string), Err(empty));
    }

    #[test]
    fn a_type_that_does_not_exist_matters_only_for_its_own_lengths() {
        assert_eq!(validate(1, &[0], &policy(NlAttrType(99), 0, 0)), Err(AttrProblem::BadPolicy));
        assert_eq!(validate(1, &[0], &policy(NlAttrType(99), 1, 0)), Err(AttrProblem::BadPolicy));
        assert_eq!(validate(1, &[0], &policy(NlAttrType(99), 1, 1)), Ok(()));
        assert_eq!(validate(1, &[0; 9], &policy(NlAttrType::NO_ATTR, 1, 1)), Ok(()));
    }

    #[test]
    fn problems_read_as_the_log_has_them() {
        let problem = AttrProblem::Length { kind: 3, size: 5, min: 1, max: 4 };
        assert_eq!(problem.to_string(), "attr 3 length 5 not in allowed range 1...4");
        assert_eq!(AttrProblem::Missing { kind: 7 }.to_string(), "required attr 7 missing");
    }
}
