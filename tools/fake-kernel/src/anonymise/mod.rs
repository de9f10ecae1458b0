// SPDX-License-Identifier: Apache-2.0
//! Replaces addresses and names in a capture, the same ones by the same ones everywhere.
//!
//! First, what is known to be an address or a name is found: the attributes in `known.rs`. Then
//! each of these values is replaced wherever it is, also in messages of other protocols.

mod known;
mod values;

use crate::capture::ioctl::{self, Ioctl};
use crate::capture::read::{Error, Events};
use crate::netlink::{self, HEADER, Messages};
use core::fmt;
use core::ops::Range;
use known::{Kind, each_other, each_value};
use values::Values;

/// How many different values were replaced.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Counts {
    /// IPv4 and IPv6 addresses.
    pub addresses: usize,
    /// Link-layer addresses.
    pub hardware: usize,
    /// Names of interfaces and other texts.
    pub names: usize,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { addresses, hardware, names } = self;
        write!(f, "replaced {addresses} addresses, {hardware} link-layer addresses, {names} names")
    }
}

/// Replaces them in a file.
pub fn anonymise(file: &mut [u8]) -> Result<Counts, Error> {
    let mut datagrams = Vec::new();
    let mut values = Values::default();
    let mut places = Vec::new();
    for located in Events::new(file) {
        let located = located?;
        let at = located.datagram_at;
        let size = located.event.datagram.map_or(0, <[u8]>::len);
        datagrams.push((located.event.protocol, at..at + size));
        if let Some(Ioctl { request, .. }) = Ioctl::of(&located.event) {
            let names = ioctl::names(size).into_iter().map(|name| (Kind::Name, name));
            let hardware = ioctl::hardware(request, size).map(|place| (Kind::Address, place));
            for (kind, place) in names.chain(hardware) {
                let place = at + place.start..at + place.end;
                values.learn(kind, file.get(place.clone()).unwrap_or_default());
                places.push((kind, place));
            }
        }
    }
    for (protocol, range) in datagrams.iter().cloned() {
        let datagram = file.get(range.clone()).unwrap_or_default();
        for message in messages(datagram) {
            let start = range.start + message.start;
            let bytes = datagram.get(message).unwrap_or_default();
            each_value(protocol, bytes, &mut |kind, place| {
                let value = bytes.get(place.clone()).unwrap_or_default();
                values.learn(kind, value);
                places.push((kind, start + place.start..start + place.end));
            });
        }
    }
    // Those first: each has its kind, and is at its place whether or not it is aligned.
    let mut done = Vec::new();
    for (kind, place) in places {
        if let Some(value) = file.get_mut(place.clone()) {
            values.replace(kind, value);
            done.push(place);
        }
    }
    done.sort_by_key(|place| place.start);
    for (protocol, range) in datagrams {
        replace_others(file, (protocol, range), &done, &values);
    }
    Ok(values.counts())
}

/// Where the messages of a datagram are. The last one may have been cut off.
fn messages(datagram: &[u8]) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = 0;
    let whole_or_not = Messages(datagram).map(|found| found.map_or_else(|rest| rest, |m| m.0));
    whole_or_not.take_while(|bytes| bytes.len() >= HEADER).map(move |bytes| {
        let start = at;
        at += bytes.len().next_multiple_of(4);
        start..start + bytes.len()
    })
}

/// Replaces known values after the headers of the messages, but not in places that are done.
fn replace_others(
    file: &mut [u8],
    (protocol, range): (i32, Range<usize>),
    done: &[Range<usize>],
    values: &Values,
) {
    let Some(datagram) = file.get_mut(range.clone()) else { return };
    let is_done = |place: &Range<usize>| {
        let after = done.partition_point(|other| other.end <= range.start + place.start);
        done.get(after).is_some_and(|other| other.start < range.start + place.end)
    };
    let messages: Vec<_> = messages(datagram).collect();
    for message in messages {
        let mut at = message.start + HEADER;
        let mut others = vec![false; message.len()];
        let bytes = datagram.get(message.clone()).unwrap_or_default();
        each_other(protocol, bytes, &mut |place| {
            others.get_mut(place).unwrap_or_default().fill(true);
        });
        let is_other = |place: &Range<usize>| {
            let place = place.start - message.start..place.end - message.start;
            others.get(place).is_some_and(|bytes| bytes.contains(&true))
        };
        while at < message.end {
            let rest = datagram.get(at..message.end).unwrap_or_default();
            let found = values.find(rest, at % 4 == 0);
            let found = found.filter(|size| {
                let place = at..at + size;
                !is_done(&place) && !is_other(&place)
            });
            if let Some(value) = found.and_then(|size| datagram.get_mut(at..at + size)) {
                values.replace_known(value);
                at += value.len();
            } else {
                at += 1;
            }
        }
    }
}

/// The message that an error message contains.
fn inner(message: &[u8]) -> Option<Range<usize>> {
    let start = HEADER + 4;
    let size = netlink::u32_at(message, start) as usize;
    let whole = netlink::u16_at(message, 4) == netlink::ERROR && size >= HEADER;
    (whole && start + size <= message.len()).then_some(start..start + size)
}

#[cfg(test)]
mod tests;
