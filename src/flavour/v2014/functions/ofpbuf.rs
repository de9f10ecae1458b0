//! ofpbuf.h: functions that later interface versions do not have.

use crate::abi::OfpbufSource;
use crate::assert::c_assert;
use crate::buffer::Buf;
use crate::flavour::OfpBuf;
use core::ffi::{c_int, c_void};

/// Makes 'b' an empty buffer in the 'allocated' bytes at 'base', which must be from malloc().
///
/// # Ownership
/// The memory is now that of 'b'; the caller frees it with ofpbuf_uninit().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_use(b: *mut OfpBuf, base: *mut c_void, allocated: usize) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { Buf::from_ptr(b) }.use_memory(base.cast(), allocated, OfpbufSource::MALLOC);
}

/// Sets the fields of 'b', whose memory is an 'allocated' bytes large packet buffer of DPDK, except
/// for the three that DPDK has set: base, data and size.
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

/// Prepends 'increment' uninitialised bytes to the data of 'b', or removes -'increment' bytes from
/// its start if 'increment' is negative. Then sets the frame to the new start of the data and adds
/// 'increment' to the offsets of the network and the transport header, if they are set.
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

/// Grows or shrinks the data at its start, and moves the network and transport offsets along.
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

/// Adds `increment` to an offset, if it is set. Wraps modulo 2^16 as the original does.
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
