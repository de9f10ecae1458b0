// SPDX-License-Identifier: Apache-2.0
//! ofpbuf.h: functions that the interface of 2014 does not have.

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
    /// The string, which need not end in NUL.
    pub string: *mut c_char,
    /// The length of the string.
    pub length: usize,
    /// The number of bytes allocated for the string, without the one more byte that is allocated
    /// for a NUL.
    pub allocated: usize,
}

/// Makes 'b' a buffer that has the memory of 'ds' as its allocation and the string as its data,
/// without the NUL.
///
/// # Ownership
/// The memory, which must be from malloc(), now belongs to 'b': the caller frees it with
/// ofpbuf_uninit(), and does not use 'ds' any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_use_ds(b: *mut OfpBuf, ds: *const Ds) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe {
        let b = Buf::from_ptr(b);
        let allocated = (*ds).allocated.saturating_add(1);
        b.use_memory((*ds).string.cast(), allocated, OfpbufSource::MALLOC);
        b.set_size((*ds).length);
    }
}

/// Makes 'b' a buffer with the 'size' bytes at 'data' as its data. If the buffer grows, the data
/// moves to the heap, so ofpbuf_uninit() is necessary.
///
/// # Ownership
/// The memory at 'data' stays the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_use_data(b: *mut OfpBuf, data: *const c_void, size: usize) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe {
        let b = Buf::from_ptr(b);
        b.use_memory(data.cast_mut().cast(), size, OfpbufSource::STUB);
        b.set_size(size);
    }
}

/// Inserts a copy of the 'n' bytes at 'data' after the first 'offset' bytes of 'b'. 'b' must have
/// at least 'offset' bytes. 'data' may be null if 'n' is 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_insert(
    b: *mut OfpBuf,
    offset: usize,
    data: *const c_void,
    n: usize,
) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe {
        let bytes = if n > 0 { slice::from_raw_parts(data.cast(), n) } else { &[] };
        Buf::from_ptr(b).insert(offset, bytes);
    }
}

/// Moves the data of 'b' to memory from malloc(), so that it is aligned for any type, without
/// headroom or tailroom. Aborts if the memory of 'b' cannot move, as after ofpbuf_use_stack().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_align(b: *mut OfpBuf) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { Buf::from_ptr(b) }.align();
}

/// Truncates 'b' to its first 'new_size' bytes. 'b' must have at least that many bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_truncate(b: *mut OfpBuf, new_size: usize) {
    // SAFETY: the caller's contract (see `ffi`).
    let b = unsafe { Buf::from_ptr(b) };
    c_assert!(b.size() >= new_size, "ofpbuf_truncate", "b->size >= new_size");
    b.set_size(new_size);
}
