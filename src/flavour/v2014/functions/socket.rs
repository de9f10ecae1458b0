//! netlink-socket.h: functions that only this interface version has, or that have other arguments
//! in another.

use crate::abi::NlSock;
use crate::buffer::Buf;
use crate::errno::status;
use crate::ffi::socket::{socket, wait as wait_for};
use crate::ffi::transact::{CallersArray, CallersRequest};
use crate::flavour::{NlTransaction, OfpBuf};
use crate::socket::transact::transact_on;
use core::ffi::c_int;

/// Receives one datagram into 'buf', in place of its content. 'buf' must have an allocation of at
/// least NLMSG_HDRLEN bytes; best is the size of a typical message. If the datagram is larger, the
/// allocation grows.
///
/// Signals do not end a receive that waits. To end it, set a time limit by
/// nlsock_sock_set_timeout(), or wait by poll() on nl_sock_fd() and pass false as 'wait', or cancel
/// the thread: the function is a cancellation point.
///
/// # Return value
/// 0 on success. Otherwise 'buf' is empty, and the value is one of:
/// - EAGAIN: there is nothing to receive, and 'wait' is false.
/// - ETIMEDOUT: nothing arrived within the time limit.
/// - ENOBUFS: messages were lost since the last call, because the socket's receive buffer was full.
///   Those that were not lost can still be received.
/// - EPROTO: the datagram does not start with a message. It is discarded.
/// - E2BIG: the datagram is too long. It is discarded. A datagram of up to 4 MiB is never too long,
///   nor one that exceeds the allocation of 'buf' by up to 4 MiB if the allocation is larger than
///   64 KiB. If there was not enough memory when the thread first called the library, the limit is
///   the allocation and 64 KiB.
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
    unsafe { transact_on(socket(sock), &mut CallersArray::new(transactions, n)) };
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
        transact_on(socket(sock), &mut one);
        one.status()
    }
}
