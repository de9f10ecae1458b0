//! ofpbuf.h: what later flavours lack.

use crate::abi::OfpbufSource;
use crate::assert::c_assert;
use crate::buffer::Buf;
use crate::flavour::OfpBuf;
use core::ffi::{c_int, c_void};

/// Makes 'b' an empty buffer over 'allocated' bytes of malloc()'d memory at 'base', which 'b' now
/// owns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_use(b: *mut OfpBuf, base: *mut c_void, allocated: usize) {
    // SAFETY: the rule of the C boundary.
    unsafe { Buf::from_ptr(b) }.use_memory(base.cast(), allocated, OfpbufSource::MALLOC);
}

/// Sets up what DPDK leaves of a packet buffer: all but base, data and size.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_init_dpdk(b: *mut OfpBuf, allocated: usize) {
    c_assert!(allocated <= u32::MAX as usize, "ofpbuf_init_dpdk", "allocated <= UINT32_MAX");
    // SAFETY: the rule of the C boundary.
    unsafe { Buf::from_ptr(b) }.init_rest(allocated as u32, OfpbufSource::DPDK);
}

/// Reserves 'headroom' bytes of headroom in an empty buffer, and room for 'tailroom' behind it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_reserve_with_tailroom(
    b: *mut OfpBuf,
    headroom: usize,
    tailroom: usize,
) {
    // SAFETY: the rule of the C boundary.
    unsafe { Buf::from_ptr(b) }.reserve(headroom, tailroom);
}

/// Adds 'increment' bytes at the start, or removes as many if negative, makes the new start the
/// frame, and moves the offsets that follow the MPLS label stack. Returns the frame.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_resize_l2_5(b: *mut OfpBuf, increment: c_int) -> *mut c_void {
    // SAFETY: the rule of the C boundary.
    unsafe { resize(b, increment).cast() }
}

/// As ofpbuf_resize_l2_5(), and moves the MPLS label stack's offset, too.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_resize_l2(b: *mut OfpBuf, increment: c_int) -> *mut c_void {
    // SAFETY: the rule of the C boundary.
    unsafe {
        let frame = resize(b, increment);
        shift(&raw mut (*b).l2_5_ofs, increment);
        frame.cast()
    }
}

/// Grows or shrinks the front of the data, and moves the network and transport offsets along.
///
/// # Safety
/// As of [`Buf::from_ptr`].
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

/// Moves an offset that is set, modulo 2^16 as the original's arithmetic.
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
