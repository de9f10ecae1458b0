// SPDX-License-Identifier: Apache-2.0
//! Makes the blocks of a capture. Each function returns what is to be appended by one system call.

use super::{
    EPB_FLAGS, Event, HARDWARE_TYPE, LINK_TYPE, OPT_COMMENT, OUTGOING, PSEUDO_HEADER, comment,
};

const SHB_USERAPPL: u16 = 4;
const IF_TSRESOL: u16 = 9;

/// The start of a section: what a program writes first. `program` is its name and version.
pub fn section(program: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    block(&mut bytes, 0x0a0d_0d0a, |body| {
        body.extend(0x1a2b_3c4d_u32.to_ne_bytes());
        body.extend(1_u16.to_ne_bytes());
        body.extend(0_u16.to_ne_bytes());
        body.extend((-1_i64).to_ne_bytes());
        option(body, SHB_USERAPPL, program.as_bytes());
        option(body, 0, &[]);
    });
    block(&mut bytes, 1, |body| {
        body.extend((LINK_TYPE as u16).to_ne_bytes());
        body.extend(0_u16.to_ne_bytes());
        body.extend(0_u32.to_ne_bytes());
        option(body, IF_TSRESOL, &[9]);
        option(body, 0, &[]);
    });
    bytes
}

/// The block of an event.
pub fn event(event: &Event<'_>) -> Vec<u8> {
    let mut nothing = [0; PSEUDO_HEADER];
    nothing[..4].copy_from_slice(&(PSEUDO_HEADER as u32).to_ne_bytes());
    nothing[4..6].copy_from_slice(&crate::netlink::NOOP.to_ne_bytes());
    // tshark calls a block without a message malformed.
    let datagram = event.datagram.filter(|datagram| !datagram.is_empty()).unwrap_or(&nothing);
    let size = ((PSEUDO_HEADER + datagram.len()) as u32).to_ne_bytes();
    let mut bytes = Vec::with_capacity(datagram.len() + 256);
    block(&mut bytes, 6, |body| {
        body.extend(0_u32.to_ne_bytes());
        body.extend(((event.time >> 32) as u32).to_ne_bytes());
        body.extend((event.time as u32).to_ne_bytes());
        body.extend(size);
        body.extend(size);
        body.extend(if event.outgoing { OUTGOING } else { 0 }.to_be_bytes());
        body.extend(HARDWARE_TYPE.to_be_bytes());
        body.extend([0; 10]);
        body.extend((event.protocol as u16).to_be_bytes());
        body.extend(datagram);
        align(body);
        option(body, EPB_FLAGS, &(if event.outgoing { 2_u32 } else { 1 }).to_ne_bytes());
        option(body, OPT_COMMENT, comment::write(event).as_bytes());
        option(body, 0, &[]);
    });
    bytes
}

fn align(bytes: &mut Vec<u8>) {
    bytes.resize(bytes.len().next_multiple_of(4), 0);
}

/// Appends a block: its type, its length, the body that the function appends, and its length again.
fn block(bytes: &mut Vec<u8>, kind: u32, body: impl FnOnce(&mut Vec<u8>)) {
    let start = bytes.len();
    bytes.extend(kind.to_ne_bytes());
    bytes.extend([0; 4]);
    body(bytes);
    let size = ((bytes.len() + 4 - start) as u32).to_ne_bytes();
    bytes.extend(size);
    if let Some(to) = bytes.get_mut(start + 4..start + 8) {
        to.copy_from_slice(&size);
    }
}

/// Appends an option. What does not fit in its 16 bits of length is left out.
fn option(bytes: &mut Vec<u8>, code: u16, value: &[u8]) {
    let value = value.get(..u16::MAX.into()).unwrap_or(value);
    bytes.extend(code.to_ne_bytes());
    bytes.extend((value.len() as u16).to_ne_bytes());
    bytes.extend(value);
    align(bytes);
}
