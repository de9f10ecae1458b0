// SPDX-License-Identifier: Apache-2.0
//! netlink-socket.h: transactions.

use crate::buffer::{self, Buf};
use crate::errno::status;
use crate::flavour::{NlTransaction, OfpBuf};
use crate::host::counters::{Event, count};
use crate::socket::transact::{Mode, Outcome, Transactions, transact};
use core::ffi::c_int;
use core::marker::PhantomData;
use core::ptr::null_mut;

/// The allocation with which the original starts a reply's buffer, in bytes. Buffers made here get
/// the size to which such a buffer would have grown. A reply of more than this size counts as
/// "jumbo", which means that a message is longer than the room that was there for it.
const REPLY_SIZE: usize = 1024;

/// The array of pointers to transactions that a C caller passes.
pub(crate) struct CallersArray<'a> {
    transactions: *mut *mut NlTransaction,
    n: usize,
    lifetime: PhantomData<&'a NlTransaction>,
}

impl CallersArray<'_> {
    /// The array that a C caller passes as a pointer and a length.
    ///
    /// # Safety
    /// The array has `n` pointers to transactions. The array, the transactions and their buffers
    /// stay valid while the result exists.
    pub(crate) unsafe fn new(transactions: *mut *mut NlTransaction, n: usize) -> Self {
        Self { transactions, n, lifetime: PhantomData }
    }

    fn at(&self, index: usize) -> *mut NlTransaction {
        debug_assert!(index < self.n);
        // SAFETY: the promise made to `new`; the index is within the array.
        unsafe { *self.transactions.add(index) }
    }
}

impl Transactions for CallersArray<'_> {
    fn len(&self) -> usize {
        self.n
    }

    #[inline]
    fn request(&self, index: usize) -> Buf<'_> {
        // SAFETY: the promise made to `new`.
        unsafe { Buf::from_ptr((*self.at(index)).request) }
    }

    #[inline]
    fn wants_reply(&self, index: usize) -> bool {
        // SAFETY: the promise made to `new`.
        unsafe { !(*self.at(index)).reply.is_null() }
    }

    #[inline]
    fn finish(&mut self, index: usize, outcome: Outcome<'_>) {
        let transaction = self.at(index);
        // SAFETY: the promise made to `new`.
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

/// The single request that a C caller passes, and where to store the reply.
pub(crate) struct CallersRequest<'a> {
    request: Buf<'a>,
    /// Null, or where to store the reply.
    replyp: *mut *mut OfpBuf,
    status: c_int,
}

impl CallersRequest<'_> {
    /// The request, and the place for its reply. Sets `*replyp` to null.
    ///
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

    /// The result of the transaction: 0 or a positive errno value.
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
            // SAFETY: the promise made to `new`. If there is a reply already, it was made here; a
            // refusal replaces it.
            unsafe {
                buffer::delete(self.replyp.read());
                self.replyp.write(outcome.map_or(null_mut(), new_reply));
            }
        }
    }
}

/// Counts `message` as jumbo if it is longer than `room`, the allocation of the buffer for it.
fn count_jumbo(room: usize, message: &[u8]) {
    if message.len() > room {
        count(Event::Jumbo, 1);
    }
}

/// A new buffer with `message`. Its allocation has the size to which an allocation of
/// [`REPLY_SIZE`] bytes would have grown by receiving `message`.
fn new_reply(message: &[u8]) -> *mut OfpBuf {
    let reply = buffer::new(buffer::filled_size(REPLY_SIZE, message.len()));
    // SAFETY: a new buffer that nothing else refers to.
    unsafe { Buf::from_ptr(reply) }.put(message);
    reply
}

/// Sends 'request' to the kernel on a socket of 'protocol' from the pool, and receives the reply:
/// see nl_transact_multiple(). If 'replyp' is nonnull, stores the reply in '*replyp', or null on
/// failure. If the kernel sent no more than an acknowledgement, the reply is an empty buffer.
///
/// The request applies to the network namespace of the socket, which may not be that of the thread:
/// see nlsock_pool_set_netns_aware().
///
/// # Return value
/// - 0: the request was successful.
/// - EPROTONOSUPPORT: the kernel does not have the protocol.
/// - ETIMEDOUT, ENOBUFS, EPROTO, E2BIG: as for nl_transact_multiple().
/// - Another positive errno value: the kernel refused the request with this error, or the socket
///   could not be opened or used.
///
/// # Ownership
/// 'request' stays the caller's; its header is changed as by nl_sock_send(). The caller frees the
/// reply with ofpbuf_delete().
///
/// # Thread safety
/// Any thread may call it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_transact(
    protocol: c_int,
    request: *const OfpBuf,
    replyp: *mut *mut OfpBuf,
) -> c_int {
    // SAFETY: the caller's contract (see `ffi`). The function's comment says that it changes the
    // request.
    unsafe {
        let mut one = CallersRequest::new(request, replyp);
        transact(protocol, &mut one, Mode::default());
        one.status()
    }
}

