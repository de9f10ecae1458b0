// SPDX-License-Identifier: Apache-2.0
//! Netlink sockets that are connected to the kernel. The other files of this folder contain what is
//! built on these sockets: receiving, the pool, transactions, dumps, and lookups of generic netlink
//! names.

mod bounds;
mod captured;
pub(crate) mod deadline;
pub(crate) mod dump;
pub(crate) mod dump_all;
mod dump_state;
pub(crate) mod extack;
mod family_names;
pub(crate) mod lookup;
mod open;
pub(crate) mod pool;
mod receive;
mod scratch;
mod slots;
mod strict;
pub(crate) mod trace;
pub(crate) mod transact;

use self::strict::Checking;
use crate::buffer::Buf;
use crate::errno::{self, Errno};
use crate::host::counters::{Event, count};
use crate::host::log::{log, log_limited};
use crate::identity;
use crate::message;
use crate::sys::{self, Fd, NetworkNamespace, Wait, option};
use crate::thread::{self, Thread, Unfinished};
use alloc::boxed::Box;
use core::cell::UnsafeCell;
use core::ffi::{c_int, c_uint, c_void};
use core::num::NonZeroUsize;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use once_cell::race::OnceNonZeroUsize;

/// The greatest number of requests that are sent in one datagram.
pub(crate) const MAX_REQUESTS: usize = 128;
/// The number of bytes that each reply is assumed to take up in the receive buffer.
const REPLY_ESTIMATE: u32 = 4096;
/// The protocols of which the kernel reads only the first message of a datagram: nl_fib_input() in
/// its net/ipv4/fib_frontend.c, and cn_rx_skb() in drivers/connector/connector.c.
const ONE_REQUEST_PROTOCOLS: [c_int; 2] = [libc::NETLINK_FIB_LOOKUP, libc::NETLINK_CONNECTOR];

/// A netlink socket. C code has pointers to it as `struct nl_sock`.
///
/// All methods take shared references, since C code may use one socket in several threads.
pub(crate) struct Socket {
    fd: Fd,
    next_seq: AtomicU32,
    port: u32,
    protocol: c_int,
    /// The number ([`identity::current`]) of the process that opened the socket. Never changes.
    opened_by: u32,
    /// The number of the last child that has logged that it uses this socket of its parent; 0 if
    /// none has.
    foreign_use_logged: AtomicU32,
    /// The greatest number of requests that are sent at once. Determined by the first transaction
    /// or dump.
    max_requests: OnceNonZeroUsize,
    /// Whether the kernel may be dropping messages for this socket. The kernel starts dropping when
    /// the receive queue is full; the next receive then reports that messages were lost. The kernel
    /// stops when a receive finds the queue empty.
    congested: AtomicBool,
    /// The number of messages that the kernel had dropped when a receive last reported lost
    /// messages.
    drops: AtomicU32,
    /// The time limit of a call, in milliseconds; 0 for no limit.
    timeout: AtomicU32,
    /// Whether messages from other processes are discarded.
    kernel_only: AtomicBool,
    /// Whether the socket has ever joined a multicast group by [`Socket::set_membership`].
    joined: AtomicBool,
    /// Whether the program has used the socket for something else than transactions: it has sent,
    /// received, joined a multicast group, or got the descriptor. So messages may arrive that no
    /// transaction waits for.
    used_otherwise: AtomicBool,
    /// Whether [`Socket::ask_for_groups`] has asked the kernel for the groups of messages.
    asked_for_groups: AtomicBool,
    /// How strictly the kernel checks this socket's requests.
    checking: Checking,
    /// The slots of the pool in which the socket is kept while it is idle. None if the pool must
    /// not keep it.
    pool: Option<pool::Index>,
    /// The network namespace that the socket belongs to. None if that is not known: it is
    /// determined for sockets for lookups, and for all sockets of a pool that distinguishes
    /// namespaces.
    netns: Option<NetworkNamespace>,
    /// When the pool got the socket back: the time of the monotonic clock in seconds.
    idle_since: AtomicU32,
    /// The state of the dump that uses the socket. Only accessed by that dump, under its mutex.
    dump: UnsafeCell<Option<Box<dump_state::State>>>,
    /// Whether a dump uses the socket.
    in_dump: AtomicBool,
}

