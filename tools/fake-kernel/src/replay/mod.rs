// SPDX-License-Identifier: Apache-2.0
//! Replay: answers from a capture.
//!
//! A request is found by its content, without sequence number and port id. If several of the same
//! content were recorded, `slot` chooses the answer.

mod build;
pub mod faults;
mod links;
mod slot;

use crate::capture::ioctl::Ioctl;
use crate::capture::read::Error;
use crate::counters::{Counters, Place};
use crate::netlink::{self, HEADER, Message, Messages};
use crate::script::statement::Call;
use faults::Faults;
use links::Links;
use slot::{Slot, Span, Use};
use std::collections::{BTreeMap, BTreeSet};

/// Port ids below are likely to be other things as well, so they are not looked for in requests.
const SMALLEST_PORT: u32 = 0x10000;

/// What is put into a request in place of a port id.
const ANY_PORT: u32 = u32::MAX;

/// A part of an answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Part {
    /// The datagram.
    pub data: Vec<u8>,
    /// The errno value with which the receive fails that comes here; then there is no datagram.
    pub error: i32,
    /// The multicast group.
    pub group: u32,
    /// The network namespace id.
    pub nsid: Option<i32>,
    /// The sender's port id.
    pub peer: u32,
    /// It answers nothing, but arrived at this place.
    pub notification: bool,
    /// An error that is reported before all datagrams that wait.
    pub first: bool,
    /// A fault: it is added to the datagram before it.
    pub joined: bool,
    /// A fault: it is dropped.
    pub lost: bool,
    /// A fault: it comes that many nanoseconds later.
    pub delay: i64,
    /// It arrives once the program has made the changes before this position: see
    /// [`Replay::reached`].
    pub position: u32,
}

/// A request, or a joined group, and what followed.
#[derive(Clone, Debug, Default, PartialEq)]
struct Exchange {
    /// The sequence number of the request.
    seq: u32,
    /// The port id of the socket.
    port: u32,
    /// The answer is a dump.
    dump: bool,
    /// The errno value with which the group could not be joined, or ioctl() failed.
    error: i32,
    parts: Vec<Part>,
    /// Its number in the recording.
    position: u32,
    /// It has changed something in the kernel.
    change: bool,
}

/// What an exchange, or the result of a call, is found by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    /// A request of this protocol.
    Request(i32, Vec<u8>),
    /// A datagram of this protocol.
    Datagram(i32, Vec<u8>),
    /// A group of this protocol; 0 stands for a socket that is opened.
    Join(i32, u32),
    /// A request of ioctl(): see [`Ioctl::key`].
    Ioctl(u32, Vec<u8>),
    /// A call for this protocol.
    Call(u32, i32),
}

/// A capture, ready for replay.
#[derive(Debug)]
pub struct Replay {
    slots: Vec<Slot>,
    /// Indexes in `slots`.
    found: BTreeMap<Key, usize>,
    /// The same, of requests in which port ids have been replaced.
    without_ports: BTreeMap<Key, Vec<usize>>,
    outcomes: BTreeMap<Key, (Place, Vec<i32>)>,
    ports: BTreeMap<i32, (Place, Vec<u32>)>,
    all_ports: BTreeSet<u32>,
    /// For requests of ioctl(), if there are none.
    links: Option<Links>,
    /// Positions of the changes, in their order.
    changes: Vec<u32>,
    /// Counts up to the position after the last change that the program has made.
    reached: Place,
    places: usize,
}

/// What was recorded for a request.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// It is a dump.
    pub dump: bool,
    /// The errno value with which a group could not be joined.
    pub error: i32,
    /// The parts, in their order.
    pub parts: Vec<Part>,
}

/// A message without its sequence number and port id.
fn normalised(message: &[u8]) -> Vec<u8> {
    let mut bytes = message.to_vec();
    if let Some(numbers) = bytes.get_mut(8..HEADER) {
        numbers.fill(0);
    }
    bytes
}

