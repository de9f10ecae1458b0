// SPDX-License-Identifier: Apache-2.0
//! The command line.

use super::Failure;
use fake_kernel::session::Unknown;
use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

pub(super) const HELP: &str = "\
Usage: nlsock-fake-kernel [OPTION...] [--] PROGRAM [ARGUMENT...]
       nlsock-fake-kernel --anonymise INPUT OUTPUT

Runs a program on a kernel that answers its netlink requests from a script or a capture, or records
what the program and the real kernel say.

  --script FILE         answer, and check expectations, as the script says
  --replay FILE         answer as the capture (pcapng) says; a --script takes precedence
  --record FILE         use the real kernel, and write a capture
  --unknown ERRNO       refuse requests that the capture does not have (EOPNOTSUPP)
  --unknown fail        end the program if there is one
  --unknown default     acknowledge them; dumps are empty
  --faults SEED         lose, delay and merge recorded answers, as the seed says
  --every-call          run the program again and again: each time, one system call fails
  --clock real|virtual  whether a wait takes time (real)
  --anonymise           replace addresses and names in a capture
  --trace               print to standard error what the fake kernel does
  --help, --version

Exit status: that of the program; 121 if the script's expectations are not met, a request is
unknown, or a call is not supported; 124 if the program waits for something that never comes; 125
if this tool fails; 126 if the program cannot be run; 127 if it is not found.
";

/// What to do.
#[derive(Debug, PartialEq)]
pub(super) enum Command {
    Help,
    Version,
    Anonymise { input: PathBuf, output: PathBuf },
    Run(Options),
}

/// How to run a program.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Options {
    pub(super) script: Option<PathBuf>,
    pub(super) replay: Option<PathBuf>,
    pub(super) record: Option<PathBuf>,
    /// As given, which is valid.
    pub(super) unknown: Option<String>,
    pub(super) faults: Option<u64>,
    pub(super) every_call: bool,
    pub(super) virtual_clock: bool,
    pub(super) trace: bool,
    /// The program and its arguments.
    pub(super) program: Vec<OsString>,
}

fn usage(text: impl std::fmt::Display) -> Failure {
    Failure::tool(format_args!("{text}; see nlsock-fake-kernel --help"))
}

/// Reads the arguments.
pub(super) fn parse(arguments: impl Iterator<Item = OsString>) -> Result<Command, Failure> {
    let mut rest: VecDeque<OsString> = arguments.collect();
    let mut options = Options::default();
    while let Some(argument) = rest.pop_front() {
        let Some(text) = argument.to_str().filter(|text| text.starts_with('-')) else {
            rest.push_front(argument);
            break;
        };
        let (name, attached) = match text.split_once('=') {
            Some((name, value)) => (name, Some(OsString::from(value))),
            None => (text, None),
        };
        let takes_value = matches!(
            name,
            "--script" | "--replay" | "--record" | "--unknown" | "--faults" | "--clock"
        );
        if attached.is_some() && !takes_value {
            return Err(usage(format_args!("{text}: there is no such option with a value")));
        }
        let mut value = || {
            let value = attached.clone().or_else(|| rest.pop_front());
            value.filter(|value| !value.is_empty()).ok_or(usage(format_args!("{name}: no value")))
        };
        match name {
            "--" => break,
            "--help" => return Ok(Command::Help),
            "--version" => return Ok(Command::Version),
            "--anonymise" => return anonymise(rest),
            "--script" => options.script = Some(value()?.into()),
            "--replay" => options.replay = Some(value()?.into()),
            "--record" => options.record = Some(value()?.into()),
            "--unknown" => options.unknown = Some(unknown(&value()?)?),
            "--faults" => options.faults = Some(seed(&value()?)?),
            "--clock" => options.virtual_clock = is_virtual(&value()?)?,
            "--every-call" => options.every_call = true,
            "--trace" => options.trace = true,
            _ => return Err(usage(format_args!("{text}: there is no such option"))),
        }
    }
    options.program = rest.into();
    check(&options)?;
    Ok(Command::Run(options))
}

