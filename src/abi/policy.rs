//! `struct nl_policy`, which callers fill in.

use super::foreign::{CBool, NlAttrType};

/// Requirements on an attribute. A policy of zeros, whose type is NL_A_NO_ATTR, skips the
/// attribute.
#[repr(C)]
#[derive(Debug)]
pub struct NlPolicy {
    /// What the payload must be.
    pub r#type: NlAttrType,
    /// The least payload size in bytes; 0 means the least size of the type.
    pub min_len: usize,
    /// The greatest payload size in bytes; 0 means the greatest size of the type.
    pub max_len: usize,
    /// Whether the attribute may be missing.
    pub optional: CBool,
}
