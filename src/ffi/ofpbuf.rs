// SPDX-License-Identifier: Apache-2.0
//! ofpbuf.h: buffers that grow at either end.

use crate::abi::{List, OfpbufSource};
use crate::buffer::{self, Buf};
use crate::flavour::HEX_BLANKS;
use crate::flavour::OfpBuf;
use crate::memory;
use crate::wire;
use alloc::string::String;
use core::ffi::{c_char, c_int, c_void};
use core::fmt::Write;

/// Makes 'b' an empty buffer in the 'allocated' bytes at 'base'. Growing beyond them aborts the
/// process. ofpbuf_uninit() is not necessary.
///
/// # Ownership
/// The memory stays the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_use_stack(b: *mut OfpBuf, base: *mut c_void, allocated: usize) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { Buf::from_ptr(b) }.use_memory(base.cast(), allocated, OfpbufSource::STACK);
}

/// Makes 'b' an empty buffer in the 'allocated' bytes at 'base'. If the buffer grows beyond them,
/// its data moves to the heap, so ofpbuf_uninit() is necessary.
///
/// # Ownership
/// The memory stays the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_use_stub(b: *mut OfpBuf, base: *mut c_void, allocated: usize) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { Buf::from_ptr(b) }.use_memory(base.cast(), allocated, OfpbufSource::STUB);
}

/// Makes 'b' a view of the 'size' bytes at 'data', which must not be written through 'b'. Growing
/// 'b' aborts the process. ofpbuf_uninit() is not necessary.
///
/// # Ownership
/// The memory stays the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_use_const(b: *mut OfpBuf, data: *const c_void, size: usize) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { Buf::from_ptr(b) }.use_const(data.cast(), size);
}

/// Makes 'b' an empty buffer with an allocation of 'size' bytes.
///
/// # Ownership
/// The caller frees the memory with ofpbuf_uninit().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_init(b: *mut OfpBuf, size: usize) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { Buf::from_ptr(b) }.init(size);
}

/// Frees the memory of 'b' if it is from malloc(), but not the structure 'b'. Does nothing if 'b'
/// is null. 'b' must be initialised again before it is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_uninit(b: *mut OfpBuf) {
    if !b.is_null() {
        // SAFETY: the caller's contract (see `ffi`).
        unsafe { Buf::from_ptr(b) }.uninit();
    }
}

/// Frees the memory of 'b' like ofpbuf_uninit(), and initialises 'b' again like ofpbuf_init().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_reinit(b: *mut OfpBuf, size: usize) {
    // SAFETY: the caller's contract (see `ffi`).
    let b = unsafe { Buf::from_ptr(b) };
    b.uninit();
    b.init(size);
}

/// Allocates an empty buffer with an allocation of 'size' bytes.
///
/// # Ownership
/// The caller frees it with ofpbuf_delete().
#[unsafe(no_mangle)]
pub extern "C" fn ofpbuf_new(size: usize) -> *mut OfpBuf {
    buffer::new(size)
}

/// Allocates an empty buffer with 'headroom' bytes of headroom and room for 'size' bytes after
/// them.
///
/// # Ownership
/// The caller frees it with ofpbuf_delete().
#[unsafe(no_mangle)]
pub extern "C" fn ofpbuf_new_with_headroom(size: usize, headroom: usize) -> *mut OfpBuf {
    buffer::new_with_headroom(size, headroom)
}

/// Allocates a copy of 'b': see ofpbuf_clone_with_headroom(). The copy has no headroom.
///
/// # Ownership
/// The caller frees it with ofpbuf_delete().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_clone(b: *const OfpBuf) -> *mut OfpBuf {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { ofpbuf_clone_with_headroom(b, 0) }
}

