// SPDX-License-Identifier: Apache-2.0
//! ofpbuf.h: functions that later interface versions do not have.

use crate::abi::OfpbufSource;
use crate::assert::c_assert;
use crate::buffer::Buf;
use crate::flavour::OfpBuf;
use core::ffi::{c_int, c_void};

/// Makes 'b' an empty buffer in the 'allocated' bytes at 'base', which must be from malloc().
///
/// # Ownership
/// The memory now belongs to 'b'; the caller frees it with ofpbuf_uninit().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_use(b: *mut OfpBuf, base: *mut c_void, allocated: usize) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { Buf::from_ptr(b) }.use_memory(base.cast(), allocated, OfpbufSource::MALLOC);
}

/// Initialises 'b', whose memory is a packet buffer of DPDK with 'allocated' bytes. DPDK has set
/// the base, the data and the size already; sets the other fields.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_init_dpdk(b: *mut OfpBuf, allocated: usize) {
    c_assert!(allocated <= u32::MAX as usize, "ofpbuf_init_dpdk", "allocated <= UINT32_MAX");
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { Buf::from_ptr(b) }.init_rest(allocated as u32, OfpbufSource::DPDK);
}

/// Adds 'headroom' bytes of headroom and 'tailroom' bytes of tailroom to 'b', which must be empty.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_reserve_with_tailroom(
    b: *mut OfpBuf,
    headroom: usize,
    tailroom: usize,
) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { Buf::from_ptr(b) }.reserve(headroom, tailroom);
}

/// Prepends 'increment' uninitialised bytes to the data of 'b', or, if 'increment' is negative,
/// removes -'increment' bytes from the start of the data. Then sets the frame to the new start of
/// the data, and adds 'increment' to the offsets of the network header and of the transport header,
/// if they are set.
///
/// # Return value
/// The frame.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_resize_l2_5(b: *mut OfpBuf, increment: c_int) -> *mut c_void {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { resize(b, increment).cast() }
}

/// Does the same as ofpbuf_resize_l2_5(), and also adds 'increment' to the offset of the MPLS label
/// stack, if that is set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_resize_l2(b: *mut OfpBuf, increment: c_int) -> *mut c_void {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe {
        let frame = resize(b, increment);
        shift(&raw mut (*b).l2_5_ofs, increment);
        frame.cast()
    }
}

/// Does what ofpbuf_resize_l2_5() does.
///
/// # Safety
/// See [`Buf::from_ptr`].
unsafe fn resize(b: *mut OfpBuf, increment: c_int) -> *mut u8 {
    // SAFETY: the caller's promise.
    let buffer = unsafe { Buf::from_ptr(b) };
    let distance = increment.unsigned_abs() as usize;
    if increment >= 0 {
        buffer.push_uninit(distance);
    } else {
        buffer.pull(distance);
    }
    // SAFETY: the caller's promise.
    unsafe {
        (*b).frame = buffer.data().cast();
        shift(&raw mut (*b).l3_ofs, increment);
        shift(&raw mut (*b).l4_ofs, increment);
    }
    buffer.data()
}

/// Adds `increment` to the offset at `offset`, if that is set. Wraps modulo 2^16 as the original
/// does.
///
/// # Safety
/// `offset` may be read and written.
unsafe fn shift(offset: *mut u16, increment: c_int) {
    // SAFETY: the caller's promise.
    unsafe {
        if *offset != u16::MAX {
            *offset = (*offset).wrapping_add(increment as u16);
        }
    }
}
