// SPDX-License-Identifier: Apache-2.0
//! Attributes that are known to hold addresses or names: those of rtnetlink.

use super::inner;
use crate::netlink::{self, Attributes, HEADER};
use crate::script::names::ROUTE;
use core::ops::Range;

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
    /// A `struct rtvia`: a family, then an address.
    Via,
    /// `struct rtnexthop`s, with attributes of routes.
    NextHops,
    /// Attributes of a tunnel, which depend on the kind of the interface.
    Tunnel,
}

use Content::{Nest, NextHops, Tunnel, Value, Via};
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
    (18, Nest(LINK_INFO)),
    (20, Value(Name)),
    (34, Value(Identifier)),
    (36, Value(Identifier)),
    (38, Value(Name)),
    (52, Nest(&[(53, Value(Name))])),
    (53, Value(Name)),
    (54, Value(Address)),
    (56, Value(Name)),
];
/// IFLA_INFO_*
const LINK_INFO: &[(u16, Content)] = &[(2, Tunnel)];
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
];
/// NDA_*
const NEIGH: &[(u16, Content)] = &[(1, Value(Address)), (2, Value(Address))];
/// FRA_*
const RULE: &[(u16, Content)] =
    &[(1, Value(Address)), (2, Value(Address)), (3, Value(Name)), (17, Value(Name))];
/// NHA_*
const NEXTHOP: &[(u16, Content)] = &[(6, Value(Address))];

/// The attributes of IFLA_INFO_DATA that are addresses, by the kind of the interface.
fn tunnel(kind: &[u8]) -> &'static [u16] {
    match kind.split(|&byte| byte == 0).next().unwrap_or_default() {
        b"gre" | b"gretap" | b"ip6gre" | b"ip6gretap" | b"erspan" | b"ip6erspan" => &[6, 7],
        b"ipip" | b"sit" | b"ip6tnl" => &[2, 3],
        b"vxlan" => &[2, 4, 16, 17],
        b"geneve" => &[2, 7],
        b"vti" | b"vti6" => &[4, 5],
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
    let kind = netlink::u16_at(message, 4) & !3;
    let object = OBJECTS.iter().find(|object| object.0 == kind && protocol == ROUTE);
    if let Some((_, size, content)) = object {
        attributes(message, HEADER + size..message.len(), content, f);
    }
}

fn attributes(
    message: &[u8],
    range: Range<usize>,
    known: &[(u16, Content)],
    f: &mut dyn FnMut(Kind, Range<usize>),
) {
    let bytes = message.get(..range.end).unwrap_or(message);
    for (kind, place) in Attributes::new(bytes, range.start) {
        let Some((_, content)) = known.iter().find(|known| known.0 == kind) else { continue };
        match content {
            Value(kind) => f(*kind, place),
            Nest(known) => attributes(bytes, place, known, f),
            Via => f(Address, (place.start + 2).min(place.end)..place.end),
            NextHops => next_hops(bytes, place, f),
            Tunnel => {
                // IFLA_INFO_KIND is beside it.
                let kind = netlink::attribute(bytes, range.start, 1).unwrap_or_default();
                let addresses = tunnel(kind);
                for (kind, place) in
                    Attributes::new(bytes.get(..place.end).unwrap_or(bytes), place.start)
                {
                    if addresses.contains(&kind) {
                        f(Address, place);
                    }
                }
            }
        }
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
