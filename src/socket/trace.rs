// SPDX-License-Identifier: Apache-2.0
//! Debug messages in the log, one for each netlink message sent or received.

use super::family_names::family_name;
use crate::errno::{self, Errno};
use crate::host::level::Level;
use crate::host::log::{SOCKET, enabled, log_limited};
use crate::wire::{Description, Names};
use core::fmt;

/// Gives a [`Description`] the texts of errno values, and the names of the families that were
/// looked up.
struct KnownNames;

impl Names for KnownNames {
    fn family(&self, id: u16, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", family_name(id))
    }
    fn errno(&self, code: i32, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", errno::text(code))
    }
}

/// Whether debug messages are enabled.
#[inline]
pub(super) fn wanted() -> bool {
    enabled(&SOCKET, Level::Dbg)
}

/// Logs `message`, which the function `function` sent or received with the result `result`.
#[inline]
pub(super) fn message(function: &str, result: Result<(), Errno>, message: &[u8], protocol: i32) {
    if wanted() {
        show(function, result, message, protocol);
    }
}

/// A description of `message`, as the log shows it.
pub(crate) fn description(message: &[u8], protocol: i32) -> impl fmt::Display {
    Description { message, protocol, names: KnownNames }
}

#[cold]
fn show(function: &str, result: Result<(), Errno>, message: &[u8], protocol: i32) {
    let text = errno::text(errno::status(result));
    let description = description(message, protocol);
    log_limited!(SOCKET, Dbg, "{function} ({text}): {description}");
}