fn anonymise(rest: VecDeque<OsString>) -> Result<Command, Failure> {
    let files: Vec<_> = rest.into_iter().filter(|argument| argument != "--").collect();
    match <[OsString; 2]>::try_from(files) {
        Ok([input, output]) => {
            Ok(Command::Anonymise { input: input.into(), output: output.into() })
        }
        Err(_) => Err(usage("--anonymise takes two files: the input and the output")),
    }
}

fn unknown(value: &OsStr) -> Result<String, Failure> {
    let valid = value.to_str().filter(|word| Unknown::parse(word).is_some());
    let wrong = || usage("--unknown takes fail, default, or the name of an errno value");
    Ok(valid.ok_or_else(wrong)?.to_owned())
}

fn seed(value: &OsStr) -> Result<u64, Failure> {
    let seed = value.to_str().and_then(|text| text.parse().ok());
    seed.ok_or_else(|| usage("--faults takes a number"))
}

fn is_virtual(value: &OsStr) -> Result<bool, Failure> {
    match value.to_str() {
        Some("real") => Ok(false),
        Some("virtual") => Ok(true),
        _ => Err(usage("--clock takes real or virtual")),
    }
}

fn check(options: &Options) -> Result<(), Failure> {
    let Options { script, replay, record, unknown, faults, every_call, virtual_clock, .. } =
        options;
    let fake = script.is_some() || replay.is_some();
    let wrong = if options.program.is_empty() {
        "no program"
    } else if record.is_some() && (fake || *every_call || *virtual_clock) {
        "--record uses the real kernel, so there can be no --script, --replay, --every-call or \
         --clock virtual"
    } else if record.is_none() && !fake {
        "one of --script, --replay and --record is needed"
    } else if replay.is_none() && (unknown.is_some() || faults.is_some()) {
        "--unknown and --faults are for --replay"
    } else {
        return Ok(());
    };
    Err(usage(wrong))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Command, Failure> {
        parse(line.split_whitespace().map(OsString::from))
    }

    fn options(line: &str) -> Options {
        match parsed(line) {
            Ok(Command::Run(options)) => options,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn options_end_at_the_program() {
        let found = options("--script a --trace ip --replay link");
        assert_eq!(found.script, Some("a".into()));
        assert!(found.trace && found.replay.is_none());
        assert_eq!(found.program, ["ip", "--replay", "link"]);
        assert_eq!(options("--replay=a -- --odd").program, ["--odd"]);
    }

    #[test]
    fn values() {
        let found = options("--replay a --unknown=fail --faults 7 --clock virtual --every-call ip");
        assert_eq!((found.unknown.as_deref(), found.faults), (Some("fail"), Some(7)));
        assert!(found.virtual_clock && found.every_call);
        assert_eq!(options("--replay a --unknown EPERM ip").unknown.as_deref(), Some("EPERM"));
        let anonymised = parsed("--anonymise -- in out").unwrap();
        assert_eq!(anonymised, Command::Anonymise { input: "in".into(), output: "out".into() });
    }

    #[test]
    fn wrong_command_lines() {
        for (line, text) in [
            ("", "no program"),
            ("--script a", "no program"),
            ("ip link", "one of --script, --replay and --record is needed"),
            ("--record a --replay b ip", "--record uses the real kernel"),
            ("--record a --clock virtual ip", "--record uses the real kernel"),
            ("--script a --faults 1 ip", "--unknown and --faults are for --replay"),
            ("--replay a --faults x ip", "--faults takes a number"),
            ("--replay a --unknown EWRONG ip", "--unknown takes"),
            ("--replay a --clock fast ip", "--clock takes"),
            ("--replay", "--replay: no value"),
            ("--frob ip", "--frob: there is no such option"),
            ("--trace=1 --script a ip", "--trace=1: there is no such option with a value"),
            ("--anonymise a", "--anonymise takes two files"),
        ] {
            let failure = parsed(line).unwrap_err();
            assert_eq!(failure.status, super::super::TOOL);
            assert!(failure.text.starts_with(text), "{line}: {}", failure.text);
        }
    }
}