// SAFETY: `dump` is only accessed under the dump's mutex. The other fields are atomic or constant.
unsafe impl Sync for Socket {}

/// A change of a socket's membership in a multicast group.
#[derive(Clone, Copy)]
pub(crate) enum Membership {
    Join,
    Leave,
}

impl Socket {
    pub(crate) fn protocol(&self) -> c_int {
        self.protocol
    }

    pub(crate) fn port(&self) -> u32 {
        self.port
    }

    pub(crate) fn raw_fd(&self) -> c_int {
        self.fd.raw()
    }

    /// The descriptor, for the program, which may do with it what it wants.
    pub(crate) fn descriptor_for_program(&self) -> c_int {
        self.used_otherwise.store(true, Relaxed);
        self.raw_fd()
    }

    /// Whether the descriptor was found not to be the socket's any more: see [`Fd`].
    pub(crate) fn is_lost(&self) -> bool {
        self.fd.is_closed()
    }

    /// Fails with EBADF if the descriptor is not the socket's any more. Call after something has
    /// arrived that netlink does not send.
    #[cold]
    fn check_descriptor(&self) -> Result<(), Errno> {
        self.fd.check()
    }

    /// Whether this process opened the socket. If not, a parent of this process did, and may still
    /// be using the socket.
    #[inline]
    pub(crate) fn is_own(&self) -> bool {
        self.opened_by == identity::current()
    }

