//! nlsock-ext.h: what this library has beyond the original.

use super::socket::{socket, wait as wait_for};
use crate::abi::{Counters, DumpResult, Extack, Handler, NlSock, Source};
use crate::buffer::Buf;
use crate::errno::status;
use crate::flavour::OfpBuf;
use crate::host::console;
use crate::host::counters::{self, Event, total};
use crate::host::log;
use crate::socket::{dump, dump_all, extack, pool};
use crate::sys::Sender;
use crate::thread;
use core::ffi::{c_int, c_uint, c_void};
use core::ptr::null_mut;

/// Fills in the caller's structure of `size` bytes with as much of `value` as both know, and zeros
/// where the caller knows more.
///
/// # Safety
/// `size` bytes at `to` may be written.
unsafe fn fill_in<T: Copy>(to: *mut T, size: usize, value: T) {
    let known = size.min(size_of::<T>());
    let to = to.cast::<u8>();
    // SAFETY: the caller's promise.
    unsafe {
        to.write_bytes(0, size);
        to.copy_from_nonoverlapping((&raw const value).cast(), known);
    }
}

/// Fills in '*counters', whose size in bytes the caller gives as 'size': sizeof *counters. Fields
/// that the library does not know are set to 0. Any thread may call it.
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
    // SAFETY: the rule of this module.
    unsafe { fill_in(counters, size, now) };
}

/// Makes the counts of nlsock_counters() start at 0 again. Open vSwitch's coverage counters go on.
/// Any thread may call it.
#[unsafe(no_mangle)]
pub extern "C" fn nlsock_counters_reset() {
    counters::reset();
}

/// Sets how much is logged: one of NLSOCK_LOG_OFF to NLSOCK_LOG_DBG. Returns 0; EINVAL for another
/// level; EOPNOTSUPP in a process that has Open vSwitch's log, whose "vlog/set" decides there.
/// Any thread may call it.
#[unsafe(no_mangle)]
pub extern "C" fn nlsock_log_set_level(level: c_int) -> c_int {
    status(log::set_level(level))
}

/// Makes log messages go to 'handler', with 'aux', in place of standard error; null undoes that.
/// Returns 0, or EOPNOTSUPP in a process that has Open vSwitch's log. Any thread may call it.
///
/// The handler gets the level, the module's name and the text, without a newline, and must not
/// keep the strings. Any thread may call it at any time, several at once; it may call the library,
/// but not use the socket or dump that the message is about. What it transacts counts as the thread's
/// last batch for nlsock_last_extack() and nlsock_batch_extack().
#[unsafe(no_mangle)]
pub extern "C" fn nlsock_log_set_handler(handler: Handler, aux: *mut c_void) -> c_int {
    status(log::check_no_host().map(|()| console::set_handler(handler, aux)))
}

/// Tells how the last dump went that the thread ended by nl_dump_done() or nlsock_dump_all(), beyond
/// what those return. 'size' is sizeof *result.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_dump_result(result: *mut DumpResult, size: usize) {
    // SAFETY: the rule of this module.
    unsafe { fill_in(result, size, thread::with(dump::last_result)) };
}

/// Makes nl_dump_done() also return the errno value with which the kernel ended a dump, which the
/// original never told, and EINTR if the table changed while it was dumped. Off at first. For all
/// threads.
#[unsafe(no_mangle)]
pub extern "C" fn nlsock_set_strict_dumps(strict: bool) {
    dump::set_strict(strict);
}

/// Dumps a whole table: sends 'request' on a pooled socket of 'protocol', as nl_dump_start() does,
/// and again, up to 'tries' times in all and within 'timeout_ms' milliseconds (0 for no limit), if
/// the table changed meanwhile.
///
/// Returns 0 and stores in '*replyp' all messages, one behind the other, to be taken off by
/// nl_msg_next(); the caller frees it with ofpbuf_delete(). Or returns a positive errno value and
/// stores null: EINTR if the table never stood still, ETIMEDOUT, EMSGSIZE for more than 2 GiB, or
/// whatever ended the dump. Any thread may call it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_dump_all(
    protocol: c_int,
    request: *const OfpBuf,
    tries: c_uint,
    timeout_ms: c_uint,
    replyp: *mut *mut OfpBuf,
) -> c_int {
    // SAFETY: the rule of this module; this function says that it changes the request.
    unsafe {
        replyp.write(null_mut());
        let result = dump_all::dump_all(protocol, Buf::from_ptr(request), tries, timeout_ms);
        status(result.map(|all| replyp.write(all)))
    }
}

