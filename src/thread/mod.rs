// SPDX-License-Identifier: Apache-2.0
//! Data that the library keeps for each thread. The data of a thread is in a block of memory. The
//! block is mapped when the thread first needs it, contains only zeros at first, and is unmapped
//! when the thread ends, or kept for another thread.
//!
//! Each module that keeps data for threads has a [`Part`] of the block. The modules `cancel` and
//! `unfinished` deal with threads that are cancelled, or that leave a log handler by longjmp() or
//! an exception.

mod cancel;
mod spare;
mod unfinished;

pub(crate) use cancel::{
    CancelDisabled, call_program, cancel_disabled_briefly, without_cancellation,
};
pub(crate) use unfinished::{Unfinished, register, register_another, release_all};

use crate::sys::{self, ThreadMemory, Uninit};
use alloc::boxed::Box;
use core::cell::Cell;
use core::ffi::{c_int, c_void};
use core::marker::PhantomData;
use core::mem::MaybeUninit;
use core::ptr::{NonNull, null_mut};
use core::sync::atomic::{AtomicPtr, AtomicU32, Ordering::Relaxed};

unsafe extern "C" {
    safe fn nlsock_thread() -> Here;
    // The `libc` crate does not declare this function for all targets.
    fn pthread_getattr_np(thread: libc::pthread_t, attributes: *mut libc::pthread_attr_t) -> c_int;
}

/// The thread-local pointers of a thread, which are in thread.c.
#[repr(C)]
struct Own {
    /// The thread's block; null if it has none yet.
    block: Cell<*mut c_void>,
    /// The thread's objects on the heap: see [`HeapPart`].
    heap: [AtomicPtr<c_void>; HEAP_PARTS],
}

/// What thread.c knows about the calling thread.
#[repr(C)]
struct Here {
    /// The thread-local pointers of the thread.
    own: NonNull<Own>,
    /// The address of a stack frame. It is lower than those of all functions that are running on
    /// this stack.
    frame: *mut c_void,
}

impl Here {
    fn own(&self) -> &Own {
        // SAFETY: they exist as long as the thread, and only this thread uses them.
        unsafe { self.own.as_ref() }
    }

    /// The thread's block. None if it has none yet.
    #[inline]
    fn block(&self) -> Option<NonNull<Uninit>> {
        NonNull::new(self.own().block.get().cast::<Uninit>())
    }
}

/// An object on the heap, of which each thread may have one. The pointer to it is not in the block
/// but in thread-local memory, since leak checkers look for pointers only there.
pub(crate) struct HeapPart<T> {
    index: usize,
    object: PhantomData<AtomicPtr<T>>,
}

const HEAP_PARTS: usize = 2;

/// The index of each [`HeapPart`].
pub(crate) mod heap {
    pub(crate) const BATCH: usize = 0;
    pub(crate) const POLL_LOOP: usize = 1;
}

impl<T> HeapPart<T> {
    /// The object with this index, which no other [`HeapPart`] must use.
    pub(crate) const fn new(index: usize) -> Self {
        assert!(index < HEAP_PARTS);
        Self { index, object: PhantomData }
    }

    #[inline]
    fn pointer<'a>(&self, thread: &'a Thread) -> &'a AtomicPtr<c_void> {
        // SAFETY: the pointers exist as long as the thread; `new` has checked the index.
        unsafe { thread.own.as_ref().heap.get_unchecked(self.index) }
    }

    /// The object; None if there is none. It must not be taken out while the reference exists.
    #[inline]
    pub(crate) fn get<'a>(&self, thread: &'a Thread) -> Option<&'a T> {
        // SAFETY: null, or from Box in `put`; the caller does not take it out.
        unsafe { self.pointer(thread).load(Relaxed).cast::<T>().as_ref() }
    }

    /// Takes the object out. Callers do that before they change the object, since a signal handler
    /// may interrupt the change and call the library.
    pub(crate) fn take(&self, thread: &Thread) -> Option<Box<T>> {
        let object = self.pointer(thread).swap(null_mut(), Relaxed).cast::<T>();
        // SAFETY: from Box in `put`, and taken out.
        (!object.is_null()).then(|| unsafe { Box::from_raw(object) })
    }

    /// Puts an object in. If a signal handler has put in another object meanwhile, frees that one.
    pub(crate) fn put(&self, thread: &Thread, object: Box<T>) {
        let object = Box::into_raw(object).cast();
        let other = self.pointer(thread).swap(object, Relaxed).cast::<T>();
        if !other.is_null() {
            // SAFETY: from Box in an earlier `put`, and taken out.
            drop(unsafe { Box::from_raw(other) });
        }
    }
}

