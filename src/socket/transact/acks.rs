// SPDX-License-Identifier: Apache-2.0
//! Which requests of a datagram the kernel has to acknowledge.
//!
//! On NETLINK_ROUTE and NETLINK_GENERIC the kernel works on the requests of a datagram in their order,
//! and reports each error whether or not the request asks for an acknowledgement. So an answer says that
//! the kernel has worked on all requests before, and those without an answer were successful. Only the
//! last request needs NLM_F_ACK. The flag is cleared in the copies of the others that are sent, since
//! receiving an acknowledgement takes longer than sending a request.
//!
//! There is one exception. If the code that carries out a request returns EINTR, the kernel sends no
//! answer at all. A request that asked for an acknowledgement then fails with ETIMEDOUT, but one without
//! would count as successful. So by default this is done only for changes that the kernel's core carries
//! out without waiting for a signal.

use super::Transactions;
use super::datagram::Datagram;
use super::set::Set;
use crate::wire::Header;
use core::sync::atomic::{AtomicU8, Ordering::Relaxed};

const NLM_F_ACK: u16 = libc::NLM_F_ACK as u16;
const NLM_F_DUMP: u16 = libc::NLM_F_DUMP as u16;

/// Which acknowledgements are saved.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Saved {
    /// Those of changes whose failure the kernel always reports.
    OfReported,
    Nothing,
    /// All that can be saved on NETLINK_ROUTE and NETLINK_GENERIC.
    All,
}

static SAVED: AtomicU8 = AtomicU8::new(Saved::OfReported as u8);

/// Demands all acknowledgements from now on, or saves as many as possible.
pub(crate) fn set_every_ack(every: bool) {
    let saved = if every { Saved::Nothing } else { Saved::All };
    SAVED.store(saved as u8, Relaxed);
}

/// The acknowledgements that a datagram asks for, while requests are added to it.
pub(super) struct Acks {
    protocol: i32,
    saved: u8,
    /// The requests in the datagram that ask for an acknowledgement.
    pub(super) asking: Set,
    /// Of these, the last one, if a later acknowledgement can stand for its own, and where it is in
    /// the datagram.
    replaceable: Option<(usize, usize)>,
}

impl Acks {
    /// Those of a datagram on a socket of `protocol`. If `every`, each request gets its own.
    #[inline]
    pub(super) fn new(protocol: i32, every: bool) -> Self {
        let in_order = protocol == libc::NETLINK_ROUTE || protocol == libc::NETLINK_GENERIC;
        let save = in_order && !every;
        let saved = if save { SAVED.load(Relaxed) } else { Saved::Nothing as u8 };
        Self { protocol, saved, asking: Set::EMPTY, replaceable: None }
    }

    /// Takes account of the request at `index`, which asks for an acknowledgement, and which will be
    /// added to the datagram. Not inline, so that requests without NLM_F_ACK take fewer instructions.
    #[inline(never)]
    pub(super) fn add(
        &mut self,
        index: usize,
        request: &[u8],
        transactions: &impl Transactions,
        datagram: &mut Datagram,
    ) {
        if let Some((before, offset)) = self.replaceable.take() {
            datagram.clear_flags(offset, NLM_F_ACK);
            self.asking = self.asking.without(Set::one(before));
        }
        self.asking.insert(Set::one(index));
        if self.saved != Saved::Nothing as u8
            && !transactions.wants_reply(index)
            && self.may_save(request)
        {
            self.replaceable = Some((index, datagram.size()));
        }
    }

    /// Whether a later acknowledgement can stand for that of this request.
    fn may_save(&self, request: &[u8]) -> bool {
        let Some(header) = Header::parse(request) else {
            return false;
        };
        if self.protocol == libc::NETLINK_ROUTE && is_always_reported(header.kind) {
            return true;
        }
        // What may start a dump, which goes on after the kernel has worked on the other requests,
        // keeps its own acknowledgement.
        self.saved == Saved::All as u8 && header.flags & NLM_F_DUMP == 0
    }
}

/// Whether a request of NETLINK_ROUTE is a change whose failure the kernel always reports: of an
/// address, a route, a neighbour, a rule or a next hop. Links, traffic control and the like depend on
/// drivers.
fn is_always_reported(kind: u16) -> bool {
    matches!(
        kind,
        libc::RTM_NEWADDR
            | libc::RTM_DELADDR
            | libc::RTM_NEWROUTE
            | libc::RTM_DELROUTE
            | libc::RTM_NEWNEIGH
            | libc::RTM_DELNEIGH
            | libc::RTM_NEWRULE
            | libc::RTM_DELRULE
            | RTM_NEWNEXTHOP
            | RTM_DELNEXTHOP
    )
}

// The package libc does not have these.
const RTM_NEWNEXTHOP: u16 = 104;
const RTM_DELNEXTHOP: u16 = 105;
