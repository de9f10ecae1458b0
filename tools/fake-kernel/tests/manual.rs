// SPDX-License-Identifier: Apache-2.0
//! The man pages have what there is, and their examples work.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use fake_kernel::script;
use fake_kernel::script::statement::{Item, ItemKind, MAX_ITEMS, Statement};
use std::path::Path;

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    std::fs::read_to_string(&path).unwrap()
}

/// A page without its formatting.
fn page(name: &str) -> String {
    read(&format!("man/{name}"))
        .replace("\\(dq", "\"")
        .replace("\\fI", "")
        .replace("\\fP", "")
        .replace("\\-", "-")
        .replace("\" \"", " ")
        .replace("\" ", " ")
        .replace(" \"", " ")
}

#[test]
fn the_example_is_understood() {
    let page = read("man/nlsock-fake-kernel-script.5").replace("\\(dq", "\"");
    let example = page.split(".SH EXAMPLE\n.nf\n").nth(1).unwrap().split(".fi").next().unwrap();
    let mut items = [Item::new(ItemKind::Default); MAX_ITEMS];
    let mut n = 0;
    for line in example.lines() {
        let statement = script::parse(line, &mut items).unwrap_or_else(|e| panic!("{line}: {e}"));
        n += usize::from(statement != Statement::Empty);
    }
    assert!(n >= 4);
}

/// The words that the parser compares with. Those that only the fault bed uses are in its README.
#[test]
fn all_words_are_described() {
    let bed = ["do", "limit", "fork", "join", "of", "request", "dump", "deliver", "descriptor"];
    let page = page("nlsock-fake-kernel-script.5");
    let words: Vec<&str> = page.split(|c: char| !c.is_alphanumeric() && c != '-').collect();
    let mut n = 0;
    for file in ["mod.rs", "items.rs", "selector.rs"] {
        let source = read(&format!("src/script/{file}"));
        let source = source.split("#[cfg(test)]").next().unwrap();
        for literal in source.split('"').skip(1).step_by(2) {
            let is_word = literal.chars().all(|c| c.is_ascii_lowercase() || c == '-');
            if !is_word || literal.is_empty() || bed.contains(&literal) {
                continue;
            }
            assert!(words.contains(&literal), "the page lacks {literal}");
            n += 1;
        }
    }
    assert!(n > 60, "{n}");
}

#[test]
fn all_options_are_described() {
    let page = page("nlsock-fake-kernel.1");
    let source = read("src/tool/args.rs");
    let options: std::collections::BTreeSet<_> = source
        .split('"')
        .filter(|word| word.starts_with("--") && !word.contains([' ', ';']))
        .collect();
    for option in options {
        let name = option.split('=').next().unwrap();
        let tests = ["--frob", "--", "--odd"];
        assert!(tests.contains(&name) || page.contains(name), "the page lacks {option}");
    }
}
