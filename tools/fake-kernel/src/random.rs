// SPDX-License-Identifier: Apache-2.0
//! Attributes whose value the program chooses at random, such as identifiers: `random` in a script.
//! A request is found in the capture in spite of them, and the answers have the present values.

use crate::messages::{Families, Request, fits};
use crate::netlink::{self, HEADER, Message};
use crate::replay::Replay;
use crate::script::names;
use crate::script::statement::Random;
use core::ops::Range;
use std::collections::BTreeMap;

/// The statements, and the values that are known.
#[derive(Debug, Default)]
pub struct Randoms {
    statements: Vec<Random>,
    /// The recorded value for each present one.
    recorded: BTreeMap<Vec<u8>, Vec<u8>>,
    /// The present value for each recorded one.
    present: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl Randoms {
    /// Adds a statement.
    pub fn add(&mut self, statement: Random) {
        self.statements.push(statement);
    }

    /// The recorded request that this one is, or itself.
    pub fn recorded_request(
        &mut self,
        request: Request<'_>,
        replay: &Replay,
        families: &Families,
    ) -> Vec<u8> {
        let (protocol, message) = (request.protocol, request.message.0);
        let places = self.places(request, families);
        let wanted = self.as_recorded(message, &places);
        if places.is_empty() || replay.has(protocol, &wanted) {
            return wanted;
        }
        let places_in = |recorded: &[u8]| {
            self.places(Request { message: Message(recorded), ..request }, families)
        };
        let found = replay.find_first(protocol, |recorded| {
            self.may_be((recorded, &places_in(recorded)), (message, &places))
        });
        let Some(found) = found else { return wanted };
        let there = places_in(found);
        self.learn((found, &there), (message, &places));
        found.to_vec()
    }

    /// Where such values are in a request.
    fn places(&self, request: Request<'_>, families: &Families) -> Vec<Range<usize>> {
        let generic = if request.protocol == names::GENERIC { 4 } else { 0 };
        let statements = self.statements.iter();
        let fitting = statements.filter(|random| fits(&random.selector, request, families));
        fitting
            .flat_map(|random| {
                let start = HEADER + generic + random.header as usize;
                let attributes = netlink::Attributes::new(request.message.0, start);
                attributes.filter(|(kind, _)| i32::from(*kind) == random.attribute)
            })
            .map(|(_, place)| place)
            .collect()
    }

    /// The request with the recorded values, as far as they are known.
    fn as_recorded(&self, message: &[u8], places: &[Range<usize>]) -> Vec<u8> {
        let mut bytes = message.to_vec();
        for place in places {
            let Some(value) = bytes.get_mut(place.clone()) else { continue };
            if let Some(recorded) = self.recorded.get(&*value) {
                value.copy_from_slice(recorded);
            }
        }
        bytes
    }

    /// Whether they differ in such values only, and the recorded values are not those of others.
    fn may_be(&self, recorded: With<'_>, message: With<'_>) -> bool {
        let is_free = |(value, present): (&[u8], &[u8])| {
            self.present.get(value).is_none_or(|known| known == present)
        };
        without(recorded) == without(message) && pairs(recorded, message).all(is_free)
    }

    /// Notes the values of a request and of the recorded one that it is.
    fn learn(&mut self, recorded: With<'_>, message: With<'_>) {
        for (value, present) in pairs(recorded, message).filter(|(one, other)| one != other) {
            self.recorded.insert(present.to_vec(), value.to_vec());
            self.present.insert(value.to_vec(), present.to_vec());
        }
    }

    /// Puts the present values into an answer.
    pub fn make_present(&self, datagram: &mut [u8]) {
        for at in (HEADER..datagram.len()).step_by(4) {
            let found = self
                .present
                .iter()
                .find(|(recorded, _)| datagram.get(at..at + recorded.len()) == Some(&recorded[..]));
            let Some((_, present)) = found else { continue };
            if let Some(value) = datagram.get_mut(at..at + present.len()) {
                value.copy_from_slice(present);
            }
        }
    }
}

/// A message, and where it has values that are chosen at random.
type With<'a> = (&'a [u8], &'a [Range<usize>]);

/// The values of two messages in turn, if they have the same length.
fn pairs<'a>(one: With<'a>, other: With<'a>) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
    let places = one.1.iter().zip(other.1);
    let values = places.filter_map(|(a, b)| one.0.get(a.clone()).zip(other.0.get(b.clone())));
    values.filter(|(a, b)| a.len() == b.len())
}

/// Type and flags of a message, and what follows its header but for the values.
fn without((message, places): With<'_>) -> Vec<u8> {
    let mut rest = message.get(4..8).unwrap_or_default().to_vec();
    let mut at = HEADER;
    for place in places {
        // The type of the attribute stays, its length does not.
        rest.extend(message.get(at..place.start.saturating_sub(4)).unwrap_or_default());
        rest.extend(message.get(place.start.saturating_sub(2)..place.start).unwrap_or_default());
        at = place.end.next_multiple_of(4);
    }
    rest.extend(message.get(at..).unwrap_or_default());
    rest
}
