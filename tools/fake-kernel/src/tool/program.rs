// SPDX-License-Identifier: Apache-2.0
//! Finds the program, and the library that is preloaded into it.

use super::args::Options;
use super::{Failure, NOT_FOUND, NOT_RUN};
use std::ffi::OsStr;
use std::io;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

const LIBRARY: &str = "libnlsock-fake-kernel.so";

/// A program that can be run with the library.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) path: PathBuf,
    pub(super) library: PathBuf,
}

impl Program {
    /// Why it could not be started.
    pub(super) fn failure(&self, error: &io::Error) -> Failure {
        let missing = error.kind() == io::ErrorKind::NotFound;
        let status = if missing { NOT_FOUND } else { NOT_RUN };
        Failure::new(status, format_args!("{}: {error}", self.path.display()))
    }
}

/// Finds both, and checks that the library can be preloaded into the program.
pub(super) fn find(options: &Options) -> Result<Program, Failure> {
    let name = options.program.first().map_or(OsStr::new(""), |name| name);
    let path = in_path(name).ok_or_else(|| {
        Failure::new(NOT_FOUND, format_args!("{}: not found", Path::new(name).display()))
    })?;
    let library = library()?;
    let wanted = machine(&start_of(&library)?);
    check(&path, wanted, 0)?;
    Ok(Program { path, library })
}

/// Looks for a program as a shell does.
fn in_path(name: &OsStr) -> Option<PathBuf> {
    if name.as_bytes().contains(&b'/') {
        return Some(name.into()).filter(|path: &PathBuf| path.exists());
    }
    let path = std::env::var_os("PATH").unwrap_or_else(|| "/usr/bin:/bin".into());
    let is_program = |path: &PathBuf| {
        path.metadata().is_ok_and(|file| file.is_file() && file.mode() & 0o111 != 0)
    };
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(is_program)
}

/// The library: where the environment says, or beside this tool's folder.
fn library() -> Result<PathBuf, Failure> {
    if let Some(path) = std::env::var_os("NLSOCK_FAKE_KERNEL_LIBRARY") {
        let path = std::path::absolute(&path).unwrap_or(path.into());
        return match path.exists() {
            true => Ok(path),
            false => Err(Failure::file(&path, "NLSOCK_FAKE_KERNEL_LIBRARY: no such file")),
        };
    }
    let tool = std::env::current_exe().map_err(Failure::tool)?;
    let prefix = tool.parent().and_then(Path::parent).unwrap_or(Path::new("/"));
    let mut folders = vec![prefix.join("lib"), prefix.join("lib64")];
    // Debian's folders for platforms.
    let platforms = prefix.join("lib").read_dir().into_iter().flatten().flatten();
    folders.extend(platforms.map(|entry| entry.path()));
    let mut paths = folders.iter().map(|folder| folder.join("nlsock").join(LIBRARY));
    paths.find(|path| path.exists()).ok_or_else(|| {
        let prefix = prefix.display();
        Failure::tool(format_args!(
            "no nlsock/{LIBRARY} in {prefix}/lib; NLSOCK_FAKE_KERNEL_LIBRARY can say where it is"
        ))
    })
}

/// The start of a file, with its ELF headers.
fn start_of(path: &Path) -> Result<Vec<u8>, Failure> {
    let cannot =
        |error: io::Error| Failure::new(NOT_RUN, format_args!("{}: {error}", path.display()));
    let mut start = Vec::new();
    let file = std::fs::File::open(path).map_err(cannot)?;
    file.take(4096).read_to_end(&mut start).map_err(cannot)?;
    Ok(start)
}

/// The class, the byte order and the processor of an ELF file.
fn machine(start: &[u8]) -> Option<(u8, u8, [u8; 2])> {
    let header = start.first_chunk::<20>().filter(|header| header.starts_with(b"\x7fELF"))?;
    Some((header[4], header[5], [header[18], header[19]]))
}

/// Refuses programs into which nothing can be preloaded.
fn check(path: &Path, wanted: Option<(u8, u8, [u8; 2])>, depth: u32) -> Result<(), Failure> {
    let refuse = |text: &str| {
        let hint = "the fake kernel cannot be preloaded";
        Err(Failure::new(NOT_RUN, format_args!("{}: {text}: {hint}", path.display())))
    };
    let file = path.metadata().map_err(|error| Failure::new(NOT_RUN, error))?;
    if file.is_dir() {
        return Err(Failure::new(NOT_RUN, format_args!("{}: is a folder", path.display())));
    }
    let start = start_of(path)?;
    if let Some(line) = start.strip_prefix(b"#!") {
        let line = line.split(|&byte| byte == b'\n').next().unwrap_or_default().trim_ascii_start();
        let interpreter = line.split(u8::is_ascii_whitespace).next().unwrap_or_default();
        let interpreter = Path::new(OsStr::from_bytes(interpreter));
        return if depth < 4 && interpreter.exists() {
            check(interpreter, wanted, depth + 1)
        } else {
            Ok(())
        };
    }
    // Only of programs; the kernel ignores it for scripts.
    if file.mode() & 0o6000 != 0 {
        return refuse("the program is set-user-id or set-group-id");
    }
    match machine(&start) {
        None => Ok(()),
        found if found != wanted => refuse("the program is for another kind of processor"),
        Some(_) if !has_interpreter(&start) => refuse("the program is statically linked"),
        Some(_) => Ok(()),
    }
}

/// Whether an ELF file names a run-time linker (PT_INTERP).
fn has_interpreter(start: &[u8]) -> bool {
    const PT_INTERP: u64 = 3;
    let wide = start.get(4) == Some(&2);
    let little = start.get(5) == Some(&1);
    let number = |at: u64, size: usize| {
        let at = usize::try_from(at).unwrap_or(usize::MAX);
        let bytes = at.checked_add(size).and_then(|end| start.get(at..end)).unwrap_or_default();
        let push = |number: u64, &byte: &u8| number << 8 | u64::from(byte);
        if little { bytes.iter().rev().fold(0, push) } else { bytes.iter().fold(0, push) }
    };
    let (offset, size, count) = match wide {
        true => (number(32, 8), number(54, 2), number(56, 2)),
        false => (number(28, 4), number(42, 2), number(44, 2)),
    };
    (0..count).any(|i| number(offset.saturating_add(i * size), 4) == PT_INTERP)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_test_is_linked_dynamically() {
        let start = start_of(&std::env::current_exe().unwrap()).unwrap();
        assert!(has_interpreter(&start));
        assert!(machine(&start).is_some());
    }

    #[test]
    fn wrong_elf_files_have_no_interpreter() {
        let mut start = start_of(&std::env::current_exe().unwrap()).unwrap();
        // The offset of the program headers.
        start[32..40].fill(0xff);
        assert!(!has_interpreter(&start));
        for size in 0..64 {
            let _ = has_interpreter(&start[..size]);
            let _ = machine(&start[..size]);
        }
        assert_eq!(machine(b"#!/bin/sh and so on"), None);
    }

    #[test]
    fn programs_are_found_as_by_a_shell() {
        assert!(in_path(OsStr::new("sh")).is_some_and(|path| path.is_absolute()));
        assert_eq!(in_path(OsStr::new("/bin/sh")), Some("/bin/sh".into()));
        assert_eq!(in_path(OsStr::new("no-such-program")), None);
        assert_eq!(in_path(OsStr::new("/no/such/program")), None);
    }
}