/// Tells what the kernel said of the thread's last transaction, batch or dump that failed, beyond
/// its errno value. Of a batch, that is the last transaction in it that failed. 'size' is
/// sizeof *extack.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_last_extack(extack: *mut Extack, size: usize) {
    // SAFETY: the rule of this module.
    unsafe { fill_in(extack, size, thread::with(extack::last)) };
}

/// The same of one transaction, by its index, in the last batch of the thread. Returns whether the
/// kernel said anything of it. 'size' is sizeof *extack.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_batch_extack(
    index: usize,
    extack: *mut Extack,
    size: usize,
) -> bool {
    let found = thread::with(|thread| extack::of_batch(thread, index));
    // SAFETY: the rule of this module.
    unsafe { fill_in(extack, size, found.unwrap_or(Extack::NONE)) };
    found.is_some()
}

/// Makes blocking receives and transactions on 'sock' end in ETIMEDOUT after 'timeout_ms'
/// milliseconds; 0, the default, for never. The socket stays usable: what arrives late is ignored.
/// Of a batch, nothing is sent after that; what was sent may have been done although its error is
/// ETIMEDOUT. A null 'sock' stands for all pooled sockets, and so for dumps.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_sock_set_timeout(sock: *mut NlSock, timeout_ms: c_uint) {
    match sock.is_null() {
        // SAFETY: the rule of this module.
        false => unsafe { socket(sock) }.set_timeout(timeout_ms),
        true => pool::set_timeout(timeout_ms),
    }
}

/// Makes 'sock' ignore, and count, what other processes multicast. Off at first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_sock_set_kernel_only(sock: *mut NlSock, kernel_only: bool) {
    // SAFETY: the rule of this module.
    unsafe { socket(sock) }.set_kernel_only(kernel_only);
}

/// Makes 'sock' receive multicasts of every network namespace that has a number in its own. Off at
/// first. Returns 0 or a positive errno value: EPERM without the capability CAP_NET_BROADCAST.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_sock_listen_all_nsid(sock: *mut NlSock, listen: bool) -> c_int {
    // SAFETY: the rule of this module.
    status(unsafe { socket(sock) }.listen_all_nsid(listen))
}

/// nl_sock_recv() that also tells where the message came from. 'size' is sizeof *source.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_sock_recv_from(
    sock: *mut NlSock,
    buf: *mut OfpBuf,
    wait: bool,
    source: *mut Source,
    size: usize,
) -> c_int {
    let mut sender = Sender::default();
    // SAFETY: the rule of this module.
    let result =
        unsafe { socket(sock).receive(Buf::from_ptr(buf), wait_for(wait), Some(&mut sender)) };
    let from = Source {
        port_id: sender.port,
        group: sender.group,
        has_nsid: sender.nsid.is_some(),
        nsid: sender.nsid.unwrap_or(0),
    };
    // SAFETY: the rule of this module.
    unsafe { fill_in(source, size, from) };
    status(result)
}

/// Closes all idle sockets in the pool. Any thread may call it.
///
/// Without it, a socket that nobody wanted for a minute is closed when the pool is used next.
#[unsafe(no_mangle)]
pub extern "C" fn nlsock_pool_flush() {
    pool::flush();
}

/// Makes the pool give a thread only sockets of the network namespace that it is in. Off at first,
/// since every use of the pool then costs a system call more. For all threads.
#[unsafe(no_mangle)]
pub extern "C" fn nlsock_pool_set_netns_aware(aware: bool) {
    pool::set_netns_aware(aware);
}
