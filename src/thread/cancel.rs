//! Cancellation (pthread_cancel()) is disabled while the library holds something that would be lost.
//! While a function of the program runs, such as its log handler, the thread can be cancelled as the
//! program wants it: what the library holds then is registered by [`super::begin`].

use super::{Part, Thread, Zeroed, room, with};
use core::cell::Cell;
use core::ffi::c_int;

unsafe extern "C" {
    // Not declared by the `libc` crate for all targets.
    fn pthread_setcancelstate(state: c_int, old: *mut c_int) -> c_int;
}

const ENABLE: c_int = 0;
const DISABLE: c_int = 1;

/// Sets the thread's cancel state, and returns what it was.
fn set_state(state: c_int) -> c_int {
    let mut old = ENABLE;
    // SAFETY: `old` lives through the call, which only fails for other states.
    unsafe { pthread_setcancelstate(state, &raw mut old) };
    old
}

struct Cancel {
    /// Whether the library has disabled what the program had enabled.
    disabled: Cell<bool>,
}

// SAFETY: zero is false.
unsafe impl Zeroed for Cancel {}

static CANCEL: Part<Cancel> = Part::new(room::CANCEL);

/// Keeps the thread from being cancelled until this goes.
pub(crate) struct CancelDisabled<'a> {
    thread: &'a Thread,
    /// Whether this disabled it: not if the program had, or a caller within the library.
    first: bool,
}

impl<'a> CancelDisabled<'a> {
    #[inline]
    pub(crate) fn new(thread: &'a Thread) -> Self {
        let first = set_state(DISABLE) == ENABLE;
        if first {
            CANCEL.of(thread).disabled.set(true);
        }
        Self { thread, first }
    }
}

impl Drop for CancelDisabled<'_> {
    #[inline]
    fn drop(&mut self) {
        if self.first {
            CANCEL.of(self.thread).disabled.set(false);
            set_state(ENABLE);
        }
    }
}

/// Runs `f`, during which the thread is not cancelled.
pub(crate) fn without_cancellation<R>(f: impl FnOnce() -> R) -> R {
    with(|thread| {
        let _cancel = CancelDisabled::new(thread);
        f()
    })
}

/// Runs `f`, which calls a function of the program, with the program's own cancel state. `f` may
/// never return: the thread may be cancelled, or leave by longjmp() or an exception.
pub(crate) fn call_out(f: impl FnOnce()) {
    // The flag is false meanwhile, so that it is right if `f` does not return.
    let disabled = with(|thread| CANCEL.of(thread).disabled.replace(false));
    if disabled {
        set_state(ENABLE);
    }
    f();
    if disabled {
        set_state(DISABLE);
        with(|thread| CANCEL.of(thread).disabled.set(true));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_programs_state_is_in_force_outside_and_in_its_own_functions() {
        with(|thread| {
            let outer = CancelDisabled::new(thread);
            let inner = CancelDisabled::new(thread);
            call_out(|| assert_eq!(set_state(ENABLE), ENABLE));
            drop(inner);
            assert_eq!(set_state(DISABLE), DISABLE);
            drop(outer);
            assert_eq!(set_state(DISABLE), ENABLE);
            // Now the program itself has disabled it.
            let guard = CancelDisabled::new(thread);
            call_out(|| assert_eq!(set_state(DISABLE), DISABLE));
            drop(guard);
            assert_eq!(set_state(ENABLE), DISABLE);
        });
    }
}
