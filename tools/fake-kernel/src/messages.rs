// SPDX-License-Identifier: Apache-2.0
//! Which rule of the script a request of any program fits, and how requests are shown.

use crate::counters::{Counters, MESSAGES, Place};
use crate::netlink::{self, Message};
use crate::script::names;
use crate::script::statement::{ANY, Selector};
use crate::script::words;
use core::fmt::Write;
use std::collections::BTreeMap;

const CTRL_CMD_NEWFAMILY: u8 = 1;
const CTRL_CMD_GETFAMILY: u8 = 3;
const CTRL_ATTR_FAMILY_ID: u16 = 1;
const CTRL_ATTR_FAMILY_NAME: u16 = 2;
/// Headers of netlink and of generic netlink.
const GENERIC_HEADERS: usize = netlink::HEADER + 4;

/// The names of generic netlink families, as far as the program has looked them up.
#[derive(Debug, Default)]
pub struct Families {
    names: BTreeMap<u16, Vec<u8>>,
    /// The sequence number and the name of the last lookup.
    lookup: (u32, Vec<u8>),
}

fn family_name(message: Message<'_>) -> Option<Vec<u8>> {
    let name = netlink::attribute(message.0, GENERIC_HEADERS, CTRL_ATTR_FAMILY_NAME)?;
    Some(name.iter().copied().take_while(|&byte| byte != 0).collect())
}

impl Families {
    /// Reads a request of NETLINK_GENERIC.
    fn learn_request(&mut self, message: Message<'_>) {
        let looks_up = message.kind() == names::CONTROLLER
            && message.payload().first() == Some(&CTRL_CMD_GETFAMILY);
        if let Some(name) = family_name(message).filter(|_| looks_up) {
            self.lookup = (message.seq(), name);
        }
    }

    /// Reads what is received on a socket of NETLINK_GENERIC.
    pub fn learn(&mut self, datagram: &[u8]) {
        for message in netlink::Messages(datagram).map_while(Result::ok) {
            let tells = message.kind() == names::CONTROLLER
                && message.payload().first() == Some(&CTRL_CMD_NEWFAMILY);
            let id = netlink::attribute(message.0, GENERIC_HEADERS, CTRL_ATTR_FAMILY_ID);
            let Some(id) = id.filter(|id| tells && id.len() >= 2) else { continue };
            let looked_up = || (message.seq() == self.lookup.0).then(|| self.lookup.1.clone());
            if let Some(name) = family_name(message).or_else(looked_up) {
                self.names.insert(netlink::u16_at(id, 0), name);
            }
        }
    }

    fn name(&self, id: u16) -> Option<&[u8]> {
        let controller = (id == names::CONTROLLER).then_some(&b"nlctrl"[..]);
        controller.or_else(|| self.names.get(&id).map(Vec::as_slice))
    }
}

/// A request, of which protocol it is, and its position in the datagram.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The netlink protocol.
    pub protocol: i32,
    /// The message.
    pub message: Message<'a>,
    /// From 1 on.
    pub position: i32,
}

/// Whether the request fits all but the number.
pub fn fits(selector: &Selector, request: Request<'_>, families: &Families) -> bool {
    let is = |wanted: i32, found: i32| wanted == ANY || wanted == found;
    let Request { protocol, message, position } = request;
    let command = || message.payload().first().copied().unwrap_or(0).into();
    let contained = selector.contained();
    let named = selector.name.first() != Some(&0);
    is(selector.protocol, protocol)
        && is(selector.message_type, message.kind().into())
        && is(selector.position, position)
        && is(selector.ack, (message.flags() & netlink::ACK != 0).into())
        && (selector.command == ANY || is(selector.command, command()))
        && (!named
            || families
                .name(message.kind())
                .is_some_and(|name| words::text(&selector.name).eq(name.iter().copied())))
        && (contained.is_empty()
            || message.payload().windows(contained.len()).any(|bytes| bytes == contained))
}

/// The rules and expectations about messages.
#[derive(Debug, Default)]
pub struct Rules {
    /// Each with the number of its counter.
    rules: Vec<(usize, Selector)>,
    counters: usize,
    expectations: Vec<Selector>,
    /// What is known of generic netlink families.
    pub families: Families,
}

