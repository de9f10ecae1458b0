// SPDX-License-Identifier: Apache-2.0
//! netlink-socket.h: functions that the interface of 2014 does not have, or has with other
//! arguments.

use crate::abi::NlSock;
use crate::buffer::Buf;
use crate::errno::{self, status};
use crate::ffi::socket::{socket, wait as wait_for};
use crate::flavour::OfpBuf;
use crate::host::log::log;
use crate::sys::Sender;
use core::ffi::c_int;

/// The value of 'nsid' for the socket's own network namespace.
const NETNSID_LOCAL: c_int = -1;

/// Receives one datagram into 'buf', in place of its content. 'buf' must have an allocation of at
/// least NLMSG_HDRLEN bytes; the size of a typical message is best. If the datagram is larger, the
/// allocation grows.
///
/// If 'nsid' is nonnull, stores in '*nsid' the id of the network namespace that the message came
/// from, or -1 if that is the namespace of 'sock': see nl_sock_listen_all_nsid().
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
pub unsafe extern "C" fn nl_sock_recv(
    sock: *mut NlSock,
    buf: *mut OfpBuf,
    nsid: *mut c_int,
    wait: bool,
) -> c_int {
    let mut sender = Sender::default();
    let ask = (!nsid.is_null()).then_some(&mut sender);
    // SAFETY: the caller's contract (see `ffi`).
    unsafe {
        let result = socket(sock).receive(Buf::from_ptr(buf), wait_for(wait), ask);
        if result.is_ok() && !nsid.is_null() {
            nsid.write(sender.nsid.unwrap_or(NETNSID_LOCAL));
        }
        status(result)
    }
}

/// If 'enable', makes 'sock' also receive multicasts from all network namespaces that have an id
/// (nsid) in the namespace of 'sock'. Off by default.
///
/// # Return value
/// 0, or a positive errno value of setsockopt(): EPERM without the capability CAP_NET_BROADCAST;
/// ENOPROTOOPT if the kernel does not know the option. EBADF if the program has closed the
/// descriptor: see nl_sock_fd().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_sock_listen_all_nsid(sock: *mut NlSock, enable: bool) -> c_int {
    // SAFETY: the caller's contract (see `ffi`).
    status(unsafe { socket(sock) }.listen_all_nsid(enable).inspect_err(|error| {
        let verb = if enable { "enable" } else { "disable" };
        let text = errno::text(error.raw());
        log!(SOCKET, Info, "netlink: could not {verb} listening to all nsid ({text})");
    }))
}