/// Sends the requests of 'n' transactions to the kernel, in order and several at a time, on a
/// socket of 'protocol' from the pool, and receives the replies. Stores the result of each
/// transaction in its 'error'. If its 'reply' is nonnull, replaces the content of that buffer by
/// the reply; the buffer is empty if there was an error, or if the kernel sent no more than an
/// acknowledgement.
///
/// A request is successful if the kernel replied to it or acknowledged it. It is also successful if
/// it asked for no acknowledgement and the receive queue is empty: the kernel works on a request
/// while the request is being sent, so a refusal would be in the queue, unless messages were lost.
/// If a request has the flag NLM_F_ACK, the function waits for the acknowledgement, also after a
/// reply: for a second, or for the time set by nlsock_sock_set_timeout().
///
/// Of NETLINK_NETFILTER, all requests from NFNL_MSG_BATCH_BEGIN to NFNL_MSG_BATCH_END are sent in
/// one datagram, since the kernel carries them out as a whole or not at all. If the datagram does
/// not fit in the send buffer, the send buffer is enlarged as far as the system allows. Such a
/// batch is never sent again. If its acknowledgements may not fit in the receive buffer, the
/// receive buffer is enlarged; a process that may not do that (it has no CAP_NET_ADMIN in the
/// initial user namespace) sends the messages between the first and the last one without NLM_F_ACK,
/// and gets no acknowledgements of them. Refusals arrive all the same.
///
/// With NETLINK_FIB_LOOKUP and NETLINK_CONNECTOR, each request is sent in a datagram of its own:
/// the kernel reads only the first message of a datagram.
///
/// An answer has the port id of the socket (see nl_sock_pid()), or 0. A message with another one is
/// ignored, also if its sequence number is right: on a socket that has joined a multicast group, it
/// is a notification about the request of another socket.
///
/// If a request is for a dump, and an NLMSG_DONE that contains an errno value is all that the
/// kernel sends, the transaction is successful, and that message is the reply, as in the original.
/// The errno value is logged, and nlsock_last_extack() returns it. After nlsock_set_strict_dumps(),
/// it is the result.
///
/// If replies were lost because the socket's receive buffer overflowed, the first request whose
/// result is uncertain, and all that follow it, are sent again, fewer at a time. So requests must
/// be idempotent. If they are not, use nlsock_transact_multiple() with NLSOCK_ONE_DATAGRAM, which
/// never sends a request twice.
///
/// The requests apply to the network namespace of the socket, which may not be that of the thread:
/// see nlsock_pool_set_netns_aware().
///
/// # Return value
/// Each 'error' is 0 or a positive errno value:
/// - ETIMEDOUT: no acknowledgement arrived in time. The kernel may have done what was requested.
/// - ENOBUFS: the reply was lost, or the kernel had no memory for the request, several times. Or,
///   of a netfilter batch, replies (as those to NLM_F_ECHO) were lost: the kernel may have carried
///   it out.
/// - EPROTO: something arrived that is not a message, and may have been the reply; or the kernel's
///   error message is malformed.
/// - EMSGSIZE: the request does not fit in the socket's send buffer; of a netfilter batch, every
///   transaction has this error.
/// - ECANCELED: the kernel did not carry out the netfilter batch, because it refused another
///   request in it, or because there is no NFNL_MSG_BATCH_END.
/// - E2BIG: the reply is longer than 4 MiB, or something that long arrived and may have been the
///   reply. If memory was short when the thread first called the library, the limit is 64 KiB.
/// - Another value: the kernel refused the request with this error, or the request could not be
///   sent. If no socket could be opened, every transaction has that error.
///
/// The other requests are sent even if one of them fails.
///
/// # Ownership
/// The array, the requests and the replies stay the caller's. The headers of the requests are
/// changed as by nl_sock_send().
///
/// # Thread safety
/// Any thread may call it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_transact_multiple(
    protocol: c_int,
    transactions: *mut *mut NlTransaction,
    n: usize,
) {
    // SAFETY: the caller's contract (see `ffi`). The function's comment says that it changes the
    // requests.
    unsafe { transact(protocol, &mut CallersArray::new(transactions, n), Mode::default()) };
}
