// SPDX-License-Identifier: Apache-2.0
//! Integers in structures of Open vSwitch that several threads read and write. They have the size
//! and the alignment that C gives them.

use super::platform::TIME;
use core::ffi::c_longlong;

#[cfg(not(all(target_has_atomic = "64", not(target_arch = "x86"))))]
pub use halves::SharedLongLong;
#[cfg(all(target_has_atomic = "64", not(target_arch = "x86")))]
pub use whole::SharedLongLong;

/// A `time_t`.
pub type SharedTime = core::sync::atomic::AtomicIsize;

const _: () = assert!(size_of::<SharedTime>() == TIME);
const _: () = assert!(size_of::<SharedLongLong>() == size_of::<c_longlong>());
const _: () = assert!(align_of::<SharedLongLong>() == align_of::<c_longlong>());

/// For processors with atomic operations of 64 bits.
#[cfg(all(target_has_atomic = "64", not(target_arch = "x86")))]
mod whole {
    use core::sync::atomic::{AtomicI64, Ordering::Relaxed};

    /// A `long long`.
    #[repr(transparent)]
    pub struct SharedLongLong(AtomicI64);

    impl SharedLongLong {
        pub(crate) const fn new(value: i64) -> Self {
            Self(AtomicI64::new(value))
        }

        pub(crate) fn get(&self) -> i64 {
            self.0.load(Relaxed)
        }

        /// Replaces `old` by `new`. Returns false if another thread has changed the value.
        pub(crate) fn replace(&self, old: i64, new: i64) -> bool {
            self.0.compare_exchange(old, new, Relaxed, Relaxed).is_ok()
        }
    }
}

/// MIPS with 32 bits has no atomic operations of 64 bits. On i686, C aligns a `long long` in a
/// structure to 4 bytes, and Rust's operations need 8.
#[cfg(any(test, not(all(target_has_atomic = "64", not(target_arch = "x86")))))]
#[cfg_attr(test, allow(unreachable_pub, reason = "on most processors, only the test uses it"))]
mod halves {
    use super::c_longlong;
    use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

    /// A `long long`.
    #[repr(C)]
    pub struct SharedLongLong {
        alignment: [c_longlong; 0],
        /// Its halves, in the order in which they are in memory.
        halves: [AtomicU32; 2],
    }

    const BIG_ENDIAN: bool = cfg!(target_endian = "big");

    impl SharedLongLong {
        pub(crate) const fn new(value: i64) -> Self {
            let (low, high) = (value as u32, (value >> 32) as u32);
            let (first, second) = if BIG_ENDIAN { (high, low) } else { (low, high) };
            Self { alignment: [], halves: [AtomicU32::new(first), AtomicU32::new(second)] }
        }

        /// The lower half, then the upper one.
        fn halves(&self) -> (&AtomicU32, &AtomicU32) {
            let [first, second] = &self.halves;
            if BIG_ENDIAN { (second, first) } else { (first, second) }
        }

        /// The value. While another thread replaces it, the lower half may be new already and the
        /// upper half still old.
        pub(crate) fn get(&self) -> i64 {
            let (low, high) = self.halves();
            i64::from(high.load(Relaxed) as i32) << 32 | i64::from(low.load(Relaxed))
        }

        /// Replaces `old` by `new`. Returns false if another thread has changed the lower half.
        pub(crate) fn replace(&self, old: i64, new: i64) -> bool {
            let (low, high) = self.halves();
            let replaced = low.compare_exchange(old as u32, new as u32, Relaxed, Relaxed).is_ok();
            if replaced {
                high.store((new >> 32) as u32, Relaxed);
            }
            replaced
        }
    }
}

#[cfg(test)]
mod tests {
    use super::halves::SharedLongLong;

    #[test]
    fn two_halves_are_one_number() {
        let numbers = [i64::MIN, -1, 0, 1, 0xffff_ffff, 0x1_0000_0000, i64::MAX];
        for (old, new) in numbers.iter().zip(numbers.iter().skip(1)) {
            let shared = SharedLongLong::new(*old);
            // SAFETY: the structure has the size of an i64, and no padding.
            let in_c = unsafe { (&raw const shared).cast::<i64>().read_unaligned() };
            assert_eq!((in_c, shared.get()), (*old, *old));
            assert!(shared.replace(*old, *new));
            assert_eq!(shared.get(), *new);
            assert!(!shared.replace(new.wrapping_add(1), 0));
            assert_eq!(shared.get(), *new);
        }
    }
}
