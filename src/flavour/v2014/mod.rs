// SPDX-License-Identifier: Apache-2.0
//! The interface of July 2014 (Open vSwitch 2.3.90).

mod dump;
pub mod functions;
mod ofpbuf;

pub use dump::NlDump;
pub use ofpbuf::OfpBuf;

use crate::abi::{MUTEX, NlAttrType, WORD, layout};
use crate::wire::StrictDump;
use core::ffi::c_int;
use core::fmt;

layout!(OfpBuf, 5 * WORD + 16, {
    base_: 0, data_: WORD, size_: 2 * WORD, allocated: 2 * WORD + 4, frame: 2 * WORD + 8,
    l2_5_ofs: 3 * WORD + 8, l3_ofs: 3 * WORD + 10, l4_ofs: 3 * WORD + 12, source: 3 * WORD + 14,
    list_node: 3 * WORD + 16,
});
layout!(NlDump, 4 * WORD + MUTEX, {
    sock: 0, nl_seq: WORD, mutex: 2 * WORD, status: 3 * WORD + MUTEX,
});

/// The characters that ofpbuf_put_hex() skips before a pair of hex digits.
pub(crate) const HEX_BLANKS: &[u8] = b" \t\r\n";
/// The size of the receive buffer that a socket asks for, in bytes.
pub(crate) const RECEIVE_BUFFER: c_int = 1024 * 1024;
/// The largest payload of an attribute, in bytes. With such a payload, the size of the attribute
/// with its padding still fits in the length field of 16 bits.
pub(crate) const MAX_PAYLOAD: usize = 65528;
/// The dumps of NETLINK_ROUTE whose requests the kernel checks strictly. Open vSwitch of 2014 does
/// not know that.
pub(crate) const STRICT_DUMPS: &[StrictDump] = &[];
/// Whether sockets ask for extended acknowledgements when they are opened. If not, a socket asks
/// for them before its first transaction or dump. So a socket that is used by nl_sock_recv() alone
/// does not get any: its caller may not expect them.
pub(crate) const ALWAYS_EXTENDED_ACKS: bool = false;

/// Writes the log text for a refused request. `name` is the text of the errno value, `reason` the
/// text in the extended acknowledgement.
pub(crate) fn write_refusal(
    f: &mut fmt::Formatter<'_>,
    error: c_int,
    name: &str,
    reason: Option<impl fmt::Display>,
) -> fmt::Result {
    write!(f, "received NAK error={error} ({name})")?;
    write_reason(f, reason)
}

/// Writes the log text for a refused dump.
pub(crate) fn write_dump_refusal(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    reason: Option<impl fmt::Display>,
) -> fmt::Result {
    write!(f, "netlink dump request error ({name})")?;
    write_reason(f, reason)
}

fn write_reason(f: &mut fmt::Formatter<'_>, reason: Option<impl fmt::Display>) -> fmt::Result {
    match reason {
        Some(reason) => write!(f, ": {reason}"),
        None => Ok(()),
    }
}

/// The types whose numbers differ between interface versions.
impl NlAttrType {
    /// A string whose only NUL is at its end.
    pub const STRING: Self = Self(6);
    /// A flag, which is set if the attribute is present. The payload does not matter.
    pub const FLAG: Self = Self(7);
    /// Attributes.
    pub const NESTED: Self = Self(8);

    /// The least and the greatest payload size that the type allows. None if there is no such type.
    #[inline]
    pub(crate) const fn own_bounds(self) -> Option<(usize, usize)> {
        match self {
            Self::STRING => Some((1, usize::MAX)),
            Self::FLAG | Self::NESTED => Some((0, usize::MAX)),
            _ => self.common_bounds(),
        }
    }
}
