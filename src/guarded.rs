//! Process-wide state behind locks that a fork leaves usable.
//!
//! A child has only the thread that forked, so a lock that another thread held at that moment would
//! be held for ever. Therefore the thread that forks takes all of them first, in one order.

use crate::sys;
use core::cell::UnsafeCell;
use core::marker::PhantomData;
use core::ops::{Deref, DerefMut};
use core::sync::atomic::AtomicU32;
use core::sync::atomic::Ordering::{Acquire, Relaxed, Release};

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
        Self { mutex: Mutex(AtomicU32::new(FREE)), value: UnsafeCell::new(value) }
    }

    pub(crate) fn lock(&'static self) -> Guard<T> {
        self.mutex.lock();
        Guard(self, PhantomData)
    }
}

/// Holds a lock. Of one thread only, as the value may be.
pub(crate) struct Guard<T: 'static>(&'static Guarded<T>, PhantomData<*const ()>);

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

/// A lock made of the kernel's futex. To take it and to give it back is one instruction each where
/// nobody waits; libc's costs fifty, which shows in every transaction.
struct Mutex(AtomicU32);

const FREE: u32 = 0;
const HELD: u32 = 1;
/// Held, and others may be waiting.
const AWAITED: u32 = 2;
/// How often to look before waiting.
const SPINS: u32 = 100;

impl Mutex {
    #[inline]
    fn lock(&self) {
        if self.0.compare_exchange(FREE, HELD, Acquire, Relaxed).is_err() {
            self.wait();
        }
    }

    #[cold]
    fn wait(&self) {
        // Whoever holds it is done sooner than this thread is asleep, if it runs at all.
        for _ in 0..SPINS {
            if self.0.load(Relaxed) == FREE {
                break;
            }
            core::hint::spin_loop();
        }
        while self.0.swap(AWAITED, Acquire) != FREE {
            sys::futex_wait(&self.0, AWAITED);
        }
    }

    #[inline]
    fn unlock(&self) {
        if self.0.swap(FREE, Release) == AWAITED {
            sys::futex_wake_one(&self.0);
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thread_at_a_time() {
        static SUM: Guarded<u32> = Guarded::new(0);
        let add = || {
            for _ in 0..10_000 {
                let mut sum = SUM.lock();
                let before = *sum;
                std::thread::yield_now();
                *sum = before + 1;
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(add);
            }
        });
        assert_eq!(*SUM.lock(), 40_000);
    }
}
