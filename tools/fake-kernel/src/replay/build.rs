// SPDX-License-Identifier: Apache-2.0
//! Finds out from a capture what answers what.
//!
//! What a socket received belongs to the request with the same sequence number. What belongs to no
//! request is a notification: it keeps its place after what happened before it on the same socket.

use super::links::Links;
use super::{Exchange, Key, Part, normalised};
use crate::capture::ioctl::{self, Ioctl};
use crate::capture::read::{Error, Events};
use crate::capture::{CallName, Event};
use crate::netlink::{self, HEADER, Message, Messages};
use std::collections::BTreeMap;

/// What a capture says.
#[derive(Debug, Default)]
pub(super) struct Recording {
    /// In the order of the requests, with what they are found by.
    pub(super) exchanges: Vec<(Key, Exchange)>,
    /// How calls ended: 0, or an errno value.
    pub(super) outcomes: BTreeMap<Key, Vec<i32>>,
    /// What messages tell about links.
    pub(super) links: Links,
    /// Port ids of the sockets of each protocol, in the order of their appearance.
    pub(super) ports: BTreeMap<i32, Vec<u32>>,
}

/// A request that may get more answers.
struct Open {
    /// Index in `exchanges`.
    exchange: usize,
    acknowledged: bool,
    dump: bool,
    closed: bool,
}

#[derive(Default)]
struct Socket {
    /// Requests by their sequence numbers; of those that cannot get more answers, only the last.
    requests: BTreeMap<u32, Vec<Open>>,
    /// Index in `exchanges` of what happened last.
    last: Option<usize>,
    /// That was not a datagram that was received.
    sent_last: bool,
    port: u32,
}

#[derive(Default)]
struct Builder {
    recording: Recording,
    /// The process of each exchange.
    processes: Vec<u32>,
    sockets: BTreeMap<(u32, u32), Socket>,
}

/// Reads a capture.
pub(super) fn build(file: &[u8]) -> Result<Recording, Error> {
    let mut builder = Builder::default();
    for located in Events::new(file) {
        builder.event(&located?.event);
    }
    builder.find_changes();
    builder.place_notifications();
    // Datagrams that were always sent need no outcome.
    builder.recording.outcomes.retain(|_, outcomes| outcomes.iter().any(|&error| error != 0));
    Ok(builder.recording)
}

impl Builder {
    fn event(&mut self, event: &Event<'_>) {
        if event.call == Some(CallName("execve")) {
            self.sockets.retain(|&(process, _), _| process != event.pid);
            return;
        }
        if let Some(ioctl) = Ioctl::of(event) {
            let (request, subject) = ioctl.key();
            let result = Part { data: ioctl.after.to_vec(), ..Part::default() };
            let exchange =
                Exchange { error: event.error, parts: vec![result], ..Exchange::default() };
            let _ = self.push(event, Key::Ioctl(request, subject), exchange);
            return;
        }
        let socket = self.sockets.entry((event.pid, event.socket)).or_default();
        if event.port != 0 && event.port != socket.port {
            socket.port = event.port;
            self.recording.ports.entry(event.protocol).or_default().push(event.port);
        }
        let call = event.call.and_then(|call| call.call());
        match event.datagram {
            Some(datagram) if event.outgoing => self.sent(event, datagram),
            Some(datagram) => self.received(event, datagram),
            None if event.join != 0 => self.joined(event),
            None if event.leave != 0 => {}
            None if event.outgoing => {
                if let Some(call) = call.filter(|_| event.error != 0) {
                    self.outcome(Key::Call(call as u32, event.protocol), event.error);
                }
            }
            None if is_temporary(event.error) => {}
            None => self.after_last(event, Vec::new()),
        }
    }

    /// Returns the index of the exchange.
    fn push(&mut self, event: &Event<'_>, key: Key, exchange: Exchange) -> usize {
        let position = self.recording.exchanges.len();
        let exchange = Exchange { position: position as u32, ..exchange };
        self.recording.exchanges.push((key, exchange));
        self.processes.push(event.pid);
        position
    }

