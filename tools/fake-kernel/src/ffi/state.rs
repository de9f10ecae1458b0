// SPDX-License-Identifier: Apache-2.0
//! Counters that the processes of one run share.

use super::Session;
use crate::counters::{Counters, Place};
use crate::script::statement::Call;
use core::sync::atomic::AtomicU32;
use std::sync::OnceLock;

/// The counters are in `state`, which is a shared mapping of the file NLSOCK_FAKE_KERNEL_STATE with
/// `n` words. Without this call, the process has counters of its own. To be called after
/// fk_replay_load() and before any rule.
///
/// # Safety
///
/// `state` stays mapped. Others change it by atomic operations only.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_state_share(session: *mut Session, state: *mut u32, n: usize) {
    // SAFETY: the caller's promise. AtomicU32 has the size of u32, and a mapping is aligned.
    let (session, words) =
        unsafe { (&mut *session, core::slice::from_raw_parts(state.cast::<AtomicU32>(), n)) };
    let counters = Counters::Shared(words);
    let _ = counters.count(Place::Loaded);
    session.session.share(counters);
    let _ = SHARED.set(words);
}

/// The shared counters, for fk_state_unreported(): that has no session, because it may run while
/// another thread uses it.
static SHARED: OnceLock<&[AtomicU32]> = OnceLock::new();

/// Counts a report that could not be written. May run at the same time as any other function.
#[unsafe(no_mangle)]
pub extern "C" fn fk_state_unreported() {
    if let Some(words) = SHARED.get() {
        let _ = Counters::Shared(words).count(Place::Unreported);
    }
}

/// Counts a system call that fits the `call` line with this number, from 0 on. Returns how many
/// were counted before.
///
/// # Safety
///
/// `session` is that of fk_session_new().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_state_fault(session: *const Session, number: u32) -> u32 {
    // SAFETY: the caller's promise.
    unsafe { &*session }.session.counters().count(Place::Fault(number as usize))
}

/// Counts a system call on a fake socket, for --every-call.
///
/// # Safety
///
/// `session` is that of fk_session_new().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_state_call(session: *mut Session, call: Call) {
    // SAFETY: the caller's promise.
    let session = unsafe { &*session };
    let _ = session.session.counters().count(Place::Call(call));
}
