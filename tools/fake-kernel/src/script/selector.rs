// SPDX-License-Identifier: Apache-2.0
//! Parses which requests a rule or an expectation is about.

use super::names;
use super::statement::{ANY, CONTAINED_SIZE, NAME_SIZE, RuleKind, Selection, Selector};
use super::words::{Error, Words};

impl Selector {
    /// Any request of a kind.
    pub const fn new(kind: RuleKind) -> Self {
        Self {
            kind,
            selection: Selection::ALL,
            name: [0; NAME_SIZE],
            attempt: ANY,
            position: ANY,
            message_type: ANY,
            ack: ANY,
            protocol: ANY,
            command: ANY,
            n_contained: 0,
            contained: [0; CONTAINED_SIZE],
        }
    }

    /// The bytes that the request has to contain.
    pub fn contained(&self) -> &[u8] {
        self.contained.get(..self.n_contained as usize).unwrap_or(&self.contained)
    }
}

/// Parses what follows `request`, `dump` or `lookup`, up to and with the colon.
pub(super) fn of_rule<'a>(words: &mut Words<'a>, kind: RuleKind) -> Result<Selector, Error<'a>> {
    let mut selector = Selector::new(kind);
    match kind {
        RuleKind::Lookup => words.copy(&mut selector.name, "the name of a family")?,
        _ => selector.selection = words.selection()?,
    }
    while !words.take(":") {
        if words.take("try") {
            selector.attempt = words.number()?;
        } else if words.take("type") {
            selector.message_type = words.number()?;
        } else if !common(words, &mut selector)? {
            return Err(words.error("try, at, type, with ack, without ack or :"));
        }
    }
    Ok(selector)
}

/// Parses what follows `message`.
pub(super) fn of_message<'a>(words: &mut Words<'a>) -> Result<Selector, Error<'a>> {
    let mut selector = Selector::new(RuleKind::Message);
    loop {
        if words.take("protocol") {
            let protocol = |word: &str| names::protocol(word).or(unsigned(word, 255));
            selector.protocol = words.read("the name or number of a protocol", protocol)?;
        } else if words.take("type") {
            let message_type = |word: &str| match names::message_type(word) {
                Some((number, protocol)) => Some((number.into(), protocol)),
                None => Some((unsigned(word, u16::MAX)?, None)),
            };
            let (number, protocol) =
                words.read("the name or number of a message type", message_type)?;
            selector.message_type = number;
            selector.protocol = protocol.unwrap_or(selector.protocol);
        } else if words.take("family") {
            words.copy(&mut selector.name, "the name of a family")?;
            selector.protocol = names::GENERIC;
        } else if words.take("command") {
            let command =
                |word: &str| names::command(word).map(i32::from).or(unsigned(word, u8::MAX.into()));
            selector.command = words.read("the name or number of a command", command)?;
            selector.protocol = names::GENERIC;
        } else if words.take("number") {
            selector.selection = words.selection()?;
        } else if words.take("containing") {
            contained(words, &mut selector)?;
        } else if !common(words, &mut selector)? {
            return Ok(selector);
        }
    }
}

/// Takes what rules of all kinds can have. Returns whether there was any.
fn common<'a>(words: &mut Words<'a>, selector: &mut Selector) -> Result<bool, Error<'a>> {
    if words.take("at") {
        selector.position = words.number()?;
    } else if words.take("with") {
        words.require("ack")?;
        selector.ack = 1;
    } else if words.take("without") {
        words.require("ack")?;
        selector.ack = 0;
    } else {
        return Ok(false);
    }
    Ok(true)
}

fn unsigned(word: &str, most: u16) -> Option<i32> {
    let number = match word.strip_prefix("0x") {
        Some(digits) => u16::from_str_radix(digits, 16).ok(),
        None => word.parse().ok(),
    };
    number.filter(|&number| number <= most).map(i32::from)
}

/// `"TEXT"`, or pairs of hexadecimal digits, which colons may separate.
fn contained<'a>(words: &mut Words<'a>, selector: &mut Selector) -> Result<(), Error<'a>> {
    let wrong = words.error("1 to 64 bytes: \"TEXT\" or hexadecimal digits");
    let word = words.pop().ok_or(wrong)?;
    let to = selector.contained.iter_mut();
    let n = if word.quoted {
        let n = word.text.len();
        to.zip(word.text.bytes()).for_each(|(to, byte)| *to = byte);
        n
    } else {
        let mut digits = word.text.bytes().filter(|&byte| byte != b':');
        let mut n = 0;
        for to in to.chain(&mut [0]) {
            let Some(high) = digits.next() else { break };
            let digit = |byte: u8| char::from(byte).to_digit(16);
            let value = digit(high).zip(digits.next().and_then(digit));
            let (high, low) = value.ok_or(wrong)?;
            *to = (high << 4 | low) as u8;
            n += 1;
        }
        n
    };
    if !(1..=CONTAINED_SIZE).contains(&n) {
        return Err(wrong);
    }
    selector.n_contained = n as u32;
    Ok(())
}