    fn outcome(&mut self, key: Key, error: i32) {
        self.recording.outcomes.entry(key).or_default().push(error);
    }

    fn sent(&mut self, event: &Event<'_>, datagram: &[u8]) {
        let whole = Messages(datagram).filter_map(Result::ok);
        self.outcome(
            Key::Datagram(event.protocol, super::normalised_datagram(datagram)),
            event.error,
        );
        if event.error != 0 {
            return;
        }
        for message in whole {
            let seq = message.seq();
            let key = Key::Request(event.protocol, normalised(message.0));
            let sent = Exchange { seq, port: event.port, ..Exchange::default() };
            let exchange = self.push(event, key, sent);
            let socket = self.sockets.entry((event.pid, event.socket)).or_default();
            let open = socket.requests.entry(seq).or_default();
            // A program that uses a number again cannot tell the answers apart either.
            open.retain(|open| !open.closed && (open.acknowledged || open.dump));
            let acknowledged = message.flags() & netlink::ACK != 0;
            open.push(Open { exchange, acknowledged, dump: false, closed: false });
            socket.last = Some(exchange);
            socket.sent_last = true;
        }
    }

    fn joined(&mut self, event: &Event<'_>) {
        let exchange = Exchange { error: event.error, port: event.port, ..Exchange::default() };
        let exchange = self.push(event, Key::Join(event.protocol, event.join), exchange);
        let socket = self.sockets.entry((event.pid, event.socket)).or_default();
        socket.last = Some(exchange);
        socket.sent_last = true;
    }

    /// Something that belongs to no request: a notification, or an error.
    fn after_last(&mut self, event: &Event<'_>, data: Vec<u8>) {
        let socket = (event.pid, event.socket);
        let last = self.sockets.get(&socket).and_then(|socket| socket.last);
        let last = last.unwrap_or_else(|| {
            let start = self.push(event, Key::Join(event.protocol, 0), Exchange::default());
            self.sockets.entry(socket).or_default().last = Some(start);
            start
        });
        let notification = event.error == 0;
        self.add(last, event, data, notification);
        // Errors of a socket are reported before what is in its queue.
        let socket = self.sockets.entry(socket).or_default();
        let exchange = self.recording.exchanges.get_mut(last);
        if let Some(part) = exchange.and_then(|(_, exchange)| exchange.parts.last_mut()) {
            part.first = event.error != 0 && socket.sent_last;
        }
        socket.sent_last &= event.error != 0;
    }

    fn add(&mut self, exchange: usize, event: &Event<'_>, data: Vec<u8>, notification: bool) {
        let part = Part {
            data,
            error: event.error,
            group: event.group,
            nsid: event.nsid,
            peer: event.peer,
            notification,
            position: self.recording.exchanges.len() as u32,
            ..Part::default()
        };
        if let Some((_, exchange)) = self.recording.exchanges.get_mut(exchange) {
            exchange.parts.push(part);
        }
    }

    /// Finds out which exchanges have changed something in the kernel.
    fn find_changes(&mut self) {
        let mut times = BTreeMap::<&Key, u32>::new();
        for (key, _) in &self.recording.exchanges {
            *times.entry(key).or_default() += 1;
        }
        let changes = self.recording.exchanges.iter();
        let changes: Vec<bool> = changes
            .map(|(key, exchange)| is_change(key, exchange, times.get(key) == Some(&1)))
            .collect();
        for ((_, exchange), change) in self.recording.exchanges.iter_mut().zip(changes) {
            exchange.change = change;
        }
    }

