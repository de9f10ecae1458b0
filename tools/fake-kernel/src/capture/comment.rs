// SPDX-License-Identifier: Apache-2.0
//! The words of a block's comment.

use super::{CallName, Event};
use crate::errno;
use core::fmt::{self, Write};

/// Reads the words into the event. A word that is not known is ignored, one without a number where
/// that belongs is returned.
pub(super) fn read<'a>(comment: &'a str, event: &mut Event<'a>) -> Result<(), &'a str> {
    for word in comment.split(' ') {
        let Some((key, value)) = word.split_once('=') else { continue };
        let number = || value.parse().map_err(|_| word);
        match key {
            "pid" => event.pid = number()?,
            "socket" => event.socket = number()?,
            "port" => event.port = number()?,
            "peer" => event.peer = number()?,
            "group" => event.group = number()?,
            "nsid" => event.nsid = Some(value.parse().map_err(|_| word)?),
            "call" => event.call = Some(CallName(value)),
            "error" => {
                let number = || value.parse().ok().filter(|&error| error > 0);
                event.error = errno::number(value).or_else(number).ok_or(word)?;
            }
            "join" => event.join = number()?,
            "leave" => event.leave = number()?,
            "data" if value == "none" => event.datagram = None,
            _ => {}
        }
    }
    Ok(())
}

/// The words of the event.
pub(super) fn write(event: &Event<'_>) -> String {
    let mut words = Words(String::new());
    let number = |value: u32| (value != 0).then_some(value);
    words.add("pid", number(event.pid));
    words.add("socket", number(event.socket));
    words.add("port", number(event.port));
    words.add("peer", number(event.peer));
    words.add("group", number(event.group));
    words.add("nsid", event.nsid);
    words.add("call", event.call.map(|call| call.0));
    match errno::name(event.error).and_then(|name| name.to_str().ok()) {
        Some(name) => words.add("error", Some(name)),
        None => words.add("error", Some(event.error).filter(|&error| error != 0)),
    }
    words.add("join", number(event.join));
    words.add("leave", number(event.leave));
    words.add("data", event.datagram.is_none_or(<[u8]>::is_empty).then_some("none"));
    words.0
}

struct Words(String);

impl Words {
    fn add(&mut self, key: &str, value: Option<impl fmt::Display>) {
        if let Some(value) = value {
            let space = if self.0.is_empty() { "" } else { " " };
            // Writing to a String does not fail.
            let _ = write!(self.0, "{space}{key}={value}");
        }
    }
}
