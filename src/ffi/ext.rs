// SPDX-License-Identifier: Apache-2.0
//! nlsock-ext.h: functions that Open vSwitch's netlink library does not have.

use super::socket::{socket, wait as wait_for};
use crate::abi::{Counters, DumpResult, Extack, Handler, NlSock, Source};
use crate::buffer::Buf;
use crate::errno::status;
use crate::flavour::OfpBuf;
use crate::host::console;
use crate::host::counters::{self, Event, total};
use crate::host::log;
use crate::socket::dump_all::{self, Options};
use crate::socket::{dump, extack, pool};
use crate::sys::Sender;
use crate::thread;
use core::ffi::{c_int, c_uint, c_void};
use core::ptr::null_mut;

/// Fills in the caller's structure, which has `size` bytes, with `value`. A caller compiled for
/// another version of the library may have a shorter or a longer structure: `value` is cut, or
/// zeros follow it.
///
/// # Safety
/// `size` bytes at `to` may be written.
pub(crate) unsafe fn fill_in<T: Copy>(to: *mut T, size: usize, value: T) {
    let known = size.min(size_of::<T>());
    let to = to.cast::<u8>();
    // SAFETY: the caller's promise.
    unsafe {
        to.write_bytes(0, size);
        to.copy_from_nonoverlapping((&raw const value).cast(), known);
    }
}

/// Fills in '*counters', whose size is 'size' (pass sizeof *counters). Fields that the library does
/// not know are set to 0.
///
/// In a process with Open vSwitch, 'overflow', 'received', 'recv_jumbo' and 'sent' are also in the
/// output of "coverage/show". That has them twice if the library was preloaded over a
/// libopenvswitch that hides its symbols. On MIPS with 32 bits, the counters start at 0 again after
/// 2^32 events.
///
/// # Thread safety
/// Any thread may call it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_counters(counters: *mut Counters, size: usize) {
    let now = Counters {
        overflow: total(Event::Overflow),
        received: total(Event::Received),
        recv_jumbo: total(Event::Jumbo),
        sent: total(Event::Sent),
        dropped: total(Event::Dropped),
        resent: total(Event::Resent),
        stale: total(Event::Stale),
        spoofed: total(Event::Spoofed),
        discarded: total(Event::Discarded),
    };
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { fill_in(counters, size, now) };
}

/// Makes the counts of nlsock_counters() start at 0 again. Open vSwitch's coverage counters are not
/// reset.
///
/// # Thread safety
/// Any thread may call it.
#[unsafe(no_mangle)]
pub extern "C" fn nlsock_counters_reset() {
    counters::reset();
}

/// Sets the level of the log to 'level', one of NLSOCK_LOG_OFF to NLSOCK_LOG_DBG: messages of less
/// severe levels are not logged.
///
/// When the process starts, the level is that of the environment variable NLSOCK_LOG ("off", "err",
/// "warn", "info" or "dbg"), or NLSOCK_LOG_WARN. Set-user-id programs and programs with file
/// capabilities ignore the variable.
///
/// The library's own texts have at most 2047 bytes; a longer one is cut, and ends in "...". At the
/// level NLSOCK_LOG_DBG, it logs up to 600 lines at once, and 60 a minute after that.
///
/// # Return value
/// - 0: the level is set.
/// - EINVAL: there is no such level.
/// - EOPNOTSUPP: the process has Open vSwitch's log. Use its "vlog/set".
///
/// # Thread safety
/// Any thread may call it.
#[unsafe(no_mangle)]
pub extern "C" fn nlsock_log_set_level(level: c_int) -> c_int {
    status(log::set_level(level))
}

/// Makes log messages go to 'handler' instead of standard error. 'aux' is passed to the handler. If
/// 'handler' is null, messages go to standard error again.
///
/// The handler gets the level, the name of the log module and the text, without a newline. Texts
/// have at most the length that nlsock_log_set_level() states.
///
/// The handler may call the library, but must not use the socket or the dump that the interrupted
/// function works on. Transactions of the handler replace those that nlsock_last_extack() and
/// nlsock_batch_extack() report on.
///
/// The handler may be left by longjmp() or by a C++ exception, and the thread may be cancelled in
/// it. The library loses neither memory nor descriptors then. The interrupted function has no
/// result: do not use what it would have returned or stored. There are two exceptions:
/// - If the function stores the address of a new socket or buffer, the stored pointer is now null,
///   or the caller must free the object.
/// - A dump must still be ended by nl_dump_done(). So that this also works if nl_dump_start() was
///   interrupted, set its 'dump' to zeros before the call.
///
/// What an interrupted function holds is released by a later call of the thread, or when the thread
/// ends. If calls are interrupted at ever deeper places of the stack, what they hold beyond 16
/// sockets and buffers is lost. What a call on the stack of a coroutine or of a signal handler
/// holds is released only when the thread ends.
///
/// # Return value
/// 0, or EOPNOTSUPP if the process has Open vSwitch's log.
///
/// # Ownership
/// The strings passed to the handler are valid until it returns.
///
/// # Thread safety
/// Any thread may call this function. The handler may be called by any thread, and by several at
/// the same time. For a moment, other threads may still call the previous handler.
#[unsafe(no_mangle)]
pub extern "C" fn nlsock_log_set_handler(handler: Handler, aux: *mut c_void) -> c_int {
    status(log::check_no_host().map(|()| console::set_handler(handler, aux)))
}

