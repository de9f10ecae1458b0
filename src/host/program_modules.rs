//! The log modules of a program that uses the compatibility headers, in a process without Open
//! vSwitch's log. They go by the level that is set for all modules.
//!
//! A module is the program's memory, which may go once it is unregistered, for example with a plugin
//! that is unloaded. So unregistering has to wait until no thread stores a level to the module, and
//! this list has the library's only lock of its own. It cannot hang:
//! - The thread that holds it has blocked all signals, and does nothing but follow and store pointers
//!   and numbers. So no handler can fork, exit or take the lock in between.
//! - It holds the number of the process. A child does not wait for a thread of its parent. What that
//!   thread was doing is harmless, since the list can be followed after each single store.
//! - Whoever waits sleeps, so a thread of high priority does not keep the holder from running.

use super::level::Level;
use crate::abi::{List, VlogModule};
use crate::errno::Preserve;
use crate::identity;
use core::ffi::c_int;
use core::mem::MaybeUninit;
use core::ptr::null_mut;
use core::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use core::sync::atomic::{AtomicI32, AtomicPtr, AtomicU32};

/// The list element of the module that was registered last, or null. Each element's 'next' points to
/// the one before; 'prev' is not used.
static FIRST: AtomicPtr<List> = AtomicPtr::new(null_mut());
/// The level of all modules, the library's own included.
static LEVEL: AtomicI32 = AtomicI32::new(Level::Warn as c_int);
/// The number of the process in which a thread holds the lock; 0 if none does.
static HOLDER: AtomicU32 = AtomicU32::new(0);

/// How long to sleep before trying again, in nanoseconds.
const PAUSE: libc::c_long = 50_000;

/// Runs `f` while no other thread of this process is in here.
fn locked<R>(f: impl FnOnce() -> R) -> R {
    let _errno = Preserve::new();
    let mut all = MaybeUninit::<libc::sigset_t>::uninit();
    let mut before = MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: sigfillset() sets `all` up; `before` is written by the call.
    unsafe {
        libc::sigfillset(all.as_mut_ptr());
        libc::pthread_sigmask(libc::SIG_BLOCK, all.as_ptr(), before.as_mut_ptr());
    }
    let process = identity::current();
    let mut holder = HOLDER.load(Relaxed);
    while holder == process || HOLDER.compare_exchange(holder, process, Acquire, Relaxed).is_err() {
        let pause = libc::timespec { tv_sec: 0, tv_nsec: PAUSE };
        // SAFETY: the time lives through the call.
        unsafe { libc::nanosleep(&raw const pause, null_mut()) };
        holder = HOLDER.load(Relaxed);
    }
    let result = f();
    HOLDER.store(0, Release);
    // SAFETY: the signals that were blocked before.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, before.as_ptr(), null_mut()) };
    result
}

fn element(module: &VlogModule) -> *mut List {
    module.list.get()
}

/// The elements of all registered modules. Only under the lock.
fn elements() -> impl Iterator<Item = *mut List> {
    let mut next = FIRST.load(Relaxed);
    core::iter::from_fn(move || {
        let element = next;
        // SAFETY: null, or the element of a registered module, which lives.
        next = unsafe { element.as_ref() }?.next;
        Some(element)
    })
}

/// Takes a module of the program in: it gets the level that is in force, and those set later.
pub(crate) fn register(module: &'static VlogModule) {
    locked(|| {
        module.set_level(LEVEL.load(Relaxed));
        let added = element(module);
        if elements().all(|known| known != added) {
            // SAFETY: registered elements are this module's alone.
            unsafe { (*added).next = FIRST.load(Relaxed) };
            FIRST.store(added, Relaxed);
        }
    });
}

/// Forgets a module of the program, whose memory may then go.
pub(crate) fn unregister(module: *const VlogModule) {
    let removed = module.cast::<List>().cast_mut();
    locked(|| {
        if !elements().any(|known| known == removed) {
            return;
        }
        // SAFETY: it is registered, so it lives.
        let next = unsafe { (*removed).next };
        // SAFETY: registered elements live, and are this module's alone.
        match elements().find(|&known| unsafe { (*known).next } == removed) {
            // SAFETY: as above.
            Some(before) => unsafe { (*before).next = next },
            None => FIRST.store(next, Relaxed),
        }
        // SAFETY: as above. On no list, an element points to itself.
        unsafe { (*removed).next = removed };
    });
}

/// Sets the level of `own`, the library's modules, and of all registered ones.
pub(super) fn set_level(own: [&VlogModule; 2], level: c_int) {
    locked(|| {
        LEVEL.store(level, Relaxed);
        for module in own {
            module.set_level(level);
        }
        for element in elements() {
            // SAFETY: the element is the first field of a registered module, which lives.
            unsafe { (*element.cast::<VlogModule>()).set_level(level) };
        }
    });
}

const _: () = assert!(core::mem::offset_of!(VlogModule, list) == 0);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::modules::module;
    use core::ptr::from_ref;

    #[test]
    fn registered_modules_follow_the_level() {
        let modules = [const { module(c"test") }; 3].map(|module| &*Box::leak(Box::new(module)));
        let own = [modules[2]; 2];
        let levels = || modules.map(|module| module.min_level.load(Relaxed));
        register(modules[0]);
        register(modules[1]);
        register(modules[1]);
        set_level(own, 4);
        assert_eq!(levels(), [4, 4, 4]);
        unregister(from_ref(modules[0]));
        unregister(from_ref(modules[0]));
        set_level(own, 1);
        assert_eq!(levels(), [4, 1, 1]);
        register(modules[0]);
        assert_eq!(levels(), [1, 1, 1]);
        unregister(from_ref(modules[1]));
        unregister(from_ref(modules[0]));
        set_level(own, Level::Warn as c_int);
        assert_eq!(levels(), [1, 1, 3]);
    }

    #[test]
    fn a_child_does_not_wait_for_a_thread_of_its_parent() {
        HOLDER.store(identity::current().wrapping_sub(1), Relaxed);
        unregister(null_mut());
        assert_eq!(HOLDER.load(Relaxed), 0);
    }
}
