//! ofpbuf.h.

use crate::abi::{List, OfpbufSource};
use crate::buffer::{self, Buf};
use crate::flavour::HEX_BLANKS;
use crate::flavour::OfpBuf;
use crate::memory;
use crate::wire;
use alloc::string::String;
use core::ffi::{c_char, c_int, c_void};
use core::fmt::Write;

/// Makes 'b' an empty buffer over 'allocated' bytes at 'base', which stay the caller's and never
/// move: growing beyond them aborts. ofpbuf_uninit() is not needed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_use_stack(b: *mut OfpBuf, base: *mut c_void, allocated: usize) {
    // SAFETY: the rule of this module.
    unsafe { Buf::from_ptr(b) }.use_memory(base.cast(), allocated, OfpbufSource::STACK);
}

/// Makes 'b' an empty buffer over 'allocated' bytes at 'base', which stay the caller's. Growing
/// beyond them moves the data to the heap, so ofpbuf_uninit() is needed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_use_stub(b: *mut OfpBuf, base: *mut c_void, allocated: usize) {
    // SAFETY: the rule of this module.
    unsafe { Buf::from_ptr(b) }.use_memory(base.cast(), allocated, OfpbufSource::STUB);
}

/// Makes 'b' a view of 'size' bytes at 'data', to look at; growing it aborts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_use_const(b: *mut OfpBuf, data: *const c_void, size: usize) {
    // SAFETY: the rule of this module.
    unsafe { Buf::from_ptr(b) }.use_const(data.cast(), size);
}

/// Makes 'b' an empty buffer with room for 'size' bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_init(b: *mut OfpBuf, size: usize) {
    // SAFETY: the rule of this module.
    unsafe { Buf::from_ptr(b) }.init(size);
}

/// Frees the memory of 'b', if it is malloc()'d; not 'b' itself. 'b' may be null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_uninit(b: *mut OfpBuf) {
    if !b.is_null() {
        // SAFETY: the rule of this module.
        unsafe { Buf::from_ptr(b) }.uninit();
    }
}

/// ofpbuf_uninit() and ofpbuf_init().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_reinit(b: *mut OfpBuf, size: usize) {
    // SAFETY: the rule of this module.
    let b = unsafe { Buf::from_ptr(b) };
    b.uninit();
    b.init(size);
}

/// Returns a new, empty buffer with room for 'size' bytes. Free it with ofpbuf_delete().
#[unsafe(no_mangle)]
pub extern "C" fn ofpbuf_new(size: usize) -> *mut OfpBuf {
    buffer::new(size)
}

/// Returns a new, empty buffer with room for 'size' bytes behind 'headroom'. Free it with
/// ofpbuf_delete().
#[unsafe(no_mangle)]
pub extern "C" fn ofpbuf_new_with_headroom(size: usize, headroom: usize) -> *mut OfpBuf {
    buffer::new_with_headroom(size, headroom)
}

/// Returns a copy of 'b', without head- or tailroom. Free it with ofpbuf_delete().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_clone(b: *const OfpBuf) -> *mut OfpBuf {
    // SAFETY: the rule of this module.
    unsafe { ofpbuf_clone_with_headroom(b, 0) }
}

/// Returns a copy of 'b' behind 'headroom'. Frame and offsets are copied, too. Free it with
/// ofpbuf_delete().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_clone_with_headroom(
    b: *const OfpBuf,
    headroom: usize,
) -> *mut OfpBuf {
    // SAFETY: the rule of this module, and a new buffer that nobody else knows.
    unsafe {
        let b = Buf::from_ptr(b);
        let copy = buffer::clone_data(b.data(), b.size(), headroom);
        Buf::from_ptr(copy).copy_layers(b);
        copy
    }
}

/// Returns a new buffer with a copy of the 'size' bytes at 'data'. Free it with ofpbuf_delete().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_clone_data(data: *const c_void, size: usize) -> *mut OfpBuf {
    // SAFETY: the rule of this module.
    unsafe { buffer::clone_data(data.cast(), size, 0) }
}

/// Returns a new buffer with a copy of the 'size' bytes at 'data' behind 'headroom'. Free it with
/// ofpbuf_delete().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_clone_data_with_headroom(
    data: *const c_void,
    size: usize,
    headroom: usize,
) -> *mut OfpBuf {
    // SAFETY: the rule of this module.
    unsafe { buffer::clone_data(data.cast(), size, headroom) }
}

/// Adds 'size' uninitialised bytes at the end and returns the first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_put_uninit(b: *mut OfpBuf, size: usize) -> *mut c_void {
    // SAFETY: the rule of this module.
    unsafe { Buf::from_ptr(b) }.put_uninit(size).cast()
}

