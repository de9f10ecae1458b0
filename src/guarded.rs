//! Process-wide state behind locks that a fork leaves usable.
//!
//! A child has only the thread that forked, so a lock that another thread held at that moment would
//! be held for ever. Therefore the thread that forks takes all of them first, in one order.

use core::cell::UnsafeCell;
use core::ops::{Deref, DerefMut};
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// A value behind a lock. Locks are held for a few instructions: never across a system call, and
/// never while another is taken.
pub(crate) struct Guarded<T> {
    mutex: Mutex,
    value: UnsafeCell<T>,
}

// SAFETY: the value is only touched by the thread that holds the lock.
unsafe impl<T: Send> Sync for Guarded<T> {}

impl<T> Guarded<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self { mutex: Mutex::new(), value: UnsafeCell::new(value) }
    }

    pub(crate) fn lock(&'static self) -> Guard<T> {
        self.mutex.lock();
        Guard(self)
    }
}

/// Holds a lock.
pub(crate) struct Guard<T: 'static>(&'static Guarded<T>);

impl<T> Deref for Guard<T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the lock is held.
        unsafe { &*self.0.value.get() }
    }
}

impl<T> DerefMut for Guard<T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: the lock is held.
        unsafe { &mut *self.0.value.get() }
    }
}

impl<T> Drop for Guard<T> {
    fn drop(&mut self) {
        self.0.mutex.unlock();
    }
}

/// libc's lock, which tools that look for races know.
struct Mutex(UnsafeCell<libc::pthread_mutex_t>);

// SAFETY: this is what it is for.
unsafe impl Sync for Mutex {}

impl Mutex {
    const fn new() -> Self {
        Self(UnsafeCell::new(libc::PTHREAD_MUTEX_INITIALIZER))
    }

    fn lock(&'static self) {
        // SAFETY: initialised, and never moved. It cannot fail: no thread locks it twice.
        unsafe { libc::pthread_mutex_lock(self.0.get()) };
    }

    fn unlock(&'static self) {
        // SAFETY: as above; the thread holds it, or is the child of the one that did.
        unsafe { libc::pthread_mutex_unlock(self.0.get()) };
    }
}

static ALL: [&Mutex; 4] = [
    &crate::socket::pool::POOL.mutex,
    &crate::socket::genl::NAMES.mutex,
    &crate::host::console::HANDLER.mutex,
    &crate::host::log::PROGRAM.mutex,
];

/// How many forks lie between the first process and this one.
static GENERATION: AtomicU32 = AtomicU32::new(0);

/// Tells the processes before and after a fork apart.
#[inline]
pub(crate) fn generation() -> u32 {
    GENERATION.load(Relaxed)
}

extern "C" fn prepare() {
    for mutex in ALL {
        mutex.lock();
    }
}

extern "C" fn release() {
    for mutex in ALL {
        mutex.unlock();
    }
}

extern "C" fn child() {
    release();
    GENERATION.fetch_add(1, Relaxed);
    crate::socket::pool::flush();
}

/// Registers the fork handlers.
pub(crate) fn start() {
    // SAFETY: three functions that live as long as the library. It can only fail for want of
    // memory, before the program has started; then forking is as it was without the handlers.
    unsafe { libc::pthread_atfork(Some(prepare), Some(release), Some(child)) };
}