/// All messages of a datagram in this form.
fn normalised_datagram(datagram: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for message in Messages(datagram) {
        bytes.extend(normalised(message.map_or_else(|rest| rest, |message| message.0)));
        bytes.resize(bytes.len().next_multiple_of(4), 0);
    }
    bytes
}

impl Exchange {
    fn is_dump(&self) -> bool {
        let answers = self.parts.iter().filter(|part| !part.notification);
        answers
            .flat_map(|part| Messages(&part.data).map_while(Result::ok))
            .any(|message| message.flags() & netlink::MULTI != 0)
    }

    /// The parts for a request with this sequence number, on a socket with this port id.
    fn for_request(&self, request: Message<'_>, port: u32) -> Vec<Part> {
        let mut parts = self.parts.clone();
        for part in parts.iter_mut().filter(|part| !part.notification) {
            let mut at = 0;
            while let Some(Ok(message)) = Messages(part.data.get(at..).unwrap_or_default()).next() {
                let size = message.0.len();
                let of_request = message.seq() == self.seq;
                let pid = message.pid();
                let to_socket = pid != 0 && (pid == self.port || self.port == 0);
                let has_request =
                    message.kind() == netlink::ERROR && of_request && size >= HEADER + 4 + HEADER;
                if of_request {
                    netlink::set_u32(&mut part.data, at + 8, request.seq());
                }
                if to_socket {
                    netlink::set_u32(&mut part.data, at + 12, port);
                }
                if has_request {
                    let header = request.0.get(..HEADER).unwrap_or_default();
                    let to = part.data.get_mut(at + HEADER + 4..at + HEADER + 4 + header.len());
                    to.unwrap_or_default().copy_from_slice(header);
                }
                at += size.next_multiple_of(4);
            }
        }
        parts
    }
}

impl Replay {
    /// Reads a capture.
    pub fn load(file: &[u8]) -> Result<Self, Error> {
        let recording = build::build(file)?;
        let mut replay = Self {
            slots: Vec::new(),
            found: BTreeMap::new(),
            without_ports: BTreeMap::new(),
            outcomes: BTreeMap::new(),
            ports: BTreeMap::new(),
            all_ports: BTreeSet::new(),
            links: None,
            changes: Vec::new(),
            reached: Place::Replay(0),
            places: 1,
        };
        for (protocol, ports) in recording.ports {
            replay.all_ports.extend(ports.iter().filter(|&&port| port >= SMALLEST_PORT));
            let place = replay.next_place();
            replay.ports.insert(protocol, (place, ports));
        }
        let has_ioctls = recording.exchanges.iter().any(|(key, _)| matches!(key, Key::Ioctl(..)));
        replay.links = (!has_ioctls).then_some(recording.links);
        for (key, exchange) in recording.exchanges {
            replay.add(key, exchange);
        }
        for (key, outcomes) in recording.outcomes {
            let place = replay.next_place();
            replay.outcomes.insert(key, (place, outcomes));
        }
        Ok(replay)
    }

    fn next_place(&mut self) -> Place {
        self.places += 1;
        Place::Replay(self.places - 1)
    }

    fn add(&mut self, key: Key, mut exchange: Exchange) {
        exchange.dump = exchange.is_dump();
        if exchange.change {
            self.changes.push(exchange.position);
        }
        let slot = match self.found.get(&key) {
            Some(&slot) => slot,
            None => {
                let slot = self.slots.len();
                let (uses, next) = (self.next_place(), self.next_place());
                self.slots.push(Slot { uses, next, exchanges: Vec::new() });
                if let Some(key) = self.without_ports(&key, &self.all_ports) {
                    self.without_ports.entry(key).or_default().push(slot);
                }
                self.found.insert(key, slot);
                slot
            }
        };
        if let Some(slot) = self.slots.get_mut(slot) {
            slot.exchanges.push(exchange);
        }
    }

