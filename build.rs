// SPDX-License-Identifier: Apache-2.0
//! Compiles the C files and sets the name of the shared library. With the feature "headers", also
//! generates the C headers.

#![allow(clippy::unwrap_used, clippy::panic, reason = "panicking is how a build script fails")]

use std::path::{Path, PathBuf};
use std::{env, fs};

#[cfg(feature = "headers")]
#[path = "include/generate.rs"]
mod generate;

/// An interface version: one of the folders of `src/flavour/`.
struct Flavour {
    folder: PathBuf,
    /// The content of its build.conf: lines of the form `key = value`.
    conf: String,
}

impl Flavour {
    /// The value of a key in build.conf.
    fn get(&self, key: &str) -> &str {
        let mut lines = self.conf.lines();
        let value = lines.find_map(|line| line.strip_prefix(key)?.strip_prefix(" = "));
        value.unwrap_or_else(|| panic!("{} has no {key}", self.folder.display()))
    }
}

/// The interface version to compile: the one whose folder has the name of an enabled feature; v2014
/// if there is none.
fn flavour(root: &Path) -> Flavour {
    let is_on = |folder: &PathBuf| {
        let name = folder.file_name().unwrap().to_str().unwrap().to_uppercase();
        env::var_os(format!("CARGO_FEATURE_{name}")).is_some()
    };
    let folders = root.join("src/flavour").read_dir().unwrap();
    let mut folders = folders.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let folder = folders.find(is_on).unwrap_or_else(|| root.join("src/flavour/v2014"));
    let conf = fs::read_to_string(folder.join("build.conf")).unwrap();
    Flavour { folder, conf }
}

/// What all C files are compiled with.
fn c_files(root: &Path) -> cc::Build {
    let mut build = cc::Build::new();
    build
        .flag("-fvisibility=hidden")
        .flag("-std=c11")
        .flag("-funwind-tables")
        // The same source makes the same bytes in any folder. build-aux/cargo.sh does this for
        // Rust.
        .flag(format!("-ffile-prefix-map={}=.", root.display()))
        .flag("-Wextra")
        .warnings_into_errors(true);
    build
}

fn main() {
    println!("cargo:rerun-if-changed=src");
    println!("cargo:rerun-if-changed=cbindgen.toml");
    println!("cargo:rerun-if-env-changed=NLSOCK_UPDATE_HEADERS");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap());
    let flavour = flavour(&root);
    println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,lib{}.so.1", flavour.get("library"));
    // dlclose() must not unmap the library: Open vSwitch's lists and other threads' destructors
    // still point into it.
    println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
    c_files(&root)
        .file("src/host/host.c")
        .file("src/thread/thread.c")
        .define(flavour.get("host"), None)
        .compile("nlsock_c");
    // src/runtime.rs links it, which the tests do not contain.
    c_files(&root).file("src/runtime.c").cargo_metadata(false).compile("nlsock_runtime");
    println!("cargo:rustc-link-search=native={}", env::var("OUT_DIR").unwrap());
    #[cfg(feature = "headers")]
    generate::generate(&root, &flavour);
}
