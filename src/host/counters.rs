// SPDX-License-Identifier: Apache-2.0
//! The event counters. Four of them are also coverage counters of Open vSwitch, if the process
//! contains that.

use super::{nlsock_host_counter, nlsock_host_counter_register};
use crate::abi::CoverageCounter;
use core::cell::UnsafeCell;
use core::ffi::c_uint;
use core::ptr::null_mut;
use core::sync::atomic::AtomicPtr;
use core::sync::atomic::Ordering::{Acquire, Relaxed, Release};

/// Kinds of events that are counted. The first four are also coverage counters in the original.
#[derive(Clone, Copy)]
#[repr(usize)]
pub(crate) enum Event {
    /// A receive reported that messages were lost.
    Overflow,
    /// A datagram was received.
    Received,
    /// A message was received that was longer than the room that was there for it: the allocation
    /// of its buffer.
    Jumbo,
    /// A message was sent.
    Sent,
    /// The kernel dropped a message.
    Dropped,
    /// A request was sent again.
    Resent,
    /// A message arrived that does not answer a request that is waiting for a reply.
    Stale,
    /// A message from another process was discarded.
    Spoofed,
    /// A socket from the pool was closed after use instead of being kept.
    Discarded,
}

/// The number of kinds of events.
const EVENTS: usize = 9;
/// The number of kinds that are also coverage counters.
const HOST_EVENTS: usize = 4;

/// A number of events, and its value. On processors without atomic operations of 64 bits (MIPS with
/// 32 bits), it starts at 0 again after 2^32 events.
#[cfg(target_has_atomic = "64")]
type Number = core::sync::atomic::AtomicU64;
#[cfg(target_has_atomic = "64")]
type Difference = i64;
#[cfg(not(target_has_atomic = "64"))]
type Number = core::sync::atomic::AtomicU32;
#[cfg(not(target_has_atomic = "64"))]
type Difference = i32;

/// The number of events of each kind since the process started.
static TOTALS: [Number; EVENTS] = [const { Number::new(0) }; EVENTS];
/// The value of [`TOTALS`] at the last reset.
static RESET: [Number; EVENTS] = [const { Number::new(0) }; EVENTS];
/// The number of events of each kind that have been reported to Open vSwitch.
static REPORTED: [Number; HOST_EVENTS] = [const { Number::new(0) }; HOST_EVENTS];

/// A function that Open vSwitch calls to get the number of new events.
type Count = extern "C" fn() -> c_uint;
/// If the process also contains the original's code: the [`Count`] functions of the original's
/// counters. Otherwise null.
static ORIGINAL: [AtomicPtr<()>; HOST_EVENTS] = [const { AtomicPtr::new(null_mut()) }; HOST_EVENTS];

#[inline]
#[expect(clippy::indexing_slicing, reason = "there is a cell for every event")]
fn cell<T, const N: usize>(cells: &'static [T; N], event: Event) -> &'static T {
    &cells[event as usize]
}

#[inline]
pub(crate) fn count(event: Event, n: usize) {
    cell(&TOTALS, event).fetch_add(n as _, Relaxed);
}

/// The number of events since the last reset.
#[allow(clippy::useless_conversion, reason = "the type is narrower on some platforms")]
pub(crate) fn total(event: Event) -> u64 {
    let base = cell(&RESET, event).load(Relaxed);
    cell(&TOTALS, event).load(Relaxed).wrapping_sub(base).into()
}

/// Makes [`total`] start at 0 again. The numbers reported to Open vSwitch are not reset.
pub(crate) fn reset() {
    for (total, reset) in TOTALS.iter().zip(&RESET) {
        reset.store(total.load(Relaxed), Relaxed);
    }
}

/// The number of events, in all threads, since the last call of this function by any thread. Open
/// vSwitch calls it in each of its threads, and adds up the results. Includes the events that the
/// original's code counted, if the process also contains that code.
fn unreported(event: Event) -> c_uint {
    let total = cell(&TOTALS, event).load(Relaxed);
    // If two threads are here at once, the one with the smaller total may come second: then it has
    // nothing to report. The difference may be negative only in that case, also if the total has
    // started at 0 again.
    let newer = |reported| (total.wrapping_sub(reported) as Difference > 0).then_some(total);
    let reported = cell(&REPORTED, event).fetch_update(Relaxed, Relaxed, newer).unwrap_or(total);
    let original = cell(&ORIGINAL, event).load(Acquire);
    // SAFETY: null, or the function that `start` stored.
    let original = unsafe { core::mem::transmute::<*mut (), Option<Count>>(original) };
    let original = original.map_or(0, |count| count());
    (total.wrapping_sub(reported) as c_uint).wrapping_add(original)
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

/// A counter for Open vSwitch, which changes the structure once it is registered.
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

/// Registers the counters with Open vSwitch. If the process also contains the original's code
/// (LD_PRELOAD over a shared libopenvswitch), that code registers counters of the same names. Then
/// does not register more counters, but makes those of the original call this library's functions.
pub(crate) fn start() {
    for (counter, original) in COUNTERS.iter().zip(&ORIGINAL) {
        let counter = counter.0.get();
        // SAFETY: both counters are static and have the layout that Open vSwitch expects. Nothing
        // uses them before the program starts.
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
        let counters: [(Event, Count); HOST_EVENTS] = [
            (Event::Overflow, overflows),
            (Event::Received, receptions),
            (Event::Jumbo, jumbos),
            (Event::Sent, sendings),
        ];
        for (event, unreported) in counters {
            unreported();
            count(event, 3);
            // Other tests may count events at the same time.
            assert!(unreported() >= 3);
            assert!(unreported() < 3);
            assert!(total(event) >= 3);
        }
    }
}
