// SPDX-License-Identifier: Apache-2.0
//! Attributes that are known to hold addresses or names: those of rtnetlink.

use super::inner;
use crate::netlink::{self, Attributes, HEADER};
use crate::script::names::ROUTE;
use core::ops::Range;

/// The bits of an attribute's type that are not flags.
const TYPE: u16 = 0x3fff;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// An IPv4 or IPv6 address, which its length tells; or a link-layer address of 6 bytes.
    Address,
    /// The name of an interface, or another text.
    Name,
    /// An identifier of hardware, which becomes zeros.
    Identifier,
}

/// What an attribute contains.
enum Content {
    Value(Kind),
    Nest(&'static [(u16, Content)]),
    /// Attributes of any type, which are addresses.
    Addresses,
    /// A structure with a link-layer address of 6 bytes at this offset.
    Within(usize),
    /// A `struct rtvia`: a family, then an address.
    Via,
    /// `struct rtnexthop`s, with attributes of routes.
    NextHops,
    /// IFLA_INFO_DATA, which depends on IFLA_INFO_KIND.
    Data,
    /// IFLA_INFO_SLAVE_DATA, which depends on IFLA_INFO_SLAVE_KIND.
    SlaveData,
    /// RTA_ENCAP, which depends on RTA_ENCAP_TYPE.
    Encap,
}

use Content::{Addresses, Data, Encap, Nest, NextHops, SlaveData, Value, Via, Within};
use Kind::{Address, Identifier, Name};

/// An object of rtnetlink: its first message type, the size of its structure, its attributes.
type Object = (u16, usize, &'static [(u16, Content)]);

/// RTM_NEWLINK, RTM_NEWLINKPROP, RTM_NEWADDR, RTM_NEWROUTE, RTM_NEWNEIGH, RTM_NEWRULE,
/// RTM_NEWNEXTHOP.
const OBJECTS: &[Object] = &[
    (16, 16, LINK),
    (108, 16, LINK),
    (20, 8, ADDR),
    (24, 12, ROUTES),
    (28, 12, NEIGH),
    (32, 12, RULE),
    (104, 8, NEXTHOP),
];

/// IFLA_*
const LINK: &[(u16, Content)] = &[
    (1, Value(Address)),
    (2, Value(Address)),
    (3, Value(Name)),
    (12, Nest(BRIDGE_PORT)),
    (18, Nest(LINK_INFO)),
    (20, Value(Name)),
    // IFLA_VFINFO_LIST, IFLA_VF_INFO, IFLA_VF_MAC.
    (22, Nest(&[(1, Nest(&[(1, Within(4))]))])),
    // IFLA_AF_SPEC, AF_INET6, IFLA_INET6_TOKEN.
    (26, Nest(&[(10, Nest(&[(7, Value(Address))]))])),
    (34, Value(Identifier)),
    (36, Value(Identifier)),
    (38, Value(Name)),
    (52, Nest(&[(53, Value(Name))])),
    (53, Value(Name)),
    (54, Value(Address)),
    (56, Value(Name)),
];
/// IFLA_INFO_*
const LINK_INFO: &[(u16, Content)] = &[(2, Data), (5, SlaveData)];
/// IFLA_BRPORT_ROOT_ID and IFLA_BRPORT_BRIDGE_ID: a priority, then an address.
const BRIDGE_PORT: &[(u16, Content)] = &[(13, Within(2)), (14, Within(2))];
/// IFA_*
const ADDR: &[(u16, Content)] = &[
    (1, Value(Address)),
    (2, Value(Address)),
    (3, Value(Name)),
    (4, Value(Address)),
    (5, Value(Address)),
    (7, Value(Address)),
];
/// RTA_*
const ROUTES: &[(u16, Content)] = &[
    (1, Value(Address)),
    (2, Value(Address)),
    (5, Value(Address)),
    (7, Value(Address)),
    (9, NextHops),
    (18, Via),
    (19, Value(Address)),
    (22, Encap),
];
/// NDA_*
const NEIGH: &[(u16, Content)] = &[(1, Value(Address)), (2, Value(Address))];
/// FRA_*
const RULE: &[(u16, Content)] =
    &[(1, Value(Address)), (2, Value(Address)), (3, Value(Name)), (17, Value(Name))];
/// NHA_*
const NEXTHOP: &[(u16, Content)] = &[(6, Value(Address))];
/// LWTUNNEL_IP_DST, LWTUNNEL_IP_SRC, and those of IPv6.
const ENCAP: &[(u16, Content)] = &[(2, Value(Address)), (3, Value(Address))];

/// IFLA_INFO_DATA, by the kind of the interface.
fn data(kind: &[u8]) -> &'static [(u16, Content)] {
    match kind.split(|&byte| byte == 0).next().unwrap_or_default() {
        b"gre" | b"gretap" | b"ip6gre" | b"ip6gretap" | b"erspan" | b"ip6erspan" => {
            &[(6, Value(Address)), (7, Value(Address))]
        }
        b"ipip" | b"sit" | b"ip6tnl" => &[(2, Value(Address)), (3, Value(Address))],
        b"vxlan" => {
            &[(2, Value(Address)), (4, Value(Address)), (16, Value(Address)), (17, Value(Address))]
        }
        b"geneve" => &[(2, Value(Address)), (7, Value(Address))],
        b"vti" | b"vti6" => &[(4, Value(Address)), (5, Value(Address))],
        b"bridge" => &[(10, Within(2)), (11, Within(2))],
        // IFLA_BOND_ARP_IP_TARGET, _AD_INFO, _AD_ACTOR_SYSTEM, _NS_IP6_TARGET.
        b"bond" => &[
            (8, Addresses),
            (23, Nest(&[(5, Value(Address))])),
            (26, Value(Address)),
            (31, Addresses),
        ],
        b"macvlan" | b"macvtap" => &[(5, Nest(&[(4, Value(Address))]))],
        b"macsec" => &[(1, Within(0))],
        _ => &[],
    }
}

/// IFLA_INFO_SLAVE_DATA, by the kind of the master.
fn slave_data(kind: &[u8]) -> &'static [(u16, Content)] {
    match kind.split(|&byte| byte == 0).next().unwrap_or_default() {
        b"bond" => &[(4, Value(Address))],
        b"bridge" => BRIDGE_PORT,
        _ => &[],
    }
}

