// SPDX-License-Identifier: Apache-2.0
//! Runs the program: what the preload library finds in its environment, and what it leaves.

use super::args::Options;
use super::inputs::Inputs;
use super::program::Program;
use super::{Failure, say};
use fake_kernel::capture::write;
use fake_kernel::counters::{self, Counters};
use std::ffi::OsString;
use std::fs::Permissions;
use std::hash::{BuildHasher, RandomState};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

/// A folder for one run, which is removed in the end. The program may go on as another user, so
/// what is in it can be used by all who know the name of the folder in it: nobody can guess that.
#[derive(Debug)]
struct Folder {
    path: PathBuf,
    inner: PathBuf,
}

impl Folder {
    fn new() -> io::Result<Self> {
        let id = std::process::id();
        let secret = || RandomState::new().hash_one(id);
        for number in 0.. {
            let path = env::temp_dir().join(format!("nlsock-fake-kernel.{id}.{number}"));
            match fs::DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => {
                    let path = std::path::absolute(path)?;
                    let inner = path.join(format!("{:016x}{:016x}", secret(), secret()));
                    let folder = Self { path, inner };
                    fs::create_dir(&folder.inner)?;
                    fs::set_permissions(&folder.inner, Permissions::from_mode(0o711))?;
                    fs::set_permissions(&folder.path, Permissions::from_mode(0o711))?;
                    return Ok(folder);
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.path) {
            say(format_args!("{}: {error}", self.path.display()));
        }
    }
}

/// One run of the program.
#[derive(Debug)]
pub(super) struct Run {
    folder: Folder,
    program: PathBuf,
    variables: Vec<(&'static str, OsString)>,
}

/// What the processes left.
#[derive(Debug)]
pub(super) struct Results {
    /// Lines; the first word says what kind they are of.
    pub(super) report: String,
    pub(super) counters: Counters,
}

impl Run {
    /// Prepares a run.
    pub(super) fn new(
        options: &Options,
        inputs: &Inputs,
        program: &Program,
    ) -> Result<Self, Failure> {
        let folder = Folder::new().map_err(Failure::tool)?;
        let mut run = Self { folder, program: program.path.clone(), variables: Vec::new() };
        run.prepare(options, inputs, &program.library)?;
        Ok(run)
    }

    fn prepare(
        &mut self,
        options: &Options,
        inputs: &Inputs,
        library: &Path,
    ) -> Result<(), Failure> {
        let state = self.create("state", &vec![0; 4 * counters::words(inputs.places)], 0o666)?;
        let report = self.create("report", b"", 0o666)?;
        self.set("NLSOCK_FAKE_KERNEL_STATE", state);
        self.set("NLSOCK_FAKE_KERNEL_REPORT", report);
        self.set("NLSOCK_FAKE_KERNEL_PARENT", std::process::id().to_string());
        self.set("LD_PRELOAD", self.preload(library)?);
        if inputs.keep_script {
            self.use_script(&inputs.script)?;
        } else if let Some(script) = &options.script {
            self.set("NLSOCK_FAKE_KERNEL_SCRIPT", absolute(script)?);
        }
        if let Some(capture) = &inputs.capture {
            let path = self.create("capture", capture, 0o444)?;
            self.set("NLSOCK_FAKE_KERNEL_REPLAY", path);
        } else if let Some(replay) = &options.replay {
            self.set("NLSOCK_FAKE_KERNEL_REPLAY", absolute(replay)?);
        }
        if let Some(record) = &options.record {
            fs::write(record, section()).map_err(|error| Failure::file(record, error))?;
            self.set("NLSOCK_FAKE_KERNEL_RECORD", absolute(record)?);
        }
        if let Some(unknown) = &options.unknown {
            self.set("NLSOCK_FAKE_KERNEL_UNKNOWN", unknown);
        }
        if let Some(seed) = options.faults {
            self.set("NLSOCK_FAKE_KERNEL_FAULTS", seed.to_string());
        }
        let clock = if options.virtual_clock { "virtual" } else { "real" };
        self.set("NLSOCK_FAKE_KERNEL_CLOCK", clock);
        if options.trace {
            self.set("NLSOCK_FAKE_KERNEL_TRACE", "1");
        }
        Ok(())
    }

    /// Makes a file in the folder.
    fn create(&self, name: &str, bytes: &[u8], mode: u32) -> Result<PathBuf, Failure> {
        let path = self.folder.inner.join(name);
        fs::write(&path, bytes)
            .and_then(|()| fs::set_permissions(&path, Permissions::from_mode(mode)))
            .map_err(|error| Failure::file(&path, error))?;
        Ok(path)
    }

    fn set(&mut self, name: &'static str, value: impl Into<OsString>) {
        self.variables.push((name, value.into()));
    }

    /// The library, before others that are to be preloaded. Their names are separated by blanks or
    /// colons; so if its path has one, it gets another name.
    fn preload(&self, library: &Path) -> Result<OsString, Failure> {
        let mut path = library.to_owned();
        if path.as_os_str().as_bytes().iter().any(|byte| b" :\t\n".contains(byte)) {
            path = self.folder.inner.join("library.so");
            std::os::unix::fs::symlink(library, &path).map_err(Failure::tool)?;
        }
        let mut value = path.into_os_string();
        if let Some(others) = env::var_os("LD_PRELOAD").filter(|others| !others.is_empty()) {
            value.push(":");
            value.push(others);
        }
        Ok(value)
    }

    /// Makes the program use another script.
    pub(super) fn use_script(&mut self, script: &[u8]) -> Result<(), Failure> {
        let path = self.create("script", script, 0o644)?;
        self.variables.retain(|variable| variable.0 != "NLSOCK_FAKE_KERNEL_SCRIPT");
        self.set("NLSOCK_FAKE_KERNEL_SCRIPT", path);
        Ok(())
    }

    /// The program with its environment.
    pub(super) fn command(&self, options: &Options) -> Command {
        let mut command = Command::new(&self.program);
        command.args(options.program.iter().skip(1));
        for (name, _) in env::vars_os() {
            if name.as_bytes().starts_with(b"NLSOCK_FAKE_KERNEL_") {
                command.env_remove(name);
            }
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// What the processes left.
    pub(super) fn results(&self) -> Result<Results, Failure> {
        let read = |name: &str| {
            let path = self.folder.inner.join(name);
            fs::read(&path).map_err(|error| Failure::file(&path, error))
        };
        let report = String::from_utf8_lossy(&read("report")?).into_owned();
        Ok(Results { report, counters: Counters::of_file(&read("state")?) })
    }
}

/// What a capture starts with.
pub(super) fn section() -> Vec<u8> {
    write::section(concat!("nlsock-fake-kernel ", env!("CARGO_PKG_VERSION")))
}

fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    std::path::absolute(path).map_err(|error| Failure::file(path, error))
}
