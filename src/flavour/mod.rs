// SPDX-License-Identifier: Apache-2.0
//! The interface versions ("flavours"), one of which is compiled. The folder of a version contains
//! everything specific to it: layouts, values, log texts, functions, the list of exported symbols,
//! and `build.conf`, which the build reads.
//!
//! `v2014` is the interface of July 2014 (Open vSwitch 2.3.90), `ovs3` that of Open vSwitch 3.1. To
//! add a version, add a folder, a feature in Cargo.toml, and a line below.

#[cfg_attr(not(feature = "ovs3"), path = "v2014/mod.rs")]
#[cfg_attr(feature = "ovs3", path = "ovs3/mod.rs")]
mod version;

mod transaction;

pub use transaction::NlTransaction;
pub use version::*;
