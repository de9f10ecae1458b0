// SPDX-License-Identifier: Apache-2.0
//! `--every-call`: runs the program again and again. Each time, one system call fails. The program
//! may fail then, but it must not crash or hang.

use super::args::Options;
use super::signals::{self, Ended};
use super::{Failure, HANG, UNMET, inputs, program, report, run, say};
use fake_kernel::counters::Place;
use fake_kernel::script::statement::Call;
use std::time::Duration;

/// How long a run may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// The calls that fail, with their names in scripts, and the errors that they fail with.
const CALLS: &[(Call, &str, &[&str])] = &[
    (Call::Socket, "socket", &["EMFILE", "ENOMEM", "EPROTONOSUPPORT"]),
    (Call::Connect, "connect", &["EPERM", "EADDRINUSE", "ENOMEM"]),
    (Call::Getsockname, "getsockname", &["ENOBUFS"]),
    (Call::Setsockopt, "setsockopt", &["ENOPROTOOPT", "ENOMEM", "EPERM"]),
    (Call::Getsockopt, "getsockopt", &["ENOPROTOOPT"]),
    (Call::Send, "send", &["ENOBUFS", "EPERM", "ECONNREFUSED", "EINTR"]),
    (Call::Recv, "recv", &["ENOBUFS", "ENOMEM", "EINTR"]),
    (Call::Poll, "poll", &["EINTR", "ENOMEM"]),
];

/// Runs the program. Returns the exit status.
pub(super) fn run(options: &Options) -> Result<u8, Failure> {
    let inputs = inputs::read(options)?;
    let program = program::find(options)?;
    let first = run::Run::new(options, &inputs, &program)?;
    let ended = signals::run(&first.command(options)).map_err(|error| program.failure(&error))?;
    let results = first.results()?;
    let judged = report::judge(options, &inputs, &results, ended.status)?;
    if judged != 0 {
        return Err(Failure::new(judged, "the program fails although all calls work"));
    }
    let (mut runs, mut bad) = (0, 0);
    for &(call, name, errors) in CALLS {
        for number in 1..=results.counters.get(Place::Call(call)) {
            for error in errors {
                let line = format!("call {name} number {number} fails {error}");
                let mut run = run::Run::new(options, &inputs, &program)?;
                run.use_script(&[&inputs.script[..], b"\n", line.as_bytes(), b"\n"].concat())?;
                let command = run.command(options);
                let ended = signals::run_quietly(&command, PATIENCE)
                    .map_err(|error| program.failure(&error))?;
                if let Some(signal) = signals::arrived() {
                    let status = u8::try_from(128 + signal).unwrap_or(u8::MAX);
                    let text = format!("ended by signal {signal} after {runs} runs");
                    return Err(Failure::new(status, text));
                }
                runs += 1;
                if let Some(text) = complaint(&run.results()?.report, ended)? {
                    say(format_args!("{line}: {text}"));
                    bad += 1;
                }
            }
        }
    }
    say(format_args!("{runs} runs in each of which one call failed: {bad} crashed or hung"));
    Ok(if bad == 0 { 0 } else { UNMET })
}

/// What is wrong with a run, if anything is. It did not end if it took too long.
fn complaint(report: &str, ended: Option<Ended>) -> Result<Option<String>, Failure> {
    let with = |word: &str| report.lines().find_map(|line| line.strip_prefix(word));
    if let Some(error) = with("error ") {
        return Err(Failure::tool(error));
    }
    if let Some(hang) = with("hang ") {
        return Ok(Some(format!("hang: {hang}")));
    }
    let Some(ended) = ended else {
        return Ok(Some(format!("hang: it did not end in {} s", PATIENCE.as_secs())));
    };
    // A shell says by its status that a signal has ended a program. Higher numbers are those of
    // programs that end with a negative one.
    let by_shell = i32::from(ended.status) - 128;
    let signal = ended.signal.or(Some(by_shell).filter(|signal| (1..32).contains(signal)));
    let is_end_of_replay = report.lines().any(|line| line == "ended");
    Ok(match signal {
        _ if ended.status == HANG => Some("hang".into()),
        Some(signal) if !is_end_of_replay => {
            Some(format!("the program was ended by signal {signal}"))
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_run() {
        let exited = |status| Some(Ended { status, signal: None });
        let text = |report, ended| complaint(report, ended).unwrap();
        let by = |signal| Some(format!("the program was ended by signal {signal}"));
        for status in [0, 1, 128, 160, 255] {
            assert_eq!(text("", exited(status)), None, "{status}");
        }
        assert_eq!(text("", exited(139)), by(11));
        assert_eq!(text("", Some(Ended { status: 134, signal: Some(6) })), by(6));
        assert_eq!(text("ended\n", Some(Ended { status: 143, signal: Some(15) })), None);
        assert_eq!(text("", exited(HANG)), Some("hang".into()));
        assert_eq!(text("unknown x\nhang why\n", exited(1)), Some("hang: why".into()));
        assert_eq!(text("", None), Some("hang: it did not end in 60 s".into()));
        assert_eq!(complaint("error why\n", exited(125)).unwrap_err().text, "why");
    }
}
