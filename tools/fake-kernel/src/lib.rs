// SPDX-License-Identifier: Apache-2.0
//! What the fake kernel has in Rust: the parser of scripts, captures and their replay. Safe code,
//! but for `ffi`, through which the C files of the preload library call it.

pub mod anonymise;
pub mod capture;
pub mod counters;
pub mod errno;
pub mod ffi;
pub mod messages;
pub mod netlink;
pub mod random;
pub mod replay;
pub mod script;
pub mod session;
