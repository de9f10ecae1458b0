//! Reallocating, and moving the data within the memory.
//!
//! Growth follows the reference to the byte ('allocated' is visible to callers), but every sum is
//! checked: a buffer that would pass 4 GiB - 1 fails an assertion where the original wrapped.

use super::Buf;
use crate::abi::OfpbufSource;
use crate::assert::c_assert;
use crate::flavour::OfpBuf;
use crate::memory;

/// The least room that growing adds at the end that was short.
const MIN_GROWTH: usize = 64;

/// The allocation that one of `room` bytes becomes by receiving `size` bytes in two parts.
pub(crate) fn filled_size(room: usize, size: usize) -> usize {
    match size.checked_sub(room) {
        None | Some(0) => room,
        Some(rest) => room + rest.max(MIN_GROWTH),
    }
}

// SAFETY of every unsafe block below, where it says no more: the promise of `Buf::from_ptr`.
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

    /// Reallocates to exactly the head- and tailroom given.
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
                // SAFETY: `from_ptr`; all that counts has been copied.
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

    /// Copies the data, and as much of the old head- and tailroom as fits around it, to `base`.
    fn copy_to(self, base: *mut u8, headroom: usize, tailroom: usize) {
        let head = self.headroom().min(headroom);
        let tail = self.tailroom().min(tailroom);
        let count = head + self.size() + tail;
        if count > 0 {
            // SAFETY: `from_ptr` for the old memory; the new is as long as the parts ask for, and
            // fresh.
            unsafe {
                let to = base.add(headroom - head);
                to.copy_from_nonoverlapping(self.data().sub(head), count);
            }
        }
    }

    pub(crate) fn trim(self) {
        let source = self.source();
        c_assert!(source != OfpbufSource::DPDK, "ofpbuf_trim", "b->source != OFPBUF_DPDK");
        if source == OfpbufSource::MALLOC && (self.headroom() > 0 || self.tailroom() > 0) {
            self.resize(0, 0);
        }
    }

    /// Moves the data to memory of its own.
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
            // SAFETY: `from_ptr`, and the assertion above: both ends are within the memory.
            unsafe { to.copy_from(from, self.size()) };
            self.set_data(to);
        }
    }

    /// Reserves headroom, and tailroom beyond it, in an empty buffer.
    pub(crate) fn reserve(self, headroom: usize, tailroom: usize) {
        c_assert!(self.size() == 0, "ofpbuf_reserve", "!ofpbuf_size(b)");
        // A sum past SIZE_MAX is past what resize() accepts, too.
        self.prealloc_tailroom(headroom.saturating_add(tailroom));
        self.set_data(self.data().wrapping_add(headroom));
    }
}
