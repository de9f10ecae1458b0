// SPDX-License-Identifier: Apache-2.0
//! Assertions. If an assertion fails, because a C caller broke the contract, the failure is logged,
//! and the process aborts.

use crate::{host, sys};
use core::ffi::CStr;

/// Aborts the process unless `$condition` holds.
///
/// The log shows `$function`, the name of the C function, and `$text`, the condition in C.
macro_rules! c_assert {
    ($condition:expr, $function:literal, $text:literal) => {
        if !$condition {
            $crate::assert::failure(
                $crate::assert::here!(),
                $crate::assert::c_str(concat!($function, "\0")),
                $crate::assert::c_str(concat!($text, "\0")),
            )
        }
    };
}
pub(crate) use c_assert;

/// The source location where the macro is used, as `file:line`.
macro_rules! here {
    () => {
        $crate::assert::c_str(concat!(file!(), ":", line!(), "\0"))
    };
}
pub(crate) use here;

/// Converts a constant text, whose only NUL must be at its end, to a C string.
pub(crate) const fn c_str(text: &'static str) -> &'static CStr {
    match CStr::from_bytes_with_nul(text.as_bytes()) {
        Ok(text) => text,
        Err(_) => c"?",
    }
}

/// Logs a failed assertion and aborts. If the process contains Open vSwitch, its function
/// ovs_assert_failure() does both.
#[cold]
#[inline(never)]
pub(crate) fn failure(location: &CStr, function: &CStr, condition: &CStr) -> ! {
    host::assert_failure(location, function, condition);
    sys::abort()
}
