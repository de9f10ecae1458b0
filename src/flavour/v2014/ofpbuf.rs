// SPDX-License-Identifier: Apache-2.0
//! `struct ofpbuf`.

use crate::abi::{List, OfpbufSource, rebase};
use core::ffi::c_void;
use core::ptr::null_mut;

/// A buffer for any data, which grows at both ends.
///
/// Callers may use the fields 'frame', 'l2_5_ofs', 'l3_ofs', 'l4_ofs' and 'list_node'. For the
/// other fields, there are the functions of ofpbuf.h.
#[repr(C)]
#[derive(Debug)]
pub struct OfpBuf {
    /// The first byte of the allocation; null if there is none.
    pub base_: *mut c_void,
    /// The first byte of the data.
    pub data_: *mut c_void,
    /// The number of bytes of data.
    pub size_: u32,
    /// The number of bytes in the allocation.
    pub allocated: u32,
    /// The start of the packet's frame, or null. If the data moves, the pointer is adjusted.
    pub frame: *mut c_void,
    /// The offset of the MPLS label stack from 'frame'; UINT16_MAX if there is none.
    pub l2_5_ofs: u16,
    /// The offset of the network header from 'frame'; UINT16_MAX if there is none.
    pub l3_ofs: u16,
    /// The offset of the transport header from 'frame'; UINT16_MAX if there is none.
    pub l4_ofs: u16,
    /// Where the allocation comes from.
    pub source: OfpbufSource,
    /// A list element, by which the owner of the buffer can put the buffer on a list.
    pub list_node: List,
}

/// The value of an offset if the header does not exist.
const NO_OFFSET: u16 = u16::MAX;

/// Access to the fields whose names differ between interface versions, and to those that locate
/// headers ("layers") within the data.
///
/// # Safety
/// For all functions here: the structures may be read and written.
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

    /// Unsets the fields that locate headers.
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

    /// Adjusts the fields that locate headers, after the data has moved from `from` to `to`.
    pub(crate) unsafe fn move_layers(p: *mut Self, from: *mut u8, to: *mut u8) {
        // SAFETY: the caller's promise.
        unsafe { (*p).frame = rebase((*p).frame, from, to) };
    }

    /// Copies the fields that locate headers from `of` to `p`, and adjusts them to the data of `p`,
    /// which is a copy of that of `of`.
    pub(crate) unsafe fn copy_layers(p: *mut Self, of: *const Self) {
        // SAFETY: the caller's promise.
        unsafe {
            (*p).frame = rebase((*of).frame, (*of).data_.cast(), (*p).data_.cast());
            (*p).l2_5_ofs = (*of).l2_5_ofs;
            (*p).l3_ofs = (*of).l3_ofs;
            (*p).l4_ofs = (*of).l4_ofs;
        }
    }

    /// Called when the data is taken out of the buffer. The fields that locate headers stay as they
    /// are, as in the original.
    pub(crate) unsafe fn steal_layers(_: *mut Self) {}
}
