// SPDX-License-Identifier: Apache-2.0
//! Which requests of a datagram the kernel has to acknowledge.
//!
//! On NETLINK_ROUTE and NETLINK_GENERIC the kernel works on the requests of a datagram in their
//! order, and reports each error whether or not the request asks for an acknowledgement. So an
//! answer says that the kernel has worked on all requests before, and those without an answer were
//! successful. Only the last request needs NLM_F_ACK. The flag is cleared in the copies of the
//! others that are sent, since receiving an acknowledgement takes longer than sending a request.
//!
//! There is one exception. If the code that carries out a request returns EINTR, the kernel sends
//! no answer at all. A request that was sent with NLM_F_ACK then fails with ETIMEDOUT, but one
//! without it would count as successful. So unless the caller accepts that, this is done only for
//! changes of which no code that returns EINTR is known.

use super::datagram::Datagram;
use super::set::Set;
use crate::wire::{HEADER, Header};
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};

const NLM_F_ACK: u16 = libc::NLM_F_ACK as u16;
const NLM_F_DUMP: u16 = libc::NLM_F_DUMP as u16;
/// What a request of NETLINK_ROUTE does is in the lowest two bits of its type. This is a query.
const KIND: u16 = 3;
const KIND_GET: u16 = 2;
// The package libc does not have these.
const RTM_NEWNEXTHOP: u16 = 104;
const RTM_DELNEXTHOP: u16 = 105;

/// Whether the program demands all acknowledgements.
static EVERY: AtomicBool = AtomicBool::new(false);

/// Demands all acknowledgements from now on, or not any more.
pub(crate) fn set_every_ack(every: bool) {
    EVERY.store(every, Relaxed);
}

/// The acknowledgements that a datagram asks for, while requests are added to it.
pub(super) struct Acks {
    protocol: i32,
    /// Whether each request gets its own.
    each: bool,
    /// Whether the caller accepts what the kernel does not report.
    accepted: bool,
    /// The requests that are sent with NLM_F_ACK.
    pub(super) asking: Set,
    /// Those that are sent without it although the caller asked for an acknowledgement.
    pub(super) covered: Set,
    /// The last one in `asking`, if a later acknowledgement can stand for its own, and where it is
    /// in the datagram.
    replaceable: Option<(usize, usize)>,
    /// Whether a request that does not ask for an acknowledgement may be refused after it was
    /// answered.
    pub(super) refused_late: bool,
}

impl Acks {
    /// Those of a datagram on a socket of `protocol`.
    #[inline]
    pub(super) fn new(protocol: i32, accepted: bool, each: bool) -> Self {
        let each = each || EVERY.load(Relaxed);
        Self {
            protocol,
            each,
            accepted,
            asking: Set::EMPTY,
            covered: Set::EMPTY,
            replaceable: None,
            refused_late: false,
        }
    }

    /// Takes account of a request with the flag NLM_F_ECHO that does not ask for an
    /// acknowledgement.
    #[inline]
    pub(super) fn add_echo(&mut self) {
        self.refused_late |= refuses_late(self.protocol);
    }

    /// Takes account of the request at `index`, which asks for an acknowledgement, which is added
    /// to the datagram next, and whose reply may be stored (`wants_reply`). Not inline, so that
    /// requests without NLM_F_ACK take fewer instructions.
    #[inline(never)]
    pub(super) fn add(
        &mut self,
        index: usize,
        request: &[u8],
        wants_reply: bool,
        datagram: &mut Datagram,
    ) {
        if let Some((before, offset)) = self.replaceable.take() {
            datagram.clear_flags(offset, NLM_F_ACK);
            self.asking = self.asking.without(Set::one(before));
            self.covered.insert(Set::one(before));
        }
        self.asking.insert(Set::one(index));
        if !self.each && !wants_reply && self.may_cover(request) {
            self.replaceable = Some((index, datagram.size()));
        }
    }

