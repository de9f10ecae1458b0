//! What each thread has of its own. It is made when the thread first needs any of it, and goes with
//! the thread.

use crate::abi::ext::DumpResult;
use crate::errno::TEXT_SIZE;
use crate::host::poll::Waits;
use crate::socket::extack::Failures;
use crate::socket::scratch::Scratch;
use alloc::boxed::Box;
use core::cell::{Cell, RefCell, UnsafeCell};
use core::ffi::c_void;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

pub(crate) struct Own {
    pub(crate) scratch: Scratch,
    pub(crate) failures: Failures,
    /// How the last dump went that it ended.
    pub(crate) last_dump: Cell<DumpResult>,
    pub(crate) waits: RefCell<Waits>,
    /// Messages that it has logged on standard error.
    pub(crate) logged: Cell<u32>,
    /// What nlsock_strerror() returned.
    pub(crate) error_text: UnsafeCell<[u8; TEXT_SIZE]>,
}

unsafe extern "C" {
    safe fn nlsock_thread_own() -> *mut *mut c_void;
}

/// Says when a thread ends; [`NO_KEY`] if the system had none left, and then threads leave behind
/// what they had.
static KEY: AtomicU32 = AtomicU32::new(NO_KEY);
const NO_KEY: u32 = u32::MAX;

/// Runs `f` on what the thread has of its own.
pub(crate) fn with<R>(f: impl FnOnce(&Own) -> R) -> R {
    // SAFETY: only this thread uses its pointer, which is null or from `create`. What it points to
    // is there until the thread ends.
    let own = unsafe { (*nlsock_thread_own()).cast::<Own>().as_ref() };
    f(own.unwrap_or_else(|| create()))
}

#[cold]
fn create<'a>() -> &'a Own {
    let own = Box::into_raw(Box::new(Own {
        scratch: Scratch::none(),
        failures: Failures::none(),
        last_dump: Cell::new(DumpResult::NONE),
        waits: RefCell::new(Waits::NONE),
        logged: Cell::new(0),
        error_text: UnsafeCell::new([0; TEXT_SIZE]),
    }));
    let key = KEY.load(Relaxed);
    // SAFETY: the pointer is this thread's alone, `own` is new, and freed by `end` only.
    unsafe {
        *nlsock_thread_own() = own.cast();
        if key != NO_KEY {
            libc::pthread_setspecific(key, own.cast());
        }
        &*own
    }
}

/// The thread ends. Should something that ends after this need anything again, it gets it anew, and
/// the system calls once more.
unsafe extern "C" fn end(own: *mut c_void) {
    // SAFETY: what `create` gave to the system, which gives it back once.
    unsafe {
        *nlsock_thread_own() = null_mut();
        drop(Box::from_raw(own.cast::<Own>()));
    }
}

/// Asks the system to say when a thread ends.
pub(crate) fn start() {
    let mut key = NO_KEY;
    // SAFETY: the key lives through the call; `stop` takes `end` back.
    if unsafe { libc::pthread_key_create(&raw mut key, Some(end)) } == 0 {
        KEY.store(key, Relaxed);
    }
}

/// Runs when the process ends, or when what has the archive in it is unloaded: there is nothing
/// left to call then. Threads that are still there leave behind what they had.
extern "C" fn stop() {
    let key = KEY.swap(NO_KEY, Relaxed);
    if key != NO_KEY {
        // SAFETY: the key is our own.
        unsafe { libc::pthread_key_delete(key) };
    }
}

#[used]
#[unsafe(link_section = ".fini_array")]
static STOP: extern "C" fn() = stop;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_thread_has_its_own() {
        with(|own| own.logged.set(7));
        let of_another = std::thread::spawn(|| with(|own| own.logged.replace(8))).join();
        assert_eq!((of_another.unwrap(), with(|own| own.logged.get())), (0, 7));
    }
}