/// Allocates a buffer with 'headroom' bytes of headroom and a copy of the data of 'b'. Also copies
/// the fields of 'b' that locate headers within the data, and adjusts them to the copy.
///
/// # Ownership
/// The caller frees it with ofpbuf_delete().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_clone_with_headroom(
    b: *const OfpBuf,
    headroom: usize,
) -> *mut OfpBuf {
    // SAFETY: the caller's contract (see `ffi`). Nothing else refers to the new buffer.
    unsafe {
        let b = Buf::from_ptr(b);
        let copy = buffer::clone_data(b.data(), b.size(), headroom);
        Buf::from_ptr(copy).copy_layers(b);
        copy
    }
}

/// Allocates a buffer with a copy of the 'size' bytes at 'data', which may be null if 'size' is 0.
///
/// # Ownership
/// The caller frees it with ofpbuf_delete().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_clone_data(data: *const c_void, size: usize) -> *mut OfpBuf {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { buffer::clone_data(data.cast(), size, 0) }
}

/// Allocates a buffer with 'headroom' bytes of headroom and a copy of the 'size' bytes at 'data',
/// which may be null if 'size' is 0.
///
/// # Ownership
/// The caller frees it with ofpbuf_delete().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_clone_data_with_headroom(
    data: *const c_void,
    size: usize,
    headroom: usize,
) -> *mut OfpBuf {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { buffer::clone_data(data.cast(), size, headroom) }
}

/// Appends 'size' uninitialised bytes to 'b' and returns the address of the first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_put_uninit(b: *mut OfpBuf, size: usize) -> *mut c_void {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { Buf::from_ptr(b) }.put_uninit(size).cast()
}

/// Appends 'size' zero bytes to 'b' and returns the address of the first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_put_zeros(b: *mut OfpBuf, size: usize) -> *mut c_void {
    // SAFETY: the caller's contract (see `ffi`). The buffer has just been given the bytes.
    unsafe { zero(Buf::from_ptr(b).put_uninit(size), size) }
}

/// Appends a copy of the 'size' bytes at 'p' to 'b' and returns the address of the copy. 'p' may be
/// null if 'size' is 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_put(b: *mut OfpBuf, p: *const c_void, size: usize) -> *mut c_void {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { Buf::from_ptr(b).put_raw(p.cast(), size).cast() }
}

/// Reads pairs of hex digits from the start of 's' and appends the byte that each pair stands for
/// to 'b'. Skips blanks before a pair: spaces, tabs, CR, LF; in the 3.x interface also periods. If
/// 'n' is nonnull, stores the number of bytes appended in '*n'.
///
/// # Return value
/// The address of the first character that does not start a pair.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_put_hex(
    b: *mut OfpBuf,
    s: *const c_char,
    n: *mut usize,
) -> *mut c_char {
    // SAFETY: the caller's contract (see `ffi`). The loop ends at the NUL of 's' at the latest,
    // since that is not a hex digit.
    unsafe {
        let b = Buf::from_ptr(b);
        let mut s = s.cast::<u8>();
        let mut added = 0;
        loop {
            while HEX_BLANKS.contains(&*s) {
                s = s.add(1);
            }
            let high = (*s as char).to_digit(16);
            let low = high.and_then(|_| (*s.add(1) as char).to_digit(16));
            let (Some(high), Some(low)) = (high, low) else {
                break;
            };
            // One byte at a time, as in the original: the value of 'allocated' depends on how the
            // buffer grew.
            b.put(&[(high * 16 + low) as u8]);
            added += 1;
            s = s.add(2);
        }
        if !n.is_null() {
            n.write(added);
        }
        s.cast_mut().cast()
    }
}

/// Adds 'size' bytes of headroom to 'b', which must be empty.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_reserve(b: *mut OfpBuf, size: usize) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { Buf::from_ptr(b) }.reserve(size, 0);
}

/// Prepends 'size' uninitialised bytes to the data of 'b' and returns the address of the first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_push_uninit(b: *mut OfpBuf, size: usize) -> *mut c_void {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { Buf::from_ptr(b) }.push_uninit(size).cast()
}

