// SPDX-License-Identifier: Apache-2.0
//! Batches of NETLINK_NETFILTER. The kernel takes all messages from NFNL_MSG_BATCH_BEGIN to
//! NFNL_MSG_BATCH_END as one change of its tables, which it carries out as a whole or not at all.
//! All of them have to be in one datagram (nfnetlink_rcv_batch() in the kernel's
//! net/netfilter/nfnetlink.c).

use super::Transactions;
use crate::wire::{HEADER, Header};

const BEGIN: u16 = libc::NFNL_MSG_BATCH_BEGIN as u16;
const END: u16 = libc::NFNL_MSG_BATCH_END as u16;
/// The size of a message's header and of `struct nfgenmsg` after it, in bytes.
const LEAST: usize = HEADER + 4;

fn kind(transactions: &(impl Transactions + ?Sized), index: usize) -> Option<u16> {
    Header::parse(transactions.request(index).bytes()).map(|header| header.kind)
}

/// Whether the transaction at `index` starts a batch.
#[inline]
pub(super) fn starts_batch(
    protocol: i32,
    transactions: &(impl Transactions + ?Sized),
    index: usize,
) -> bool {
    protocol == libc::NETLINK_NETFILTER && kind(transactions, index) == Some(BEGIN)
}

/// Whether the transaction at `index` ends a batch.
pub(super) fn ends_batch(transactions: &(impl Transactions + ?Sized), index: usize) -> bool {
    kind(transactions, index) == Some(END)
}

/// Whether the kernel can read the request at `index` as a part of a batch. If it cannot, it drops
/// the whole batch without an answer.
pub(super) fn is_valid(transactions: &(impl Transactions + ?Sized), index: usize) -> bool {
    transactions.request(index).size() >= LEAST
}

/// The number of transactions in the batch that starts at `start`. None if no batch starts there.
/// If there is no NFNL_MSG_BATCH_END, the batch ends before the next NFNL_MSG_BATCH_BEGIN, or with
/// the last transaction.
#[inline]
pub(super) fn batch_len(
    protocol: i32,
    transactions: &(impl Transactions + ?Sized),
    start: usize,
) -> Option<usize> {
    if !starts_batch(protocol, transactions, start) {
        return None;
    }
    let mut len = 1;
    while start + len < transactions.len() {
        match kind(transactions, start + len) {
            Some(BEGIN) => break,
            Some(END) => return Some(len + 1),
            _ => len += 1,
        }
    }
    Some(len)
}
