// SPDX-License-Identifier: Apache-2.0
//! The parts of the tool.

mod args;
mod every_call;
mod inputs;
mod program;
mod report;
mod run;
mod signals;

use args::{Command, Options};
use fake_kernel::anonymise;
use fake_kernel::capture::read::MOST_BYTES;
use std::ffi::OsString;
use std::fmt;
use std::path::Path;

/// Expectations were not met, requests were unknown, or a call is not supported.
const UNMET: u8 = 121;
/// The program waits for something that never comes.
const HANG: u8 = 124;
/// The tool cannot do its work.
const TOOL: u8 = 125;
/// The program cannot be run.
const NOT_RUN: u8 = 126;
/// The program was not found.
const NOT_FOUND: u8 = 127;

/// Why the tool ends: its exit status, and what it prints.
#[derive(Debug)]
struct Failure {
    status: u8,
    text: String,
}

impl Failure {
    fn new(status: u8, text: impl fmt::Display) -> Self {
        Self { status, text: text.to_string() }
    }

    /// The tool cannot do its work.
    fn tool(text: impl fmt::Display) -> Self {
        Self::new(TOOL, text)
    }

    /// Something went wrong with a file.
    fn file(path: &Path, text: impl fmt::Display) -> Self {
        Self::tool(format_args!("{}: {text}", path.display()))
    }
}

/// Prints a line to standard error.
fn say(text: impl fmt::Display) {
    eprintln!("nlsock-fake-kernel: {text}");
}

/// Runs the tool. Returns its exit status.
pub(crate) fn main(arguments: impl Iterator<Item = OsString>) -> u8 {
    let done = args::parse(arguments).and_then(|command| match command {
        Command::Help => {
            print!("{}", args::HELP);
            Ok(0)
        }
        Command::Version => {
            println!("nlsock-fake-kernel {}", env!("CARGO_PKG_VERSION"));
            Ok(0)
        }
        Command::Anonymise { input, output } => anonymise_file(&input, &output),
        Command::Run(options) if options.every_call => every_call::run(&options),
        Command::Run(options) => run_once(&options),
    });
    done.unwrap_or_else(|failure| {
        say(failure.text);
        failure.status
    })
}

fn run_once(options: &Options) -> Result<u8, Failure> {
    let inputs = inputs::read(options)?;
    let program = program::find(options)?;
    let run = run::Run::new(options, &inputs, &program)?;
    let ended = signals::run(&run.command(options)).map_err(|error| program.failure(&error))?;
    if let Some(path) = &options.record {
        let size = std::fs::metadata(path).map_err(|error| Failure::file(path, error))?.len();
        if size <= run::section().len() as u64 {
            say("nothing was recorded: the program used no netlink socket");
        }
    }
    report::judge(options, &inputs, &run.results()?, ended.status)
}

fn anonymise_file(input: &Path, output: &Path) -> Result<u8, Failure> {
    let mut file = read_file(input, MOST_BYTES)?;
    let counts = anonymise::anonymise(&mut file).map_err(|error| Failure::file(input, error))?;
    std::fs::write(output, &file).map_err(|error| Failure::file(output, error))?;
    say(format_args!("{}: {counts}", output.display()));
    Ok(0)
}

/// The content of a file with at most this many bytes.
fn read_file(path: &Path, most: u64) -> Result<Vec<u8>, Failure> {
    let error = |error: std::io::Error| Failure::file(path, error);
    let file = std::fs::File::open(path).map_err(error)?;
    if file.metadata().map_err(error)?.len() > most {
        return Err(Failure::file(path, format_args!("has more than {} MiB", most >> 20)));
    }
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut std::io::Read::take(file, most), &mut bytes).map_err(error)?;
    Ok(bytes)
}
