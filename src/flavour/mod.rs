//! The interface versions ("flavours"). Each is a folder that holds everything specific to it:
//! layouts, values, log texts, functions and the list of exported symbols. One of them is compiled.
//!
//! `v2014` is the interface of July 2014 (Open vSwitch 2.3.90), `ovs3` that of Open vSwitch 3.1.
//! Another version is another folder, a feature in Cargo.toml, and a line here. The build reads
//! `build.conf` in the folder.

#[cfg_attr(not(feature = "ovs3"), path = "v2014/mod.rs")]
#[cfg_attr(feature = "ovs3", path = "ovs3/mod.rs")]
mod version;

mod transaction;

pub use transaction::NlTransaction;
pub use version::*;
