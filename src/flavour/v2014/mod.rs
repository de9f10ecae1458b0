//! The flavour of July 2014 (Open vSwitch 2.3.90).

mod dump;
pub mod functions;
mod ofpbuf;

pub use dump::NlDump;
pub use ofpbuf::OfpBuf;

use crate::abi::{NlAttrType, layout};
use core::ffi::c_int;
use core::fmt;

layout!(OfpBuf, 56, {
    base_: 0, data_: 8, size_: 16, allocated: 20, frame: 24,
    l2_5_ofs: 32, l3_ofs: 34, l4_ofs: 36, source: 38, list_node: 40,
});
layout!(NlDump, 72, { sock: 0, nl_seq: 8, mutex: 16, status: 64 });

/// What ofpbuf_put_hex() skips before a pair of digits.
pub(crate) const HEX_BLANKS: &[u8] = b" \t\r\n";
/// The receive buffer that a socket asks for, in bytes.
pub(crate) const RECEIVE_BUFFER: c_int = 1024 * 1024;
/// The most bytes of payload that an attribute may have: padded, it fits its length field.
pub(crate) const MAX_PAYLOAD: usize = 65528;
/// Whether every socket asks for extended acknowledgements; else only where nobody but the library
/// sees them.
pub(crate) const ALWAYS_EXTENDED_ACKS: bool = false;

/// Writes the log text of a refused request. `name` is the text of the errno value, `reason` the text
/// of the extended acknowledgement.
pub(crate) fn write_refusal(
    f: &mut fmt::Formatter<'_>,
    error: c_int,
    name: &str,
    reason: Option<&str>,
) -> fmt::Result {
    write!(f, "received NAK error={error} ({name})")?;
    write_reason(f, reason)
}

/// Writes the log text of a refused dump.
pub(crate) fn write_dump_refusal(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    reason: Option<&str>,
) -> fmt::Result {
    write!(f, "netlink dump request error ({name})")?;
    write_reason(f, reason)
}

fn write_reason(f: &mut fmt::Formatter<'_>, reason: Option<&str>) -> fmt::Result {
    match reason {
        Some(reason) => write!(f, ": {reason}"),
        None => Ok(()),
    }
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
    /// A string that ends in its only NUL.
    pub const STRING: Self = Self(6);
    /// Presence is the value.
    pub const FLAG: Self = Self(7);
    /// Attributes.
    pub const NESTED: Self = Self(8);

    /// The payload sizes that a type allows of its own, if it is one.
    #[inline]
    pub(crate) const fn own_bounds(self) -> Option<(usize, usize)> {
        Some(match self {
            Self::U8 => (1, 1),
            Self::U16 => (2, 2),
            Self::U32 => (4, 4),
            Self::U64 => (8, 8),
            Self::STRING => (1, usize::MAX),
            Self::NO_ATTR | Self::UNSPEC | Self::FLAG | Self::NESTED => (0, usize::MAX),
            _ => return None,
        })
    }
}
