//! Idle sockets, kept for the next transaction, dump or lookup.
//!
//! Each protocol has slots for idle sockets, and so have lookups of generic netlink names. A socket is
//! taken out of its slot, or put into one, by a single atomic exchange: no thread ever waits for
//! another. A socket that another process opened, a parent's, is closed instead of being handed out or
//! kept.

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
use core::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, Ordering::Relaxed};

/// The number of protocols that the kernel has.
const PROTOCOLS: usize = 32;
/// How many idle sockets are kept for each protocol, and for lookups.
const KEPT: usize = 16;
/// How long a socket is kept that nobody needs, in milliseconds.
const KEPT_FOR: i64 = 60_000;
/// The shortest time between two searches for sockets that were kept for longer, in milliseconds.
const SWEEP_INTERVAL: i64 = 1000;

/// Which slots a socket is kept in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Index(usize);

impl Index {
    /// Sockets that look names up are kept apart from the others of their protocol: a lookup in one
    /// network namespace must not leave its socket to a thread in another.
    const LOOKUP: Self = Self(PROTOCOLS);

    pub(super) fn of_protocol(protocol: c_int) -> Option<Self> {
        usize::try_from(protocol).ok().filter(|&index| index < PROTOCOLS).map(Self)
    }

    fn slots(self) -> Option<&'static Slots<Socket, KEPT>> {
        POOL.get(self.0)
    }
}

static POOL: [Slots<Socket, KEPT>; PROTOCOLS + 1] = [const { Slots::new() }; PROTOCOLS + 1];

/// When sockets that were kept for too long were last searched for.
static SWEPT: AtomicI64 = AtomicI64::new(0);

/// Whether a thread only gets sockets of the network namespace that it is in.
static NETNS_AWARE: AtomicBool = AtomicBool::new(false);

/// The timeout of pooled sockets: see [`Socket::set_timeout`].
static TIMEOUT: AtomicU32 = AtomicU32::new(0);

pub(crate) fn set_netns_aware(aware: bool) {
    NETNS_AWARE.store(aware, Relaxed);
}

pub(crate) fn set_timeout(milliseconds: u32) {
    TIMEOUT.store(milliseconds, Relaxed);
}

/// A socket of the pool in use. When this goes, the socket returns to the pool if it is known to have
/// nothing left to receive; otherwise it is closed.
pub(crate) struct Pooled {
    /// From [`Box`].
    sock: NonNull<Socket>,
    /// Whether there is nothing left to receive.
    idle: Cell<bool>,
}

impl Pooled {
    fn new(sock: Box<Socket>) -> Self {
        // SAFETY: the pointer of a box is never null.
        let sock = unsafe { NonNull::new_unchecked(Box::into_raw(sock)) };
        Self { sock, idle: Cell::new(false) }
    }

    /// Has the socket kept when this goes: it has nothing left to receive.
    pub(super) fn mark_idle(&self) {
        self.idle.set(true);
    }

    /// Has the socket closed when this goes.
    pub(super) fn mark_unusable(&self) {
        self.idle.set(false);
    }

    /// Registers the socket with the thread until the result goes, so that it is closed if this
    /// function is left without its end being reached.
    pub(super) fn register<'a>(&self, thread: &'a Thread) -> Unfinished<'a> {
        // SAFETY: if the caller is left, so is whoever owns the `Pooled`, and nobody else has the
        // pointer.
        unsafe { thread::begin(thread, self.sock.as_ptr().cast(), close, self.raw_fd()) }
    }

    /// Gives the socket up to C, which gets it back to [`Pooled::from_raw`].
    pub(super) fn into_raw(self) -> *mut Socket {
        core::mem::ManuallyDrop::new(self).sock.as_ptr()
    }

    /// # Safety
    /// `sock` is from [`Pooled::into_raw`], and is not used otherwise any more.
    pub(super) unsafe fn from_raw(sock: NonNull<Socket>) -> Self {
        Self { sock, idle: Cell::new(false) }
    }
}

/// Closes a socket whose owner was left.
///
/// # Safety
/// `sock` is from a box, and given up.
unsafe fn close(sock: *mut c_void) {
    count(Event::Discarded, 1);
    // SAFETY: the caller's promise.
    drop(unsafe { Box::from_raw(sock.cast::<Socket>()) });
}

