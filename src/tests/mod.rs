// SPDX-License-Identifier: Apache-2.0
//! Tests that compare parts of the library with simple models, and the committed headers with
//! generated ones.

mod attributes;
mod buffer;
#[cfg(feature = "headers")]
mod headers;
mod modules;
mod policies;
