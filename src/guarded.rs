//! Process-wide state behind locks that a fork leaves usable.
//!
//! A child has only the thread that forked, so a lock that another thread held at that moment would
//! be held for ever. Therefore the thread that forks takes all of them first, in one order.

use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A value behind a lock. Locks are held for a few instructions: never across a system call, and
/// never while another is taken.
pub(crate) struct Guarded<T: 'static> {
    mutex: Mutex<T>,
    /// What the thread that forks holds.
    held: UnsafeCell<Option<MutexGuard<'static, T>>>,
}

// SAFETY: 'held' is only touched by fork handlers, while they hold the lock.
unsafe impl<T: Send> Sync for Guarded<T> {}

impl<T> Guarded<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self { mutex: Mutex::new(value), held: UnsafeCell::new(None) }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        // ThreadSanitizer does not see how the standard library's compiled part gets a lock after
        // waiting for it, but does see this.
        #[cfg(nlsock_tsan)]
        loop {
            match self.mutex.try_lock() {
                Ok(guard) => return guard,
                Err(_) => std::thread::yield_now(),
            }
        }
        #[cfg(not(nlsock_tsan))]
        self.mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the fork handlers do with each of them.
trait AcrossFork: Sync {
    fn hold(&'static self);
    fn release(&'static self);
}

impl<T: Send> AcrossFork for Guarded<T> {
    fn hold(&'static self) {
        let guard = self.lock();
        // SAFETY: the lock is held.
        unsafe { *self.held.get() = Some(guard) };
    }

    fn release(&'static self) {
        // SAFETY: the lock is held until the guard is dropped, after its place has been emptied.
        let guard = unsafe { (*self.held.get()).take() };
        drop(guard);
    }
}

static ALL: [&dyn AcrossFork; 4] = [
    &crate::socket::pool::POOL,
    &crate::socket::genl::NAMES,
    &crate::host::console::HANDLER,
    &crate::host::log::PROGRAM,
];

/// How many forks lie between the first process and this one.
static GENERATION: AtomicU32 = AtomicU32::new(0);

/// Tells the processes before and after a fork apart.
#[inline]
pub(crate) fn generation() -> u32 {
    GENERATION.load(Relaxed)
}

extern "C" fn prepare() {
    for guarded in ALL {
        guarded.hold();
    }
}

extern "C" fn release() {
    for guarded in ALL {
        guarded.release();
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