/// A type for which all-zero bytes are a valid initial value.
///
/// # Safety
/// All-zero bytes are a valid value. Values need not be dropped.
pub(crate) unsafe trait Zeroed {}

// SAFETY: zero is a valid integer, and null a valid pointer.
unsafe impl Zeroed for Cell<u32> {}

/// The size of a thread's block, which is at the start of the thread's memory, in bytes.
const BLOCK: usize = 4096;
/// The alignment of each part of the block, in bytes.
const ALIGNMENT: usize = 64;

/// The place of a part in the block, in bytes.
pub(crate) struct Room {
    start: usize,
    size: usize,
}

/// The places of all parts in the block. They must not overlap, which a test checks.
pub(crate) mod room {
    use super::Room;

    const fn room(start: usize, size: usize) -> Room {
        Room { start, size }
    }

    pub(crate) const BLOCK_HEADER: Room = room(0, 64);
    pub(crate) const CANCEL: Room = room(64, 64);
    pub(crate) const UNFINISHED: Room = room(128, 640);
    pub(crate) const SCRATCH: Room = room(768, 64);
    pub(crate) const LOG: Room = room(832, 64);
    pub(crate) const POLL_LOOP: Room = room(896, 128);
    pub(crate) const ERROR_TEXT: Room = room(1024, 128);
    pub(crate) const EXTACK: Room = room(1152, 448);
    pub(crate) const LAST_DUMP: Room = room(1600, 448);
    #[cfg(test)]
    pub(super) const ALL: [Room; 9] =
        [BLOCK_HEADER, CANCEL, UNFINISHED, SCRATCH, LOG, POLL_LOOP, ERROR_TEXT, EXTACK, LAST_DUMP];
}

/// A part of the block: a value that each thread has.
pub(crate) struct Part<T> {
    start: usize,
    value: PhantomData<Cell<T>>,
}

// SAFETY: it contains no value of type T, only the place of the values in the blocks.
unsafe impl<T> Sync for Part<T> {}

impl<T: Zeroed> Part<T> {
    /// The part at the place `room`, which no other part must use.
    pub(crate) const fn new(room: Room) -> Self {
        assert!(size_of::<T>() <= room.size && align_of::<T>() <= ALIGNMENT);
        Self { start: room.start, value: PhantomData }
    }

    /// The value of this thread.
    #[inline]
    pub(crate) fn of<'a>(&self, thread: &'a Thread) -> &'a T {
        // SAFETY: `new` has checked that the value fits its place, which is aligned and which
        // nothing else uses. The block was 0 at first, which is a valid value. Only its thread has
        // a `Thread` for it.
        unsafe { &*thread.block.as_ptr().byte_add(self.start).cast::<T>() }
    }
}

/// The first part of a block, which describes the thread's memory.
struct Header {
    /// The size of the thread's memory in bytes: of the block and of the scratch memory after it.
    size: Cell<usize>,
    /// Whether more than [`USUAL_DATAGRAM`] bytes of the scratch memory may have been written to.
    filled: Cell<bool>,
}

// SAFETY: zero is a valid integer, and false.
unsafe impl Zeroed for Header {}

static HEADER: Part<Header> = Part::new(room::BLOCK_HEADER);

/// The calling thread, during one call of the library.
pub(crate) struct Thread {
    own: NonNull<Own>,
    block: NonNull<Uninit>,
    /// The address of a stack frame of this call. The frames of the functions that made the call
    /// have higher addresses.
    frame: usize,
}

/// Runs `f` with the calling thread.
///
/// Calls of the library are distinguished by their stack frames. So if a function that uses
/// [`register`] calls another function that uses [`register`], the second one must not be inlined.
#[inline(always)]
pub(crate) fn with<R>(f: impl FnOnce(&Thread) -> R) -> R {
    let here = nlsock_thread();
    let block = here.block().unwrap_or_else(create);
    f(&Thread { own: here.own, block, frame: here.frame.addr() })
}

/// Runs `f` with the calling thread, if it has a block already. Allocates nothing, as
/// `nlsock_thread()` may for the thread-local memory of a library that was loaded by dlopen(). `f`
/// must not use a [`HeapPart`].
fn with_block_of_key(f: impl FnOnce(&Thread)) {
    let key = KEY.load(Relaxed);
    if key == NO_KEY {
        return;
    }
    // SAFETY: the key is the library's own.
    let block = unsafe { libc::pthread_getspecific(key) };
    if let Some(block) = NonNull::new(block.cast::<Uninit>()) {
        f(&Thread { own: NonNull::dangling(), block, frame: 0 });
    }
}