impl Rules {
    /// Adds a rule. Returns its number, from 0 on, unless there are too many.
    pub fn add(&mut self, selector: &Selector) -> Option<usize> {
        let counter = (self.counters < MESSAGES).then_some(self.counters)?;
        self.rules.push((counter, *selector));
        self.counters += 1;
        Some(self.rules.len() - 1)
    }

    /// Adds an expectation. Returns whether there was room.
    pub fn expect(&mut self, selector: &Selector) -> bool {
        let room = self.expectations.len() < MESSAGES;
        if room {
            self.expectations.push(*selector);
        }
        room
    }

    /// Removes all rules. The next one gets the number 0 again, but another counter.
    pub fn clear(&mut self) {
        self.rules.clear();
    }

    /// Counts a request for all rules and expectations. Returns the number of the last rule that it
    /// fits; rules with `number` take precedence.
    pub fn find(&mut self, request: Request<'_>, counters: &Counters) -> Option<usize> {
        if request.protocol == names::GENERIC {
            self.families.learn_request(request.message);
        }
        for (number, selector) in self.expectations.iter().enumerate() {
            if fits(selector, request, &self.families) {
                let _ = counters.count(Place::Expectation(number));
            }
        }
        let mut found = None;
        for (number, &(counter, ref selector)) in self.rules.iter().enumerate() {
            if !fits(selector, request, &self.families) {
                continue;
            }
            let count = counters.count(Place::Rule(counter)).saturating_add(1);
            let numbered = selector.selection != crate::script::statement::Selection::ALL;
            if selector.selection.contains(count.try_into().unwrap_or(i32::MAX)) {
                found = found.max(Some((numbered, number)));
            }
        }
        found.map(|found| found.1)
    }

    /// One line about a message.
    pub fn describe(&self, protocol: i32, message: Message<'_>) -> String {
        let mut line = String::new();
        self.write_description(&mut line, protocol, message);
        line
    }

