// SPDX-License-Identifier: Apache-2.0
//! `nlsock-fake-kernel`: runs a program on the fake kernel. nlsock-fake-kernel(1) describes it.

#![forbid(unsafe_code)]

mod tool;

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(tool::main(std::env::args_os().skip(1)))
}
