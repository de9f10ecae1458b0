// SPDX-License-Identifier: Apache-2.0
//! The work of the functions `ofpbuf_*` on the caller's `struct ofpbuf`, a buffer that grows at
//! both ends.

mod growth;
mod heap;

pub(crate) use growth::filled_size;
pub(crate) use heap::{clone_data, delete, delete_list, new, new_with_headroom};

use crate::abi::{List, OfpbufSource};
use crate::assert::c_assert;
use crate::flavour::OfpBuf;
use crate::memory;
use core::marker::PhantomData;
use core::ptr::null_mut;

/// A `struct ofpbuf` of a C caller.
///
/// `Buf` is a raw pointer, since C may have other pointers to the structure and to the buffer's
/// memory. The methods are safe to call because the caller of [`Buf::from_ptr`] has promised
/// everything that they need.
#[derive(Clone, Copy)]
pub(crate) struct Buf<'a>(*mut OfpBuf, PhantomData<&'a OfpBuf>);

impl<'a> Buf<'a> {
    /// The buffer that a C caller's pointer refers to.
    ///
    /// # Safety
    /// For the lifetime `'a`, `p` points to a `struct ofpbuf` that no other thread uses, and whose
    /// fields are consistent: there are 'allocated' bytes of memory at the base, from malloc() if
    /// 'source' says so, and the data lies within them. For the methods that set up a buffer,
    /// `use_*` and `init*`, only the structure has to exist; its fields may have any value.
    #[inline]
    pub(crate) unsafe fn from_ptr(p: *const OfpBuf) -> Self {
        Self(p.cast_mut(), PhantomData)
    }
}

// In the SAFETY comments, `from_ptr` stands for the promise that the caller of `from_ptr` made.
impl Buf<'_> {
    #[inline]
    pub(crate) fn base(self) -> *mut u8 {
        // SAFETY: `from_ptr`.
        unsafe { (*OfpBuf::base(self.0)).cast() }
    }

    #[inline]
    pub(crate) fn data(self) -> *mut u8 {
        // SAFETY: `from_ptr`.
        unsafe { (*OfpBuf::data(self.0)).cast() }
    }

    #[inline]
    pub(crate) fn size(self) -> usize {
        // SAFETY: `from_ptr`.
        unsafe { *OfpBuf::size(self.0) as usize }
    }

    #[inline]
    pub(crate) fn allocated(self) -> usize {
        // SAFETY: `from_ptr`.
        unsafe { (*self.0).allocated as usize }
    }

    fn source(self) -> OfpbufSource {
        // SAFETY: `from_ptr`.
        unsafe { (*self.0).source }
    }

    #[inline]
    fn set_base(self, base: *mut u8) {
        // SAFETY: `from_ptr`.
        unsafe { *OfpBuf::base(self.0) = base.cast() };
    }

    #[inline]
    pub(crate) fn set_data(self, data: *mut u8) {
        // SAFETY: `from_ptr`.
        unsafe { *OfpBuf::data(self.0) = data.cast() };
    }

    /// Sets the size of the data. `size` does not exceed 'allocated', so it fits in 32 bits.
    #[inline]
    pub(crate) fn set_size(self, size: usize) {
        // SAFETY: `from_ptr`.
        unsafe { *OfpBuf::size(self.0) = size as u32 };
    }

    /// The data. Nothing may change it while the slice exists.
    #[inline]
    pub(crate) fn bytes<'b>(self) -> &'b [u8] {
        if self.size() == 0 {
            return &[];
        }
        // SAFETY: `from_ptr`; a buffer with a size has memory.
        unsafe { core::slice::from_raw_parts(self.data(), self.size()) }
    }

    #[inline]
    pub(crate) fn tail(self) -> *mut u8 {
        self.data().wrapping_add(self.size())
    }

    #[inline]
    pub(crate) fn headroom(self) -> usize {
        self.data().addr().wrapping_sub(self.base().addr())
    }

    #[inline]
    pub(crate) fn tailroom(self) -> usize {
        let end = self.base().addr().wrapping_add(self.allocated());
        end.wrapping_sub(self.tail().addr())
    }

    /// The address of the `size` bytes of data at `offset`; null if the data is too short for that.
    #[inline]
    pub(crate) fn at(self, offset: usize, size: usize) -> *mut u8 {
        match offset.checked_add(size) {
            Some(end) if end <= self.size() => self.data().wrapping_add(offset),
            _ => null_mut(),
        }
    }
}

