//! `struct ofpbuf`.

use crate::abi::{List, OfpbufSource, rebase};
use core::ffi::c_void;
use core::ptr::null_mut;

/// A buffer for arbitrary data that grows at either end.
///
/// Callers go through the functions and inlines of ofpbuf.h; of the fields, they may use
/// 'frame', the three offsets and 'list_node'. Not thread-safe: one thread at a time.
#[repr(C)]
#[derive(Debug)]
pub struct OfpBuf {
    /// First byte of allocated space, or null.
    pub base_: *mut c_void,
    /// First byte in use.
    pub data_: *mut c_void,
    /// Number of bytes in use.
    pub size_: u32,
    /// Number of bytes allocated.
    pub allocated: u32,
    /// Start of the packet frame, or null. It moves with the data.
    pub frame: *mut c_void,
    /// Offset of the MPLS label stack from 'frame', or UINT16_MAX.
    pub l2_5_ofs: u16,
    /// Offset of the network header from 'frame', or UINT16_MAX.
    pub l3_ofs: u16,
    /// Offset of the transport header from 'frame', or UINT16_MAX.
    pub l4_ofs: u16,
    /// Where the memory at 'base_' comes from.
    pub source: OfpbufSource,
    /// For the buffer's owner to put it on a list.
    pub list_node: List,
}

/// "Not set", of a layer offset.
const NO_OFFSET: u16 = u16::MAX;

/// The fields by the names that the core has for them; and what points into the data, or says
/// where something lies in it.
///
/// # Safety
/// Of all of these: the structures may be read and written.
impl OfpBuf {
    #[inline]
    pub(crate) unsafe fn base(p: *mut Self) -> *mut *mut c_void {
        // SAFETY: the caller's promise.
        unsafe { &raw mut (*p).base_ }
    }

    #[inline]
    pub(crate) unsafe fn data(p: *mut Self) -> *mut *mut c_void {
        // SAFETY: the caller's promise.
        unsafe { &raw mut (*p).data_ }
    }

    #[inline]
    pub(crate) unsafe fn size(p: *mut Self) -> *mut u32 {
        // SAFETY: the caller's promise.
        unsafe { &raw mut (*p).size_ }
    }

    /// Forgets the layers.
    #[inline]
    pub(crate) unsafe fn reset_layers(p: *mut Self) {
        // SAFETY: the caller's promise.
        unsafe {
            (*p).frame = null_mut();
            (*p).l2_5_ofs = NO_OFFSET;
            (*p).l3_ofs = NO_OFFSET;
            (*p).l4_ofs = NO_OFFSET;
        }
    }

    /// Moves the layers along with the data.
    pub(crate) unsafe fn move_layers(p: *mut Self, from: *mut u8, to: *mut u8) {
        // SAFETY: the caller's promise.
        unsafe { (*p).frame = rebase((*p).frame, from, to) };
    }

    /// Takes over the layers of a buffer that `p` is a copy of.
    pub(crate) unsafe fn copy_layers(p: *mut Self, of: *const Self) {
        // SAFETY: the caller's promise.
        unsafe {
            (*p).frame = rebase((*of).frame, (*of).data_.cast(), (*p).data_.cast());
            (*p).l2_5_ofs = (*of).l2_5_ofs;
            (*p).l3_ofs = (*of).l3_ofs;
            (*p).l4_ofs = (*of).l4_ofs;
        }
    }

    /// What stealing the data leaves of the layers: all, as the original did.
    pub(crate) unsafe fn steal_layers(_: *mut Self) {}
}
