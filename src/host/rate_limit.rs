//! A token bucket that keeps a repeated message from filling the log, as the host's own does.

use crate::abi::{OvsMutex, VlogRateLimit};
use crate::sys;
use core::cell::UnsafeCell;

/// Tokens that a message costs: at a rate of one a millisecond, one message a minute.
const MESSAGE_TOKENS: u32 = 60_000;

/// A rate limit of static life, shared with the host.
#[repr(transparent)]
pub(crate) struct RateLimit(UnsafeCell<VlogRateLimit>);

// SAFETY: every access, ours and the host's, holds the structure's own mutex.
unsafe impl Sync for RateLimit {}

/// What a rate limit says of a message.
pub(crate) enum Verdict {
    /// To be logged.
    Pass,
    /// To be logged, behind a line that tells how many were dropped, and how many seconds ago the
    /// first and the last of them came.
    PassAfter { dropped: u32, first: i64, last: i64 },
    /// Not to be logged.
    Drop,
}

impl RateLimit {
    /// Up to `rate` messages a minute, `burst` at once.
    pub(crate) const fn new(rate: u32, burst: u32) -> Self {
        Self(UnsafeCell::new(VlogRateLimit {
            rate,
            burst: burst.saturating_mul(MESSAGE_TOKENS),
            tokens: 0,
            last_fill: i64::MIN,
            first_dropped: 0,
            last_dropped: 0,
            n_dropped: 0,
            mutex: OvsMutex {
                lock: libc::PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP,
                r#where: UNLOCKED.as_ptr(),
            },
        }))
    }

    pub(crate) fn as_ptr(&self) -> *mut VlogRateLimit {
        self.0.get()
    }
}

/// What a mutex of the host says while nobody holds it.
const UNLOCKED: &core::ffi::CStr = c"<unlocked>";

/// Takes a message's tokens out of `limit`.
///
/// # Safety
/// `limit` points to an initialised rate limit, all of whose users hold its mutex.
pub(crate) unsafe fn withdraw(limit: *mut VlogRateLimit) -> Verdict {
    let now = sys::monotonic_ms();
    // SAFETY: the caller's promise. The mutex is held around the only access to the fields.
    unsafe {
        let lock = &raw mut (*limit).mutex.lock;
        libc::pthread_mutex_lock(lock);
        let verdict = take(&mut *limit, now);
        libc::pthread_mutex_unlock(lock);
        verdict
    }
}

fn take(limit: &mut VlogRateLimit, now: i64) -> Verdict {
    if limit.tokens < MESSAGE_TOKENS && now > limit.last_fill {
        // The first fill is from before all time, and so fills the bucket.
        let elapsed = u32::try_from(now.saturating_sub(limit.last_fill)).unwrap_or(u32::MAX);
        let tokens = limit.tokens.saturating_add(limit.rate.saturating_mul(elapsed));
        limit.tokens = tokens.min(limit.burst);
        limit.last_fill = now;
    }
    let seconds = now / 1000;
    if limit.tokens < MESSAGE_TOKENS {
        if limit.n_dropped == 0 {
            limit.first_dropped = seconds;
        }
        limit.last_dropped = seconds;
        limit.n_dropped = limit.n_dropped.saturating_add(1);
        return Verdict::Drop;
    }
    limit.tokens -= MESSAGE_TOKENS;
    match core::mem::take(&mut limit.n_dropped) {
        0 => Verdict::Pass,
        dropped => Verdict::PassAfter {
            dropped,
            first: seconds - limit.first_dropped,
            last: seconds - limit.last_dropped,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_then_the_rate_then_an_account() {
        let mut limit = RateLimit::new(60, 2).0.into_inner();
        assert!(matches!(take(&mut limit, 1000), Verdict::Pass));
        assert!(matches!(take(&mut limit, 1000), Verdict::Pass));
        assert!(matches!(take(&mut limit, 1000), Verdict::Drop));
        assert!(matches!(take(&mut limit, 1500), Verdict::Drop));
        // 60 a minute: a second's tokens pay for one message.
        match take(&mut limit, 2500) {
            Verdict::PassAfter { dropped, first, last } => {
                assert_eq!((dropped, first, last), (2, 1, 1));
            }
            _ => panic!("dropped"),
        }
        assert!(matches!(take(&mut limit, 2500), Verdict::Drop));
    }
}
