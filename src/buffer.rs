//! The growable buffer: everything that `ofpbuf_*` does, on the caller's `struct ofpbuf`.
//!
//! Growth follows the reference to the byte ('allocated' is visible to callers), but every sum is
//! checked: a buffer that would pass 4 GiB - 1 fails an assertion where the original wrapped.

use crate::abi::{List, OfpBuf, OfpbufSource};
use crate::contract::c_assert;
use crate::memory;
use core::marker::PhantomData;
use core::ptr::null_mut;

/// The least room that growing adds at the end that was short.
const MIN_GROWTH: usize = 64;
/// "Not set", of a layer offset.
const NO_OFFSET: u16 = u16::MAX;

/// A `struct ofpbuf` of a C caller.
///
/// Raw inside: C may hold other pointers to the structure and to its memory. Whoever makes one
/// promises, by [`Buf::from_ptr`], all that the methods need.
#[derive(Clone, Copy)]
pub(crate) struct Buf<'a>(*mut OfpBuf, PhantomData<&'a OfpBuf>);

impl<'a> Buf<'a> {
    /// # Safety
    /// For `'a`, `p` points to a `struct ofpbuf` which no other thread uses and whose fields say
    /// the truth: 'base_' starts 'allocated' bytes of memory (of malloc() if 'source' says so),
    /// and 'data_' starts 'size_' bytes within them. Only the functions that set a buffer up,
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
        unsafe { (*self.0).base_.cast() }
    }

    #[inline]
    pub(crate) fn data(self) -> *mut u8 {
        // SAFETY: `from_ptr`.
        unsafe { (*self.0).data_.cast() }
    }

    #[inline]
    pub(crate) fn size(self) -> usize {
        // SAFETY: `from_ptr`.
        unsafe { (*self.0).size_ as usize }
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
    pub(crate) fn set_data(self, data: *mut u8) {
        // SAFETY: `from_ptr`.
        unsafe { (*self.0).data_ = data.cast() };
    }

    /// Sets the size to `size`, which is at most the allocation's and so fits.
    #[inline]
    pub(crate) fn set_size(self, size: usize) {
        // SAFETY: `from_ptr`.
        unsafe { (*self.0).size_ = size as u32 };
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
        // SAFETY: `from_ptr`: the structure is the caller's to overwrite.
        unsafe {
            (*self.0).base_ = base.cast();
            (*self.0).data_ = base.cast();
            (*self.0).size_ = 0;
        }
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
            (*self.0).frame = null_mut();
            (*self.0).l2_5_ofs = NO_OFFSET;
            (*self.0).l3_ofs = NO_OFFSET;
            (*self.0).l4_ofs = NO_OFFSET;
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

/// Growing and moving.
impl Buf<'_> {
    #[inline]
    pub(crate) fn prealloc_tailroom(self, size: usize) {
        if size > self.tailroom() {
            self.resize(self.headroom(), size.max(MIN_GROWTH));
        }
    }

    #[inline]
    pub(crate) fn prealloc_headroom(self, size: usize) {
        if size > self.headroom() {
            self.resize(size.max(MIN_GROWTH), self.tailroom());
        }
    }

    /// Reallocates to exactly the head- and tailroom given.
    #[cold]
    #[inline(never)]
    fn resize(self, headroom: usize, tailroom: usize) {
        let source = self.source();
        c_assert!(
            source == OfpbufSource::MALLOC || source == OfpbufSource::STUB,
            "ofpbuf_resize__",
            "b->source == OFPBUF_MALLOC || b->source == OFPBUF_STUB"
        );
        let allocated = headroom
            .checked_add(self.size())
            .and_then(|sum| sum.checked_add(tailroom))
            .and_then(|sum| u32::try_from(sum).ok());
        c_assert!(allocated.is_some(), "ofpbuf_resize__", "new_allocated <= UINT32_MAX");
        let allocated = allocated.unwrap_or_default();

        let old = self.base();
        let base = if source == OfpbufSource::MALLOC && headroom == self.headroom() {
            // SAFETY: `from_ptr`: the memory is malloc()'s.
            unsafe { memory::xrealloc(old, allocated as usize) }
        } else {
            let base = memory::xmalloc(allocated as usize);
            self.copy_to(base, headroom, tailroom);
            if source == OfpbufSource::MALLOC {
                // SAFETY: `from_ptr`; all that counts has been copied.
                unsafe { memory::free(old) };
            }
            base
        };
        let data = base.wrapping_add(headroom);
        // SAFETY: `from_ptr`. 'frame' may point anywhere, so its move is plain address arithmetic.
        unsafe {
            (*self.0).source = OfpbufSource::MALLOC;
            (*self.0).allocated = allocated;
            (*self.0).base_ = base.cast();
            self.move_frame(data);
        }
        self.set_data(data);
    }

    /// Copies the data, and as much of the old head- and tailroom as fits around it, to `base`.
    fn copy_to(self, base: *mut u8, headroom: usize, tailroom: usize) {
        let head = self.headroom().min(headroom);
        let tail = self.tailroom().min(tailroom);
        let count = head + self.size() + tail;
        if count > 0 {
            // SAFETY: `from_ptr` for the old memory; the new is as long as the parts ask for, and
            // fresh.
            unsafe {
                let to = base.add(headroom - head);
                to.copy_from_nonoverlapping(self.data().sub(head), count);
            }
        }
    }

    /// Moves 'frame', where it is set, as far as the data moves to `data`.
    ///
    /// # Safety
    /// [`Buf::from_ptr`]'s; 'data_' still has its old value.
    unsafe fn move_frame(self, data: *mut u8) {
        // SAFETY: the caller's promise.
        unsafe {
            let frame = (*self.0).frame;
            if !frame.is_null() {
                let delta = data.addr().wrapping_sub(self.data().addr());
                let addr = frame.addr().wrapping_add(delta);
                (*self.0).frame = data.with_addr(addr).cast();
            }
        }
    }

    pub(crate) fn trim(self) {
        let source = self.source();
        c_assert!(source != OfpbufSource::DPDK, "ofpbuf_trim", "b->source != OFPBUF_DPDK");
        if source == OfpbufSource::MALLOC && (self.headroom() > 0 || self.tailroom() > 0) {
            self.resize(0, 0);
        }
    }

    pub(crate) fn shift(self, delta: i32) {
        let distance = delta.unsigned_abs() as usize;
        let room = if delta > 0 { self.tailroom() } else { self.headroom() };
        c_assert!(
            delta == 0 || distance <= room,
            "ofpbuf_shift",
            "delta > 0 ? delta <= ofpbuf_tailroom(b) : -delta <= ofpbuf_headroom(b)"
        );
        if delta != 0 {
            let from = self.data();
            let to = from.wrapping_offset(delta as isize);
            // SAFETY: `from_ptr`, and the assertion above: both ends are within the memory.
            unsafe { to.copy_from(from, self.size()) };
            self.set_data(to);
        }
    }

    /// Reserves headroom, and tailroom beyond it, in an empty buffer.
    pub(crate) fn reserve(self, headroom: usize, tailroom: usize) {
        c_assert!(self.size() == 0, "ofpbuf_reserve", "!ofpbuf_size(b)");
        // A sum past SIZE_MAX is past what resize() accepts, too.
        self.prealloc_tailroom(headroom.saturating_add(tailroom));
        self.set_data(self.data().wrapping_add(headroom));
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
    #[inline]
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
    pub(crate) fn fill(self, bytes: &[u8]) {
        self.clear();
        let room = self.allocated();
        if bytes.len() > room {
            self.prealloc_tailroom(filled_size(room, bytes.len()));
        }
        self.put(bytes);
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
        unsafe { (*self.0).base_ = null_mut() };
        self.set_data(null_mut());
        stolen
    }
}

/// Packet layers.
impl Buf<'_> {
    /// Grows (or shrinks) the part before the network header and makes the data's start the frame.
    pub(crate) fn resize_l2_5(self, increment: i32) -> *mut u8 {
        let distance = increment.unsigned_abs() as usize;
        if increment >= 0 {
            self.push_uninit(distance);
        } else {
            self.pull(distance);
        }
        // SAFETY: `from_ptr`.
        unsafe {
            (*self.0).frame = (*self.0).data_;
            shift_offset(&raw mut (*self.0).l3_ofs, increment);
            shift_offset(&raw mut (*self.0).l4_ofs, increment);
        }
        self.data()
    }

    /// As [`Buf::resize_l2_5`], of the part before the MPLS label stack.
    pub(crate) fn resize_l2(self, increment: i32) -> *mut u8 {
        let frame = self.resize_l2_5(increment);
        // SAFETY: `from_ptr`.
        unsafe { shift_offset(&raw mut (*self.0).l2_5_ofs, increment) };
        frame
    }

    /// Takes over `from`'s offsets, and its frame relative to the data.
    pub(crate) fn copy_layers(self, from: Buf<'_>) {
        // SAFETY: `from_ptr`, of both.
        unsafe {
            let frame = (*from.0).frame;
            if !frame.is_null() {
                let ahead = frame.addr().wrapping_sub(from.data().addr());
                let addr = self.data().addr().wrapping_add(ahead);
                (*self.0).frame = self.data().with_addr(addr).cast();
            }
            (*self.0).l2_5_ofs = (*from.0).l2_5_ofs;
            (*self.0).l3_ofs = (*from.0).l3_ofs;
            (*self.0).l4_ofs = (*from.0).l4_ofs;
        }
    }
}

/// Moves an offset that is set, modulo 2^16 as the original's arithmetic.
///
/// # Safety
/// `offset` points to an offset that nobody else uses meanwhile.
unsafe fn shift_offset(offset: *mut u16, increment: i32) {
    // SAFETY: the caller's promise.
    unsafe {
        if *offset != NO_OFFSET {
            *offset = (*offset).wrapping_add(increment as u16);
        }
    }
}

/// The allocation that one of `room` bytes becomes by receiving `size` bytes in two parts.
pub(crate) fn filled_size(room: usize, size: usize) -> usize {
    match size.checked_sub(room) {
        None | Some(0) => room,
        Some(rest) => room + rest.max(MIN_GROWTH),
    }
}

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