    /// Finds out which changes of the same process come before a notification. Those before its
    /// exchange are no matter.
    fn place_notifications(&mut self) {
        let mut changes = BTreeMap::<u32, Vec<u32>>::new();
        for ((_, exchange), &process) in self.recording.exchanges.iter().zip(&self.processes) {
            if exchange.change {
                changes.entry(process).or_default().push(exchange.position);
            }
        }
        for ((_, exchange), process) in self.recording.exchanges.iter_mut().zip(&self.processes) {
            let changes = changes.get(process).map_or(&[][..], Vec::as_slice);
            for part in &mut exchange.parts {
                let before = changes.partition_point(|&change| change < part.position);
                let last = changes.get(..before).and_then(<[u32]>::last).copied();
                let last = last.filter(|&last| part.notification && last > exchange.position);
                part.position = last.map_or(0, |last| last + 1);
            }
        }
    }

    /// Messages that follow each other and belong to the same request stay together.
    fn received(&mut self, event: &Event<'_>, datagram: &[u8]) {
        let socket = self.sockets.entry((event.pid, event.socket)).or_default();
        let mut runs: Vec<(Option<usize>, Vec<u8>)> = Vec::new();
        for found in Messages(datagram) {
            if let (Ok(message), libc::NETLINK_ROUTE) = (found, event.protocol) {
                let position = self.recording.exchanges.len() as u32;
                self.recording.links.learn(message, event.group != 0, position);
            }
            let (owner, bytes) = match found {
                Ok(message) => (socket.owner(event, message), message.0),
                Err(rest) => (runs.last().and_then(|run| run.0), rest),
            };
            match runs.last_mut() {
                Some((last, run)) if *last == owner => {
                    run.resize(run.len().next_multiple_of(4), 0);
                    run.extend(bytes);
                }
                _ => runs.push((owner, bytes.to_vec())),
            }
        }
        if let [(_, run)] = &mut *runs {
            // With its padding, as it was.
            datagram.clone_into(run);
        } else if runs.is_empty() {
            runs.push((None, Vec::new()));
        }
        for (owner, run) in runs {
            match owner {
                Some(exchange) => {
                    self.add(exchange, event, run, false);
                    let socket = self.sockets.entry((event.pid, event.socket)).or_default();
                    socket.last = Some(exchange);
                    socket.sent_last = false;
                }
                None => self.after_last(event, run),
            }
        }
    }
}

/// Whether a request has changed something in the kernel, as far as that can be seen: it was only
/// acknowledged. Or it was made only once, and asked for an echo.
fn is_change(key: &Key, exchange: &Exchange, once: bool) -> bool {
    let request = match key {
        Key::Request(_, message) => Message(message),
        Key::Ioctl(request, _) => return ioctl::sets(*request) && exchange.error == 0,
        _ => return false,
    };
    let answers = exchange.parts.iter().filter(|part| !part.notification);
    let mut acknowledged = false;
    let mut others = false;
    for message in answers.flat_map(|part| Messages(&part.data).map_while(Result::ok)) {
        let error = message.kind() == netlink::ERROR;
        if error && netlink::u32_at(message.0, HEADER) != 0 {
            return false;
        }
        acknowledged |= error;
        others |= !error;
    }
    let echoed = once && others && request.flags() & netlink::ECHO != 0 && !exchange.is_dump();
    echoed || acknowledged && !others
}

/// Says nothing about the kernel: there was nothing to receive yet, or a signal came.
fn is_temporary(error: i32) -> bool {
    error == libc::EAGAIN || error == libc::EINTR
}

impl Socket {
    /// The exchange that a received message belongs to. Notes what it says about the request.
    fn owner(&mut self, event: &Event<'_>, message: Message<'_>) -> Option<usize> {
        let of_another = message.pid() != 0 && event.port != 0 && message.pid() != event.port;
        if event.group != 0 || of_another {
            return None;
        }
        let requests = self.requests.get_mut(&message.seq())?;
        let open = requests.iter().position(|open| !open.closed);
        let open = match open {
            Some(open) => requests.get_mut(open)?,
            None if message.seq() == 0 => return None,
            None => requests.last_mut()?,
        };
        open.dump |= message.flags() & netlink::MULTI != 0;
        open.closed |= match message.kind() {
            netlink::ERROR | netlink::DONE => true,
            _ => !open.acknowledged && !open.dump,
        };
        Some(open.exchange)
    }
}
