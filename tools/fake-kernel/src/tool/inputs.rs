// SPDX-License-Identifier: Apache-2.0
//! The script and the capture, which are checked before the program starts.

use super::args::Options;
use super::{Failure, read_file};
use fake_kernel::capture::read::MOST_BYTES;
use fake_kernel::replay::Replay;
use fake_kernel::script::statement::{Expectation, Item, ItemKind, MAX_ITEMS, Statement};
use fake_kernel::script::{self};
use std::path::Path;

/// A script has at most this many bytes.
const MOST_OF_SCRIPT: u64 = 16 << 20;

/// An `expect message` line, with its number.
#[derive(Debug)]
pub(super) struct Expected {
    pub(super) line: usize,
    pub(super) text: String,
    pub(super) expectation: Expectation,
}

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Inputs {
    pub(super) script: Vec<u8>,
    /// The script comes from a pipe, say, which cannot be read again.
    pub(super) keep_script: bool,
    pub(super) expectations: Vec<Expected>,
    /// A capture that cannot be read again.
    pub(super) capture: Option<Vec<u8>>,
    /// How many counters the capture needs.
    pub(super) places: usize,
}

/// Reads the script and the capture.
pub(super) fn read(options: &Options) -> Result<Inputs, Failure> {
    let mut inputs = Inputs::default();
    let is_file = |path: &Path| path.metadata().is_ok_and(|file| file.is_file());
    if let Some(path) = &options.script {
        inputs.script = read_file(path, MOST_OF_SCRIPT)?;
        inputs.keep_script = !is_file(path);
        inputs.expectations = check_script(path, &inputs.script)?;
    }
    if let Some(path) = &options.replay {
        let file = read_file(path, MOST_BYTES)?;
        let replay = Replay::load(&file);
        inputs.places = replay.map_err(|error| Failure::file(path, error))?.places();
        inputs.capture = Some(file).filter(|_| !is_file(path));
    }
    Ok(inputs)
}

fn check_script(path: &Path, bytes: &[u8]) -> Result<Vec<Expected>, Failure> {
    let mut items = [Item::new(ItemKind::Default); MAX_ITEMS];
    let mut expectations = Vec::new();
    for (line, bytes) in (1..).zip(bytes.split(|&byte| byte == b'\n')) {
        let wrong = |column: usize, text: &dyn std::fmt::Display| {
            Failure::tool(format_args!("{}:{line}:{}: {text}", path.display(), column + 1))
        };
        let text = std::str::from_utf8(bytes)
            .map_err(|error| wrong(error.valid_up_to(), &"this is not UTF-8"))?;
        match script::parse(text, &mut items) {
            // No socket is open when the lines of the script are carried out.
            Ok(Statement::Bed | Statement::Deliver(_) | Statement::Taking(_)) => {
                return Err(wrong(0, &"this line is for the scripts of libnlsock's own tests"));
            }
            Ok(Statement::Expectation(expectation)) => {
                let text = text.trim().to_owned();
                expectations.push(Expected { line, text, expectation });
            }
            Ok(_) => {}
            Err(error) => return Err(wrong(error.at, &error)),
        }
    }
    Ok(expectations)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(script: &[u8]) -> Result<Vec<Expected>, String> {
        check_script(Path::new("file"), script).map_err(|failure| failure.text)
    }

    #[test]
    fn errors_have_positions() {
        for (script, text) in [
            (
                &b"calm\n\nmessage: frob\n"[..],
                "file:3:10: expected an item such as ack, found \"frob\"",
            ),
            (
                b"calm\ndo flush\n",
                "file:2:1: this line is for the scripts of libnlsock's own tests",
            ),
            (
                b"deliver reply 20 bytes\n",
                "file:1:1: this line is for the scripts of libnlsock's own tests",
            ),
            (
                b"descriptor 1 closed\n",
                "file:1:1: this line is for the scripts of libnlsock's own tests",
            ),
            (b"calm \xff\n", "file:1:6: this is not UTF-8"),
        ] {
            assert_eq!(check(script).unwrap_err(), text);
        }
    }

    #[test]
    fn expectations_are_found() {
        let found =
            check(b"# text\nexpect message sent\nmessage: ack\nexpect message sent 2 times")
                .unwrap();
        let lines: Vec<_> = found.iter().map(|expected| expected.line).collect();
        assert_eq!(lines, [2, 4]);
    }
}
