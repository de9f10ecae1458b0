// SPDX-License-Identifier: Apache-2.0
//! Tests of the script parser.

use super::statement::*;
use super::{names, parse, words};
use proptest::prelude::*;
use std::path::Path;

fn items() -> [Item; MAX_ITEMS] {
    [Item::new(ItemKind::Default); MAX_ITEMS]
}

fn statement(line: &str) -> (Statement, Vec<Item>) {
    let mut items = items();
    match parse(line, &mut items) {
        Ok(statement) => (statement, items.to_vec()),
        Err(error) => panic!("{line}: {error}"),
    }
}

fn rule(line: &str) -> (Selector, Vec<Item>) {
    match statement(line) {
        (Statement::Rule(Rule { selector, n_items }), items) => {
            (selector, items[..n_items].to_vec())
        }
        other => panic!("{other:?}"),
    }
}

fn error(line: &str) -> String {
    parse(line, &mut items()).unwrap_err().to_string()
}

#[test]
fn rules_of_the_bed() {
    let (selector, items) = rule(
        "request 2-4 try 1 at 3 type 7 with ack: reply 20 bytes lost; refuse EEXIST late 5 ms",
    );
    assert_eq!(selector.kind, RuleKind::Request);
    assert!(selector.selection.contains(4) && !selector.selection.contains(5));
    assert_eq!((selector.attempt, selector.position), (1, 3));
    assert_eq!((selector.message_type, selector.ack), (7, 1));
    let reply = Item { size: 20, lost: true, ..Item::new(ItemKind::Reply) };
    let when = (When::Clock, 5_000_000);
    let refuse =
        Item { error: libc::EEXIST, when: when.0, at: when.1, ..Item::new(ItemKind::Refuse) };
    assert_eq!(items, [reply, refuse]);

    let (selector, items) = rule("lookup good: family 30 mcgroup events 5");
    assert!(words::text(&selector.name).eq(*b"good"));
    assert_eq!((items[0].family, items[0].group_id), (30, 5));
    assert!(words::text(&items[0].group_name).eq(*b"events"));

    let (_, items) =
        rule("dump *: part 2 messages of 100 seq -1; done ENOMEM interrupted; ack text \"x y\"");
    assert_eq!((items[0].count, items[0].size, items[0].seq), (2, 100, -1));
    assert_eq!(items[0].sequence, Sequence::Delta);
    assert_eq!((items[1].error, items[1].interrupted), (libc::ENOMEM, true));
    assert!(words::text(&items[2].text).eq(*b"x y"));
}

#[test]
fn rules_for_any_program() {
    let (selector, _) =
        rule("message type RTM_NEWROUTE number 3 containing 0a000001: error ENOBUFS");
    assert_eq!((selector.kind, selector.protocol), (RuleKind::Message, names::ROUTE));
    assert_eq!(selector.message_type, 24);
    assert_eq!(selector.contained(), [10, 0, 0, 1]);
    assert!(selector.selection.contains(3) && !selector.selection.contains(2));

    let (selector, _) = rule("message containing \"eth0\" without ack: default");
    assert_eq!(selector.contained(), b"eth0");
    assert_eq!((selector.protocol, selector.ack), (ANY, 0));

    let (selector, _) = rule("message containing 02:00:00:00:00:0a: nothing");
    assert_eq!(selector.contained(), [2, 0, 0, 0, 0, 10]);

    let (selector, _) = rule("message family ovs_flow command 3: refuse EPERM");
    assert_eq!((selector.protocol, selector.command), (names::GENERIC, 3));
    assert!(words::text(&selector.name).eq(*b"ovs_flow"));

    let (selector, _) = rule("message protocol NETLINK_AUDIT type 1000: ack");
    assert_eq!((selector.protocol, selector.message_type), (9, 1000));
}

