// SPDX-License-Identifier: Apache-2.0
//! Faults that are added to answers: lost, late and merged datagrams, ENOBUFS, interrupted dumps.

use super::Part;
use crate::netlink::{self, HEADER, Messages};

const MILLISECOND: i64 = 1_000_000;

/// What chooses the faults. The same seed, for the same use of the same request, chooses the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Faults(pub u64);

/// A generator of numbers: splitmix64.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// True once in `n` times.
    fn once_in(&mut self, n: u64) -> bool {
        self.next() % n == 0
    }
}

impl Faults {
    /// Adds faults to the parts of an answer: to that use of that request.
    pub fn disturb(self, (slot, number): (usize, u32), dump: bool, parts: &mut Vec<Part>) {
        let mut numbers = Numbers(self.0);
        numbers.0 = numbers.next() ^ ((slot as u64) << 32 | u64::from(number));
        let mut after_answer = false;
        let mut delay = 0;
        for part in parts.iter_mut() {
            part.joined = after_answer && part.error == 0 && numbers.once_in(6);
            part.lost = part.error == 0 && numbers.once_in(12);
            // What is merged comes with the other; nothing overtakes what is late.
            if !part.joined && numbers.once_in(12) {
                delay += (1 + (numbers.next() % 50) as i64) * MILLISECOND;
            }
            part.delay = delay;
            after_answer = !part.notification && part.error == 0;
        }
        if dump && numbers.once_in(6) {
            interrupt(parts);
        }
        if numbers.once_in(12) {
            let at = numbers.next() as usize % (parts.len() + 1);
            let delay = parts.get(at).or(parts.last()).map_or(0, |part| part.delay);
            let overflow = Part { error: libc::ENOBUFS, delay, ..Part::default() };
            parts.insert(at, overflow);
            if let Some(next) = parts.get_mut(at + 1) {
                next.joined = false;
            }
        }
    }
}

/// Sets NLM_F_DUMP_INTR in the messages of the last datagram.
fn interrupt(parts: &mut [Part]) {
    let Some(part) = parts.iter_mut().rev().find(|part| !part.notification && part.error == 0)
    else {
        return;
    };
    let mut at = 0;
    while let Some(Ok(message)) = Messages(part.data.get(at..).unwrap_or_default()).next() {
        let (size, flags) = (message.0.len(), message.flags() | netlink::DUMP_INTR);
        netlink::set_u16(&mut part.data, at + 6, flags);
        at += size.max(HEADER).next_multiple_of(4);
    }
}
