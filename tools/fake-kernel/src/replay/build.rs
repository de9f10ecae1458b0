// SPDX-License-Identifier: Apache-2.0
//! Finds out from a capture what answers what.
//!
//! What a socket received belongs to the request with the same sequence number. What belongs to no
//! request is a notification: it keeps its place after what happened before it on the same socket.

use super::{Exchange, Key, Part, normalised};
use crate::capture::Event;
use crate::capture::ioctl::Ioctl;
use crate::capture::read::{Error, Events};
use crate::netlink::{self, Message, Messages};
use std::collections::BTreeMap;

/// What a capture says.
#[derive(Debug, Default)]
pub(super) struct Recording {
    /// In the order of the requests, with what they are found by.
    pub(super) exchanges: Vec<(Key, Exchange)>,
    /// How calls ended: 0, or an errno value.
    pub(super) outcomes: BTreeMap<Key, Vec<i32>>,
    /// What requests of ioctl() returned: an errno value, and the bytes after the call.
    pub(super) ioctls: BTreeMap<(u32, Vec<u8>), (i32, Vec<u8>)>,
    /// Port ids of the sockets of each protocol, in the order of their appearance.
    pub(super) ports: BTreeMap<i32, Vec<u32>>,
}

/// A request that may get more answers.
struct Open {
    /// Index in `exchanges`.
    exchange: usize,
    seq: u32,
    acknowledged: bool,
    dump: bool,
    closed: bool,
}

#[derive(Default)]
struct Socket {
    requests: Vec<Open>,
    /// Index in `exchanges` of what happened last.
    last: Option<usize>,
    port: u32,
}

struct Builder {
    recording: Recording,
    sockets: BTreeMap<(u32, u32), Socket>,
}

/// Reads a capture.
pub(super) fn build(file: &[u8]) -> Result<Recording, Error> {
    let mut builder = Builder { recording: Recording::default(), sockets: BTreeMap::new() };
    for located in Events::new(file) {
        builder.event(&located?.event);
    }
    // Datagrams that were always sent need no outcome.
    builder.recording.outcomes.retain(|_, outcomes| outcomes.iter().any(|&error| error != 0));
    Ok(builder.recording)
}

impl Builder {
    fn event(&mut self, event: &Event<'_>) {
        if let Some(ioctl) = Ioctl::of(event) {
            let result = (event.error, ioctl.after.to_vec());
            self.recording.ioctls.insert(ioctl.key(), result);
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
        let socket = self.sockets.entry((event.pid, event.socket)).or_default();
        for message in whole {
            let seq = message.seq();
            for open in socket.requests.iter_mut().filter(|open| open.seq == seq) {
                // A program that uses a number again cannot tell the answers apart either.
                open.closed |= !open.acknowledged && !open.dump;
            }
            let exchange = self.recording.exchanges.len();
            let key = Key::Request(event.protocol, normalised(message.0));
            let empty =
                Exchange { seq, port: event.port, dump: false, error: 0, parts: Vec::new() };
            self.recording.exchanges.push((key, empty));
            let acknowledged = message.flags() & netlink::ACK != 0;
            let open = Open { exchange, seq, acknowledged, dump: false, closed: false };
            socket.requests.push(open);
            socket.last = Some(exchange);
        }
    }

    fn joined(&mut self, event: &Event<'_>) {
        let exchange = Exchange { error: event.error, port: event.port, ..Exchange::default() };
        let socket = self.sockets.entry((event.pid, event.socket)).or_default();
        socket.last = Some(self.recording.exchanges.len());
        self.recording.exchanges.push((Key::Join(event.protocol, event.join), exchange));
    }

    /// Something that belongs to no request: a notification, or an error.
    fn after_last(&mut self, event: &Event<'_>, data: Vec<u8>) {
        let socket = self.sockets.entry((event.pid, event.socket)).or_default();
        let last = *socket.last.get_or_insert_with(|| {
            let start = (Key::Join(event.protocol, 0), Exchange::default());
            self.recording.exchanges.push(start);
            self.recording.exchanges.len() - 1
        });
        let notification = event.error == 0;
        self.add(last, event, data, notification);
    }

    fn add(&mut self, exchange: usize, event: &Event<'_>, data: Vec<u8>, notification: bool) {
        let part = Part {
            data,
            error: event.error,
            group: event.group,
            nsid: event.nsid,
            peer: event.peer,
            notification,
            ..Part::default()
        };
        if let Some((_, exchange)) = self.recording.exchanges.get_mut(exchange) {
            exchange.parts.push(part);
        }
    }

    /// Messages that follow each other and belong to the same request stay together.
    fn received(&mut self, event: &Event<'_>, datagram: &[u8]) {
        let socket = self.sockets.entry((event.pid, event.socket)).or_default();
        let mut runs: Vec<(Option<usize>, Vec<u8>)> = Vec::new();
        for found in Messages(datagram) {
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
                }
                None => self.after_last(event, run),
            }
        }
    }
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
        let has_seq = |open: &&mut Open| open.seq == message.seq();
        let open = self.requests.iter_mut().find(|open| !open.closed && open.seq == message.seq());
        let open = match open {
            Some(open) => open,
            None if message.seq() == 0 => return None,
            None => self.requests.iter_mut().rev().find(has_seq)?,
        };
        open.dump |= message.flags() & netlink::MULTI != 0;
        open.closed |= match message.kind() {
            netlink::ERROR | netlink::DONE => true,
            _ => !open.acknowledged && !open.dump,
        };
        Some(open.exchange)
    }
}
