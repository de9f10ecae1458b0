// SPDX-License-Identifier: Apache-2.0
//! What the C files of the preload library call. `preload/rust.h` is generated from this module.

#![allow(unsafe_code, reason = "C calls it")]

pub mod answer;
pub mod messages;
pub mod record;
pub mod replay;
pub mod script;
pub mod state;

use crate::session;
use std::ffi::CString;

/// What one process knows of its script, its replay and its recording.
#[derive(Default)]
pub struct Session {
    session: session::Session,
    // C has pointers into the following fields until the next answer or block replaces them.
    /// The parts of the last answer.
    parts: Vec<crate::replay::Part>,
    /// The same parts as C reads them, with pointers into `parts`.
    c_parts: Vec<answer::Part>,
    /// The last report of an answer.
    text: CString,
    /// The last block of a recording.
    bytes: Vec<u8>,
}

/// The bytes that C passes.
///
/// # Safety
///
/// `data` has `size` bytes that do not change for as long as the result is used; or `size` is 0.
unsafe fn bytes<'a>(data: *const u8, size: usize) -> &'a [u8] {
    if size == 0 {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { core::slice::from_raw_parts(data, size) }
}

/// Returns what a process needs for all further functions. It is never freed. A child of a fork
/// uses its copy.
#[unsafe(no_mangle)]
pub extern "C" fn fk_session_new() -> *mut Session {
    Box::into_raw(Box::default())
}
