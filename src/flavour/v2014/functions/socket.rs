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
/// If 'wait' is true, waits for a datagram, and signals do not end that wait. To limit it, call
/// nlsock_sock_set_timeout(), or wait by poll() on nl_sock_fd() instead and pass false as 'wait'. A
/// thread can be cancelled during the wait: the function is a cancellation point.
///
/// # Return value
/// 0 on success. Otherwise 'buf' is empty, and the value is one of:
/// - EAGAIN: there is nothing to receive, and 'wait' is false.
/// - ETIMEDOUT: nothing arrived within the time limit.
/// - ENOBUFS: messages were lost since the last call, because the socket's receive buffer was full,
///   or the kernel had no memory. The messages that were not lost can still be received. Also if
///   the kernel reports the loss by NLMSG_OVERRUN; other messages in that datagram are then lost.
/// - EPROTO: the datagram does not start with a message, and is discarded.
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

/// Does the same as nl_transact_multiple(), but on 'sock'.
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

/// Does the same as nl_transact(), but on 'sock'.
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
