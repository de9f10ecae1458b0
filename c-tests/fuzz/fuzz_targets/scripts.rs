// SPDX-License-Identifier: Apache-2.0
//! Any text as a script: each line is understood, or has an error within the line. Rules and
//! expectations about messages are tried on the rest of the input.

#![no_main]

use fake_kernel::messages::Request;
use fake_kernel::netlink::Message;
use fake_kernel::script::statement::{Item, ItemKind, MAX_ITEMS, Statement};
use fake_kernel::script::{parse, words};
use fake_kernel::session::Session;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut session = Session::default();
    let mut items = [Item::new(ItemKind::Default); MAX_ITEMS];
    let lines = data.split(|&byte| byte == b'\n');
    for line in lines.filter_map(|line| std::str::from_utf8(line).ok()) {
        match parse(line, &mut items) {
            Ok(Statement::Rule(rule)) => {
                assert!((1..=MAX_ITEMS).contains(&rule.n_items));
                assert!(rule.selector.contained().len() <= data.len());
                let _ = session.rules.add(&rule.selector);
            }
            Ok(Statement::Expectation(expectation)) => {
                assert!(expectation.times >= 0);
                let _ = session.rules.expect(&expectation.selector);
            }
            Ok(Statement::Empty) => assert_eq!(words::Words::new(line).peek(), ""),
            Ok(_) => {}
            Err(error) => {
                assert!(error.at <= line.len() && line.is_char_boundary(error.at));
                assert!(error.found.is_empty() || line.contains(error.found));
            }
        }
    }
    for protocol in [0, 16] {
        let request = Request { protocol, message: Message(data), position: 1 };
        let _ = session.find_rule(request);
    }
    session.rules.families.learn(data);
});
