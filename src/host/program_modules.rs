// SPDX-License-Identifier: Apache-2.0
//! The log modules of programs that use the compatibility headers, in a process without
//! Open vSwitch's log. When the level of all modules is set, the level of these is set, too.
//!
//! A module is in memory of the program, which may be unmapped once the module is unregistered, for
//! example if it is part of a plugin. So unregistering must wait until no thread is setting the
//! level of the module. That is why the list of these modules has a lock, the only one of the
//! library besides the mutex of a dump. The lock cannot hang:
//! - The thread that holds the lock blocks all signals, and only follows and stores pointers and
//!   numbers. So while the lock is held, no signal handler of that thread can fork, exit or wait
//!   for the lock.
//! - The lock contains the number of the process that holds it, so a child does not wait for a
//!   thread of its parent. Even if a thread of the parent was changing the list during the fork,
//!   the child can use the list: it is in order after each single store.
//! - A thread that waits for the lock sleeps. So the thread that holds the lock can run, even if
//!   the one that waits has a higher priority.

use super::level::Level;
use crate::abi::{List, VlogModule};
use crate::errno::Preserve;
use crate::{identity, sys, thread};
use core::ffi::c_int;
use core::mem::MaybeUninit;
use core::ptr::null_mut;
use core::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use core::sync::atomic::{AtomicI32, AtomicPtr, AtomicU32};
use core::time::Duration;

/// The list element of the module that was registered last; null if there is none. The field 'next'
/// of each element points to the element of the module registered before; 'prev' is not used.
static FIRST: AtomicPtr<List> = AtomicPtr::new(null_mut());
/// The level that was last set for all modules, the library's own included.
static LEVEL: AtomicI32 = AtomicI32::new(Level::Warn as c_int);
/// The lock: the number of the process whose thread holds the lock; 0 if no thread does.
static HOLDER: AtomicU32 = AtomicU32::new(0);

/// How long a thread sleeps before it tries to get the lock again, in nanoseconds.
const PAUSE: Duration = Duration::from_micros(50);

/// Runs `f` with the lock held and all signals blocked.
fn locked<R>(f: impl FnOnce() -> R) -> R {
    // Sleeping is a cancellation point, and signals are blocked there.
    thread::cancel_disabled_briefly(|| locked_without_cancellation(f))
}

fn locked_without_cancellation<R>(f: impl FnOnce() -> R) -> R {
    let _errno = Preserve::new();
    let mut all = MaybeUninit::<libc::sigset_t>::uninit();
    let mut before = MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: sigfillset() initialises `all`, and pthread_sigmask() `before`.
    unsafe {
        libc::sigfillset(all.as_mut_ptr());
        libc::pthread_sigmask(libc::SIG_BLOCK, all.as_ptr(), before.as_mut_ptr());
    }
    let process = identity::current();
    let mut holder = HOLDER.load(Relaxed);
    while holder == process || HOLDER.compare_exchange(holder, process, Acquire, Relaxed).is_err() {
        sys::pause(PAUSE);
        holder = HOLDER.load(Relaxed);
    }
    let result = f();
    HOLDER.store(0, Release);
    // SAFETY: `before` was initialised above.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, before.as_ptr(), null_mut()) };
    result
}

fn element(module: &VlogModule) -> *mut List {
    module.list.get()
}

/// The list elements of all registered modules. Only to be used with the lock held.
fn elements() -> impl Iterator<Item = *mut List> {
    let mut next = FIRST.load(Relaxed);
    core::iter::from_fn(move || {
        let element = next;
        // SAFETY: null, or the element of a registered module, which exists.
        next = unsafe { element.as_ref() }?.next;
        Some(element)
    })
}

/// Registers a module of the program. The module gets the level that was last set for all modules.
/// Setting that level later changes the level of this module, too.
pub(crate) fn register(module: &'static VlogModule) {
    locked(|| {
        module.set_level(LEVEL.load(Relaxed));
        let added = element(module);
        if elements().all(|known| known != added) {
            // SAFETY: only this file uses the elements of registered modules.
            unsafe { (*added).next = FIRST.load(Relaxed) };
            FIRST.store(added, Relaxed);
        }
    });
}

/// Unregisters a module of the program. The module's memory may be unmapped after this.
pub(crate) fn unregister(module: *const VlogModule) {
    let removed = module.cast::<List>().cast_mut();
    locked(|| {
        if !elements().any(|known| known == removed) {
            return;
        }
        // SAFETY: it is registered, so it exists.
        let next = unsafe { (*removed).next };
        // SAFETY: registered elements exist, and only this file uses them.
        match elements().find(|&known| unsafe { (*known).next } == removed) {
            // SAFETY: as above.
            Some(before) => unsafe { (*before).next = next },
            None => FIRST.store(next, Relaxed),
        }
        // SAFETY: as above. An element that is on no list points to itself.
        unsafe { (*removed).next = removed };
    });
}

/// Sets the level of `own`, the library's modules, and of all registered modules.
pub(super) fn set_level(own: [&VlogModule; 2], level: c_int) {
    locked(|| {
        LEVEL.store(level, Relaxed);
        for module in own {
            module.set_level(level);
        }
        for element in elements() {
            // SAFETY: the element is the first field of a registered module, which exists.
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
    use core::sync::atomic::AtomicBool;

    #[test]
    fn registered_modules_follow_the_level() {
        static MODULES: [VlogModule; 3] = [const { module(c"test") }; 3];
        let modules = MODULES.each_ref();
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
    fn a_thread_waits_for_the_holder_unless_that_is_one_of_a_parent() {
        let entered = AtomicBool::new(false);
        let early = std::thread::scope(|scope| {
            locked(|| {
                scope.spawn(|| locked(|| entered.store(true, Relaxed)));
                std::thread::sleep(Duration::from_millis(5));
                entered.load(Relaxed)
            })
        });
        assert!(!early && entered.load(Relaxed));
        HOLDER.store(identity::current().wrapping_sub(1), Relaxed);
        unregister(null_mut());
        assert_eq!(HOLDER.load(Relaxed), 0);
    }
}
