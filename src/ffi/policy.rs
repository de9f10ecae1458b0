// SPDX-License-Identifier: Apache-2.0
//! netlink.h: checking attributes against policies.

use super::attr;
use crate::abi::NlPolicy;
use crate::abi::foreign::nlattr;
use crate::assert::c_assert;
use crate::buffer::Buf;
use crate::flavour::OfpBuf;
use crate::host::log::log_limited;
use crate::wire::{self, AttrProblem};

/// Logs a problem with attributes. Aborts if the problem is the caller's: a policy of an unknown
/// type.
#[cold]
#[inline(never)]
pub(crate) fn report(problem: AttrProblem) {
    c_assert!(
        problem != AttrProblem::BadPolicy,
        "nl_attr_validate",
        "policy->type < N_NL_ATTR_TYPES"
    );
    log_limited!(MESSAGE, Dbg, "{problem}");
}

/// Returns whether the payload of 'nla' satisfies 'policy': its size is within the bounds, and, for
/// NL_A_STRING, its only NUL is at its end. The presence of the attribute is not checked.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_attr_validate(nla: *const nlattr, policy: *const NlPolicy) -> bool {
    // SAFETY: the caller's contract (see `ffi`). If the policy is NL_A_NO_ATTR, even the length of
    // `nla` may be wrong, so it is not looked at.
    let result = unsafe {
        let policy = &*policy;
        if policy.r#type == crate::abi::NlAttrType::NO_ATTR {
            return true;
        }
        wire::validate(attr::kind(nla), attr::payload(nla), policy)
    };
    result.inspect_err(|&problem| report(problem)).is_ok()
}

/// Parses the attributes that follow the first 'offset' bytes of 'msg'. 'policy' and 'attrs' are
/// arrays of 'n_attrs' elements, which are indexed by attribute type. Stores in each element of
/// 'attrs' a pointer to the last attribute of the element's type, or null if there is none. Skips
/// attributes whose type is 'n_attrs' or more, and those whose policy is NL_A_NO_ATTR.
///
/// # Return value
/// True if 'msg' has at least 'offset' bytes, only whole attributes follow them, all attributes
/// satisfy their policies, and none is missing unless its policy is optional. Otherwise false;
/// 'attrs' then holds what was found up to the failure.
///
/// # Ownership
/// The attributes stay in the memory of 'msg'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_policy_parse(
    msg: *const OfpBuf,
    offset: usize,
    policy: *const NlPolicy,
    attrs: *mut *mut nlattr,
    n_attrs: usize,
) -> bool {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe {
        let msg = Buf::from_ptr(msg);
        msg.data().expose_provenance();
        parse(msg.bytes(), offset, policy, attrs, n_attrs)
    }
}

/// Does the same as nl_policy_parse() for the attributes in the payload of 'nla'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_parse_nested(
    nla: *const nlattr,
    policy: *const NlPolicy,
    attrs: *mut *mut nlattr,
    n_attrs: usize,
) -> bool {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe {
        let _ = nla.expose_provenance();
        parse(attr::payload(nla), 0, policy, attrs, n_attrs)
    }
}

/// Parses `bytes` after the first `offset` of them: see nl_policy_parse().
///
/// # Safety
/// The arrays have `n_attrs` elements. The provenance of `bytes` has been exposed.
#[inline(always)]
unsafe fn parse(
    bytes: &[u8],
    offset: usize,
    policy: *const NlPolicy,
    attrs: *mut *mut nlattr,
    n_attrs: usize,
) -> bool {
    // If `n_attrs` is 0, the arrays may be null.
    let (policies, slots): (&[NlPolicy], &mut [*mut nlattr]) = match n_attrs {
        0 => (&[], &mut []),
        // SAFETY: the caller's promise. `attrs` may be uninitialised, so it is written first.
        n => unsafe {
            attrs.write_bytes(0, n);
            (core::slice::from_raw_parts(policy, n), core::slice::from_raw_parts_mut(attrs, n))
        },
    };
    // Callers may do more with the pointers that they get than read the payload. So these pointers
    // have the provenance of the callers' own memory.
    let slot = |attr: wire::Attr<'_>| {
        let header = attr.payload.as_ptr().wrapping_sub(wire::ATTR_HEADER);
        core::ptr::with_exposed_provenance_mut(header.addr())
    };
    wire::parse(bytes, offset, policies, slots, slot, report)
}
