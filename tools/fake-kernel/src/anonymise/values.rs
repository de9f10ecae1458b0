// SPDX-License-Identifier: Apache-2.0
//! What each address and each name becomes. All have the same length as before.

use super::Counts;
use super::known::Kind;
use core::cell::OnceCell;
use core::hash::BuildHasher;
use std::collections::BTreeMap;
use std::hash::RandomState;

/// A known value is looked for in other places if it is at least this long.
const SHORTEST_NAME: usize = 3;
/// And at most this long: an alias of an interface.
const LONGEST_NAME: usize = 256;

/// Values, and what they become.
#[derive(Debug, Default)]
pub(super) struct Values {
    addresses: BTreeMap<Vec<u8>, Vec<u8>>,
    /// The other way round.
    taken: BTreeMap<Vec<u8>, Vec<u8>>,
    hardware: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Without a zero at the end.
    names: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Names so far of each length.
    numbers: BTreeMap<usize, u32>,
    /// Nobody can compute the addresses back without it.
    secret: RandomState,
    /// The first octets of IPv4 addresses, in another order.
    octets: OnceCell<Vec<u8>>,
}

fn text(value: &[u8]) -> &[u8] {
    value.split(|&byte| byte == 0).next().unwrap_or_default()
}

impl Values {
    /// Chooses what a value becomes.
    pub(super) fn learn(&mut self, kind: Kind, value: &[u8]) {
        match (kind, value.len()) {
            (Kind::Address, 4 | 16) if !self.addresses.contains_key(value) => {
                if let Some(new) = self.free_address(value) {
                    self.taken.insert(new.clone(), value.to_vec());
                    self.addresses.insert(value.to_vec(), new);
                }
            }
            (Kind::Address, 6) if is_personal(value) && !self.hardware.contains_key(value) => {
                let number = self.hardware.len() as u32 + 1;
                let new = [&[2, 0][..], &number.to_be_bytes()].concat();
                self.hardware.insert(value.to_vec(), new);
            }
            (Kind::Name, _) => self.learn_name(text(value)),
            _ => {}
        }
    }

    fn learn_name(&mut self, name: &[u8]) {
        if matches!(name, b"" | b"lo") || self.names.contains_key(name) {
            return;
        }
        let number = self.numbers.entry(name.len()).or_default();
        *number += 1;
        let new = name_of(*number, name.len());
        self.names.insert(name.to_vec(), new);
    }

    /// Replaces a value of a known kind.
    pub(super) fn replace(&self, kind: Kind, value: &mut [u8]) {
        match kind {
            Kind::Identifier => value.fill(0),
            Kind::Name => {
                if let Some(new) = self.names.get(text(value)) {
                    let size = new.len();
                    value.get_mut(..size).unwrap_or_default().copy_from_slice(new);
                }
            }
            Kind::Address => {
                let new = match value.len() {
                    6 => self.hardware.get(value),
                    4 | 16 => self.addresses.get(value),
                    // The length of the link-layer addresses of other networks.
                    _ => {
                        value.fill(0);
                        None
                    }
                };
                if let Some(new) = new {
                    value.copy_from_slice(new);
                }
            }
        }
    }

    /// The length of the known value that the bytes start with. Addresses of IPv4 and IPv6 are
    /// aligned. A name ends with a zero. The address of a network such as 10.0.0.0 is not found: it
    /// would be a number more often than not.
    pub(super) fn find(&self, bytes: &[u8], aligned: bool) -> Option<usize> {
        let starts = |map: &BTreeMap<Vec<u8>, Vec<u8>>, size| {
            bytes.get(..size).filter(|&value| map.contains_key(value)).map(<[u8]>::len)
        };
        let name = text(bytes.get(..=LONGEST_NAME).unwrap_or(bytes));
        let is_name = aligned
            && (SHORTEST_NAME..bytes.len()).contains(&name.len())
            && self.names.contains_key(name);
        let is_number = bytes.get(1..4).is_some_and(|rest| rest == [0; 3]);
        let short = || starts(&self.addresses, 4).filter(|_| !is_number);
        let address = || starts(&self.addresses, 16).or_else(short);
        let address = if aligned { address() } else { None };
        address.or_else(|| starts(&self.hardware, 6)).or(is_name.then_some(name.len()))
    }

    /// Replaces a value that was found.
    pub(super) fn replace_known(&self, value: &mut [u8]) {
        let maps = [&self.addresses, &self.hardware, &self.names];
        if let Some(new) = maps.iter().find_map(|map| map.get(value)) {
            value.copy_from_slice(new);
        }
    }

