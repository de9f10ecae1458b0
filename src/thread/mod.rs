//! What each thread has of its own: a block of memory that is zero when the thread first needs it,
//! and goes when the thread ends.
//!
//! Each module that keeps something for a thread owns a [`Part`] of the block, and its type. What all
//! modules need of a thread that may be cancelled, or that may leave a log handler by longjmp(), is
//! in `cancel` and `unfinished`.

mod cancel;
mod unfinished;

pub(crate) use cancel::{CancelDisabled, call_out, without_cancellation};
pub(crate) use unfinished::{Unfinished, begin, begin_another, release_all, replace_descriptors};

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
    // Not declared by the `libc` crate for all targets.
    fn pthread_getattr_np(thread: libc::pthread_t, attributes: *mut libc::pthread_attr_t) -> c_int;
}

/// The pointers that the C part keeps for each thread.
#[repr(C)]
struct Own {
    /// The thread's block; null if it has none yet.
    block: Cell<*mut c_void>,
    /// See [`HeapPart`].
    heap: [AtomicPtr<c_void>; HEAP_PARTS],
}

/// What the C part knows of the calling thread.
#[repr(C)]
struct Here {
    /// In thread-local memory.
    own: NonNull<Own>,
    /// A stack frame below those of all functions that are running.
    frame: *mut c_void,
}

impl Here {
    fn own(&self) -> &Own {
        // SAFETY: the thread's own, as long as the thread.
        unsafe { self.own.as_ref() }
    }

    /// The thread's block, if it has one.
    #[inline]
    fn block(&self) -> Option<NonNull<Uninit>> {
        NonNull::new(self.own().block.get().cast::<Uninit>())
    }
}

/// An object on the heap that every thread may have. Its pointer is in thread-local memory, where leak
/// checkers look for pointers; they do not look into the block.
pub(crate) struct HeapPart<T> {
    index: usize,
    object: PhantomData<AtomicPtr<T>>,
}

const HEAP_PARTS: usize = 2;

/// Which object is which.
pub(crate) mod heap {
    pub(crate) const BATCH: usize = 0;
    pub(crate) const POLL_LOOP: usize = 1;
}

impl<T> HeapPart<T> {
    /// Each index serves one object.
    pub(crate) const fn new(index: usize) -> Self {
        assert!(index < HEAP_PARTS);
        Self { index, object: PhantomData }
    }

    #[inline]
    fn pointer<'a>(&self, thread: &'a Thread) -> &'a AtomicPtr<c_void> {
        // SAFETY: the thread's own, as long as the thread; the index is in range.
        unsafe { thread.own.as_ref().heap.get_unchecked(self.index) }
    }

    /// The object, if there is one. Nothing may take it out meanwhile.
    #[inline]
    pub(crate) fn get<'a>(&self, thread: &'a Thread) -> Option<&'a T> {
        // SAFETY: null or from Box, in `put`; the caller's promise.
        unsafe { self.pointer(thread).load(Relaxed).cast::<T>().as_ref() }
    }

    /// Takes the object out. It is out while it changes, because a signal handler may call the library.
    pub(crate) fn take(&self, thread: &Thread) -> Option<Box<T>> {
        let object = self.pointer(thread).swap(null_mut(), Relaxed).cast::<T>();
        // SAFETY: from Box, in `put`, and taken out.
        (!object.is_null()).then(|| unsafe { Box::from_raw(object) })
    }

    /// Puts an object in. One that a signal handler has put in meanwhile goes.
    pub(crate) fn put(&self, thread: &Thread, object: Box<T>) {
        let object = Box::into_raw(object).cast();
        let other = self.pointer(thread).swap(object, Relaxed).cast::<T>();
        if !other.is_null() {
            // SAFETY: from Box, here, and taken out.
            drop(unsafe { Box::from_raw(other) });
        }
    }
}

/// A type all of whose fields may start out as zero bytes.
///
/// # Safety
/// All-zero bytes are a valid value, and dropping it is never necessary.
pub(crate) unsafe trait Zeroed {}

// SAFETY: zero is a valid integer, and null a valid pointer.
unsafe impl Zeroed for Cell<u32> {}

/// Bytes of a thread's block, at the start of its memory.
const BLOCK: usize = 4096;
/// The alignment of every room in it, in bytes.
const ALIGNMENT: usize = 64;

/// Where a part lies in the block.
pub(crate) struct Room {
    start: usize,
    size: usize,
}

/// The rooms in the block, in bytes. They must not overlap; a test checks that.
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

/// A value that every thread has.
pub(crate) struct Part<T> {
    start: usize,
    value: PhantomData<Cell<T>>,
}

// SAFETY: holds no value, only where each thread finds its own.
unsafe impl<T> Sync for Part<T> {}

impl<T: Zeroed> Part<T> {
    /// Each room serves one part.
    pub(crate) const fn new(room: Room) -> Self {
        assert!(size_of::<T>() <= room.size && align_of::<T>() <= ALIGNMENT);
        Self { start: room.start, value: PhantomData }
    }

    /// The value of this thread.
    #[inline]
    pub(crate) fn of<'a>(&self, thread: &'a Thread) -> &'a T {
        // SAFETY: `new`: the value lies within the block, in a room that serves nothing else, and is
        // aligned. The block started out as zeros. Only its thread has a `Thread` for it.
        unsafe { &*thread.block.as_ptr().byte_add(self.start).cast::<T>() }
    }
}

/// What a block says of itself.
struct Header {
    /// Bytes of the memory that starts with the block.
    size: Cell<usize>,
}

// SAFETY: zero is a valid integer.
unsafe impl Zeroed for Header {}

static HEADER: Part<Header> = Part::new(room::BLOCK_HEADER);

