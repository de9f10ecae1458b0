// SPDX-License-Identifier: Apache-2.0
//! The levels of log messages.

use core::ffi::c_int;

/// The level of a message, with the number that Open vSwitch gives it. A module whose level is N
/// logs the messages with levels up to N.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(i32)]
pub(crate) enum Level {
    Emer = 1,
    Err = 2,
    Warn = 3,
    Info = 4,
    Dbg = 5,
}

/// The level of a module that logs nothing.
pub(crate) const OFF: c_int = 0;

impl Level {
    const ALL: [Self; 5] = [Self::Emer, Self::Err, Self::Warn, Self::Info, Self::Dbg];

    pub(crate) fn from_raw(level: c_int) -> Option<Self> {
        Self::ALL.into_iter().find(|&known| known as c_int == level)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Emer => "EMER",
            Self::Err => "ERR",
            Self::Warn => "WARN",
            Self::Info => "INFO",
            Self::Dbg => "DBG",
        }
    }
}

/// The number of the level that has the name `name` in the environment variable NLSOCK_LOG. None if
/// there is no such level.
pub(crate) fn level_from_name(name: &str) -> Option<c_int> {
    let levels = [
        ("off", OFF),
        ("err", Level::Err as c_int),
        ("warn", Level::Warn as c_int),
        ("info", Level::Info as c_int),
        ("dbg", Level::Dbg as c_int),
    ];
    levels.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|&(_, level)| level)
}