/// Prepends 'size' zero bytes to the data of 'b' and returns the address of the first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_push_zeros(b: *mut OfpBuf, size: usize) -> *mut c_void {
    // SAFETY: the caller's contract (see `ffi`). The buffer has just been given the bytes.
    unsafe { zero(Buf::from_ptr(b).push_uninit(size), size) }
}

/// Prepends a copy of the 'size' bytes at 'p' to the data of 'b' and returns the address of the
/// copy. 'p' may be null if 'size' is 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_push(b: *mut OfpBuf, p: *const c_void, size: usize) -> *mut c_void {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe {
        let to = Buf::from_ptr(b).push_uninit(size);
        memory::copy(p.cast(), to, size);
        to.cast()
    }
}

/// Makes sure that 'size' bytes can be prepended to the data of 'b' without reallocation.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_prealloc_headroom(b: *mut OfpBuf, size: usize) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { Buf::from_ptr(b) }.prealloc_headroom(size);
}

/// Makes sure that 'size' bytes can be appended to 'b' without reallocation.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_prealloc_tailroom(b: *mut OfpBuf, size: usize) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { Buf::from_ptr(b) }.prealloc_tailroom(size);
}

/// Reallocates 'b' so that it has neither headroom nor tailroom, if its memory is from malloc().
/// Otherwise does nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_trim(b: *mut OfpBuf) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { Buf::from_ptr(b) }.trim();
}

/// Appends zero bytes to 'b' until 'b' has at least 'length' bytes of data.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_padto(b: *mut OfpBuf, length: usize) {
    // SAFETY: the caller's contract (see `ffi`). The buffer has just been given the bytes.
    unsafe {
        let b = Buf::from_ptr(b);
        if b.size() < length {
            let missing = length - b.size();
            zero(b.put_uninit(missing), missing);
        }
    }
}

/// Moves the data of 'b' by 'delta' bytes within its memory: towards the end if 'delta' is
/// positive, towards the start if it is negative. There must be that much tailroom or headroom.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_shift(b: *mut OfpBuf, delta: c_int) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { Buf::from_ptr(b) }.shift(delta);
}

/// Returns the data of 'b' in memory from malloc(), and leaves 'b' without memory. 'b' must be
/// initialised again before it is used.
///
/// # Ownership
/// The caller frees the memory with free(). The structure 'b' stays the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_steal_data(b: *mut OfpBuf) -> *mut c_void {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { Buf::from_ptr(b) }.steal_data().cast()
}

/// Returns a description of 'b': its sizes, and a hex dump of up to 'maxbytes' bytes of its data.
///
/// # Ownership
/// The caller frees the string with free().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_to_string(b: *const OfpBuf, maxbytes: usize) -> *mut c_char {
    // SAFETY: the caller's contract (see `ffi`).
    let b = unsafe { Buf::from_ptr(b) };
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "size={}, allocated={}, head={}, tail={}",
        b.size(),
        b.allocated(),
        b.headroom(),
        b.tailroom()
    );
    let bytes = b.bytes();
    wire::hex_dump(&mut text, bytes.get(..maxbytes).unwrap_or(bytes));
    text.push('\0');
    // SAFETY: pointer and length are those of `text`.
    unsafe { memory::xmemdup(text.as_ptr(), text.len()).cast() }
}

/// Removes each buffer from 'list', whose elements are the 'list_node' of buffers, and frees the
/// buffer as ofpbuf_delete() does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_list_delete(list: *mut List) {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { buffer::delete_list(list) };
}

/// Sets `size` bytes at `p` to 0 and returns `p`.
///
/// # Safety
/// `size` bytes at `p` may be written.
unsafe fn zero(p: *mut u8, size: usize) -> *mut c_void {
    if size > 0 {
        // SAFETY: the caller's promise.
        unsafe { p.write_bytes(0, size) };
    }
    p.cast()
}
