// SPDX-License-Identifier: Apache-2.0
//! nlsock-ext.h: dumps with flags, and strict checking of requests.

use super::socket::socket;
use crate::abi::NlSock;
use crate::abi::ext::{NLSOCK_AWAIT_REPLY, NLSOCK_EVEN_IF_CHANGED, NLSOCK_STRICT_CHECKING};
use crate::buffer::Buf;
use crate::errno::{Errno, status};
use crate::flavour::{NlDump, OfpBuf};
use crate::socket::dump::{Dump, Mode};
use crate::socket::dump_all::{self, Options};
use crate::socket::pool;
use core::ffi::{c_int, c_uint};
use core::ptr::null_mut;

/// Fails with EINVAL if `flags` has others than `known`.
fn check_flags(flags: c_uint, known: c_uint) -> Result<(), Errno> {
    if flags & !known == 0 { Ok(()) } else { Err(Errno::EINVAL) }
}

/// If 'strict', makes the kernel check requests for data on 'sock' strictly (the socket option
/// NETLINK_GET_STRICT_CHK, since Linux 4.20). Off by default.
///
/// Without strict checking, the kernel ignores most fields of the header of a dump request, and
/// attributes that it does not know. With it, the kernel
/// - filters some dumps by these fields and attributes: for example, routes by 'rtm_table' and
///   addresses by 'ifa_index';
/// - refuses a request, mostly with EINVAL, if its header is not complete, if a field or an
///   attribute of it is not known for such a request, or if fields are set that must be 0.
///
/// The protocol NETLINK_ROUTE supports it. Other protocols accept the option; it makes no
/// difference to them.
///
/// # Return value
/// 0, or a positive errno value of setsockopt(): ENOPROTOOPT before Linux 4.20. EBADF if the
/// program has closed the descriptor: see nl_sock_fd().
///
/// # Thread safety
/// Any thread may call it, also while others use 'sock'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_sock_set_strict_checking(sock: *mut NlSock, strict: bool) -> c_int {
    // SAFETY: the caller's contract (see `ffi`).
    status(unsafe { socket(sock) }.choose_checking(strict))
}

/// If 'strict', makes the kernel check requests strictly on all sockets from the pool: in
/// transactions and dumps that start later, by any thread, but not in lookups. See
/// nlsock_sock_set_strict_checking(). Off by default. Before Linux 4.20, these calls then fail with
/// ENOPROTOOPT.
///
/// To have only one dump checked, use nlsock_dump_start() or nlsock_dump_all_flags() instead: other
/// parts of the process may send requests that the kernel would refuse.
///
/// # Thread safety
/// Any thread may call it.
#[unsafe(no_mangle)]
pub extern "C" fn nlsock_pool_set_strict_checking(strict: bool) {
    pool::set_strict_checking(strict);
}

/// Does the same as nl_dump_start(), with 'flags': 0, or one or both of
/// - NLSOCK_STRICT_CHECKING: the kernel checks the request strictly. Before Linux 4.20,
///   nl_dump_done() then returns ENOPROTOOPT.
/// - NLSOCK_AWAIT_REPLY: for a protocol that acknowledges the request before it answers:
///   AUDIT_LIST_RULES of NETLINK_AUDIT, for example. An acknowledgement does not end the dump and
///   is not a message of it, and nl_dump_next() and nl_dump_done() wait for the messages: until the
///   dump ends, or until the time limit of the pool's sockets has passed
///   (nlsock_sock_set_timeout()). If there is no limit, the whole dump may take a second. After
///   that, they fail with ETIMEDOUT. The dump ends with NLMSG_DONE, or with an acknowledged reply
///   that is not a part of a dump.
///
/// With other flags, nl_dump_done() returns EINVAL.
///
/// # Ownership, thread safety
/// As for nl_dump_start().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_dump_start(
    dump: *mut NlDump,
    protocol: c_int,
    request: *const OfpBuf,
    flags: c_uint,
) {
    // SAFETY: the caller's contract (see `ffi`). The function's comment says that it changes the
    // request.
    unsafe {
        let dump = Dump::from_ptr(dump);
        let mode = Mode {
            strict: flags & NLSOCK_STRICT_CHECKING != 0,
            await_replies: flags & NLSOCK_AWAIT_REPLY != 0,
        };
        match check_flags(flags, NLSOCK_STRICT_CHECKING | NLSOCK_AWAIT_REPLY) {
            Ok(()) => dump.start(protocol, Buf::from_ptr(request), mode),
            Err(error) => dump.fail(error),
        }
    }
}

/// Does the same as nlsock_dump_all(), with 'flags': 0, or one or both of
/// - NLSOCK_STRICT_CHECKING: the kernel checks the request strictly. Before Linux 4.20, the
///   function then returns ENOPROTOOPT.
/// - NLSOCK_EVEN_IF_CHANGED: if the table changed during each of the dumps, the function
///   returns EINTR, and '*replyp' holds all messages of the last of these dumps that reached its
///   end. Entries may be missing or appear twice. The same happens if the time limit passes after a
///   dump has reached its end. With any other error, for example ENOBUFS in the second dump,
///   '*replyp' is null, even if an earlier dump reached its end.
///
/// # Return value
/// The values of nlsock_dump_all(). Also EINVAL if 'flags' has another bit.
///
/// # Ownership
/// As with nlsock_dump_all(). The caller frees '*replyp' with ofpbuf_delete() whatever the
/// function returned; that does nothing if '*replyp' is null.
///
/// # Thread safety
/// Any thread may call it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_dump_all_flags(
    protocol: c_int,
    request: *const OfpBuf,
    flags: c_uint,
    tries: c_uint,
    timeout_ms: c_uint,
    replyp: *mut *mut OfpBuf,
) -> c_int {
    let options = Options {
        strict: flags & NLSOCK_STRICT_CHECKING != 0,
        even_if_changed: flags & NLSOCK_EVEN_IF_CHANGED != 0,
        tries,
        timeout: timeout_ms,
    };
    // SAFETY: the caller's contract (see `ffi`). The function's comment says that it changes the
    // request.
    unsafe {
        replyp.write(null_mut());
        let known = NLSOCK_STRICT_CHECKING | NLSOCK_EVEN_IF_CHANGED;
        if let Err(error) = check_flags(flags, known) {
            return error.raw();
        }
        let (result, table) = dump_all::dump_all(protocol, Buf::from_ptr(request), options);
        replyp.write(table);
        status(result)
    }
}