    /// Whether the answer to a later request says that this one was successful, if it got no
    /// answer. What may start a dump keeps its own acknowledgement: a dump goes on after the kernel
    /// has worked on the other requests.
    fn may_cover(&self, request: &[u8]) -> bool {
        let Some(header) = Header::parse(request) else {
            return false;
        };
        match self.protocol {
            libc::NETLINK_ROUTE if is_always_reported(header.kind, request) => true,
            libc::NETLINK_ROUTE => self.accepted && header.kind & KIND != KIND_GET,
            libc::NETLINK_GENERIC => self.accepted && header.flags & NLM_F_DUMP == 0,
            _ => false,
        }
    }
}

/// Whether the kernel may first echo what a request of this protocol has changed, and then undo
/// that and refuse the request. It does so for a new link that cannot be added to its master
/// (rtnl_newlink_create() in the kernel's net/core/rtnetlink.c), and for an IPv6 route with several
/// next hops of which one is refused (net/ipv6/route.c).
pub(super) fn refuses_late(protocol: i32) -> bool {
    protocol == libc::NETLINK_ROUTE
}

/// Whether a request of NETLINK_ROUTE is a change whose failure the kernel reports, as far as is
/// known, in every case: of an address, a route, a neighbour, a rule or a next hop. Links, traffic
/// control and the neighbours of bridges depend on drivers.
fn is_always_reported(kind: u16, request: &[u8]) -> bool {
    match kind {
        libc::RTM_NEWNEIGH | libc::RTM_DELNEIGH => {
            // The family is the first byte of the payload.
            request.get(HEADER).is_some_and(|&family| i32::from(family) != libc::AF_BRIDGE)
        }
        libc::RTM_NEWADDR
        | libc::RTM_DELADDR
        | libc::RTM_NEWROUTE
        | libc::RTM_DELROUTE
        | libc::RTM_NEWRULE
        | libc::RTM_DELRULE
        | RTM_NEWNEXTHOP
        | RTM_DELNEXTHOP => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::message;

    #[test]
    fn only_changes_in_the_core_are_always_reported() {
        let request = |family: i32| {
            let mut bytes = [0; HEADER + 4];
            bytes[HEADER] = family as u8;
            bytes
        };
        let reported = |family| {
            (0..200).filter(|&kind| is_always_reported(kind, &request(family))).collect::<Vec<_>>()
        };
        assert_eq!(reported(libc::AF_INET), [20, 21, 24, 25, 28, 29, 32, 33, 104, 105]);
        assert_eq!(reported(libc::AF_BRIDGE), [20, 21, 24, 25, 32, 33, 104, 105]);
        assert!(!is_always_reported(libc::RTM_NEWNEIGH, &[0; HEADER]));
    }

    #[test]
    fn only_changes_of_route_are_refused_late() {
        assert!(refuses_late(libc::NETLINK_ROUTE));
        assert!(!refuses_late(libc::NETLINK_GENERIC));
    }

    #[test]
    fn queries_and_dumps_keep_their_acknowledgement() {
        let covers = |protocol, accepted, kind, flags| {
            Acks::new(protocol, accepted, false).may_cover(&message(kind, flags, 0, &[0; 16]))
        };
        let (route, generic) = (libc::NETLINK_ROUTE, libc::NETLINK_GENERIC);
        assert!(covers(route, false, libc::RTM_NEWROUTE, 0));
        assert!(!covers(route, false, libc::RTM_NEWLINK, 0));
        assert!(covers(route, true, libc::RTM_NEWLINK, 0));
        assert!(!covers(route, true, libc::RTM_GETLINK, 0));
        assert!(!covers(generic, false, 30, 0));
        assert!(covers(generic, true, 30, 0));
        assert!(!covers(generic, true, 30, NLM_F_DUMP));
        assert!(!covers(libc::NETLINK_NETFILTER, true, 30, 0));
        assert!(!Acks::new(route, true, false).may_cover(&[]));
    }
}