/// Calls the function with the place of each address and name in a message.
pub(super) fn each_value(protocol: i32, message: &[u8], f: &mut dyn FnMut(Kind, Range<usize>)) {
    if let Some(inner) = inner(message) {
        let bytes = message.get(inner.clone()).unwrap_or_default();
        // An error message does not contain another one.
        if super::inner(bytes).is_none() {
            each_value(protocol, bytes, &mut |kind, place| {
                f(kind, inner.start + place.start..inner.start + place.end);
            });
        }
        return;
    }
    if let Some((_, size, content)) = object(protocol, message) {
        attributes(message, HEADER + size..message.len(), content, f);
    }
}

fn object(protocol: i32, message: &[u8]) -> Option<&'static Object> {
    let kind = netlink::u16_at(message, 4) & !3;
    OBJECTS.iter().find(|object| object.0 == kind && protocol == ROUTE)
}

/// Attributes; the last one may have been cut off. Then what is left of a value becomes zeros.
fn attributes(
    message: &[u8],
    range: Range<usize>,
    known: &[(u16, Content)],
    f: &mut dyn FnMut(Kind, Range<usize>),
) {
    let bytes = message.get(..range.end).unwrap_or(message);
    let mut at = range.start;
    while at + 4 <= bytes.len() {
        let size = usize::from(netlink::u16_at(bytes, at));
        let kind = netlink::u16_at(bytes, at + 2) & TYPE;
        if size < 4 {
            return;
        }
        let place = at + 4..(at + size).min(bytes.len());
        if let Some((_, content)) = known.iter().find(|known| known.0 == kind) {
            let is_cut = at + size > bytes.len();
            content_of(bytes, (range.start, place), content, &mut |kind, place| {
                f(if is_cut { Identifier } else { kind }, place);
            });
        }
        at += size.next_multiple_of(4);
    }
}

