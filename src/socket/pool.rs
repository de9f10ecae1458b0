//! Idle sockets, kept for the next transaction or dump of their protocol.

use super::NlSock;
use crate::errno::Errno;
use crate::guarded::Guarded;
use crate::host::counters::{Event, count};
use crate::sys;
use alloc::vec::Vec;
use core::ffi::c_int;
use core::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, Ordering::Relaxed};

/// As many protocols as the kernel has.
const PROTOCOLS: usize = 32;
/// Where the sockets are kept that look names up. Apart from the others of their protocol: looking
/// something up in one network namespace must not bring a thread in another a socket of it.
const LOOKUP: usize = PROTOCOLS;
const SHELVES: usize = PROTOCOLS + 1;
/// The shelf of a socket that is not to be kept.
const NOWHERE: usize = usize::MAX;
/// As many idle sockets are kept of each.
const KEPT: usize = 16;
/// How long a socket is kept that nobody wants, in milliseconds.
const KEPT_FOR: i64 = 60_000;
/// How often, at most, sockets are looked for that were kept for longer, in milliseconds.
const SWEEP_INTERVAL: i64 = 1000;

pub(crate) struct Idle {
    sock: NlSock,
    /// When it was given back, in milliseconds of the monotonic clock.
    since: i64,
}

/// The sockets of each protocol, and of lookups, in the order in which they were given back.
pub(crate) static POOL: Guarded<[Vec<Idle>; SHELVES]> =
    Guarded::new([const { Vec::new() }; SHELVES]);

/// When sockets that were kept for too long were last looked for.
static SWEPT: AtomicI64 = AtomicI64::new(0);

/// Whether a thread only gets sockets of the network namespace that it is in.
static NETNS_AWARE: AtomicBool = AtomicBool::new(false);

/// Deadline of pooled sockets, as of [`NlSock::set_timeout`].
static TIMEOUT: AtomicU32 = AtomicU32::new(0);

pub(crate) fn set_netns_aware(aware: bool) {
    NETNS_AWARE.store(aware, Relaxed);
}

pub(crate) fn set_timeout(milliseconds: u32) {
    TIMEOUT.store(milliseconds, Relaxed);
}

/// An idle socket that looks up names, of any network namespace; none if that is not good enough.
pub(crate) fn take_for_lookup_anywhere() -> Option<NlSock> {
    if NETNS_AWARE.load(Relaxed) { None } else { pop(LOOKUP) }
}

/// A socket that looks up names in the network namespace that the thread is in.
pub(crate) fn take_for_lookup() -> Result<NlSock, Errno> {
    take_in_netns(LOOKUP, libc::NETLINK_GENERIC)
}

/// Whether the socket is known to be of the network namespace that the thread is in.
pub(crate) fn is_here(sock: &NlSock) -> bool {
    sys::network_namespace().is_ok_and(|present| sock.netns == Some(present))
}

fn index(protocol: c_int) -> Result<usize, Errno> {
    usize::try_from(protocol).ok().filter(|&index| index < PROTOCOLS).ok_or(Errno::EPROTONOSUPPORT)
}

/// An idle socket, or a new one where there is none.
pub(crate) fn take(protocol: c_int) -> Result<NlSock, Errno> {
    let index = index(protocol)?;
    let sock = if NETNS_AWARE.load(Relaxed) {
        take_in_netns(index, protocol)?
    } else {
        match pop(index) {
            Some(sock) => sock,
            None => NlSock::open_pooled(protocol)?,
        }
    };
    sock.set_timeout(TIMEOUT.load(Relaxed));
    Ok(sock)
}

fn pop(index: usize) -> Option<NlSock> {
    POOL.lock().get_mut(index)?.pop().map(|idle| idle.sock)
}

/// [`take`] for a thread that may have changed its network namespace.
fn take_in_netns(index: usize, protocol: c_int) -> Result<NlSock, Errno> {
    let Ok(present) = sys::network_namespace() else {
        // Without /proc nobody can tell, so a socket of its own it is, for this once.
        let mut sock = NlSock::open_pooled(protocol)?;
        sock.shelf = NOWHERE;
        return Ok(sock);
    };
    while let Some(sock) = pop(index) {
        if sock.netns == Some(present) {
            return Ok(sock);
        }
        // It goes: its namespace is known to be another, or not known.
        count(Event::Discarded, 1);
    }
    let mut sock = NlSock::open_pooled(protocol)?;
    sock.netns = Some(present);
    sock.shelf = index;
    Ok(sock)
}

/// Gives back a socket that has nothing left to receive; closes it where enough are kept.
fn give(sock: NlSock) {
    let now = sys::coarse_ms();
    let surplus = match POOL.lock().get_mut(sock.shelf) {
        Some(idle) if idle.len() < KEPT => {
            idle.push(Idle { sock, since: now });
            None
        }
        _ => Some(sock),
    };
    // The lock is gone before anything is closed.
    drop(surplus);
    if now - SWEPT.load(Relaxed) >= SWEEP_INTERVAL {
        SWEPT.store(now, Relaxed);
        close_older_than(now - KEPT_FOR);
    }
}

/// Gives a socket back, or closes it if it may have something left to receive.
pub(crate) fn give_back(sock: NlSock, idle: bool) {
    if idle { give(sock) } else { discard(sock) }
}

/// Closes a socket that may have something left to receive.
fn discard(sock: NlSock) {
    count(Event::Discarded, 1);
    drop(sock);
}

#[cold]
fn close_older_than(time: i64) {
    let mut old = Vec::new();
    for idle in POOL.lock().iter_mut() {
        let n = idle.partition_point(|idle| idle.since < time);
        old.extend(idle.drain(..n));
    }
}

/// Closes all idle sockets.
pub(crate) fn flush() {
    close_older_than(i64::MAX);
}
