//! The structure of netlink.h that callers fill in themselves.

use super::foreign::{CBool, NlAttrType};

/// What one attribute must look like. An all-zero policy (NL_A_NO_ATTR) skips the attribute.
#[repr(C)]
#[derive(Debug)]
pub struct NlPolicy {
    /// The kind of payload.
    pub r#type: NlAttrType,
    /// Least payload size in bytes; 0 for the type's own.
    pub min_len: usize,
    /// Greatest payload size in bytes; 0 for the type's own.
    pub max_len: usize,
    /// Whether the attribute may be missing.
    pub optional: CBool,
}