/// What an attribute contains, which is beside those that start at `start`.
fn content_of(
    bytes: &[u8],
    (start, place): (usize, Range<usize>),
    content: &Content,
    f: &mut dyn FnMut(Kind, Range<usize>),
) {
    let beside = |kind| netlink::attribute(bytes, start, kind).unwrap_or_default();
    match content {
        Value(kind) => f(*kind, place),
        Nest(known) => attributes(bytes, place, known, f),
        Addresses => {
            let bytes = bytes.get(..place.end).unwrap_or(bytes);
            Attributes::new(bytes, place.start).for_each(|(_, place)| f(Address, place));
        }
        Within(offset) if place.len() >= offset + 6 => {
            f(Address, place.start + offset..place.start + offset + 6);
        }
        Within(_) => {}
        Via => f(Address, (place.start + 2).min(place.end)..place.end),
        NextHops => next_hops(bytes, place, f),
        Data => attributes(bytes, place, data(beside(1)), f),
        SlaveData => attributes(bytes, place, slave_data(beside(4)), f),
        // LWTUNNEL_ENCAP_IP and LWTUNNEL_ENCAP_IP6.
        Encap if matches!(netlink::u16_at(beside(21), 0), 2 | 4) => {
            attributes(bytes, place, ENCAP, f);
        }
        Encap => {}
    }
}

/// `struct rtnexthop`: a length of 16 bits, 6 more bytes, attributes.
fn next_hops(message: &[u8], mut place: Range<usize>, f: &mut dyn FnMut(Kind, Range<usize>)) {
    while place.len() >= 8 {
        let size = usize::from(netlink::u16_at(message, place.start));
        if size < 8 || size > place.len() {
            return;
        }
        attributes(message, place.start + 8..place.start + size, ROUTES, f);
        place.start += size.next_multiple_of(4);
    }
}

/// Calls the function with the places of a message that hold no address, whatever they look like:
/// headers of messages and attributes, and in objects of rtnetlink the structure and the numbers.
pub(super) fn each_other(protocol: i32, message: &[u8], f: &mut dyn FnMut(Range<usize>)) {
    if let Some(inner) = inner(message) {
        let bytes = message.get(inner.clone()).unwrap_or_default();
        f(HEADER..inner.start + HEADER);
        if super::inner(bytes).is_none() {
            each_other(protocol, bytes, &mut |place| {
                f(inner.start + place.start..inner.start + place.end);
            });
        }
        headers(message, inner.end.next_multiple_of(4)..message.len(), 0, f);
        return;
    }
    if let Some((_, size, known)) = object(protocol, message) {
        let start = HEADER + size;
        f(HEADER..start);
        for (kind, place) in Attributes::new(message, start) {
            if place.len() == 4 && known.iter().all(|known| known.0 != kind) {
                f(place);
            }
        }
        headers(message, start..message.len(), 0, f);
        return;
    }
    // Attributes follow a structure whose size is not known here.
    let mut starts = (HEADER..message.len()).step_by(4).take(32);
    let _ = starts.any(|start| headers(message, start..message.len(), 0, f));
}

/// Calls the function for the headers of attributes, if the bytes are attributes from start to
/// end. Returns whether they are.
fn headers(
    message: &[u8],
    range: Range<usize>,
    depth: u32,
    f: &mut dyn FnMut(Range<usize>),
) -> bool {
    let Some(bytes) = message.get(..range.end) else { return false };
    let attributes = || Attributes::new(bytes, range.start);
    let end = attributes().last().map_or(range.start, |attribute| attribute.1.end);
    if end == range.start || end.next_multiple_of(4) < range.end || depth > 8 {
        return false;
    }
    for (_, place) in attributes() {
        f(place.start - 4..place.start);
        if place.len() > 4 {
            headers(message, place, depth + 1, f);
        }
    }
    true
}
