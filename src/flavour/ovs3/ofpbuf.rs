//! `struct ofpbuf`.

use crate::abi::{List, OfpbufSource, rebase};
use core::ffi::c_void;
use core::ptr::null_mut;

/// A buffer for arbitrary data that grows at either end.
///
/// Not thread-safe: one thread at a time.
#[repr(C)]
#[derive(Debug)]
pub struct OfpBuf {
    /// First byte of allocated space, or null.
    pub base: *mut c_void,
    /// First byte in use.
    pub data: *mut c_void,
    /// Number of bytes in use.
    pub size: u32,
    /// Number of bytes allocated.
    pub allocated: u32,
    /// Start of a header, or null. It moves with the data.
    pub header: *mut c_void,
    /// Start of a message's body, or null. It moves with the data.
    pub msg: *mut c_void,
    /// For the buffer's owner to put it on a list.
    pub list_node: List,
    /// Where the memory at 'base' comes from.
    pub source: OfpbufSource,
}

/// The fields by the names that the core has for them; and what points into the data.
///
/// # Safety
/// Of all of these: the structures may be read and written.
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

    /// Forgets the layers.
    #[inline]
    pub(crate) unsafe fn reset_layers(p: *mut Self) {
        // SAFETY: the caller's promise.
        unsafe {
            (*p).header = null_mut();
            (*p).msg = null_mut();
        }
    }

    /// Moves the layers along with the data.
    pub(crate) unsafe fn move_layers(p: *mut Self, from: *mut u8, to: *mut u8) {
        // SAFETY: the caller's promise.
        unsafe {
            (*p).header = rebase((*p).header, from, to);
            (*p).msg = rebase((*p).msg, from, to);
        }
    }

    /// Takes over the layers of a buffer that `p` is a copy of.
    pub(crate) unsafe fn copy_layers(p: *mut Self, of: *const Self) {
        // SAFETY: the caller's promise.
        unsafe {
            let (from, to) = ((*of).data.cast(), (*p).data.cast());
            (*p).header = rebase((*of).header, from, to);
            (*p).msg = rebase((*of).msg, from, to);
        }
    }

    /// What stealing the data leaves of the layers: nothing.
    pub(crate) unsafe fn steal_layers(p: *mut Self) {
        // SAFETY: the caller's promise.
        unsafe { Self::reset_layers(p) };
    }
}