/// Adds 'size' zero bytes at the end and returns the first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_put_zeros(b: *mut OfpBuf, size: usize) -> *mut c_void {
    // SAFETY: the rule of this module; the bytes are new.
    unsafe { zero(Buf::from_ptr(b).put_uninit(size), size) }
}

/// Adds a copy of the 'size' bytes at 'p' at the end and returns its start. 'p' may be null if
/// 'size' is 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_put(b: *mut OfpBuf, p: *const c_void, size: usize) -> *mut c_void {
    // SAFETY: the rule of this module.
    unsafe { Buf::from_ptr(b).put_raw(p.cast(), size).cast() }
}

/// Adds the bytes that pairs of hex digits at the start of 's' stand for; blanks (space, tab, CR,
/// LF, in the flavour of 3.1 also periods) before a pair are skipped. Returns the first character that is not the first of a pair. If
/// 'n' is nonnull, stores in it how many bytes were added.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_put_hex(
    b: *mut OfpBuf,
    s: *const c_char,
    n: *mut usize,
) -> *mut c_char {
    // SAFETY: the rule of this module: the walk over 's' ends at its NUL, which is no hex digit.
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
            // One at a time, since growth shows in 'allocated'.
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

/// Reserves 'size' bytes of headroom in an empty buffer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_reserve(b: *mut OfpBuf, size: usize) {
    // SAFETY: the rule of this module.
    unsafe { Buf::from_ptr(b) }.reserve(size, 0);
}

/// Adds 'size' uninitialised bytes at the start and returns the first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_push_uninit(b: *mut OfpBuf, size: usize) -> *mut c_void {
    // SAFETY: the rule of this module.
    unsafe { Buf::from_ptr(b) }.push_uninit(size).cast()
}

/// Adds 'size' zero bytes at the start and returns the first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_push_zeros(b: *mut OfpBuf, size: usize) -> *mut c_void {
    // SAFETY: the rule of this module; the bytes are new.
    unsafe { zero(Buf::from_ptr(b).push_uninit(size), size) }
}

/// Adds a copy of the 'size' bytes at 'p' at the start and returns its start. 'p' may be null if
/// 'size' is 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_push(b: *mut OfpBuf, p: *const c_void, size: usize) -> *mut c_void {
    // SAFETY: the rule of this module.
    unsafe {
        let to = Buf::from_ptr(b).push_uninit(size);
        memory::copy(p.cast(), to, size);
        to.cast()
    }
}

/// Makes sure that 'size' bytes can be added at the start without reallocation.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_prealloc_headroom(b: *mut OfpBuf, size: usize) {
    // SAFETY: the rule of this module.
    unsafe { Buf::from_ptr(b) }.prealloc_headroom(size);
}

/// Makes sure that 'size' bytes can be added at the end without reallocation.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_prealloc_tailroom(b: *mut OfpBuf, size: usize) {
    // SAFETY: the rule of this module.
    unsafe { Buf::from_ptr(b) }.prealloc_tailroom(size);
}

/// Gives back head- and tailroom of a malloc()'d buffer; others stay as they are.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_trim(b: *mut OfpBuf) {
    // SAFETY: the rule of this module.
    unsafe { Buf::from_ptr(b) }.trim();
}

/// Adds zero bytes at the end until 'length' bytes are in use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_padto(b: *mut OfpBuf, length: usize) {
    // SAFETY: the rule of this module; the bytes are new.
    unsafe {
        let b = Buf::from_ptr(b);
        if b.size() < length {
            let missing = length - b.size();
            zero(b.put_uninit(missing), missing);
        }
    }
}

/// Moves the data by 'delta' bytes within the memory, which must have the room.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_shift(b: *mut OfpBuf, delta: c_int) {
    // SAFETY: the rule of this module.
    unsafe { Buf::from_ptr(b) }.shift(delta);
}

/// Returns the data as malloc()'d memory, which the caller frees, and leaves 'b' without memory.
/// 'b' itself stays the caller's to free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_steal_data(b: *mut OfpBuf) -> *mut c_void {
    // SAFETY: the rule of this module.
    unsafe { Buf::from_ptr(b) }.steal_data().cast()
}

/// Returns a malloc()'d string, which the caller frees: sizes, and a hex dump of up to 'maxbytes'
/// of the data.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_to_string(b: *const OfpBuf, maxbytes: usize) -> *mut c_char {
    // SAFETY: the rule of this module.
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

/// Takes each buffer off 'list' and deletes it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ofpbuf_list_delete(list: *mut List) {
    // SAFETY: the rule of this module.
    unsafe { buffer::delete_list(list) };
}

/// # Safety
/// `size` bytes at `p` may be written.
unsafe fn zero(p: *mut u8, size: usize) -> *mut c_void {
    if size > 0 {
        // SAFETY: the caller's promise.
        unsafe { p.write_bytes(0, size) };
    }
    p.cast()
}
