//! The event counters, and how the host comes to know four of them.

use super::{nlsock_host_counter, nlsock_host_counter_register};
use crate::abi::CoverageCounter;
use core::cell::UnsafeCell;
use core::ffi::c_uint;
use core::ptr::null_mut;
use core::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use core::sync::atomic::{AtomicPtr, AtomicU64};

/// What is counted.
#[derive(Clone, Copy)]
#[repr(usize)]
pub(crate) enum Event {
    /// A receive that found messages lost.
    Overflow,
    /// A datagram received.
    Received,
    /// One of them larger than the caller's buffer.
    Jumbo,
    /// A message sent.
    Sent,
    /// A message that the kernel dropped.
    Dropped,
    /// A request sent again.
    Resent,
    /// A message that answers no present request.
    Stale,
    /// A message of another process, unwanted.
    Spoofed,
    /// A pooled socket closed before its time.
    Discarded,
}

/// How many kinds of events there are; the first few are those that the host knows.
const EVENTS: usize = 9;
const HOST_EVENTS: usize = 4;

/// Counts since the process started.
static TOTALS: [AtomicU64; EVENTS] = [const { AtomicU64::new(0) }; EVENTS];
/// What of them was there at the last reset.
static RESET: [AtomicU64; EVENTS] = [const { AtomicU64::new(0) }; EVENTS];
/// What of them the host has been told.
static REPORTED: [AtomicU64; HOST_EVENTS] = [const { AtomicU64::new(0) }; HOST_EVENTS];

/// What a counter of the host's asks.
type Count = extern "C" fn() -> c_uint;
/// What the original's counters asked before they asked us: a [`Count`], or null.
static ORIGINAL: [AtomicPtr<()>; HOST_EVENTS] = [const { AtomicPtr::new(null_mut()) }; HOST_EVENTS];

#[inline]
#[expect(clippy::indexing_slicing, reason = "there is a cell for every event")]
fn cell<T, const N: usize>(cells: &'static [T; N], event: Event) -> &'static T {
    &cells[event as usize]
}

#[inline]
pub(crate) fn count(event: Event, n: usize) {
    cell(&TOTALS, event).fetch_add(n as u64, Relaxed);
}

/// The count since the last reset.
pub(crate) fn total(event: Event) -> u64 {
    let base = cell(&RESET, event).load(Relaxed);
    cell(&TOTALS, event).load(Relaxed).wrapping_sub(base)
}

/// Makes all counts start again; the host's go on.
pub(crate) fn reset() {
    for (total, reset) in TOTALS.iter().zip(&RESET) {
        reset.store(total.load(Relaxed), Relaxed);
    }
}

/// What came since the last call, of any thread: the host sums what its threads report. With what
/// the original's code counted, if it is there, too, and something still calls it.
fn unreported(event: Event) -> c_uint {
    let total = cell(&TOTALS, event).load(Relaxed);
    // fetch_max, so that of two threads that report at once neither reports less than nothing.
    let reported = cell(&REPORTED, event).fetch_max(total, Relaxed);
    let original = cell(&ORIGINAL, event).load(Acquire);
    // SAFETY: null, or what `start` stored.
    let original = unsafe { core::mem::transmute::<*mut (), Option<Count>>(original) };
    let original = original.map_or(0, |count| count());
    (total.saturating_sub(reported) as c_uint).wrapping_add(original)
}

extern "C" fn overflows() -> c_uint {
    unreported(Event::Overflow)
}
extern "C" fn receptions() -> c_uint {
    unreported(Event::Received)
}
extern "C" fn jumbos() -> c_uint {
    unreported(Event::Jumbo)
}
extern "C" fn sendings() -> c_uint {
    unreported(Event::Sent)
}

/// A counter that the host owns once it is registered.
#[repr(transparent)]
struct Registered(UnsafeCell<CoverageCounter>);

// SAFETY: after registration only the host touches it, under its own lock.
unsafe impl Sync for Registered {}

const fn counter(name: &'static core::ffi::CStr, count: Count) -> Registered {
    Registered(UnsafeCell::new(CoverageCounter {
        name: name.as_ptr(),
        count,
        total: 0,
        last_total: 0,
        min: [0; 12],
        hr: [0; 60],
    }))
}

static COUNTERS: [Registered; HOST_EVENTS] = [
    counter(c"netlink_overflow", overflows),
    counter(c"netlink_received", receptions),
    counter(c"netlink_recv_jumbo", jumbos),
    counter(c"netlink_sent", sendings),
];

/// Registers the counters where the host has a place for them. Where the process has those of the
/// original (LD_PRELOAD over a shared libopenvswitch), these are registered anyway, and ask us now.
pub(crate) fn start() {
    for (counter, original) in COUNTERS.iter().zip(&ORIGINAL) {
        let counter = counter.0.get();
        // SAFETY: a counter of static life, laid out as the host expects; so is the original's,
        // which is data that the host writes. Nothing counts before the program starts.
        unsafe {
            let known: *mut CoverageCounter = nlsock_host_counter((*counter).name).cast();
            if known.is_null() {
                nlsock_host_counter_register(counter.cast());
            } else {
                original.store((*known).count as *mut (), Release);
                (*known).count = (*counter).count;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_told_each_event_once() {
        receptions();
        count(Event::Received, 3);
        assert!(receptions() >= 3);
        assert!(total(Event::Received) >= 3);
        assert_eq!(overflows(), overflows());
    }
}
