// SPDX-License-Identifier: Apache-2.0
//! Signals that would end the tool are passed on to the program. So the tool can still report what
//! happened, and remove its files.

use nix::spawn::{PosixSpawnAttr, PosixSpawnFileActions, PosixSpawnFlags, posix_spawn};
use nix::sys::signal::{SigSet, Signal, kill, killpg};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;
use std::ffi::CString;
use std::fs::File;
use std::io::{self, IsTerminal};
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::process::Command;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::{Duration, Instant};

const SIGNALS: [Signal; 4] = [Signal::SIGHUP, Signal::SIGINT, Signal::SIGQUIT, Signal::SIGTERM];

/// The program that runs; the negative number of its process group if it runs quietly; or 0.
static PROGRAM: AtomicI32 = AtomicI32::new(0);
/// The signal that arrived last, or 0.
static ARRIVED: AtomicI32 = AtomicI32::new(0);

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Ended {
    /// Its exit status, as a shell has it.
    pub(super) status: u8,
    /// The signal that ended it.
    pub(super) signal: Option<i32>,
}

impl Ended {
    /// What a program or a shell exits with.
    fn with(status: i32) -> Self {
        Self { status: status.try_into().unwrap_or(u8::MAX), signal: None }
    }

    fn of(status: WaitStatus) -> Option<Self> {
        match status {
            WaitStatus::Exited(_, status) => Some(Self::with(status)),
            WaitStatus::Signaled(_, signal, _) => {
                Some(Self { signal: Some(signal as i32), ..Self::with(128 + signal as i32) })
            }
            _ => None,
        }
    }
}

/// Runs a program to its end. Signals are passed on to it.
pub(super) fn run(command: &Command) -> io::Result<Ended> {
    let signals: SigSet = SIGNALS.into_iter().collect();
    signals.thread_block()?;
    let pid = spawn(command, false)?;
    PROGRAM.store(pid.as_raw(), Ordering::SeqCst);
    pass_on(signals)?;
    loop {
        if let Some(ended) = Ended::of(waitpid(pid, None)?) {
            PROGRAM.store(0, Ordering::SeqCst);
            return Ok(ended);
        }
    }
}

/// The signal that arrived last.
pub(super) fn arrived() -> Option<i32> {
    Some(ARRIVED.load(Ordering::SeqCst)).filter(|&signal| signal != 0)
}

/// Runs a program, without input and output, for at most so long, after `run()`. Returns how it
/// ended, unless it takes too long, or a signal arrives. Processes that it leaves are ended.
pub(super) fn run_quietly(command: &Command, most: Duration) -> io::Result<Option<Ended>> {
    let pid = spawn(command, true)?;
    PROGRAM.store(-pid.as_raw(), Ordering::SeqCst);
    let end = Instant::now() + most;
    let mut pause = Duration::from_micros(200);
    let ended = loop {
        if let Some(ended) = Ended::of(waitpid(pid, Some(WaitPidFlag::WNOHANG))?) {
            break Some(ended);
        }
        if Instant::now() > end || arrived().is_some() {
            break None;
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    };
    PROGRAM.store(0, Ordering::SeqCst);
    // All may have ended.
    let _ = killpg(pid, Signal::SIGKILL);
    if ended.is_none() {
        waitpid(pid, None)?;
    }
    Ok(ended)
}

/// Starts a program with no signal blocked, which `Command` cannot do. It takes the program, its
/// arguments and the changes of the environment from there.
fn spawn(command: &Command, quietly: bool) -> io::Result<Pid> {
    let mut attributes = PosixSpawnAttr::init()?;
    let mut flags =
        PosixSpawnFlags::POSIX_SPAWN_SETSIGMASK | PosixSpawnFlags::POSIX_SPAWN_SETSIGDEF;
    attributes.set_sigmask(&SigSet::empty())?;
    // Rust has made the tool ignore it.
    attributes.set_sigdefault(&[Signal::SIGPIPE].into_iter().collect())?;
    let mut files = PosixSpawnFileActions::init()?;
    let null = File::options().read(true).write(true).open("/dev/null")?;
    if quietly {
        flags |= PosixSpawnFlags::POSIX_SPAWN_SETPGROUP;
        for fd in 0..3 {
            files.add_dup2(null.as_raw_fd(), fd)?;
        }
    }
    attributes.set_flags(flags)?;
    let program = CString::new(command.get_program().as_bytes())?;
    let mut arguments = vec![program.clone()];
    for argument in command.get_args() {
        arguments.push(CString::new(argument.as_bytes())?);
    }
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

/// Passes signals on in a thread, for as long as the tool runs.
fn pass_on(signals: SigSet) -> io::Result<()> {
    let interactive = io::stdin().is_terminal();
    std::thread::Builder::new().spawn(move || {
        while let Ok(signal) = signals.wait() {
            ARRIVED.store(signal as i32, Ordering::SeqCst);
            let program = PROGRAM.load(Ordering::SeqCst);
            // A terminal sends what is typed to the program, too.
            let typed = interactive && matches!(signal, Signal::SIGINT | Signal::SIGQUIT);
            // It may have ended.
            let _ = if program < 0 {
                killpg(Pid::from_raw(-program), Signal::SIGKILL)
            } else if program > 0 && !typed {
                kill(Pid::from_raw(program), signal)
            } else {
                Ok(())
            };
        }
    })?;
    Ok(())
}
