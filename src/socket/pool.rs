// SPDX-License-Identifier: Apache-2.0
//! The pool: idle sockets that are kept for the next transaction, dump or lookup.
//!
//! There are slots for each protocol, and slots for lookups of generic netlink names. A socket is
//! taken out of a slot, or put into a slot, by a single atomic exchange, so no thread ever waits
//! for another. A socket that a parent of this process opened is neither used nor put back, but
//! closed.

use super::Socket;
use super::slots::Slots;
use crate::errno::Errno;
use crate::host::counters::{Event, count};
use crate::sys;
use crate::thread::{self, Thread, Unfinished};
use alloc::boxed::Box;
use core::cell::Cell;
use core::ffi::{c_int, c_void};
use core::ops::Deref;
use core::ptr::NonNull;
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};

/// The number of protocols that the kernel has.
const PROTOCOLS: usize = 32;
/// How many idle sockets are kept for each protocol, and for lookups.
const KEPT: usize = 16;
/// How long an idle socket is kept, in seconds.
const KEPT_FOR: u32 = 60;

/// An index into [`POOL`]: the slots in which a socket is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Index(usize);

impl Index {
    /// The slots of sockets for lookups. A lookup may use a socket of any network namespace, a
    /// transaction may not. So these sockets are kept apart, and are never handed to a transaction.
    const LOOKUP: Self = Self(PROTOCOLS);

    pub(super) fn of_protocol(protocol: c_int) -> Option<Self> {
        usize::try_from(protocol).ok().filter(|&index| index < PROTOCOLS).map(Self)
    }

    fn slots(self) -> Option<&'static Slots<Socket, KEPT>> {
        POOL.get(self.0)
    }
}

static POOL: [Slots<Socket, KEPT>; PROTOCOLS + 1] = [const { Slots::new() }; PROTOCOLS + 1];

/// A set that has the numbers of the descriptors that ever were those of idle sockets: bit N stands
/// for all numbers with the remainder N.
static NUMBERS: AtomicU32 = AtomicU32::new(0);

fn bit_of(number: c_int) -> u32 {
    1u32.wrapping_shl(number as u32)
}

/// When the pool was last searched for sockets that have been idle for too long: the time of the
/// monotonic clock in seconds.
static SWEPT: AtomicU32 = AtomicU32::new(0);

/// Whether a thread gets only sockets that belong to the network namespace that the thread is in.
/// If so, the pool keeps no idle sockets: each would keep its namespace alive after all threads
/// have left it, and the library does not notice when a thread leaves a namespace.
static NETNS_AWARE: AtomicBool = AtomicBool::new(false);

/// The time limit of sockets from the pool: see [`Socket::set_timeout`].
static TIMEOUT: AtomicU32 = AtomicU32::new(0);

/// Whether the program wants the kernel to check all requests on sockets from the pool strictly.
static STRICT_CHECKING: AtomicBool = AtomicBool::new(false);

pub(crate) fn set_strict_checking(strict: bool) {
    STRICT_CHECKING.store(strict, Relaxed);
}

pub(super) fn strict_checking() -> bool {
    STRICT_CHECKING.load(Relaxed)
}

pub(crate) fn set_netns_aware(aware: bool) {
    NETNS_AWARE.store(aware, Relaxed);
    if aware {
        flush();
    }
}

pub(crate) fn set_timeout(milliseconds: u32) {
    TIMEOUT.store(milliseconds, Relaxed);
}

/// A socket from the pool that is in use. When this is dropped, the socket returns to the pool if
/// it was marked as idle; otherwise it is closed.
pub(crate) struct Pooled {
    /// From [`Box`].
    sock: NonNull<Socket>,
    /// Whether it is known that nothing is left to receive.
    idle: Cell<bool>,
}

impl Pooled {
    fn new(sock: Box<Socket>) -> Self {
        // SAFETY: the pointer of a box is never null.
        let sock = unsafe { NonNull::new_unchecked(Box::into_raw(sock)) };
        Self { sock, idle: Cell::new(false) }
    }

