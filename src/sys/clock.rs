// SPDX-License-Identifier: Apache-2.0
//! Clocks.

/// The time of the monotonic clock in milliseconds.
pub(crate) fn monotonic_ms() -> i64 {
    milliseconds(clock(libc::CLOCK_MONOTONIC))
}

/// The time of the monotonic clock in seconds, as of the kernel's last tick: up to 10 ms ago.
/// Cheaper than [`monotonic_ms`].
pub(crate) fn coarse_seconds() -> u32 {
    clock(libc::CLOCK_MONOTONIC_COARSE).tv_sec as u32
}

/// The time of the real-time clock in nanoseconds since the start of 1970.
pub(crate) fn realtime_ns() -> u64 {
    let now = clock(libc::CLOCK_REALTIME);
    (now.tv_sec as u64).wrapping_mul(1_000_000_000).wrapping_add(now.tv_nsec as u64)
}

#[allow(clippy::useless_conversion, reason = "the type is narrower on some platforms")]
fn milliseconds(time: libc::timespec) -> i64 {
    i64::from(time.tv_sec) * 1000 + i64::from(time.tv_nsec) / 1_000_000
}

/// A date and time in UTC.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Utc {
    pub(crate) year: i64,
    /// 1 for January.
    pub(crate) month: i64,
    /// 1 for the first day of the month.
    pub(crate) day: i64,
    pub(crate) hour: i64,
    pub(crate) minute: i64,
    pub(crate) second: i64,
}

/// The present date and time in UTC.
#[allow(clippy::useless_conversion, reason = "the type is narrower on some platforms")]
pub(crate) fn utc() -> Utc {
    Utc::from_unix(clock(libc::CLOCK_REALTIME).tv_sec.into())
}

impl Utc {
    /// The date and time `seconds` seconds after the start of 1970. gmtime_r() is not used, since
    /// it locks a mutex of libc: if another thread held that mutex during a fork, the mutex would
    /// stay locked in the child.
    fn from_unix(seconds: i64) -> Self {
        const DAY: i64 = 86_400;
        /// The number of days in 400 years, after which the calendar repeats.
        const ERA: i64 = 146_097;
        /// The number of days from 1 March of the year 0 to 1 January 1970.
        const TO_1970: i64 = 719_468;

        let (days, second) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
        // In this calculation, years start in March, so that a leap day is the last day of its
        // year.
        let day = days + TO_1970;
        let (era, day_of_era) = (day.div_euclid(ERA), day.rem_euclid(ERA));
        // There is an additional day every 4 years, except every 100 years, but again every 400
        // years.
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        // Each group of five months from March on has 153 days.
        let month_from_march = (5 * day_of_year + 2) / 153;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        Self {
            year: 400 * era + year_of_era + i64::from(month <= 2),
            month,
            day: day_of_year - (153 * month_from_march + 2) / 5 + 1,
            hour: second / 3600,
            minute: second / 60 % 60,
            second: second % 60,
        }
    }
}

fn clock(id: libc::clockid_t) -> libc::timespec {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `now` lives through the call, which cannot fail for these clocks.
    unsafe { libc::clock_gettime(id, &raw mut now) };
    now
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_libc() {
        // Each day from 1600 to 2500 and some, at a time of day that changes.
        for day in -135_000..195_000i64 {
            let seconds: libc::time_t = day * 86_400 + (day * 7919).rem_euclid(86_400);
            // SAFETY: all-zero bytes are a valid `struct tm`; both live through the call.
            let expected = unsafe {
                let mut parts: libc::tm = core::mem::zeroed();
                libc::gmtime_r(&raw const seconds, &raw mut parts);
                [
                    parts.tm_year + 1900,
                    parts.tm_mon + 1,
                    parts.tm_mday,
                    parts.tm_hour,
                    parts.tm_min,
                    parts.tm_sec,
                ]
            };
            let utc = Utc::from_unix(seconds);
            let parts = [utc.year, utc.month, utc.day, utc.hour, utc.minute, utc.second];
            assert_eq!(parts, expected.map(i64::from), "{seconds}");
        }
    }
}
