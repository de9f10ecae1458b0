// SPDX-License-Identifier: Apache-2.0
//! The netlink library of Open vSwitch as a standalone C library. In the comments, "the original"
//! is the C code of Open vSwitch that this library replaces.
//!
//! C programs use it through the headers in `include/`. Calls go down through these modules, and
//! results come back up: each module may use those in later rows.
//!
//! | module | contains |
//! |---|---|
//! | `process` | what happens when the library is loaded, the process forks, or a thread ends |
//! | [`ffi`] | the C functions: they check arguments, call the core and convert the result |
//! | `socket` | sockets, and on them the pool, transactions, dumps and lookups |
//! | `capture` | what is sent and received, written to a file |
//! | `message`, `buffer` | building messages in the caller's `struct ofpbuf` |
//! | `memory`, `assert` | memory from malloc() for C callers, assertions |
//! | `host` | log, counters, poll loop: Open vSwitch's if the process has them, else its own |
//! | `wire` | reading messages, in safe code without state |
//! | [`flavour`] | everything that differs between interface versions |
//! | [`abi`] | layouts that are the same in all of them |
//! | `thread`, `identity`, `grow_list` | thread data, the process's number, a lock-free list |
//! | `sys`, `errno` | system calls, and the error type |
//!
//! CONTRIBUTING.md lists what each file may use; docs/design.md explains how the library works.

#![cfg_attr(not(test), no_std)]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::undocumented_unsafe_blocks,
    )
)]

extern crate alloc;

pub mod abi;
pub mod ffi;
pub mod flavour;

mod assert;
mod buffer;
mod capture;
mod errno;
mod grow_list;
mod host;
mod identity;
mod memory;
mod message;
mod process;
#[cfg(not(test))]
mod runtime;
mod socket;
mod sys;
#[cfg(test)]
mod tests;
mod thread;
mod wire;