/// The calling thread, within one call of the library.
pub(crate) struct Thread {
    own: NonNull<Own>,
    block: NonNull<Uninit>,
    /// The address of a stack frame of this call. Frames of functions that this call was made from
    /// have higher addresses.
    frame: usize,
}

/// Runs `f` on the calling thread.
///
/// The frame tells calls apart, so a function that is called by one that uses [`begin`], and uses it
/// itself, must not be inlined there.
#[inline(always)]
pub(crate) fn with<R>(f: impl FnOnce(&Thread) -> R) -> R {
    let here = nlsock_thread();
    let block = here.block().unwrap_or_else(create);
    f(&Thread { own: here.own, block, frame: here.frame.addr() })
}

/// Runs `f` on the calling thread if that has a block already.
pub(crate) fn with_existing(f: impl FnOnce(&Thread)) {
    let here = nlsock_thread();
    if let Some(block) = here.block() {
        f(&Thread { own: here.own, block, frame: here.frame.addr() });
    }
}

impl Thread {
    /// The memory after the block, to receive into. Whoever uses it makes sure that nobody else does.
    pub(crate) fn scratch(&self) -> (NonNull<Uninit>, usize) {
        // SAFETY: the memory is larger than the block.
        let start = unsafe { self.block.byte_add(BLOCK) };
        (start, HEADER.of(self).size.get() - BLOCK)
    }

    pub(crate) fn frame(&self) -> usize {
        self.frame
    }

    /// Whether the function whose frame was at `frame` has been left without its end being reached:
    /// by cancellation, longjmp() or an exception. Functions that are still running, and called this
    /// one, have frames at higher addresses. If either frame is on a stack that is not the thread's
    /// own (a signal stack or a coroutine's), this cannot be told, and the answer is no.
    #[cold]
    pub(crate) fn has_left(&self, frame: usize) -> bool {
        frame <= self.frame
            && own_stack()
                .is_some_and(|stack| stack.contains(&frame) && stack.contains(&self.frame))
    }
}

/// The addresses of the stack that the thread was started with.
fn own_stack() -> Option<core::ops::Range<usize>> {
    let mut attributes = MaybeUninit::<libc::pthread_attr_t>::uninit();
    let mut start = null_mut();
    let mut size = 0;
    // SAFETY: pthread_getattr_np() sets the attributes up, which are then read and destroyed.
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

/// The key whose destructor runs when a thread ends. [`NO_KEY`] if the system had none left; then a
/// thread leaves its memory behind.
static KEY: AtomicU32 = AtomicU32::new(NO_KEY);
const NO_KEY: u32 = u32::MAX;

/// Bytes of a thread's memory after its block: more than the kernel puts into one message. If there
/// is no room for so much, an attribute of the greatest length fits at least.
pub(crate) const SCRATCH_SIZES: [usize; 2] = [4 << 20, 65536];

#[cold]
#[inline(never)]
fn create() -> NonNull<Uninit> {
    let mut sizes = SCRATCH_SIZES.into_iter();
    let Some(memory) = sizes.find_map(|size| ThreadMemory::map(BLOCK + size)) else {
        sys::fatal("there is no memory for what a thread needs");
    };
    let block = memory.start;
    let here = nlsock_thread();
    HEADER.of(&Thread { own: here.own, block, frame: 0 }).size.set(memory.size);
    let key = KEY.load(Relaxed);
    here.own().block.set(block.as_ptr().cast());
    if key != NO_KEY {
        // SAFETY: the key is our own; `end` unmaps the memory.
        unsafe { libc::pthread_setspecific(key, block.as_ptr().cast()) };
    }
    block
}

/// Makes `at_end` run with the thread's block when a thread ends. It calls [`end`].
pub(crate) fn start(at_end: unsafe extern "C" fn(*mut c_void)) {
    let mut key = NO_KEY;
    // SAFETY: the key lives through the call; `stop` takes `at_end` back.
    if unsafe { libc::pthread_key_create(&raw mut key, Some(at_end)) } == 0 {
        KEY.store(key, Relaxed);
    }
}

/// Frees a thread's block, whose parts hold nothing any more. If something that ends later calls the
/// library, it gets a new block, and the destructor runs once more.
///
/// # Safety
/// `block` is that of the calling thread, and nothing refers to it.
pub(crate) unsafe fn end(block: *mut c_void) {
    let Some(start) = NonNull::new(block.cast::<Uninit>()) else { return };
    let here = nlsock_thread();
    let size = HEADER.of(&Thread { own: here.own, block: start, frame: 0 }).size.get();
    here.own().block.set(null_mut());
    // SAFETY: the caller's promise.
    unsafe { ThreadMemory { start, size }.unmap() };
}

/// Takes back what [`start`] did. The process ends, or the code that contains the library is
/// unloaded, so `at_end` must not run any more. Threads that still run leave their memory behind.
pub(crate) fn stop() {
    let key = KEY.swap(NO_KEY, Relaxed);
    if key != NO_KEY {
        // SAFETY: the key is our own.
        unsafe { libc::pthread_key_delete(key) };
    }
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
    }

    #[test]
    fn rooms_do_not_overlap() {
        let mut end = 0;
        for room in room::ALL {
            assert!(room.start >= end && room.start.is_multiple_of(ALIGNMENT));
            end = room.start + room.size;
        }
        assert!(end <= BLOCK);
    }

    #[test]
    fn a_frame_has_been_left_if_a_later_one_is_not_below_it() {
        let outer = with(Thread::frame);
        std::hint::black_box(&outer);
        with(|thread| {
            assert!(!thread.has_left(thread.frame() + 64));
            assert!(thread.has_left(thread.frame()));
            assert!(thread.has_left(thread.frame() - 64));
            // Not on the thread's own stack.
            assert!(!thread.has_left(16));
        });
    }
}
