// SPDX-License-Identifier: Apache-2.0
//! A poll loop for processes that do not contain Open vSwitch's poll loop: a thread sets
//! conditions, and then blocks until one of them occurs.

use super::log::log_limited;
use super::nlsock_host_poll_fd_wait;
use crate::errno::{self, Errno};
use crate::sys;
use crate::thread::{self, HeapPart, Part, Thread, Zeroed, heap, room};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cell::{Cell, UnsafeCell};
use core::ffi::{CStr, c_int, c_short};
use core::time::Duration;

/// The descriptors that a thread's next [`block`] waits for, and the events on them. [`block`] does
/// not take them out of the thread's data: if the thread is cancelled in [`block`], they are freed
/// at the end of the thread.
static FDS: HeapPart<UnsafeCell<Vec<libc::pollfd>>> = HeapPart::new(heap::POLL_LOOP);

/// The time at which a thread's next [`block`] wakes up, even if nothing else occurs.
static UNTIL: Part<Cell<WakeTime>> = Part::new(room::POLL_LOOP);

/// A time of the monotonic clock in milliseconds. 0, the initial value, means never.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct WakeTime(i64);

impl WakeTime {
    const NEVER: Self = Self(0);
    const AT_ONCE: Self = Self(i64::MIN);

    fn at(time: i64) -> Self {
        if time == 0 { Self::AT_ONCE } else { Self(time) }
    }

    fn earlier(self, other: Self) -> Self {
        match (self, other) {
            (Self::NEVER, time) | (time, Self::NEVER) => time,
            (Self(a), Self(b)) => Self(a.min(b)),
        }
    }
}

// SAFETY: zero is `WakeTime::NEVER`.
unsafe impl Zeroed for Cell<WakeTime> {}

/// Runs `f` on the thread's descriptors. `f` must not call this function again.
fn with_fds<R>(thread: &Thread, f: impl FnOnce(&mut Vec<libc::pollfd>) -> R) -> R {
    if FDS.get(thread).is_none() {
        FDS.put(thread, Box::default());
    }
    let Some(fds) = FDS.get(thread) else {
        return f(&mut Vec::new());
    };
    // SAFETY: only this thread uses them, and only in this function, which `f` does not call again.
    f(unsafe { &mut *fds.get() })
}

/// Makes the thread's next call of Open vSwitch's poll_block() wake up when one of `events` occurs
/// on `fd`. If the process does not contain Open vSwitch, this applies to [`block`] instead.
pub(crate) fn fd_wait(fd: c_int, events: c_short, place: &'static CStr) {
    // SAFETY: a static C string, since Open vSwitch keeps the pointer.
    if !unsafe { nlsock_host_poll_fd_wait(fd, events, place.as_ptr()) } {
        own_fd_wait(fd, events);
    }
}

/// Makes the thread's next [`block`] wake up when one of `events` occurs on `fd`.
pub(crate) fn own_fd_wait(fd: c_int, events: c_short) {
    thread::with(|thread| {
        with_fds(thread, |fds| match fds.iter_mut().find(|known| known.fd == fd) {
            Some(known) => known.events |= events,
            None => fds.push(libc::pollfd { fd, events, revents: 0 }),
        });
    });
}

/// Makes the thread's next [`block`] wake up after `delay` milliseconds, at once if `delay` is not
/// positive.
pub(crate) fn timer_wait(delay: i64) {
    timer_wait_until(if delay <= 0 { i64::MIN } else { sys::monotonic_ms().saturating_add(delay) });
}

/// Makes the thread's next [`block`] wake up at the time `when` of the monotonic clock, in
/// milliseconds.
pub(crate) fn timer_wait_until(when: i64) {
    thread::with(|thread| {
        let until = UNTIL.of(thread);
        until.set(until.get().earlier(WakeTime::at(when)));
    });
}

/// Blocks until one of the conditions occurs that the thread has set since its last call of this
/// function, or until a signal handler has run. Then forgets the conditions.
pub(crate) fn block() {
    let result = thread::with(|thread| {
        let timeout = match UNTIL.of(thread).replace(WakeTime::NEVER) {
            WakeTime::NEVER => None,
            WakeTime(until) => {
                let left = until.saturating_sub(sys::monotonic_ms());
                Some(Duration::from_millis(u64::try_from(left).unwrap_or(0)))
            }
        };
        with_fds(thread, |fds| {
            let result = sys::poll(fds, timeout);
            // The allocation is kept for the next call.
            fds.clear();
            result
        })
    });
    match result {
        Ok(_) | Err(Errno::EINTR) => {}
        Err(error) => log_limited!(SOCKET, Err, "poll: {}", errno::text(error.raw())),
    }
}

/// Frees the thread's list of descriptors. Called when the thread ends.
pub(crate) fn end_thread(thread: &Thread) {
    drop(FDS.take(thread));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn collected() -> (Vec<(c_int, c_short)>, WakeTime) {
        thread::with(|thread| {
            let fds = with_fds(thread, |fds| fds.iter().map(|fd| (fd.fd, fd.events)).collect());
            (fds, UNTIL.of(thread).get())
        })
    }

    #[test]
    fn an_immediate_wake_does_not_block() {
        timer_wait(i64::MAX);
        timer_wait(0);
        block();
        assert_eq!(collected(), (vec![], WakeTime::NEVER));
        timer_wait_until(0);
        block();
    }

    #[test]
    fn events_of_one_descriptor_add_up() {
        own_fd_wait(0, libc::POLLIN);
        own_fd_wait(0, libc::POLLOUT);
        own_fd_wait(1, libc::POLLIN);
        let expected = vec![(0, libc::POLLIN | libc::POLLOUT), (1, libc::POLLIN)];
        assert_eq!(collected(), (expected, WakeTime::NEVER));
        timer_wait(-1);
        block();
        thread::with(end_thread);
    }
    #[test]
    fn without_a_timer_only_an_event_ends_the_block() {
        let mut fds = [0; 2];
        // SAFETY: room for two descriptors.
        assert_eq!(unsafe { libc::pipe(fds.as_mut_ptr()) }, 0);
        let writer = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(50));
            // SAFETY: one byte.
            assert_eq!(unsafe { libc::write(fds[1], c"x".as_ptr().cast(), 1) }, 1);
        });
        own_fd_wait(fds[0], libc::POLLIN);
        block();
        let mut fd = libc::pollfd { fd: fds[0], events: libc::POLLIN, revents: 0 };
        // SAFETY: one descriptor.
        assert_eq!(unsafe { libc::poll(&raw mut fd, 1, 0) }, 1);
        writer.join().unwrap();
        for fd in fds {
            // SAFETY: nothing else uses them.
            assert_eq!(unsafe { libc::close(fd) }, 0);
        }
    }
}