/// Replaces the sockets that the calling thread is using by files that are not sockets. For the
/// fork handler in a child: if a signal handler called fork(), it may return to a function that it
/// interrupted, which must not use the parent's socket.
pub(crate) fn replace_descriptors() {
    with_block_of_key(unfinished::replace_descriptors);
}

/// Runs `f` with the calling thread, if it has a block already.
pub(crate) fn with_existing(f: impl FnOnce(&Thread)) {
    let here = nlsock_thread();
    if let Some(block) = here.block() {
        f(&Thread { own: here.own, block, frame: here.frame.addr() });
    }
}

impl Thread {
    /// The address and the size of the scratch memory, which follows the block. The caller makes
    /// sure that no two calls use it at the same time.
    pub(crate) fn scratch(&self) -> (NonNull<Uninit>, usize) {
        // SAFETY: the thread's memory is larger than the block.
        let start = unsafe { self.block.byte_add(BLOCK) };
        (start, HEADER.of(self).size.get() - BLOCK)
    }

    pub(crate) fn frame(&self) -> usize {
        self.frame
    }

    /// Whether the call whose stack frame was at `frame` was left without reaching its end: by
    /// cancellation, longjmp() or an exception. A call that is still going on has its frame at a
    /// higher address than the present call. If one of the two frames is not on the thread's own
    /// stack, but on the stack of a signal handler or a coroutine, the answer is unknown, and the
    /// result is false.
    #[cold]
    pub(crate) fn is_abandoned(&self, frame: usize) -> bool {
        frame <= self.frame
            && !on_signal_stack()
            && own_stack()
                .is_some_and(|stack| stack.contains(&frame) && stack.contains(&self.frame))
    }
}

/// Whether a signal handler is running on a stack of its own, which may lie within the thread's
/// stack.
fn on_signal_stack() -> bool {
    let mut stack = MaybeUninit::<libc::stack_t>::uninit();
    // SAFETY: the call fills in `stack`, or fails.
    unsafe {
        libc::sigaltstack(core::ptr::null(), stack.as_mut_ptr()) == 0
            && stack.assume_init().ss_flags & libc::SS_ONSTACK != 0
    }
}

/// The address range of the stack that the thread was started with. None if it is not known.
fn own_stack() -> Option<core::ops::Range<usize>> {
    let mut attributes = MaybeUninit::<libc::pthread_attr_t>::uninit();
    let mut start = null_mut();
    let mut size = 0;
    // SAFETY: pthread_getattr_np() initialises the attributes, which are then read and destroyed.
    unsafe {
        let attributes = attributes.as_mut_ptr();
        if pthread_getattr_np(libc::pthread_self(), attributes) != 0 {
            return None;
        }
        let result = libc::pthread_attr_getstack(attributes, &raw mut start, &raw mut size);
        libc::pthread_attr_destroy(attributes);
        (result == 0).then(|| start.addr()..start.addr() + size)
    }
}

/// The key of pthread_key_create() whose destructor runs when a thread ends. [`NO_KEY`] if the
/// process had no key left; then the memory of threads that end is lost.
static KEY: AtomicU32 = AtomicU32::new(NO_KEY);
const NO_KEY: u32 = u32::MAX;

/// The sizes to try for a thread's scratch memory, in bytes. The first is more than any message
/// from the kernel needs. If it cannot be mapped, the second is used, into which the largest
/// attribute fits.
pub(crate) const SCRATCH_SIZES: [usize; 2] = [4 << 20, 65536];
/// The size of a thread's memory, unless so much cannot be mapped.
const MEMORY: usize = BLOCK + SCRATCH_SIZES[0];
/// The size of the largest datagram of a dump, in bytes. If a thread received nothing larger, the
/// pages that it wrote to are kept for the next thread: to free them and to get new ones takes
/// longer than a transaction.
pub(crate) const USUAL_DATAGRAM: usize = 32768;

/// Notes that the calling thread has received more than [`USUAL_DATAGRAM`] bytes into its scratch
/// memory.
#[cold]
pub(crate) fn scratch_filled() {
    with_existing(|thread| HEADER.of(thread).filled.set(true));
}

