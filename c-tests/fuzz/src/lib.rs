// SPDX-License-Identifier: Apache-2.0
//! The library's modules once more, as a crate that fuzz targets can link. The library itself is
//! not such a crate, and its parsers are private. All modules of `src/lib.rs` belong here, except
//! `runtime`: targets have the standard library.

extern crate alloc;
// The fault bed's fake kernel has a part in Rust, see build.rs.
use fake_kernel as _;

#[path = "../../../src/abi/mod.rs"]
pub mod abi;
#[path = "../../../src/ffi/mod.rs"]
pub mod ffi;
#[path = "../../../src/flavour/mod.rs"]
pub mod flavour;
#[path = "../../../src/assert.rs"]
mod assert;
#[path = "../../../src/buffer/mod.rs"]
mod buffer;
#[path = "../../../src/capture/mod.rs"]
mod capture;
#[path = "../../../src/errno.rs"]
mod errno;
#[path = "../../../src/grow_list.rs"]
mod grow_list;
#[path = "../../../src/host/mod.rs"]
mod host;
#[path = "../../../src/identity.rs"]
mod identity;
#[path = "../../../src/memory.rs"]
mod memory;
#[path = "../../../src/message.rs"]
mod message;
#[path = "../../../src/process.rs"]
mod process;
#[path = "../../../src/socket/mod.rs"]
mod socket;
#[path = "../../../src/sys/mod.rs"]
mod sys;
#[path = "../../../src/thread/mod.rs"]
mod thread;
#[path = "../../../src/wire/mod.rs"]
mod wire;

pub mod entry;
pub mod input;