impl Deref for Pooled {
    type Target = Socket;

    #[inline]
    fn deref(&self) -> &Socket {
        // SAFETY: from a box, which lives as long as this.
        unsafe { self.sock.as_ref() }
    }
}

impl Drop for Pooled {
    fn drop(&mut self) {
        // SAFETY: from a box; this is its end.
        let sock = unsafe { Box::from_raw(self.sock.as_ptr()) };
        if self.idle.get() && sock.is_own() {
            keep(sock);
        } else {
            count(Event::Discarded, 1);
        }
    }
}

/// An idle socket that looks up names, whatever its network namespace. None if there is none, or if
/// its namespace matters.
pub(super) fn take_for_lookup_anywhere() -> Option<Pooled> {
    if NETNS_AWARE.load(Relaxed) { None } else { take_idle(Index::LOOKUP) }
}

/// A socket that looks up names in the network namespace that the thread is in.
pub(super) fn take_for_lookup() -> Result<Pooled, Errno> {
    take_in_netns(Index::LOOKUP, libc::NETLINK_GENERIC)
}

/// Whether the socket is known to belong to the network namespace that the thread is in.
pub(super) fn is_in_present_netns(sock: &Socket) -> bool {
    sys::network_namespace().is_ok_and(|present| sock.netns == Some(present))
}

/// An idle socket; a new one if there is none.
pub(super) fn take(protocol: c_int) -> Result<Pooled, Errno> {
    let index = Index::of_protocol(protocol).ok_or(Errno::EPROTONOSUPPORT)?;
    let sock = if NETNS_AWARE.load(Relaxed) {
        take_in_netns(index, protocol)?
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
        // A parent's. It goes.
    }
}

/// Opens a socket for the pool, and sets it up by `set_up`.
#[cold]
#[inline(never)]
fn open(protocol: c_int, set_up: impl FnOnce(&mut Socket)) -> Result<Pooled, Errno> {
    thread::with(|thread| {
        let (sock, _registered) = Socket::open(protocol, |mut sock| {
            sock.cap_acks();
            set_up(&mut sock);
            let sock = Pooled::new(sock);
            let registered = sock.register(thread);
            (sock, registered)
        })?;
        Ok(sock)
    })
}

/// [`take`] for a thread that may have changed its network namespace.
fn take_in_netns(index: Index, protocol: c_int) -> Result<Pooled, Errno> {
    let Ok(present) = sys::network_namespace() else {
        // Without /proc the thread's network namespace is unknown: use a new socket and do not keep
        // it.
        return open(protocol, |sock| sock.pool = None);
    };
    while let Some(sock) = take_idle(index) {
        if sock.netns == Some(present) {
            return Ok(sock);
        }
        // Its namespace is another one, or unknown. It goes.
    }
    open(protocol, |sock| {
        sock.netns = Some(present);
        sock.pool = Some(index);
    })
}

/// Puts a socket that has nothing left to receive into a slot. Closes it if all are full.
fn keep(sock: Box<Socket>) {
    let now = sys::coarse_ms();
    sock.idle_since.store(now, Relaxed);
    if let Some(slots) = sock.pool.and_then(Index::slots) {
        // If the slots are full, the socket comes back, and is closed here.
        drop(slots.give(sock));
    }
    if now - SWEPT.load(Relaxed) >= SWEEP_INTERVAL {
        SWEPT.store(now, Relaxed);
        close_idle_since_before(now - KEPT_FOR);
    }
}

#[cold]
fn close_idle_since_before(time: i64) {
    for slots in &POOL {
        slots.take_each(|sock| sock.idle_since.load(Relaxed) < time, drop);
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

/// Closes the descriptors of all idle sockets, and leaves their memory for later: [`take`] frees it,
/// since they are not this process's. For the fork handler in a child, which must not call free().
///
/// # Safety
/// The process has no other thread.
pub(crate) unsafe fn close_descriptors() {
    for slots in &POOL {
        // SAFETY: the caller's promise.
        unsafe { slots.for_each(|sock| sock.fd.close()) };
    }
}
