//! Clocks.

/// The time of the monotonic clock in milliseconds.
pub(crate) fn monotonic_ms() -> i64 {
    milliseconds(clock(libc::CLOCK_MONOTONIC))
}

/// The time of the monotonic clock in milliseconds, up to 10 ms late. Cheaper than
/// [`monotonic_ms`].
pub(crate) fn coarse_ms() -> i64 {
    milliseconds(clock(libc::CLOCK_MONOTONIC_COARSE))
}

fn milliseconds(time: libc::timespec) -> i64 {
    time.tv_sec * 1000 + time.tv_nsec / 1_000_000
}

/// The date and time in UTC.
pub(crate) fn utc() -> libc::tm {
    let now = clock(libc::CLOCK_REALTIME).tv_sec;
    // SAFETY: all-zero bytes are a valid `struct tm`.
    let mut parts: libc::tm = unsafe { core::mem::zeroed() };
    // SAFETY: both live through the call.
    unsafe { libc::gmtime_r(&raw const now, &raw mut parts) };
    parts
}

fn clock(id: libc::clockid_t) -> libc::timespec {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `now` lives through the call, which cannot fail for these clocks.
    unsafe { libc::clock_gettime(id, &raw mut now) };
    now
}
