// SPDX-License-Identifier: Apache-2.0
//! Cancellation (pthread_cancel()). It is disabled while a function of the library has memory or
//! descriptors that would be lost. While the library calls a function of the program, such as its
//! log handler, the program's own setting applies. Objects that would be lost by a cancellation
//! there are registered by [`super::register`].

use super::{Part, Thread, Zeroed, room, with};
use core::cell::Cell;
use core::ffi::c_int;

unsafe extern "C" {
    // The `libc` crate does not declare this function for all targets.
    fn pthread_setcancelstate(state: c_int, old: *mut c_int) -> c_int;
}

const ENABLE: c_int = 0;
const DISABLE: c_int = 1;

/// Sets whether the thread can be cancelled, and returns the previous setting.
fn set_state(state: c_int) -> c_int {
    let mut old = ENABLE;
    // SAFETY: `old` exists during the call. The call does not fail, since the state is a valid one.
    unsafe { pthread_setcancelstate(state, &raw mut old) };
    old
}

struct Cancel {
    /// Whether the library has disabled cancellation that the program had enabled.
    disabled: Cell<bool>,
}

// SAFETY: zero is false.
unsafe impl Zeroed for Cancel {}

static CANCEL: Part<Cancel> = Part::new(room::CANCEL);

/// Disables cancellation of the thread until this object is dropped.
pub(crate) struct CancelDisabled<'a> {
    thread: &'a Thread,
    /// Whether this object disabled cancellation. False if cancellation was disabled already, by
    /// the program or by an outer function of the library.
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

/// Runs `f` with cancellation of the thread disabled.
pub(crate) fn without_cancellation<R>(f: impl FnOnce() -> R) -> R {
    with(|thread| {
        let _cancel = CancelDisabled::new(thread);
        f()
    })
}

/// Runs `f`, during which the thread is not cancelled. `f` uses no data of the thread, and calls no
/// function of the program.
pub(crate) fn cancel_disabled_briefly<R>(f: impl FnOnce() -> R) -> R {
    let before = set_state(DISABLE);
    let result = f();
    set_state(before);
    result
}

/// Runs `f`, which calls a function of the program, with the program's own setting of cancellation.
/// `f` need not return: the thread may be cancelled in `f`, or leave `f` by longjmp() or an
/// exception.
pub(crate) fn call_program(f: impl FnOnce()) {
    // Clear `disabled` before `f` runs, so that it is correct even if `f` does not return.
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
            call_program(|| assert_eq!(set_state(ENABLE), ENABLE));
            drop(inner);
            assert_eq!(set_state(DISABLE), DISABLE);
            drop(outer);
            assert_eq!(set_state(DISABLE), ENABLE);
            // From here on, the program itself has disabled it.
            let guard = CancelDisabled::new(thread);
            call_program(|| assert_eq!(set_state(DISABLE), DISABLE));
            drop(guard);
            assert_eq!(set_state(ENABLE), DISABLE);
        });
    }
}
