//! netlink.h: checking attributes against policies.

use super::attr;
use crate::abi::NlPolicy;
use crate::abi::foreign::nlattr;
use crate::assert::c_assert;
use crate::buffer::Buf;
use crate::flavour::OfpBuf;
use crate::host::log::log_limited;
use crate::wire::{self, AttrProblem};

/// Tells the log what is odd about attributes; a policy that is itself wrong ends the process.
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

/// Returns whether the payload of 'nla' is what 'policy' asks for: its size within the bounds, and
/// a string's only NUL at its end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_attr_validate(nla: *const nlattr, policy: *const NlPolicy) -> bool {
    // SAFETY: the rule of the C boundary. A policy of NL_A_NO_ATTR accepts even a bad length.
    let result = unsafe {
        let policy = &*policy;
        if policy.r#type == crate::abi::NlAttrType::NO_ATTR {
            return true;
        }
        wire::validate(attr::kind(nla), attr::payload(nla), policy)
    };
    result.inspect_err(|&problem| report(problem)).is_ok()
}

/// Parses the attributes in 'msg' behind its first 'offset' bytes. 'policy' and 'attrs' have an
/// element for each type less than 'n_attrs'; other types are skipped, and those whose policy is
/// NL_A_NO_ATTR. Stores in 'attrs' a pointer to the last attribute of each type, or null.
///
/// Returns whether all satisfy their policies, nothing else follows them, and none that is required
/// is missing. On failure, 'attrs' holds what was found so far.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_policy_parse(
    msg: *const OfpBuf,
    offset: usize,
    policy: *const NlPolicy,
    attrs: *mut *mut nlattr,
    n_attrs: usize,
) -> bool {
    // SAFETY: the rule of the C boundary.
    unsafe {
        let msg = Buf::from_ptr(msg);
        msg.data().expose_provenance();
        parse(msg.bytes(), offset, policy, attrs, n_attrs)
    }
}

/// nl_policy_parse() of the payload of 'nla'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_parse_nested(
    nla: *const nlattr,
    policy: *const NlPolicy,
    attrs: *mut *mut nlattr,
    n_attrs: usize,
) -> bool {
    // SAFETY: the rule of the C boundary.
    unsafe {
        nla.expose_provenance();
        parse(attr::payload(nla), 0, policy, attrs, n_attrs)
    }
}

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
    // Arrays without elements may be null.
    let (policies, slots): (&[NlPolicy], &mut [*mut nlattr]) = match n_attrs {
        0 => (&[], &mut []),
        // SAFETY: the caller's promise. What `attrs` held before is overwritten first.
        n => unsafe {
            attrs.write_bytes(0, n);
            (core::slice::from_raw_parts(policy, n), core::slice::from_raw_parts_mut(attrs, n))
        },
    };
    // Callers may do more with what they get than read the payload: it is their own memory, with the
    // provenance that they gave.
    let slot = |attr: wire::Attr<'_>| {
        let header = attr.payload.as_ptr().wrapping_sub(wire::ATTR_HEADER);
        core::ptr::with_exposed_provenance_mut(header.addr())
    };
    wire::parse(bytes, offset, policies, slots, slot, report)
}
