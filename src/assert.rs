//! Breaches of the C contract: one line on the log, then abort.

use crate::{host, sys};
use core::ffi::CStr;

/// Aborts the process unless `$condition` holds.
///
/// `$function` is the name that the log line gives, `$text` the condition as a C programmer would
/// write it.
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

/// The source location of its use, as `file:line`.
macro_rules! here {
    () => {
        $crate::assert::c_str(concat!(file!(), ":", line!(), "\0"))
    };
}
pub(crate) use here;

/// `text`, which must end in its only NUL, as a C string. For constants.
pub(crate) const fn c_str(text: &'static str) -> &'static CStr {
    match CStr::from_bytes_with_nul(text.as_bytes()) {
        Ok(text) => text,
        Err(_) => c"?",
    }
}

/// Logs a failed assertion, through the host's own function where there is one, and aborts.
#[cold]
#[inline(never)]
pub(crate) fn failure(location: &CStr, function: &CStr, condition: &CStr) -> ! {
    host::assert_failure(location, function, condition);
    sys::abort()
}
