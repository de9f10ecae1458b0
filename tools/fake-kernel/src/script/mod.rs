// SPDX-License-Identifier: Apache-2.0
//! Scripts: what the fake kernel does. nlsock-fake-kernel-script(5) describes the language.

mod items;
pub mod names;
mod selector;
pub mod statement;
pub mod words;

use statement::{
    ANY, Call, Comparison, Event, Expectation, Fault, Item, MAX_ITEMS, Random, Rule, RuleKind,
    Selection, Setting, SocketSetting, Statement, Taken, Taking,
};
use words::{Error, Words};

/// Parses a line. The items of a rule or of `deliver` are stored in `items`.
pub fn parse<'a>(line: &'a str, items: &mut [Item; MAX_ITEMS]) -> Result<Statement, Error<'a>> {
    let mut words = Words::new(line);
    let statement = statement(&mut words, items)?;
    if statement == Statement::Bed || words.is_end() {
        Ok(statement)
    } else {
        Err(words.error("the end of the line"))
    }
}

fn statement<'a>(
    words: &mut Words<'a>,
    items: &mut [Item; MAX_ITEMS],
) -> Result<Statement, Error<'a>> {
    if words.is_end() {
        return Ok(Statement::Empty);
    }
    let unknown = words.error("a statement such as message, call or socket");
    match words.pop().map_or("", |word| word.text) {
        "request" => rule(words, RuleKind::Request, items),
        "dump" => rule(words, RuleKind::Dump, items),
        "lookup" => rule(words, RuleKind::Lookup, items),
        "message" => {
            let selector = selector::of_message(words)?;
            if !words.take(":") {
                return Err(words.error("a selector such as type, or :"));
            }
            let n_items = items::parse(words, items)?;
            Ok(Statement::Rule(Rule { selector, n_items }))
        }
        "deliver" => Ok(Statement::Deliver(items::parse(words, items)?)),
        "call" => Ok(Statement::Fault(fault(words)?)),
        "descriptor" => {
            let selection = words.selection()?;
            Ok(Statement::Taking(Taking { selection, taken: taken(words)? }))
        }
        "socket" => Ok(Statement::Setting(setting(words)?)),
        "clock" => clock(words),
        "calm" => Ok(Statement::Calm),
        "expect" if words.take("message") => Ok(Statement::Expectation(expectation(words)?)),
        "random" if words.take("message") => Ok(Statement::Random(random(words)?)),
        "do" | "expect" | "limit" | "fork" | "join" => Ok(Statement::Bed),
        _ => Err(unknown),
    }
}

fn rule<'a>(
    words: &mut Words<'a>,
    kind: RuleKind,
    items: &mut [Item; MAX_ITEMS],
) -> Result<Statement, Error<'a>> {
    let selector = selector::of_rule(words, kind)?;
    let n_items = items::parse(words, items)?;
    Ok(Statement::Rule(Rule { selector, n_items }))
}

fn call(word: &str) -> Option<Call> {
    Some(match word {
        "socket" => Call::Socket,
        "close" => Call::Close,
        "connect" => Call::Connect,
        "getsockname" => Call::Getsockname,
        "setsockopt" => Call::Setsockopt,
        "getsockopt" => Call::Getsockopt,
        "send" => Call::Send,
        "recv" => Call::Recv,
        "poll" => Call::Poll,
        _ => return None,
    })
}

