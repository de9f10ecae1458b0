//! Types whose C declaration is not generated: enumerations with aliases or attributes that
//! cbindgen cannot express (written by hand in the headers), and other headers' names.
//!
//! The C enumerations are integers here, since nothing keeps a C caller from storing a value
//! that no enumerator has.

#![allow(non_camel_case_types)]

/// `enum ofpbuf_source`, one byte.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OfpbufSource(pub u8);

impl OfpbufSource {
    /// From malloc(): may be reallocated, and is freed.
    pub const MALLOC: Self = Self(0);
    /// Memory that cannot move.
    pub const STACK: Self = Self(1);
    /// Starts in memory that is not ours, may move to the heap.
    pub const STUB: Self = Self(2);
    /// Memory of DPDK. Flavours without it never say so.
    pub const DPDK: Self = Self(3);
}

/// `enum nl_attr_type`.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NlAttrType(pub u32);

/// A `bool` that C sets: nothing keeps it from storing another byte than 0 or 1.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CBool(pub u8);

impl CBool {
    /// Whether it is set.
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