    /// The request with all port ids replaced, if there are any.
    fn without_ports(&self, key: &Key, ports: &BTreeSet<u32>) -> Option<Key> {
        let Key::Request(protocol, message) = key else { return None };
        let mut message = message.clone();
        let mut any = false;
        for at in (HEADER..message.len()).step_by(4) {
            let value = netlink::u32_at(&message, at);
            if ports.contains(&value) || self.all_ports.contains(&value) {
                netlink::set_u32(&mut message, at, ANY_PORT);
                any = true;
            }
        }
        any.then_some(Key::Request(*protocol, message))
    }

    /// How many counters it needs.
    pub fn places(&self) -> usize {
        self.places
    }

    /// What is between the last change that the program has made and the next one.
    fn present(&self, counters: &Counters) -> Span {
        let start = counters.get(self.reached);
        let next = self.changes.partition_point(|&position| position < start);
        Span { start, end: self.changes.get(next).copied().unwrap_or(u32::MAX) }
    }

    /// Whether the program has made the changes before this position, or later ones.
    pub fn reached(&self, position: u32, counters: &Counters) -> bool {
        counters.get(self.reached) >= position
    }

    /// Uses the slot of a request.
    fn use_slot(&self, slot: usize, counters: &Counters) -> Option<Use<'_>> {
        let used = self.slots.get(slot)?.use_next(self.present(counters), counters)?;
        if used.exchange.change {
            let after = used.exchange.position + 1;
            let _ = counters.update(self.reached, |reached| reached.max(after));
        }
        Some(used)
    }

    /// The slot of a request.
    fn slot(&self, key: &Key, ports: &BTreeSet<u32>, counters: &Counters) -> Option<usize> {
        if let Some(&slot) = self.found.get(key) {
            return Some(slot);
        }
        let similar = self.without_ports.get(&self.without_ports(key, ports)?)?;
        let unused = |slot: &&usize| {
            self.slots.get(**slot).is_some_and(|slot| !slot.rest(counters).is_empty())
        };
        similar.iter().find(unused).or(similar.last()).copied()
    }

    /// Whether it was recorded.
    pub fn has(&self, protocol: i32, message: &[u8]) -> bool {
        self.found.contains_key(&Key::Request(protocol, normalised(message)))
    }

    /// The first recorded request that is as wanted, without its sequence number and port id.
    pub fn find_first(&self, protocol: i32, wanted: impl Fn(&[u8]) -> bool) -> Option<&[u8]> {
        let first = |slot: usize| Some(self.slots.get(slot)?.exchanges.first()?.position);
        let requests = self.found.iter().filter_map(|(key, &slot)| match key {
            Key::Request(of, message) if *of == protocol => Some((&message[..], slot)),
            _ => None,
        });
        let found = requests.filter(|(message, _)| wanted(message));
        found.min_by_key(|&(_, slot)| first(slot)).map(|found| found.0)
    }

    /// The answer to a request of this protocol, if there is one, which is to be for `message` on a
    /// socket with this port id. `ports` are the port ids of this process.
    pub fn request(
        &self,
        (protocol, request): (i32, &[u8]),
        (message, port): (Message<'_>, u32),
        ports: &BTreeSet<u32>,
        counters: &Counters,
        faults: Option<Faults>,
    ) -> Option<Answer> {
        let key = Key::Request(protocol, normalised(request));
        let slot = self.slot(&key, ports, counters)?;
        let used = self.use_slot(slot, counters)?;
        let mut parts: Vec<Part> = used.skipped_notifications().cloned().collect();
        parts.extend(used.exchange.for_request(message, port));
        if used.again {
            parts.retain(|part| !part.notification);
        }
        if let Some(faults) = faults {
            faults.disturb((slot, used.number), used.exchange.dump, &mut parts);
        }
        Some(Answer { dump: used.exchange.dump, error: 0, parts })
    }

    /// What followed when a socket joined a group. Group 0 is for a socket that is opened.
    pub fn join(&self, protocol: i32, group: u32, counters: &Counters) -> Answer {
        let slot = self.found.get(&Key::Join(protocol, group));
        let slot = slot.and_then(|&slot| self.slots.get(slot));
        match slot.and_then(|slot| slot.use_next(Span::ALL, counters)) {
            Some(Use { exchange, again: false, .. }) => {
                Answer { dump: false, error: exchange.error, parts: exchange.parts.clone() }
            }
            _ => Answer::default(),
        }
    }

    /// The errno value with which a datagram could not be sent, or 0.
    pub fn send(&self, protocol: i32, datagram: &[u8], counters: &Counters) -> i32 {
        if !self.outcomes.keys().any(|key| matches!(key, Key::Datagram(..))) {
            return 0;
        }
        self.outcome(&Key::Datagram(protocol, normalised_datagram(datagram)), counters)
    }

    fn outcome(&self, key: &Key, counters: &Counters) -> i32 {
        let Some((place, outcomes)) = self.outcomes.get(key) else { return 0 };
        let number = counters.count(*place) as usize;
        outcomes.get(number).or(outcomes.last()).copied().unwrap_or(0)
    }

    /// The errno value with which a call failed, or 0. Captures do not have calls that worked, so
    /// failures come first; a socket that could never be opened cannot be opened now.
    pub fn call(&self, call: Call, protocol: i32, counters: &Counters) -> i32 {
        let key = Key::Call(call as u32, protocol);
        let Some((place, outcomes)) = self.outcomes.get(&key) else { return 0 };
        let number = counters.count(*place) as usize;
        let works = self.found.keys().any(|key| match key {
            Key::Request(of, _) | Key::Join(of, _) => *of == protocol,
            _ => false,
        });
        let last = if works { None } else { outcomes.last() };
        outcomes.get(number).or(last).copied().unwrap_or(0)
    }

    /// The errno value of a request of ioctl(), or 0, and the bytes after the call. `before` has
    /// `struct ifreq` as it is before it.
    pub fn ioctl(
        &self,
        request: u32,
        before: &[u8],
        counters: &Counters,
    ) -> Option<(i32, Vec<u8>)> {
        if let Some(links) = &self.links {
            return links.ioctl(request, before, self.present(counters));
        }
        let (request, subject) = Ioctl { request, before, after: before }.key();
        let slot = self.found.get(&Key::Ioctl(request, subject))?;
        let exchange = self.use_slot(*slot, counters)?.exchange;
        let after = &exchange.parts.first()?.data;
        (after.len() == before.len()).then(|| (exchange.error, after.clone()))
    }

    /// The port id of the next socket of a protocol, or 0.
    pub fn port(&self, protocol: i32, counters: &Counters) -> u32 {
        let Some((place, ports)) = self.ports.get(&protocol) else { return 0 };
        ports.get(counters.count(*place) as usize).copied().unwrap_or(0)
    }

    /// Whether all notifications have arrived.
    pub fn is_finished(&self, counters: &Counters) -> bool {
        self.slots.iter().all(|slot| {
            let rest = slot.rest(counters).iter();
            !rest.flat_map(|exchange| &exchange.parts).any(|part| part.notification)
        })
    }

    /// Where a request that was not recorded differs from the most similar one that was, of the
    /// same type: the offset of the first byte, without regard to the length in the header.
    pub fn difference(&self, protocol: i32, message: Message<'_>) -> Option<usize> {
        let wanted = normalised(message.0);
        let same = |other: &[u8]| {
            let pairs = wanted.iter().zip(other).skip(4);
            4 + pairs.take_while(|(a, b)| a == b).count()
        };
        let candidates = self.found.keys().filter_map(|key| match key {
            Key::Request(of, other) if *of == protocol => Some(other),
            _ => None,
        });
        let same_type = candidates.filter(|other| Message(other).kind() == message.kind());
        same_type.map(|other| same(other)).max()
    }
}

#[cfg(test)]
mod tests;