    /// Marks the socket as idle: nothing is left to receive, so it can be kept.
    pub(super) fn mark_idle(&self) {
        self.idle.set(true);
    }

    /// Registers the socket with the thread until the result is dropped. If the calling function is
    /// left without reaching its end, the registered socket is closed later.
    pub(super) fn register<'a>(&self, thread: &'a Thread) -> Unfinished<'a> {
        // SAFETY: if the caller is left, then the owner of the `Pooled` is left, too, and nothing
        // else uses the pointer.
        unsafe { thread::register(thread, self.sock.as_ptr().cast(), close, Some(self.raw_fd())) }
    }

    /// Converts to a pointer, which must be passed to [`Pooled::from_raw`] later.
    pub(super) fn into_raw(self) -> *mut Socket {
        core::mem::ManuallyDrop::new(self).sock.as_ptr()
    }

    /// Converts back a pointer from [`Pooled::into_raw`]. The socket is not marked as idle.
    ///
    /// # Safety
    /// `sock` is from [`Pooled::into_raw`], and the pointer is not used any more.
    pub(super) unsafe fn from_raw(sock: NonNull<Socket>) -> Self {
        Self { sock, idle: Cell::new(false) }
    }
}

/// Closes a socket that was registered by a function that was left without reaching its end.
///
/// # Safety
/// `sock` points to a [`Socket`] from [`Box`] that is not used any more.
unsafe fn close(sock: *mut c_void) {
    count(Event::Discarded, 1);
    // SAFETY: the caller's promise.
    drop(unsafe { Box::from_raw(sock.cast::<Socket>()) });
}

impl Deref for Pooled {
    type Target = Socket;

    #[inline]
    fn deref(&self) -> &Socket {
        // SAFETY: from a box, which exists as long as this.
        unsafe { self.sock.as_ref() }
    }
}

impl Drop for Pooled {
    fn drop(&mut self) {
        // SAFETY: from a box, and not used any more.
        let sock = unsafe { Box::from_raw(self.sock.as_ptr()) };
        if self.idle.get() && sock.is_own() {
            let bit = bit_of(sock.fd.raw());
            // The bit is usually set already, and a load is cheaper.
            if NUMBERS.load(Relaxed) & bit == 0 {
                NUMBERS.fetch_or(bit, Relaxed);
            }
            keep(sock);
        } else {
            count(Event::Discarded, 1);
        }
    }
}

/// Takes an idle socket for lookups, of any network namespace. None if there is no idle one, or if
/// the pool distinguishes namespaces.
pub(super) fn take_for_lookup_anywhere() -> Option<Pooled> {
    if NETNS_AWARE.load(Relaxed) { None } else { take_idle(Index::LOOKUP) }
}

/// Takes an idle socket for lookups that belongs to the thread's network namespace, or opens one.
pub(super) fn take_for_lookup() -> Result<Pooled, Errno> {
    if NETNS_AWARE.load(Relaxed) {
        return open_for_once(libc::NETLINK_GENERIC);
    }
    let Ok(present) = sys::network_namespace() else {
        // Without /proc, the thread's network namespace is unknown.
        return open_for_once(libc::NETLINK_GENERIC);
    };
    while let Some(sock) = take_idle(Index::LOOKUP) {
        if sock.netns == Some(present) {
            return Ok(sock);
        }
        // The namespace of this socket is another one. The socket is closed here.
    }
    open(libc::NETLINK_GENERIC, |sock| {
        sock.netns = Some(present);
        sock.pool = Some(Index::LOOKUP);
    })
}

/// Whether the socket is known to belong to the thread's network namespace.
pub(super) fn is_in_present_netns(sock: &Socket) -> bool {
    sys::network_namespace().is_ok_and(|present| sock.netns == Some(present))
}

