//! The four event counters, and their registration with the host.

use super::nlsock_host_counter_register;
use crate::abi::CoverageCounter;
use core::cell::UnsafeCell;
use core::ffi::c_uint;
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};

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
}

/// Counts since the process started.
static TOTALS: [AtomicU64; 4] = [const { AtomicU64::new(0) }; 4];
/// What of them the host has been told.
static TOLD: [AtomicU64; 4] = [const { AtomicU64::new(0) }; 4];

fn cell(cells: &[AtomicU64; 4], event: Event) -> &AtomicU64 {
    let [overflow, received, jumbo, sent] = cells;
    match event {
        Event::Overflow => overflow,
        Event::Received => received,
        Event::Jumbo => jumbo,
        Event::Sent => sent,
    }
}

pub(crate) fn count(event: Event, n: usize) {
    cell(&TOTALS, event).fetch_add(n as u64, Relaxed);
}

pub(crate) fn total(event: Event) -> u64 {
    cell(&TOTALS, event).load(Relaxed)
}

/// What came since the last call, of any thread: the host sums what its threads report.
fn news(event: Event) -> c_uint {
    let total = total(event);
    // fetch_max, so that of two threads that report at once neither reports less than nothing.
    let told = cell(&TOLD, event).fetch_max(total, Relaxed);
    total.saturating_sub(told) as c_uint
}

extern "C" fn overflows() -> c_uint {
    news(Event::Overflow)
}
extern "C" fn receptions() -> c_uint {
    news(Event::Received)
}
extern "C" fn jumbos() -> c_uint {
    news(Event::Jumbo)
}
extern "C" fn sendings() -> c_uint {
    news(Event::Sent)
}

/// A counter that the host owns once it is registered.
#[repr(transparent)]
struct Registered(UnsafeCell<CoverageCounter>);

// SAFETY: after registration only the host touches it, under its own lock.
unsafe impl Sync for Registered {}

const fn counter(name: &'static core::ffi::CStr, count: extern "C" fn() -> c_uint) -> Registered {
    Registered(UnsafeCell::new(CoverageCounter {
        name: name.as_ptr(),
        count,
        total: 0,
        last_total: 0,
        min: [0; 12],
        hr: [0; 60],
    }))
}

static COUNTERS: [Registered; 4] = [
    counter(c"netlink_overflow", overflows),
    counter(c"netlink_received", receptions),
    counter(c"netlink_recv_jumbo", jumbos),
    counter(c"netlink_sent", sendings),
];

/// Registers the counters where the host has a place for them.
pub(super) fn start() {
    for counter in &COUNTERS {
        // SAFETY: a counter of static life, laid out as the host expects.
        unsafe { nlsock_host_counter_register(counter.0.get().cast()) };
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
