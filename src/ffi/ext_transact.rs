// SPDX-License-Identifier: Apache-2.0
//! nlsock-ext.h: transactions that end otherwise, or are sent otherwise, than those of
//! netlink-socket.h.

use super::socket::socket;
use super::transact::{CallersArray, CallersRequest};
use crate::abi::NlSock;
use crate::abi::ext::{NLSOCK_AWAIT_REPLY, NLSOCK_ONE_ACK, NLSOCK_ONE_DATAGRAM};
use crate::flavour::{NlTransaction, OfpBuf};
use crate::socket::transact::{Mode, refuse, set_every_ack, transact, transact_on};
use core::ffi::{c_int, c_uint};

const REPLY_MODE: Mode = Mode { await_replies: true, one_datagram: false, one_ack: false };

/// The mode that a caller's flags stand for. None if there are unknown flags.
fn mode(flags: c_uint) -> Option<Mode> {
    let known = NLSOCK_AWAIT_REPLY | NLSOCK_ONE_DATAGRAM | NLSOCK_ONE_ACK;
    (flags & !known == 0).then_some(Mode {
        await_replies: flags & NLSOCK_AWAIT_REPLY != 0,
        one_datagram: flags & NLSOCK_ONE_DATAGRAM != 0,
        one_ack: flags & NLSOCK_ONE_ACK != 0,
    })
}

/// Does the same as nl_transact(), but only a reply or an error ends the transaction. An
/// acknowledgement does not, nor does an empty receive queue.
///
/// Needed if the kernel replies after it has acknowledged the request, or after send() has
/// returned:
/// - NETLINK_AUDIT: AUDIT_GET, AUDIT_GET_FEATURE, AUDIT_SIGNAL_INFO and AUDIT_TTY_GET. A thread of
///   the kernel replies (kernel/audit.c). AUDIT_LIST_RULES has many replies: see
///   nlsock_dump_start().
/// - NETLINK_CONNECTOR: some users of the connector, for example w1, reply in a thread of theirs,
///   and the kernel never acknowledges a message (drivers/connector/connector.c).
///
/// NETLINK_ROUTE, NETLINK_GENERIC, NETLINK_NETFILTER, NETLINK_XFRM, NETLINK_SOCK_DIAG,
/// NETLINK_CRYPTO, NETLINK_FIB_LOOKUP and NETLINK_RDMA reply during send(). With these, the
/// function is useful if success without a reply is not acceptable.
///
/// # Return value
/// As for nl_transact(), and
/// - ETIMEDOUT: no reply arrived within the time set by nlsock_sock_set_timeout(), or within a
///   second if no time is set. The kernel may have acknowledged the request.
///
/// # Ownership
/// As for nl_transact().
///
/// # Thread safety
/// Any thread may call it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_transact_reply(
    protocol: c_int,
    request: *const OfpBuf,
    replyp: *mut *mut OfpBuf,
) -> c_int {
    // SAFETY: the caller's contract (see `ffi`). The function's comment says that it changes the
    // request.
    unsafe {
        let mut one = CallersRequest::new(request, replyp);
        transact(protocol, &mut one, REPLY_MODE);
        one.status()
    }
}

/// Does the same as nlsock_transact_reply(), but on 'sock'.
///
/// # Thread safety
/// One thread at a time may use 'sock'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_sock_transact_reply(
    sock: *mut NlSock,
    request: *const OfpBuf,
    replyp: *mut *mut OfpBuf,
) -> c_int {
    // SAFETY: the caller's contract (see `ffi`). The function's comment says that it changes the
    // request.
    unsafe {
        let mut one = CallersRequest::new(request, replyp);
        transact_on(socket(sock), &mut one, REPLY_MODE);
        one.status()
    }
}

