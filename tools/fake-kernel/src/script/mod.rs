// SPDX-License-Identifier: Apache-2.0
//! Scripts: what the fake kernel does.

pub mod statement;
