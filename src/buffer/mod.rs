//! The growable buffer: everything that `ofpbuf_*` does, on the caller's `struct ofpbuf`.

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
/// Raw inside: C may hold other pointers to the structure and to its memory. Whoever makes one
/// promises, by [`Buf::from_ptr`], all that the methods need.
#[derive(Clone, Copy)]
pub(crate) struct Buf<'a>(*mut OfpBuf, PhantomData<&'a OfpBuf>);

impl<'a> Buf<'a> {
    /// # Safety
    /// For `'a`, `p` points to a `struct ofpbuf` which no other thread uses and whose fields say
    /// the truth: the base starts 'allocated' bytes of memory (of malloc() if 'source' says so),
    /// and the data is as many bytes within them as the size says. Only the functions that set a buffer up,
    /// those named `use_*` and `init_*`, ask for no more than the memory of the structure.
    #[inline]
    pub(crate) unsafe fn from_ptr(p: *const OfpBuf) -> Self {
        Self(p.cast_mut(), PhantomData)
    }
}

// SAFETY of every unsafe block below, where it says no more: the promise of `from_ptr`.
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

    /// Sets the size to `size`, which is at most the allocation's and so fits.
    #[inline]
    pub(crate) fn set_size(self, size: usize) {
        // SAFETY: `from_ptr`.
        unsafe { *OfpBuf::size(self.0) = size as u32 };
    }

    /// The data in use. Nothing may change it while the slice lives.
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

    /// The byte at `offset`, or null unless `size` bytes from there are in use.
    #[inline]
    pub(crate) fn at(self, offset: usize, size: usize) -> *mut u8 {
        match offset.checked_add(size) {
            Some(end) if end <= self.size() => self.data().wrapping_add(offset),
            _ => null_mut(),
        }
    }
}

/// Setting up and tearing down.
impl Buf<'_> {
    /// Makes the structure an empty buffer over `allocated` bytes at `base`.
    #[inline]
    pub(crate) fn use_memory(self, base: *mut u8, allocated: usize, source: OfpbufSource) {
        c_assert!(allocated <= u32::MAX as usize, "ofpbuf_use__", "allocated <= UINT32_MAX");
        self.set_base(base);
        self.set_data(base);
        self.set_size(0);
        self.init_rest(allocated as u32, source);
    }

    /// Makes the structure a view of `size` bytes at `data`, which nothing may resize.
    #[inline]
    pub(crate) fn use_const(self, data: *const u8, size: usize) {
        self.use_memory(data.cast_mut(), size, OfpbufSource::STACK);
        self.set_size(size);
    }

    /// Makes the structure an empty buffer with room for `size` bytes.
    pub(crate) fn init(self, size: usize) {
        // Checked before the allocation, so that a wrapped size costs nobody 4 GiB.
        c_assert!(size <= u32::MAX as usize, "ofpbuf_init", "size <= UINT32_MAX");
        let base = if size == 0 { null_mut() } else { memory::xmalloc(size) };
        self.use_memory(base, size, OfpbufSource::MALLOC);
    }

    /// Sets what 'base', 'data' and 'size' leave.
    pub(crate) fn init_rest(self, allocated: u32, source: OfpbufSource) {
        // A list element that is on no list: following it crashes early.
        let poison = null_mut::<List>().with_addr(usize::from_ne_bytes([0xcc; size_of::<usize>()]));
        // SAFETY: `from_ptr`: the structure is the caller's to overwrite.
        unsafe {
            (*self.0).allocated = allocated;
            (*self.0).source = source;
            OfpBuf::reset_layers(self.0);
            (*self.0).list_node = List { prev: poison, next: poison };
        }
    }

    /// Frees the memory, not the structure.
    pub(crate) fn uninit(self) {
        let source = self.source();
        c_assert!(source != OfpbufSource::DPDK, "ofpbuf_uninit", "b->source != OFPBUF_DPDK");
        if source == OfpbufSource::MALLOC {
            // SAFETY: `from_ptr`: the memory is malloc()'s, and the caller gives it up.
            unsafe { memory::free(self.base()) };
        }
    }

    #[inline]
    pub(crate) fn clear(self) {
        self.set_data(self.base());
        self.set_size(0);
    }
}

/// Adding and removing.
impl Buf<'_> {
    /// Adds `size` uninitialised bytes at the end and returns the first.
    #[inline]
    pub(crate) fn put_uninit(self, size: usize) -> *mut u8 {
        self.prealloc_tailroom(size);
        let tail = self.tail();
        self.set_size(self.size() + size);
        tail
    }

    /// Adds `size` uninitialised bytes at the start and returns the first.
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

    /// Adds a copy of `bytes` at the end and returns its start.
    #[inline]
    pub(crate) fn put(self, bytes: &[u8]) -> *mut u8 {
        // SAFETY: a slice is valid for its length, and not the buffer's own tailroom.
        unsafe { self.put_raw(bytes.as_ptr(), bytes.len()) }
    }

    /// Adds a copy of the `size` bytes at `from` at the end and returns its start.
    ///
    /// # Safety
    /// The bytes can be read, unless `size` is 0, and are none of the buffer's own.
    #[inline(always)]
    pub(crate) unsafe fn put_raw(self, from: *const u8, size: usize) -> *mut u8 {
        let to = self.put_uninit(size);
        // SAFETY: the caller's promise; `put_uninit` made the room.
        unsafe { memory::copy(from, to, size) };
        to
    }

    /// Removes `size` bytes at the start and returns the first.
    #[inline]
    pub(crate) fn pull(self, size: usize) -> *mut u8 {
        c_assert!(self.size() >= size, "ofpbuf_pull", "ofpbuf_size(b) >= size");
        let data = self.data();
        self.set_data(data.wrapping_add(size));
        self.set_size(self.size() - size);
        data
    }

    /// Replaces the content by `bytes`, growing as receiving them in two parts would: first what
    /// fits the allocation, then the rest behind it.
    #[inline(always)]
    pub(crate) fn fill(self, bytes: &[u8]) {
        self.clear();
        let room = self.allocated();
        if bytes.len() > room {
            self.prealloc_tailroom(filled_size(room, bytes.len()));
        }
        self.put(bytes);
    }

    /// Inserts a copy of `bytes` behind the first `offset` bytes.
    #[cfg(feature = "ovs3")]
    pub(crate) fn insert(self, offset: usize, bytes: &[u8]) {
        c_assert!(offset <= self.size(), "ofpbuf_insert", "offset <= b->size");
        let behind = self.size() - offset;
        self.put_uninit(bytes.len());
        if !bytes.is_empty() {
            let at = self.data().wrapping_add(offset);
            // SAFETY: `from_ptr`; the room for what moves has just been made.
            unsafe {
                at.add(bytes.len()).copy_from(at, behind);
                at.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
            }
        }
    }

    /// Takes the data out as malloc()'d memory.
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

/// Packet layers.
impl Buf<'_> {
    /// Takes over the layers of `from`, which this is a copy of.
    pub(crate) fn copy_layers(self, from: Buf<'_>) {
        // SAFETY: `from_ptr`, of both.
        unsafe { OfpBuf::copy_layers(self.0, from.0) };
    }
}
