//! The poll loop where the host has none: each thread collects what to wake up for, and then
//! blocks until any of it happens.

use super::log::log_limited;
use super::nlsock_host_poll_fd_wait;
use crate::errno::{self, Errno};
use crate::{sys, thread};
use alloc::vec::Vec;
use core::ffi::{CStr, c_int, c_short};
use core::time::Duration;

/// What a thread's next [`block`] waits for.
pub(crate) struct Waits {
    fds: Vec<libc::pollfd>,
    /// When to wake up at the latest, in milliseconds of the monotonic clock.
    until: i64,
}

/// Never, of [`Waits::until`].
const NEVER: i64 = i64::MAX;

impl Waits {
    pub(crate) const NONE: Self = Self { fds: Vec::new(), until: NEVER };
}

/// Wakes up the thread's next poll when one of `events` occurs on `fd`: the host's where it has
/// one, else ours.
pub(crate) fn fd_wait(fd: c_int, events: c_short, place: &'static CStr) {
    // SAFETY: a C string that lives for ever, as the host keeps it.
    if !unsafe { nlsock_host_poll_fd_wait(fd, events, place.as_ptr()) } {
        own_fd_wait(fd, events);
    }
}

/// Wakes up the thread's next [`block`] when one of `events` occurs on `fd`.
pub(crate) fn own_fd_wait(fd: c_int, events: c_short) {
    with_waits(|waits| match waits.fds.iter_mut().find(|known| known.fd == fd) {
        Some(known) => known.events |= events,
        None => waits.fds.push(libc::pollfd { fd, events, revents: 0 }),
    });
}

/// Wakes up the thread's next [`block`] after `delay` milliseconds, at once if not positive.
pub(crate) fn timer_wait(delay: i64) {
    timer_wait_until(if delay <= 0 { i64::MIN } else { sys::monotonic_ms().saturating_add(delay) });
}

/// Wakes up the thread's next [`block`] at a time, in milliseconds of the monotonic clock.
pub(crate) fn timer_wait_until(when: i64) {
    with_waits(|waits| waits.until = waits.until.min(when));
}

fn with_waits<R>(f: impl FnOnce(&mut Waits) -> R) -> R {
    thread::with(|own| f(&mut own.waits.borrow_mut()))
}

/// Blocks until something happens that was asked for since the last call, or a signal is handled.
pub(crate) fn block() {
    let Waits { mut fds, until } = with_waits(|waits| core::mem::replace(waits, Waits::NONE));
    let timeout = (until != NEVER).then(|| {
        let left = until.saturating_sub(sys::monotonic_ms());
        Duration::from_millis(u64::try_from(left).unwrap_or(0))
    });
    match sys::poll(&mut fds, timeout) {
        Ok(_) | Err(Errno::EINTR) => {}
        Err(error) => log_limited!(SOCKET, Err, "poll: {}", errno::message(error.raw())),
    }
    // The allocation serves the next round.
    fds.clear();
    with_waits(|waits| {
        if waits.fds.is_empty() {
            waits.fds = fds;
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_immediate_wake_does_not_block() {
        timer_wait(i64::MAX);
        timer_wait(0);
        block();
        with_waits(|waits| assert_eq!((waits.fds.len(), waits.until), (0, NEVER)));
    }

    #[test]
    fn events_of_one_descriptor_add_up() {
        own_fd_wait(0, libc::POLLIN);
        own_fd_wait(0, libc::POLLOUT);
        own_fd_wait(1, libc::POLLIN);
        with_waits(|waits| {
            assert_eq!(waits.fds.len(), 2);
            assert_eq!(waits.fds[0].events, libc::POLLIN | libc::POLLOUT);
        });
        timer_wait(-1);
        block();
    }
}