/// Setting up and freeing a buffer.
impl Buf<'_> {
    /// Makes the structure an empty buffer in the `allocated` bytes at `base`.
    #[inline]
    pub(crate) fn use_memory(self, base: *mut u8, allocated: usize, source: OfpbufSource) {
        c_assert!(allocated <= u32::MAX as usize, "ofpbuf_use__", "allocated <= UINT32_MAX");
        self.set_base(base);
        self.set_data(base);
        self.set_size(0);
        self.init_rest(allocated as u32, source);
    }

    /// Makes the structure a view of the `size` bytes at `data`. A view cannot be reallocated.
    #[inline]
    pub(crate) fn use_const(self, data: *const u8, size: usize) {
        self.use_memory(data.cast_mut(), size, OfpbufSource::STACK);
        self.set_size(size);
    }

    /// Makes the structure an empty buffer with an allocation of `size` bytes from malloc().
    pub(crate) fn init(self, size: usize) {
        // Check this before the allocation: malloc() would reserve a lot of memory for a size that
        // has wrapped around.
        c_assert!(size <= u32::MAX as usize, "ofpbuf_init", "size <= UINT32_MAX");
        let base = if size == 0 { null_mut() } else { memory::xmalloc(size) };
        self.use_memory(base, size, OfpbufSource::MALLOC);
    }

    /// Sets all fields except for the base, the data and the size.
    pub(crate) fn init_rest(self, allocated: u32, source: OfpbufSource) {
        // The value of both pointers in a list element that is not on a list: using it crashes at
        // once.
        let poison = null_mut::<List>().with_addr(usize::from_ne_bytes([0xcc; size_of::<usize>()]));
        // SAFETY: `from_ptr`: the structure exists.
        unsafe {
            (*self.0).allocated = allocated;
            (*self.0).source = source;
            OfpBuf::reset_layers(self.0);
            (*self.0).list_node = List { prev: poison, next: poison };
        }
    }

    /// Frees the allocation if it is from malloc(), but not the structure.
    pub(crate) fn uninit(self) {
        let source = self.source();
        c_assert!(source != OfpbufSource::DPDK, "ofpbuf_uninit", "b->source != OFPBUF_DPDK");
        if let Some(base) = self.heap_memory() {
            // SAFETY: `from_ptr`: the memory is from malloc(). The caller does not use it any more.
            unsafe { memory::free(base) };
        }
    }

    /// The memory from malloc() that the buffer owns, if it owns some.
    pub(crate) fn heap_memory(self) -> Option<*mut u8> {
        (self.source() == OfpbufSource::MALLOC).then(|| self.base())
    }

    #[inline]
    pub(crate) fn clear(self) {
        self.set_data(self.base());
        self.set_size(0);
    }
}

