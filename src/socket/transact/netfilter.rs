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

#[cfg(test)]
mod tests {
    use super::super::Outcome;
    use super::*;
    use crate::buffer::{self, Buf};
    use crate::flavour::OfpBuf;
    use crate::tests::message;

    /// Requests of these types. There is nothing behind the last one.
    struct Requests(Vec<*mut OfpBuf>);

    impl Requests {
        fn new(kinds: &[u16]) -> Self {
            Self(kinds.iter().map(|&kind| Self::request_of(kind, LEAST)).collect())
        }

        fn request_of(kind: u16, size: usize) -> *mut OfpBuf {
            let request = buffer::new(0);
            let bytes = message(kind, 0, 0, &vec![0; size - HEADER]);
            // SAFETY: nothing else refers to the buffer.
            unsafe { Buf::from_ptr(request) }.put(&bytes);
            request
        }
    }

    impl Drop for Requests {
        fn drop(&mut self) {
            // SAFETY: nothing else refers to the buffers.
            self.0.iter().for_each(|&request| unsafe { buffer::delete(request) });
        }
    }

    impl Transactions for Requests {
        fn len(&self) -> usize {
            self.0.len()
        }
        fn request(&self, index: usize) -> Buf<'_> {
            // SAFETY: the buffer lives as long as `self`.
            unsafe { Buf::from_ptr(self.0[index]) }
        }
        fn finish(&mut self, _: usize, _: Outcome<'_>) {}
    }

    #[test]
    fn a_batch_ends_with_its_end_or_before_the_next_one() {
        let len =
            |kinds: &[u16], start| batch_len(libc::NETLINK_NETFILTER, &Requests::new(kinds), start);
        assert_eq!(len(&[BEGIN, 30, 31, END, 32], 0), Some(4));
        assert_eq!(len(&[BEGIN, 30, BEGIN, END], 0), Some(2));
        assert_eq!(len(&[BEGIN, 30, BEGIN, END], 2), Some(2));
        assert_eq!(len(&[BEGIN, 30, 31], 0), Some(3));
        assert_eq!(len(&[BEGIN], 0), Some(1));
        assert_eq!(len(&[30, END], 0), None);
        assert_eq!(batch_len(libc::NETLINK_ROUTE, &Requests::new(&[BEGIN, END]), 0), None);
    }

    #[test]
    fn the_kernel_reads_messages_with_both_headers_only() {
        let requests = Requests([LEAST, LEAST - 1].map(|n| Requests::request_of(30, n)).to_vec());
        assert!(is_valid(&requests, 0));
        assert!(!is_valid(&requests, 1));
    }
}
