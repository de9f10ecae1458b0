// SPDX-License-Identifier: Apache-2.0
//! Types whose C declarations are not generated from this source. Hand-written headers declare the
//! enumerations, because cbindgen cannot express their aliases and attributes, and the small
//! integer types. The other types are from headers of the system.
//!
//! The C enumerations are integers here, since a C caller may store a number that no enumerator
//! has.

#![allow(non_camel_case_types)]

/// `enum ofpbuf_source`, one byte.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OfpbufSource(pub u8);

impl OfpbufSource {
    /// Memory from malloc(). The buffer may reallocate it, and frees it.
    pub const MALLOC: Self = Self(0);
    /// Memory of the caller's. The data cannot move elsewhere, so the buffer cannot grow.
    pub const STACK: Self = Self(1);
    /// Memory of the caller's. If the buffer grows, its data moves to memory from malloc().
    pub const STUB: Self = Self(2);
    /// Memory of a packet buffer of DPDK. Only the interface of 2014 has such buffers.
    pub const DPDK: Self = Self(3);
}

/// `enum nl_attr_type`: what the payload of an attribute is. The constants whose numbers differ
/// between interface versions are in `flavour`.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NlAttrType(pub u32);

impl NlAttrType {
    /// No requirements: the attribute is skipped.
    pub const NO_ATTR: Self = Self(0);
    /// Any payload.
    pub const UNSPEC: Self = Self(1);
    /// One byte.
    pub const U8: Self = Self(2);
    /// Two bytes in either byte order.
    pub const U16: Self = Self(3);
    /// Four bytes in either byte order.
    pub const U32: Self = Self(4);
    /// Eight bytes in either byte order.
    pub const U64: Self = Self(5);

    /// The least and the greatest payload size of an attribute type, if the type is one of the
    /// constants above. None for another type.
    #[inline]
    pub(crate) const fn common_bounds(self) -> Option<(usize, usize)> {
        Some(match self {
            Self::NO_ATTR | Self::UNSPEC => (0, usize::MAX),
            Self::U8 => (1, 1),
            Self::U16 => (2, 2),
            Self::U32 => (4, 4),
            Self::U64 => (8, 8),
            _ => return None,
        })
    }
}

/// A `bool` that C sets. The byte may be another than 0 or 1; in a `bool` of Rust, that is not
/// allowed.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CBool(pub u8);

impl CBool {
    /// Whether the value is true in C: not 0.
    pub fn get(self) -> bool {
        self.0 != 0
    }
}

/// Big-endian 16-bit integer.
pub type ovs_be16 = u16;
/// Big-endian 32-bit integer.
pub type ovs_be32 = u32;
/// Big-endian 64-bit integer.
pub type ovs_be64 = u64;
/// Port number of a datapath.
pub type odp_port_t = u32;

pub use libc::{genlmsghdr, in6_addr, nlattr, nlmsghdr};
