// SPDX-License-Identifier: Apache-2.0
//! Parses the lines of a script; names of errno values.

use super::bytes;
use crate::errno;
use crate::script;
use crate::script::statement::{Item, MAX_ITEMS, ScriptError, Statement};
use core::ffi::{CStr, c_char};
use core::ptr::null;

/// Parses one line of a script, without the newline. Stores what it says in `statement`, and the
/// items of a rule or of `deliver` in `items`, an array of MAX_ITEMS items that have been
/// initialised once, for example with zeros. Returns false and stores the reason in `error` if the
/// line is not understood. Allocates nothing, and may run in several threads at the same time.
///
/// # Safety
///
/// `line` has `size` bytes; the other pointers are valid for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_script_line(
    line: *const c_char,
    size: usize,
    statement: *mut Statement,
    items: *mut Item,
    error: *mut ScriptError,
) -> bool {
    // SAFETY: the caller's promise.
    let (line, items) =
        unsafe { (bytes(line.cast(), size), &mut *items.cast::<[Item; MAX_ITEMS]>()) };
    let failure = match core::str::from_utf8(line) {
        Ok(line) => match script::parse(line, items) {
            Ok(parsed) => {
                // SAFETY: the caller's promise.
                unsafe { statement.write(parsed) };
                return true;
            }
            Err(error) => ScriptError::new(error.at, format_args!("{error}")),
        },
        Err(error) => ScriptError::new(error.valid_up_to(), format_args!("not UTF-8")),
    };
    // SAFETY: the caller's promise.
    unsafe { error.write(failure) };
    false
}

/// Returns the name of an errno value, such as "ENOENT", or null if there is none.
#[unsafe(no_mangle)]
pub extern "C" fn fk_errno_name(error: i32) -> *const c_char {
    errno::name(error).map_or(null(), CStr::as_ptr)
}
