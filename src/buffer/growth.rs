// SPDX-License-Identifier: Apache-2.0
//! Reallocating a buffer, and moving the data within its allocation.
//!
//! Callers can see the field 'allocated', so it gets the same values as in the original. One
//! difference: if an allocation would exceed 4 GiB - 1, an assertion fails; in the original, its
//! size wraps around.

use super::Buf;
use crate::abi::OfpbufSource;
use crate::assert::c_assert;
use crate::flavour::OfpBuf;
use crate::memory;

/// If a buffer is reallocated to get more headroom, it gets at least this many bytes of headroom.
/// The same holds for tailroom.
const MIN_GROWTH: usize = 64;

/// The size that an allocation of `room` bytes grows to when `size` bytes are put into an empty
/// buffer in two steps: first what fits, then the rest.
pub(crate) fn filled_size(room: usize, size: usize) -> usize {
    match size.checked_sub(room) {
        None | Some(0) => room,
        Some(rest) => room + rest.max(MIN_GROWTH),
    }
}

// In the SAFETY comments, `from_ptr` stands for the promise that the caller of `Buf::from_ptr`
// made.
impl Buf<'_> {
    #[inline]
    pub(crate) fn prealloc_tailroom(self, size: usize) {
        if size > self.tailroom() {
            self.resize(self.headroom(), size.max(MIN_GROWTH));
        }
    }

    #[inline]
    pub(crate) fn prealloc_headroom(self, size: usize) {
        if size > self.headroom() {
            self.resize(size.max(MIN_GROWTH), self.tailroom());
        }
    }

    /// Reallocates the buffer so that it has exactly `headroom` bytes of headroom and `tailroom`
    /// bytes of tailroom.
    #[cold]
    #[inline(never)]
    fn resize(self, headroom: usize, tailroom: usize) {
        let source = self.source();
        c_assert!(
            source == OfpbufSource::MALLOC || source == OfpbufSource::STUB,
            "ofpbuf_resize__",
            "b->source == OFPBUF_MALLOC || b->source == OFPBUF_STUB"
        );
        let allocated = headroom
            .checked_add(self.size())
            .and_then(|sum| sum.checked_add(tailroom))
            .and_then(|sum| u32::try_from(sum).ok());
        c_assert!(allocated.is_some(), "ofpbuf_resize__", "new_allocated <= UINT32_MAX");
        let allocated = allocated.unwrap_or_default();

        let old = self.base();
        let base = if source == OfpbufSource::MALLOC && headroom == self.headroom() {
            // SAFETY: `from_ptr`: the memory is malloc()'s.
            unsafe { memory::xrealloc(old, allocated as usize) }
        } else {
            let base = memory::xmalloc(allocated as usize);
            self.copy_to(base, headroom, tailroom);
            if source == OfpbufSource::MALLOC {
                // SAFETY: `from_ptr`; its content has been copied.
                unsafe { memory::free(old) };
            }
            base
        };
        let data = base.wrapping_add(headroom);
        // SAFETY: `from_ptr`.
        unsafe {
            (*self.0).source = OfpbufSource::MALLOC;
            (*self.0).allocated = allocated;
            OfpBuf::move_layers(self.0, self.data(), data);
        }
        self.set_base(base);
        self.set_data(data);
    }

    /// Copies the data to a new allocation at `base`, with `headroom` before it and `tailroom`
    /// after it. Also copies the contents of the old headroom and tailroom, as far as they fit.
    fn copy_to(self, base: *mut u8, headroom: usize, tailroom: usize) {
        let head = self.headroom().min(headroom);
        let tail = self.tailroom().min(tailroom);
        let count = head + self.size() + tail;
        if count > 0 {
            // SAFETY: `from_ptr` for the old allocation. The new one has room for `count` bytes
            // there, and does not overlap it.
            unsafe {
                let to = base.add(headroom - head);
                to.copy_from_nonoverlapping(self.data().sub(head), count);
            }
        }
    }

    pub(crate) fn trim(self) {
        let source = self.source();
        c_assert!(source != OfpbufSource::DPDK, "ofpbuf_trim", "b->source != OFPBUF_DPDK");
        if source == OfpbufSource::MALLOC && self.size() < self.allocated() {
            self.resize(0, 0);
        }
    }

    /// Moves the data to a new allocation, at the start of it, where it is aligned for any type.
    #[cfg(feature = "ovs3")]
    pub(crate) fn align(self) {
        self.resize(0, 0);
    }

    pub(crate) fn shift(self, delta: i32) {
        let distance = delta.unsigned_abs() as usize;
        let room = if delta > 0 { self.tailroom() } else { self.headroom() };
        c_assert!(
            delta == 0 || distance <= room,
            "ofpbuf_shift",
            "delta > 0 ? delta <= ofpbuf_tailroom(b) : -delta <= ofpbuf_headroom(b)"
        );
        if delta != 0 {
            let from = self.data();
            let to = from.wrapping_offset(delta as isize);
            // SAFETY: `from_ptr`. By the assertion, the data stays within the allocation.
            unsafe { to.copy_from(from, self.size()) };
            self.set_data(to);
        }
    }

    /// Adds `headroom` bytes of headroom to an empty buffer, and makes sure that `tailroom` bytes
    /// of tailroom are left.
    pub(crate) fn reserve(self, headroom: usize, tailroom: usize) {
        c_assert!(self.size() == 0, "ofpbuf_reserve", "!ofpbuf_size(b)");
        // If the sum exceeds SIZE_MAX, the assertion in `resize` fails.
        self.prealloc_tailroom(headroom.saturating_add(tailroom));
        self.set_data(self.data().wrapping_add(headroom));
    }
}
