//! A netlink socket that is connected to the kernel, and in the files of this folder what is built on
//! it: receiving, the pool, transactions, dumps, and lookups of generic netlink names.

pub(crate) mod deadline;
pub(crate) mod dump;
pub(crate) mod dump_all;
pub(crate) mod extack;
mod family_names;
pub(crate) mod lookup;
mod open;
pub(crate) mod pool;
mod receive;
mod scratch;
mod slots;
mod trace;
pub(crate) mod transact;

use crate::buffer::Buf;
use crate::errno::{self, Errno};
use crate::flavour::ALWAYS_EXTENDED_ACKS;
use crate::host::counters::{Event, count};
use crate::host::log::{log, log_limited};
use crate::identity;
use crate::message;
use crate::sys::{self, Fd, NetworkNamespace, Wait, option};
use alloc::boxed::Box;
use core::cell::UnsafeCell;
use core::ffi::{c_int, c_uint};
use core::num::NonZeroUsize;
use core::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, Ordering::Relaxed};
use once_cell::race::OnceNonZeroUsize;

/// The most requests in one datagram.
pub(crate) const MAX_REQUESTS: usize = 128;
/// Room in the receive buffer that a batch assumes for each reply, in bytes.
const REPLY_ESTIMATE: u32 = 4096;

/// A netlink socket: what `struct nl_sock` is to C.
///
/// Shared references suffice for everything, since C may use one socket from several threads.
pub(crate) struct Socket {
    fd: Fd,
    next_seq: AtomicU32,
    port: u32,
    protocol: c_int,
    /// The process that opened it, by its number ([`identity::current`]). Never changes.
    opened_by: u32,
    /// The last process other than that one in which its use was logged; 0 if there is none.
    foreign_use_logged: AtomicU32,
    /// The most requests that are sent at once. Determined by the first transaction or dump.
    max_requests: OnceNonZeroUsize,
    /// Whether the kernel may be dropping messages for this socket: set if a receive reports that
    /// some were lost, until one finds the queue empty, which makes the kernel stop.
    congested: AtomicBool,
    /// The number of messages that the kernel was known to have dropped.
    drops: AtomicU32,
    /// How long a blocking call may take, in milliseconds; 0 for ever.
    timeout: AtomicU32,
    /// Whether messages from other processes are dropped.
    kernel_only: AtomicBool,
    /// The pool that keeps it when it is idle. None if it is not to be kept.
    pool: Option<pool::Index>,
    /// The network namespace that it belongs to. Known if the pool has to know.
    netns: Option<NetworkNamespace>,
    /// When it became idle, in milliseconds of the monotonic clock. Used by the pool.
    idle_since: AtomicI64,
    /// The dump that uses it. Only touched by that dump, under its mutex.
    dump: UnsafeCell<Option<Box<dump::State>>>,
}

// SAFETY: `dump` is only touched under the dump's mutex; the rest is atomic or constant.
unsafe impl Sync for Socket {}

/// What a socket does with a multicast group.
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

    /// Whether this process opened the socket. If not, a parent did, and may still be using it.
    #[inline]
    pub(crate) fn is_own(&self) -> bool {
        self.opened_by == identity::current()
    }

    /// Takes `n` consecutive sequence numbers and returns the first.
    ///
    /// Never 0, which the kernel uses for notifications.
    pub(crate) fn allocate_seq(&self, n: u32) -> u32 {
        let advance = |seq: u32| match seq.wrapping_add(n) {
            next if next < u32::MAX / 2 => Some(next),
            _ => Some(1),
        };
        self.next_seq.fetch_update(Relaxed, Relaxed, advance).unwrap_or(1)
    }

    /// Joins or leaves a multicast group.
    pub(crate) fn set_membership(&self, change: Membership, group: c_uint) -> Result<(), Errno> {
        let (name, verb) = match change {
            Membership::Join => (libc::NETLINK_ADD_MEMBERSHIP, "join"),
            Membership::Leave => (libc::NETLINK_DROP_MEMBERSHIP, "leave"),
        };
        sys::set_option(&self.fd, libc::SOL_NETLINK, name, group.cast_signed()).inspect_err(
            |error| {
                let text = errno::text(error.raw());
                log!(SOCKET, Warn, "could not {verb} multicast group {group} ({text})");
            },
        )
    }

    /// Makes blocking receives, transactions and dumps end in ETIMEDOUT after `milliseconds`; 0 for
    /// never.
    pub(crate) fn set_timeout(&self, milliseconds: u32) {
        self.timeout.store(milliseconds, Relaxed);
    }

    /// If `kernel_only`, receiving drops what other processes send.
    pub(crate) fn set_kernel_only(&self, kernel_only: bool) {
        self.kernel_only.store(kernel_only, Relaxed);
    }

    /// If `listen`, makes the socket also receive multicasts from all network namespaces that have an
    /// id in its own.
    pub(crate) fn listen_all_nsid(&self, listen: bool) -> Result<(), Errno> {
        let value = c_int::from(listen);
        sys::set_option(&self.fd, libc::SOL_NETLINK, option::LISTEN_ALL_NSID, value)
    }

    /// The most requests that go in one datagram. The first call also sets up what only transactions
    /// and dumps need.
    fn max_requests(&self) -> usize {
        match self.max_requests.get() {
            Some(known) => known.get(),
            None => self.prepare(),
        }
    }

    #[cold]
    fn prepare(&self) -> usize {
        self.max_requests
            .get_or_init(|| {
                if !ALWAYS_EXTENDED_ACKS {
                    let _ = open::ask_for_extended_acks(&self.fd);
                }
                let replies = sys::receive_buffer_size(&self.fd).unwrap_or(0) / REPLY_ESTIMATE;
                let max = (replies as usize).clamp(1, MAX_REQUESTS);
                NonZeroUsize::new(max).unwrap_or(NonZeroUsize::MIN)
            })
            .get()
    }

    /// Shows a message that `function` sent or received, on the log at debug level.
    #[inline]
    fn trace(&self, function: &str, result: Result<(), Errno>, message: &[u8]) {
        if trace::wanted() {
            self.log_foreign_use();
            trace::message(function, result, message, self.protocol);
        }
    }

    /// Logs, once in each process, that a parent opened the socket and may be using it, too.
    #[cold]
    fn log_foreign_use(&self) {
        let present = identity::current();
        if self.opened_by != present && self.foreign_use_logged.swap(present, Relaxed) != present {
            let port = self.port;
            log_limited!(SOCKET, Dbg, "socket {port} was made before a fork, and is shared by it");
        }
    }

    /// Sends `message` with its header filled in.
    ///
    /// # Safety
    /// See [`message::finalize`].
    pub(crate) unsafe fn send(&self, message: Buf<'_>, seq: u32, wait: Wait) -> Result<(), Errno> {
        // SAFETY: the caller's promise.
        unsafe { message::finalize(message, seq, self.port) };
        let result = sys::send(&self.fd, message.bytes(), wait);
        if result.is_ok() {
            count(Event::Sent, 1);
        }
        self.trace("nl_sock_send__", result, message.bytes());
        result
    }
}