/// Fills in '*result', whose size is 'size' (pass sizeof *result), with details of the last dump
/// that this thread ended by nl_dump_done() or nlsock_dump_all(). All fields are 0 if there was
/// none.
///
/// # Thread safety
/// Any thread may call it; each has results of its own.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_dump_result(result: *mut DumpResult, size: usize) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { fill_in(result, size, thread::with(dump::last_result)) };
}

/// If 'strict', makes nl_dump_done() also return the errno value in the message that ends a dump,
/// and EINTR if the table changed during the dump. nl_transact() and similar functions then fail
/// with such an errno value, too. Off by default, since the original library ignores all of this.
/// Applies to all threads.
///
/// # Thread safety
/// Any thread may call it.
#[unsafe(no_mangle)]
pub extern "C" fn nlsock_set_strict_dumps(strict: bool) {
    dump::set_strict(strict);
}

/// Dumps a whole table into one buffer: sends 'request' on a socket of 'protocol' from the pool, as
/// nl_dump_start() does, and collects the messages. If the table changed during the dump, dumps it
/// again, up to 'tries' times in all; 0 means 1. Stops after 'timeout_ms' milliseconds, which is
/// for all dumps together; 0 means no limit. If nlsock_sock_set_timeout() has set a limit for the
/// pool, it applies to each dump as well.
///
/// # Return value
/// On success, 0, and '*replyp' holds all messages, one after the other; nl_msg_next() gets each of
/// them. Otherwise '*replyp' is null, and the value is one of:
/// - EINTR: the table changed during each of the dumps. nlsock_dump_all_flags() can return the
///   table all the same.
/// - ETIMEDOUT: the time limit passed.
/// - EMSGSIZE: the messages have more than 2 GiB in all.
/// - EPROTO: the dump stopped before its end; or the kernel acknowledged the request, but sent no
///   table.
/// - Another positive errno value: an error of nl_dump_done(), or the errno value in the message
///   that ends the dump.
///
/// # Ownership
/// 'request' stays the caller's; its header is changed as by nl_dump_start(). The caller frees the
/// reply with ofpbuf_delete().
///
/// # Thread safety
/// Any thread may call it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_dump_all(
    protocol: c_int,
    request: *const OfpBuf,
    tries: c_uint,
    timeout_ms: c_uint,
    replyp: *mut *mut OfpBuf,
) -> c_int {
    // SAFETY: the caller's contract (see `ffi`). The function's comment says that it changes the
    // request.
    unsafe {
        replyp.write(null_mut());
        let options = Options { tries, timeout: timeout_ms, ..Options::default() };
        let (result, table) = dump_all::dump_all(protocol, Buf::from_ptr(request), options);
        replyp.write(table);
        status(result)
    }
}

/// Fills in '*extack', whose size is 'size' (pass sizeof *extack), with what the kernel reported
/// about the last transaction, lookup or dump of this thread that failed, or that succeeded and on
/// which the kernel commented, mostly with a warning. 'error' is 0 after such a success. A success
/// without a comment changes nothing.
///
/// Of a batch with several transactions, this is the last one that failed; if none failed, the last
/// one on which the kernel commented. nlsock_batch_extack() reports on each of them.
///
/// If the message that ends a dump contains an errno value, 'error' has that value, although
/// nl_dump_done() may have returned 0.
///
/// # Thread safety
/// Any thread may call it; each has results of its own.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_last_extack(extack: *mut Extack, size: usize) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { fill_in(extack, size, thread::with(extack::last)) };
}

/// Fills in '*extack', whose size is 'size' (pass sizeof *extack), with what the kernel reported
/// about the transaction at 'index' of the last batch of this thread, that is, of its last call
/// that carried out transactions. A single transaction or a lookup is a batch of one. 'error' is 0
/// if the transaction succeeded. If the kernel reported nothing but success or an errno value, or
/// if there is no transaction at 'index', sets all fields to 0.
///
/// The kernel can comment on a success only in an acknowledgement. By default, some transactions of
/// a batch get none of their own: see nlsock_set_every_ack().
///
/// # Return value
/// Whether the kernel reported more than success or an errno value.
///
/// # Thread safety
/// Any thread may call it; each has results of its own.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_batch_extack(
    index: usize,
    extack: *mut Extack,
    size: usize,
) -> bool {
    let found = thread::with(|thread| extack::of_batch(thread, index));
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { fill_in(extack, size, found.unwrap_or(Extack::NONE)) };
    found.is_some()
}

