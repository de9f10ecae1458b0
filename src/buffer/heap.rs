//! Buffers whose structure is on the heap, too.

use super::Buf;
use crate::abi::{List, OfpbufSource};
use crate::flavour::OfpBuf;
use crate::memory;

/// Allocates a structure and its memory.
pub(crate) fn new(size: usize) -> *mut OfpBuf {
    let p = memory::xmalloc(size_of::<OfpBuf>()).cast::<OfpBuf>();
    // SAFETY: fresh memory of the structure's size, which init() sets up.
    unsafe { Buf::from_ptr(p) }.init(size);
    p
}

/// [`new`], with `headroom` bytes of it reserved.
pub(crate) fn new_with_headroom(size: usize, headroom: usize) -> *mut OfpBuf {
    // A sum past SIZE_MAX is past what init() accepts, too.
    let p = new(size.saturating_add(headroom));
    // SAFETY: `new` has set it up, and nobody else knows it yet.
    unsafe { Buf::from_ptr(p) }.reserve(headroom, 0);
    p
}

/// A new buffer with a copy of the `size` bytes at `data` behind `headroom`.
///
/// # Safety
/// The bytes can be read, unless `size` is 0.
pub(crate) unsafe fn clone_data(data: *const u8, size: usize, headroom: usize) -> *mut OfpBuf {
    let p = new_with_headroom(size, headroom);
    // SAFETY: `new_with_headroom` has set it up, and nobody else knows it yet; the caller's
    // promise.
    unsafe { Buf::from_ptr(p).put_raw(data, size) };
    p
}

/// Frees the structure and its memory, as the inline `ofpbuf_delete()` does.
///
/// # Safety
/// `p` is null, or a buffer as of [`Buf::from_ptr`] whose structure is malloc()'s, given up.
pub(crate) unsafe fn delete(p: *mut OfpBuf) {
    // SAFETY: the caller's promise. Packets of DPDK are not ours to free.
    unsafe {
        if !p.is_null() && (*p).source != OfpbufSource::DPDK {
            Buf::from_ptr(p).uninit();
            memory::free(p.cast());
        }
    }
}

/// Unlinks and deletes every buffer on the list at `head`.
///
/// # Safety
/// `head` is a well-formed list of the 'list_node' of buffers as of [`delete`].
pub(crate) unsafe fn delete_list(head: *mut List) {
    // SAFETY: the caller's promise. `next` is read before the element goes.
    unsafe {
        let mut node = (*head).next;
        while node != head {
            let List { prev, next } = node.read();
            (*prev).next = next;
            (*next).prev = prev;
            delete(node.byte_sub(core::mem::offset_of!(OfpBuf, list_node)).cast());
            node = next;
        }
    }
}
