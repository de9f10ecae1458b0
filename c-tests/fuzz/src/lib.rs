//! The library's modules once more, as a crate that fuzz targets can link: the library itself is
//! none, and what parses the kernel's words is private there. A module that `src/lib.rs` declares
//! belongs here, too, but for `runtime`: targets have the standard library.

extern crate alloc;

#[path = "../../../src/abi/mod.rs"]
pub mod abi;
#[path = "../../../src/ffi/mod.rs"]
pub mod ffi;

#[path = "../../../src/buffer/mod.rs"]
mod buffer;
#[path = "../../../src/contract.rs"]
mod contract;
#[path = "../../../src/errno.rs"]
mod errno;
#[path = "../../../src/guarded.rs"]
mod guarded;
#[path = "../../../src/host/mod.rs"]
mod host;
#[path = "../../../src/memory.rs"]
mod memory;
#[path = "../../../src/message.rs"]
mod message;
#[path = "../../../src/socket/mod.rs"]
mod socket;
#[path = "../../../src/sys.rs"]
mod sys;
#[path = "../../../src/thread.rs"]
mod thread;
#[path = "../../../src/wire/mod.rs"]
mod wire;

pub mod entry;
pub mod input;

pub use socket::NlSock;
