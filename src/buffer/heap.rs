// SPDX-License-Identifier: Apache-2.0
//! Buffers for which both the `struct ofpbuf` and the allocation for the data are from malloc().

use super::Buf;
use crate::abi::{List, OfpbufSource};
use crate::flavour::OfpBuf;
use crate::memory;

/// Allocates a `struct ofpbuf`, and memory of `size` bytes for its data.
pub(crate) fn new(size: usize) -> *mut OfpBuf {
    let p = memory::xmalloc(size_of::<OfpBuf>()).cast::<OfpBuf>();
    // SAFETY: fresh memory of the structure's size, which init() sets up.
    unsafe { Buf::from_ptr(p) }.init(size);
    p
}

/// Does what [`new`] does, and adds `headroom` bytes of headroom before the room for `size` bytes.
pub(crate) fn new_with_headroom(size: usize, headroom: usize) -> *mut OfpBuf {
    // If the sum exceeds SIZE_MAX, the assertion in `init` fails.
    let p = new(size.saturating_add(headroom));
    // SAFETY: `new` has set it up, and nothing else refers to it.
    unsafe { Buf::from_ptr(p) }.reserve(headroom, 0);
    p
}

/// Allocates a buffer with `headroom` bytes of headroom and a copy of the `size` bytes at `data`.
///
/// # Safety
/// Unless `size` is 0, the bytes at `data` can be read.
pub(crate) unsafe fn clone_data(data: *const u8, size: usize, headroom: usize) -> *mut OfpBuf {
    let p = new_with_headroom(size, headroom);
    // SAFETY: `new_with_headroom` has set it up, and nothing else refers to it; the caller's
    // promise.
    unsafe { Buf::from_ptr(p).put_raw(data, size) };
    p
}

/// Frees a buffer's allocation and its structure, like the inline function `ofpbuf_delete()` in
/// ofpbuf.h.
///
/// # Safety
/// `p` is null, a buffer of DPDK (nothing is done), or a buffer that satisfies [`Buf::from_ptr`],
/// whose structure is from malloc(), and which is not used any more.
pub(crate) unsafe fn delete(p: *mut OfpBuf) {
    // SAFETY: the caller's promise. Buffers of DPDK are not from malloc().
    unsafe {
        if !p.is_null() && (*p).source != OfpbufSource::DPDK {
            Buf::from_ptr(p).uninit();
            memory::free(p.cast());
        }
    }
}

/// Removes every buffer from the list at `head` and frees it.
///
/// # Safety
/// `head` is the head of a list. Its elements are the 'list_node' of buffers, each of which
/// satisfies the contract of [`delete`].
pub(crate) unsafe fn delete_list(head: *mut List) {
    // SAFETY: the caller's promise. `next` is read before the element is freed.
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
