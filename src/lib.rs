//! The netlink library of Open vSwitch as a standalone C library.
//!
//! C programs use it through the headers in `include/`. Data goes down through these modules, and
//! results come back; each may use those below it:
//!
//! | module | contains |
//! |---|---|
//! | `process` | what happens when the library is loaded, the process forks, a thread ends |
//! | [`ffi`] | the C functions: check arguments, call the core, convert the result |
//! | `socket` | a socket, and on it the pool, transactions, dumps, lookups |
//! | `message`, `buffer` | building messages in the caller's `struct ofpbuf` |
//! | `memory`, `assert` | malloc() as C callers know it, assertions |
//! | `host` | log, counters and poll loop: the process's own, or what takes their place |
//! | `wire` | reading netlink's bytes, in safe code without state |
//! | [`flavour`] | what differs between the interface versions |
//! | [`abi`] | layouts that all of them share |
//! | `thread`, `identity`, `grow_list` | what each thread has of its own, which process this is, a list that is read without a lock |
//! | `sys`, `errno` | system calls, and the one error type |
//!
//! CONTRIBUTING.md lists what each file may use; docs/design.md explains how it works.

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
