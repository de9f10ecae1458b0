// SPDX-License-Identifier: Apache-2.0
//! The memory of a few threads that have ended, for threads that start later. To map new memory
//! takes four system calls, and one to unmap it. To keep it takes none, or one.

use super::BLOCK;
use crate::sys::{ThreadMemory, Uninit};
use core::ptr::{NonNull, null_mut};
use core::sync::atomic::{AtomicPtr, Ordering::AcqRel, Ordering::Relaxed, Ordering::Release};

/// How much is kept: more threads seldom end before others start.
const KEPT: usize = 4;

/// Each is null, or the start of memory whose block is 0, and of which only the first pages take up
/// memory.
static SPARE: [AtomicPtr<Uninit>; KEPT] = [const { AtomicPtr::new(null_mut()) }; KEPT];

/// Takes memory of `size` bytes whose block is 0, if there is any.
pub(super) fn take(size: usize) -> Option<ThreadMemory> {
    let start = SPARE.iter().find_map(take_from)?;
    Some(ThreadMemory { start, size })
}

fn take_from(place: &AtomicPtr<Uninit>) -> Option<NonNull<Uninit>> {
    // If nothing is there, this check is cheaper than an exchange.
    NonNull::new(place.load(Relaxed)).and_then(|_| NonNull::new(place.swap(null_mut(), AcqRel)))
}

/// Keeps the memory, or unmaps it. All that is kept has the same size. If it was `filled`, its
/// pages are freed.
///
/// # Safety
/// Nothing uses the memory any more.
pub(super) unsafe fn give(memory: ThreadMemory, filled: bool) {
    // SAFETY: the caller's promise; the memory is larger than the block.
    let cleared = unsafe {
        if filled {
            memory.wipe()
        } else {
            memory.start.as_ptr().write_bytes(0, BLOCK);
            true
        }
    };
    let kept = cleared
        && SPARE.iter().any(|place| {
            let start = memory.start.as_ptr();
            place.compare_exchange(null_mut(), start, Release, Relaxed).is_ok()
        });
    if !kept {
        // SAFETY: the caller's promise.
        unsafe { memory.unmap() };
    }
}

/// Unmaps what is kept, all of which has `size` bytes.
pub(super) fn discard(size: usize) {
    while let Some(memory) = take(size) {
        // SAFETY: nothing uses what is kept.
        unsafe { memory.unmap() };
    }
}
