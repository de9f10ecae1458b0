// SPDX-License-Identifier: Apache-2.0
//! netlink-socket.h: dumps.

use crate::buffer::Buf;
use crate::errno::status;
use crate::flavour::{NlDump, OfpBuf};
use crate::socket::dump::{Dump, Mode};
use core::ffi::c_int;

/// Starts a dump by sending 'request' to the kernel on a socket of 'protocol' from the pool. If
/// this fails, nl_dump_next() returns false and nl_dump_done() returns the error.
///
/// 'dump' need not be initialised. It must not be moved or copied before nl_dump_done(), which must
/// be called for every dump.
///
/// Only the process that starts the dump can read it: a child of fork() cannot continue it.
///
/// The dump shows the network namespace of the socket, which may not be that of the thread: see
/// nlsock_pool_set_netns_aware().
///
/// By default, the kernel ignores most fields and attributes of 'request', and sends the whole
/// table: see nlsock_dump_start(). The 3.x interface has some requests of NETLINK_ROUTE checked
/// strictly: those for addresses, routes, neighbours or rules that have a whole header, and nothing
/// that the kernel would refuse. The kernel then filters these tables by the request.
///
/// # Ownership
/// 'request' stays the caller's. Its header is changed as by nl_sock_send(), and the flags
/// NLM_F_DUMP and NLM_F_ACK are set in it.
///
/// # Thread safety
/// Any thread may call it, with a 'dump' that no other thread uses.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_dump_start(dump: *mut NlDump, protocol: c_int, request: *const OfpBuf) {
    // SAFETY: the caller's contract (see `ffi`). The function's comment says that it changes the
    // request.
    unsafe { Dump::from_ptr(dump).start(protocol, Buf::from_ptr(request), Mode::default()) };
}

/// Makes 'reply' a view of the next message of 'dump'. Takes the message from 'buf'; if 'buf' is
/// empty, first receives a datagram into it.
///
/// 'buf' must be initialised, with an allocation of at least NLMSG_HDRLEN bytes; NL_DUMP_BUFSIZE is
/// a good size. 'reply' need not be initialised.
///
/// In a child of the process that started the dump, returns only the messages that 'buf' already
/// holds, and leaves the parent's socket alone.
///
/// # Return value
/// True if there is a message. False at the end of the dump or after a failure: then 'reply' has
/// neither data nor size, and nl_dump_done() returns the error.
///
/// # Ownership
/// The message is in the memory of 'buf': 'reply' is valid until the next call with the same 'buf'.
///
/// # Thread safety
/// Several threads may read one dump at a time, each with buffers of its own. Each message reaches
/// exactly one of them. After the function has returned false to one thread, the others may still
/// get the messages that are in their buffers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_dump_next(
    dump: *mut NlDump,
    reply: *mut OfpBuf,
    buf: *mut OfpBuf,
) -> bool {
    // SAFETY: the caller's contract (see `ffi`). `Dump` allows several threads here.
    unsafe { Dump::from_ptr(dump).next(Buf::from_ptr(reply), Buf::from_ptr(buf)) }
}

/// Ends 'dump', and returns its socket to the pool. If the program has not read all of the dump,
/// reads what is left of it, but not more than 64 datagrams, which are about 2 MiB of a long table.
/// If that is not enough, closes the socket. What was not read is not an error:
/// nlsock_dump_result() reports that the dump is not complete.
///
/// # Return value
/// 0 if the dump was successful, as far as it was read. Otherwise the first error:
/// - ENOBUFS: messages were lost.
/// - EPROTO: the dump stopped before its end, or something arrived that is not a message.
/// - E2BIG: a datagram was too long to be received: see nl_sock_recv().
/// - ETIMEDOUT: the time set by nlsock_sock_set_timeout() passed.
/// - EBADF: a parent of this process started the dump, and the dump had not ended before the fork.
///   The parent's socket is left alone.
/// - Another positive errno value: the kernel refused the dump with this error, or the socket could
///   not be opened or used.
///
/// The message that ends a dump may contain an errno value, too. The function returns that value
/// only after nlsock_set_strict_dumps(); nlsock_dump_result() always reports it.
///
/// # Thread safety
/// No other thread may be in nl_dump_next() for this dump, or call nl_dump_next() for it later.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_dump_done(dump: *mut NlDump) -> c_int {
    // SAFETY: the caller's contract (see `ffi`).
    status(unsafe { Dump::from_ptr(dump) }.done())
}