    /// What was replaced.
    pub(super) fn counts(&self) -> Counts {
        Counts {
            addresses: self.addresses.len(),
            hardware: self.hardware.len(),
            names: self.names.len(),
        }
    }

    /// What an address becomes, so that networks stay networks, and no two become the same.
    fn free_address(&self, value: &[u8]) -> Option<Vec<u8>> {
        let plain = self.address(value)?;
        let network = as_network(value, &plain);
        let mut new = if self.taken.contains_key(&network) { plain } else { network };
        // Of a network that has taken it, the plain one is free.
        while let Some(network) = self.taken.get(&new) {
            new = self.address(network)?;
        }
        Some(new)
    }

    /// What an IPv4 or IPv6 address becomes; `None` if it stays. Addresses with a common prefix get
    /// a common prefix of the same length.
    fn address(&self, value: &[u8]) -> Option<Vec<u8>> {
        for prefix in [MAPPED, NAT64] {
            // The end is an IPv4 address.
            if let Some(end) = value.strip_prefix(&prefix) {
                return Some([&prefix[..], &self.address(end)?].concat());
            }
        }
        let kept = kept_bits(value)?;
        let mut new = value.to_vec();
        if value.len() == 4 {
            *new.first_mut()? = self.first_octet(*value.first()?);
        }
        for bit in kept..8 * value.len() {
            // Each bit depends on those before it.
            let mut prefix = value.to_vec();
            let (byte, mask) = (bit / 8, 0x80_u8 >> (bit % 8));
            prefix.truncate(byte + 1);
            *prefix.last_mut()? &= !(mask | (mask - 1));
            if self.secret.hash_one((value.len(), bit, prefix)) & 1 == 1 {
                *new.get_mut(byte)? ^= mask;
            }
        }
        Some(new)
    }

    /// A first octet of an IPv4 address that is neither 0 nor that of loopback or multicasts.
    fn first_octet(&self, octet: u8) -> u8 {
        let all = || (1..224).filter(|&octet| octet != 127);
        let octets = self.octets.get_or_init(|| {
            let mut octets: Vec<u8> = all().collect();
            octets.sort_by_cached_key(|&octet| self.secret.hash_one(octet));
            octets
        });
        let place = all().position(|other| other == octet);
        place.and_then(|place| octets.get(place)).copied().unwrap_or(octet)
    }
}

/// The new address of a network: where the old one ends with octets that are zero, so does the new
/// one.
fn as_network(old: &[u8], new: &[u8]) -> Vec<u8> {
    let zeros = old.iter().rev().take_while(|&&byte| byte == 0).count();
    let mut network = new.to_vec();
    network.iter_mut().rev().take(zeros).for_each(|byte| *byte = 0);
    network
}

/// Bits at the start of an address that say what kind it is of, and stay. `None` if all do: of
/// addresses that everybody has.
fn kept_bits(value: &[u8]) -> Option<usize> {
    let first = *value.first()?;
    match value.len() {
        4 => (!matches!(first, 0 | 127 | 224..)).then_some(8),
        // The unspecified address, and that of loopback.
        _ if value.starts_with(&[0; 15]) && *value.last()? < 2 => None,
        _ => match first {
            0x20..=0x3f => Some(3),
            0xfe if value.get(1)? & 0xc0 == 0x80 => Some(64),
            // Of all who have such an address: it contains the end of theirs.
            0xff if value.starts_with(&SOLICITED_NODE) => Some(8 * SOLICITED_NODE.len()),
            0xff => None,
            _ => Some(8),
        },
    }
}

/// ::ffff:0:0/96, IPv4 addresses in IPv6.
const MAPPED: [u8; 12] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];
/// 64:ff9b::/96, the same for NAT64.
const NAT64: [u8; 12] = [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0];
const SOLICITED_NODE: [u8; 13] = [0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff];

/// Whether a link-layer address is of one interface: neither zero nor for a group.
fn is_personal(value: &[u8]) -> bool {
    value.first().is_some_and(|first| first & 1 == 0) && value.iter().any(|&byte| byte != 0)
}

/// A name of this length: `n01`, `n02`...
pub(super) fn name_of(mut number: u32, size: usize) -> Vec<u8> {
    const DIGITS: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut name = vec![b'0'; size];
    for digit in name.iter_mut().rev() {
        *digit = DIGITS.get(number as usize % DIGITS.len()).copied().unwrap_or(b'0');
        number /= DIGITS.len() as u32;
    }
    if let Some(first) = name.first_mut().filter(|_| size > 2) {
        *first = b'n';
    }
    name
}
