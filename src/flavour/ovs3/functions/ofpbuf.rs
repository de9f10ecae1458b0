//! ofpbuf.h: what the flavour of 2014 lacks.

use crate::abi::OfpbufSource;
use crate::assert::c_assert;
use crate::buffer::Buf;
use crate::flavour::OfpBuf;
use core::ffi::{c_char, c_void};
use core::slice;

/// Open vSwitch's `struct ds`, a string that grows.
#[repr(C)]
#[derive(Debug)]
pub struct Ds {
    /// The string.
    pub string: *mut c_char,
    /// Its length.
    pub length: usize,
    /// Bytes allocated, without that of the NUL.
    pub allocated: usize,
}

/// Makes 'b' a buffer over the memory of 'ds', which 'b' now owns, with its content.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_use_ds(b: *mut OfpBuf, ds: *const Ds) {
    // SAFETY: the rule of the C boundary.
    unsafe {
        let b = Buf::from_ptr(b);
        let allocated = (*ds).allocated.saturating_add(1);
        b.use_memory((*ds).string.cast(), allocated, OfpbufSource::MALLOC);
        b.set_size((*ds).length);
    }
}

/// Makes 'b' a buffer with the 'size' bytes at 'data', which stay the caller's. Growing moves them to
/// the heap, so ofpbuf_uninit() is needed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_use_data(b: *mut OfpBuf, data: *const c_void, size: usize) {
    // SAFETY: the rule of the C boundary.
    unsafe {
        let b = Buf::from_ptr(b);
        b.use_memory(data.cast_mut().cast(), size, OfpbufSource::STUB);
        b.set_size(size);
    }
}

/// Inserts a copy of the 'n' bytes at 'data', which are not the buffer's own, behind the first
/// 'offset' bytes, which must be there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_insert(
    b: *mut OfpBuf,
    offset: usize,
    data: *const c_void,
    n: usize,
) {
    // SAFETY: the rule of the C boundary.
    unsafe {
        let bytes = if n > 0 { slice::from_raw_parts(data.cast(), n) } else { &[] };
        Buf::from_ptr(b).insert(offset, bytes);
    }
}

/// Moves the data to memory aligned as malloc()'s, without head- and tailroom. Not for buffers that
/// cannot move.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_align(b: *mut OfpBuf) {
    // SAFETY: the rule of the C boundary.
    unsafe { Buf::from_ptr(b) }.align();
}

/// Cuts 'b' to its first 'new_size' bytes, which must be there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_truncate(b: *mut OfpBuf, new_size: usize) {
    // SAFETY: the rule of the C boundary.
    let b = unsafe { Buf::from_ptr(b) };
    c_assert!(b.size() >= new_size, "ofpbuf_truncate", "b->size >= new_size");
    b.set_size(new_size);
}
