//! Which requests of a datagram the kernel has to acknowledge.
//!
//! On some protocols the kernel works on the requests of a datagram in their order, and reports each
//! error whether or not the request asks for an acknowledgement. So the answer to a request says that
//! the kernel has worked on all before it, and those without an answer were successful. Only the last
//! request then needs NLM_F_ACK. The flag is cleared in the copies of the others that are sent, since
//! receiving an acknowledgement takes longer than sending a request.

use super::Transactions;
use super::datagram::Datagram;
use super::set::Set;
use crate::wire::Header;
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};

const NLM_F_ACK: u16 = libc::NLM_F_ACK as u16;
const NLM_F_DUMP: u16 = libc::NLM_F_DUMP as u16;
/// The kind of a NETLINK_ROUTE request that asks for data is in the lowest two bits of its type.
const ROUTE_KIND: u16 = 3;
const ROUTE_GET: u16 = 2;

/// Whether the kernel has to acknowledge each request that asks for it.
static EVERY_ACK: AtomicBool = AtomicBool::new(false);

/// Demands all acknowledgements from now on, or not any more.
pub(crate) fn set_every_ack(every: bool) {
    EVERY_ACK.store(every, Relaxed);
}

/// The acknowledgements that a datagram asks for, while requests are added to it.
pub(super) struct Acks {
    protocol: i32,
    /// Whether a later acknowledgement can stand for earlier ones.
    merge: bool,
    /// The requests in the datagram that ask for an acknowledgement.
    pub(super) asking: Set,
    /// Of these, the last one, if a later acknowledgement can stand for its own, and where it is in
    /// the datagram.
    replaceable: Option<(usize, usize)>,
}

impl Acks {
    /// Those of a datagram on a socket of `protocol`. If `each`, every request gets its own
    /// acknowledgement.
    #[inline]
    pub(super) fn new(protocol: i32, each: bool) -> Self {
        let in_order = protocol == libc::NETLINK_ROUTE || protocol == libc::NETLINK_GENERIC;
        let merge = in_order && !each && !EVERY_ACK.load(Relaxed);
        Self { protocol, merge, asking: Set::EMPTY, replaceable: None }
    }

    /// Takes account of the request at `index`, which asks for an acknowledgement, and which will be
    /// added to the datagram.
    #[inline]
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
        if self.merge && !transactions.wants_reply(index) && !self.may_dump(request) {
            self.replaceable = Some((index, datagram.size()));
        }
    }

    /// Whether the request may start a dump, which goes on after the kernel has worked on the others.
    fn may_dump(&self, request: &[u8]) -> bool {
        Header::parse(request).is_none_or(|header| {
            header.flags & NLM_F_DUMP != 0
                && (self.protocol != libc::NETLINK_ROUTE || header.kind & ROUTE_KIND == ROUTE_GET)
        })
    }
}
