// SPDX-License-Identifier: Apache-2.0
//! `struct nl_policy`, which callers fill in.

use super::foreign::{CBool, NlAttrType};

/// Requirements on an attribute. An attribute whose policy is all zeros (type NL_A_NO_ATTR) is
/// skipped.
#[repr(C)]
#[derive(Debug)]
pub struct NlPolicy {
    /// The kind of payload that the attribute must have.
    pub r#type: NlAttrType,
    /// The least payload size in bytes; 0 means the least size that 'type' allows.
    pub min_len: usize,
    /// The greatest payload size in bytes; 0 means the greatest size that 'type' allows.
    pub max_len: usize,
    /// Whether the attribute may be missing.
    pub optional: CBool,
}