    fn write_description(&self, line: &mut String, protocol: i32, message: Message<'_>) {
        // Writing to a String does not fail.
        let _ = match names::protocol_name(protocol) {
            Some(name) => write!(line, "{name} "),
            None => write!(line, "protocol {protocol} "),
        };
        let kind = message.kind();
        let _ = if let Some((first, second)) = names::message_type_name(protocol, kind) {
            write!(line, "{first}{second}")
        } else if let Some(name) = self.families.name(kind).filter(|_| protocol == names::GENERIC) {
            write!(line, "family {}", String::from_utf8_lossy(name))
        } else {
            write!(line, "type {kind}")
        };
        if protocol == names::GENERIC {
            let _ = write!(line, " command {}", message.payload().first().unwrap_or(&0));
        }
        let _ = write!(line, " flags {:#x}, {} bytes", message.flags(), message.0.len());
        let shown = message.payload().len().min(64);
        if shown > 0 {
            line.push_str(": ");
            for byte in message.payload().iter().take(shown) {
                let _ = write!(line, "{byte:02x}");
            }
            line.push_str(if shown < message.payload().len() { "..." } else { "" });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::statement::{Expectation, Item, ItemKind, MAX_ITEMS, Rule, Statement};

    fn rules(lines: &[&str]) -> Rules {
        let mut rules = Rules::default();
        for line in lines {
            let mut items = [Item::new(ItemKind::Default); MAX_ITEMS];
            match crate::script::parse(line, &mut items) {
                Ok(Statement::Rule(Rule { selector, .. })) => {
                    assert!(rules.add(&selector).is_some())
                }
                Ok(Statement::Expectation(Expectation { selector, .. })) => {
                    assert!(rules.expect(&selector));
                }
                other => panic!("{other:?}"),
            }
        }
        rules
    }

    fn message(kind: u16, flags: u16, payload: &[u8]) -> Vec<u8> {
        let mut bytes = ((16 + payload.len()) as u32).to_ne_bytes().to_vec();
        bytes.extend(kind.to_ne_bytes());
        bytes.extend(flags.to_ne_bytes());
        bytes.extend([0; 8]);
        bytes.extend(payload);
        bytes
    }

    fn attribute(kind: u16, payload: &[u8]) -> Vec<u8> {
        let mut bytes = (4 + payload.len() as u16).to_ne_bytes().to_vec();
        bytes.extend(kind.to_ne_bytes());
        bytes.extend(payload);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }

    fn request(protocol: i32, message: &[u8]) -> Request<'_> {
        Request { protocol, message: Message(message), position: 1 }
    }

    #[test]
    fn the_last_rule_that_fits_counts() {
        let mut rules = rules(&[
            "message: ack",
            "message type RTM_GETLINK number 2: nothing",
            "message type RTM_GETLINK: nothing",
            "message with ack: nothing",
            "message containing 0102: nothing",
        ]);
        let counters = Counters::own(0);
        let mut find = |protocol, bytes: &[u8]| rules.find(request(protocol, bytes), &counters);
        let link = message(18, 0, &[0, 0]);
        assert_eq!(find(0, &link), Some(2));
        assert_eq!(find(0, &link), Some(1));
        assert_eq!(find(0, &link), Some(2));
        assert_eq!(find(0, &message(18, 4, &[])), Some(3));
        assert_eq!(find(0, &message(18, 4, &[0, 1, 2])), Some(4));
        assert_eq!(find(12, &link), Some(0));
        rules.clear();
        assert_eq!(rules.find(request(0, &link), &counters), None);
        let selector = Selector::new(crate::script::statement::RuleKind::Message);
        assert_eq!(rules.add(&selector), Some(0));
        assert_eq!(rules.find(request(0, &link), &counters), Some(0));
    }

    #[test]
    fn expectations_are_counted() {
        let mut rules = rules(&[
            "expect message type 18 sent",
            "expect message protocol route number * sent 2 times",
        ]);
        let counters = Counters::own(0);
        let _ = rules.find(request(0, &message(18, 0, &[])), &counters);
        let _ = rules.find(request(0, &message(19, 0, &[])), &counters);
        let counted = |number| counters.get(Place::Expectation(number));
        assert_eq!((counted(0), counted(1), counted(2)), (1, 2, 0));
    }

    #[test]
    fn families_are_known_by_their_lookups() {
        let mut rules = rules(&["message family ovs_flow command 3: refuse EPERM"]);
        let counters = Counters::own(0);
        let flow = message(30, 0, &[3, 1, 0, 0]);
        assert_eq!(rules.find(request(16, &flow), &counters), None);

        let name = attribute(CTRL_ATTR_FAMILY_NAME, b"ovs_flow\0");
        let id = attribute(CTRL_ATTR_FAMILY_ID, &30_u16.to_ne_bytes());
        let lookup = message(16, 0, &[&[CTRL_CMD_GETFAMILY, 1, 0, 0][..], &name].concat());
        assert_eq!(rules.find(request(16, &lookup), &counters), None);
        // An answer of a script has no name.
        rules.families.learn(&message(16, 0, &[&[CTRL_CMD_NEWFAMILY, 1, 0, 0][..], &id].concat()));
        assert_eq!(rules.find(request(16, &flow), &counters), Some(0));

        let id = attribute(CTRL_ATTR_FAMILY_ID, &31_u16.to_ne_bytes());
        let named = [&[CTRL_CMD_NEWFAMILY, 1, 0, 0][..], &id, &attribute(2, b"other\0")].concat();
        rules.families.learn(&message(16, 0, &named));
        let described = rules.describe(16, Message(&message(31, 5, &[9, 1, 0, 0])));
        assert_eq!(described, "generic family other command 9 flags 0x5, 20 bytes: 09010000");
    }

    #[test]
    fn descriptions() {
        let describe = |protocol, bytes: &[u8]| Rules::default().describe(protocol, Message(bytes));
        assert_eq!(
            describe(0, &message(18, 0x301, &[])),
            "route RTM_GETLINK flags 0x301, 16 bytes"
        );
        assert_eq!(
            describe(77, &message(1000, 0, &[1])),
            "protocol 77 type 1000 flags 0x0, 17 bytes: 01"
        );
        assert!(
            describe(0, &message(18, 0, &[0; 65])).ends_with(&format!("{}...", "00".repeat(64)))
        );
    }

    #[test]
    fn there_are_only_so_many() {
        let mut rules = Rules::default();
        let selector = Selector::new(crate::script::statement::RuleKind::Message);
        for number in 0..MESSAGES {
            assert_eq!(rules.add(&selector), Some(number));
            assert!(rules.expect(&selector));
        }
        assert_eq!(rules.add(&selector), None);
        assert!(!rules.expect(&selector));
    }
}