#[cold]
#[inline(never)]
fn create() -> NonNull<Uninit> {
    let mut sizes = SCRATCH_SIZES.into_iter();
    let map = || sizes.find_map(|size| ThreadMemory::map(BLOCK + size));
    let Some(memory) = spare::take(MEMORY).or_else(map) else {
        sys::fatal("there is no memory for what a thread needs");
    };
    let block = memory.start;
    let here = nlsock_thread();
    HEADER.of(&Thread { own: here.own, block, frame: 0 }).size.set(memory.size);
    let key = KEY.load(Relaxed);
    here.own().block.set(block.as_ptr().cast());
    if key != NO_KEY {
        // SAFETY: the key was created by `start`; `end` unmaps the memory.
        unsafe { libc::pthread_setspecific(key, block.as_ptr().cast()) };
    }
    block
}

/// Makes `at_end` run at the end of each thread that has a block. `at_end` gets that block, and
/// must call [`end`].
pub(crate) fn start(at_end: unsafe extern "C" fn(*mut c_void)) {
    let mut key = NO_KEY;
    // SAFETY: `key` exists during the call. `stop` deletes the key, so `at_end` does not run after
    // that.
    if unsafe { libc::pthread_key_create(&raw mut key, Some(at_end)) } == 0 {
        KEY.store(key, Relaxed);
    }
}

/// Unmaps a thread's memory, or keeps it for another thread. What the parts of the block refer to
/// must have been freed before. If another destructor calls the library after this, the thread gets
/// a new block, for which `at_end` runs again.
///
/// # Safety
/// `block` is that of the calling thread, and nothing uses it any more.
pub(crate) unsafe fn end(block: *mut c_void) {
    let Some(start) = NonNull::new(block.cast::<Uninit>()) else { return };
    let here = nlsock_thread();
    let thread = Thread { own: here.own, block: start, frame: 0 };
    let header = HEADER.of(&thread);
    let (size, filled) = (header.size.get(), header.filled.get());
    here.own().block.set(null_mut());
    let memory = ThreadMemory { start, size };
    // SAFETY: the caller's promise.
    unsafe {
        if size == MEMORY && KEY.load(Relaxed) != NO_KEY {
            spare::give(memory, filled);
        } else {
            memory.unmap();
        }
    }
}

/// Undoes [`start`]. Called when the process ends, or when the code that contains the library is
/// unloaded: `at_end` must not run any more. The memory of threads that are still running is lost.
///
/// Returns the block of the calling thread, if there is one, for [`end`].
pub(crate) fn stop() -> Option<*mut c_void> {
    let key = KEY.swap(NO_KEY, Relaxed);
    if key != NO_KEY {
        // SAFETY: the key was created by `start`.
        unsafe { libc::pthread_key_delete(key) };
    }
    spare::discard(MEMORY);
    nlsock_thread().block().map(|block| block.as_ptr().cast())
}

#[cfg(test)]
mod tests {
    use super::*;

    static NUMBER: Part<Cell<u32>> = Part::new(Room { start: 4032, size: 64 });

    #[test]
    fn each_thread_has_its_own() {
        with(|thread| NUMBER.of(thread).set(7));
        let of_another = std::thread::spawn(|| with(|thread| NUMBER.of(thread).replace(8))).join();
        assert_eq!((of_another.unwrap(), with(|thread| NUMBER.of(thread).get())), (0, 7));
        // Nor does a later thread find what an earlier one left.
        for _ in 0..3 {
            let later = std::thread::spawn(|| with(|thread| NUMBER.of(thread).replace(8))).join();
            assert_eq!(later.unwrap(), 0);
        }
    }

    #[test]
    fn a_stack_has_the_size_that_the_thread_was_started_with() {
        const SIZE: usize = 64 << 20;
        let length = || own_stack().map_or(0, |stack| stack.len());
        let started = std::thread::Builder::new().stack_size(SIZE).spawn(length).unwrap();
        let found = started.join().unwrap();
        assert!((SIZE..2 * SIZE).contains(&found));
    }

    #[test]
    fn rooms_do_not_overlap() {
        let mut end = 0;
        for room in room::ALL {
            assert!(room.start >= end && room.start % ALIGNMENT == 0);
            end = room.start + room.size;
        }
        assert!(end <= BLOCK);
    }

    #[test]
    fn a_frame_has_been_left_if_a_later_one_is_not_below_it() {
        let outer = with(Thread::frame);
        std::hint::black_box(&outer);
        with(|thread| {
            assert!(!thread.is_abandoned(thread.frame() + 64));
            assert!(thread.is_abandoned(thread.frame()));
            assert!(thread.is_abandoned(thread.frame() - 64));
            // Not on the thread's own stack.
            assert!(!thread.is_abandoned(16));
        });
    }
}