    /// Protects the parent's socket until the result is dropped: if a signal handler forks
    /// meanwhile and returns to the caller, the child's descriptor does not stand for the socket
    /// any more. The caller checks [`Socket::is_own`] after this, since the fork may have happened
    /// before. Nothing is logged while the result exists.
    fn guard_descriptor<'a>(&self, thread: &'a Thread) -> Unfinished<'a> {
        unsafe fn nothing(_: *mut c_void) {}
        // SAFETY: nothing is released.
        unsafe { thread::register_another(thread, null_mut(), nothing, Some(self.raw_fd())) }
    }

    /// Allocates `n` consecutive sequence numbers and returns the first. None of them is 0, which
    /// the kernel uses for notifications.
    pub(crate) fn allocate_seq(&self, n: u32) -> u32 {
        let advance = |seq| Some(seq_after(seq, n));
        self.next_seq.fetch_update(Relaxed, Relaxed, advance).unwrap_or(1)
    }

    /// Joins or leaves a multicast group.
    pub(crate) fn set_membership(&self, change: Membership, group: c_uint) -> Result<(), Errno> {
        let (name, verb) = match change {
            Membership::Join => (libc::NETLINK_ADD_MEMBERSHIP, "join"),
            Membership::Leave => (libc::NETLINK_DROP_MEMBERSHIP, "leave"),
        };
        let result = self.set_option(name, group as c_int);
        if result.is_ok() {
            self.joined.store(true, Relaxed);
            self.used_otherwise.store(true, Relaxed);
        }
        self.capture_membership(change, group, result);
        result.inspect_err(|error| {
            let text = errno::text(error.raw());
            log!(SOCKET, Warn, "could not {verb} multicast group {group} ({text})");
        })
    }

    /// Sets a socket option of netlink. The descriptor is checked before, since it may have become
    /// that of another netlink socket.
    fn set_option(&self, name: c_int, value: c_int) -> Result<(), Errno> {
        self.fd.check()?;
        sys::set_option(&self.fd, libc::SOL_NETLINK, name, value)
    }

    /// Sets a time limit for receives that wait, batches of transactions, and dumps: what is not
    /// done within the limit fails with ETIMEDOUT. 0 means no limit.
    pub(crate) fn set_timeout(&self, milliseconds: u32) {
        self.timeout.store(milliseconds, Relaxed);
    }

    /// If `kernel_only`, messages from other processes are discarded when they are received.
    pub(crate) fn set_kernel_only(&self, kernel_only: bool) {
        self.kernel_only.store(kernel_only, Relaxed);
    }

    /// If `listen`, makes the socket also receive multicasts from all network namespaces that have
    /// an id (nsid) in the socket's own namespace.
    pub(crate) fn listen_all_nsid(&self, listen: bool) -> Result<(), Errno> {
        self.set_option(option::LISTEN_ALL_NSID, c_int::from(listen))
    }

    /// If `ask`, makes the kernel explain its errno values on this socket.
    pub(crate) fn set_extended_acks(&self, ask: bool) -> Result<(), Errno> {
        self.set_option(option::EXT_ACK, c_int::from(ask))
    }

    /// Makes the kernel report the multicast group of each message, also of those that are in the
    /// receive queue. Asks only once: if the kernel refuses, the groups stay unknown.
    pub(crate) fn ask_for_groups(&self) {
        if !self.asked_for_groups.swap(true, Relaxed) {
            let _ = self.set_option(option::PKTINFO, 1);
        }
    }

    /// Whether the kernel reads only the first message of a datagram.
    fn takes_one_request(&self) -> bool {
        ONE_REQUEST_PROTOCOLS.contains(&self.protocol)
    }

    /// The greatest number of requests that are sent in one datagram.
    fn max_requests(&self) -> usize {
        match self.max_requests.get() {
            Some(known) => known.get(),
            None => self.determine_max_requests(),
        }
    }

    #[cold]
    fn determine_max_requests(&self) -> usize {
        self.max_requests
            .get_or_init(|| {
                let replies = sys::receive_buffer_size(&self.fd).unwrap_or(0) / REPLY_ESTIMATE;
                let most = if self.takes_one_request() { 1 } else { MAX_REQUESTS };
                let max = (replies as usize).clamp(1, most);
                NonZeroUsize::new(max).unwrap_or(NonZeroUsize::MIN)
            })
            .get()
    }

    /// Logs a message that `function` sent or received, if debug messages are enabled.
    #[inline]
    fn trace(&self, function: &str, result: Result<(), Errno>, message: &[u8]) {
        if trace::wanted() {
            self.log_foreign_use();
            trace::message(function, result, message, self.protocol);
        }
    }

    /// If a parent of this process opened the socket and may still be using it, logs that: once in
    /// each process.
    #[cold]
    fn log_foreign_use(&self) {
        let present = identity::current();
        if self.opened_by != present && self.foreign_use_logged.swap(present, Relaxed) != present {
            let port = self.port;
            log_limited!(SOCKET, Dbg, "socket {port} was made before a fork, and is shared by it");
        }
    }

    /// Sets the length, the sequence number and the port id in the header of `message`, and sends
    /// it.
    ///
    /// # Safety
    /// See [`message::finalize`].
    pub(crate) unsafe fn send(&self, message: Buf<'_>, seq: u32, wait: Wait) -> Result<(), Errno> {
        self.used_otherwise.store(true, Relaxed);
        let checking = self.check_by_request(message.bytes());
        // SAFETY: the caller's promise.
        let result = unsafe { self.send_quietly(message, seq, wait) };
        strict::log(checking);
        self.trace("nl_sock_send__", result, message.bytes());
        result
    }

    /// [`Socket::send`] without a log line.
    ///
    /// # Safety
    /// See [`message::finalize`].
    unsafe fn send_quietly(&self, message: Buf<'_>, seq: u32, wait: Wait) -> Result<(), Errno> {
        // SAFETY: the caller's promise.
        unsafe { message::finalize(message, seq, self.port) };
        self.send_datagram(message.bytes(), wait).inspect(|()| count(Event::Sent, 1))
    }
}

/// The sequence number that follows `n` of them from `seq` on. They start again at 1 long before
/// they would become 0.
fn seq_after(seq: u32, n: u32) -> u32 {
    match seq.wrapping_add(n) {
        next if next < u32::MAX / 2 => next,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequence_numbers_start_again() {
        let last = u32::MAX / 2;
        assert_eq!(seq_after(1, 5), 6);
        assert_eq!(seq_after(last - 6, 5), last - 1);
        assert_eq!([last - 5, last - 1].map(|seq| seq_after(seq, 5)), [1; 2]);
    }
}
