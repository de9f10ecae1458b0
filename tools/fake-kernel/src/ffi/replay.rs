// SPDX-License-Identifier: Apache-2.0
//! Replay of a capture: its settings, and everything but the answers, which are in
//! [`answer`](super::answer).

use super::{Session, bytes};
use crate::replay::faults::Faults;
use crate::script::statement::{Call, Random};
use crate::script::words;
use crate::session::Unknown;
use core::ffi::{CStr, c_char};

/// Why a capture cannot be used.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Failure {
    /// What is wrong, and where. Ends with a zero.
    pub text: [c_char; 256],
}

/// Reads a capture for replay. Returns false and stores the reason, with its position, if it
/// cannot be used.
///
/// # Safety
///
/// `data` has `size` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_replay_load(
    session: *mut Session,
    data: *const u8,
    size: usize,
    failure: *mut Failure,
) -> bool {
    // SAFETY: the caller's promise.
    let (session, data) = unsafe { (&mut *session, bytes(data, size)) };
    let Err(error) = session.session.load(data) else { return true };
    let mut text = [0; 256];
    words::set_text(&mut text, &error.to_string());
    // SAFETY: the caller's promise.
    unsafe { failure.write(Failure { text }) };
    false
}

/// Says what happens to requests that the capture does not have: the value of
/// NLSOCK_FAKE_KERNEL_UNKNOWN. Returns false if it is none of `fail`, `default`, or the name of an
/// errno value.
///
/// # Safety
///
/// `word` ends with a zero.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_replay_unknown(session: *mut Session, word: *const c_char) -> bool {
    // SAFETY: the caller's promise.
    let (session, word) = unsafe { (&mut *session, CStr::from_ptr(word)) };
    let unknown = word.to_str().ok().and_then(Unknown::parse);
    session.session.unknown = unknown.unwrap_or(session.session.unknown);
    unknown.is_some()
}

/// From now on, answers have additional faults. The seed, from NLSOCK_FAKE_KERNEL_FAULTS, decides
/// which.
///
/// # Safety
///
/// `session` is that of fk_session_new().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_faults_seed(session: *mut Session, seed: u64) {
    // SAFETY: the caller's promise.
    unsafe { &mut *session }.session.faults = Some(Faults(seed));
}

/// Notes an attribute whose value differs from run to run.
///
/// # Safety
///
/// `random` is one that fk_script_line() stored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_replay_random(session: *mut Session, random: *const Random) {
    // SAFETY: the caller's promise.
    let (session, random) = unsafe { (&mut *session, &*random) };
    session.session.randoms.add(*random);
}

/// Returns the errno value with which the call failed in the recording, or 0 if it works. For
/// SEND, `data` is the datagram; for others, it is null.
///
/// # Safety
///
/// `data` has `size` bytes, or is null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_replay_call(
    session: *mut Session,
    call: Call,
    protocol: i32,
    data: *const u8,
    size: usize,
) -> i32 {
    // SAFETY: the caller's promise.
    let (session, data) = unsafe { (&*session, (!data.is_null()).then(|| bytes(data, size))) };
    session.session.call(call, protocol, data)
}

/// Returns the port id that the next socket of the protocol had in the recording, or 0 if there was
/// none. For sockets that do not choose one.
///
/// # Safety
///
/// `session` is that of fk_session_new().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_replay_port(session: *mut Session, protocol: i32) -> u32 {
    // SAFETY: the caller's promise.
    unsafe { &mut *session }.session.port(protocol)
}

/// Looks for a request of ioctl() with a `struct ifreq` of `size` bytes, and fills that in as it
/// was after the call. Returns the errno value with which the call failed, 0 if it worked, or -1 if
/// the capture does not have it.
///
/// # Safety
///
/// `ifreq` has `size` bytes, and is valid for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_replay_ioctl(
    session: *const Session,
    request: u32,
    ifreq: *mut u8,
    size: usize,
) -> i32 {
    // SAFETY: the caller's promise.
    let (session, ifreq) = unsafe { (&*session, core::slice::from_raw_parts_mut(ifreq, size)) };
    let Some((error, after)) = session.session.ioctl(request, ifreq) else { return -1 };
    ifreq.copy_from_slice(&after);
    error
}

/// Returns whether the program has made the changes that it had made before this position of the
/// recording.
///
/// # Safety
///
/// `session` is that of fk_session_new().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_replay_reached(session: *const Session, position: u32) -> bool {
    // SAFETY: the caller's promise.
    unsafe { &*session }.session.reached(position)
}

/// Returns whether nothing more can arrive but answers to requests: all recorded notifications and
/// errors between them have been handed out. Also true without a capture.
///
/// # Safety
///
/// `session` is that of fk_session_new().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_replay_finished(session: *const Session) -> bool {
    // SAFETY: the caller's promise.
    unsafe { &*session }.session.is_finished()
}
