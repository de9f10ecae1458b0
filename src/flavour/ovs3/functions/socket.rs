//! netlink-socket.h: what the flavour of 2014 lacks, or has with other arguments.

use crate::abi::NlSock;
use crate::buffer::Buf;
use crate::errno::{self, status};
use crate::ffi::socket::{socket, wait as wait_for};
use crate::flavour::OfpBuf;
use crate::host::log::log;
use crate::sys::Sender;
use core::ffi::c_int;

/// The number of the socket's own network namespace, as far as 'nsid' is concerned.
const NETNSID_LOCAL: c_int = -1;

/// Receives one datagram into 'buf', in place of its content. 'buf' must have an allocation of at
/// least NLMSG_HDRLEN bytes; enough for a typical message is best. It grows as needed.
///
/// Returns 0, or a positive errno value and empties 'buf': EAGAIN if there is nothing to receive
/// and 'wait' is false; ENOBUFS if messages were lost since the last call, after which those that
/// were not can be received; EPROTO for what is no message; E2BIG if the datagram passes the
/// allocation of 'buf' by more than 4 MiB, which the kernel does not send.
///
/// Several threads may receive from one socket at a time, each with a buffer of its own.
///
/// If 'nsid' is nonnull, stores in it the number of the network namespace that the message came
/// from: -1 for the socket's own. See nl_sock_listen_all_nsid().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_sock_recv(
    sock: *mut NlSock,
    buf: *mut OfpBuf,
    nsid: *mut c_int,
    wait: bool,
) -> c_int {
    let mut sender = Sender::default();
    let ask = (!nsid.is_null()).then_some(&mut sender);
    // SAFETY: the rule of the C boundary.
    unsafe {
        let result = socket(sock).receive(Buf::from_ptr(buf), wait_for(wait), ask);
        if result.is_ok() && !nsid.is_null() {
            nsid.write(sender.nsid.unwrap_or(NETNSID_LOCAL));
        }
        status(result)
    }
}

/// Makes 'sock' receive multicasts of every network namespace that has a number in its own, or no
/// longer. Returns 0 or a positive errno value: EPERM without the capability CAP_NET_BROADCAST.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_sock_listen_all_nsid(sock: *mut NlSock, enable: bool) -> c_int {
    // SAFETY: the rule of the C boundary.
    status(unsafe { socket(sock) }.listen_all_nsid(enable).inspect_err(|error| {
        let verb = if enable { "enable" } else { "disable" };
        let text = errno::text(error.raw());
        log!(SOCKET, Info, "netlink: could not {verb} listening to all nsid ({text})");
    }))
}
