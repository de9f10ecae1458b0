//! netlink-socket.h: what other flavours lack, or have with other arguments.

use crate::abi::NlSock;
use crate::buffer::Buf;
use crate::errno::status;
use crate::ffi::socket::{socket, wait as wait_for};
use crate::ffi::transact::{CallersArray, CallersRequest};
use crate::flavour::{NlTransaction, OfpBuf};
use crate::socket::transact::transact_on;
use core::ffi::c_int;

/// Receives one datagram into 'buf', in place of its content. 'buf' must have an allocation of at
/// least NLMSG_HDRLEN bytes; enough for a typical message is best. It grows as needed.
///
/// Returns 0, or a positive errno value and empties 'buf': EAGAIN if there is nothing to receive
/// and 'wait' is false; ENOBUFS if messages were lost since the last call, after which those that
/// were not can be received; EPROTO for what is no message; E2BIG if the datagram passes the
/// allocation of 'buf' by more than 4 MiB, which the kernel does not send.
///
/// Several threads may receive from one socket at a time, each with a buffer of its own.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_sock_recv(sock: *mut NlSock, buf: *mut OfpBuf, wait: bool) -> c_int {
    // SAFETY: the rule of the C boundary.
    status(unsafe { socket(sock).receive(Buf::from_ptr(buf), wait_for(wait), None) })
}

/// nl_transact_multiple() on 'sock'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_sock_transact_multiple(
    sock: *mut NlSock,
    transactions: *mut *mut NlTransaction,
    n: usize,
) {
    // SAFETY: the rule of the C boundary; this function says that it changes the requests.
    unsafe { transact_on(socket(sock), &mut CallersArray::new(transactions, n)) };
}

/// nl_transact() on 'sock'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_sock_transact(
    sock: *mut NlSock,
    request: *const OfpBuf,
    replyp: *mut *mut OfpBuf,
) -> c_int {
    // SAFETY: the rule of the C boundary.
    unsafe {
        let mut one = CallersRequest::new(request, replyp);
        transact_on(socket(sock), &mut one);
        one.status()
    }
}
