// SPDX-License-Identifier: Apache-2.0
//! netlink-socket.h: functions that only the 2014 interface has, or that have other arguments in
//! the 3.x interface.

use crate::abi::NlSock;
use crate::buffer::Buf;
use crate::errno::status;
use crate::ffi::socket::{socket, wait as wait_for};
use crate::ffi::transact::{CallersArray, CallersRequest};
use crate::flavour::{NlTransaction, OfpBuf};
use crate::socket::transact::{Mode, transact_on};
use core::ffi::c_int;

/// Receives one datagram into 'buf', in place of its content. 'buf' must have an allocation of at
/// least NLMSG_HDRLEN bytes; the size of a typical message is best. If the datagram is larger, the
/// allocation grows.
///
/// NLMSG_NOOP messages, which mean nothing, are removed.
///
/// If 'wait' is true, waits for a datagram. A signal does not end the wait: after the handler has
/// returned, the function waits again, whether or not SA_RESTART is set. These end it:
/// - a time limit: see nlsock_sock_set_timeout().
/// - pthread_cancel(): the function is a cancellation point.
///
/// A program that has to react to signals passes false as 'wait', and waits by ppoll() on
/// nl_sock_fd() instead: that fails with EINTR. It can also wait for a signalfd, an eventfd or a
/// pipe together with the socket.
///
/// # Return value
/// 0 on success. Otherwise 'buf' is empty, and the value is one of:
/// - EAGAIN: there is nothing to receive, and 'wait' is false.
/// - ETIMEDOUT: nothing arrived within the time limit.
/// - ENOBUFS: messages were lost since the last call, because the socket's receive buffer was full,
///   or the kernel had no memory. The messages that were not lost can still be received. Also if
///   the kernel reports the loss by NLMSG_OVERRUN; other messages in that datagram are then lost.
/// - EPROTO: the datagram does not start with a message, and is discarded.
/// - EBADF: the program has closed the descriptor: see nl_sock_fd().
/// - E2BIG: the datagram is too long, and is discarded. The limit is at least 4 MiB; if the
///   allocation of 'buf' is larger than 64 KiB, it is that allocation plus 4 MiB. If memory was
///   short when the thread first called the library, it is the allocation plus 64 KiB.
/// - Another errno value of recv().
///
/// # Thread safety
/// Several threads may receive from one socket at the same time, each with a buffer of its own.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_sock_recv(sock: *mut NlSock, buf: *mut OfpBuf, wait: bool) -> c_int {
    // SAFETY: the caller's contract (see `ffi`).
    status(unsafe { socket(sock).receive(Buf::from_ptr(buf), wait_for(wait), None) })
}

/// Does the same as nl_transact_multiple(), but on 'sock', whose options are left as they are. So
/// the kernel explains its errno values only after nlsock_sock_set_extended_acks().
///
/// # Thread safety
/// One thread at a time may use 'sock'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_sock_transact_multiple(
    sock: *mut NlSock,
    transactions: *mut *mut NlTransaction,
    n: usize,
) {
    // SAFETY: the caller's contract (see `ffi`). The function's comment says that it changes the
    // requests.
    unsafe {
        let mut all = CallersArray::new(transactions, n);
        transact_on(socket(sock), &mut all, Mode::default());
    }
}

/// Does the same as nl_transact(), but on 'sock': see nl_sock_transact_multiple().
///
/// # Thread safety
/// One thread at a time may use 'sock'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_sock_transact(
    sock: *mut NlSock,
    request: *const OfpBuf,
    replyp: *mut *mut OfpBuf,
) -> c_int {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe {
        let mut one = CallersRequest::new(request, replyp);
        transact_on(socket(sock), &mut one, Mode::default());
        one.status()
    }
}
