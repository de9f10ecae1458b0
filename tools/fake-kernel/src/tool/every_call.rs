// SPDX-License-Identifier: Apache-2.0
//! `--every-call`: runs the program again and again. Each time, one system call fails. The program
//! may fail then, but it must not crash or hang.

use super::args::Options;
use super::{Failure, HANG, UNMET, inputs, program, report, run, say};
use fake_kernel::counters::Place;
use fake_kernel::script::statement::Call;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

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
    let script = match &options.script {
        Some(path) => std::fs::read_to_string(path).map_err(|error| Failure::file(path, error))?,
        None => String::new(),
    };
    let first = run::Run::new(options, &inputs, &program)?;
    let ended = first.command(options).status().map_err(|error| program.failure(&error))?;
    let results = first.results()?;
    let judged = report::judge(options, &inputs, &results, status(ended))?;
    if judged != 0 {
        return Err(Failure::new(judged, "the program fails although all calls work"));
    }
    let (mut runs, mut bad) = (0, 0);
    for &(call, name, errors) in CALLS {
        for number in 1..=results.counters.get(Place::Call(call)) {
            for error in errors {
                let line = format!("call {name} number {number} fails {error}");
                let mut run = run::Run::new(options, &inputs, &program)?;
                run.use_script(&format!("{script}\n{line}\n"))?;
                let mut command = run.command(options);
                command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
                let ended = wait(&mut command).map_err(|error| program.failure(&error))?;
                runs += 1;
                if let Some(text) = complaint(&run.results()?.report, ended) {
                    say(format_args!("{line}: {text}"));
                    bad += 1;
                }
            }
        }
    }
    say(format_args!("{runs} runs in each of which one call failed: {bad} crashed or hung"));
    Ok(if bad == 0 { 0 } else { UNMET })
}

/// The exit status of a program, as a shell has it.
fn status(ended: ExitStatus) -> u8 {
    let code = ended.code().or(ended.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX)
}

/// Runs a program. Returns its exit status, unless it takes too long.
fn wait(command: &mut Command) -> io::Result<Option<u8>> {
    let mut child = command.spawn()?;
    let end = Instant::now() + PATIENCE;
    let mut pause = Duration::from_micros(200);
    loop {
        if let Some(ended) = child.try_wait()? {
            return Ok(Some(status(ended)));
        }
        if Instant::now() > end {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

/// What is wrong with a run, if anything is. It has no exit status if it took too long.
fn complaint(report: &str, status: Option<u8>) -> Option<String> {
    let mut lines = report.lines();
    if let Some(hang) = lines.find_map(|line| line.strip_prefix("hang ")) {
        return Some(format!("hang: {hang}"));
    }
    let Some(status) = status else {
        return Some(format!("hang: it did not end in {} s", PATIENCE.as_secs()));
    };
    match status {
        HANG => Some("hang".into()),
        129.. if !report.lines().any(|line| line == "ended") => {
            Some(format!("the program was ended by signal {}", status - 128))
        }
        _ => None,
    }
}
