//! Packet layers: where the frame starts, and offsets from there.

use super::{Buf, NO_OFFSET};

// SAFETY of every unsafe block below, where it says no more: the promise of `Buf::from_ptr`.
impl Buf<'_> {
    /// Grows (or shrinks) the part before the network header and makes the data's start the frame.
    pub(crate) fn resize_l2_5(self, increment: i32) -> *mut u8 {
        let distance = increment.unsigned_abs() as usize;
        if increment >= 0 {
            self.push_uninit(distance);
        } else {
            self.pull(distance);
        }
        // SAFETY: `from_ptr`.
        unsafe {
            (*self.0).frame = (*self.0).data_;
            shift_offset(&raw mut (*self.0).l3_ofs, increment);
            shift_offset(&raw mut (*self.0).l4_ofs, increment);
        }
        self.data()
    }

    /// As [`Buf::resize_l2_5`], of the part before the MPLS label stack.
    pub(crate) fn resize_l2(self, increment: i32) -> *mut u8 {
        let frame = self.resize_l2_5(increment);
        // SAFETY: `from_ptr`.
        unsafe { shift_offset(&raw mut (*self.0).l2_5_ofs, increment) };
        frame
    }

    /// Takes over `from`'s offsets, and its frame relative to the data.
    pub(crate) fn copy_layers(self, from: Buf<'_>) {
        // SAFETY: `from_ptr`, of both.
        unsafe {
            let frame = (*from.0).frame;
            if !frame.is_null() {
                let ahead = frame.addr().wrapping_sub(from.data().addr());
                let addr = self.data().addr().wrapping_add(ahead);
                (*self.0).frame = self.data().with_addr(addr).cast();
            }
            (*self.0).l2_5_ofs = (*from.0).l2_5_ofs;
            (*self.0).l3_ofs = (*from.0).l3_ofs;
            (*self.0).l4_ofs = (*from.0).l4_ofs;
        }
    }
}

/// Moves an offset that is set, modulo 2^16 as the original's arithmetic.
///
/// # Safety
/// `offset` points to an offset that nobody else uses meanwhile.
unsafe fn shift_offset(offset: *mut u16, increment: i32) {
    // SAFETY: the caller's promise.
    unsafe {
        if *offset != NO_OFFSET {
            *offset = (*offset).wrapping_add(increment as u16);
        }
    }
}