/// Adding and removing data.
impl Buf<'_> {
    /// Appends `size` uninitialised bytes and returns the address of the first.
    #[inline]
    pub(crate) fn put_uninit(self, size: usize) -> *mut u8 {
        self.prealloc_tailroom(size);
        let tail = self.tail();
        self.set_size(self.size() + size);
        tail
    }

    /// Prepends `size` uninitialised bytes and returns the address of the first.
    #[inline]
    pub(crate) fn push_uninit(self, size: usize) -> *mut u8 {
        self.prealloc_headroom(size);
        c_assert!(
            size <= u32::MAX as usize - self.size(),
            "ofpbuf_push_uninit",
            "size <= UINT32_MAX - ofpbuf_size(b)"
        );
        self.set_data(self.data().wrapping_sub(size));
        self.set_size(self.size() + size);
        self.data()
    }

    /// Appends a copy of `bytes` and returns the address of the copy.
    #[inline]
    pub(crate) fn put(self, bytes: &[u8]) -> *mut u8 {
        // SAFETY: the bytes of a slice can be read. No slice contains memory that a buffer may
        // write to.
        unsafe { self.put_raw(bytes.as_ptr(), bytes.len()) }
    }

    /// Appends a copy of the `size` bytes at `from` and returns the address of the copy.
    ///
    /// # Safety
    /// Unless `size` is 0, the bytes at `from` can be read and are not part of the buffer.
    #[inline(always)]
    pub(crate) unsafe fn put_raw(self, from: *const u8, size: usize) -> *mut u8 {
        let to = self.put_uninit(size);
        // SAFETY: the caller's promise; `put_uninit` made the room.
        unsafe { memory::copy(from, to, size) };
        to
    }

    /// Removes the first `size` bytes of the data. Returns the address of the removed bytes.
    #[inline]
    pub(crate) fn pull(self, size: usize) -> *mut u8 {
        c_assert!(self.size() >= size, "ofpbuf_pull", "ofpbuf_size(b) >= size");
        let data = self.data();
        self.set_data(data.wrapping_add(size));
        self.set_size(self.size() - size);
        data
    }

    /// Replaces the data by `bytes`. The allocation grows as in the original, which puts the bytes
    /// into the buffer in two steps: first what fits, then the rest.
    #[inline(always)]
    pub(crate) fn fill(self, bytes: &[u8]) {
        self.clear();
        let room = self.allocated();
        if bytes.len() > room {
            self.prealloc_tailroom(filled_size(room, bytes.len()));
        }
        self.put(bytes);
    }

    /// Inserts a copy of `bytes` after the first `offset` bytes of the data.
    #[cfg(feature = "ovs3")]
    pub(crate) fn insert(self, offset: usize, bytes: &[u8]) {
        c_assert!(offset <= self.size(), "ofpbuf_insert", "offset <= b->size");
        let after = self.size() - offset;
        self.put_uninit(bytes.len());
        if !bytes.is_empty() {
            let at = self.data().wrapping_add(offset);
            // SAFETY: `from_ptr`; `put_uninit` made room for the bytes that move.
            unsafe {
                at.add(bytes.len()).copy_from(at, after);
                at.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
            }
        }
    }

    /// Returns the data, in memory from malloc() that the caller frees. After that, the buffer has
    /// no memory.
    pub(crate) fn steal_data(self) -> *mut u8 {
        let source = self.source();
        c_assert!(source != OfpbufSource::DPDK, "ofpbuf_steal_data", "b->source != OFPBUF_DPDK");
        let stolen = if source == OfpbufSource::MALLOC && self.data() == self.base() {
            self.data()
        } else {
            // SAFETY: `from_ptr`.
            let copy = unsafe { memory::xmemdup(self.data(), self.size()) };
            if source == OfpbufSource::MALLOC {
                // SAFETY: `from_ptr`; the data has been copied.
                unsafe { memory::free(self.base()) };
            }
            copy
        };
        // SAFETY: `from_ptr`.
        unsafe { OfpBuf::steal_layers(self.0) };
        self.set_base(null_mut());
        self.set_data(null_mut());
        stolen
    }
}

/// The fields that locate headers ("layers") within the data.
impl Buf<'_> {
    /// Takes over from `from` the fields that locate headers, and adjusts them to the data of this
    /// buffer, which is a copy of that of `from`.
    pub(crate) fn copy_layers(self, from: Buf<'_>) {
        // SAFETY: `from_ptr`, of both.
        unsafe { OfpBuf::copy_layers(self.0, from.0) };
    }
}
