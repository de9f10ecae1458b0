// SPDX-License-Identifier: Apache-2.0
//! Rate limits for log messages: token buckets, with the same arithmetic as Open vSwitch's.
//!
//! A rate limit is a `struct vlog_rate_limit`, which contains a mutex. If the process has Open
//! vSwitch's log, only that log uses the structure, and locks the mutex. Otherwise only the code in
//! this file uses the structure. This code does not lock the mutex, since a mutex that another
//! thread holds during a fork stays locked in the child for ever. The code uses atomic operations
//! instead.

use crate::abi::{OvsMutex, SharedLongLong, SharedTime, VlogRateLimit};
use crate::sys;
use core::cell::UnsafeCell;
use core::sync::atomic::AtomicU32;
use core::sync::atomic::Ordering::Relaxed;

/// The tokens that a message costs. So a rate of one token in a millisecond allows one message in a
/// minute.
const MESSAGE_TOKENS: u32 = 60_000;

/// A rate limit of the library itself.
#[repr(transparent)]
pub(crate) struct RateLimit(UnsafeCell<VlogRateLimit>);

// SAFETY: in this file, only atomic fields change. Open vSwitch's log locks the mutex.
unsafe impl Sync for RateLimit {}

/// Whether a message may be logged now.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Permission {
    /// The message may be logged.
    Granted,
    /// The message may be logged. Before it, log that `dropped` messages were dropped, the first of
    /// them `first` seconds ago, the last of them `last` seconds ago.
    GrantedAfter { dropped: u32, first: isize, last: isize },
    /// The message must be dropped.
    Denied,
}

impl RateLimit {
    /// Allows `rate` messages in a minute, and up to `burst` at once.
    pub(crate) const fn new(rate: u32, burst: u32) -> Self {
        Self(UnsafeCell::new(VlogRateLimit {
            rate,
            burst: burst.saturating_mul(MESSAGE_TOKENS),
            tokens: AtomicU32::new(0),
            // With this value, the first refill fills the bucket.
            last_fill: SharedLongLong::new(i64::MIN),
            first_dropped: SharedTime::new(0),
            last_dropped: SharedTime::new(0),
            n_dropped: AtomicU32::new(0),
            mutex: OvsMutex { lock: MUTEX_INITIALIZER, r#where: UNLOCKED.as_ptr() },
        }))
    }

    pub(crate) fn as_ptr(&self) -> *mut VlogRateLimit {
        self.0.get()
    }
}

/// A mutex that is not locked: one that reports errors, as Open vSwitch's do, if libc can
/// initialise such a mutex without a call.
#[cfg(target_env = "gnu")]
const MUTEX_INITIALIZER: libc::pthread_mutex_t = libc::PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
#[cfg(not(target_env = "gnu"))]
const MUTEX_INITIALIZER: libc::pthread_mutex_t = libc::PTHREAD_MUTEX_INITIALIZER;

/// The value of 'where' in a mutex of Open vSwitch that is not locked.
const UNLOCKED: &core::ffi::CStr = c"<unlocked>";

/// Whether a message may be logged now. If so, takes its tokens.
pub(crate) fn request(limit: &VlogRateLimit) -> Permission {
    request_at(limit, sys::monotonic_ms())
}

/// Takes the tokens for one message. Returns false if there are too few.
fn withdraw(limit: &VlogRateLimit) -> bool {
    let take = |tokens: u32| tokens.checked_sub(MESSAGE_TOKENS);
    limit.tokens.fetch_update(Relaxed, Relaxed, take).is_ok()
}

/// Adds the tokens for the time since the last refill, up to `limit.burst` tokens in all.
fn refill(limit: &VlogRateLimit, now: i64) {
    let last = limit.last_fill.get();
    // If the exchange fails, another thread is adding these tokens.
    if now > last && limit.last_fill.replace(last, now) {
        let elapsed = u32::try_from(now.saturating_sub(last)).unwrap_or(u32::MAX);
        let new = limit.rate.saturating_mul(elapsed);
        let add = |tokens: u32| Some(tokens.saturating_add(new).min(limit.burst));
        let _ = limit.tokens.fetch_update(Relaxed, Relaxed, add);
    }
}

fn request_at(limit: &VlogRateLimit, now: i64) -> Permission {
    let time = (now / 1000) as isize;
    let granted = withdraw(limit) || {
        refill(limit, now);
        withdraw(limit)
    };
    if !granted {
        if limit.n_dropped.load(Relaxed) == 0 {
            limit.first_dropped.store(time, Relaxed);
        }
        limit.last_dropped.store(time, Relaxed);
        let _ = limit.n_dropped.fetch_update(Relaxed, Relaxed, |n| n.checked_add(1));
        return Permission::Denied;
    }
    if limit.n_dropped.load(Relaxed) == 0 {
        return Permission::Granted;
    }
    match limit.n_dropped.swap(0, Relaxed) {
        0 => Permission::Granted,
        dropped => Permission::GrantedAfter {
            dropped,
            first: time - limit.first_dropped.load(Relaxed),
            last: time - limit.last_dropped.load(Relaxed),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_then_the_rate_then_an_account() {
        let limit = RateLimit::new(60, 2).0.into_inner();
        let request = |now| request_at(&limit, now);
        assert_eq!([1000, 1000].map(request), [Permission::Granted, Permission::Granted]);
        assert_eq!([1000, 1500].map(request), [Permission::Denied, Permission::Denied]);
        // 60 a minute: a second's tokens pay for one message.
        assert_eq!(request(2500), Permission::GrantedAfter { dropped: 2, first: 1, last: 1 });
        assert_eq!(request(2500), Permission::Denied);
    }

    #[test]
    fn an_account_has_the_times_of_the_first_and_the_last() {
        // A message every ten seconds.
        let limit = RateLimit::new(6, 1).0.into_inner();
        let request = |now| request_at(&limit, now);
        assert_eq!(request(1000), Permission::Granted);
        assert_eq!([2000, 3000, 5000].map(request), [const { Permission::Denied }; 3]);
        assert_eq!(request(12000), Permission::GrantedAfter { dropped: 3, first: 10, last: 7 });
        assert_eq!(request(13000), Permission::Denied);
        assert_eq!(request(23000), Permission::GrantedAfter { dropped: 1, first: 10, last: 10 });
    }

    #[test]
    fn several_threads_get_no_more_than_the_burst() {
        static LIMIT: RateLimit = RateLimit::new(60, 1000);
        let granted = AtomicU32::new(0);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..500 {
                        // SAFETY: the fields that change are atomic.
                        let limit = unsafe { &*LIMIT.as_ptr() };
                        // Always at the same time, so there is one refill.
                        if request_at(limit, 1) != Permission::Denied {
                            granted.fetch_add(1, Relaxed);
                        }
                    }
                });
            }
        });
        // Fewer if a thread asked between the two steps of the refill.
        assert!((1..=1000).contains(&granted.into_inner()));
    }
}