/// Sets a time limit of 'timeout_ms' milliseconds on 'sock', for each nl_sock_recv() that waits and
/// for each call that carries out transactions. What is not done within the limit fails with
/// ETIMEDOUT. The socket stays usable: later calls ignore replies that arrive late. With 0, the
/// default, nl_sock_recv() waits without a limit, and a transaction waits one second for an
/// acknowledgement that it asked for, or for a reply that it must wait for (NLSOCK_AWAIT_REPLY).
///
/// After the limit, nothing more is sent. The kernel may have carried out requests whose error is
/// ETIMEDOUT.
///
/// If 'sock' is null, sets the limit for all sockets of the pool: for each later call that carries
/// out transactions, and for each later dump as a whole. Lookups have no limit, since the kernel
/// answers them at once.
///
/// # Thread safety
/// Any thread may call it, also while others use 'sock'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_sock_set_timeout(sock: *mut NlSock, timeout_ms: c_uint) {
    match sock.is_null() {
        // SAFETY: the caller's contract (see `ffi`).
        false => unsafe { socket(sock) }.set_timeout(timeout_ms),
        true => pool::set_timeout(timeout_ms),
    }
}

/// If 'kernel_only', makes 'sock' discard datagrams that other processes sent, whatever they
/// contain, and count them as 'spoofed'. Off by default.
///
/// # Thread safety
/// Any thread may call it, also while others use 'sock'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_sock_set_kernel_only(sock: *mut NlSock, kernel_only: bool) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { socket(sock) }.set_kernel_only(kernel_only);
}

/// If 'extended', makes the kernel explain its errno values in the error messages that 'sock'
/// receives (NETLINK_EXT_ACK, since Linux 4.12). In the 2014 interface, this is off by default;
/// nlsock_last_extack() then reports only errno values of nl_sock_transact(). In the 3.x interface,
/// it is on by default. On sockets of the pool it is always on.
///
/// # Return value
/// 0, or a positive errno value of setsockopt(): ENOPROTOOPT if the kernel does not know the
/// option. EBADF if the program has closed the descriptor: see nl_sock_fd().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_sock_set_extended_acks(sock: *mut NlSock, extended: bool) -> c_int {
    // SAFETY: the caller's contract (see `ffi`).
    status(unsafe { socket(sock) }.set_extended_acks(extended))
}

/// If 'listen', makes 'sock' also receive multicasts from all network namespaces that have an id
/// (nsid) in the namespace of 'sock'. Off by default.
///
/// # Return value
/// 0, or a positive errno value of setsockopt(): EPERM without the capability CAP_NET_BROADCAST;
/// ENOPROTOOPT if the kernel does not know the option. EBADF if the program has closed the
/// descriptor: see nl_sock_fd().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_sock_listen_all_nsid(sock: *mut NlSock, listen: bool) -> c_int {
    // SAFETY: the caller's contract (see `ffi`).
    status(unsafe { socket(sock) }.listen_all_nsid(listen))
}

/// Does the same as nl_sock_recv(), and fills in '*source', whose size is 'size' (pass sizeof
/// *source), with the origin of the message.
///
/// The first call on 'sock' sets the socket option NETLINK_PKTINFO, without which the kernel does
/// not report the group. If the kernel refuses the option, the group is 0.
///
/// # Return value
/// As for nl_sock_recv(). On failure, all fields of '*source' are 0.
///
/// # Thread safety
/// As for nl_sock_recv(). Each thread provides a '*source' of its own.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_sock_recv_from(
    sock: *mut NlSock,
    buf: *mut OfpBuf,
    wait: bool,
    source: *mut Source,
    size: usize,
) -> c_int {
    let mut sender = Sender::default();
    // SAFETY: the caller's contract (see `ffi`).
    let result = unsafe {
        let sock = socket(sock);
        sock.ask_for_groups();
        sock.receive(Buf::from_ptr(buf), wait_for(wait), Some(&mut sender))
    };
    let from = Source {
        port_id: sender.port,
        group: sender.group,
        has_nsid: sender.nsid.is_some(),
        nsid: sender.nsid.unwrap_or(0),
    };
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { fill_in(source, size, from) };
    status(result)
}

/// Closes all idle sockets in the pool. Without this call, a socket that has been idle for a minute
/// is closed when another socket is returned to the pool.
///
/// # Thread safety
/// Any thread may call it.
#[unsafe(no_mangle)]
pub extern "C" fn nlsock_pool_flush() {
    pool::flush();
}

/// If 'aware', makes transactions, dumps and lookups use only sockets of the network namespace that
/// the thread is in. Needed if threads change their namespace by setns() or unshare(). The pool
/// then keeps no idle sockets, since each would keep its namespace alive: every call opens a
/// socket, and closes it at its end. Off by default, since that takes about ten system calls: a
/// transaction that the kernel refuses takes four to five times as long. Closes all idle sockets
/// when it is switched on. Applies to all threads.
///
/// # Thread safety
/// Any thread may call it.
#[unsafe(no_mangle)]
pub extern "C" fn nlsock_pool_set_netns_aware(aware: bool) {
    pool::set_netns_aware(aware);
}
