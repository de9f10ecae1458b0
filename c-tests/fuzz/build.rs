// SPDX-License-Identifier: Apache-2.0
//! Compiles the library's C, which has weak references to the host that a fuzz target lacks; and
//! the fault bed of `../faults` with its fake kernel, which takes the place of libc's functions
//! in all targets.

use std::path::{Path, PathBuf};
use std::{env, fs};

/// The fault bed's own programs: what has a `main()`, is preloaded, or is for another library.
const PROGRAMS: [&str; 10] = [
    "run-script.c",
    "random-scripts.c",
    "jobs.c",
    "every-call.c",
    "failing-calls.c",
    "call-errors.c",
    "held.c",
    "uses.c",
    "mutant.c",
    "reference.c",
];

fn is_part_of_the_bed(file: &Path) -> bool {
    let name = file.file_name().unwrap().to_str().unwrap();
    name.ends_with(".c") && !PROGRAMS.contains(&name)
}

const FAKE_KERNEL: &str = "../../tools/fake-kernel/preload";

fn main() {
    let files = ["../../src/host/host.c", "../../src/thread/thread.c"];
    for file in files {
        println!("cargo:rerun-if-changed={file}");
    }
    cc::Build::new().files(files).flag("-std=c11").compile("nlsock_c");

    println!("cargo:rerun-if-changed=../faults");
    println!("cargo:rerun-if-changed={FAKE_KERNEL}");
    println!("cargo:rerun-if-changed=conversation.c");
    let files = |folder| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let bed = files("../faults").chain(files(FAKE_KERNEL));
    let mut bed: Vec<PathBuf> = bed.filter(|file| is_part_of_the_bed(file)).collect();
    bed.sort();
    let ovs3 = env::var_os("CARGO_FEATURE_OVS3").is_some();
    cc::Build::new()
        .files(bed)
        .file("conversation.c")
        .include("../faults")
        .include(FAKE_KERNEL)
        .include(if ovs3 { "../../include/nlsock-ovs3" } else { "../../include/nlsock" })
        .define("_GNU_SOURCE", None)
        .flag("-std=gnu11")
        .cargo_metadata(false)
        .compile("bed");
    // All of it: the sanitizer's runtime has functions of the same names, so the linker would not
    // look for others.
    println!("cargo:rustc-link-search=native={}", env::var("OUT_DIR").unwrap());
    println!("cargo:rustc-link-lib=static:+whole-archive=bed");
}
