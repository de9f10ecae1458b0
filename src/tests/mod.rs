// SPDX-License-Identifier: Apache-2.0
//! Tests that compare parts of the library with simple models, and the committed headers with
//! generated ones; and what unit tests share.

mod attributes;
mod buffer;
#[cfg(feature = "headers")]
mod headers;
mod modules;
mod policies;

/// A netlink message with the port id 0.
pub(crate) fn message(kind: u16, flags: u16, seq: u32, body: &[u8]) -> Vec<u8> {
    let mut bytes = (16 + body.len() as u32).to_ne_bytes().to_vec();
    bytes.extend(kind.to_ne_bytes());
    bytes.extend(flags.to_ne_bytes());
    bytes.extend(seq.to_ne_bytes());
    bytes.extend([0; 4]);
    bytes.extend(body);
    bytes
}
