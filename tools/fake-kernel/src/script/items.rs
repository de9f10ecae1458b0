// SPDX-License-Identifier: Apache-2.0
//! Parses the items of a rule: `ITEM MODIFIER...; ITEM...`.

use super::statement::{
    ANY, Item, ItemKind, MAX_ITEMS, NAME_SIZE, NO_NSID, Sequence, TEXT_SIZE, When,
};
use super::words::{Error, Words};

const MILLISECOND: i64 = 1_000_000;
/// A datagram has at most this many bytes of payload: scripts come from strangers.
const MOST_BYTES: i32 = 16 << 20;

impl Item {
    /// Without modifiers.
    pub const fn new(kind: ItemKind) -> Self {
        Self {
            kind,
            error: 0,
            size: 0,
            count: 0,
            family: 0,
            joined: false,
            lost: false,
            no_memory: false,
            interrupted: false,
            truncated: false,
            when: When::Now,
            at: 0,
            sequence: Sequence::Right,
            seq: 0,
            length: ANY,
            cut: 0,
            message_type: ANY,
            port: 0,
            group: 0,
            nsid: NO_NSID,
            offset: ANY,
            missing: ANY,
            text: [0; TEXT_SIZE],
            group_name: [0; NAME_SIZE],
            group_id: 0,
        }
    }
}

/// Parses the rest of a line. Returns the number of items.
pub(super) fn parse<'a>(
    words: &mut Words<'a>,
    items: &mut [Item; MAX_ITEMS],
) -> Result<usize, Error<'a>> {
    let mut n = 0;
    loop {
        let slot = items.get_mut(n).ok_or(words.error("no more than 64 items"))?;
        *slot = item(words)?;
        n += 1;
        while !words.is_end() && words.peek() != ";" {
            modifier(words, slot)?;
        }
        if !words.take(";") {
            return Ok(n);
        }
    }
}

fn item<'a>(words: &mut Words<'a>) -> Result<Item, Error<'a>> {
    let kind = words.read("an item such as ack", |word| {
        Some(match word {
            "default" => ItemKind::Default,
            "nothing" => ItemKind::Nothing,
            "unprocessed" => ItemKind::Unprocessed,
            "ack" => ItemKind::Ack,
            "refuse" => ItemKind::Refuse,
            "reply" => ItemKind::Reply,
            "part" => ItemKind::Part,
            "done" => ItemKind::Done,
            "noop" => ItemKind::Noop,
            "overrun" => ItemKind::Overrun,
            "empty" => ItemKind::Empty,
            "garbage" => ItemKind::Garbage,
            "error" => ItemKind::Error,
            "family" => ItemKind::Family,
            _ => return None,
        })
    })?;
    let mut item = Item::new(kind);
    match kind {
        ItemKind::Refuse | ItemKind::Error => item.error = words.errno()?,
        ItemKind::Done => item.error = words.errno().unwrap_or(0),
        ItemKind::Reply | ItemKind::Garbage => item.size = size(words, 1)?,
        ItemKind::Family => item.family = words.number_from(0)?,
        ItemKind::Part => {
            item.count = size(words, 16)?;
            words.require("messages")?;
            words.require("of")?;
            item.size = size(words, item.count)?;
        }
        _ => {}
    }
    Ok(item)
}

/// Takes a number of bytes, for each of `count` messages.
fn size<'a>(words: &mut Words<'a>, count: i32) -> Result<i32, Error<'a>> {
    let wrong = words.error("a number from 0 on, for at most 16 MiB");
    let size = words.number_from(0)?;
    if size <= MOST_BYTES / count.max(1) { Ok(size) } else { Err(wrong) }
}

/// Takes one modifier.
fn modifier<'a>(words: &mut Words<'a>, item: &mut Item) -> Result<(), Error<'a>> {
    let wrong = words.error("a modifier such as joined, or ;");
    let word = words.pop().map_or("", |word| word.text);
    match word {
        "bytes" => {}
        "joined" => item.joined = true,
        "lost" => item.lost = true,
        "short" => item.truncated = true,
        "no-memory" => item.no_memory = true,
        "interrupted" => item.interrupted = true,
        "length" => item.length = words.number()?,
        "cut" => item.cut = words.number_from(0)?,
        "type" => item.message_type = words.number()?,
        "port" => item.port = words.number()?,
        "group" => item.group = words.number()?,
        "nsid" => item.nsid = words.number()?,
        "offset" => item.offset = words.number()?,
        "missing" => item.missing = words.number()?,
        "late" => {
            item.when = When::Clock;
            item.at = i64::from(words.number_from(0)?) * MILLISECOND;
            words.require("ms")?;
        }
        "after" if words.take("poll") => item.when = When::Poll,
        "after" => {
            words.require("request")?;
            item.when = When::Request;
            item.at = words.number_from(1)?.into();
        }
        "seq" => {
            let relative = words.peek().starts_with(['+', '-']);
            item.sequence = if relative { Sequence::Delta } else { Sequence::Fixed };
            item.seq = words.number()?;
        }
        "text" => words.copy(&mut item.text, "a text of at most 63 bytes")?,
        "mcgroup" => {
            words.copy(&mut item.group_name, "a name of at most 31 bytes")?;
            item.group_id = words.number()?;
        }
        _ => return Err(wrong),
    }
    Ok(())
}
