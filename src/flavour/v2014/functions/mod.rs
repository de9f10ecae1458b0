// SPDX-License-Identifier: Apache-2.0
//! Functions that only the 2014 interface has, or that have other arguments in the 3.x interface.

#![expect(clippy::missing_safety_doc, reason = "the caller's contract in `ffi` holds here")]

pub mod message;
pub mod ofpbuf;
pub mod socket;
