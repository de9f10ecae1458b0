//! The flavour of Open vSwitch 3.1 (2.17 to 3.4).

mod dump;
pub mod functions;
mod ofpbuf;
mod values;

pub use dump::NlDump;
pub use ofpbuf::OfpBuf;
pub use values::{eth_addr, ib_addr, ovs_be128, ovs_u128};

use crate::abi::{NlAttrType, layout};
use core::ffi::c_int;
use core::fmt;

layout!(OfpBuf, 64, {
    base: 0, data: 8, size: 16, allocated: 20, header: 24, msg: 32, list_node: 40, source: 56,
});
layout!(NlDump, 64, { sock: 0, nl_seq: 8, status: 12, mutex: 16 });

/// What ofpbuf_put_hex() skips before a pair of digits.
pub(crate) const HEX_BLANKS: &[u8] = b" .\t\r\n";
/// The receive buffer that a socket asks for, in bytes.
pub(crate) const RECEIVE_BUFFER: c_int = 4 * 1024 * 1024;
/// The most bytes of payload that an attribute may have: it fits its length field without padding.
pub(crate) const MAX_PAYLOAD: usize = 65531;
/// Whether every socket asks for extended acknowledgements.
pub(crate) const ALWAYS_EXTENDED_ACKS: bool = true;

/// Writes the log text of a refused request. `name` is the text of the errno value, `reason` the text
/// of the extended acknowledgement.
pub(crate) fn write_refusal(
    f: &mut fmt::Formatter<'_>,
    error: c_int,
    name: &str,
    reason: Option<&str>,
) -> fmt::Result {
    write!(f, "received NAK error={error} - {}", reason.unwrap_or(name))
}

/// Writes the log text of a refused dump.
pub(crate) fn write_dump_refusal(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    reason: Option<&str>,
) -> fmt::Result {
    write!(f, "netlink dump request error ({})", reason.unwrap_or(name))
}

impl NlAttrType {
    /// Not an attribute: skipped.
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
    /// Sixteen bytes in either byte order.
    pub const U128: Self = Self(6);
    /// A string that ends in its only NUL.
    pub const STRING: Self = Self(7);
    /// Presence is the value.
    pub const FLAG: Self = Self(8);
    /// An IPv6 address.
    pub const IPV6: Self = Self(9);
    /// Attributes.
    pub const NESTED: Self = Self(10);
    /// A link-layer address, of Ethernet or InfiniBand.
    pub const LL_ADDR: Self = Self(11);

    /// The payload sizes that a type allows of its own, if it is one.
    #[inline]
    pub(crate) const fn own_bounds(self) -> Option<(usize, usize)> {
        Some(match self {
            Self::U8 => (1, 1),
            Self::U16 => (2, 2),
            Self::U32 => (4, 4),
            Self::U64 => (8, 8),
            Self::U128 | Self::IPV6 => (16, 16),
            Self::STRING => (1, usize::MAX),
            Self::LL_ADDR => (6, 20),
            Self::NO_ATTR | Self::UNSPEC | Self::FLAG | Self::NESTED => (0, usize::MAX),
            _ => return None,
        })
    }
}
