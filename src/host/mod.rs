// SPDX-License-Identifier: Apache-2.0
//! Log, counters, poll loop and the handling of failed assertions. If the process contains Open
//! vSwitch (called "the host" in this source), the host's own are used; otherwise those of this
//! module.

pub(crate) mod console;
pub(crate) mod counters;
pub(crate) mod level;
pub(crate) mod log;
mod modules;
pub(crate) mod poll_loop;
mod program_modules;
pub(crate) mod rate_limit;
mod text;

use crate::abi::VlogRateLimit;
use core::ffi::{CStr, c_char, c_int, c_short, c_void};

unsafe extern "C" {
    safe fn nlsock_host_has_log() -> bool;
    fn nlsock_host_log_module(name: *const c_char) -> *mut c_void;
    fn nlsock_host_log_register(module: *mut c_void);
    fn nlsock_host_log(module: *const c_void, level: c_int, message: *const c_char);
    fn nlsock_host_log_should_drop(
        module: *const c_void,
        level: c_int,
        limit: *mut VlogRateLimit,
    ) -> bool;
    fn nlsock_host_counter(name: *const c_char) -> *mut c_void;
    fn nlsock_host_counter_register(counter: *mut c_void) -> bool;
    fn nlsock_host_poll_fd_wait(fd: c_int, events: c_short, place: *const c_char) -> bool;
    fn nlsock_host_assert_failure(
        place: *const c_char,
        function: *const c_char,
        condition: *const c_char,
    ) -> bool;
}

/// Reports a failed assertion. If the host has a function for that, calls that function, which does
/// not return. Otherwise logs the assertion at the highest level.
pub(crate) fn assert_failure(location: &CStr, function: &CStr, condition: &CStr) {
    // SAFETY: three C strings.
    let reported = unsafe {
        nlsock_host_assert_failure(location.as_ptr(), function.as_ptr(), condition.as_ptr())
    };
    if !reported {
        let texts = [location, condition, function].map(|text| text.to_str().unwrap_or("?"));
        let [location, condition, function] = texts;
        log::assertion(format_args!("{location}: assertion {condition} failed in {function}()"));
    }
}
