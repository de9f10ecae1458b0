//! netlink-socket.h: transactions.

use crate::buffer::{self, Buf};
use crate::errno::status;
use crate::flavour::{NlTransaction, OfpBuf};
use crate::host::counters::{Event, count};
use crate::socket::transact::{Outcome, Transactions, transact};
use core::ffi::c_int;
use core::marker::PhantomData;
use core::ptr::null_mut;

/// Room for a reply that is allocated before its size is known.
const REPLY_SIZE: usize = 1024;

/// The caller's array of pointers to transactions.
pub(crate) struct CallersArray<'a> {
    transactions: *mut *mut NlTransaction,
    n: usize,
    lifetime: PhantomData<&'a NlTransaction>,
}

impl CallersArray<'_> {
    /// # Safety
    /// The array has `n` pointers to transactions, which stay good while this exists.
    pub(crate) unsafe fn new(transactions: *mut *mut NlTransaction, n: usize) -> Self {
        Self { transactions, n, lifetime: PhantomData }
    }

    fn at(&self, index: usize) -> *mut NlTransaction {
        debug_assert!(index < self.n);
        // SAFETY: `new`; the index is within the array.
        unsafe { *self.transactions.add(index) }
    }
}

impl Transactions for CallersArray<'_> {
    fn len(&self) -> usize {
        self.n
    }

    #[inline]
    fn request(&self, index: usize) -> Buf<'_> {
        // SAFETY: `new`.
        unsafe { Buf::from_ptr((*self.at(index)).request) }
    }

    #[inline]
    fn finish(&mut self, index: usize, outcome: Outcome<'_>) {
        let transaction = self.at(index);
        // SAFETY: `new`.
        unsafe {
            (*transaction).error = status(outcome.map(|_| ()));
            let reply = (*transaction).reply;
            let message = outcome.unwrap_or_default();
            if reply.is_null() {
                count_jumbo(REPLY_SIZE, message);
            } else {
                let reply = Buf::from_ptr(reply);
                count_jumbo(reply.allocated(), message);
                reply.fill(message);
            }
        }
    }
}

/// The caller's single request, and where the reply goes.
pub(crate) struct CallersRequest<'a> {
    request: Buf<'a>,
    /// Null, or where to store the reply.
    replyp: *mut *mut OfpBuf,
    status: c_int,
}

impl CallersRequest<'_> {
    /// # Safety
    /// `request` is a buffer whose memory may be written; `replyp` is null or may be written.
    pub(crate) unsafe fn new(request: *const OfpBuf, replyp: *mut *mut OfpBuf) -> Self {
        // SAFETY: the caller's promise.
        unsafe {
            if !replyp.is_null() {
                replyp.write(null_mut());
            }
            Self { request: Buf::from_ptr(request), replyp, status: 0 }
        }
    }

    /// 0 or a positive errno value.
    pub(crate) fn status(self) -> c_int {
        self.status
    }
}

impl Transactions for CallersRequest<'_> {
    fn len(&self) -> usize {
        1
    }

    fn request(&self, _: usize) -> Buf<'_> {
        self.request
    }

    #[inline]
    fn finish(&mut self, _: usize, outcome: Outcome<'_>) {
        count_jumbo(REPLY_SIZE, outcome.unwrap_or_default());
        self.status = status(outcome.map(|_| ()));
        if !self.replyp.is_null() {
            // SAFETY: `new`. A reply that is there already was made here, and a refusal replaces it.
            unsafe {
                buffer::delete(self.replyp.read());
                self.replyp.write(outcome.map_or(null_mut(), new_reply));
            }
        }
    }
}

/// Counts a reply that is larger than what was there for it.
fn count_jumbo(room: usize, message: &[u8]) {
    if message.len() > room {
        count(Event::Jumbo, 1);
    }
}

/// A buffer as large as one of `REPLY_SIZE` would have become by receiving `message`.
fn new_reply(message: &[u8]) -> *mut OfpBuf {
    let reply = buffer::new(buffer::filled_size(REPLY_SIZE, message.len()));
    // SAFETY: a new buffer, which nobody else knows.
    unsafe { Buf::from_ptr(reply) }.put(message);
    reply
}

/// Sends 'request' on a pooled socket of 'protocol' and receives the kernel's answer: see
/// nl_transact_multiple(). Returns 0 or a positive errno value, EPROTONOSUPPORT for a protocol that
/// is not one. Any thread may call it.
///
/// If 'replyp' is nonnull, stores in it the reply, which the caller frees with ofpbuf_delete(), or
/// null on failure.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_transact(
    protocol: c_int,
    request: *const OfpBuf,
    replyp: *mut *mut OfpBuf,
) -> c_int {
    // SAFETY: the rule of this module; this function says that it changes the request.
    unsafe {
        let mut one = CallersRequest::new(request, replyp);
        transact(protocol, &mut one);
        one.status()
    }
}

/// Sends the 'n' requests that 'transactions' points to on a pooled socket of 'protocol', in order
/// and several at a time, and receives the kernel's answers. Any thread may call it. If there is no
/// socket, its error is that of every transaction.
///
/// The arrays, requests and replies stay the caller's; the headers
/// of the requests are changed as by nl_sock_send().
///
/// Stores in each 'error' 0 or a positive errno value. A nonnull 'reply' receives the reply, and
/// nothing else; it is empty if there was an error, or nothing to say but success.
///
/// When is a request successful? When the kernel replied to it or acknowledged it. Also, since the
/// kernel works on requests while they are sent, when the receive queue has been read to its end,
/// nothing in it was lost, and there was no refusal. But an acknowledgement that a request asks for
/// (NLM_F_ACK) must come: it is waited for, up to a second or nlsock_sock_set_timeout(), also
/// behind a reply; else the error is ETIMEDOUT.
///
/// If the receive buffer overflowed, the queue is read to its end, and what is in it counts. The
/// requests behind the last one that is answered are sent again, fewer at a time, so requests must
/// be idempotent. One that does not get through in a number of tries ends in ENOBUFS.
///
/// Whatever else fails is the error of the requests that it concerns; the others go on. A datagram
/// that is no message makes the requests without an answer fail with EPROTO.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_transact_multiple(
    protocol: c_int,
    transactions: *mut *mut NlTransaction,
    n: usize,
) {
    // SAFETY: the rule of this module; this function says that it changes the requests.
    unsafe { transact(protocol, &mut CallersArray::new(transactions, n)) };
}
