// SPDX-License-Identifier: Apache-2.0
//! The interface of Open vSwitch 2.17 and later.

mod dump;
pub mod functions;
mod ofpbuf;
mod values;

pub use dump::NlDump;
pub use ofpbuf::OfpBuf;
pub use values::{eth_addr, ib_addr, ovs_be128, ovs_u128};

use crate::abi::{MUTEX, NlAttrType, WORD, layout};
use crate::wire::StrictDump;
use core::ffi::c_int;
use core::fmt;

layout!(OfpBuf, 7 * WORD + 8, {
    base: 0, data: WORD, size: 2 * WORD, allocated: 2 * WORD + 4, header: 2 * WORD + 8,
    msg: 3 * WORD + 8, list_node: 4 * WORD + 8, source: 6 * WORD + 8,
});
layout!(NlDump, WORD + 8 + MUTEX + WORD, {
    sock: 0, nl_seq: WORD, status: WORD + 4, mutex: WORD + 8,
});

/// The characters that ofpbuf_put_hex() skips before a pair of hex digits.
pub(crate) const HEX_BLANKS: &[u8] = b" .\t\r\n";
/// The size of the receive buffer that a socket asks for, in bytes.
pub(crate) const RECEIVE_BUFFER: c_int = 4 * 1024 * 1024;
/// The largest payload of an attribute, in bytes. With such a payload, the size of the attribute
/// without its padding still fits in the length field of 16 bits.
pub(crate) const MAX_PAYLOAD: usize = 65531;
/// The package libc does not have it for musl.
const NDA_MASTER: u16 = 9;
/// The dumps of NETLINK_ROUTE that callers since Open vSwitch 3.4 expect the kernel to filter. Open
/// vSwitch then has all requests checked strictly. But the kernel then refuses requests of older
/// callers: for example, to dump the links with an index in the header.
pub(crate) const STRICT_DUMPS: &[StrictDump] = &[
    // struct ifaddrmsg: ifa_family, ifa_index. IFA_TARGET_NETNSID.
    StrictDump {
        kind: libc::RTM_GETADDR,
        header: &[true, false, false, false, true, true, true, true],
        attrs: &[10],
    },
    // struct rtmsg: rtm_family, rtm_table, rtm_protocol, rtm_type. RTA_OIF, RTA_TABLE.
    StrictDump {
        kind: libc::RTM_GETROUTE,
        header: &[true, false, false, false, true, true, false, true, false, false, false, false],
        attrs: &[libc::RTA_OIF, libc::RTA_TABLE],
    },
    // struct ndmsg: ndm_family. NDA_IFINDEX, NDA_MASTER.
    StrictDump {
        kind: libc::RTM_GETNEIGH,
        header: &[
            true, false, false, false, false, false, false, false, false, false, false, false,
        ],
        attrs: &[libc::NDA_IFINDEX, NDA_MASTER],
    },
    // struct fib_rule_hdr: family.
    StrictDump {
        kind: libc::RTM_GETRULE,
        header: &[
            true, false, false, false, false, false, false, false, false, false, false, false,
        ],
        attrs: &[],
    },
];
/// Whether sockets ask for extended acknowledgements when they are opened.
pub(crate) const ALWAYS_EXTENDED_ACKS: bool = true;

/// Writes the log text for a refused request. `name` is the text of the errno value, `reason` the
/// text in the extended acknowledgement.
pub(crate) fn write_refusal(
    f: &mut fmt::Formatter<'_>,
    error: c_int,
    name: &str,
    reason: Option<impl fmt::Display>,
) -> fmt::Result {
    match reason {
        Some(reason) => write!(f, "received NAK error={error} - {reason}"),
        None => write!(f, "received NAK error={error} - {name}"),
    }
}

/// Writes the log text for a refused dump.
pub(crate) fn write_dump_refusal(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    reason: Option<impl fmt::Display>,
) -> fmt::Result {
    match reason {
        Some(reason) => write!(f, "netlink dump request error ({reason})"),
        None => write!(f, "netlink dump request error ({name})"),
    }
}

/// The types whose numbers differ between interface versions.
impl NlAttrType {
    /// Sixteen bytes in either byte order.
    pub const U128: Self = Self(6);
    /// A string whose only NUL is at its end.
    pub const STRING: Self = Self(7);
    /// A flag, which is set if the attribute is present. The payload does not matter.
    pub const FLAG: Self = Self(8);
    /// An IPv6 address.
    pub const IPV6: Self = Self(9);
    /// Attributes.
    pub const NESTED: Self = Self(10);
    /// A link-layer address of Ethernet or InfiniBand.
    pub const LL_ADDR: Self = Self(11);
    /// A next hop of another address family (RTA_VIA): the family in 2 bytes and an address of IPv4
    /// or IPv6. Since Open vSwitch 3.5.
    pub const RTA_VIA: Self = Self(12);

    /// The least and the greatest payload size that the type allows. None if there is no such type.
    #[inline]
    pub(crate) const fn own_bounds(self) -> Option<(usize, usize)> {
        match self {
            Self::U128 | Self::IPV6 => Some((16, 16)),
            Self::STRING => Some((1, usize::MAX)),
            Self::LL_ADDR => Some((6, 20)),
            Self::RTA_VIA => Some((2 + 4, 2 + 16)),
            Self::FLAG | Self::NESTED => Some((0, usize::MAX)),
            _ => self.common_bounds(),
        }
    }
}
