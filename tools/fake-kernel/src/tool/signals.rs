// SPDX-License-Identifier: Apache-2.0
//! Signals that would end the tool are passed on to the program. So the tool can still report what
//! happened, and remove its files.

use nix::spawn::{PosixSpawnAttr, PosixSpawnFileActions, PosixSpawnFlags, posix_spawn};
use nix::sys::signal::{SigSet, Signal, kill};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::Pid;
use std::ffi::CString;
use std::io::{self, IsTerminal};
use std::os::unix::ffi::OsStrExt;
use std::process::Command;

const SIGNALS: [Signal; 4] = [Signal::SIGHUP, Signal::SIGINT, Signal::SIGQUIT, Signal::SIGTERM];

/// Runs a program to its end. Returns its exit status, as a shell has it.
pub(super) fn run(command: &Command) -> io::Result<u8> {
    let signals: SigSet = SIGNALS.into_iter().collect();
    signals.thread_block()?;
    let pid = spawn(command)?;
    pass_on(signals, pid)?;
    loop {
        let status = match waitpid(pid, None)? {
            WaitStatus::Exited(_, status) => status,
            WaitStatus::Signaled(_, signal, _) => 128 + signal as i32,
            _ => continue,
        };
        return Ok(status.try_into().unwrap_or(u8::MAX));
    }
}

/// Starts a program with no signal blocked, which `Command` cannot do. It takes the program, its
/// arguments and the changes of the environment from there.
fn spawn(command: &Command) -> io::Result<Pid> {
    let mut attributes = PosixSpawnAttr::init()?;
    attributes.set_sigmask(&SigSet::empty())?;
    // Rust has made the tool ignore it.
    attributes.set_sigdefault(&[Signal::SIGPIPE].into_iter().collect())?;
    attributes.set_flags(
        PosixSpawnFlags::POSIX_SPAWN_SETSIGMASK | PosixSpawnFlags::POSIX_SPAWN_SETSIGDEF,
    )?;
    let program = CString::new(command.get_program().as_bytes())?;
    let mut arguments = vec![program.clone()];
    for argument in command.get_args() {
        arguments.push(CString::new(argument.as_bytes())?);
    }
    let files = PosixSpawnFileActions::init()?;
    Ok(posix_spawn(&*program, &files, &attributes, &arguments, &environment(command)?)?)
}

fn environment(command: &Command) -> io::Result<Vec<CString>> {
    let mut variables: std::collections::BTreeMap<_, _> = std::env::vars_os().collect();
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => drop(variables.insert(name.to_owned(), value.to_owned())),
            None => drop(variables.remove(name)),
        }
    }
    let line = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        CString::new([name.as_bytes(), b"=", value.as_bytes()].concat())
    };
    Ok(variables.into_iter().map(line).collect::<Result<_, _>>()?)
}

/// Passes them on in a thread, for as long as the tool runs.
fn pass_on(signals: SigSet, program: Pid) -> io::Result<()> {
    let interactive = io::stdin().is_terminal();
    std::thread::Builder::new().spawn(move || {
        while let Ok(signal) = signals.wait() {
            // A terminal sends what is typed to the program, too.
            if !interactive || !matches!(signal, Signal::SIGINT | Signal::SIGQUIT) {
                // It may have ended.
                let _ = kill(program, signal);
            }
        }
    })?;
    Ok(())
}
