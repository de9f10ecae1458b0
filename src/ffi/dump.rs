//! netlink-socket.h: dumps.

use crate::buffer::Buf;
use crate::errno::status;
use crate::flavour::{NlDump, OfpBuf};
use crate::socket::dump::Dump;
use core::ffi::c_int;

/// Starts a dump by sending 'request' on a pooled socket of 'protocol'. 'dump' may be uninitialised
/// memory; it must stay where it is until nl_dump_done(), which reports any error. 'request' stays
/// the caller's; its header is changed as by nl_sock_send(), and NLM_F_DUMP and NLM_F_ACK are set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_dump_start(dump: *mut NlDump, protocol: c_int, request: *const OfpBuf) {
    // SAFETY: the rule of this module; this function says that it changes the request.
    unsafe { Dump::from_ptr(dump).start(protocol, Buf::from_ptr(request)) };
}

/// Retrieves the next message of 'dump': makes 'reply' a view of it, and returns true. At the end
/// or on failure returns false, and 'reply' has neither data nor size; nl_dump_done() tells which.
///
/// 'buf' must be initialised, with an allocation of at least NLMSG_HDRLEN bytes (NL_DUMP_BUFSIZE is
/// a good size). It holds the messages received but not yet retrieved, so 'reply' is good until
/// its next use.
///
/// Several threads may call this for one dump, each with buffers of its own: every message reaches
/// exactly one of them. Once it returns false, the others may retrieve what is in their buffers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_dump_next(
    dump: *mut NlDump,
    reply: *mut OfpBuf,
    buf: *mut OfpBuf,
) -> bool {
    // SAFETY: the rule of this module. Several threads share 'dump', as `Dump` knows.
    unsafe { Dump::from_ptr(dump).next(Buf::from_ptr(reply), Buf::from_ptr(buf)) }
}

/// Ends 'dump', reading what is left of it. Returns 0, or a positive errno value if the dump
/// failed at any point: ENOBUFS if parts were lost, EPROTO if it stopped before its end. No thread
/// may be in nl_dump_next().
///
/// The errno value that the kernel may put into the message that ends a dump is told by
/// nlsock_dump_result(), and returned here after nlsock_set_strict_dumps().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_dump_done(dump: *mut NlDump) -> c_int {
    // SAFETY: the rule of this module.
    status(unsafe { Dump::from_ptr(dump) }.done())
}
