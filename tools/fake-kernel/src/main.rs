// SPDX-License-Identifier: Apache-2.0
//! `nlsock-fake-kernel`.

fn main() {}