fn fault<'a>(words: &mut Words<'a>) -> Result<Fault, Error<'a>> {
    let mut fault = Fault {
        call: words.read("the name of a system call, such as send", call)?,
        skip: 0,
        times: 1,
        error: 0,
        request: 0,
        larger: 0,
        event: Event::None,
        taken: Taken::Not,
        size: ANY,
        family: ANY,
    };
    loop {
        if words.take("number") {
            fault.skip = words.number_from(1)? - 1;
        } else if words.take("of") {
            words.require("request")?;
            fault.request = words.number_from(1)?;
        } else if words.take("larger") {
            fault.larger = words.number_from(0)?;
        } else {
            break;
        }
    }
    if words.take("says") && fault.call == Call::Getsockname {
        if words.take("family") {
            fault.family = words.number_from(0)?;
        }
        if words.take("size") {
            fault.size = words.number_from(0)?;
        }
    } else if words.take("cancels") {
        fault.event = Event::Cancel;
    } else if words.take("forks") {
        fault.event = if words.take("quietly") { Event::QuietFork } else { Event::Fork };
    } else if !matches!(fault.call, Call::Socket | Call::Close | Call::Poll) && words.take("finds")
    {
        fault.taken = taken(words)?;
        fault.error = if fault.taken == Taken::Closed { libc::EBADF } else { libc::ENOTSOCK };
    } else if words.take("fails") {
        fault.error = words.errno()?;
    } else {
        return Err(words.error("what happens in the call, such as fails"));
    }
    if words.take("always") {
        fault.times = -1;
    } else if !words.is_end() {
        fault.times = words.number_from(0)?;
        words.require("times")?;
    }
    Ok(fault)
}

fn taken<'a>(words: &mut Words<'a>) -> Result<Taken, Error<'a>> {
    words.read("closed or reused", |word| match word {
        "closed" => Some(Taken::Closed),
        "reused" => Some(Taken::Reused),
        _ => None,
    })
}

/// The numbers of socket options that a kernel may lack.
fn socket_option(word: &str) -> Option<i32> {
    Some(match word {
        "pktinfo" => libc::NETLINK_PKTINFO,
        "ext-ack" => libc::NETLINK_EXT_ACK,
        "cap-ack" => libc::NETLINK_CAP_ACK,
        "all-nsid" => libc::NETLINK_LISTEN_ALL_NSID,
        "strict-check" => libc::NETLINK_GET_STRICT_CHK,
        _ => return None,
    })
}

fn setting<'a>(words: &mut Words<'a>) -> Result<SocketSetting, Error<'a>> {
    let setting = words.read("buffer, maximum, send-buffer, privileged or without", |word| {
        Some(match word {
            "buffer" => Setting::Buffer,
            "maximum" => Setting::Maximum,
            "send-buffer" => Setting::SendBuffer,
            "privileged" => Setting::Privileged,
            "without" => Setting::Without,
            _ => return None,
        })
    })?;
    let value = match setting {
        Setting::Privileged => 0,
        Setting::Without => {
            words.read("the name of a socket option, such as ext-ack", socket_option)?
        }
        _ => words.number_from(0)?,
    };
    Ok(SocketSetting { setting, value })
}

fn clock<'a>(words: &mut Words<'a>) -> Result<Statement, Error<'a>> {
    let number = i64::from(words.number_from(0)?);
    let unit = words.read("s or ms", |word| match word {
        "s" => Some(1_000_000_000),
        "ms" => Some(1_000_000),
        _ => None,
    })?;
    Ok(Statement::Clock(number * unit))
}

/// What follows `expect message`.
fn expectation<'a>(words: &mut Words<'a>) -> Result<Expectation, Error<'a>> {
    let selector = selector::of_message(words)?;
    if !words.take("sent") {
        return Err(words.error("a selector such as type, or sent"));
    }
    if words.is_end() {
        return Ok(Expectation { selector, comparison: Comparison::AtLeast, times: 1 });
    }
    let comparison = if words.take("<=") {
        Comparison::AtMost
    } else if words.take(">=") {
        Comparison::AtLeast
    } else {
        words.take("=");
        Comparison::Equal
    };
    let times = words.number_from(0)?;
    words.require("times")?;
    Ok(Expectation { selector, comparison, times })
}

/// What follows `random message`.
fn random<'a>(words: &mut Words<'a>) -> Result<Random, Error<'a>> {
    let selector = selector::of_message(words)?;
    if selector.selection != Selection::ALL {
        return Err(words.error("other selectors than number"));
    }
    if !words.take(":") {
        return Err(words.error("a selector such as type, or :"));
    }
    words.require("attribute")?;
    let attribute = words.number_from(0)?;
    let header = if words.take("header") { words.number_from(0)? } else { 0 };
    Ok(Random { selector, attribute, header })
}

#[cfg(test)]
mod tests;