#[test]
fn random_attributes() {
    let random = |line: &str| match statement(line).0 {
        Statement::Random(Random { selector, attribute, header }) => {
            (selector.protocol, attribute, header)
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(random("random message: attribute 9"), (ANY, 9, 0));
    assert_eq!(random("random message family f: attribute 1 header 4"), (16, 1, 4));
    assert!(error("random message attribute 9").contains("a selector such as type, or :"));
    assert!(error("random message: 9").contains("attribute"));
    assert!(error("random message: attribute -1").contains("number"));
    assert!(error("random message number 2: attribute 9").contains("other selectors"));
}

#[test]
fn expectations() {
    let expectation = |line| match statement(line).0 {
        Statement::Expectation(expectation) => (expectation.comparison, expectation.times),
        other => panic!("{other:?}"),
    };
    assert_eq!(expectation("expect message sent"), (Comparison::AtLeast, 1));
    assert_eq!(expectation("expect message type RTM_GETLINK sent 3 times"), (Comparison::Equal, 3));
    assert_eq!(
        expectation("expect message protocol route sent >= 2 times"),
        (Comparison::AtLeast, 2)
    );
    assert_eq!(expectation("expect message sent <= 2 times"), (Comparison::AtMost, 2));
    assert_eq!(statement("expect request 1 success").0, Statement::Bed);
}

#[test]
fn faults() {
    let fault = |line| match statement(line).0 {
        Statement::Fault(fault) => fault,
        other => panic!("{other:?}"),
    };
    let found = fault("call send number 2 of request 3 larger 10 fails EMSGSIZE always");
    assert_eq!((found.call, found.skip, found.request), (Call::Send, 1, 3));
    assert_eq!((found.larger, found.error, found.times), (10, libc::EMSGSIZE, -1));
    let found = fault("call recv finds reused 2 times");
    assert_eq!((found.taken, found.error, found.times), (Taken::Reused, libc::ENOTSOCK, 2));
    assert_eq!(fault("call getsockname says family 2 size 4").size, 4);
    assert_eq!(fault("call close cancels").event, Event::Cancel);
    assert_eq!(fault("call poll forks quietly").event, Event::QuietFork);
}

#[test]
fn other_lines() {
    assert_eq!(statement("").0, Statement::Empty);
    assert_eq!(statement(" # text").0, Statement::Empty);
    assert_eq!(statement("calm").0, Statement::Calm);
    assert_eq!(statement("do recv on x wait").0, Statement::Bed);
    assert_eq!(statement("clock 10 s").0, Statement::Clock(10_000_000_000));
    assert_eq!(statement("deliver noop; empty joined").0, Statement::Deliver(2));
    let setting = |setting, value| Statement::Setting(SocketSetting { setting, value });
    assert_eq!(statement("socket buffer 4096").0, setting(Setting::Buffer, 4096));
    assert_eq!(statement("socket privileged").0, setting(Setting::Privileged, 0));
    assert_eq!(statement("socket without ext-ack").0, setting(Setting::Without, 11));
    match statement("descriptor 1-2 closed").0 {
        Statement::Taking(taking) => assert_eq!(taking.taken, Taken::Closed),
        other => panic!("{other:?}"),
    }
}

#[test]
fn errors() {
    for (line, expected) in [
        ("frob", "expected a statement such as message, call or socket, found \"frob\""),
        ("request 1: reply", "expected a number from 0 on, found the end of the line"),
        ("request 1: ack joyned", "expected a modifier such as joined, or ;, found \"joyned\""),
        (
            "call socket finds closed",
            "expected what happens in the call, such as fails, found \"finds\"",
        ),
        ("call send fails EWRONG", "expected the name of an errno value, found \"EWRONG\""),
        ("call send fails EIO 2", "expected times, found the end of the line"),
        ("calm down", "expected the end of the line, found \"down\""),
        (
            "message containing 0: ack",
            "expected 1 to 64 bytes: \"TEXT\" or hexadecimal digits, found \"0\"",
        ),
        ("clock -1 s", "expected a number from 0 on, found \"-1\""),
        (
            "message: reply 16777217 bytes",
            "expected a number from 0 on, for at most 16 MiB, found \"16777217\"",
        ),
        (
            "message: part 1000 messages of 20000 bytes",
            "expected a number from 0 on, for at most 16 MiB, found \"20000\"",
        ),
    ] {
        assert_eq!(error(line), expected, "{line}");
    }
    let long = format!("request 1: {}", vec!["ack"; MAX_ITEMS + 1].join("; "));
    assert!(error(&long).starts_with("expected no more than 64 items"));
    let long = format!("message containing \"{}\": ack", "x".repeat(CONTAINED_SIZE + 1));
    assert!(error(&long).starts_with("expected 1 to 64 bytes"));
    let long = format!("message containing {}: ack", "00".repeat(CONTAINED_SIZE + 1));
    assert!(error(&long).starts_with("expected 1 to 64 bytes"));
}

/// All lines of the fault bed's scripts.
#[test]
fn the_scripts_of_the_fault_bed_are_understood() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../c-tests/faults/scripts");
    let mut n = 0;
    for file in folder.read_dir().unwrap() {
        let path = file.unwrap().path();
        for line in std::fs::read_to_string(&path).unwrap().lines() {
            let mut items = items();
            if let Err(error) = parse(line, &mut items) {
                panic!("{}: {line}: {error}", path.display());
            }
            n += 1;
        }
    }
    assert!(n > 1000, "{n}");
}

proptest! {
    /// Any words of the language: no panic, and an error has a place in the line.
    #[test]
    fn any_words(words in prop::collection::vec(prop::sample::select(&[
        "message", "request", "dump", "lookup", "call", "expect", "deliver", "socket", "send",
        "fails", "*", "1-3", "1,2", "7", "-1", "+2", "0x10", "ENOENT", ":", ";", "ack", "reply",
        "part", "text", "\"a b\"", "containing", "0a0b", "type", "RTM_GETLINK", "family", "late",
        "ms", "seq", "sent",
        "times", "#", "\"", "é", "number", "with", "messages", "of", "clock", "s",
    ][..]), 0..20)) {
        let line = words.join(" ");
        if let Err(error) = parse(&line, &mut items()) {
            prop_assert!(error.at <= line.len() && line.is_char_boundary(error.at));
        }
    }

    /// Any text.
    #[test]
    fn any_text(line in ".*") {
        let _ = parse(&line, &mut items());
    }
}
