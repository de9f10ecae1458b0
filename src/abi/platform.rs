// SPDX-License-Identifier: Apache-2.0
//! Sizes of the platform, in which the expected layouts are expressed.

#![allow(dead_code, reason = "Rust 1.85 does not see uses in constants without a name")]

use core::ffi::c_longlong;

/// The size of a pointer and of a `size_t`.
pub(crate) const WORD: usize = size_of::<usize>();
/// The size of a `pthread_mutex_t`, a multiple of a word.
pub(crate) const MUTEX: usize = size_of::<libc::pthread_mutex_t>();
/// The size of a `time_t`.
#[allow(
    deprecated,
    reason = "for musl, the package libc may change it to 64 bits on 32-bit platforms"
)]
pub(super) const TIME: usize = size_of::<libc::time_t>();
/// Where C places a `long long` after three integers of 4 bytes.
pub(super) const LAST_FILL: usize = 12usize.next_multiple_of(align_of::<c_longlong>());
