// SPDX-License-Identifier: Apache-2.0
//! `struct ofpbuf`.

use crate::abi::{List, OfpbufSource, rebase};
use core::ffi::c_void;
use core::ptr::null_mut;

/// A buffer for any data, which grows at both ends.
///
/// Callers read and write the fields directly.
#[repr(C)]
#[derive(Debug)]
pub struct OfpBuf {
    /// The first byte of the allocation; null if there is none.
    pub base: *mut c_void,
    /// The first byte of the data.
    pub data: *mut c_void,
    /// The number of bytes of data.
    pub size: u32,
    /// The number of bytes in the allocation.
    pub allocated: u32,
    /// The start of a header in the data, or null. If the data moves, the pointer is adjusted.
    pub header: *mut c_void,
    /// The start of a message's body in the data, or null. If the data moves, the pointer is
    /// adjusted.
    pub msg: *mut c_void,
    /// A list element, by which the owner of the buffer can put the buffer on a list.
    pub list_node: List,
    /// Where the allocation comes from.
    pub source: OfpbufSource,
}

/// Access to the fields whose names differ between interface versions, and to those that locate
/// headers ("layers") within the data.
///
/// # Safety
/// For all functions here: the structures may be read and written.
impl OfpBuf {
    #[inline]
    pub(crate) unsafe fn base(p: *mut Self) -> *mut *mut c_void {
        // SAFETY: the caller's promise.
        unsafe { &raw mut (*p).base }
    }

    #[inline]
    pub(crate) unsafe fn data(p: *mut Self) -> *mut *mut c_void {
        // SAFETY: the caller's promise.
        unsafe { &raw mut (*p).data }
    }

    #[inline]
    pub(crate) unsafe fn size(p: *mut Self) -> *mut u32 {
        // SAFETY: the caller's promise.
        unsafe { &raw mut (*p).size }
    }

    /// Unsets the fields that locate headers.
    #[inline]
    pub(crate) unsafe fn reset_layers(p: *mut Self) {
        // SAFETY: the caller's promise.
        unsafe {
            (*p).header = null_mut();
            (*p).msg = null_mut();
        }
    }

    /// Adjusts the fields that locate headers, after the data has moved from `from` to `to`.
    pub(crate) unsafe fn move_layers(p: *mut Self, from: *mut u8, to: *mut u8) {
        // SAFETY: the caller's promise.
        unsafe {
            (*p).header = rebase((*p).header, from, to);
            (*p).msg = rebase((*p).msg, from, to);
        }
    }

    /// Copies the fields that locate headers from `of` to `p`, and adjusts them to the data of `p`,
    /// which is a copy of that of `of`. An empty copy without memory has no headers.
    pub(crate) unsafe fn copy_layers(p: *mut Self, of: *const Self) {
        // SAFETY: the caller's promise.
        unsafe {
            if (*p).data.is_null() {
                return Self::reset_layers(p);
            }
            let (from, to) = ((*of).data.cast(), (*p).data.cast());
            (*p).header = rebase((*of).header, from, to);
            (*p).msg = rebase((*of).msg, from, to);
        }
    }

    /// Called when the data is taken out of the buffer. Unsets the fields that locate headers.
    pub(crate) unsafe fn steal_layers(p: *mut Self) {
        // SAFETY: the caller's promise.
        unsafe { Self::reset_layers(p) };
    }
}
