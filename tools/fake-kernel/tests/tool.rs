// SPDX-License-Identifier: Apache-2.0
//! The tool, as far as it works without the preload library: what it refuses, and how it says so.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const TOOL: &str = env!("CARGO_BIN_EXE_nlsock-fake-kernel");

/// A folder that is removed in the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, content: &[u8]) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// An executable file.
    fn program(&self, name: &str, content: &[u8], mode: u32) -> String {
        let path = self.file(name, content);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Runs the tool with a library that is not the right one: the test itself.
fn run(arguments: &[&str]) -> Output {
    let library = std::env::current_exe().unwrap();
    let mut command = Command::new(TOOL);
    command.env("NLSOCK_FAKE_KERNEL_LIBRARY", library).args(arguments).output().unwrap()
}

/// Its exit status and what it prints to standard error, without its name and the last newline.
fn fails(arguments: &[&str]) -> (i32, String) {
    let output = run(arguments);
    let text = String::from_utf8(output.stderr).unwrap();
    let text = text.trim_end().trim_start_matches("nlsock-fake-kernel: ");
    (output.status.code().unwrap(), text.to_owned())
}

#[test]
fn help_and_version() {
    let output = run(&["--help"]);
    assert!(output.status.success());
    assert!(String::from_utf8(output.stdout).unwrap().starts_with("Usage: nlsock-fake-kernel"));
    let version = format!("nlsock-fake-kernel {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(String::from_utf8(run(&["--version"]).stdout).unwrap(), version);
}

#[test]
fn wrong_scripts_and_captures() {
    let folder = Folder::new("inputs");
    let script = folder.file("script", b"# x\nmessage: ack\nmessage: frob\n");
    let expected = format!("{script}:3:10: expected an item such as ack, found \"frob\"");
    assert_eq!(fails(&["--script", &script, "sh"]), (125, expected));
    let capture = folder.file("capture", b"\xd4\xc3\xb2\xa1 and so on");
    let (status, text) = fails(&["--replay", &capture, "sh"]);
    assert_eq!(status, 125);
    assert!(
        text.starts_with(&format!("{capture}: block 1 at byte 0: this is a pcap file")),
        "{text}"
    );
    let (status, text) = fails(&["--replay", "/no/such/file", "sh"]);
    assert_eq!(
        (status, text.as_str()),
        (125, "/no/such/file: No such file or directory (os error 2)")
    );
    let (status, text) = fails(&["--anonymise", &capture, "/dev/null"]);
    assert!(status == 125 && text.contains("block 1 at byte 0"), "{text}");
}

#[test]
fn programs_that_cannot_be_run() {
    let folder = Folder::new("programs");
    let script = folder.file("script", b"");
    let refused = |program: &str| fails(&["--script", &script, program]);
    assert_eq!(refused("no-such-program"), (127, "no-such-program: not found".into()));
    assert_eq!(refused("/no/such/program"), (127, "/no/such/program: not found".into()));

    let elf = std::fs::read(std::env::current_exe().unwrap()).unwrap();
    let hint = "the fake kernel cannot be preloaded";
    let setuid = folder.program("setuid", &elf, 0o4755);
    let text = format!("{setuid}: the program is set-user-id or set-group-id: {hint}");
    assert_eq!(refused(&setuid), (126, text));

    let mut other = elf.clone();
    other[18] ^= 0xff;
    let other = folder.program("other", &other, 0o755);
    let text = format!("{other}: the program is for another kind of processor: {hint}");
    assert_eq!(refused(&other), (126, text));

    // Without program headers, there is none that names the run-time linker.
    let mut fixed = elf;
    let count = if fixed[4] == 2 { 56 } else { 44 };
    fixed[count..count + 2].fill(0);
    let fixed = folder.program("fixed", &fixed, 0o755);
    let text = format!("{fixed}: the program is statically linked: {hint}");
    assert_eq!(refused(&fixed), (126, text.clone()));
    let by_script = folder.program("by-script", format!("#! {fixed} x\n").as_bytes(), 0o755);
    assert_eq!(refused(&by_script), (126, text));
}

#[test]
fn a_library_that_is_not_loaded_is_noticed() {
    let folder = Folder::new("library");
    let script = folder.file("script", b"");
    let (status, text) = fails(&["--script", &script, "true"]);
    assert_eq!(status, 125, "{text}");
    assert!(text.contains("true: the fake kernel was not loaded"), "{text}");
    let mut command = Command::new(TOOL);
    command.env("NLSOCK_FAKE_KERNEL_LIBRARY", "/no/library").args(["--script", &script, "true"]);
    assert_eq!(command.status().unwrap().code(), Some(125));
}
