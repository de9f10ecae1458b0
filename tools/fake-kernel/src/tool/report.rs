// SPDX-License-Identifier: Apache-2.0
//! Reports what happened in a run, and chooses the exit status.

use super::args::Options;
use super::inputs::{Expected, Inputs};
use super::run::Results;
use super::{Failure, HANG, TOOL, UNMET, say};
use fake_kernel::counters::{Counters, Place};
use fake_kernel::script::statement::{Comparison, Selection, Selector};
use std::collections::HashMap;
use std::path::Path;

/// Prints what is wrong. Returns the exit status.
pub(super) fn judge(
    options: &Options,
    inputs: &Inputs,
    results: &Results,
    ended: u8,
) -> Result<u8, Failure> {
    if results.counters.get(Place::Loaded) == 0 {
        let name = options.program.first().map_or(Path::new(""), Path::new);
        return Err(Failure::file(
            name,
            "the fake kernel was not loaded: does the program have capabilities, or change its \
             environment?",
        ));
    }
    let mut status = ended;
    let mut wrong = None;
    for (line, times) in lines(&results.report) {
        let times = if times == 1 { String::new() } else { format!(" ({times} times)") };
        let (word, text) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "unknown" => {
                say(format_args!("the capture does not have this request: {text}{times}"));
                wrong = wrong.max(Some(UNMET));
            }
            "unsupported" => {
                say(format_args!("the program uses {text}, which the fake kernel does not have"));
                wrong = wrong.max(Some(UNMET));
            }
            "hang" => {
                say(format_args!("hang: {text}"));
                wrong = wrong.max(Some(HANG));
            }
            // By SIGTERM, or the program has handled that. A shell says so by its status.
            "ended" if status == 128 + 15 => status = 0,
            "ended" => {}
            _ => {
                say(text);
                wrong = Some(TOOL);
            }
        }
    }
    let lost = results.counters.get(Place::Unreported);
    if lost > 0 {
        say(format_args!(
            "{lost} reports could not be written: does the program change its root folder, or have \
             no descriptor left?"
        ));
        wrong = Some(TOOL);
    }
    for expected in unmet(inputs, &results.counters) {
        say(expected);
        wrong = wrong.max(Some(UNMET));
    }
    if let Some(wrong) = wrong {
        if status != 0 && status != wrong {
            say(format_args!("the exit status of the program is {status}"));
        }
        return Ok(wrong);
    }
    Ok(status)
}

/// The lines of the report, each once, and how often it is there.
fn lines(report: &str) -> Vec<(&str, usize)> {
    let mut lines: Vec<(&str, usize)> = Vec::new();
    let mut places = HashMap::new();
    for line in report.lines() {
        let place = *places.entry(line).or_insert(lines.len());
        match lines.get_mut(place) {
            Some(known) => known.1 += 1,
            None => lines.push((line, 1)),
        }
    }
    lines
}

/// How many of the requests from number 1 to `sent` the expectation is about.
fn selected(selector: &Selector, sent: u32) -> i64 {
    if selector.selection == Selection::ALL {
        return sent.into();
    }
    let numbers = 1..=i32::try_from(sent).unwrap_or(i32::MAX);
    numbers.filter(|&number| selector.selection.contains(number)).count() as i64
}

fn unmet<'a>(inputs: &'a Inputs, counters: &'a Counters) -> impl Iterator<Item = String> + 'a {
    inputs.expectations.iter().enumerate().filter_map(|(number, expected)| {
        let Expected { line, text, expectation } = expected;
        let sent = selected(&expectation.selector, counters.get(Place::Expectation(number)));
        let times = i64::from(expectation.times);
        let met = match expectation.comparison {
            Comparison::Equal => sent == times,
            Comparison::AtMost => sent <= times,
            Comparison::AtLeast => sent >= times,
        };
        (!met).then(|| format!("line {line} of the script: {text}: it was sent {sent} times"))
    })
}
