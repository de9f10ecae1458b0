//! The netlink library of Open vSwitch as a standalone C library.
//!
//! C programs use it through the headers in `include/nlsock/`. One way in, one way down:
//!
//! | module | holds |
//! |---|---|
//! | [`ffi`] | the C functions: check arguments, call the core, convert the result |
//! | `socket` | a socket, and on it the pool, transactions, dumps, generic netlink's names |
//! | `message`, `buffer` | building messages in the caller's `struct ofpbuf` |
//! | `wire` | netlink's bytes, in safe code without state |
//! | `host` | log, counters and poll loop: the process's own, or what stands in for them |
//! | `sys` | every system call |
//! | `memory`, `contract`, `errno`, `guarded` | malloc(), assertions, errors, locks |
//! | `thread` | what each thread has of its own |
//! | `runtime` | what Rust's standard library would bring along |
//! | [`abi`] | the layouts that C object code already contains |

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

mod buffer;
mod contract;
mod errno;
mod guarded;
mod host;
mod memory;
mod message;
#[cfg(not(test))]
mod runtime;
mod socket;
mod sys;
#[cfg(test)]
mod tests;
mod thread;
mod wire;

pub use socket::NlSock;