/// Takes an idle socket of the protocol from the pool. If there is none, opens a socket. The caller
/// chooses how strictly the kernel checks its requests: the last user may have chosen otherwise.
pub(super) fn take(protocol: c_int) -> Result<Pooled, Errno> {
    let index = Index::of_protocol(protocol).ok_or(Errno::EPROTONOSUPPORT)?;
    let sock = if NETNS_AWARE.load(Relaxed) {
        open_for_once(protocol)?
    } else {
        match take_idle(index) {
            Some(sock) => sock,
            None => open(protocol, |_| {})?,
        }
    };
    sock.set_timeout(TIMEOUT.load(Relaxed));
    Ok(sock)
}

fn take_idle(index: Index) -> Option<Pooled> {
    let slots = index.slots()?;
    loop {
        let sock = slots.take()?;
        if sock.is_own() {
            return Some(Pooled::new(sock));
        }
        // A parent opened this socket. It is closed here.
    }
}

/// Opens a socket for use with the pool. `set_up` changes it before anything is logged.
#[cold]
#[inline(never)]
fn open(protocol: c_int, set_up: impl FnOnce(&mut Socket)) -> Result<Pooled, Errno> {
    thread::with(|thread| {
        let (sock, _registered) = Socket::open(protocol, |mut sock| {
            sock.prepare_for_pool();
            set_up(&mut sock);
            let sock = Pooled::new(sock);
            let registered = sock.register(thread);
            (sock, registered)
        })?;
        Ok(sock)
    })
}

/// Opens a socket that the pool will not keep.
fn open_for_once(protocol: c_int) -> Result<Pooled, Errno> {
    open(protocol, |sock| sock.pool = None)
}

/// Puts an idle socket into a slot. Closes it if all slots are full.
fn keep(sock: Box<Socket>) {
    let now = sys::coarse_seconds();
    sock.idle_since.store(now, Relaxed);
    if let Some(slots) = sock.pool.and_then(Index::slots) {
        // If all slots are full, `give` returns the socket, which is closed here.
        drop(slots.give(sock));
        if NETNS_AWARE.load(Relaxed) {
            // The socket was taken before sockets stopped being kept.
            flush();
        }
    }
    if now != SWEPT.load(Relaxed) {
        SWEPT.store(now, Relaxed);
        close_idle_for_too_long(now);
    }
}

#[cold]
fn close_idle_for_too_long(now: u32) {
    for slots in &POOL {
        let idle_for = |sock: &Socket| now.saturating_sub(sock.idle_since.load(Relaxed));
        slots.take_each(|sock| idle_for(sock) > KEPT_FOR, drop);
    }
}

/// Forgets the idle socket whose descriptor has the number `number`, if there is one. Call after
/// the kernel has given `number` to a new socket: somebody else has closed the descriptor of the
/// idle one, which otherwise would stand for the new socket.
pub(super) fn forget_descriptor(number: c_int) {
    if NUMBERS.load(Relaxed) & bit_of(number) != 0 {
        search_and_forget(number);
    }
}

#[cold]
#[inline(never)]
fn search_and_forget(number: c_int) {
    for slots in &POOL {
        slots.take_each(|sock| sock.fd.forget(number), drop);
    }
}

/// Closes all idle sockets.
pub(crate) fn flush() {
    thread::without_cancellation(|| {
        for slots in &POOL {
            slots.take_each(|_| true, drop);
        }
    });
}

/// Closes the descriptors of all idle sockets. Called by the fork handler in a child, which must
/// not call free(). So the sockets stay in their slots; [`take`] frees them later, when it finds
/// that a parent opened them.
///
/// # Safety
/// The process has no other thread.
pub(crate) unsafe fn close_descriptors() {
    for slots in &POOL {
        // SAFETY: the caller's promise.
        unsafe { slots.for_each(|sock| sock.fd.close()) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sockets_for_lookups_are_those_of_no_protocol() {
        assert_eq!(Index::of_protocol(31), Some(Index(31)));
        for other in [-1, 32, c_int::MAX] {
            assert_eq!(Index::of_protocol(other), None);
        }
    }
}
