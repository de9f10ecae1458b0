//! The debug lines that show every message sent and received.

use super::genl;
use crate::errno::{self, Errno};
use crate::host::log::{Level, SOCKET, enabled, log_limited};
use crate::wire::{Names, describe};
use alloc::string::String;

/// What a protocol's numbers are called.
struct Known;

impl Names for Known {
    fn family(&self, id: u16) -> String {
        genl::family_name(id)
    }
    fn errno(&self, code: i32) -> String {
        errno::message(code)
    }
}

/// Whether messages are shown.
#[inline]
pub(super) fn wanted() -> bool {
    enabled(&SOCKET, Level::Dbg)
}

/// Shows a message that `function` sent or received with the given result.
#[inline]
pub(super) fn message(function: &str, result: Result<(), Errno>, message: &[u8], protocol: i32) {
    if wanted() {
        show(function, result, message, protocol);
    }
}

#[cold]
fn show(function: &str, result: Result<(), Errno>, message: &[u8], protocol: i32) {
    let text = errno::message(errno::status(result));
    log_limited!(SOCKET, Dbg, "{function} ({text}): {}", describe(message, protocol, &Known));
}