/// Does the same as nl_transact_multiple(), with these changes:
///
/// - NLSOCK_AWAIT_REPLY in 'flags': only a reply or an error ends a transaction: see
///   nlsock_transact_reply(). A request that gets none in time fails with ETIMEDOUT. The messages
///   that begin and end a batch of NETLINK_NETFILTER have no reply, and are not waited for.
/// - NLSOCK_ONE_DATAGRAM in 'flags': all requests are sent in one datagram, and only once, or none
///   is sent. If the datagram does not fit in the send buffer, the send buffer is enlarged as far
///   as the system allows; if that does not suffice, all transactions fail with EMSGSIZE. If
///   answers were lost, nothing is sent again: the requests whose outcome is uncertain fail with
///   ENOBUFS, and the kernel may have carried them out. With NETLINK_NETFILTER, if a batch (from
///   NFNL_MSG_BATCH_BEGIN to NFNL_MSG_BATCH_END) is not the whole of the array, all transactions
///   fail with EINVAL: the kernel would ignore what follows the batch. So do several requests with
///   NETLINK_FIB_LOOKUP or NETLINK_CONNECTOR, of which it ignores all but the first.
/// - NLSOCK_ONE_ACK in 'flags': of the transactions on NETLINK_ROUTE and NETLINK_GENERIC that are
///   sent together, with NLM_F_ACK and without a reply buffer, only the last is acknowledged, which
///   is faster. See nlsock_set_every_ack() for how it works, and for the changes for which this is
///   done without the flag. The flag has a risk: if the kernel's code for a request returns EINTR,
///   as a driver may when a signal arrives, the kernel sends no answer, and the transaction counts
///   as successful, although it failed. Requests for dumps keep their acknowledgements; with
///   NETLINK_GENERIC, these are all with a bit of NLM_F_DUMP, which are also NLM_F_REPLACE and
///   NLM_F_EXCL. The flag has no effect together with one of the other flags, nor in
///   nlsock_sock_transact_multiple().
///
/// If there are other flags, all transactions fail with EINVAL.
///
/// # Thread safety
/// Any thread may call it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_transact_multiple(
    protocol: c_int,
    transactions: *mut *mut NlTransaction,
    n: usize,
    flags: c_uint,
) {
    // SAFETY: the caller's contract (see `ffi`). The function's comment says that it changes the
    // requests.
    unsafe {
        let mut all = CallersArray::new(transactions, n);
        match mode(flags) {
            Some(mode) => transact(protocol, &mut all, mode),
            None => refuse(&mut all),
        }
    }
}

/// Does the same as nlsock_transact_multiple(), but on 'sock'.
///
/// # Thread safety
/// One thread at a time may use 'sock'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_sock_transact_multiple(
    sock: *mut NlSock,
    transactions: *mut *mut NlTransaction,
    n: usize,
    flags: c_uint,
) {
    // SAFETY: the caller's contract (see `ffi`). The function's comment says that it changes the
    // requests.
    unsafe {
        let mut all = CallersArray::new(transactions, n);
        match mode(flags) {
            Some(mode) => transact_on(socket(sock), &mut all, mode),
            None => refuse(&mut all),
        }
    }
}

/// If 'every' is true, each transaction with NLM_F_ACK gets an acknowledgement of its own, in all
/// threads, from the next datagram on. If it is false, which is the default, the library saves
/// acknowledgements of changes of addresses, routes, neighbours (not those of bridges), rules and
/// next hops on NETLINK_ROUTE:
///
/// - Of those that nl_transact_multiple() sends together on sockets of the pool, with NLM_F_ACK and
///   without a reply buffer, only the last has NLM_F_ACK when it is sent. In the caller's requests,
///   the flag stays.
/// - The kernel works on the requests of a datagram in their order, and reports each error of these
///   changes: no code of theirs is known that returns EINTR (see NLSOCK_ONE_ACK). So the answer to
///   the last also says that those before it without an error were successful.
/// - If answers may have been lost, the requests that they may concern are sent again, each with
///   its own flag. If no answer arrives, they fail with ETIMEDOUT.
///
/// NLSOCK_ONE_ACK does the same for other changes.
///
/// nlsock_set_every_ack(true) is needed if nlsock_batch_extack() is to return what the kernel tells
/// in the acknowledgements of successful requests.
///
/// # Thread safety
/// Any thread may call it.
#[unsafe(no_mangle)]
pub extern "C" fn nlsock_set_every_ack(every: bool) {
    set_every_ack(every);
}
